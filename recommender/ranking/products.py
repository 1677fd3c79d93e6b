"""Terms of a query × terms of many articles, by way of a slot for every term."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Terms, TermTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

_of_thread = threading.local()


def products(terms: Terms, table: TermTable, rows: NDArray[np.integer]) -> NDArray[np.float64]:
    """The sum over shared terms of the product of both weights.

    Args:
        terms: Distinct terms of the query, numbered as the table's.
        table: The articles' terms.
        rows: Which articles.

    Returns:
        Shape `(len(rows),)`, float64.
    """
    ids, weights = terms
    slots = _slots(table.n_terms)
    slots[ids] = weights
    found: NDArray[np.float64] = np.einsum(
        "ij,ij->i", slots[table.ids[rows]], table.weights[rows], dtype=np.float64
    )
    slots[ids] = 0
    return found


def present(terms: Terms) -> Terms:
    """The same terms, each with the weight 1."""
    return terms[0], np.ones(len(terms[0]), dtype=np.float32)


def presence(table: TermTable, rows: NDArray[np.integer]) -> TermTable:
    """Some rows of a table, each term with the weight 1."""
    return TermTable(table.ids[rows], (table.weights[rows] > 0).astype(np.float32), table.n_terms)


def _slots(n: int) -> NDArray[np.float32]:
    """Zeros, of which each thread has its own and which it leaves as zeros."""
    kept: dict[int, NDArray[np.float32]] = _of_thread.__dict__.setdefault("slots", {})
    if n not in kept:
        kept[n] = np.zeros(n, dtype=np.float32)
    return kept[n]

"""Terms of a query × terms of many articles, by way of a slot for every term."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.features import Terms, TermTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

_of_thread = threading.local()


def products(terms: Terms, table: TermTable) -> NDArray[np.float64]:
    """The sum over shared terms of the product of both weights.

    Args:
        terms: Distinct terms of the query, numbered as the table's.
        table: The articles' terms.

    Returns:
        One number an article, float64.
    """
    return _row_sums(_weights_in_query(terms, table), table.weights)


def shares_present(terms: Terms, table: TermTable) -> NDArray[np.float64]:
    """The sum of the query's weights over shared terms, whatever these weigh in the articles."""
    return _row_sums(_weights_in_query(terms, table), table.weights > 0)


def shared(terms: Terms, others: Terms) -> NDArray[np.int32]:
    """Terms that two articles share, by falling product of their weights, ties by number."""
    numbers, mine, yours = np.intersect1d(
        terms[0], others[0], assume_unique=True, return_indices=True
    )
    order = np.lexsort((numbers, -(terms[1][mine] * others[1][yours])))
    weightiest: NDArray[np.int32] = numbers[order]
    return weightiest


def greatest_shared(terms: Terms, table: TermTable) -> NDArray[np.float64]:
    """The greatest of the query's weights over shared terms, 0 or more; 0 where none is shared."""
    found = np.where(table.weights > 0, _weights_in_query(terms, table), 0)
    greatest: NDArray[np.float64] = found.max(axis=1, initial=0).astype(np.float64)
    return greatest


def present(terms: Terms) -> Terms:
    """The same terms, each with the weight 1."""
    return terms[0], np.ones(len(terms[0]), dtype=np.float32)


def _weights_in_query(terms: Terms, table: TermTable) -> NDArray[np.float32]:
    """What each place of the table weighs in the query."""
    ids, weights = terms
    slots = _slots(table.n_terms)
    slots[ids] = weights
    found = slots.take(table.ids, mode="clip")  # ids are known to be in range; clipping is fastest
    slots[ids] = 0
    return found


def _row_sums(left: NDArray[np.float32], right: NDArray[Any]) -> NDArray[np.float64]:
    sums: NDArray[np.float64] = np.einsum("ij,ij->i", left, right).astype(np.float64)
    return sums


def _slots(n: int) -> NDArray[np.float32]:
    """Zeros, of which each thread has its own and which it leaves as zeros."""
    kept: dict[int, NDArray[np.float32]] = _of_thread.__dict__.setdefault("slots", {})
    if n not in kept:
        kept[n] = np.zeros(n, dtype=np.float32)
    return kept[n]

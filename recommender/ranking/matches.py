"""Terms of a query that stand in many articles, found once and counted in more than one way."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Terms, sums_of
from recommender.ranking.block import TABLES, TermBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Wanted = Mapping[str, NDArray[np.int32]]

N_TABLES = len(TABLES)
_of_thread = threading.local()


@dataclass(frozen=True, slots=True)
class Matches:
    """Where terms of a query stand in some articles, one article after the other.

    What a query weighs its terms with is given as one array for all tables: the weights of the
    terms that were wanted of each, table by table.

    Attributes:
        cells: Place of the article among those that were looked at, times the number of tables,
            plus the place of the table in `TABLES`, int64; articles ascend.
        terms: Place of the term among all that were wanted, int64.
        weights: Weight of the term in the article, above 0, float32.
        n_articles: How many articles were looked at.
    """

    cells: NDArray[np.int64]
    terms: NDArray[np.int64]
    weights: NDArray[np.float32]
    n_articles: int

    @classmethod
    def find(cls, wanted: Wanted, block: TermBlock, rows: NDArray[np.integer]) -> Matches:
        """Look terms up in some articles.

        Args:
            wanted: Name of each table to distinct terms, fewer than 256, numbered as the table's.
            block: The terms of all articles.
            rows: The articles.
        """
        width = block.ids.shape[1]
        lengths = np.array([len(wanted[name]) for name in TABLES])
        starts = np.cumsum(lengths) - lengths
        numbers = _places_in_slots(wanted, block)
        slots = _slots(int(block.bases[-1]))
        slots[numbers] = np.concatenate([_COUNTING[:length] for length in lengths])
        looked_at = block.ids.take(rows, axis=0) + block.column_base
        found = slots.take(looked_at.ravel(), mode="clip")  # all are in range; this is fastest
        slots[numbers] = 0
        places = np.flatnonzero(found != 0)
        weights = block.weights.take(rows, axis=0).ravel()[places]
        is_filled = weights > 0  # an empty place has the number of a term
        places, weights = places[is_filled], weights[is_filled]
        owners = places // width
        tables = block.column_table[places - owners * width]
        terms = starts[tables] + found[places] - 1
        return cls(owners * N_TABLES + tables, terms, weights, len(rows))

    def products(self, weights: NDArray[np.floating]) -> NDArray[np.float64]:
        """Sums of products of both weights, shape `(n_articles, n_tables)`."""
        return self._sums(weights[self.terms] * self.weights)

    def shares(self, weights: NDArray[np.floating]) -> NDArray[np.float64]:
        """Sums of the query's weights, whatever the terms weigh in the articles."""
        return self._sums(weights[self.terms])

    def greatest(self, weights: NDArray[np.floating], table: str) -> NDArray[np.float64]:
        """The greatest of the query's weights in one table, all 0 or more; 0 where none is shared.

        Returns:
            Shape `(n_articles,)`.
        """
        is_of_table = self.cells % N_TABLES == TABLES.index(table)
        owners, terms = self.cells[is_of_table] // N_TABLES, self.terms[is_of_table]
        greatest = np.zeros(self.n_articles)
        if len(owners):
            firsts = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
            greatest[owners[firsts]] = np.maximum.reduceat(weights[terms], firsts)
        return greatest

    def _sums(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        sums = sums_of(values, self.cells, self.n_articles * N_TABLES)
        return sums.reshape(-1, N_TABLES)


def products_of(
    table: str, terms: Terms, block: TermBlock, rows: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Sums of products over the terms of one table, shape `(len(rows),)`."""
    wanted = dict.fromkeys(TABLES, terms[0][:0]) | {table: terms[0]}
    return Matches.find(wanted, block, rows).products(terms[1])[:, TABLES.index(table)]


def merged(
    first: Terms, second: Terms
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    """The terms of the first, then the others of the second, and what each weighs in either.

    A term weighs 0 where it is not.
    """
    is_same = second[0][:, np.newaxis] == first[0]
    is_new = ~is_same.any(axis=1)
    ids = np.concatenate([first[0], second[0][is_new]])
    in_first, in_second = np.zeros((2, len(ids)), dtype=np.float32)
    in_first[: len(first[0])] = first[1]
    in_second[len(first[0]) :] = second[1][is_new]
    if len(first[0]):
        in_second[is_same.argmax(axis=1)[~is_new]] = second[1][~is_new]
    return ids, in_first, in_second


def shared(terms: Terms, others: Terms) -> NDArray[np.int32]:
    """Terms that two articles share, by falling product of their weights, ties by number."""
    numbers, mine, yours = np.intersect1d(
        terms[0], others[0], assume_unique=True, return_indices=True
    )
    order = np.lexsort((numbers, -(terms[1][mine] * others[1][yours])))
    weightiest: NDArray[np.int32] = numbers[order]
    return weightiest


_COUNTING = np.arange(1, 256, dtype=np.uint8)


def _places_in_slots(wanted: Wanted, block: TermBlock) -> NDArray[np.int64]:
    parts = [wanted[name] + block.bases[i] for i, name in enumerate(TABLES)]
    return np.concatenate(parts).astype(np.int64, copy=False)


def _slots(n: int) -> NDArray[np.uint8]:
    """Zeros, of which each thread has its own and which it leaves as zeros."""
    kept: dict[int, NDArray[np.uint8]] = _of_thread.__dict__.setdefault("slots", {})
    if n not in kept:
        kept[n] = np.zeros(n, dtype=np.uint8)
    return kept[n]

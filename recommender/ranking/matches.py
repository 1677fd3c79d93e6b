"""Terms of a query that stand in many articles, found once and counted in more than one way."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Terms, TermTable, sums_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_of_thread = threading.local()


@dataclass(frozen=True, slots=True)
class Matches:
    """Where terms of a query stand in some articles, one article after the other.

    Attributes:
        owners: Place of the article among those that were looked at, ascending, int64.
        terms: Place of the term among the query's, int64.
        weights: Weight of the term in the article, above 0, float32.
        n_articles: How many articles were looked at.
    """

    owners: NDArray[np.int64]
    terms: NDArray[np.int64]
    weights: NDArray[np.float32]
    n_articles: int

    @classmethod
    def find(cls, ids: NDArray[np.int32], table: TermTable, rows: NDArray[np.integer]) -> Matches:
        """Look terms up in some articles of a table.

        Args:
            ids: Distinct terms, numbered as the table's; fewer than 32,767.
            table: The terms of all articles.
            rows: The articles.
        """
        slots = _slots(table.n_terms)
        slots[ids] = np.arange(1, len(ids) + 1)
        of_rows = table.ids.take(rows, axis=0)
        found = slots.take(of_rows.ravel(), mode="clip")  # ids are in range; this is fastest
        slots[ids] = 0
        places = np.flatnonzero(found != 0)
        owners, columns = np.divmod(places, table.ids.shape[1])
        weights = table.weights[rows[owners], columns]
        is_filled = weights > 0  # an empty place has the number of a term
        terms = found[places].astype(np.int64) - 1
        return cls(owners[is_filled], terms[is_filled], weights[is_filled], len(rows))

    def products(self, weights: NDArray[np.floating]) -> NDArray[np.float64]:
        """For each article the sum of products of both weights; weights are the query's."""
        return sums_of(weights[self.terms] * self.weights, self.owners, self.n_articles)

    def shares(self, weights: NDArray[np.floating]) -> NDArray[np.float64]:
        """The sum of the query's weights, whatever the terms weigh in the articles."""
        return sums_of(weights[self.terms], self.owners, self.n_articles)

    def counts(self) -> NDArray[np.int64]:
        """How many terms each article shares with the query."""
        return np.bincount(self.owners, minlength=self.n_articles)

    def greatest(self, weights: NDArray[np.floating]) -> NDArray[np.float64]:
        """The greatest of the query's weights, all 0 or more; 0 where no term is shared."""
        greatest = np.zeros(self.n_articles)
        if len(self.owners):
            firsts = np.flatnonzero(np.diff(self.owners, prepend=-1))
            greatest[self.owners[firsts]] = np.maximum.reduceat(weights[self.terms], firsts)
        return greatest


def merged(
    first: Terms, second: Terms
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    """The terms of both, ascending, and what each weighs in either, 0 where it has it not."""
    ids = np.union1d(first[0], second[0])
    aligned = [np.zeros(len(ids), dtype=np.float32) for _ in range(2)]
    for weights, terms in zip(aligned, (first, second), strict=True):
        weights[np.searchsorted(ids, terms[0])] = terms[1]
    return ids, aligned[0], aligned[1]


def shared(terms: Terms, others: Terms) -> NDArray[np.int32]:
    """Terms that two articles share, by falling product of their weights, ties by number."""
    numbers, mine, yours = np.intersect1d(
        terms[0], others[0], assume_unique=True, return_indices=True
    )
    order = np.lexsort((numbers, -(terms[1][mine] * others[1][yours])))
    weightiest: NDArray[np.int32] = numbers[order]
    return weightiest


def _slots(n: int) -> NDArray[np.int16]:
    """Zeros, of which each thread has its own and which it leaves as zeros."""
    kept: dict[int, NDArray[np.int16]] = _of_thread.__dict__.setdefault("slots", {})
    if n not in kept:
        kept[n] = np.zeros(n, dtype=np.int16)
    return kept[n]

"""Terms → the articles in which they weigh most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Terms, TermTable, spans, sums_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_POSTINGS = 1024
"""Of a term that more articles have, those are kept in which it weighs most."""


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term the articles that have it, those in which it weighs most first.

    Attributes:
        rows: Articles of all terms, one term after the other, int32.
        weights: Weight of the term in each, float32.
        offsets: Where the articles of each term begin, and where the last ones end, int64.
        n_articles: Number of articles.
    """

    rows: NDArray[np.int32]
    weights: NDArray[np.float32]
    offsets: NDArray[np.int64]
    n_articles: int

    @classmethod
    def from_table(cls, table: TermTable) -> Postings:
        """Turn the terms of each article into the articles of each term."""
        rows, places = np.nonzero(table.weights)
        terms, weights = table.ids[rows, places], table.weights[rows, places]
        order = np.lexsort((rows, -weights, terms))
        counts = np.bincount(terms, minlength=table.n_terms)
        ranks = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
        kept = order[ranks < MAX_POSTINGS]
        offsets = np.cumsum([0, *np.minimum(counts, MAX_POSTINGS)], dtype=np.int64)
        return cls(rows[kept].astype(np.int32), weights[kept], offsets, len(table.ids))

    def sums(self, terms: Terms) -> NDArray[np.float64]:
        """The sum of products of every article, shape `(n_articles,)`."""
        ids, weights = terms
        places, owners = spans(self.offsets, ids)
        products = self.weights[places] * weights[owners]
        return sums_of(products, self.rows[places], self.n_articles)

    def search(self, terms: Terms, n: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rows of the `greatest` n, and their sums."""
        sums = self.sums(terms)
        rows = greatest(sums, n)
        return rows, sums[rows]


def greatest(sums: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """Rows of the n greatest sums, best first, equal ones by row; none whose sum is 0."""
    rows = np.flatnonzero(sums)
    if len(rows) > n:
        limit = np.partition(sums[rows], len(rows) - n)[len(rows) - n]
        rows = rows[sums[rows] >= limit]
    return rows[np.lexsort((rows, -sums[rows]))][:n]

"""Terms → the articles in which they weigh most."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Terms, TermTable, distinct, falling, spans
from recommender.ranking.breadth import Breadth, breadth_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AT_ONCE = 1 << 22  # places of a table that are sorted; each takes sixty bytes then

_of_thread = threading.local()


@dataclass(frozen=True, slots=True)
class Sums:
    """What a query's terms add up to in each article, as long as the `with` block lasts.

    Attributes:
        hits: The articles that have a term, once for each term they have, int32.
        by_article: The sum of each article of the collection, float64; most are 0.
    """

    hits: NDArray[np.int32]
    by_article: NDArray[np.float64]

    def at(self, rows: NDArray[np.integer]) -> NDArray[np.float64]:
        """The sums of some articles."""
        sums: NDArray[np.float64] = self.by_article[rows]
        return sums

    def greatest(self, n: int) -> NDArray[np.int64]:
        """Rows of the n greatest sums, ascending, the first of equal ones; none whose sum is 0."""
        rows = distinct(self.hits)
        found = self.by_article[rows]
        if len(rows) > n:
            is_great = found >= np.partition(found, -n)[-n]
            rows, found = rows[is_great], found[is_great]
            chosen = np.sort(np.argsort(-found, kind="stable")[:n])
            rows, found = rows[chosen], found[chosen]
        return rows[found > 0]


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term the articles that have it, those in which it weighs most first.

    Attributes:
        entries: Articles of all terms, one term after the other, shape `(n_entries, 2)`, int32: the
            row of each, and the weight of the term in it, float32 bit by bit.
        offsets: Where the articles of each term begin, and where the last ones end, int64.
        n_articles: Number of articles.
        breadth: How far queries look.
    """

    entries: NDArray[np.int32]
    offsets: NDArray[np.int64]
    n_articles: int
    breadth: Breadth

    @classmethod
    def from_table(cls, table: TermTable) -> Postings:
        """Turn the terms of each article into the articles of each term."""
        breadth = breadth_for(len(table.ids))
        limit = breadth.n_postings
        counts = np.bincount(table.ids[table.weights != 0], minlength=table.n_terms)
        offsets = np.cumsum([0, *np.minimum(counts, limit)], dtype=np.int64)
        entries = np.empty((offsets[-1], 2), dtype=np.int32)
        for start, end in pairwise(_cuts(counts)):
            rows, places = np.nonzero(
                (table.ids >= start) & (table.ids < end) & (table.weights != 0)
            )
            terms, weights = table.ids[rows, places] - start, table.weights[rows, places]
            entries[offsets[start] : offsets[end]] = _heaviest(terms, rows, weights, limit)
        return cls(entries, offsets, len(table.ids), breadth)

    @classmethod
    def of_entries(
        cls,
        terms: NDArray[np.integer],
        rows: NDArray[np.integer],
        weights: NDArray[np.float32],
        n_terms: int,
        n_articles: int,
    ) -> Postings:
        """Sort what each term weighs in some articles, which may be a part of a collection.

        Args:
            terms: From 0 to n_terms - 1.
            rows: The article, for each of the terms; those of equal weight are kept as they come.
            weights: The same shape.
            n_terms: Number of terms.
            n_articles: Of the collection.
        """
        breadth = breadth_for(n_articles)
        counts = np.minimum(np.bincount(terms, minlength=n_terms), breadth.n_postings)
        entries = _heaviest(terms, rows, weights, breadth.n_postings)
        return cls(entries, np.cumsum([0, *counts], dtype=np.int64), n_articles, breadth)

    @property
    def rows(self) -> NDArray[np.int32]:
        """The row of each entry."""
        return self.entries[:, 0]

    @property
    def weights(self) -> NDArray[np.float32]:
        """The weight of each entry."""
        return self.entries[:, 1].view(np.float32)

    @contextmanager
    def summed(self, terms: Terms) -> Iterator[Sums]:
        """The sum of products of every article; `terms` are the weightiest first.

        An array as long as a site would take longer to make for every query than all that is added
        up in it, so each thread keeps those that it has made; on leaving they are zeros again.
        """
        hits, products = self._products(terms)
        free: list[NDArray[np.float64]] = _of_thread.__dict__.setdefault("free", [])
        by_article = free.pop() if free else np.zeros(self.n_articles)
        if len(by_article) < self.n_articles:
            by_article = np.zeros(self.n_articles)
        np.add.at(by_article, hits, products)
        try:
            yield Sums(hits, by_article)
        finally:
            by_article[hits] = 0.0
            free.append(by_article)

    def search(self, terms: Terms, n: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rows of the n greatest sums, best first, equal ones by row, and their sums."""
        with self.summed(terms) as sums:
            rows = sums.greatest(n)
            found = sums.at(rows)
        order = np.argsort(-found, kind="stable")
        return rows[order], found[order]

    def _products(self, terms: Terms) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """The articles of the weightiest terms, one after the other, and what each adds."""
        n_terms = self.breadth.n_terms
        ids, weights = terms[0][:n_terms], terms[1][:n_terms]
        places, owners = spans(self.offsets, ids)
        pairs = self.entries.view(np.int64).ravel().take(places).view(np.int32)  # each in one look
        hits, weights_there = pairs[::2].copy(), pairs[1::2].view(np.float32)
        return hits, (weights_there * weights[owners]).astype(np.float64)


def _cuts(counts: NDArray[np.int64]) -> list[int]:
    """Where to cut the terms so that each part stands in not many more than `_AT_ONCE` places."""
    until = np.cumsum(counts)
    inner = np.searchsorted(until, np.arange(_AT_ONCE, counts.sum(), _AT_ONCE)) + 1
    cuts: list[int] = distinct(np.concatenate([[0], inner, [len(counts)]])).tolist()
    return cuts


def _heaviest(
    terms: NDArray[np.integer],
    rows: NDArray[np.integer],
    weights: NDArray[np.float32],
    limit: int,
) -> NDArray[np.int32]:
    """The entries of some terms as in `Postings`, of each one at most so many."""
    order = falling(terms, weights)
    counts = np.bincount(terms)
    ranks = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = order[ranks < limit]
    return np.stack([rows[kept].astype(np.int32), weights[kept].view(np.int32)], axis=1)

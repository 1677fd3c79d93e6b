"""Ranks the articles of one collection: joins the neighbours that index finds with ranking.

vectors, features → candidates and signals of each query → raw scores
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.index.vectors import VectorIndex
from recommender.ranking.candidates import N_NEAREST, candidates
from recommender.ranking.ground import Ground
from recommender.ranking.levels import RANKS, levels
from recommender.ranking.lists import Lists
from recommender.ranking.pools import Pools
from recommender.ranking.query import Query
from recommender.ranking.signals import SIGNALS, signals, standardise
from recommender.ranking.weights import Weights
from recommender.records import Article
from recommender.terms.collect import collect

if TYPE_CHECKING:
    from numpy.typing import NDArray
DECIMALS = 6
"""What is compared or shown is rounded, so that the order of summing decides nothing."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best candidates of one query, best first.

    Attributes:
        rows: Shape `(n,)`, int64.
        scores: 0 to 1, falling, comparable between queries, float64.
        similarities: Cosine of each with the query, -1 to 1, float64.
        signals: Shape `(n, len(SIGNALS))`, float32, NaN where absent.
        contributions: What each signal added to the raw score, the same shape, float64.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    similarities: NDArray[np.float64]
    signals: NDArray[np.float32]
    contributions: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranker:
    """Candidates and signals for the articles of a collection.

    It holds no lists: those that may be looked at are an argument, always.

    Attributes:
        ground: The collection.
        neighbourhood: Finds the nearest by vectors among those that may be recommended.
        is_shown: Which articles may be recommended, shape `(n_articles,)`, bool.
    """

    ground: Ground
    neighbourhood: VectorIndex
    is_shown: NDArray[np.bool_]

    @classmethod
    def prepare(cls, articles: Sequence[Article], vectors: NDArray[np.float32]) -> Ground:
        """All that is computed once for a collection.

        Args:
            articles: With bodies, ordered by id.
            vectors: Shape `(n_articles, dim)`, float32, unit rows, in the same order.
        """
        near = VectorIndex(vectors).search(vectors, RANKS[-1] + 1)
        kept = [
            levels(similarities[rows != row])
            for row, (rows, similarities) in enumerate(
                zip(near.rows, near.similarities, strict=True)
            )
        ]
        return Ground.prepare(vectors, collect(articles), np.stack(kept))

    def pools(
        self,
        rows: NDArray[np.int64],
        lists: Mapping[int, Sequence[int]],
        progress: Callable[[int, int], None] | None = None,
    ) -> Pools:
        """Candidates and signals of articles of the collection.

        Args:
            rows: The articles for which lists are made.
            lists: The editors' lists that may be looked at, by row; what a query's own list holds
                changes nothing for it.
            progress: Called now and then with the queries done and their total.
        """
        known = Lists.from_rows(lists, len(self.ground))
        near = self.near(self.ground.vectors[rows])
        found, values = [], []
        for done, row in enumerate(rows.tolist()):
            query = Query.of_row(self.ground, row, near[done])
            found.append(self.candidates(query, known))
            values.append(signals(query, found[-1], self.ground, known))
            if progress and done % 100 == 0:
                progress(done, len(rows))
        return Pools.joined(rows.tolist(), found, values, len(SIGNALS))

    def near(self, vectors: NDArray[np.float32], n_nearest: int = N_NEAREST) -> NDArray[np.int64]:
        """Rows of the nearest by vectors, shape `(n_queries, n)`, one more than asked for."""
        return self.neighbourhood.search(vectors, max(n_nearest, N_NEAREST) + 1).rows

    def ranked(
        self,
        query: Query,
        lists: Lists,
        weights: Weights,
        k: int,
        besides: Sequence[int] = (),
    ) -> Ranked:
        """The best candidates of one query, ties by row."""
        rows = self.candidates(query, lists, besides)
        values = signals(query, rows, self.ground, lists)
        contributions = standardise(values) * weights.vector()
        raw = contributions.sum(axis=1).round(DECIMALS)
        best = np.lexsort((rows, -raw))[:k]
        similarities = values[:, 0].astype(np.float64).round(DECIMALS)
        scores = weights.calibration.scores(raw, similarities).round(DECIMALS)
        return Ranked(
            rows=rows[best],
            scores=scores[best],
            similarities=similarities[best],
            signals=values[best],
            contributions=contributions[best],
        )

    def candidates(
        self, query: Query, lists: Lists, besides: Sequence[int] = ()
    ) -> NDArray[np.int64]:
        """The candidates of one query: never the query, nor others that are the same article."""
        allowed = self.is_shown.copy()
        allowed[[*besides, *([] if query.row is None else [query.row])]] = False
        return candidates(query, self.ground, lists, allowed)

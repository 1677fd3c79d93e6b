"""Candidates of one query, weighed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.ranking.candidates import Candidates
from recommender.ranking.ground import Ground
from recommender.ranking.lists import Lists
from recommender.ranking.query import Query
from recommender.ranking.signals import signals
from recommender.ranking.standard import standardise
from recommender.ranking.weights import Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECIMALS = 6
"""What is compared or shown is rounded, so that the order of summing decides nothing."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The candidates of one query.

    Attributes:
        rows: Shape `(n,)`, int64, ascending.
        raw: What orders them, float64.
        scores: The same as 0 to 1, comparable between queries, float64.
        similarities: Cosine of each with the query, -1 to 1, float64.
        signals: Shape `(n, len(SIGNALS))`, float32, NaN where absent.
        contributions: What each signal added to the raw score, the same shape, float64.
    """

    rows: NDArray[np.int64]
    raw: NDArray[np.float64]
    scores: NDArray[np.float64]
    similarities: NDArray[np.float64]
    signals: NDArray[np.float32]
    contributions: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        query: Query,
        pool: Candidates,
        ground: Ground,
        lists: Lists,
        weights: Weights,
    ) -> Ranked:
        """Weigh the candidates of a query; ties in `raw` are to be broken by row."""
        return cls.weighed(pool.rows, signals(query, pool, ground, lists), weights)

    @classmethod
    def weighed(
        cls, rows: NDArray[np.int64], values: NDArray[np.float32], weights: Weights
    ) -> Ranked:
        """The same from signals that are known already, as in `signals` and in `rows`."""
        contributions = standardise(values) * weights.vector()
        raw = contributions.sum(axis=1).round(DECIMALS)
        if not np.isfinite(raw).all():
            raise ValueError("a signal is not finite")
        similarities = values[:, 0].astype(np.float64).round(DECIMALS)
        scores = weights.calibration.scores(raw, similarities).round(DECIMALS)
        return cls(rows, raw, scores, similarities, values, contributions)

    def among(self, is_allowed: NDArray[np.bool_]) -> Ranked:
        """Some of the candidates, as they were weighed among all; shape as `rows`."""
        return Ranked(
            self.rows[is_allowed],
            self.raw[is_allowed],
            self.scores[is_allowed],
            self.similarities[is_allowed],
            self.signals[is_allowed],
            self.contributions[is_allowed],
        )

    def place(self, row: int) -> int | None:
        """Where a row stands among the candidates, or None."""
        place = int(np.searchsorted(self.rows, row))
        return place if place < len(self.rows) and self.rows[place] == row else None

"""The product's own ranking: as it is shipped, and as it learns from a site's lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender import Weights, shipped_weights

from ..task import Lists, Task
from ..views import Rows
from .base import System


class Shipped(System):
    """The ranking of a site that has no lists at all."""

    name = "shipped"
    label = "Our ranking, as shipped"

    def __init__(self, weights: Weights | None = None) -> None:
        """Rank by these weights; None: the shipped ones."""
        self.weights = weights or shipped_weights()
        self.fitted_on = tuple(corpus.sha256 for corpus in self.weights.corpora)

    def rank(self, task: Task) -> Lists:
        """Never fails."""
        return _ranked(task, self.weights.without_lists(), {})


class Fitted(Shipped):
    """The ranking after it has learned from the lists that a task hands over."""

    name = "fitted"
    label = "Our ranking, fitted to this site"
    learns = True

    def rank(self, task: Task) -> Lists:
        """Never fails."""
        weights = task.collection.ranking.fit(
            task.lists, rng=np.random.default_rng([task.seed, 7]), start=self.weights
        )
        return _ranked(task, weights, task.lists)


def _ranked(task: Task, weights: Weights, lists: Mapping[str, Sequence[str]]) -> Lists:
    """Candidates by their raw scores; behind them everything else, by similarity."""
    collection, vector = task.collection, weights.vector()

    def score(queries: Rows) -> NDArray[np.float32]:
        pools = collection.ranking.pools(collection.ids(queries), lists)
        scores = collection.vectors[queries] @ collection.vectors.T
        raw = (pools.standardised() @ vector).round(6)
        for place, (start, end) in enumerate(zip(pools.offsets, pools.offsets[1:], strict=False)):
            if start < end:
                scores[place] += raw[start:end].min() - 2
                scores[place, pools.rows[start:end]] = raw[start:end]
        return scores

    return task.by_scores(score)

"""The product's own ranking: as it is shipped, and as it learns from a site's lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender import Weights, shipped_weights

from ..task import Choice, Lists, Scored, Task
from ..views import Rows
from .base import System


class Weighted(System):
    """What begins with weights.

    Attributes:
        weights: How much each signal counts.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        """Rank by these weights; None: the shipped ones."""
        self.weights = weights or shipped_weights()
        self.fitted_on = tuple(corpus.sha256 for corpus in self.weights.corpora)


class Shipped(Weighted):
    """The ranking of a site that has no lists at all."""

    name = "shipped"
    label = "Our ranking, as shipped"

    def rank(self, task: Task) -> Scored:
        """Never fails."""
        return _ranked(task, self.weights.without_lists(), {})


class ShippedWithPolicy(Weighted):
    """What the site's own policy makes of the shipped ranking: same story, providers, floor, ….

    Nothing of the editors' is looked at: curated-first, pins and bans are off, so that they cannot
    answer what is asked. Under each view the policy is applied to the candidates that it allows:
    as of a query's date, an article that came later takes no other's place.
    """

    name = "shipped+policy"
    label = "Our ranking, as readers see it"

    def rank(self, task: Task) -> Lists:
        """Never fails; lists end where the policy ends them, and may be empty."""
        collection, weights = task.collection, self.weights.without_lists()

        def prepare(queries: Rows) -> Choice:
            pools = collection.ranking.pools(collection.ids(queries), {})
            owners = pools.owners()
            return lambda allowed: collection.ranking.choose(
                pools, task.depth, weights=weights, is_allowed=allowed[owners, pools.rows]
            )

        return task.by_choice(prepare)


class Fitted(Weighted):
    """The ranking after it has learned from the lists that a task hands over."""

    name = "fitted"
    label = "Our ranking, fitted to this site"
    learns = True

    def rank(self, task: Task) -> Scored:
        """Never fails."""
        weights = task.collection.ranking.fit(
            task.lists, rng=np.random.default_rng([task.seed, 7]), start=self.weights
        )
        return _ranked(task, weights, task.lists)


def _ranked(task: Task, weights: Weights, lists: Mapping[str, Sequence[str]]) -> Scored:
    """Candidates by their raw scores; behind them everything else, by similarity and unscored."""
    collection = task.collection

    def score(queries: Rows) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        pools = collection.ranking.pools(collection.ids(queries), lists)
        order = collection.vectors[queries] @ collection.vectors.T
        scores = np.full_like(order, np.nan)
        raw = (pools.standardised() @ weights.at(pools.site).vector()).round(6)
        similarities = pools.signals[:, 0].astype(np.float64)
        for place, (start, end) in enumerate(zip(pools.offsets, pools.offsets[1:], strict=False)):
            part, rows = slice(start, end), pools.rows[start:end]
            if start < end:
                order[place] += raw[part].min() - 2
                order[place, rows] = raw[part]
                scores[place, rows] = weights.calibration.scores(raw[part], similarities[part])
        return order, scores

    return task.by_calibrated_scores(score)

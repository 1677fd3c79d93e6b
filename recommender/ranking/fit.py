"""A site's own weights: near to the shipped ones, the nearer the fewer lists there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import spans, sums_of
from recommender.ranking.folds import folds_by_group
from recommender.ranking.listwise import Examples, fit_weights
from recommender.ranking.pairwise import refine_weights
from recommender.ranking.pools import Pools
from recommender.ranking.signals import SIGNALS
from recommender.ranking.weights import Calibration, Weights, calibration_features

if TYPE_CHECKING:
    from numpy.typing import NDArray

PENALTIES = (3.0, 0.3, 0.03)
"""What moving away from the shipped weights may cost; one is chosen for each site."""

REFINING = 0.5
"""What share of that it costs to move on from there, when pairs refine the weights."""

N_INNER_FOLDS = 4
N_SURE = 30
"""With fewer groups of lists a choice must be better by two standard errors instead of one."""

DEPTH = 10
_N_CALIBRATED = 20  # candidates of each query, the best ones

_ALL = np.ones((len(SIGNALS), 1), dtype=bool)
_HERE = np.ones(1)  # on one's own site nothing depends on what kind of site it is


@dataclass(frozen=True, slots=True)
class Lesson:
    """Queries with known lists, ready to learn from.

    Attributes:
        pools: Their candidates, with signals that do not see the query's own list.
        signals: The signals, standardised.
        is_listed: Whether each candidate stands in its query's list.
        n_listed: Length of each query's list, shape `(n_queries,)`.
        groups: Which queries belong together, shape `(n_queries,)`.
    """

    pools: Pools
    signals: NDArray[np.float32]
    is_listed: NDArray[np.bool_]
    n_listed: NDArray[np.int64]
    groups: NDArray[np.int64]

    @classmethod
    def of(
        cls, pools: Pools, lists: Sequence[NDArray[np.int64]], groups: NDArray[np.int64]
    ) -> Lesson:
        """Join candidates with what the editors chose.

        Args:
            pools: The candidates.
            lists: Rows of the list of each query, ascending.
            groups: Which queries belong together.
        """
        parts = zip(pools.offsets[:-1], pools.offsets[1:], lists, strict=True)
        is_listed = [np.isin(pools.rows[start:end], entries) for start, end, entries in parts]
        return cls(
            pools=pools,
            signals=pools.standardised(),
            is_listed=np.concatenate([np.zeros(0, dtype=bool), *is_listed]),
            n_listed=np.array([len(entries) for entries in lists], dtype=np.int64),
            groups=groups,
        )

    @classmethod
    def joined(cls, lessons: Sequence[Lesson]) -> Lesson:
        """One lesson of several, of which no two have a query or a group in common."""
        n_groups = [int(lesson.groups.max(initial=-1)) + 1 for lesson in lessons]
        shifts = np.cumsum([0, *n_groups[:-1]])
        return cls(
            pools=Pools.chained([lesson.pools for lesson in lessons]),
            signals=np.vstack([lesson.signals for lesson in lessons]),
            is_listed=np.concatenate([lesson.is_listed for lesson in lessons]),
            n_listed=np.concatenate([lesson.n_listed for lesson in lessons]),
            groups=np.concatenate(
                [lesson.groups + shift for lesson, shift in zip(lessons, shifts, strict=True)]
            ),
        )

    def ndcg(
        self, weights: NDArray[np.float64], queries: NDArray[np.int64] | None = None
    ) -> NDArray[np.float64]:
        """nDCG@10 of some queries, or of all, with linear gain, ties by row.

        The measure is that of Järvelin and Kekäläinen (2002), doi 10.1145/582415.582418.
        """
        queries = np.arange(len(self.pools)) if queries is None else queries
        pairs, owners = spans(self.pools.offsets, queries)
        raw = self.signals[pairs] @ weights.astype(np.float32)
        order = np.lexsort((self.pools.rows[pairs], -raw, owners))
        firsts = np.searchsorted(owners, owners)
        ranks = np.arange(len(order)) - firsts
        gains = self.is_listed[pairs][order] * (ranks < DEPTH) / np.log2(ranks + 2)
        best = np.cumsum(1 / np.log2(np.arange(DEPTH) + 2))
        n_best = np.minimum(self.n_listed[queries], DEPTH)
        ndcg: NDArray[np.float64] = sums_of(gains, owners, len(queries)) / best[n_best - 1]
        return ndcg

    def path(self, shipped: Weights, train: NDArray[np.int64]) -> list[NDArray[np.float64]]:
        """Weights from the most careful to the freest, learned from some of the queries.

        The shipped ones without editors' lists, with them, and then moved away from these at ever
        lower penalties, each refined by pairs.
        """
        before = fitted = shipped.vector()[:, np.newaxis]
        found = [shipped.without_lists().vector(), shipped.vector()]
        examples = self.examples(_HERE, train)
        for penalty in PENALTIES:
            fitted = fit_weights([examples], before, penalty, _ALL, first=fitted)
            refined = refine_weights([examples], fitted, REFINING * penalty, _ALL)
            found.append(refined[:, 0])
        return found

    def examples(
        self, conditions: NDArray[np.float64], train: NDArray[np.int64] | None = None
    ) -> Examples:
        """Some of the queries, or all, to be learned from under conditions."""
        chosen = np.ones(len(self.pools), dtype=bool)
        if train is not None:
            chosen[:] = False
            chosen[train] = True
        return Examples.of(self.signals, self.is_listed, self.pools.offsets, chosen, conditions)


def learn(lesson: Lesson, shipped: Weights, rng: np.random.Generator) -> Weights:
    """The weights that do best on lists that they were not fitted on.

    Several ways are tried in inner folds, from keeping the shipped weights to moving freely; the
    most careful one is taken that is not clearly worse than the best.

    Args:
        lesson: What to learn from.
        shipped: The weights to start from.
        rng: Deals the inner folds.
    """
    n_folds = min(N_INNER_FOLDS, len(np.unique(lesson.groups)))
    if n_folds < 2:  # noqa: PLR2004 - one to learn from, one to test
        return shipped.without_lists()
    tried = np.zeros((len(PENALTIES) + 2, len(lesson.pools)))
    for fold in folds_by_group(lesson.groups, n_folds, rng):
        for i, weights in enumerate(lesson.path(shipped, fold.train)):
            tried[i, fold.test] = lesson.ndcg(weights, fold.test)
    best = most_careful(tried, lesson.groups)
    if best == 0:
        return shipped.without_lists()
    vector = lesson.path(shipped, np.arange(len(lesson.pools)))[best]
    signals = dict(zip(SIGNALS, vector.tolist(), strict=True))
    return replace(shipped, signals=signals, declared=frozenset())


def calibrate(lessons: Sequence[Lesson], weights: Sequence[NDArray[np.float64]]) -> Calibration:
    """Fit a `Calibration` to how often the best candidates stand in their query's list.

    Args:
        lessons: Each counts the same.
        weights: Those that rank each lesson's candidates, shape `(n_signals,)`.
    """
    from sklearn.linear_model import LogisticRegression

    features, listed, importance = [], [], []
    for lesson, vector in zip(lessons, weights, strict=True):
        for start, end in zip(lesson.pools.offsets[:-1], lesson.pools.offsets[1:], strict=True):
            if start == end:
                continue
            raw = lesson.signals[start:end] @ vector
            similarities = lesson.pools.signals[start:end, 0].astype(np.float64)
            best = np.argsort(-raw, kind="stable")[:_N_CALIBRATED]
            features.append(calibration_features(raw, similarities)[best])
            listed.append(lesson.is_listed[start:end][best])
            importance.append(np.full(len(best), 1 / len(lesson.pools)))
    model = LogisticRegression(C=np.inf).fit(
        np.vstack(features), np.concatenate(listed), np.concatenate(importance)
    )
    raw_weight, pool, similarity = model.coef_[0].tolist()
    return Calibration(float(model.intercept_[0]), raw_weight, pool, similarity)


def most_careful(tried: NDArray[np.float64], groups: NDArray[np.int64]) -> int:
    """The first choice that is within one standard error of the best, group by group.

    Within two where there are few groups: what twenty lists say by chance is soon believed.
    Breiman and others (1984), "Classification and Regression Trees", 3.4.3.
    """
    best = int(tried.mean(axis=1).argmax())
    names, place = np.unique(groups, return_inverse=True)
    n_errors = 1 if len(names) >= N_SURE else 2
    for i in range(best):
        lost = np.bincount(place, weights=tried[best] - tried[i], minlength=len(names))
        if lost.sum() <= n_errors * np.sqrt((lost**2).sum()):
            return i
    return best

"""From lists to figures: values of every query, their means, intervals and tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .answers import Answers
from .measures import Truth, per_query
from .significance import bootstrap_intervals, holm, randomisation_p
from .views import Rows, View

MIN_QUERIES = 30
"""With fewer, intervals and tests would promise more than they can keep: too few to conclude."""

_BLOCK = 512
SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Exam:
    """The queries that count under one view, and what is right.

    Attributes:
        view: Its name.
        queries: Rows, ascending.
        groups: Group of each, shape as `queries`.
        truth: Judgements of each, of articles that the view allows.
        n_left_out: Queries to which the view leaves no relevant article.
    """

    view: str
    queries: Rows
    groups: NDArray[np.int64]
    truth: Truth
    n_left_out: int

    @property
    def is_conclusive(self) -> bool:
        """Whether there are queries enough for intervals and tests."""
        return len(self.queries) >= MIN_QUERIES

    @classmethod
    def under(
        cls, name: str, view: View, queries: Rows, groups: NDArray[np.int64], truth: Truth
    ) -> Exam:
        """What a view leaves of the judgements; a query that it leaves without any is left out."""
        left: dict[int, Mapping[int, int]] = {}
        for start in range(0, len(queries), _BLOCK):
            block = queries[start : start + _BLOCK]
            for query, allowed in zip(block.tolist(), view(block), strict=True):
                grades = {row: grade for row, grade in truth[query].items() if allowed[row]}
                if any(grades.values()):
                    left[query] = grades
        is_left = np.array([query in left for query in queries.tolist()], dtype=bool)
        n_left_out = int((~is_left).sum())
        return cls(name, queries[is_left], groups[is_left], left, n_left_out)

    def mark(self, answers: Answers, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """Each measure of each query, shape as `queries`."""
        return per_query(self.truth, self.queries, answers.lists[self.view][self.queries], names)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over queries and its 95 % interval; None where there are too few queries."""

    mean: float
    low: float | None
    high: float | None


def means(
    series: NDArray[np.float64],
    groups: NDArray[np.int64],
    rng: np.random.Generator,
    n_resamples: int,
) -> list[Mean]:
    """Mean and interval of each series, all from the same draws of groups.

    Args:
        series: Shape `(n_series, n_queries)`, at least one query.
        groups: Group of each query.
        rng: Draws the groups.
        n_resamples: How often.
    """
    found = series.mean(axis=1).tolist()
    if len(groups) < MIN_QUERIES:
        return [Mean(mean, None, None) for mean in found]
    low, high = bootstrap_intervals(series, groups, rng, n_resamples=n_resamples)
    return [Mean(*row) for row in zip(found, low.tolist(), high.tolist(), strict=True)]


@dataclass(frozen=True, slots=True)
class Difference:
    """One system against another, paired by query; None where there are too few queries."""

    mean: Mean
    p: float | None
    p_holm: float | None
    wins: int
    ties: int
    losses: int

    @property
    def is_significant(self) -> bool | None:
        """Whether the corrected p is below .05."""
        return None if self.p_holm is None else self.p_holm < SIGNIFICANT


def differences(
    series: NDArray[np.float64],
    groups: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    n_resamples: int,
    n_permutations: int,
) -> list[Difference]:
    """Tests each series of differences against zero, corrected over all of them (Holm).

    Args:
        series: Shape `(n_comparisons, n_queries)`: one system's values minus the other's.
        groups: Group of each query.
        rng: Draws groups and signs.
        n_resamples: Draws of the bootstrap.
        n_permutations: Draws of the randomisation test.
    """
    if not len(series):
        return []
    found = means(series, groups, rng, n_resamples)
    p: list[float] | list[None] = [None] * len(series)
    p_holm = p
    if len(groups) >= MIN_QUERIES:
        raw = randomisation_p(series, groups, rng, n_permutations=n_permutations)
        p, p_holm = raw.tolist(), holm(raw).tolist()
    return [
        Difference(
            mean=found[i],
            p=p[i],
            p_holm=p_holm[i],
            wins=int((row > 0).sum()),
            ties=int((row == 0).sum()),
            losses=int((row < 0).sum()),
        )
        for i, row in enumerate(series)
    ]

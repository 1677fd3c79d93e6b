"""Intervals and tests over groups of queries.

Articles that list each other are not independent trials, so whole groups are drawn and whole groups
change sides. Every function takes one value a query and the group of each query.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_MAX_CELLS = 5_000_000
"""Draws times groups held at a time: 40 MB."""

_ROUNDING = 1e-12


def bootstrap_intervals(
    values: NDArray[np.float64],
    groups: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    n_resamples: int = 2000,
    confidence: float = 0.95,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Percentile bootstrap of means over queries (Efron & Tibshirani, 1993, chapter 13).

    As many groups as there are are drawn with replacement; a mean is the total of the drawn values
    over the number of drawn queries. All series share the same draws.

    Args:
        values: Shape `(n_series, n_queries)`, at least one query.
        groups: Shape `(n_queries,)`: the group of each query, any numbers.
        rng: Draws the groups.
        n_resamples: How often.
        confidence: Share of the resampled means that lie inside, 0 to 1.

    Returns:
        Lower and upper bounds, each of shape `(n_series,)`. With one group they equal the mean.
    """
    totals, sizes = _by_group(values, groups)
    n_groups = len(sizes)
    resampled = np.empty((len(values), n_resamples))
    for part in _parts(n_resamples, n_groups):
        n_draws = part.stop - part.start
        draws = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=n_draws)
        times = draws.astype(np.float64).T
        resampled[:, part] = (totals @ times) / (sizes @ times)
    tail = 50 * (1 - confidence)
    low, high = np.percentile(resampled, [tail, 100 - tail], axis=1)
    return low, high


def randomisation_p(
    differences: NDArray[np.float64],
    groups: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    n_permutations: int = 10_000,
) -> NDArray[np.float64]:
    """Two-sided paired randomisation test of mean differences.

    Each group keeps or changes the sign of its differences by the toss of a coin, the same for all
    comparisons; `p = (1 + number of means at least as far from 0 as the observed one) / (1 + n)`
    (Smucker, Allan & Carterette, 2007, doi:10.1145/1321440.1321528).

    Args:
        differences: Shape `(n_comparisons, n_queries)`: one system's values minus the other's.
        groups: Shape `(n_queries,)`.
        rng: Tosses the coins.
        n_permutations: n.

    Returns:
        Shape `(n_comparisons,)`, above 0 and at most 1; 1 where there is no difference at all.
    """
    totals, _ = _by_group(differences, groups)
    n_groups = totals.shape[1]
    observed = np.abs(totals.sum(axis=1)) - _ROUNDING * np.abs(totals).sum(axis=1)
    n_as_far = np.zeros(len(differences), dtype=np.int64)
    for part in _parts(n_permutations, n_groups):
        heads = rng.integers(0, 2, size=(n_groups, part.stop - part.start), dtype=np.int8)
        tossed = np.abs(totals @ (2.0 * heads - 1.0))
        n_as_far += (tossed >= observed[:, None]).sum(axis=1)
    return np.asarray((1 + n_as_far) / (1 + n_permutations))


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corrects p values for their number, step down (S. Holm, 1979, jstor.org/stable/4615733).

    Args:
        p: Shape `(n,)`, 0 to 1, in any order.

    Returns:
        Shape `(n,)`, in the same order, at most 1: below 5 %, the whole family errs once in twenty.
    """
    order = np.argsort(p)
    steps = p[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def _by_group(
    values: NDArray[np.float64], groups: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum of each series in each group, shape `(n_series, n_groups)`, and queries a group."""
    _, place = np.unique(groups, return_inverse=True)
    sizes: NDArray[np.float64] = np.bincount(place).astype(np.float64)
    totals = np.stack([np.bincount(place, weights=row) for row in values])
    return totals.astype(np.float64), sizes


def _parts(n_draws: int, n_groups: int) -> Iterator[slice]:
    size = max(1, _MAX_CELLS // n_groups)
    for start in range(0, n_draws, size):
        yield slice(start, min(start + size, n_draws))

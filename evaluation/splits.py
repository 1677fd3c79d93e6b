"""Which lists may teach and which may test, by time; by groups, the product itself knows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender import ConfigError, Fold


def folds_by_time(
    times: NDArray[np.float64], groups: NDArray[np.int64], n_folds: int
) -> list[Fold]:
    """Folds that learn from older queries only.

    Dated queries are cut by date into one block more than there are folds, as equal as can be
    without parting equal dates. Each block but the first is tested once, with all older ones to
    learn from, less those of a group that reaches into the tested block.

    Args:
        times: Date of each query, NaN where unknown: these neither teach nor test.
        groups: Group of each query.
        n_folds: At least 1.

    Raises:
        ConfigError: There are not enough different dates.
    """
    dates, sizes = np.unique(times[np.isfinite(times)], return_counts=True)
    if n_folds < 1 or len(dates) <= n_folds:
        raise ConfigError(
            f"found lists of {len(dates)} different dates; expected more than the {n_folds} folds "
            "to split by time: use fewer folds, or split by groups.",
            key="split",
        )
    middles = np.cumsum(sizes) - sizes / 2
    block_of_date = np.floor(middles / sizes.sum() * (n_folds + 1)).astype(np.int64)
    block_of_date = _without_gaps(block_of_date, n_folds + 1)
    block = np.full(len(times), -1)
    is_dated = np.isfinite(times)
    block[is_dated] = block_of_date[np.searchsorted(dates, times[is_dated])]
    folds = []
    for fold in range(1, n_folds + 1):
        test = np.flatnonzero(block == fold)
        is_older = (block >= 0) & (block < fold) & ~np.isin(groups, groups[test])
        folds.append(Fold(np.flatnonzero(is_older), test))
    return folds


def _without_gaps(blocks: NDArray[np.int64], n_blocks: int) -> NDArray[np.int64]:
    """Blocks of ascending dates, each of them taken by at least one date, in the same order."""
    n_dates = len(blocks)
    taken = blocks.copy()
    for i in range(n_dates):
        floor = taken[i - 1] if i else 0
        needed = n_blocks - (n_dates - i)  # so that the dates still to come can fill the rest
        reachable = taken[i - 1] + 1 if i else 0
        taken[i] = min(max(taken[i], floor, needed), reachable)
    return taken

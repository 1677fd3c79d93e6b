"""Values in standard deviations, so that what is measured in different units can be added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SMALL = 1e-6


def standardise(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Each column less its mean, in standard deviations; what is absent counts as the median.

    Args:
        values: Shape `(n,)` or `(n, m)`; NaN for absent.

    Returns:
        The same shape, float64; 0 in a column where all are equal or absent.
    """
    filled = values.astype(np.float64)
    n = max(1, len(filled))
    sums = np.add.reduce(filled, axis=0)
    if np.isnan(sums).any():
        columns = filled.reshape(n, -1)
        has_absent = np.isnan(columns).any(axis=0)
        columns[:, has_absent] = _filled(columns[:, has_absent])
        sums = np.add.reduce(filled, axis=0)
    filled -= sums / n
    spread = np.sqrt(np.add.reduce(filled * filled, axis=0) / n)
    standardised: NDArray[np.float64] = filled / np.where(spread > _SMALL, spread, np.inf)
    return standardised


def _filled(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of what there is in each column for what is absent, and 0 where all is."""
    is_absent = np.isnan(columns)
    n_present = len(columns) - is_absent.sum(axis=0)
    ascending = np.sort(columns, axis=0)  # what is absent comes last
    each = np.arange(columns.shape[1])
    middle = np.stack([(n_present - 1) // 2, n_present // 2]).clip(0)
    medians = np.where(n_present > 0, ascending[middle, each].mean(axis=0), 0.0)
    return np.where(is_absent, medians, columns)

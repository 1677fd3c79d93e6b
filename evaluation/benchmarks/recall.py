"""How much of what an exact search finds another one finds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def recall(found: NDArray[np.int64], exact: NDArray[np.int64]) -> float:
    """The mean share of the exact rows of a query that are among the found ones, 0 to 1.

    Args:
        found: Rows found for each query, shape `(n_queries, n)`.
        exact: Those that there are to find, shape `(n_queries, m)`, without repeats.
    """
    n_common = [len(np.intersect1d(*pair)) for pair in zip(found, exact, strict=True)]
    return round(float(np.mean(n_common) / exact.shape[1]), 4)

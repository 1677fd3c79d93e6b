"""What one way of ranking gains over another, with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import sums_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Gain:
    """Two means of nDCG@10 over the same lists, and how sure their difference is.

    Attributes:
        n_lists: How many lists were tested.
        before: Mean of the first way, 0 to 1.
        after: Mean of the second.
        low: Lower end of the 95 % interval of `after - before`.
        high: Its upper end.
    """

    n_lists: int
    before: float
    after: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """What is gained; below 0, what is lost."""
        return self.after - self.before

    @property
    def is_sure(self) -> bool:
        """Whether the whole interval lies above 0."""
        return self.low > 0


def gain_of(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    groups: NDArray[np.int64],
    rng: np.random.Generator,
) -> Gain:
    """Compare paired values; the interval is that of a bootstrap of whole groups.

    The percentile method of Efron and Tibshirani (1993), chapter 13.

    Args:
        before: One value a list, shape `(n_lists,)`, at least one.
        after: The other, in the same order.
        groups: Which lists belong together.
        rng: Draws the groups.
    """
    _, group = np.unique(groups, return_inverse=True)
    n_groups = int(group.max()) + 1
    sums = sums_of(after - before, group, n_groups)
    sizes = np.bincount(group, minlength=n_groups)
    means = np.empty(N_RESAMPLES)
    for i in range(N_RESAMPLES):
        drawn = rng.integers(n_groups, size=n_groups)
        means[i] = sums[drawn].sum() / sizes[drawn].sum()
    low, high = np.quantile(means, (0.025, 0.975))
    return Gain(len(before), float(before.mean()), float(after.mean()), float(low), float(high))

"""The search for weights that lose least on several corpora, near to where it began."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FLAT = 1e-6  # where the loss falls by less, the search ends


class Examples(Protocol):
    """What can be lost on one corpus."""

    @property
    def conditions(self) -> NDArray[np.float64]:
        """What multiplies each column of weights there, shape `(n_conditions,)`."""
        ...

    def loss(self, weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The loss of weights of shape `(n_signals,)`, and its gradient."""
        ...


def descend(
    corpora: Sequence[Examples],
    start: NDArray[np.float64],
    penalty: float,
    is_free: NDArray[np.bool_],
    first: NDArray[np.float64],
    *,
    max_steps: int,
) -> NDArray[np.float64]:
    """The least mean loss, by L-BFGS, where each step away from the start has its price.

    On each corpus the weights are the sum of the columns, each times the corpus's condition.

    Args:
        corpora: At least one; each counts the same, however large.
        start: Weights, shape `(n_signals, n_conditions)`.
        penalty: What the square of each weight's distance from the start costs.
        is_free: Which weights may move, the same shape.
        first: Where the search begins, the same shape.
        max_steps: After so many it ends in any case.

    Returns:
        Weights, the same shape.
    """

    def objective(moved: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = _moved(start, moved, is_free)
        losses, slopes = [], []
        for examples in corpora:
            loss, slope = examples.loss(weights @ examples.conditions)
            losses.append(loss)
            slopes.append(np.outer(slope, examples.conditions))
        slope = np.mean(slopes, axis=0)[is_free] + 2 * penalty * moved
        return float(np.mean(losses)) + penalty * float(moved @ moved), slope

    with threadpool_limits(limits=1):  # steps are so short that threads wait longer than they work
        found = minimize(
            objective,
            (first - start)[is_free],
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": max_steps, "ftol": _FLAT, "gtol": _FLAT},
        )
    return _moved(start, found.x, is_free)


def _moved(
    start: NDArray[np.float64], by: NDArray[np.float64], is_free: NDArray[np.bool_]
) -> NDArray[np.float64]:
    weights = start.copy()
    weights[is_free] += by
    return weights

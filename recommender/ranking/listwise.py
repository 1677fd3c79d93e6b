"""Weights from lists: a linear ranker, fitted list by list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_STEPS = 500
_FLAT = 1e-6  # where the loss falls by less, the search ends


@dataclass(frozen=True, slots=True)
class Examples:
    """Candidates of queries whose lists are known, of one corpus.

    Attributes:
        signals: Standardised, shape `(n_pairs, n_signals)`, float32.
        listed: Places of candidates that stand in their query's list, int64.
        shares: What share of the list each of these is, float32: they add up to 1.
        starts: Where the candidates of each query begin, int64.
        owners: The query of each candidate, int64.
    """

    signals: NDArray[np.float32]
    listed: NDArray[np.int64]
    shares: NDArray[np.float32]
    starts: NDArray[np.int64]
    owners: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        signals: NDArray[np.floating],
        is_listed: NDArray[np.bool_],
        offsets: NDArray[np.int64],
        chosen: NDArray[np.bool_],
    ) -> Examples:
        """Those of the chosen queries that have an entry of their list among the candidates.

        Args:
            signals: Standardised, shape `(n_pairs, n_signals)`.
            is_listed: Whether each candidate stands in its query's list.
            offsets: Where the candidates of each query begin, and where the last ones end.
            chosen: Which queries may be learned from.
        """
        owners = np.repeat(np.arange(len(chosen)), np.diff(offsets))
        n_found = np.bincount(owners, weights=is_listed, minlength=len(chosen))
        is_used = chosen & (n_found > 0)
        kept = is_used[owners]
        renumbered = (np.cumsum(is_used) - 1)[owners[kept]]
        lengths = np.diff(offsets)[is_used]
        listed = np.flatnonzero(is_listed[kept])
        return cls(
            signals=signals[kept].astype(np.float32, copy=False),
            listed=listed,
            shares=(1 / n_found[owners[kept][listed]]).astype(np.float32),
            starts=np.cumsum(lengths) - lengths,
            owners=renumbered,
        )

    def __len__(self) -> int:
        return len(self.starts)

    def loss(self, weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Mean over queries of the cross-entropy between the list and the softmax of the scores.

        This is ListNet's loss (Cao and others 2007, doi 10.1145/1273496.1273513) with every entry
        of a list as good as the next.

        Returns:
            The loss and its gradient.
        """
        scores = self.signals @ weights.astype(np.float32)
        scores -= np.maximum.reduceat(scores, self.starts)[self.owners]
        grown = np.exp(scores)
        totals = np.add.reduceat(grown, self.starts)
        logarithms = scores[self.listed] - np.log(totals)[self.owners[self.listed]]
        loss = -float((self.shares * logarithms).sum())
        grown /= totals[self.owners]
        grown[self.listed] -= self.shares
        return loss / len(self), (grown @ self.signals).astype(np.float64) / len(self)


def fit_weights(
    corpora: Sequence[Examples],
    prior: NDArray[np.float64],
    penalty: float,
    is_free: NDArray[np.bool_],
    first: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Weights that put the lists' entries first, near to those that were known before.

    Args:
        corpora: Examples; each corpus counts the same, however large.
        prior: The weights before, shape `(n_signals,)`.
        penalty: What the square of each weight's distance from the prior costs.
        is_free: Which weights may move.
        first: Where the search begins; None: at the prior. It ends at the same place.

    Returns:
        Shape `(n_signals,)`; the prior where there is no example.
    """
    used = [examples for examples in corpora if len(examples)]
    if not used:
        return prior

    def objective(moved: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = prior.copy()
        weights[is_free] += moved
        losses, slopes = zip(*(examples.loss(weights) for examples in used), strict=True)
        slope = np.mean(slopes, axis=0)[is_free] + 2 * penalty * moved
        return sum(losses) / len(used) + penalty * float(moved @ moved), slope

    with threadpool_limits(limits=1):  # steps are so short that threads wait longer than they work
        found = minimize(
            objective,
            (prior if first is None else first)[is_free] - prior[is_free],
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _MAX_STEPS, "ftol": _FLAT, "gtol": _FLAT},
        )
    weights = prior.copy()
    weights[is_free] += found.x
    return weights

"""Weights from lists: a linear ranker, fitted list by list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.ranking.descent import descend

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_STEPS = 500


@dataclass(frozen=True, slots=True)
class Examples:
    """Candidates of queries whose lists are known, of one corpus.

    Attributes:
        signals: Standardised, shape `(n_pairs, n_signals)`, float32.
        listed: Places of candidates that stand in their query's list, int64.
        shares: What share of the list each of these is, float32: they add up to 1.
        starts: Where the candidates of each query begin, int64.
        owners: The query of each candidate, int64.
        conditions: What multiplies each column of weights here, shape `(n_conditions,)`, float64.
    """

    signals: NDArray[np.float32]
    listed: NDArray[np.int64]
    shares: NDArray[np.float32]
    starts: NDArray[np.int64]
    owners: NDArray[np.int64]
    conditions: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        signals: NDArray[np.floating],
        is_listed: NDArray[np.bool_],
        offsets: NDArray[np.int64],
        chosen: NDArray[np.bool_],
        conditions: NDArray[np.float64],
    ) -> Examples:
        """Those of the chosen queries that have an entry of their list among the candidates.

        Args:
            signals: Standardised, shape `(n_pairs, n_signals)`.
            is_listed: Whether each candidate stands in its query's list.
            offsets: Where the candidates of each query begin, and where the last ones end.
            chosen: Which queries may be learned from.
            conditions: See `Examples`.
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
            conditions=conditions,
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
        prior: The weights before, shape `(n_signals, n_conditions)`.
        penalty: What the square of each weight's distance from the prior costs.
        is_free: Which weights may move, the same shape.
        first: Where the search begins; None: at the prior. It ends at the same place.

    Returns:
        The same shape; the prior where there is no example.
    """
    used = [examples for examples in corpora if len(examples)]
    if not used:
        return prior
    begin = prior if first is None else first
    return descend(used, prior, penalty, is_free, begin, max_steps=_MAX_STEPS)

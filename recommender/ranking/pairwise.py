"""Weights from pairs: what a linear ranker that is fitted already still gains in nDCG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import spans, sums_of
from recommender.ranking.descent import descend
from recommender.ranking.listwise import Examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_RIVALS = 60
"""Best candidates of a query with which the entries of its list are compared."""

DEPTH = 10
_N_ROUNDS = 2  # after each, the ranks are taken anew
_MAX_STEPS = 30


@dataclass(frozen=True, slots=True)
class Pairs:
    """An entry of a list and a candidate that is none, and what it costs to swap them.

    Attributes:
        signals: Standardised, shape `(n_candidates, n_signals)`, float32.
        entries: Place in `signals` of each pair's entry, int64.
        rivals: Place of the other one, int64.
        stakes: By how much a swap of the two changes nDCG, over the number of queries, float64.
        conditions: What multiplies each column of weights here, as in `Examples`.
    """

    signals: NDArray[np.float32]
    entries: NDArray[np.int64]
    rivals: NDArray[np.int64]
    stakes: NDArray[np.float64]
    conditions: NDArray[np.float64]

    @classmethod
    def of(cls, examples: Examples, weights: NDArray[np.float64]) -> Pairs:
        """The pairs that matter as these weights rank the candidates."""
        ranks = _ranks(examples, weights)
        is_listed = np.zeros(len(ranks), dtype=bool)
        is_listed[examples.listed] = True
        kept = np.flatnonzero(is_listed | (ranks < N_RIVALS))
        ranks, owners = ranks[kept], examples.owners[kept]
        entries, rivals = np.flatnonzero(is_listed[kept]), np.flatnonzero(~is_listed[kept])
        n_rivals = np.bincount(owners[rivals], minlength=len(examples))
        places, of_entry = spans(np.cumsum([0, *n_rivals]), owners[entries])
        entries, rivals = entries[of_entry], rivals[places]
        discounts = 1 / np.log2(ranks + 2)
        swaps = np.abs(discounts[entries] - discounts[rivals])
        ideals = _ideals(examples)[owners[entries]]
        stakes = swaps / ideals / len(examples)
        return cls(examples.signals[kept], entries, rivals, stakes, examples.conditions)

    def loss(self, weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The logistic loss of all pairs, by their stakes, and its gradient.

        This is the loss of LambdaRank (Burges and others 2006, "Learning to Rank with Nonsmooth
        Cost Functions").
        """
        scores = (self.signals @ weights.astype(np.float32)).astype(np.float64)
        leads = scores[self.entries] - scores[self.rivals]
        pulls = self.stakes / (1 + np.exp(np.clip(leads, -50, 50)))
        n = len(scores)
        slopes = sums_of(pulls, self.rivals, n) - sums_of(pulls, self.entries, n)
        loss = float(self.stakes @ np.logaddexp(0, -leads))
        return loss, (slopes.astype(np.float32) @ self.signals).astype(np.float64)


def refine_weights(
    corpora: Sequence[Examples],
    fitted: NDArray[np.float64],
    penalty: float,
    is_free: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Weights near to fitted ones that put the lists' entries higher where it counts.

    Args:
        corpora: Examples; each corpus counts the same, however large.
        fitted: What `fit_weights` found, shape `(n_signals, n_conditions)`.
        penalty: What the square of each weight's distance from these costs.
        is_free: Which weights may move, the same shape.

    Returns:
        The same shape; the fitted ones where there is no example.
    """
    used = [examples for examples in corpora if len(examples)]
    best = fitted
    for _ in range(_N_ROUNDS if used else 0):
        pairs = [Pairs.of(examples, best @ examples.conditions) for examples in used]
        best = descend(pairs, fitted, penalty, is_free, best, max_steps=_MAX_STEPS)
    return best


def _ranks(examples: Examples, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """The rank of each candidate among those of its query, from 0; equal ones by place."""
    scores = examples.signals @ weights.astype(np.float32)
    order = np.lexsort((-scores, examples.owners))
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order)) - examples.starts[examples.owners]
    return ranks


def _ideals(examples: Examples) -> NDArray[np.float64]:
    """The greatest DCG@10 of each query's candidates."""
    n_listed = np.bincount(examples.owners[examples.listed], minlength=len(examples))
    best = np.cumsum(1 / np.log2(np.arange(DEPTH) + 2))
    ideals: NDArray[np.float64] = best[np.minimum(n_listed, DEPTH) - 1]
    return ideals

"""From weighed candidates to the list that readers see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import TermTable, tell_same_story
from recommender.ranking.ground import N_NEAREST, Ground
from recommender.ranking.ranked import Ranked
from recommender.settings import Policy

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_CONSIDERED = 100
"""The best candidates, from which lists are made."""


def choose(
    ranked: Ranked,
    sketch: NDArray[np.uint16],
    ground: Ground,
    policy: Policy,
    k: int,
    head: Sequence[int] = (),
) -> list[int]:
    """Choose one candidate after the other, best first, ties by row.

    Where diversity is wanted, each next one has the greatest marginal relevance: the score, less
    the greatest similarity to what is chosen (Carbonell and Goldstein 1998, doi
    10.1145/290941.291025).

    Args:
        ranked: The candidates.
        sketch: Of the article that is being read.
        ground: The collection.
        policy: What the site wants.
        k: Length of the list, the head included.
        head: Rows that stand above already; these may be anything.

    Returns:
        Places in `ranked`, at most `k - len(head)`.
    """
    rows, n_near = ranked.rows, ground.n_near[ranked.rows]
    spread = ranked.raw - policy.exposure * np.log1p(n_near / N_NEAREST)
    best = np.lexsort((rows, -spread))[: max(N_CONSIDERED, k)]
    shelf = _Shelf(rows[best], ranked.scores[best], ground, policy)
    shelf.close_copies(sketch)
    for row in head:
        shelf.take(row)
    chosen: list[int] = []
    while len(chosen) + len(head) < k and shelf.is_open.any():
        place = shelf.best()
        shelf.take(int(shelf.rows[place]))
        shelf.is_open[place] = False
        chosen.append(int(best[place]))
    return chosen


class _Shelf:
    """Candidates in their order, some of which may no longer be taken."""

    def __init__(
        self, rows: NDArray[np.int64], scores: NDArray[np.float64], ground: Ground, policy: Policy
    ) -> None:
        self.rows = rows
        self.is_open: NDArray[np.bool_] = scores >= policy.floor
        self._scores = scores
        self._ground = ground
        self._policy = policy
        self._nearest = np.zeros(len(rows))  # to anything that is taken
        self._n_taken_of: dict[int, int] = {}
        self._sketches = ground.features.sketches[rows]
        self._providers = _first_label(ground.features.providers.take(rows))

    def best(self) -> int:
        """The open place to take next."""
        if not self._policy.diversity:
            return int(self.is_open.argmax())
        share = self._policy.diversity
        merit = (1 - share) * self._scores - share * self._nearest
        return int(np.where(self.is_open, merit, -np.inf).argmax())

    def take(self, row: int) -> None:
        """Put a row into the list, and close what may not stand beside it."""
        features = self._ground.features
        self.is_open &= self.rows != row
        self.close_copies(features.sketches[row])
        if self._policy.diversity:
            vectors = self._ground.vectors
            self._nearest = np.maximum(self._nearest, vectors[self.rows] @ vectors[row])
        if self._policy.per_provider is not None:
            label = _first_label(features.providers.take(np.array([row])))
            self._count_provider(int(label[0]), self._policy.per_provider)

    def close_copies(self, sketch: NDArray[np.uint16]) -> None:
        """Close what tells the same story as an article of this sketch."""
        if self._policy.same_story == "collapse":
            self.is_open &= ~tell_same_story(self._sketches, sketch)

    def _count_provider(self, provider: int, n_allowed: int) -> None:
        if provider < 0:
            return
        taken = self._n_taken_of[provider] = self._n_taken_of.get(provider, 0) + 1
        if taken >= n_allowed:
            self.is_open &= self._providers != provider


def _first_label(table: TermTable) -> NDArray[np.int64]:
    """The label of each article, -1 where it has none."""
    return np.where(table.weights[:, 0] > 0, table.ids[:, 0], -1).astype(np.int64)

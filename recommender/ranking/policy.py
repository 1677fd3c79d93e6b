"""From weighed candidates to the list that readers see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import TermTable, tell_same_story
from recommender.ranking.ground import Ground
from recommender.ranking.neighbourhoods import N_NEAREST
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
    best = np.argsort(-spread, kind="stable")[: max(N_CONSIDERED, k)]  # rows ascend
    shelf = _Shelf(rows[best], ranked.scores[best], ground, policy, sketch)
    for row in head:
        shelf.take(row)
    chosen: list[int] = []
    while len(chosen) + len(head) < k and (place := shelf.best()) is not None:
        shelf.take(int(shelf.rows[place]))
        chosen.append(int(best[place]))
    return chosen


class _Shelf:
    """Candidates in their order, some of which may no longer be taken."""

    def __init__(
        self,
        rows: NDArray[np.int64],
        scores: NDArray[np.float64],
        ground: Ground,
        policy: Policy,
        sketch: NDArray[np.uint16],
    ) -> None:
        self.rows = rows
        self._is_open: NDArray[np.bool_] = scores >= policy.floor
        self._scores = scores
        self._ground = ground
        self._policy = policy
        self._nearest = np.zeros(len(rows))  # to anything that is taken
        self._n_taken_of: dict[int, int] = {}
        self._told = sketch[np.newaxis]  # the stories of the query and of what is taken

    def best(self) -> int | None:
        """The open place to take next, if there is one that tells a new story."""
        while self._is_open.any():
            place = int(self._merits().argmax())
            if not self._is_told(int(self.rows[place])):
                return place
            self._is_open[place] = False
        return None

    def take(self, row: int) -> None:
        """Put a row into the list, and close what may not stand beside it."""
        self._is_open &= self.rows != row
        if self._policy.same_story == "collapse":
            sketch = self._ground.features.sketches[[row]]
            self._told = np.concatenate([self._told, sketch])
        if self._policy.diversity:
            vectors = self._ground.vectors
            self._nearest = np.maximum(self._nearest, np.vecdot(vectors[self.rows], vectors[row]))
        if self._policy.per_provider is not None:
            self._count_provider(row, self._policy.per_provider)

    def _merits(self) -> NDArray[np.floating] | NDArray[np.bool_]:
        """What is greatest at the place to take next, the first of equal ones."""
        if not self._policy.diversity:
            return self._is_open
        share = self._policy.diversity
        merits = (1 - share) * self._scores - share * self._nearest
        return np.where(self._is_open, merits, -np.inf)

    def _is_told(self, row: int) -> bool:
        if self._policy.same_story == "keep":
            return False
        return bool(tell_same_story(self._told, self._ground.features.sketches[row]).any())

    def _count_provider(self, row: int, n_allowed: int) -> None:
        table = self._ground.features.providers
        (provider,) = _first_labels(table, np.array([row])).tolist()
        if provider < 0:
            return
        taken = self._n_taken_of[provider] = self._n_taken_of.get(provider, 0) + 1
        if taken >= n_allowed:
            self._is_open &= _first_labels(table, self.rows) != provider


def _first_labels(table: TermTable, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The label of each row, -1 where it has none."""
    return np.where(table.weights[rows, 0] > 0, table.ids[rows, 0], -1)

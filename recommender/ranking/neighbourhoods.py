"""What is kept of each article's nearest, and carried over where a collection changes a little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.ranking.levels import RANKS, levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_NEAREST = 10
"""So many nearest are kept by their rows."""

NOBODY = -1

_FEW = 20  # one of so many articles may have changed; of more, all are asked anew
_BLOCK = 4096  # articles that are compared with the changed ones at a time
_ROUNDING = 1e-5  # similarities that differ by less may be in another order


@dataclass(frozen=True, slots=True)
class Neighbourhoods:
    """What is kept of each article's nearest, by vectors or by words.

    Attributes:
        levels: Shape `(n_articles, len(RANKS))`, float32.
        nearest: Their rows, best first, `NOBODY` where there are no more, shape
            `(n_articles, N_NEAREST)`, int32.
    """

    levels: NDArray[np.float32]
    nearest: NDArray[np.int32]

    @classmethod
    def unknown(cls, n_articles: int) -> Neighbourhoods:
        """Those of articles that nobody has asked about yet."""
        return cls(
            levels=np.zeros((n_articles, len(RANKS)), dtype=np.float32),
            nearest=np.full((n_articles, N_NEAREST), NOBODY, dtype=np.int32),
        )

    def note(
        self,
        place: int,
        rows: NDArray[np.int64],
        similarities: NDArray[np.floating],
        row: int | None = None,
    ) -> None:
        """Keep what is asked of an article's nearest.

        Args:
            place: Where to keep it.
            rows: Of the nearest, best first, the article itself perhaps among them.
            similarities: Of these.
            row: The article's own; None where that is its place.
        """
        is_other = rows != (place if row is None else row)
        self.levels[place] = levels(similarities[is_other])
        first = rows[is_other][:N_NEAREST]
        self.nearest[place] = NOBODY
        self.nearest[place, : len(first)] = first

    def n_near(self) -> NDArray[np.int64]:
        """To how many articles each one is among the `N_NEAREST` nearest, int64."""
        return np.bincount(self.nearest[self.nearest >= 0], minlength=len(self.nearest))


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier state of a collection, in the same order.

    Attributes:
        vectors: Shape `(n_before, dim)`, float32.
        near: What was kept by them.
        rows: The row that each article of now had then; -1 where its vector is new.
    """

    vectors: NDArray[np.float32]
    near: Neighbourhoods
    rows: NDArray[np.int64]

    def carried_over(
        self, vectors: NDArray[np.float32]
    ) -> tuple[Neighbourhoods, NDArray[np.int64]]:
        """What still holds, and the articles that must be asked about.

        These are the new ones, and those to which one that is new or gone is as near as the last
        of those that count.

        Args:
            vectors: Those of now.
        """
        is_new = self.rows < 0
        is_gone = np.ones(len(self.vectors), dtype=bool)
        is_gone[self.rows[~is_new]] = False
        changed = np.concatenate([vectors[is_new], self.vectors[is_gone]])
        if len(changed) * _FEW > len(vectors):
            return Neighbourhoods.unknown(len(vectors)), np.arange(len(vectors))
        near = Neighbourhoods(self.near.levels[self.rows], self._renumbered())
        is_touched = is_new.copy()
        for start in range(0, len(vectors), _BLOCK):
            block = slice(start, start + _BLOCK)
            nearest = (vectors[block] @ changed.T).max(axis=1, initial=-np.inf)
            is_touched[block] |= nearest >= near.levels[block, -1] - _ROUNDING
        return near, np.flatnonzero(is_touched)

    def _renumbered(self) -> NDArray[np.int32]:
        """The nearest of each article, by the rows of now; any for those that are asked anew."""
        rows_now = np.full(len(self.vectors) + 1, NOBODY, dtype=np.int32)  # and one for nobody
        is_old = self.rows >= 0
        rows_now[self.rows[is_old]] = np.flatnonzero(is_old)
        return rows_now[self.near.nearest[self.rows]]

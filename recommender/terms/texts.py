"""Texts as the numbers of their terms, in few arrays: a million small ones would weigh more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import places_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Block = tuple[NDArray[np.int32], NDArray[np.int64]]
    """The terms of some texts, one text after the other, and how many each one has."""

BLOCK = 4096
"""So many texts are worked on at a time: their terms stay in the cache."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The terms of each text, in their order, repeats included.

    Attributes:
        numbers: Numbers of terms, int32.
        starts: Where those of each text begin, int64; texts may share their terms.
        ends: Where they end, int64.
    """

    numbers: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def between(cls, numbers: NDArray[np.int32], offsets: NDArray[np.int64]) -> Texts:
        """Texts one after the other; `offsets` are where each begins, and where the last ends."""
        return cls(numbers, offsets[:-1], offsets[1:])

    @classmethod
    def from_lists(cls, lists: Sequence[Sequence[int] | NDArray[np.integer]]) -> Texts:
        """Texts from the numbers of each one."""
        numbers = np.concatenate([np.zeros(0, dtype=np.int32), *lists]).astype(np.int32)
        return cls.between(numbers, np.cumsum([0, *map(len, lists)], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.starts)

    def of(self, text: int) -> NDArray[np.int32]:
        """The terms of one text."""
        return self.numbers[self.starts[text] : self.ends[text]]

    def gather(self, texts: NDArray[np.integer]) -> Block:
        """The terms of several texts."""
        starts, ends = self.starts[texts], self.ends[texts]
        places, _ = places_between(starts, ends)
        return self.numbers[places], ends - starts

    def blocks(self) -> Iterator[Block]:
        """All of them, some thousand at a time."""
        for start in range(0, len(self), BLOCK):
            yield self.gather(np.arange(start, min(start + BLOCK, len(self))))

    def renumbered(self, numbers: NDArray[np.int32]) -> Texts:
        """The same with another number for each term."""
        return Texts(numbers[self.numbers], self.starts, self.ends)

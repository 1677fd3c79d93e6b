"""Which texts cannot have a word, told from few bits: nearly all pairs of a title and a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Running:
    """Words of texts, in their order, and where each text begins and the last one ends."""

    keys: NDArray[np.int64]
    offsets: NDArray[np.int64]

    def of(self, text: int) -> NDArray[np.int64]:
        """Those of one text."""
        return self.keys[self.offsets[text] : self.offsets[text + 1]]


class SiftedTexts:
    """Texts with a filter of B. Bloom's (1970, doi 10.1145/362686.362692).

    Args:
        keys: Words, one text after the other.
        lengths: Of the texts.

    Attributes:
        words: The same.
    """

    def __init__(self, keys: NDArray[np.int64], lengths: NDArray[np.int64]) -> None:
        self.words = Running(keys, np.concatenate([[0], np.cumsum(lengths)]))
        self._bits = np.zeros(1 << _N_BITS, dtype=bool)
        self._bits[_mixed(np.repeat(np.arange(len(lengths)), lengths), keys)] = True

    def may_hold(self, texts: NDArray[np.int64], titles: NDArray[np.int64], of: Running) -> Mask:
        """Whether all words of a title may stand in a text, pair by pair; where not, one does not.

        Args:
            texts: Numbers of texts, shape `(n_pairs,)`.
            titles: Numbers of titles, the same shape.
            of: The words of titles.
        """
        places, pairs = spans(of.offsets, titles)
        has_all = np.ones(len(titles), dtype=bool)
        has_all[pairs[~self._bits[_mixed(texts[pairs], of.keys[places])]]] = False
        return has_all


_N_BITS = 26
"""Texts of a range have some million words; so a few in a hundred are taken for what is there."""


def _mixed(texts: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A number of `_N_BITS` bits for a word of a text; Fibonacci hashing (Knuth, volume 3, 6.4)."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    mixed: NDArray[np.uint64] = (keys.view(np.uint64) ^ (texts.view(np.uint64) * golden)) * golden
    return mixed >> np.uint64(64 - _N_BITS)

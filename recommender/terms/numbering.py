"""Terms → numbers, and the vocabulary that numbers them the same way later on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import term_key

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Numbering:
    """Numbers the terms of one text after the other, in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, terms: Iterable[str]) -> NDArray[np.int32]:
        """The number of each term; new ones are numbered on."""
        known = self._numbers
        return np.array([known.setdefault(term, len(known)) for term in terms], dtype=np.int32)

    def ordered(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Keys of all terms, ascending, and for each number so far its place among these."""
        keys = np.array([term_key(term) for term in self._numbers], dtype=np.int64)
        order = np.argsort(keys)
        places = np.empty(len(keys), dtype=np.int32)
        places[order] = np.arange(len(keys), dtype=np.int32)
        return keys[order], places


def number_keys(
    texts: Sequence[NDArray[np.int64]],
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """The same for texts of which the keys are known: keys, ascending, and each text's numbers."""
    flat = np.concatenate([np.zeros(0, dtype=np.int64), *texts])
    keys, numbers = np.unique(flat, return_inverse=True)
    return keys, np.split(numbers, np.cumsum([len(text) for text in texts])[:-1])

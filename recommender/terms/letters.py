"""Text → hashed letter n-grams, for words that the model and the dictionary do not know."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZES = (3, 4, 5)

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio (Knuth 6.4)
_ONE = np.uint64(1)
_SPACE = ord(" ")


def letter_ngrams(text: str) -> NDArray[np.int64]:
    """The n-grams of three to five letters within the words of a text, a space at their ends.

    Returns:
        A hash of each n-gram, repeats included, int64; equal ones have equal hashes.
    """
    level = unicodedata.normalize("NFKC", text).casefold()
    spaced = f" {' '.join(level.split())} ".encode("utf-32-le", "surrogatepass")
    letters = np.frombuffer(spaced, dtype=np.uint32)
    is_space = letters == _SPACE
    found = []
    for size in SIZES:
        n = len(letters) - size + 1
        if n < 1:
            break
        hashed = np.zeros(n, dtype=np.uint64)
        for i in range(size):
            hashed = (hashed + letters[i : i + n] + _ONE) * _MULTIPLIER
        crosses = np.zeros(n, dtype=bool)
        for i in range(1, size - 1):
            crosses |= is_space[i : i + n]
        found.append((hashed[~crosses] >> _ONE).astype(np.int64))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

"""Texts → sketches, from which it can be told how far two articles have the same wording.

A sketch is a MinHash (A. Broder, "On the resemblance and containment of documents", 1997, doi
10.1109/SEQUEN.1997.666900) of the pairs of neighbouring words: the share of places in which two
sketches agree is about the Jaccard coefficient of the two sets of pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.terms.texts import Texts

N_PLACES = 256
"""Agreement is then off by 0.03, one standard error, for texts that share half of their pairs."""

N_PAIRS = 250
"""Of a longer text the beginning is taken; a copy that shares its beginning is a copy."""

_random = np.random.default_rng(1997)  # what makes sketches of all times comparable
_ODD = _random.integers(2**63, size=N_PLACES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_SHIFTS = _random.integers(2**63, size=N_PLACES, dtype=np.uint64)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio
_HIGH = np.uint64(32)


def sketch(keys: NDArray[np.int64]) -> NDArray[np.uint16]:
    """The sketch of a text.

    Args:
        keys: Key of each word, in their order.

    Returns:
        Shape `(N_PLACES,)`; all 0 where there are no two words, which agrees with nothing.
    """
    words = keys[: N_PAIRS + 1].astype(np.uint64)
    pairs = words[:-1] * _SPREAD ^ words[1:]
    if not len(pairs):
        return np.zeros(N_PLACES, dtype=np.uint16)
    hashes = pairs[:, None] * _ODD
    hashes += _SHIFTS
    least: NDArray[np.uint64] = hashes.min(axis=0) >> _HIGH
    places: NDArray[np.uint16] = (least % np.uint64(2**16 - 1) + np.uint64(1)).astype(np.uint16)
    return places


def sketches_of(
    texts: Texts, keys: NDArray[np.int64], known: NDArray[np.uint16] | None = None
) -> NDArray[np.uint16]:
    """The sketches of texts.

    Args:
        texts: The words of each.
        keys: Key of each word.
        known: Those that are known already; where one is all 0, it is made.

    Returns:
        Shape `(len(texts), N_PLACES)`.
    """
    sketches = np.zeros((len(texts), N_PLACES), dtype=np.uint16) if known is None else known.copy()
    for row in np.flatnonzero(sketches[:, 0] == 0).tolist():
        sketches[row] = sketch(keys[texts.of(row)[: N_PAIRS + 1]])
    return sketches

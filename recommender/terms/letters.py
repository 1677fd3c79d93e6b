"""Text → hashed letter n-grams, for words that the model and the dictionary do not know."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.terms.texts import Texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.terms.texts import Block

SIZES = (3, 4, 5)

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio (Knuth 6.4)
_ONE = np.uint64(1)


def spaced_words(text: str) -> list[str]:
    """What stands between the spaces of a text, case and width of letters levelled."""
    return unicodedata.normalize("NFKC", text).casefold().split()


def letter_ngrams(text: str) -> NDArray[np.int64]:
    """The n-grams of three to five letters within the words of a text, a space at their ends.

    Returns:
        A hash of each n-gram, repeats included, int64; equal ones have equal hashes.
    """
    return _hashed(spaced_words(text))[0]


def number_ngrams(words: Sequence[str]) -> tuple[NDArray[np.int64], Texts]:
    """The hashes of the n-grams of words, ascending, and those of each word by their places."""
    hashes, lengths = _hashed(words)
    keys, numbers = np.unique(hashes, return_inverse=True)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return keys, Texts.between(numbers.astype(np.int32), offsets)


def spelt_out(texts: Texts, ngrams: Texts) -> Iterator[Block]:
    """The n-grams of texts, some thousand texts at a time.

    Args:
        texts: Given as words.
        ngrams: Of each word.
    """
    for words, lengths in texts.blocks():
        numbers, n_of_word = ngrams.gather(words)
        n_until = np.concatenate([[0], np.cumsum(n_of_word)])
        ends = np.cumsum(lengths)
        yield numbers, n_until[ends] - n_until[ends - lengths]


def _hashed(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The hash of each n-gram, one word after the other, and how many each word has."""
    spaced = "".join(f" {word} " for word in words).encode("utf-32-le", "surrogatepass")
    letters = np.frombuffer(spaced, dtype=np.uint32)
    lengths = np.array([len(word) + 2 for word in words], dtype=np.int64)
    room = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(letters))  # to the word's end
    beyond = np.concatenate([letters, np.zeros(max(SIZES), dtype=np.uint32)])
    hashes = np.zeros((len(SIZES), len(letters)), dtype=np.uint64)
    hashed = np.zeros(len(letters), dtype=np.uint64)
    for i in range(max(SIZES)):
        hashed = (hashed + beyond[i : i + len(letters)] + _ONE) * _MULTIPLIER
        if i + 1 in SIZES:
            hashes[SIZES.index(i + 1)] = hashed >> _ONE
    fits = room >= np.array(SIZES)[:, np.newaxis]
    n_of_word = np.maximum(lengths - np.array(SIZES)[:, np.newaxis] + 1, 0).sum(axis=0)
    return hashes.T[fits.T].astype(np.int64), n_of_word

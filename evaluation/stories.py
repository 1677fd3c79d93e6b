"""Whether two articles tell the same story: the report's own test, apart from the product's.

Resemblance is the Jaccard coefficient of the sets of neighbouring word pairs (A. Broder, "On the
resemblance and containment of documents", 1997, doi:10.1109/SEQUEN.1997.666900, shingles of w = 2).
From one half on, two articles count as one story: a copy in which every fifth word was replaced
still reaches it, two articles about the same event do not.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from .collection import Collection
from .task import NOBODY

SAME_STORY = 0.5
N_CHARACTERS = 2000
"""Of the body; a copy that shares its beginning is a copy."""

_ONE_WORD_EACH = "\u3040-\u30ff\u3400-\u9fff"  # scripts without spaces: every character is a word
_WORD = f"[{_ONE_WORD_EACH}]|[^\\W{_ONE_WORD_EACH}]+"
_BLOCK = 50_000


class Stories:
    """The word pairs of a collection's articles."""

    def __init__(self, collection: Collection) -> None:
        self._texts = [
            f"{article.title} {article.excerpt} {article.body[:N_CHARACTERS]}"
            for article in collection.articles
        ]

    @cached_property
    def _pairs(self) -> sparse.csr_matrix:
        vectorizer = CountVectorizer(
            ngram_range=(2, 2), token_pattern=_WORD, binary=True, dtype=np.int32
        )
        try:
            return vectorizer.fit_transform(self._texts)
        except ValueError:  # nowhere two words: nothing resembles anything
            return sparse.csr_matrix((len(self._texts), 1), dtype=np.int32)

    @cached_property
    def _sizes(self) -> NDArray[np.float64]:
        return _sums(self._pairs)

    def resemblance(
        self, first: NDArray[np.integer], second: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """Jaccard coefficient of rows pair by pair, 0 to 1; 0 where neither has two words."""
        found = [np.zeros(0)]
        for start in range(0, len(first), _BLOCK):
            part = slice(start, start + _BLOCK)
            shared = _sums(self._pairs[first[part]].multiply(self._pairs[second[part]]))
            total = self._sizes[first[part]] + self._sizes[second[part]]
            found.append(shared / np.maximum(total - shared, 1))
        return np.concatenate(found)

    def _is_same(
        self, first: NDArray[np.integer], second: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        """Whether rows resemble each other enough; most cannot, as one has too many more pairs."""
        sizes = self._sizes
        smaller = np.minimum(sizes[first], sizes[second])
        larger = np.maximum(sizes[first], sizes[second])
        is_same: NDArray[np.bool_] = smaller >= SAME_STORY * larger
        is_same[is_same] = self.resemblance(first[is_same], second[is_same]) >= SAME_STORY
        return is_same

    def has_repeat(self, lists: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether each list tells a story twice.

        Args:
            lists: Shape `(n_lists, length)`, rows, ended by `NOBODY`.
        """
        left, right = np.triu_indices(lists.shape[1], k=1)
        a, b = lists[:, left], lists[:, right]
        is_pair = (a != NOBODY) & (b != NOBODY)
        n = len(self._texts)
        codes = (np.minimum(a, b).astype(np.int64) * n + np.maximum(a, b))[is_pair]
        unique, place = np.unique(codes, return_inverse=True)
        is_same = self._is_same(unique // n, unique % n)
        answer = np.zeros(is_pair.shape, dtype=bool)
        answer[is_pair] = is_same[place]
        return np.asarray(answer.any(axis=1))


def _sums(matrix: sparse.csr_matrix) -> NDArray[np.float64]:
    return np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()

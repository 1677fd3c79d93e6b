"""What a system is asked, and the two ways in which it may answer: by scores or by lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .collection import Collection
from .views import ALL, Rows, View

NOBODY = -1
"""Fills a list that has ended."""

MAX_CELLS = 4_000_000
"""Scores held at a time: about 100 MB with what is made of them."""

MAX_QUERIES = 512
"""Queries scored at a time: what some systems hold grows with their number alone."""

Scorer = Callable[[Rows], NDArray[np.floating]]
Lists = Mapping[str, NDArray[np.int32]]
"""View to lists, shape `(n_queries, depth)`, rows of articles, best first."""

CalibratedScorer = Callable[[Rows], tuple[NDArray[np.floating], NDArray[np.floating]]]
"""Query rows, shape `(m,)`, to what orders and to calibrated scores, both `(m, n_articles)`."""

Choice = Callable[[NDArray[np.bool_]], Sequence[NDArray[np.int64]]]
"""What each of m queries may be answered with, shape `(m, n_articles)`, to a list each."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Lists of a system that also says how likely each suggestion is to be listed by an editor.

    Attributes:
        lists: View to lists, shape `(n_queries, depth)`.
        scores: The calibrated score of each place of the lists over all candidates, the same shape,
            0 to 1, float32; NaN where there is none.
    """

    lists: Lists
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Task:
    """Queries to be answered.

    Attributes:
        collection: The articles.
        queries: Rows of the articles to make lists for.
        views: From what each list may be made, by name.
        lists: The editors' lists that may be learned from, article id to ids. They are an argument:
            the lists of the queries are never among them, nor those of their groups.
        depth: Length of each list.
        seed: For a system that draws lots.
    """

    collection: Collection
    queries: Rows
    views: Mapping[str, View]
    lists: Mapping[str, Sequence[str]]
    depth: int
    seed: int

    def by_scores(self, score: Scorer) -> Lists:
        """Lists by falling score, ties by rising id.

        Args:
            score: Query rows, shape `(m,)`, to finite scores, shape `(m, n_articles)`; compared as
                float32. It is asked for a block of queries at a time.
        """
        answers = {name: self._nobody() for name in self.views}
        for part, rows in self._blocks():
            for name, ranked in self._ordered(rows, score(rows)):
                answers[name][part] = ranked
        return answers

    def by_calibrated_scores(self, score: CalibratedScorer) -> Scored:
        """The same for a system that has calibrated scores besides what it orders by.

        Args:
            score: What orders is finite, as in `by_scores`; a calibrated score may be NaN.
        """
        answers = {name: self._nobody() for name in self.views}
        scores = np.full((len(self.queries), self.depth), np.nan, dtype=np.float32)
        for part, rows in self._blocks():
            order, calibrated = score(rows)
            for name, ranked in self._ordered(rows, order):
                answers[name][part] = ranked
            best = answers[ALL][part]
            found = np.take_along_axis(calibrated, np.maximum(best, 0), axis=1)
            scores[part] = np.where(best == NOBODY, np.nan, found)
        return Scored(answers, scores)

    def by_lists(self, ranked: Mapping[int, Sequence[int]]) -> Lists:
        """Lists that somebody else has ordered: query row to article rows, best first.

        What a view does not allow is left out; a query without a list gets an empty one.
        """
        answers = {name: self._nobody() for name in self.views}
        for i, query in enumerate(self.queries.tolist()):
            rows = np.asarray(ranked.get(query, ()), dtype=np.int64)
            for name, view in self.views.items():
                allowed = rows[view(self.queries[[i]])[0][rows]][: self.depth]
                answers[name][i, : len(allowed)] = allowed
        return answers

    def by_choice(self, prepare: Callable[[Rows], Choice]) -> Lists:
        """Lists that are chosen anew among what each view allows; they may be short, or empty.

        Args:
            prepare: Query rows, shape `(m,)`, to what chooses their lists, best first; of long ones
                the best are taken. It is asked for a block of queries at a time.
        """
        answers = {name: self._nobody() for name in self.views}
        for part, rows in self._blocks():
            choose = prepare(rows)
            for name, view in self.views.items():
                for answer, chosen in zip(answers[name][part], choose(view(rows)), strict=True):
                    answer[: len(chosen)] = chosen[: self.depth]
        return answers

    def _nobody(self) -> NDArray[np.int32]:
        return np.full((len(self.queries), self.depth), NOBODY, dtype=np.int32)

    def _ordered(
        self, rows: Rows, scores: NDArray[np.floating]
    ) -> Iterator[tuple[str, NDArray[np.int32]]]:
        keys = _sort_keys(scores)
        for name, view in self.views.items():
            yield name, _best(keys, view(rows), self.depth)

    def _blocks(self) -> Iterator[tuple[slice, Rows]]:
        size = min(MAX_QUERIES, max(1, MAX_CELLS // max(1, len(self.collection))))
        for start in range(0, len(self.queries), size):
            part = slice(start, start + size)
            yield part, self.queries[part]


_ROW_BITS = 32


def _sort_keys(scores: NDArray[np.floating]) -> NDArray[np.int64]:
    """One whole number for score and row: greater is better, and no two of a query are equal.

    The bits of a float32, read as a whole number, rise with it once those of negative numbers are
    turned; minus zero counts as zero. Below them stands how far the row is from the last one.
    """
    bits = (np.asarray(scores, dtype=np.float32) + np.float32(0)).view(np.int32)
    rising = np.where(bits < 0, bits ^ np.int32(0x7FFFFFFF), bits).astype(np.int64)
    n_articles = scores.shape[1]
    return (rising << _ROW_BITS) + np.arange(n_articles - 1, -1, -1)


def _best(keys: NDArray[np.int64], allowed: NDArray[np.bool_], depth: int) -> NDArray[np.int32]:
    """The allowed articles with the greatest keys, shape `(m, depth)`, ended by `NOBODY`."""
    m, n_articles = keys.shape
    lowest = np.iinfo(np.int64).min
    k = min(depth, n_articles)
    top = np.partition(np.where(allowed, keys, lowest), n_articles - k, axis=1)[:, n_articles - k :]
    top = np.sort(top, axis=1)[:, ::-1]
    rows = n_articles - 1 - (top & ((1 << _ROW_BITS) - 1))
    answer = np.full((m, depth), NOBODY, dtype=np.int32)
    answer[:, :k] = np.where(top == lowest, NOBODY, rows)
    return answer

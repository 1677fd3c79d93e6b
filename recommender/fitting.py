"""Learns weights from an index and the lists of its editors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from recommender.engine import Recommender
from recommender.ranking.fit import Lesson, calibrate, learn
from recommender.ranking.folds import reciprocal_groups
from recommender.ranking.weights import Weights
from recommender.site_weights import shipped_weights

if TYPE_CHECKING:
    pass

Progress = Callable[[int, int], None]


def fit(
    engine: Recommender,
    *,
    lists: Mapping[str, Sequence[str]],
    rng: np.random.Generator,
    start: Weights | None = None,
    progress: Progress | None = None,
) -> Weights:
    """A site's own weights, learned from some of its editors' lists.

    Args:
        engine: The open index.
        lists: Article id to the ids of its list. They are an argument, so that what is held out
            cannot be seen.
        rng: Deals the folds in which the strength of learning is chosen.
        start: Weights to start from, which few lists hardly move; None: the shipped ones.
        progress: Called now and then with the articles done and their total.

    Returns:
        The weights; those of the start, without editors' lists, where nothing better was found.

    Raises:
        UnknownArticleError: An id is not in the index.
    """
    shipped = start or shipped_weights()
    lesson = lesson_from(engine, lists=lists, known=lists, progress=progress)
    if not len(lesson.pools):
        return shipped.without_lists()
    learned = learn(lesson, shipped, rng)
    return replace(learned, calibration=calibrate([lesson], learned.vector()))


def lesson_from(
    engine: Recommender,
    *,
    lists: Mapping[str, Sequence[str]],
    known: Mapping[str, Sequence[str]],
    progress: Progress | None = None,
) -> Lesson:
    """The candidates of every article with a list, with what the editors chose.

    Args:
        engine: The open index.
        lists: The lists to be found again.
        known: The lists that signals may look at; a query's own is left aside in any case.
        progress: As for `fit`.

    Raises:
        UnknownArticleError: An id is not in the index.
    """
    queries = sorted(query for query in lists if lists[query])
    row = {article.id: place for place, article in enumerate(engine.articles)}
    entries = [np.unique([row[entry] for entry in lists[query]]) for query in queries]
    groups = reciprocal_groups(lists, queries)
    return Lesson.of(engine.pools(queries, known, progress), entries, groups)

"""Learns weights from an index and the lists of its editors, and says what that gains."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from recommender.engine import Recommender
from recommender.ranking.fit import Lesson, calibrate, learn
from recommender.ranking.folds import Fold, folds_by_group, reciprocal_groups
from recommender.ranking.gain import Gain, gain_of
from recommender.ranking.weights import Weights
from recommender.site_weights import shipped_weights

Progress = Callable[[int, int], None]
Lists = Mapping[str, Sequence[str]]

MIN_LISTS = 20
"""With fewer, a gain cannot be told from chance."""

N_FOLDS = 5
N_LOOKS = 10
"""In so many parts lists are looked at while learning: nine tenths of them say what they can of the
rest."""

_STEPS = 1_000  # of progress, a fold
log = logging.getLogger(__name__)


def fit(
    engine: Recommender,
    *,
    lists: Lists,
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
    lesson = lesson_by_groups(engine, lists=lists, rng=rng, progress=progress)
    log.info("learning weights: related lists %d", len(lists))
    if lesson is None:
        log.info("the start's weights stay: all lists hang together, or there are none")
        return shipped.without_lists()
    shipped = shipped.at(lesson.pools.site)
    learned = learn(lesson, shipped, rng)
    if learned.signals == shipped.without_lists().signals:
        log.info("the start's weights stay: no change made unseen lists better")
        return learned
    log.info("weights learned")
    return replace(learned, calibration=calibrate([lesson], [learned.vector()]))


def lesson_by_groups(
    engine: Recommender,
    *,
    lists: Lists,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> Lesson | None:
    """Every list among candidates for which no list of its own group was looked at.

    Lists that name each other are much alike. If a query's signals saw those of its group, lists
    would seem to say more than they do of an article that nobody has made a list for, and small
    sites would trust them too much.

    Args:
        engine: The open index.
        lists: Article id to the ids of its list.
        rng: Deals the parts of which each is looked at by the others.
        progress: As for `fit`.

    Returns:
        The lesson; None where there is only one group, or none.
    """
    queries = sorted(query for query in lists if lists[query])
    groups = reciprocal_groups(lists, queries)
    n_parts = min(N_LOOKS, len(np.unique(groups)))
    if n_parts < 2:  # noqa: PLR2004 - one to look at, one to learn from
        return None
    lessons = []
    for fold, tell in _told(folds_by_group(groups, n_parts, rng), progress):
        known, learned = (
            {queries[i]: lists[queries[i]] for i in part.tolist()}
            for part in (fold.train, fold.test)
        )
        lessons.append(lesson_from(engine, lists=learned, known=known, progress=tell))
    return Lesson.joined(lessons)


def gain_of_fitting(
    engine: Recommender,
    *,
    lists: Lists,
    rng: np.random.Generator,
    start: Weights | None = None,
    progress: Progress | None = None,
) -> Gain | None:
    """What `fit` gains on lists that it has not seen, cross-validated by reciprocal groups.

    Args:
        engine: The open index.
        lists: Article id to the ids of its list.
        rng: Deals the folds, and draws for the interval.
        start: As for `fit`.
        progress: Called now and then with what is done and the total.

    Returns:
        The gain; None where there are fewer than `MIN_LISTS` lists, or all hang together.

    Raises:
        UnknownArticleError: An id is not in the index.
    """
    shipped = start or shipped_weights()
    queries = sorted(query for query in lists if lists[query])
    groups = reciprocal_groups(lists, queries)
    n_folds = min(N_FOLDS, len(np.unique(groups)))
    if len(queries) < MIN_LISTS or n_folds < 2:  # noqa: PLR2004 - one to learn from, one to test
        return None
    before, after = np.zeros((2, len(queries)))
    for fold, tell in _told(folds_by_group(groups, n_folds, rng), progress):
        known, held_out = (
            {queries[i]: lists[queries[i]] for i in part.tolist()}
            for part in (fold.train, fold.test)
        )
        weights = fit(engine, lists=known, rng=rng, start=start, progress=tell)
        alone = lesson_from(engine, lists=held_out, known={})
        before[fold.test] = alone.ndcg(shipped.at(alone.pools.site).without_lists().vector())
        lesson = lesson_from(engine, lists=held_out, known=known)
        after[fold.test] = lesson.ndcg(weights.vector())
    return gain_of(before, after, groups, rng)


def _told(
    folds: Sequence[Fold], progress: Progress | None
) -> Iterator[tuple[Fold, Progress | None]]:
    """Each fold, with a progress of its own that counts towards that of all."""
    total = _STEPS * len(folds)
    for i, fold in enumerate(folds):

        def tell(done: int, of: int, i: int = i) -> None:
            if progress:
                progress(i * _STEPS + _STEPS * done // max(1, of), total)

        yield fold, tell
    if progress:
        progress(total, total)


def lesson_from(
    engine: Recommender, *, lists: Lists, known: Lists, progress: Progress | None = None
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
    entries = [np.unique(engine.positions(lists[query])) for query in queries]
    groups = reciprocal_groups(lists, queries)
    return Lesson.of(engine.pools(queries, known, progress), entries, groups)

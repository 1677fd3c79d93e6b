"""Asks the systems: each is given articles, views and the lists of others, never a query's own."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender import Fold

from .collection import Collection
from .measures import DEPTH
from .systems import CannotRank, System
from .task import NOBODY, Scored, Task
from .views import Rows, View


@dataclass(frozen=True, slots=True)
class Answers:
    """What one system gave, or why it gave nothing.

    Attributes:
        lists: View to lists, shape `(n_articles, DEPTH)`: row i answers article i; rows that nobody
            asked for are `NOBODY` throughout. Empty where `reason` is set.
        scores: Shape `(n_articles, DEPTH)`, float32: the calibrated score of each place over all
            candidates, NaN where there is none. None for a system without scores.
        reason: Why the corpus cannot feed it, as a clause, or None.
        seconds: How long it took.
    """

    lists: Mapping[str, NDArray[np.int32]]
    scores: NDArray[np.float32] | None
    reason: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of every system.

    Attributes:
        collection: The articles.
        views: From what lists are made, by name.
        asked: Rows to make lists for, ascending: all queries, and whatever else readers can open.
        members: Rows of all articles that have a list or a judgement, ascending.
        folds: Positions in `members`; none where there are too few groups to learn from others.
        lists: The editors' lists, article id to ids.
        seed: For systems that draw lots.
    """

    collection: Collection
    views: Mapping[str, View]
    asked: Rows
    members: Rows
    folds: Sequence[Fold]
    lists: Mapping[str, Sequence[str]]
    seed: int

    def ask(self, system: System) -> Answers:
        """The system's lists for everything that is asked."""
        started = time.perf_counter()
        shape = (len(self.collection), DEPTH)
        lists = {name: np.full(shape, NOBODY, dtype=np.int32) for name in self.views}
        scores: NDArray[np.float32] | None = None
        try:
            for task in self._tasks(system):
                answer = system.rank(task)
                if isinstance(answer, Scored):
                    scores = np.full(shape, np.nan, np.float32) if scores is None else scores
                    scores[task.queries] = answer.scores
                    answer = answer.lists
                for name, ranked in answer.items():
                    lists[name][task.queries] = ranked
        except CannotRank as reason:
            return Answers({}, None, str(reason), time.perf_counter() - started)
        return Answers(lists, scores, None, time.perf_counter() - started)

    def _tasks(self, system: System) -> Iterator[Task]:
        """One task for all; for a system that learns, one a fold and one for those without lists.

        Raises:
            CannotRank: It learns, and there are no lists of others to learn from.
        """
        if not system.learns:
            yield self._task(self.asked, {})
            return
        if not self.folds:
            raise CannotRank("there are too few lists to learn from those of others")
        for fold in self.folds:
            queries = np.intersect1d(self.members[fold.test], self.asked)
            yield self._task(queries, self._lists_of(self.members[fold.train]))
        without_list = np.setdiff1d(self.asked, self.members)
        yield self._task(without_list, self._lists_of(self.members))

    def _task(self, queries: Rows, lists: Mapping[str, Sequence[str]]) -> Task:
        return Task(self.collection, queries, self.views, lists, DEPTH, self.seed)

    def _lists_of(self, rows: Rows) -> dict[str, Sequence[str]]:
        ids = self.collection.ids(rows)
        return {
            article_id: self.lists[article_id] for article_id in ids if article_id in self.lists
        }

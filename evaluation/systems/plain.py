"""Systems that look at no text: what a page can show without any recommender."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..task import Lists, Task
from ..views import Rows
from .base import CannotRank, System


class Random(System):
    """Lots, drawn for each query by itself, so that no other query changes them."""

    name = "random"
    label = "Random"

    def rank(self, task: Task) -> Lists:
        """Never fails."""
        n_articles = len(task.collection)

        def score(queries: Rows) -> NDArray[np.float32]:
            draws = [
                np.random.default_rng([task.seed, query]).random(n_articles, dtype=np.float32)
                for query in queries.tolist()
            ]
            return np.stack(draws)

        return task.by_scores(score)


class Newest(System):
    """The same list everywhere; undated articles last. As of the query's date, it follows it."""

    name = "newest"
    label = "Newest first"

    def rank(self, task: Task) -> Lists:
        """Needs dates."""
        published_at = task.collection.published_at
        if not np.isfinite(published_at).any():
            raise CannotRank("no article has a date")
        _, place = np.unique(np.nan_to_num(published_at, nan=-np.inf), return_inverse=True)
        return task.by_scores(lambda queries: _same_for_all(place, queries))


class Popular(System):
    """What the lists of other articles name most often: what an editor's habit alone gives."""

    name = "popular"
    label = "Linked most often"
    learns = True

    def rank(self, task: Task) -> Lists:
        """Lists without entries leave all articles tied, so ordered by id."""
        counts = np.zeros(len(task.collection))
        for entries in task.lists.values():
            counts[[task.collection.rows[entry] for entry in entries]] += 1
        return task.by_scores(lambda queries: _same_for_all(counts, queries))


def _same_for_all(scores: NDArray[np.generic], queries: Rows) -> NDArray[np.float32]:
    return np.broadcast_to(scores.astype(np.float32), (len(queries), len(scores)))

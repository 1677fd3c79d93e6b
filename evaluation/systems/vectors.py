"""Systems that compare the vectors of the index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..task import Lists, Task
from ..views import Rows
from .base import CannotRank, System


class Embedding(System):
    """Cosine of the embeddings of title and excerpt, and nothing else."""

    name = "embedding"
    label = "Embedding similarity"

    def rank(self, task: Task) -> Lists:
        """Never fails."""
        return task.by_scores(lambda queries: _similarities(task, queries))


class LinkedFirst(System):
    """Linked articles first, then by similarity: what can be had by merely telling them apart.

    An article that exists only as an entry of a list gives itself away. A system that does not
    clearly beat this one has perhaps learned no more than that.
    """

    name = "linked-first"
    label = "Linked articles first"

    def rank(self, task: Task) -> Lists:
        """Needs linked articles."""
        is_linked = task.collection.is_linked
        if not is_linked.any():
            raise CannotRank("every list names articles of the folder only")
        ahead = 3 * is_linked.astype(np.float32)  # similarities lie within 2 of one another
        return task.by_scores(lambda queries: _similarities(task, queries) + ahead)


def _similarities(task: Task, queries: Rows) -> NDArray[np.float32]:
    """Rounded like the product's own, so that the order of summing decides nothing."""
    vectors = task.collection.vectors
    return (vectors[queries] @ vectors.T).round(6)

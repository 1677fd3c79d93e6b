"""Who comes into question for a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.ranking.ground import Ground
from recommender.ranking.lists import Lists
from recommender.ranking.query import Query
from recommender.ranking.retrieval import greatest
from recommender.ranking.standard import standardise

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_NEAREST = 100
"""Articles that come into question by each of vectors, words, lead, letters and titles."""

N_LISTING = 30
"""Neighbours whose lists are looked at for more candidates."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Those of one query.

    Attributes:
        rows: Ascending, int64.
        similarities: Cosine of each with the query, -1 to 1, float32.
        letters: Sum of products of the n-grams of letters of each with the query's, as far as
            searching looks, shape as `rows`, float64.
    """

    rows: NDArray[np.int64]
    similarities: NDArray[np.float32]
    letters: NDArray[np.float64]

    @classmethod
    def of_rows(cls, rows: NDArray[np.int64], query: Query, ground: Ground) -> Candidates:
        """Any articles, ascending."""
        similarities = ground.vectors.take(rows, axis=0) @ query.vector
        return cls(rows, similarities, ground.letters.sums(query.letters)[rows])


def candidates(
    query: Query, ground: Ground, lists: Lists, allowed: NDArray[np.bool_]
) -> Candidates:
    """Nearest by vectors ∪ by words ∪ whose title the query speaks of ∪ what neighbours list.

    Args:
        query: The article that is being read.
        ground: The collection.
        lists: The editors' lists that may be looked at.
        allowed: Which articles may be recommended at all, shape `(n_articles,)`; not the query.
    """
    n = N_NEAREST + 1  # one of them may be the query
    by_words, by_letters = ground.words.sums(query.words), ground.letters.sums(query.letters)
    found = [
        query.near,
        greatest(by_words, n),
        greatest(by_letters, n),
        greatest(ground.lead.sums(query.lead), n),
        greatest(ground.titles.sums(query.words), n),
    ]
    rows = _distinct(np.concatenate(found), allowed)
    similarities = ground.vectors.take(rows, axis=0) @ query.vector
    if lists.n_lists:
        nearness = standardise(similarities) + standardise(by_words[rows])
        listed = _distinct(_listed_by_neighbours(query, rows, nearness, lists), allowed)
        more = np.setdiff1d(listed, rows, assume_unique=True)
        rows = np.concatenate([rows, more])
        of_more = ground.vectors.take(more, axis=0) @ query.vector
        order = np.argsort(rows)
        rows, similarities = rows[order], np.concatenate([similarities, of_more])[order]
    return Candidates(rows, similarities, by_letters[rows])


def _listed_by_neighbours(
    query: Query, rows: NDArray[np.int64], nearness: NDArray[np.float64], lists: Lists
) -> NDArray[np.int32]:
    order = np.argsort(-nearness, kind="stable")
    near = rows[order[lists.have_list(query, rows)[order]][:N_LISTING]]
    return lists.graph.gather(near)[0]


def _distinct(rows: NDArray[np.integer], allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    distinct = np.unique(rows)
    return distinct[allowed[distinct]].astype(np.int64)

"""Who comes into question for a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recommender.ranking.ground import Ground
from recommender.ranking.lists import Lists
from recommender.ranking.matches import products_of
from recommender.ranking.query import Query
from recommender.ranking.signals import near_with_list, standardise

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_NEAREST = 100
"""Articles that come into question by each of vectors, words, lead, letters and titles."""

N_LISTING = 30
"""Neighbours whose lists are looked at for more candidates."""


def candidates(
    query: Query, ground: Ground, lists: Lists, allowed: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Nearest by vectors ∪ by words ∪ whose title the query speaks of ∪ what neighbours list.

    Args:
        query: The article that is being read.
        ground: The collection.
        lists: The editors' lists that may be looked at.
        allowed: Which articles may be recommended at all, shape `(n_articles,)`; not the query.

    Returns:
        Rows, ascending.
    """
    n = N_NEAREST + 1  # one of them may be the query
    found = [
        query.near,
        ground.words.search(query.words, n)[0],
        ground.lead.search(query.lead, n)[0],
        ground.letters.search(query.letters, n)[0],
        ground.titles.search(query.words, n)[0],
    ]
    rows = _allowed(np.concatenate(found), allowed)
    listed = _listed_by_neighbours(query, rows, ground, lists)
    return _allowed(np.concatenate([rows, listed]), allowed)


def _listed_by_neighbours(
    query: Query, rows: NDArray[np.int64], ground: Ground, lists: Lists
) -> NDArray[np.int32]:
    if not lists.n_lists:
        return lists.graph.targets
    by_words = products_of("words", query.words, ground.block, rows)
    nearness = standardise(ground.vectors[rows] @ query.vector) + standardise(by_words)
    near = near_with_list(query, rows, lists, nearness, N_LISTING)
    return lists.graph.gather(rows[near])[0]


def _allowed(rows: NDArray[np.integer], allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    distinct = np.unique(rows)
    return distinct[allowed[distinct]].astype(np.int64)

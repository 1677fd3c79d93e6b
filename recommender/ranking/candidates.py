"""Who comes into question for a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import distinct
from recommender.ranking.ground import Ground
from recommender.ranking.lists import Lists
from recommender.ranking.query import Query
from recommender.ranking.standard import standardise

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
        with ground.letters.summed(query.letters) as by_letters:
            return cls(rows, _similarities(rows, query, ground), by_letters.at(rows))


def candidates(
    query: Query,
    ground: Ground,
    lists: Lists,
    is_shown: NDArray[np.bool_],
    besides: Sequence[int] = (),
) -> Candidates:
    """Nearest by vectors ∪ by words ∪ whose title the query speaks of ∪ what neighbours list.

    Args:
        query: The article that is being read.
        ground: The collection.
        lists: The editors' lists that may be looked at.
        is_shown: Which articles may be recommended at all, shape `(n_articles,)`.
        besides: Rows that may not, such as the query's own.
    """
    n = ground.breadth.n_nearest + 1  # one of them may be the query

    def allowed(found: NDArray[np.integer]) -> NDArray[np.int64]:
        rows = distinct(found)
        is_allowed = is_shown[rows]
        for row in besides:
            is_allowed &= rows != row
        return rows[is_allowed]

    with (
        ground.words.summed(query.words) as by_words,
        ground.letters.summed(query.letters) as by_letters,
        ground.lead.summed(query.lead) as by_lead,
        ground.titles.summed(query.words) as by_title,
    ):
        sums = by_words, by_letters, by_lead, by_title
        rows = allowed(np.concatenate([query.near, *[of.greatest(n) for of in sums]]))
        similarities = _similarities(rows, query, ground)
        if lists.n_lists:
            nearness = standardise(similarities) + standardise(by_words.at(rows))
            listed = allowed(_listed_by_neighbours(query, rows, nearness, lists))
            rows, similarities = _with_more(listed, rows, similarities, query, ground)
        return Candidates(rows, similarities, by_letters.at(rows))


def _with_more(
    more: NDArray[np.int64],
    rows: NDArray[np.int64],
    similarities: NDArray[np.float32],
    query: Query,
    ground: Ground,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Rows and their similarities, ascending, with others among which some may be there already."""
    new = more[rows.take(np.searchsorted(rows, more), mode="clip") != more]
    together = np.concatenate([rows, new])
    values = np.concatenate([similarities, _similarities(new, query, ground)])
    order = np.argsort(together)
    return together[order], values[order]


def _similarities(rows: NDArray[np.int64], query: Query, ground: Ground) -> NDArray[np.float32]:
    similarities: NDArray[np.float32] = np.vecdot(ground.vectors.take(rows, axis=0), query.vector)
    return similarities


def _listed_by_neighbours(
    query: Query, rows: NDArray[np.int64], nearness: NDArray[np.float64], lists: Lists
) -> NDArray[np.int32]:
    order = np.argsort(-nearness, kind="stable")
    near = rows[order[lists.have_list(query, rows)[order]][:N_LISTING]]
    return lists.graph.gather(near)[0]

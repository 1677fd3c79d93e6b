"""What speaks for each candidate of a query: one column a signal, before any weight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from recommender.ranking.candidates import Candidates
from recommender.ranking.ground import Ground
from recommender.ranking.levels import log_ranks
from recommender.ranking.link_signals import Near, of_lists, of_mentions
from recommender.ranking.lists import Lists
from recommender.ranking.marks import marked
from recommender.ranking.numbers import NUMBERS
from recommender.ranking.query import Query
from recommender.ranking.standard import standardise
from recommender.ranking.term_signals import of_terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["content", "lists", "direction"]

SIGNALS: dict[str, Kind] = {
    "vectors": "content",
    "vector_rank": "content",
    "vector_rank_back": "content",
    "words": "content",
    "word_rank_back": "content",
    "letters": "content",
    "title_in_query": "content",
    "query_title_in_text": "content",
    "query_title_in_lead": "content",
    "rarest_word": "content",
    "topics": "content",
    "closeness_in_time": "content",
    "author": "content",
    "provider": "content",
    "folder": "content",
    "named": "content",
    "page_rank": "content",
    "body_length": "content",
    "neighbours_mention": "content",
    "neighbours_name": "content",
    "mentioned_together": "content",
    "listed": "lists",
    "neighbours_list": "lists",
    "neighbours_list_more": "lists",
    "near_and_listed": "lists",
    "near_and_neighbours_list": "lists",
    "near_and_neighbours_list_more": "lists",
    "older": "direction",
}
"""Name to kind, in the order of columns. `lists` need editors' lists; `direction` only a site's own
fit may use. `near_and_…` is the product of nearness and another signal, so that a weight below 0
says that either is enough."""

_DAY = 1.0  # an article of the same day is no newer


def signals(query: Query, pool: Candidates, ground: Ground, lists: Lists) -> NDArray[np.float32]:
    """Every signal of every candidate.

    Args:
        query: The article that is being read.
        pool: The candidates, without the query.
        ground: The collection.
        lists: The editors' lists that may be looked at.

    Returns:
        Shape `(len(pool.rows), len(SIGNALS))`, float32; higher speaks for the candidate, as far as
        its weight is above 0. NaN where the query or the candidate lacks what is compared.
    """
    rows = pool.rows
    facts = dict(zip(NUMBERS, ground.numbers.take(rows, axis=0).T, strict=True))
    by_term = of_terms(query, rows, ground, facts)
    both = np.stack([pool.similarities, by_term["words"]])
    nearness = standardise(both.T).sum(axis=1)
    of_vectors, of_words = -log_ranks(both, ground.levels.take(rows, axis=0))
    with marked(rows, len(ground)) as places:
        near = Near(rows, nearness, np.argsort(-nearness, kind="stable"), places)
        columns = {
            **_of_vectors(pool.similarities),
            **by_term,
            "vector_rank_back": of_vectors,
            "word_rank_back": of_words,
            "letters": pool.letters,
            **_of_time(query, facts),
            "body_length": facts["body_length"],
            **of_mentions(query, near, ground, facts),
            **of_lists(query, near, lists),
        }
    values = np.empty((len(SIGNALS), len(rows)), dtype=np.float32)
    for place, name in enumerate(SIGNALS):
        values[place] = columns[name]
    return values.T


def _of_vectors(by_vector: NDArray[np.float32]) -> dict[str, NDArray[np.floating]]:
    order = np.argsort(-by_vector, kind="stable")  # rows ascend, so ties are by row
    rank = np.empty(len(order))
    rank[order] = np.log1p(np.arange(len(order)))
    return {"vectors": by_vector, "vector_rank": -rank}


def _of_time(
    query: Query, facts: Mapping[str, NDArray[np.float64]]
) -> dict[str, NDArray[np.floating]]:
    gap = facts["published_at"] - query.published_at
    return {
        "closeness_in_time": -np.log1p(np.abs(gap)),
        "older": np.where(np.isnan(gap), np.nan, gap <= _DAY),
    }

"""What speaks for each candidate of a query: one column a signal, before any weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from recommender.features import Graph, sums_of
from recommender.ranking.block import TABLES
from recommender.ranking.ground import Ground
from recommender.ranking.levels import log_ranks
from recommender.ranking.lists import Lists
from recommender.ranking.matches import Matches, merged
from recommender.ranking.query import Query

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["content", "lists", "direction"]

SIGNALS: dict[str, Kind] = {
    "vectors": "content",
    "adapted_vectors": "content",
    "vector_rank": "content",
    "vector_rank_back": "content",
    "words": "content",
    "word_rank_back": "content",
    "lead_words": "content",
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

N_NEIGHBOURS = 30  # of the query, whose mentions count
N_LISTING = 50  # of its neighbours that have a list, whose lists count
_RARE_MENTION, _RARE_LIST = 0.02, 0.01  # added to shares, so that few cases do not say much
_DAY = 1.0  # an article of the same day is no newer
_SMALL = 1e-6


def signals(
    query: Query, rows: NDArray[np.int64], ground: Ground, lists: Lists
) -> NDArray[np.float32]:
    """Every signal of every candidate.

    Args:
        query: The article that is being read.
        rows: The candidates, ascending, without the query.
        ground: The collection.
        lists: The editors' lists that may be looked at.

    Returns:
        Shape `(len(rows), len(SIGNALS))`, float32; higher speaks for the candidate, as far as its
        weight is above 0. NaN where the query or the candidate lacks what is compared.
    """
    kept = ground.vectors.take(rows, axis=0)
    by_vector = (kept @ query.vector).astype(np.float64)
    terms = _of_terms(query, rows, ground)
    nearness = standardise(by_vector) + standardise(terms["words"])
    columns = {
        **_of_vectors(query, rows, ground, kept, by_vector),
        **terms,
        **_of_time_and_length(query, rows, ground),
        **_of_mentions(query, rows, ground, nearness),
        **_of_lists(query, rows, lists, nearness),
    }
    return np.stack([columns[name] for name in SIGNALS], axis=1).astype(np.float32)


def standardise(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Each column less its mean, in standard deviations; what is absent counts as the median.

    Args:
        values: Shape `(n,)` or `(n, m)`; NaN for absent.

    Returns:
        The same shape, float64; 0 in a column where all are equal or absent.
    """
    filled = values.astype(np.float64)
    if np.isnan(filled.sum()):
        columns = filled.reshape(len(filled), -1)
        for place in np.flatnonzero(np.isnan(columns.sum(axis=0))):
            column = columns[:, place]
            is_absent = np.isnan(column)
            column[is_absent] = 0.0 if is_absent.all() else np.median(column[~is_absent])
    if not len(filled):
        return filled
    centred = filled - filled.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    standardised: NDArray[np.float64] = centred / np.where(spread > _SMALL, spread, np.inf)
    return standardised


def _of_vectors(
    query: Query,
    rows: NDArray[np.int64],
    ground: Ground,
    vectors: NDArray[np.float32],
    by_vector: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]:
    order = np.argsort(-by_vector, kind="stable")  # rows ascend, so ties are by row
    rank = np.empty(len(rows))
    rank[order] = np.arange(len(rows))
    return {
        "vectors": by_vector,
        "adapted_vectors": ground.adaptation.similarities(query.vector, vectors, rows),
        "vector_rank": -np.log1p(rank),
        "vector_rank_back": -log_ranks(by_vector, ground.vector_levels[rows]),
    }


def _of_terms(
    query: Query, rows: NDArray[np.int64], ground: Ground
) -> dict[str, NDArray[np.float64]]:
    """What words, letters and labels say: all terms are found in one look."""
    wanted = _wanted(query)
    by_product, by_share = (
        np.concatenate([wanted[name][way] for name in TABLES]) for way in (1, 2)
    )
    found = Matches.find({name: ids for name, (ids, _, _) in wanted.items()}, ground.block, rows)
    product, share = (
        dict(zip(TABLES, of.T, strict=True))
        for of in (found.products(by_product), found.shares(by_share))
    )
    words, weights, _ = wanted["words"]
    rarities = ground.features.vocabularies["words"].rarity(words) * (weights > 0)
    has_no_body = np.isnan(ground.features.body_length[rows])
    n_folders = max(1, len(query.folders[0]))
    return {
        "words": product["words"],
        "word_rank_back": -log_ranks(product["words"], ground.word_levels[rows]),
        "lead_words": product["lead"],
        "letters": product["letters"],
        "title_in_query": product["titles"],
        "query_title_in_text": np.where(has_no_body, np.nan, share["words"]),
        "query_title_in_lead": share["lead"],
        "rarest_word": found.greatest(rarities, "words"),
        "topics": _known("topics", np.sqrt(product["topics"]), query, rows, ground),
        "author": _known("authors", np.sign(product["authors"]), query, rows, ground),
        "provider": _known("providers", np.sign(product["providers"]), query, rows, ground),
        "folder": _known("folders", share["folders"] / n_folders, query, rows, ground),
    }


def _wanted(
    query: Query,
) -> dict[str, tuple[NDArray[np.int32], NDArray[np.floating], NDArray[np.floating]]]:
    """Terms to look for in each table; what each weighs in products, and what in shares."""
    ones = np.ones(len(query.words[0]))
    plain = {name: getattr(query, name) for name in TABLES}
    return {name: (ids, weights, np.ones(len(ids))) for name, (ids, weights) in plain.items()} | {
        "words": merged(query.words, query.titles),
        "lead": merged(query.lead, query.titles),
        "titles": (query.words[0], ones, ones),  # how much of each title the query speaks of
    }


def _known(
    table: str,
    values: NDArray[np.float64],
    query: Query,
    rows: NDArray[np.int64],
    ground: Ground,
) -> NDArray[np.float64]:
    """What labels have in common; NaN where either has none."""
    if not len(getattr(query, table)[0]):
        return np.full(len(rows), np.nan)
    first = ground.block.starts[TABLES.index(table)]
    return np.where(ground.block.weights[rows, first] > 0, values, np.nan)


def _of_time_and_length(
    query: Query, rows: NDArray[np.int64], ground: Ground
) -> dict[str, NDArray[np.float64]]:
    gap = ground.features.published_at[rows] - query.published_at
    return {
        "closeness_in_time": -np.log1p(np.abs(gap)),
        "older": np.where(np.isnan(gap), np.nan, gap <= _DAY),
        "body_length": ground.features.body_length[rows].astype(np.float64),
    }


def _of_mentions(
    query: Query, rows: NDArray[np.int64], ground: Ground, nearness: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    features = ground.features
    n = len(ground)
    near = _nearest(nearness, N_NEIGHBOURS)
    weights = np.maximum(nearness[near], 0) + _SMALL
    by_mention = _pointed_to(features.mentions, rows, near, weights)
    by_name = _pointed_to(features.names, rows, near, weights)
    return {
        "named": np.log1p(ground.n_naming[rows]),
        "page_rank": ground.page_rank[rows].astype(np.float64),
        "neighbours_mention": _more_than(by_mention, ground.n_mentioning[rows] / n, _RARE_MENTION),
        "neighbours_name": _more_than(by_name, ground.n_naming[rows] / n, _RARE_MENTION),
        "mentioned_together": _mentioned_together(query, rows, ground),
    }


def _mentioned_together(
    query: Query, rows: NDArray[np.int64], ground: Ground
) -> NDArray[np.float64]:
    """Cosine of who mentions the query and who the candidate; who mentions few counts more."""
    if query.row is None:
        return np.full(len(rows), np.nan)
    mentions = ground.features.mentions
    mentioners = ground.mentioners.of(query.row)
    n_mentions = mentions.offsets[mentioners + 1] - mentions.offsets[mentioners]
    shared = _sums(mentions, rows, mentioners, 1.0 / (1 + n_mentions))
    masses = (ground.mention_mass[rows] + 0.5) * (ground.mention_mass[query.row] + 0.5)
    together: NDArray[np.float64] = shared / np.sqrt(masses)
    return together


def _of_lists(
    query: Query, rows: NDArray[np.int64], lists: Lists, nearness: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    n_listing = lists.n_listing_besides(query, rows)
    near = near_with_list(query, rows, lists, nearness, N_LISTING)
    weights = np.maximum(nearness[near], 0) ** 2 + _SMALL
    by_list = _pointed_to(lists.graph, rows, near, weights)
    usual = n_listing / max(1, lists.n_lists_besides(query))
    columns = {
        "listed": np.log1p(n_listing),
        "neighbours_list": np.sqrt(by_list),
        "neighbours_list_more": _more_than(by_list, usual, _RARE_LIST),
    }
    standard = standardise(np.stack(list(columns.values()), axis=1))
    both = (nearness[:, np.newaxis] * standard).T
    return columns | {f"near_and_{name}": of for name, of in zip(columns, both, strict=True)}


def near_with_list(
    query: Query, rows: NDArray[np.int64], lists: Lists, nearness: NDArray[np.float64], n: int
) -> NDArray[np.int64]:
    """Places in `rows` of the nearest that have a list, best first."""
    places = np.flatnonzero(lists.have_list(query, rows))
    return places[_nearest(nearness[places], n)]


def _nearest(nearness: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """Places of the greatest, ties by place, which is by row."""
    return np.argsort(-nearness, kind="stable")[:n]


def _pointed_to(
    graph: Graph, rows: NDArray[np.int64], near: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The share of some neighbours, by weight, that point to each row."""
    return (
        _sums(graph, rows, rows[near], weights / weights.sum())
        if len(near)
        else np.zeros(len(rows))
    )


def _sums(
    graph: Graph,
    rows: NDArray[np.int64],
    sources: NDArray[np.integer],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """For each row the weights of the sources that point to it."""
    targets, owners = graph.gather(sources)
    places = np.minimum(np.searchsorted(rows, targets), len(rows) - 1)
    is_row = rows[places] == targets
    return sums_of(weights[owners[is_row]], places[is_row], len(rows))


def _more_than(
    share: NDArray[np.float64], usual: NDArray[np.float64], small: float
) -> NDArray[np.float64]:
    """By how much a share is above the usual one, as a logarithm."""
    return np.log((share + small) / (usual + small))

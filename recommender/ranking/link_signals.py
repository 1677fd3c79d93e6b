"""What mentions and editors' lists say of each candidate: who points to it, and who with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Graph, spans, sums_of
from recommender.ranking.ground import Ground
from recommender.ranking.lists import Lists
from recommender.ranking.numbers import FEW, NUMBERS
from recommender.ranking.query import Query
from recommender.ranking.standard import standardise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signals = dict[str, NDArray[np.floating]]

N_NEIGHBOURS = 30  # of the query, whose mentions count
N_LISTING = 50  # of its neighbours that have a list, whose lists count
_RARE_LIST = 0.01  # added to shares of lists, so that few of them do not say much
_SMALL = 1e-6


@dataclass(frozen=True, slots=True)
class Near:
    """How near each candidate of a query is.

    Attributes:
        rows: The candidates, ascending.
        nearness: Of each, whatever the unit.
        order: Their places, the nearest first, ties by row.
        places: For each article of the collection one more than its place in `rows`, or 0.
    """

    rows: NDArray[np.int64]
    nearness: NDArray[np.float64]
    order: NDArray[np.int64]
    places: NDArray[np.unsignedinteger]


def of_mentions(
    query: Query, near: Near, ground: Ground, facts: Mapping[str, NDArray[np.float64]]
) -> Signals:
    """Signals by name; `facts` are the `NUMBERS` of each candidate."""
    features, mentions = ground.features, ground.features.mentions
    nearest = near.order[:N_NEIGHBOURS]
    weights = np.maximum(near.nearness[nearest], 0) + _SMALL
    arrows, owners = spans(mentions.offsets, near.rows[nearest])
    pointed_to = near.places[mentions.targets[arrows]]
    shares = (weights / weights.sum())[owners]
    by_mention, by_name = (
        sums_of(of, pointed_to, len(near.rows) + 1)[1:]  # the first are no candidates
        for of in (shares, shares * features.are_names[arrows])
    )
    return {
        "named": facts["named"],
        "page_rank": facts["page_rank"],
        "neighbours_mention": np.log(by_mention + FEW) - facts["usual_mentions"],
        "neighbours_name": np.log(by_name + FEW) - facts["usual_names"],
        "mentioned_together": _mentioned_together(query, near, ground, facts["mention_mass"]),
    }


def _mentioned_together(
    query: Query, near: Near, ground: Ground, mass: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cosine of who mentions the query and who the candidate; who mentions few counts more."""
    if query.row is None:
        return np.full(len(near.rows), np.nan)
    mentions = ground.features.mentions
    mentioners = ground.mentioners.of(query.row)
    n_mentions = mentions.offsets[mentioners + 1] - mentions.offsets[mentioners]
    shared = _sums(mentions, mentioners, 1.0 / (1 + n_mentions), near)
    mass_of_query = ground.numbers[query.row, NUMBERS.index("mention_mass")]
    together: NDArray[np.float64] = shared / np.sqrt((mass + 0.5) * (mass_of_query + 0.5))
    return together


def of_lists(query: Query, near: Near, lists: Lists) -> Signals:
    """Signals by name."""
    n_listing = lists.n_listing_besides(query, near.rows, near.places)
    have_list = lists.have_list(query, near.rows)
    nearest = near.order[have_list[near.order]][:N_LISTING]
    weights = np.maximum(near.nearness[nearest], 0) ** 2 + _SMALL
    by_list = _sums(lists.graph, near.rows[nearest], weights / weights.sum(), near)
    usual = n_listing / max(1, lists.n_lists_besides(query))
    columns = {
        "listed": np.log1p(n_listing),
        "neighbours_list": np.sqrt(by_list),
        "neighbours_list_more": np.log((by_list + _RARE_LIST) / (usual + _RARE_LIST)),
    }
    both = near.nearness * standardise(np.stack(list(columns.values())).T).T
    return columns | {f"near_and_{name}": of for name, of in zip(columns, both, strict=True)}


def _sums(
    graph: Graph, sources: NDArray[np.integer], weights: NDArray[np.float64], near: Near
) -> NDArray[np.float64]:
    """For each candidate the weights of the sources that point to it."""
    targets, owners = graph.gather(sources)
    n = len(near.rows)
    return sums_of(weights[owners], near.places[targets], n + 1)[1:]  # the first are none

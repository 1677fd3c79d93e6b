"""Makes one article's list: what editors want at its head, then what ranking and policy choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.listing.archive import Archive
from recommender.listing.explainer import Explainer
from recommender.listing.recommendations import recommendations_of
from recommender.listing.site_lists import SiteLists
from recommender.ranker import Ranker, Way
from recommender.ranking.query import Query
from recommender.records import Article, Origin, Recommendation

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ListMaker:
    """Lists from one state of an index.

    Attributes:
        snapshot: What the index holds.
        ranker: Candidates and signals.
        is_open: Which articles readers can open, shape `(n_articles,)`, bool.
        site_lists: Pins and bans.
    """

    snapshot: Archive
    ranker: Ranker
    is_open: NDArray[np.bool_]
    site_lists: SiteLists

    def make(
        self,
        query: Query,
        way: Way,
        k: int,
        besides: Sequence[int] = (),
        *,
        article: Article | None = None,
    ) -> list[Recommendation]:
        """The list of a query.

        Args:
            query: What is being read.
            way: How lists are made.
            k: Length of the list.
            besides: Rows that are the same article.
            article: What is being read, with its body, where reasons are wanted.
        """
        banned = self.site_lists.banned_from(query.row)
        head = [] if query.row is None else self._head(query.row, way, banned)
        items, ranked = self.ranker.make_list(query, way, k, head, [*besides, *banned])
        explainer = (
            Explainer(article, query, self.ranker.ground, way.known, self.snapshot)
            if article
            else None
        )
        return recommendations_of(items, ranked, query, self.snapshot, explainer)

    def _head(self, row: int, way: Way, banned: frozenset[int]) -> list[tuple[int, Origin]]:
        """What editors want at the head of a list: pins, then their own list."""
        pinned: dict[int, Origin] = dict.fromkeys(self.site_lists.pins.get(row, ()), "pinned")
        curated = way.entries.get(row, ()) if way.policy.curated == "first" else ()
        wanted = pinned | {entry: "curated" for entry in curated if entry not in pinned}
        return [
            (entry, origin)
            for entry, origin in wanted.items()
            if entry not in banned and entry != row and self.is_open[entry]
        ]

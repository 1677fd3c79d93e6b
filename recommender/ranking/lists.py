"""The editors' lists as a graph, from which a query's own list is always left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Graph, distinct
from recommender.ranking.query import Query

if TYPE_CHECKING:
    from numpy.typing import NDArray


MANY, NONE = -1, -2


@dataclass(frozen=True, slots=True)
class Lists:
    """Who lists whom.

    What is asked about a query never depends on links from it or to it, be they here or not: its
    own entries are taken from the counts, and a list that names nothing but the query is none.

    Attributes:
        graph: From each article to the entries of its list.
        only_entry: The only entry of each article's list, `MANY` or `NONE`, int64.
        n_listing: In how many lists each article stands, shape `(n_articles,)`, int64.
        n_listing_only: How many lists hold each article and nothing else, int64.
        n_lists: How many lists there are.
    """

    graph: Graph
    only_entry: NDArray[np.int64]
    n_listing: NDArray[np.int64]
    n_listing_only: NDArray[np.int64]
    n_lists: int

    @classmethod
    def from_rows(cls, lists: Mapping[int, Sequence[int]], n_articles: int) -> Lists:
        """Lists by the row of the article that has them."""
        rows = np.fromiter(lists.keys(), np.int64, len(lists))
        sources = np.repeat(rows, [len(entries) for entries in lists.values()])
        targets = np.fromiter(chain(*lists.values()), np.int64, len(sources))
        return cls.from_pairs(sources, targets, n_articles)

    @classmethod
    def from_pairs(
        cls, sources: NDArray[np.int64], targets: NDArray[np.int64], n_articles: int
    ) -> Lists:
        """Lists by the row of who has each entry, and the row of the entry; in any order."""
        pairs = distinct((sources * n_articles + targets)[sources != targets])
        graph = Graph.from_pairs(*np.divmod(pairs, n_articles), n_articles)
        lengths = graph.out_degrees()
        facts = np.empty((n_articles, 2), dtype=np.int64)  # side by side, found in one look
        only_entry, n_listing = facts.T
        only_entry[:] = np.where(lengths > 0, MANY, NONE)
        only_entry[lengths == 1] = graph.targets[graph.offsets[:-1][lengths == 1]]
        n_listing[:] = graph.in_degrees()
        return cls(
            graph=graph,
            only_entry=only_entry,
            n_listing=n_listing,
            n_listing_only=np.bincount(only_entry[lengths == 1], minlength=n_articles),
            n_lists=int((lengths > 0).sum()),
        )

    def n_listing_besides(
        self, query: Query, rows: NDArray[np.int64], places: NDArray[np.unsignedinteger]
    ) -> NDArray[np.int64]:
        """In how many lists each row stands, the query's own not counted.

        Args:
            query: The article that is being read.
            rows: Any articles.
            places: For each article of the collection one more than its place in `rows`, or 0.
        """
        counts = self.n_listing[rows]
        listed = places[self._own(query)]
        counts[listed[listed > 0] - 1] -= 1
        return counts

    def have_list(self, query: Query, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the rows have a list that names another article than the query."""
        only_entry = self.only_entry[rows]
        have_list: NDArray[np.bool_] = only_entry != NONE
        return have_list if query.row is None else have_list & (only_entry != query.row)

    def n_lists_besides(self, query: Query) -> int:
        """How many lists name another article than the query, its own not counted."""
        if query.row is None:
            return self.n_lists
        return self.n_lists - bool(len(self._own(query))) - int(self.n_listing_only[query.row])

    def _own(self, query: Query) -> NDArray[np.int32]:
        return self.graph.targets[:0] if query.row is None else self.graph.of(query.row)

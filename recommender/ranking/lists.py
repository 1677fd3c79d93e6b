"""The editors' lists as a graph, from which a query's own list is always left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Graph
from recommender.ranking.query import Query

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Lists:
    """Who lists whom.

    What is asked about a query never depends on links from it or to it, be they here or not: its
    own entries are taken from the counts, and a list that names nothing but the query is none.

    Attributes:
        graph: From each article to the entries of its list.
        n_listing: In how many lists each article stands, shape `(n_articles,)`, int64.
        has_list: Which articles have one, shape `(n_articles,)`, bool.
        n_lists: How many lists there are.
        n_listing_only: How many lists hold each article and nothing else, int64.
    """

    graph: Graph
    n_listing: NDArray[np.int64]
    has_list: NDArray[np.bool_]
    n_lists: int
    n_listing_only: NDArray[np.int64]

    @classmethod
    def from_rows(cls, lists: Mapping[int, Sequence[int]], n_articles: int) -> Lists:
        """Lists by the row of the article that has them."""
        entries = [sorted(set(lists.get(row, ())) - {row}) for row in range(n_articles)]
        graph = Graph.from_lists(entries)
        lengths = graph.out_degrees()
        only = graph.targets[graph.offsets[:-1][lengths == 1]]
        return cls(
            graph=graph,
            n_listing=graph.in_degrees(),
            has_list=lengths > 0,
            n_lists=int((lengths > 0).sum()),
            n_listing_only=np.bincount(only, minlength=n_articles),
        )

    def n_listing_besides(self, query: Query, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """In how many lists each row stands, the query's own not counted."""
        return self.n_listing[rows] - np.isin(rows, self._own(query))

    def have_list(self, query: Query, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the rows have a list that names another article than the query."""
        starts = self.graph.offsets[rows]
        only = (self.graph.offsets[rows + 1] - starts == 1) & self.has_list[rows]
        names_query = np.zeros(len(rows), dtype=bool)
        if query.row is not None:
            names_query[only] = self.graph.targets[starts[only]] == query.row
        has_other: NDArray[np.bool_] = self.has_list[rows] & ~names_query
        return has_other

    def n_lists_besides(self, query: Query) -> int:
        """How many lists name another article than the query, its own not counted."""
        if query.row is None:
            return self.n_lists
        return self.n_lists - bool(len(self._own(query))) - int(self.n_listing_only[query.row])

    def _own(self, query: Query) -> NDArray[np.int32]:
        return self.graph.targets[:0] if query.row is None else self.graph.of(query.row)

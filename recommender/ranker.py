"""Ranks the articles of one collection: joins the neighbours that index finds with ranking.

vectors, features → candidates and signals of each query → raw scores
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.index.cells import Cells
from recommender.index.snapshot import Snapshot
from recommender.index.vectors import BATCH, VectorIndex
from recommender.ranking.candidates import Candidates, candidates
from recommender.ranking.filters import passing
from recommender.ranking.ground import Ground
from recommender.ranking.levels import RANKS
from recommender.ranking.lists import Lists
from recommender.ranking.neighbourhoods import Earlier, Neighbourhoods
from recommender.ranking.policy import choose
from recommender.ranking.pools import Pools
from recommender.ranking.query import Query
from recommender.ranking.ranked import Ranked
from recommender.ranking.signals import signals
from recommender.ranking.stored import from_arrays
from recommender.ranking.weights import Weights
from recommender.records import Article, Origin
from recommender.settings import Filters, Policy

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Way:
    """How lists are made: what ranks, which lists may be looked at, and what the site wants.

    Attributes:
        weights: How much each signal counts.
        entries: The editors' lists, by row, in their order.
        known: The same, ready for ranking.
        policy: From ranked candidates to a list.
    """

    weights: Weights
    entries: Mapping[int, Sequence[int]]
    known: Lists
    policy: Policy


@dataclass(frozen=True, slots=True)
class Item:
    """One place of a list: an article, and where it stands among the candidates, if it does."""

    row: int
    origin: Origin
    place: int | None


@dataclass(frozen=True, slots=True)
class Ranker:
    """Candidates and signals for the articles of a collection.

    It holds no lists: those that may be looked at are an argument, always.

    Attributes:
        ground: The collection.
        neighbourhood: Finds the nearest by vectors among those that may be recommended.
        is_shown: Which articles may be recommended, shape `(n_articles,)`, bool.
    """

    ground: Ground
    neighbourhood: VectorIndex
    is_shown: NDArray[np.bool_]

    @classmethod
    def of_snapshot(
        cls, snapshot: Snapshot, is_open: NDArray[np.bool_], filters: Filters, today: float
    ) -> Ranker:
        """Ready to rank what an index holds.

        Args:
            snapshot: The open index.
            is_open: Which articles readers can open, shape `(n_articles,)`.
            filters: Which of these may be recommended.
            today: Days since 1970.

        Raises:
            IndexFormatError: What was kept for ranking does not fit together.
        """
        try:
            ground = from_arrays(snapshot.vectors, snapshot.kept)
        except ValueError as error:
            raise snapshot.damaged(f"found that {error}; expected what ranking had kept") from error
        is_shown = is_open & passing(ground.features, filters, today)
        rows = None if is_shown.all() else np.flatnonzero(is_shown)
        return cls(ground, VectorIndex(snapshot.vectors, rows, snapshot.cells), is_shown)

    @classmethod
    def prepare(
        cls,
        articles: Sequence[Article],
        vectors: NDArray[np.float32],
        cells: Cells | None = None,
        earlier: Earlier | None = None,
        known_sketches: NDArray[np.uint16] | None = None,
    ) -> Ground:
        """All that is computed once for a collection.

        Args:
            articles: With bodies, ordered by id.
            vectors: Shape `(n_articles, dim)`, float32, unit rows, in the same order.
            cells: Of the vectors, where there are many.
            earlier: A state before, from which is taken over what still holds.
            known_sketches: Those of articles that have not changed since, all 0 for the others.
        """
        from recommender.terms.collect import collect

        near = _near(vectors, cells, earlier)
        return Ground.prepare(vectors, collect(articles, known_sketches), near)

    def pools(
        self,
        rows: NDArray[np.int64],
        lists: Mapping[int, Sequence[int]],
        progress: Callable[[int, int], None] | None = None,
    ) -> Pools:
        """Candidates and signals of articles of the collection.

        Args:
            rows: The articles for which lists are made.
            lists: The editors' lists that may be looked at, by row; what a query's own list holds
                changes nothing for it.
            progress: Called now and then with the queries done and their total.
        """
        known = Lists.from_rows(lists, len(self.ground))
        near = self.near(self.ground.vectors[rows])
        found, values = [], []
        for done, row in enumerate(rows.tolist()):
            query = Query.of_row(self.ground, row, near[done])
            pool = self.candidates(query, known)
            found.append(pool.rows)
            values.append(signals(query, pool, self.ground, known))
            if progress and done % 100 == 0:
                progress(done, len(rows))
        return Pools.joined(rows.tolist(), found, values, self.ground.site)

    def near(self, vectors: NDArray[np.float32], n_nearest: int = 0) -> NDArray[np.int64]:
        """Rows of the nearest by vectors, shape `(n_queries, n)`: candidates, or more if asked for.

        One more than that, as the query may be among them.
        """
        n_nearest = max(n_nearest, self.ground.breadth.n_nearest)
        return self.neighbourhood.search(vectors, n_nearest + 1).rows

    def make_list(
        self,
        query: Query,
        way: Way,
        k: int,
        head: Sequence[tuple[int, Origin]] = (),
        besides: Sequence[int] = (),
    ) -> tuple[list[Item], Ranked]:
        """The list of one article.

        Args:
            query: The article that is being read.
            way: How lists are made.
            k: Length of the list.
            head: Rows that stand first, and who put them there.
            besides: Rows that are the same article, or may not stand in the list.

        Returns:
            At most k items, and all candidates.
        """
        pool = self.candidates(query, way.known, besides)
        ranked = Ranked.of(query, pool, self.ground, way.known, way.weights)
        above = [row for row, _ in head[:k]]
        places = choose(ranked, query.sketch, self.ground, way.policy, k, above)
        items = [Item(row, origin, ranked.place(row)) for row, origin in head[:k]]
        items += [Item(int(pool.rows[place]), "ranked", place) for place in places]
        return items, ranked

    def choose_from(
        self,
        pools: Pools,
        weights: Weights,
        policy: Policy,
        k: int,
        is_allowed: NDArray[np.bool_] | None = None,
    ) -> list[NDArray[np.int64]]:
        """Lists of the queries of pools, as `make_list` makes them without a head.

        Args:
            pools: Candidates and signals.
            weights: How much each signal counts.
            policy: From ranked candidates to a list.
            k: Length of each list.
            is_allowed: Which candidates may stand in a list, shape as `pools.rows`; None: all.

        Returns:
            At most k rows each, best first.
        """
        found, weights = [], weights.at(self.ground.site)
        for place, row in enumerate(pools.queries.tolist()):
            part = slice(*pools.offsets[place : place + 2])
            ranked = Ranked.weighed(pools.rows[part], pools.signals[part], weights)
            if is_allowed is not None:
                ranked = ranked.among(is_allowed[part])
            sketch = self.ground.features.sketches[row]
            found.append(ranked.rows[choose(ranked, sketch, self.ground, policy, k)])
        return found

    def candidates(self, query: Query, lists: Lists, besides: Sequence[int] = ()) -> Candidates:
        """The candidates of one query: never the query, nor others that are the same article."""
        own = [] if query.row is None else [query.row]
        return candidates(query, self.ground, lists, self.is_shown, [*besides, *own])


def _near(
    vectors: NDArray[np.float32], cells: Cells | None, earlier: Earlier | None
) -> Neighbourhoods:
    """What is kept of each article's nearest by vectors; arguments as in `Ranker.prepare`."""
    near, rows = Neighbourhoods.unknown(len(vectors)), np.arange(len(vectors))
    if earlier:
        near, rows = earlier.carried_over(vectors)
    index = VectorIndex(vectors, cells=cells)
    for start in range(0, len(rows), BATCH):  # what is found takes more than what is kept
        batch = rows[start : start + BATCH]
        found = index.search(vectors[batch], RANKS[-1] + 1)
        for row, *of_one in zip(batch.tolist(), found.rows, found.similarities, strict=True):
            near.note(row, *of_one)
    return near

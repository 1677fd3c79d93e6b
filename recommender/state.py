"""One state of an index, ready to answer: what belongs together and never changes.

`Recommender.refresh` puts another state in the place of this one, in one step. Whoever answers
takes the state once and asks nothing else, so every answer is wholly of one state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recommender.errors import RecommenderError
from recommender.index.snapshot import Snapshot
from recommender.listing.maker import ListMaker
from recommender.listing.site_lists import SiteLists
from recommender.lookup import Lookup
from recommender.ranker import Ranker, Way
from recommender.ranking.lists import Lists
from recommender.ranking.query import Query
from recommender.ranking.weights import Weights
from recommender.records import Article, Recommendation
from recommender.settings import Policy, Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 1024
SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class State:
    """What an engine answers from. Safe to use from several threads.

    Attributes:
        snapshot: What the index holds.
        lookup: Finds its articles by what they are called.
        is_open: Which articles readers can open, shape `(n_articles,)`, bool.
        ranker: Candidates and signals.
        maker: Makes the lists.
        usual_way: How lists are made where nobody asks for another way.
    """

    snapshot: Snapshot
    lookup: Lookup
    is_open: NDArray[np.bool_]
    ranker: Ranker
    maker: ListMaker
    usual_way: Way

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        index: Path,
        settings: Settings,
        weights: Weights,
        now: datetime,
    ) -> State:
        """Prepare to answer.

        Args:
            snapshot: The open index.
            index: Its directory.
            settings: Which articles may be recommended, pins and bans, the usual policy.
            weights: The usual ones.
            now: Aware; decides which articles are due or expired.

        Raises:
            IndexFormatError: What was kept for ranking does not fit together.
            ConfigError: The file of pins and bans is wrong.
        """
        lookup = Lookup(snapshot, index)
        is_open = snapshot.is_open_at(now)
        today = now.timestamp() / SECONDS_A_DAY
        ranker = Ranker.of_snapshot(snapshot, is_open, settings.filters, today)
        pins_and_bans = SiteLists.from_file(settings.lists, lookup.row_or_none)
        maker = ListMaker(snapshot, ranker, is_open, pins_and_bans)
        known = Lists.from_pairs(*snapshot.list_pairs(), snapshot.n_articles)
        entries = snapshot.lists_by_row()
        usual_way = Way(weights.at(ranker.ground.site), entries, known, settings.policy)
        return cls(snapshot, lookup, is_open, ranker, maker, usual_way)

    def way(
        self,
        weights: Weights | None,
        lists: Mapping[str, Sequence[str]] | None,
        policy: Policy | None,
    ) -> Way:
        """Another way to make lists; None: as usual.

        Raises:
            UnknownArticleError: The lists name an id that is not in the index.
        """
        usual, entries, known = self.usual_way, self.usual_way.entries, self.usual_way.known
        if lists is not None:
            entries = self.lookup.rows_of_lists(lists)
            known = Lists.from_rows(entries, self.snapshot.n_articles)
        weights = weights.at(self.ranker.ground.site) if weights else usual.weights
        return Way(weights, entries, known, policy or usual.policy)

    def positions(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """The rows of ids, int64; errors as for `Lookup.row_of_id`."""
        return np.array([self.lookup.row_of_id(article_id) for article_id in ids], dtype=np.int64)

    def lists(
        self, way: Way, k: int, *, explain: bool
    ) -> Iterator[tuple[str, list[Recommendation]]]:
        """The list of every article that has a page, with its id, by row."""
        queries = np.flatnonzero(self.is_open & ~self.snapshot.is_linked)
        for start in range(0, len(queries), BATCH):
            rows = queries[start : start + BATCH]
            with self.naming_damage():
                near = self.ranker.near(self.snapshot.vectors[rows], k)
            for i, row in enumerate(rows.tolist()):
                with self.naming_damage():
                    query = Query.of_row(self.ranker.ground, row, near[i])
                    article = self.snapshot.article(row) if explain else None
                    made = self.maker.make(query, way, k, article=article)
                yield self.snapshot.ids[row], made

    @contextmanager
    def naming_damage(self) -> Iterator[None]:
        """Say in our words what shows in large arrays, which opening has not looked through.

        Raises:
            IndexFormatError: In place of an error that a number which cannot be has brought about.
        """
        try:
            with np.errstate(all="ignore"):  # a stranger's bits may warn; what comes of them counts
                yield
        except RecommenderError:
            raise
        except (IndexError, ValueError) as error:
            if self.snapshot.cells is None:
                raise  # all numbers were looked at, so it is something else
            found = f"found a number that cannot be ({error}); expected what ranking had kept"
            raise self.snapshot.damaged(found) from error

    def query(self, row: int, k: int) -> Query:
        """An article of the index as a query for a list of length k."""
        near = self.ranker.near(self.snapshot.vectors[[row]], k)[0]
        return Query.of_row(self.ranker.ground, row, near)

    def outsider(
        self, article: Article, vector: NDArray[np.float32], k: int
    ) -> tuple[Query, list[int]]:
        """An article that is not in the index as a query, and the rows at its own address."""
        from recommender.terms.describe import describe

        own = self.lookup.rows_of_url(article.url or "")
        near = self.ranker.near(vector, k + len(own))[0]
        known = describe(article, self.ranker.ground.features.vocabularies)
        query = Query.of_outside(vector[0], near, known.terms, known.published_at, known.sketch)
        return query, own

"""`export` beyond one machine: lists of all articles, group by group, in the order of their ids."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.cluster import listing
from recommender.cluster.listing import Making, Wishes, lists_of
from recommender.cluster.manifest import Collection
from recommender.cluster.tables import read, to_texts
from recommender.errors import IndexNotFoundError
from recommender.index.damage import damage
from recommender.listing.site_lists import SiteLists
from recommender.site_weights import site_weights

if TYPE_CHECKING:
    from recommender.cluster.listing import Form
    from recommender.cluster.tasks import Part
    from recommender.cluster.workplace import Workplace
    from recommender.ranking.weights import Weights
    from recommender.records import Recommendation
    from recommender.settings import Settings

SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Made:
    """The lists of all articles that have a page.

    Attributes:
        made: Lists of each group.
        parts: Folders of files, one for each range of ids.
    """

    made: list[Part]
    parts: list[Part]

    def __iter__(self) -> Iterator[tuple[str, list[Recommendation]]]:
        """Each article's id and its list, ordered by id; one range is read at a time."""
        for number in range(len(self.parts)):
            yield from lists_of(self.made, number)

    def __len__(self) -> int:
        return sum(part.facts["n"] for part in self.parts)


def make_all_lists(
    settings: Settings,
    place: Workplace,
    k: int,
    form: Form,
    *,
    weights: Weights | None = None,
    now: datetime | None = None,
) -> Made:
    """Make the lists of all articles that have a page.

    Args:
        settings: Which articles may be recommended, pins and bans, the policy.
        place: Where the stages are run, and by whom; it holds the index.
        k: Length of each list.
        form: In which form of text they are written beside Parquet.
        weights: How much each signal counts; None: as the settings say.
        now: Aware; decides which articles are due or expired. None means the present.

    Raises:
        IndexNotFoundError: There is no index here that was made on a cluster.
    """
    collection = _opened(place.path)
    wishes = _wishes(collection, settings, k, weights, now or datetime.now(UTC))
    making = Making(collection.whole, wishes, collection.starts)
    items = [(part,) for part in collection.searched]
    made = place.stage("make", listing.make_lists, items, (collection.settled, making))
    ranges = [(number,) for number in range(len(collection.arranged))]
    parts = place.stage("lists", listing.finish, ranges, (made, form.name), form.tool)
    place.tidy()
    return Made(made, parts)


def _opened(index: Path) -> Collection:
    collection = Collection.read(index)
    if collection is None:
        raise IndexNotFoundError(
            f"there is no index at {index} that was made on a cluster: make one with "
            f"`recommender index ARTICLES --index {index} --on ray`.",
            path=index,
        )
    if gone := [path for path in collection.paths() if not path.exists()]:
        raise damage(gone[0], "found nothing; expected what the manifest names")
    return collection


def _wishes(
    collection: Collection, settings: Settings, k: int, weights: Weights | None, now: datetime
) -> Wishes:
    site_lists = SiteLists.from_file(settings.lists, _Rows(collection).find)
    return Wishes(
        k=k,
        weights=weights or site_weights(settings),
        policy=settings.policy,
        filters=settings.filters,
        moment=now if collection.hides_unpublished else None,
        today=0.0 if settings.filters.max_age_days is None else now.timestamp() / SECONDS_A_DAY,
        pins=site_lists.pins,
        bans={row: sorted(rows) for row, rows in site_lists.bans.items()},
        banned=sorted(site_lists.banned),
    )


class _Rows:
    """Finds the rows of the few articles that a person has named, by their ids."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def find(self, article_id: str) -> int | None:
        of = self._collection
        number = bisect.bisect_right(of.limits, article_id)
        ids = to_texts(read(of.arranged[number], ["id"])["id"])
        place = bisect.bisect_left(ids, article_id)
        is_there = place < len(ids) and ids[place] == article_id
        return of.starts[number] + place if is_there else None

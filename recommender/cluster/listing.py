"""Lists of a group's articles, made as on one machine from all that is in their sight."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recommender.cluster.mentioning import ranges_of_rows
from recommender.cluster.plot import Plot
from recommender.cluster.settling import Settled
from recommender.cluster.sighting import rows_in_sight, rows_of_lists
from recommender.cluster.tables import (
    matrix,
    numbers,
    read,
    read_bucket,
    texts,
    to_matrix,
    to_texts,
    write_scattered,
)
from recommender.cluster.tasks import Facts, Part
from recommender.cluster.whole import Whole
from recommender.index.record_json import from_plain, to_plain
from recommender.index.vectors import VectorIndex
from recommender.listing.maker import ListMaker
from recommender.listing.site_lists import SiteLists
from recommender.ranker import Ranker, Way
from recommender.ranking.breadth import breadth_for
from recommender.ranking.filters import passing
from recommender.ranking.query import Query
from recommender.ranking.weights import Weights
from recommender.records import Recommendation
from recommender.settings import Filters, Policy

if TYPE_CHECKING:
    from numpy.typing import NDArray

A_BLOCK = 512
"""Lists that are made together: what all of them may need is in memory at a time."""

WriteLists = Callable[[Iterable[tuple[str, list[Recommendation]]], TextIO], None]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of text in which lists are written.

    Attributes:
        name: Its name, which is the ending of files, too; empty for none.
        write: Writes lists in this form.
    """

    name: str = ""
    write: WriteLists | None = None

    def tool(self) -> WriteLists | None:
        """What workers write with."""
        return self.write


@dataclass(frozen=True, slots=True)
class Wishes:
    """How lists are to be made.

    Attributes:
        k: Length of each list.
        weights: How much each signal counts.
        policy: From ranked candidates to lists.
        filters: Which articles may be recommended.
        moment: When, where that decides who is open to readers; None where it does not.
        today: Days since 1970, where age decides who may be recommended; else 0.
        pins: Row to those at the head of its list.
        bans: Row to those that never stand in it.
        banned: Those that stand in no list.
    """

    k: int
    weights: Weights
    policy: Policy
    filters: Filters
    moment: datetime | None
    today: float
    pins: Mapping[int, Sequence[int]]
    bans: Mapping[int, Sequence[int]]
    banned: Sequence[int]

    def hides_some(self) -> bool:
        """Whether an article may be kept out of lists, so that one looks beyond the nearest."""
        return self.moment is not None or self.filters != Filters()

    def named(self) -> list[int]:
        """All rows that pins and bans name."""
        of_lists = [row for rows in (*self.pins.values(), *self.bans.values()) for row in rows]
        return sorted({*self.pins, *self.bans, *of_lists, *self.banned})


@dataclass(frozen=True, slots=True)
class Making:
    """What all lists share.

    Attributes:
        whole: The collection.
        wishes: How lists are to be made.
        starts: The first row of each range of ids.
    """

    whole: Whole
    wishes: Wishes
    starts: Sequence[int]


def make_lists(out: Path, settled: Sequence[Part], making: Making, searched: Part) -> Facts:
    """Write the list of each article of a group that has a page; by the range of its row.

    Args:
        out: Where to write.
        settled: What is known of the articles of all groups.
        making: How lists are made here.
        searched: Who comes into question for the group's articles.
    """
    found = _nearest(read(searched, ["row", "near", "by_term"]), making)
    groups = Settled(settled, making.whole.cells)
    made, n_in_sight = [], 0
    for start in range(0, found.num_rows, A_BLOCK):
        queries = found.slice(start, A_BLOCK)
        rows = rows_in_sight(queries, making.whole, making.wishes.named())
        plot = Plot(groups.take(rows), making.whole, numbers(queries, "row"))
        made.append(_lists_of(queries, plot, making))
        n_in_sight += len(plot)
    table = pa.concat_tables(made)
    columns = {name: table[name] for name in table.column_names}
    write_scattered(out, columns, ranges_of_rows(numbers(table, "row"), making.starts))
    return {"n": table.num_rows, "n_in_sight": n_in_sight}


def _nearest(searched: pa.Table, making: Making) -> pa.Table:
    """The same without those of the nearest of which no list can be made."""
    wishes, breadth = making.wishes, breadth_for(making.whole.n)
    near = to_matrix(searched["near"])
    n_seen = near.shape[1] if wishes.hides_some() else max(breadth.n_nearest, wishes.k) + 1
    return searched.set_column(1, "near", matrix(near[:, :n_seen]))


def _lists_of(queries: pa.Table, plot: Plot, making: Making) -> pa.Table:
    """The lists of some articles that have a page, from all that is in their sight."""
    wishes, own = making.wishes, numbers(queries, "row")
    maker, way, is_open = _maker(plot, own, making.whole, wishes)
    ground = maker.ranker.ground
    near = to_matrix(queries["near"])
    is_linked, places = plot.are_linked(), plot.local(own)
    has_page = is_open[places] & ~is_linked[places]
    items = []
    for i in np.flatnonzero(has_page).tolist():
        local = plot.local(near[i])
        shown = local[maker.ranker.is_shown[local]][: max(ground.breadth.n_nearest, wishes.k) + 1]
        query = Query.of_row(ground, int(places[i]), shown)
        items.append(_dumps(maker.make(query, way, wishes.k)))
    ids = plot.ids(places[has_page])
    return pa.table({"row": own[has_page], "id": texts(ids), "items": texts(items)})


def finish(
    out: Path, made: Sequence[Part], form: str, number: int, tool: WriteLists | None
) -> Facts:
    """Write the lists of a range in order: as Parquet, and in a form of text.

    Args:
        out: Where to write.
        made: Lists of all groups.
        form: The name of a form of text, or none.
        number: Of the range.
        tool: Writes that form.
    """
    table = read_bucket(made, number)
    table = table.take(pa.array(np.argsort(numbers(table, "row"))))
    lists = list(zip(to_texts(table["id"]), map(_loads, to_texts(table["items"])), strict=True))
    out.mkdir()
    entries = [[_entry(item) for item in items] for _, items in lists]
    columns = {
        "id": pa.array([_plain(article_id) for article_id, _ in lists], pa.string()),
        "related": pa.array(entries, pa.list_(_ENTRY)),
    }
    pq.write_table(pa.table(columns), out / "lists.parquet", compression="zstd")
    if tool:
        with (out / f"lists.{form}").open("w", encoding="utf-8", newline="") as stream:
            tool(lists, stream)
    return {"n": len(lists)}


def lists_of(made: Sequence[Part], number: int) -> Iterator[tuple[str, list[Recommendation]]]:
    """The lists of a range in order."""
    table = read_bucket(made, number)
    table = table.take(pa.array(np.argsort(numbers(table, "row"))))
    for article_id, items in zip(to_texts(table["id"]), to_texts(table["items"]), strict=True):
        yield article_id, _loads(items)


_ENTRY = pa.struct(
    {
        "rank": pa.int32(),
        "id": pa.string(),
        "title": pa.string(),
        "url": pa.string(),
        "score": pa.float64(),
        "similarity": pa.float64(),
        "origin": pa.string(),
    }
)


def _entry(item: Recommendation) -> dict[str, object]:
    values = {name: getattr(item, name) for name in _ENTRY.names}
    return {name: _plain(of) if isinstance(of, str) else of for name, of in values.items()}


def _plain(text: str) -> str:
    """The text without halves of surrogate pairs, which others cannot read."""
    return text.encode("utf-8", "replace").decode()


def _dumps(items: Sequence[Recommendation]) -> str:
    """Items as they are handed on, without what each signal says, which is most of their bytes."""
    return json.dumps([to_plain(replace(item, signals={})) for item in items])


def _loads(text: str) -> list[Recommendation]:
    return [from_plain(Recommendation, item) for item in json.loads(text)]


def _maker(
    plot: Plot, own: NDArray[np.int64], whole: Whole, wishes: Wishes
) -> tuple[ListMaker, Way, NDArray[np.bool_]]:
    ground, is_open = plot.ground(), plot.are_open(wishes.moment)
    is_shown = is_open & passing(ground.features, wishes.filters, wishes.today)
    ranker = Ranker(ground, VectorIndex(ground.vectors), is_shown)
    found = rows_of_lists(whole.lists, own)
    entries = {_place(plot, row): plot.local(rows).tolist() for row, rows in found.items()}
    way = Way(wishes.weights.at(ground.site), entries, plot.lists(), wishes.policy)
    return ListMaker(plot, ranker, is_open, _site_lists(plot, wishes)), way, is_open


def _site_lists(plot: Plot, wishes: Wishes) -> SiteLists:
    def places(rows: Sequence[int]) -> list[int]:
        return plot.local(np.array(rows, dtype=np.int64)).tolist() if rows else []

    return SiteLists(
        pins={_place(plot, row): tuple(places(rows)) for row, rows in wishes.pins.items()},
        bans={_place(plot, row): frozenset(places(rows)) for row, rows in wishes.bans.items()},
        banned=frozenset(places(wishes.banned)),
    )


def _place(plot: Plot, row: int) -> int:
    return int(plot.local(np.array([row]))[0])

"""All that is known of articles, brought to the group of cells to which each belongs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from recommender.cluster.tables import (
    load,
    mapped,
    numbers,
    read,
    read_bucket,
    write_mapped,
    write_scattered,
)
from recommender.cluster.tasks import Facts, Part
from recommender.cluster.wording import ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray


def send(out: Path, cells: Part, weighed: Part, start: int) -> Facts:
    """Send each article of a range to its group.

    Args:
        out: Where to write.
        cells: The cell of each row, and the group of each cell.
        weighed: What the articles say.
        start: Row of the first of them.
    """
    table = read(weighed, file=ROWS)
    rows = start + np.arange(table.num_rows)
    columns = {"row": rows, **{name: table[name] for name in table.column_names}}
    write_scattered(out, columns, load(cells, "groups")[load(cells, "cells")[rows]])
    return {}


def settle(out: Path, sent: Sequence[Part], cells: Part, group: int) -> Facts:
    """Write a group cell by cell, so that what is alike lies together."""
    table = read_bucket(sent, group)
    order = np.argsort(load(cells, "places")[numbers(table, "row")])
    write_mapped(out, table.take(pa.array(order)))
    return {"n": table.num_rows}


class Settled:
    """All groups; of what is known of their articles no more is read than is asked for.

    Args:
        groups: Their tables.
        cells: The place of each article, and where groups begin.
    """

    def __init__(self, groups: Sequence[Part], cells: Part) -> None:
        self._groups = groups
        self._tables: dict[int, pa.Table] = {}
        self._places = load(cells, "places")
        first_cells = np.searchsorted(load(cells, "groups"), np.arange(len(groups) + 1))
        self._starts = load(cells, "offsets")[first_cells]

    def take(self, rows: NDArray[np.int64]) -> pa.Table:
        """What is known of some articles, in the order of their places."""
        places = np.sort(self._places[rows])
        bounds = np.searchsorted(places, self._starts).tolist()
        found = [
            self._table(group).take(pa.array(places[start:end] - self._starts[group]))
            for group, (start, end) in enumerate(pairwise(bounds))
            if end > start
        ]
        return pa.concat_tables(found)

    def _table(self, group: int) -> pa.Table:
        if group not in self._tables:
            self._tables[group] = mapped(self._groups[group])
        return self._tables[group]

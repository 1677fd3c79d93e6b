"""All that is known of articles, brought to the group of cells to which each belongs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recommender.cluster.tables import load, numbers, read, read_bucket, write_scattered
from recommender.cluster.tasks import Facts, Part
from recommender.cluster.wording import ROWS


def send(out: Path, cells: Part, vectors: Part, weighed: Part, start: int) -> Facts:
    """Send each article of a range to its group.

    Args:
        out: Where to write.
        cells: The cell of each row, and the group of each cell.
        vectors: Those of the range.
        weighed: What its articles say.
        start: Row of its first article.
    """
    table = read(weighed, file=ROWS)
    cell = load(cells, "cells")[start : start + table.num_rows]
    columns = {
        "row": start + np.arange(table.num_rows),
        "cell": cell,
        "vector": read(vectors, ["vector"])["vector"],
        **{name: table[name] for name in table.column_names},
    }
    write_scattered(out, columns, load(cells, "groups")[cell])
    return {}


def settle(out: Path, sent: Sequence[Part], group: int) -> Facts:
    """Write a group, cell by cell, so that its neighbours can read the cells that they need."""
    table = read_bucket(sent, group)
    order = np.lexsort((numbers(table, "row"), numbers(table, "cell")))
    columns = {name: table[name] for name in table.column_names}
    write_scattered(out, columns, numbers(table, "cell")[order], order)
    return {"n": table.num_rows}

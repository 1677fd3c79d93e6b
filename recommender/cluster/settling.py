"""All that is known of articles, brought to the group of cells to which each belongs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from recommender.cluster.tables import load, numbers, read, read_bucket, write, write_scattered
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
    """Write a group: vectors cell by cell, since neighbours read but the cells they need."""
    table = read_bucket(sent, group)
    cells = numbers(table, "cell")
    order = np.lexsort((numbers(table, "row"), cells))
    out.mkdir()
    near = {name: table[name] for name in NEAR}
    write_scattered(out / VECTORS, near, cells[order], order)
    others = [name for name in table.column_names if name not in NEAR]
    write(out / ROWS, {name: table[name].take(pa.array(order)) for name in others})
    return {"n": table.num_rows}


def read_settled(part: Part) -> pa.Table:
    """All that is known of a group's articles, in its order."""
    table, vectors = read(part, file=ROWS), read(part, file=VECTORS)
    for name in NEAR:
        table = table.append_column(name, vectors[name])
    return table


VECTORS = "vectors"
NEAR = ("row", "cell", "vector")
"""A file of a group, and its columns: all that neighbouring groups look at."""

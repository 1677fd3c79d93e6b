"""What a group needs of articles that live elsewhere: asked of their groups, and answered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recommender.cluster.settling import read_settled
from recommender.cluster.tables import (
    load,
    numbers,
    read,
    read_bucket,
    to_ragged,
    write_scattered,
)
from recommender.cluster.tasks import Facts, Part
from recommender.cluster.whole import Whole
from recommender.features import Graph, distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ask(
    out: Path,
    whole: Whole,
    named: Sequence[int],
    searched: Part,
    group: int,
) -> Facts:
    """Ask for all articles that may matter to a group's lists; by the group where each lives.

    They are its own, who come into question by vectors and by terms, whom these list, who mentions
    its own, and those whom the site's pins and bans name.

    Args:
        out: Where to write.
        whole: The collection.
        named: Rows of pins and bans.
        searched: Who comes into question.
        group: Its number.
    """
    table = read(searched, ["row", "near", "by_term"])
    own = numbers(table, "row")
    near, by_term = (to_ragged(table[name])[0] for name in ("near", "by_term"))
    candidates = distinct(np.concatenate([own, near, by_term]))
    listed = Graph(load(whole.lists, "targets"), load(whole.lists, "offsets")).gather(candidates)[0]
    mentioners = Graph(
        load(whole.mentions, "mentioners"), load(whole.mentions, "mentioner_offsets")
    )
    mentioning = mentioners.gather(own)[0]
    pinned = np.array(named, dtype=np.int64)
    rows = distinct(np.concatenate([candidates, listed, mentioning, pinned]))
    groups = load(whole.cells, "groups")[load(whole.cells, "cells")[rows]]
    write_scattered(out, {"row": rows, "asker": np.full(len(rows), group)}, groups)
    return {"n_asked": len(rows)}


def answer(out: Path, asked: Sequence[Part], settled: Part, searched: Part, group: int) -> Facts:
    """Send to each group what it has asked of the articles that live in this one."""
    questions = read_bucket(asked, group)
    table, levels = read_settled(settled), read(searched, ["row", *LEVELS])
    for name in LEVELS:  # both are in the order in which the group was settled
        table = table.append_column(name, levels[name])
    rows = numbers(table, "row")
    order = np.argsort(rows)
    wanted = numbers(questions, "row")
    places = order[np.searchsorted(rows[order], wanted)]
    columns = {name: table[name] for name in table.column_names}
    write_scattered(out, columns, numbers(questions, "asker"), places)
    return {}


LEVELS = ("levels_by_vectors", "levels_by_words")


def rows_of_lists(lists: Part, rows: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """The lists of some articles, in the editors' order; those without one are absent."""
    sources, entries = load(lists, "sources"), load(lists, "entries")
    starts, ends = (np.searchsorted(sources, rows, side=side) for side in ("left", "right"))
    spans = zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True)
    return {row: np.asarray(entries[start:end]) for row, start, end in spans if end > start}

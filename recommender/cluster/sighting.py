"""Which articles matter to the lists of some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.cluster.tables import load, numbers, to_matrix, to_ragged
from recommender.cluster.whole import Whole
from recommender.features import Graph, distinct

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from recommender.cluster.tasks import Part


def rows_in_sight(searched: pa.Table, whole: Whole, named: Sequence[int]) -> NDArray[np.int64]:
    """Rows of all articles that may matter to some lists, ascending.

    They are the queries, who comes into question by vectors and by terms, whom these list, who
    mentions a query, and those whom the site's pins and bans name.

    Args:
        searched: Who comes into question for each query.
        whole: The collection.
        named: Rows of pins and bans.
    """
    own = numbers(searched, "row")
    near, (by_term, _) = to_matrix(searched["near"]), to_ragged(searched["by_term"])
    candidates = distinct(np.concatenate([own, near.ravel(), by_term]))
    listed = Graph(load(whole.lists, "targets"), load(whole.lists, "offsets")).gather(candidates)[0]
    mentioners = Graph(
        load(whole.mentions, "mentioners"), load(whole.mentions, "mentioner_offsets")
    )
    mentioning = mentioners.gather(own)[0]
    pinned = np.array(named, dtype=np.int64)
    return distinct(np.concatenate([candidates, listed, mentioning, pinned]))


def rows_of_lists(lists: Part, rows: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """The lists of some articles, in the editors' order; those without one are absent."""
    sources, entries = load(lists, "sources"), load(lists, "entries")
    starts, ends = (np.searchsorted(sources, rows, side=side) for side in ("left", "right"))
    spans = zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True)
    return {row: np.asarray(entries[start:end]) for row, start, end in spans if end > start}

"""Who is near each article of a group: by vectors in the nearest cells, by terms anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.cluster.posting import SEARCHED, look_up
from recommender.cluster.tables import (
    load,
    mapped,
    matrix,
    numbers,
    ragged,
    read,
    save,
    to_matrix,
    to_ragged,
    write,
)
from recommender.cluster.tasks import Facts, Part
from recommender.cluster.wording import ROWS
from recommender.features import Terms, TermTable, distinct, places_of
from recommender.index.cells import N_PROBED, Cells, n_cells_for
from recommender.index.vectors import VectorIndex
from recommender.ranking.breadth import Breadth, breadth_for
from recommender.ranking.levels import RANKS
from recommender.ranking.neighbourhoods import NOBODY, Neighbourhoods
from recommender.ranking.retrieval import Postings
from recommender.ranking.site import Site, looked_at

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

N_KEPT = RANKS[-1] + 1
"""So many nearest are kept by their rows, the article itself among them."""

LEVELS = ("levels_by_vectors", "levels_by_words")

_QUERIED = {"words": "words", "lead": "lead", "letters": "letters", "titles": "words"}
"""The postings that are searched, and by which of a query's terms."""


def search(
    out: Path,
    vectors: Part,
    cells: Part,
    trained: Part,
    postings: Part,
    settled: Part,
) -> Facts:
    """Write who comes into question for each article of a group, and how near is near for it."""
    own = mapped(settled)
    rows = numbers(own, "row")
    of_all = load(vectors, "vectors")
    queries = of_all[rows]
    reach = near_cells(queries, len(of_all), cells, trained)
    near = VectorIndex(of_all, cells=reach).search(queries, N_KEPT)
    by_vectors, by_words = (Neighbourhoods.unknown(len(rows)) for _ in range(2))
    for i, row in enumerate(rows.tolist()):
        by_vectors.note(i, near.rows[i], near.similarities[i], row)
    breadth = breadth_for(len(of_all))
    found = [_Terms(own, name, postings, breadth) for name in SEARCHED]
    by_term = []
    for i, row in enumerate(rows.tolist()):
        by_words.note(i, *found[0].search(i, N_KEPT), row)
        of_each = [of.greatest(i, breadth.n_nearest + 1) for of in found]
        by_term.append(distinct(np.concatenate(of_each)))
    write(
        out,
        {
            "row": rows,
            **dict(zip(LEVELS, (matrix(by_vectors.levels), matrix(by_words.levels)), strict=True)),
            "nearest": matrix(by_vectors.nearest),
            "nearest_by_words": matrix(by_words.nearest),
            "near": matrix(near.rows.astype(np.int32)),
            "by_term": _lists(by_term),
        },
    )
    return {"n_in_reach": len(reach.rows) if reach else len(of_all)}


def gather_nearness(out: Path, searched: Sequence[Part], weighed: Sequence[Part], n: int) -> Facts:
    """How many are near to each of n articles, how near its are, and what kind of site it is."""
    n_near = np.zeros(n, dtype=np.int64)
    levels = np.empty((n, len(LEVELS), len(RANKS)), dtype=np.float32)
    ours: dict[int, NDArray[np.int32]] = {}
    theirs: dict[int, NDArray[np.int32]] = {}
    wanted = looked_at(n)
    for part in searched:
        table = read(part, ["row", "nearest", "nearest_by_words", *LEVELS])
        rows, nearest = numbers(table, "row"), to_matrix(table["nearest"])
        by_words = to_matrix(table["nearest_by_words"])
        n_near += np.bincount(nearest[nearest != NOBODY], minlength=n)
        levels[rows] = np.stack([to_matrix(table[name]) for name in LEVELS], axis=1)
        for i in np.flatnonzero(np.isin(rows, wanted)).tolist():
            ours[int(rows[i])], theirs[int(rows[i])] = nearest[i], by_words[i]
    total = 0.0
    for part in weighed:
        _, lengths = to_ragged(read(part, ["words_keys"], ROWS)["words_keys"])
        total += float(np.log1p(lengths).sum())
    by_vectors, by_terms = (np.stack([of[row] for row in wanted.tolist()]) for of in (ours, theirs))
    site = Site.of_sample(by_vectors, by_terms, n, total / n)
    save(out, {"n_near": n_near, "levels": levels})
    return {"conditions": site.conditions()[1:].tolist()}


def table_of(
    table: pa.Table,
    name: str,
    vocabulary: NDArray[np.int64],
    places: NDArray[np.integer] | None = None,
) -> TermTable:
    """A table of terms, each numbered by its place in a vocabulary that has all of them.

    Args:
        table: With the keys and weights of each article.
        name: Which terms.
        vocabulary: Keys, ascending.
        places: The row of each article in what is made, which ends with a row that has no term;
            None for the same rows and no other.
    """
    keys, lengths = to_ragged(table[f"{name}_keys"])
    weights, _ = to_ragged(table[f"{name}_weights"])
    n, width = len(lengths) + (places is not None), max(1, int(lengths.max(initial=0)))
    n_terms = max(1, len(vocabulary))
    ids = np.full((n, width), n_terms, dtype=np.int32)
    heavy = np.zeros((n, width), dtype=np.float32)
    owners = np.repeat(np.arange(len(lengths)) if places is None else places, lengths)
    columns = np.arange(len(keys)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    ids[owners, columns] = places_of(keys, vocabulary)
    heavy[owners, columns] = weights
    return TermTable(ids, heavy, n_terms)


class _Terms:
    """One kind of postings, as far as the queries of a group have the terms.

    Args:
        own: The queries.
        name: One of `SEARCHED`.
        postings: Of all articles.
        breadth: How far queries look.
    """

    def __init__(self, own: pa.Table, name: str, postings: Part, breadth: Breadth) -> None:
        asked = _QUERIED[name]
        vocabulary = distinct(to_ragged(own[f"{asked}_keys"])[0])
        terms, rows, weights = look_up(postings, name, vocabulary)
        self._rows, local = np.unique(rows, return_inverse=True)
        self._table = table_of(own, asked, vocabulary)
        n_terms, n_rows = self._table.n_terms, len(self._rows)
        self._postings = postings_of(terms, local, weights, n_terms, n_rows, breadth)

    def search(self, query: int, n: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rows of the n greatest sums, best first, and the sums."""
        local, sums = self._postings.search(self._query(query), n)
        return self._rows[local].astype(np.int64), sums

    def greatest(self, query: int, n: int) -> NDArray[np.int64]:
        """Rows of the n greatest sums, ascending."""
        with self._postings.summed(self._query(query)) as sums:
            return self._rows[sums.greatest(n)].astype(np.int64)

    def _query(self, query: int) -> Terms:
        return self._table.of(query)


def postings_of(
    terms: NDArray[np.int64],
    rows: NDArray[np.integer],
    weights: NDArray[np.float32],
    n_terms: int,
    n_articles: int,
    breadth: Breadth,
) -> Postings:
    """Postings from entries that are in order already, as `look_up` gives them."""
    offsets = np.concatenate([[0], np.cumsum(np.bincount(terms, minlength=n_terms))])
    pairs = [rows.astype(np.int32), weights.view(np.int32)]
    return Postings(np.stack(pairs, axis=1), offsets.astype(np.int64), n_articles, breadth)


def near_cells(queries: NDArray[np.float32], n: int, cells: Part, trained: Part) -> Cells | None:
    """The cells near some queries; None where the n vectors are so few that all are searched."""
    if not n_cells_for(n):
        return None
    arrays = {name: np.asarray(load(cells, name)) for name in ("centroids", "rows", "offsets")}
    codes, codebook = load(cells, "codes"), np.asarray(load(trained, "codebook"))
    of_all = Cells(**arrays, codes=codes, codebook=codebook)
    probed = [of_all.nearest(query, N_PROBED) for query in queries]
    return of_all.only(distinct(np.concatenate(probed)))


def _lists(of_each: Sequence[NDArray[np.int64]]) -> Any:
    lengths = np.array([len(rows) for rows in of_each], dtype=np.int64)
    return ragged(np.concatenate(of_each).astype(np.int32), lengths)

"""Drawing candidates from the nearest cells: almost exact, in time that hardly grows.

Vectors that lie together make a cell, as k-means has found them. A query looks into the nearest
cells alone, and at short codes of the vectors there. This is an inverted file of FAISS's. What it
needs is kept as plain arrays, from which FAISS's own object is made in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.features import spans
from recommender.index.codes import Scanner, encoded, learned_codebook
from recommender.index.exhaustive import DrawingFromAll

if TYPE_CHECKING:
    from numpy.typing import NDArray

MANY = 20_000
"""So many vectors are sorted into cells; fewer are searched exactly."""

N_PROBED = 128
"""So many cells are looked into."""

A_CELL = 40
"""Vectors from which k-means learns where a cell lies."""

_N_ROUNDS = 8  # of k-means
_SEED = 20
_BLOCK = 8192  # vectors that are sorted into cells at a time
_DRAWN, _SPARE = 2, 32  # by their codes so many times as many as are wanted are drawn, and more


def n_cells_for(n_vectors: int) -> int:
    """The power of two next to four times the square root, or 0 where no cells are needed."""
    return 0 if n_vectors < MANY else 2 ** round(np.log2(4 * np.sqrt(n_vectors)))


@dataclass(frozen=True, slots=True)
class Cells:
    """Vectors sorted into cells.

    Attributes:
        centroids: The middle of each cell, shape `(n_cells, dim)`, float32.
        rows: The vectors' rows, those of each cell ascending, one cell after the other, int32.
        offsets: Where the rows of each cell begin, and where the last ones end, int64.
        codes: Those of the vectors in the order of `rows`, shape `(n, code_width(dim))`, uint8.
        codebook: What codes stand for, of `codebook_shape(dim)`, float32.
    """

    centroids: NDArray[np.float32]
    rows: NDArray[np.int32]
    offsets: NDArray[np.int64]
    codes: NDArray[np.uint8]
    codebook: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        vectors: NDArray[np.float32],
        before: Cells | None = None,
        rows_before: NDArray[np.int64] | None = None,
    ) -> Cells | None:
        """Sort vectors into cells, or None where there are few.

        Args:
            vectors: Shape `(n, dim)`, float32, unit rows.
            before: Cells of earlier vectors. As long as there are to be as many, and half of the
                vectors are not new, they stay where they are and keep what is in them.
            rows_before: The row that each vector had then, -1 for new ones.
        """
        n_cells = n_cells_for(len(vectors))
        if not n_cells:
            return None
        cells = np.full(len(vectors), -1, dtype=np.int32)
        if before is None or rows_before is None or not before.suit(n_cells, rows_before):
            centroids, codebook = centroids_of(vectors, n_cells), learned_codebook(vectors)
        else:
            centroids, codebook, is_old = before.centroids, before.codebook, rows_before >= 0
            cells[is_old] = before.cells()[rows_before[is_old]]
        is_new = np.flatnonzero(cells < 0)
        cells[is_new] = nearest_cells(vectors, centroids, is_new)
        rows = np.argsort(cells, kind="stable").astype(np.int32)
        offsets = np.cumsum([0, *np.bincount(cells, minlength=len(centroids))], dtype=np.int64)
        codes = [encoded(vectors[part], codebook) for part in _blocks(rows)]
        return cls(centroids, rows, offsets, np.concatenate(codes), codebook)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The attributes by name, for keeping."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def cells(self) -> NDArray[np.int32]:
        """The cell of each row, shape `(n,)`."""
        cells = np.empty(len(self.rows), dtype=np.int32)
        n_cells = len(self.centroids)
        cells[self.rows] = np.repeat(np.arange(n_cells, dtype=np.int32), np.diff(self.offsets))
        return cells

    def are_whole(self) -> bool:
        """Whether each row is in one cell, and codes stand for something."""
        n, offsets = len(self.rows), self.offsets
        has_cells = n > 0 and len(offsets) > N_PROBED and offsets[0] == 0 and offsets[-1] == n
        if not has_cells or np.any(offsets[1:] < offsets[:-1]):
            return False
        if not np.isfinite(self.codebook).all() or self.rows.min() < 0 or self.rows.max() >= n:
            return False
        return int(np.bincount(self.rows, minlength=n).max()) == 1

    def only(self, cells: NDArray[np.integer]) -> Cells:
        """The same with nothing in all others than these, which ascend; codes are copied."""
        places, owners = spans(self.offsets, cells)
        sizes = np.bincount(cells[owners], minlength=len(self.centroids))
        offsets = np.cumsum([0, *sizes], dtype=np.int64)
        rows, codes = self.rows[places], self.codes[places]
        return Cells(self.centroids, rows, offsets, codes, self.codebook)

    def suit(self, n_cells: int, rows: NDArray[np.int64]) -> bool:
        """Whether these will do for so many cells and for vectors that had these rows, or -1."""
        n_old = int(np.count_nonzero(rows >= 0))
        return len(self.centroids) == n_cells and 2 * n_old >= len(rows)

    def nearest(self, query: NDArray[np.float32], n: int) -> NDArray[np.int64]:
        """The n cells whose middles are most like a query, in any order."""
        similarities = np.vecdot(self.centroids, query)
        return np.argpartition(similarities, -n)[-n:]


class DrawingFromCells:
    """Compares a query with the vectors in the nearest cells; see `vectors.Drawing`.

    Args:
        cells: Of all vectors.
        vectors: Those vectors, for queries in whose nearest cells there are too few.
        rows: Those that may be drawn; None for all.
    """

    def __init__(
        self, cells: Cells, vectors: NDArray[np.float32], rows: NDArray[np.int64] | None
    ) -> None:
        self._cells = cells
        self._vectors, self._rows = vectors, rows

    def draw(
        self, queries: NDArray[np.float32], n: int, effort: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The nearest by FAISS; who gets fewer than n is to try again, and gets the exact ones."""
        if effort:
            return DrawingFromAll(self._vectors, self._rows).draw(queries, n, effort - 1)
        n_drawn = _DRAWN * n + _SPARE
        rows = np.empty((len(queries), n_drawn), dtype=np.int64)
        for i, query in enumerate(queries):  # FAISS might draw others for many at a time
            rows[i] = self._scanner.nearest(query, self._cells.nearest(query, N_PROBED), n_drawn)
        return rows, np.where((rows >= 0).sum(axis=1) < n, np.inf, -np.inf)

    @cached_property
    def _scanner(self) -> Scanner:
        cells, members = self._cells, self._cells.rows.astype(np.int64)
        if self._rows is None:
            return Scanner(cells.codebook, cells.codes, members, cells.offsets, N_PROBED)
        is_drawn = np.isin(members, self._rows, assume_unique=True)
        offsets = np.concatenate([[0], np.cumsum(is_drawn)])[cells.offsets]
        codes, members = cells.codes[is_drawn], members[is_drawn]
        return Scanner(cells.codebook, codes, members, offsets, N_PROBED)


def nearest_cells(
    vectors: NDArray[np.float32],
    centroids: NDArray[np.float32],
    rows: NDArray[np.integer],
) -> NDArray[np.int32]:
    """The cell of each of some rows of vectors, int32."""
    cells = np.empty(len(rows), dtype=np.int32)
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        cells[block] = (vectors[rows[block]] @ centroids.T).argmax(axis=1)
    return cells


def centroids_of(vectors: NDArray[np.float32], n_cells: int) -> NDArray[np.float32]:
    """Where k-means finds cells to lie, shape `(n_cells, dim)`, unit rows."""
    import faiss

    kmeans = faiss.Kmeans(
        vectors.shape[1],
        n_cells,
        niter=_N_ROUNDS,
        seed=_SEED,
        spherical=True,
        min_points_per_centroid=1,  # else FAISS warns on the terminal
        max_points_per_centroid=A_CELL,
    )
    kmeans.train(np.ascontiguousarray(vectors))
    return np.asarray(kmeans.centroids)


def _blocks(rows: NDArray[np.integer]) -> Iterator[NDArray[np.integer]]:
    return (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))

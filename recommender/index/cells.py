"""Drawing candidates from the nearest cells: almost exact, in time that hardly grows.

Vectors that lie together make a cell, as k-means has found them. A query looks into the nearest
cells alone, at vectors of one byte a number. This is FAISS's IVF with a scalar quantiser. What it
needs is kept as plain arrays, from which FAISS's own object is made in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.index.exhaustive import SPARE, DrawingFromAll

if TYPE_CHECKING:
    from numpy.typing import NDArray

MANY = 20_000
"""So many vectors are sorted into cells; fewer are searched exactly."""

N_PROBED = 64
"""So many cells are looked into."""

_A_CELL = 40  # vectors from which k-means learns where a cell lies
_N_ROUNDS = 8  # of k-means
_SEED = 20
_BLOCK = 8192  # vectors that are sorted into cells at a time
_GREATEST = 255  # byte; FAISS takes a code for the middle of what is cut down to it


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
        codes: The vectors in the order of `rows`, one byte a number, shape `(n, dim)`, uint8.
        scale: The number that byte 0 stands for, and how far from it byte 255 is, for each
            dimension, shape `(2, dim)`, float32.
    """

    centroids: NDArray[np.float32]
    rows: NDArray[np.int32]
    offsets: NDArray[np.int64]
    codes: NDArray[np.uint8]
    scale: NDArray[np.float32]

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
            centroids = _centroids(vectors, n_cells)
        else:
            centroids, is_old = before.centroids, rows_before >= 0
            cells[is_old] = before.cells()[rows_before[is_old]]
        is_new = np.flatnonzero(cells < 0)
        for start in range(0, len(is_new), _BLOCK):
            block = is_new[start : start + _BLOCK]
            cells[block] = (vectors[block] @ centroids.T).argmax(axis=1)
        rows = np.argsort(cells, kind="stable").astype(np.int32)
        offsets = np.cumsum([0, *np.bincount(cells, minlength=n_cells)], dtype=np.int64)
        return cls(centroids, rows, offsets, *_encoded(vectors, rows))

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
        """Whether each row is in one cell."""
        n, offsets = len(self.rows), self.offsets
        has_cells = n > 0 and len(offsets) > N_PROBED and offsets[0] == 0 and offsets[-1] == n
        if not has_cells or np.any(offsets[1:] < offsets[:-1]):
            return False
        if self.rows.min() < 0 or self.rows.max() >= n:
            return False
        return int(np.bincount(self.rows, minlength=n).max()) == 1

    def suit(self, n_cells: int, rows: NDArray[np.int64]) -> bool:
        """Whether these will do for so many cells and for vectors that had these rows, or -1."""
        n_old = int(np.count_nonzero(rows >= 0))
        return len(self.centroids) == n_cells and 2 * n_old >= len(rows)

    def nearest(self, query: NDArray[np.float32], n: int) -> NDArray[np.int64]:
        """The n cells whose middles are most like a query, in any order."""
        similarities = self.centroids @ query
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
        probed = np.stack([self._cells.nearest(query, N_PROBED) for query in queries])
        _, rows = self._index.search_preassigned(queries, n + SPARE, probed, None)
        return rows, np.where(rows[:, n - 1] < 0, np.inf, -np.inf)

    @cached_property
    def _index(self) -> Any:
        return _faiss_index(self._cells, self._rows)


def _faiss_index(cells: Cells, rows: NDArray[np.int64] | None) -> Any:
    """FAISS's own object, which copies the codes of the rows that may be drawn."""
    import faiss

    n_cells, dim = cells.centroids.shape
    quantiser = faiss.IndexFlatIP(dim)
    quantiser.add(np.ascontiguousarray(cells.centroids))
    kind, metric = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    index = faiss.IndexIVFScalarQuantizer(quantiser, dim, n_cells, kind, metric)
    index.by_residual = False
    faiss.copy_array_to_vector(np.ravel(cells.scale), index.sq.trained)
    index.is_trained, index.nprobe = True, N_PROBED
    lists: Any = index.invlists
    members, codes, offsets = cells.rows.astype(np.int64), cells.codes, cells.offsets
    if rows is not None:
        is_drawn = np.isin(members, rows, assume_unique=True)
        members, codes = members[is_drawn], codes[is_drawn]
        offsets = np.concatenate([[0], np.cumsum(is_drawn)])[offsets]
    for cell, (start, end) in enumerate(pairwise(offsets.tolist())):
        if end > start:
            pointers = faiss.swig_ptr(members[start:end]), faiss.swig_ptr(codes[start:end])
            lists.add_entries(cell, end - start, *pointers)
    index.ntotal = len(members)
    return index


def _centroids(vectors: NDArray[np.float32], n_cells: int) -> NDArray[np.float32]:
    """Where k-means finds cells to lie, shape `(n_cells, dim)`, unit rows."""
    import faiss

    kmeans = faiss.Kmeans(
        vectors.shape[1],
        n_cells,
        niter=_N_ROUNDS,
        seed=_SEED,
        spherical=True,
        min_points_per_centroid=1,  # else FAISS warns on the terminal
        max_points_per_centroid=_A_CELL,
    )
    kmeans.train(np.ascontiguousarray(vectors))
    return np.asarray(kmeans.centroids)


def _encoded(
    vectors: NDArray[np.float32], rows: NDArray[np.int32]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Codes of the vectors in the order of some rows, and their scale, as in `Cells`."""
    least = vectors.min(axis=0)
    width = np.maximum(vectors.max(axis=0) - least, np.finfo(np.float32).tiny)
    codes = np.empty(vectors.shape, dtype=np.uint8)
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        codes[block] = (vectors[rows[block]] - least) / width * _GREATEST
    return codes, np.stack([least, width])

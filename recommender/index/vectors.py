"""Nearest neighbours by cosine: where FAISS draws candidates, and how similar they are.

The similarities of what is drawn are computed again, in double precision and query by query,
because FAISS's own differ in their last digits between one query and many, and its order of equal
ones is not defined. So an answer depends on the vectors alone, and on their cells where there are
too many vectors to look at each. No product of few numbers is left to the threads of BLAS, which
would wait longer for one another than they work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from recommender.index.cells import MANY, Cells, DrawingFromCells
from recommender.index.exhaustive import DrawingFromAll

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 1024  # queries; FAISS is many times faster a query with a thousand of them than with a few
DECIMALS = 6
UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest rows of some queries, best first, equal ones by row.

    Attributes:
        rows: Shape `(n_queries, n)`, int64.
        similarities: Their cosines, same shape, float64, -1 to 1, rounded to 6 decimals.
    """

    rows: NDArray[np.int64]
    similarities: NDArray[np.float64]


class Drawing(Protocol):
    """Where candidates come from."""

    def draw(
        self, queries: NDArray[np.float32], n: int, effort: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Candidates of each query, in any order.

        Args:
            queries: Shape `(n_queries, dim)`, C-contiguous.
            n: How many are wanted; there are as many.
            effort: How often less was not enough.

        Returns:
            Rows of n candidates and more, -1 for none, and how similar to each query any other row
            can be at most, as far as this way of drawing can see one.
        """
        ...


class VectorIndex:
    """Search in the rows of a matrix, or in some of them; exact, but where there are cells.

    Args:
        vectors: Shape `(n_rows, dim)`, float32, unit rows; may be memory-mapped.
        rows: The rows to search, int64, ascending; None for all, which copies nothing.
        cells: Of all vectors. The nearest cells alone are searched then.

    Raises:
        ValueError: The rows do not ascend, or a vector is not finite or not of unit length, which
            is looked for where each one will be compared.
    """

    def __init__(
        self,
        vectors: NDArray[np.float32],
        rows: NDArray[np.int64] | None = None,
        cells: Cells | None = None,
    ) -> None:
        if rows is not None and np.any(rows[1:] <= rows[:-1]):
            raise ValueError("rows out of order or repeated; expected them ascending")
        self._vectors = vectors
        self._n = len(vectors) if rows is None else len(rows)
        self._drawing: Drawing
        if cells is None or self._n < MANY:
            self._drawing = DrawingFromAll(vectors, rows)
            refuse_bad_vectors(self._drawing.vectors)
        else:
            self._drawing = DrawingFromCells(cells, vectors, rows)

    def __len__(self) -> int:
        return self._n

    def search(self, queries: NDArray[np.float32], n: int) -> Neighbours:
        """The n nearest rows of each query.

        Args:
            queries: Shape `(n_queries, dim)`, float32, unit rows; may be empty.
            n: How many, at least 0; more than there are gives all.

        Returns:
            Neighbours of shape `(n_queries, min(n, len(self)))`: by `(-similarity, row)` and the
            same to the last byte, whether the queries come alone or together.

        Raises:
            ValueError: A query is not finite or not of unit length, or of another dimension.
        """
        refuse_bad_vectors(queries)
        dim = self._vectors.shape[1]
        if queries.shape[1] != dim:
            raise ValueError(f"queries of dimension {queries.shape[1]}; expected {dim}")
        n = min(n, len(self))
        rows = np.empty((len(queries), n), dtype=np.int64)
        similarities = np.empty((len(queries), n), dtype=np.float64)
        for start in range(0, len(queries) if n else 0, BATCH):
            batch = slice(start, start + BATCH)
            self._fill(np.ascontiguousarray(queries[batch]), rows[batch], similarities[batch])
        return Neighbours(rows, similarities)

    def _fill(
        self,
        queries: NDArray[np.float32],
        rows: NDArray[np.int64],
        similarities: NDArray[np.float64],
    ) -> None:
        """Answer a batch, drawing more where part of the answer could lie beyond what was drawn."""
        n = rows.shape[1]
        pending, effort = np.arange(len(queries)), 0
        while len(pending):
            drawn, limits = self._drawing.draw(queries[pending], n, effort)
            for i, candidates in zip(pending, drawn, strict=True):
                found, similar = self._best(queries[i], candidates, n)
                rows[i, : len(found)], similarities[i, : len(found)] = found, similar
            pending = pending[limits.round(DECIMALS) >= similarities[pending, -1]]
            effort += 1

    def _best(
        self, query: NDArray[np.float32], candidates: NDArray[np.int64], n: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        candidates = candidates[candidates >= 0]
        vectors = self._vectors.take(candidates, axis=0).astype(np.float64)
        similarities = _rounded(np.vecdot(vectors, query.astype(np.float64)))
        order = np.lexsort((candidates, -similarities))[:n]
        return candidates[order], similarities[order]


def refuse_bad_vectors(vectors: NDArray[np.float32]) -> None:
    """Refuse what FAISS would take in silence.

    Raises:
        ValueError: They are no float32 matrix, or a row is not finite or not of unit length.
    """
    if vectors.ndim != 2 or vectors.dtype != np.float32:  # noqa: PLR2004 - a matrix has two dimensions
        raise ValueError(f"{vectors.dtype} of shape {vectors.shape}; expected a float32 matrix")
    squares = np.einsum("ij,ij->i", vectors, vectors)
    bad = np.flatnonzero(~(np.abs(squares - 1.0) <= UNIT_TOLERANCE))  # NaN is not close to 1 either
    if len(bad):
        raise ValueError(f"row {bad[0]} is not a finite vector of unit length")


def _rounded(similarities: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(similarities.round(DECIMALS), -1.0, 1.0) + 0.0  # and no negative zero

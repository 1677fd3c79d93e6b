"""Exact nearest neighbours by cosine. The only file that knows faiss.

FAISS draws candidates; their similarities are then computed again, in double precision and query by
query, because FAISS's own differ in their last digits between one query and many, and its order of
equal ones is not defined. So an answer depends on the vectors alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 1024  # queries; FAISS is many times faster a query with a thousand of them than with a few
SPARE = 16  # candidates drawn beyond those asked for, so that few queries need a second draw
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


class VectorIndex:
    """Exact search in the rows of a matrix, or in some of them.

    Args:
        vectors: Shape `(n_rows, dim)`, float32, unit rows; may be memory-mapped.
        rows: The rows to search, int64, ascending; None for all, which copies nothing.

    Raises:
        ValueError: A vector is not finite or not of unit length, or the rows do not ascend.
    """

    def __init__(self, vectors: NDArray[np.float32], rows: NDArray[np.int64] | None = None) -> None:
        if rows is not None and np.any(rows[1:] <= rows[:-1]):
            raise ValueError("rows out of order or repeated; expected them ascending")
        self._vectors = np.ascontiguousarray(vectors if rows is None else vectors[rows])
        self._rows = rows
        refuse_bad_vectors(self._vectors)

    def __len__(self) -> int:
        return len(self._vectors)

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
        return Neighbours(rows if self._rows is None else self._rows[rows], similarities)

    def _fill(
        self,
        queries: NDArray[np.float32],
        rows: NDArray[np.int64],
        similarities: NDArray[np.float64],
    ) -> None:
        """Answer a batch, drawing more where part of the answer could lie beyond what was drawn."""
        n = rows.shape[1]
        n_drawn = n + SPARE
        pending = np.arange(len(queries))
        while len(pending):
            n_drawn = min(n_drawn, len(self))
            drawn, limits = self._draw(queries[pending], n_drawn)
            for i, candidates in zip(pending, drawn, strict=True):
                rows[i], similarities[i] = self._best(queries[i], candidates, n)
            is_open = (limits >= similarities[pending, -1]) & (n_drawn < len(self))
            pending = pending[is_open]
            n_drawn *= 4

    def _draw(
        self, queries: NDArray[np.float32], n: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Candidates of each query, and how similar to it any other row can be at most.

        FAISS sums `dim` products in single precision, which for vectors of unit length is off by
        `dim * 2**-24` at most. Twice that is allowed, for lengths that are not quite one.
        """
        import faiss

        scores, rows = faiss.knn(queries, self._vectors, n, metric=faiss.METRIC_INNER_PRODUCT)
        error = queries.shape[1] * 2.0**-23
        return rows, _rounded(scores[:, -1].astype(np.float64) + error)

    def _best(
        self, query: NDArray[np.float32], candidates: NDArray[np.int64], n: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        products = np.multiply(self._vectors[candidates], query, dtype=np.float64)
        similarities = _rounded(products.sum(axis=1))
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

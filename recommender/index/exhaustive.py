"""Drawing candidates from all vectors: exact, in time that grows with their number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPARE = 16  # candidates drawn beyond those asked for, so that few queries need a second draw
FEW = 4  # queries are answered by a plain product before FAISS is as much as imported


class DrawingFromAll:
    """Compares a query with every vector; see `vectors.Drawing`.

    Args:
        vectors: Shape `(n_rows, dim)`, float32, unit rows.
        rows: Those that may be drawn; None for all, which copies nothing.

    Attributes:
        vectors: Those that may be drawn.
    """

    def __init__(self, vectors: NDArray[np.float32], rows: NDArray[np.int64] | None) -> None:
        self.vectors = np.ascontiguousarray(vectors if rows is None else vectors[rows])
        self._rows = rows

    def draw(
        self, queries: NDArray[np.float32], n: int, effort: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The nearest, and how similar any other can be.

        `dim` products are summed in single precision, which for vectors of unit length is off by
        `dim * 2**-24` at most, in whatever order. Twice that is allowed, for lengths that are not
        quite one.
        """
        n_drawn = min((n + SPARE) * 4**effort, len(self.vectors))
        nearest = _by_product if len(queries) <= FEW else _by_faiss
        scores, places = nearest(queries, self.vectors, n_drawn)
        least = scores.min(axis=1).astype(np.float64)
        limits = np.maximum(least + queries.shape[1] * 2.0**-23, -1.0)
        if n_drawn == len(self.vectors):
            limits[:] = -np.inf
        return places if self._rows is None else self._rows[places], limits


def _by_product(
    queries: NDArray[np.float32], vectors: NDArray[np.float32], n: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    products = queries @ vectors.T
    places = np.argpartition(products, -n, axis=1)[:, -n:]
    return np.take_along_axis(products, places, axis=1), places


def _by_faiss(
    queries: NDArray[np.float32], vectors: NDArray[np.float32], n: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    import faiss

    scores, places = faiss.knn(queries, vectors, n, metric=faiss.METRIC_INNER_PRODUCT)
    return scores, places

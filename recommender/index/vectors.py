"""Exact nearest neighbours by cosine. The only file that knows faiss.

FAISS draws the candidates quickly; their similarities are then computed again, one query at a time
and in double precision, because FAISS's own differ in the last digits between one query and a
batch of them, and its order of equal ones is not defined. So the answer is a function of the
vectors alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 1024
SPARE = (
    16  # candidates drawn beyond those asked for, so that ties at the cut seldom need a second draw
)
DECIMALS = 6
UNCERTAINTY = 4e-6  # FAISS's float32 error and our rounding together stay well below this


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Nearest rows of some queries, best first, ties by row.

    Attributes:
        rows: Shape `(n_queries, n)`, int64.
        similarities: Cosines of the same shape, float64, -1 to 1, rounded to 6 decimals.
    """

    rows: NDArray[np.int64]
    similarities: NDArray[np.float64]


class VectorIndex:
    """Exact search over all rows of a matrix, or over some of them.

    Args:
        vectors: Unit rows, shape `(n_articles, dim)`, float32; may be memory-mapped.
        rows: The rows to search, ascending, int64; None for all, which copies nothing.
    """

    def __init__(self, vectors: NDArray[np.float32], rows: NDArray[np.int64] | None = None) -> None:
        self._vectors = np.ascontiguousarray(vectors if rows is None else vectors[rows])
        self._rows = rows

    def __len__(self) -> int:
        return len(self._vectors)

    def search(self, queries: NDArray[np.float32], n: int) -> Neighbours:
        """The n nearest rows of each query.

        Args:
            queries: Unit rows, shape `(n_queries, dim)`, float32.
            n: How many; more than there are gives all.

        Returns:
            Neighbours of shape `(n_queries, min(n, len(self)))`. One query at a time or a thousand
            give the same bytes.

        Raises:
            ValueError: Queries are of another shape, not finite, or zero.
        """
        queries = self._checked(queries)
        n = min(n, len(self))
        rows = np.empty((len(queries), n), dtype=np.int64)
        similarities = np.empty((len(queries), n), dtype=np.float64)
        if n:
            for start in range(0, len(queries), BATCH):
                batch = slice(start, start + BATCH)
                self._search_batch(queries[batch], rows[batch], similarities[batch])
        return Neighbours(rows if self._rows is None else self._rows[rows], similarities)

    def _search_batch(
        self,
        queries: NDArray[np.float32],
        rows: NDArray[np.int64],
        similarities: NDArray[np.float64],
    ) -> None:
        """Fill both arrays, drawing more where ties could reach past what was drawn."""
        n = rows.shape[1]
        open_queries = np.arange(len(queries))
        n_drawn = n + SPARE
        while len(open_queries):
            n_drawn = min(n_drawn, len(self))
            drawn, lowest = self._draw(queries[open_queries], n_drawn)
            still_open = []
            for i, candidates, low in zip(
                open_queries.tolist(), drawn, lowest.tolist(), strict=True
            ):
                rows[i], similarities[i] = self._best(queries[i], candidates, n)
                if n_drawn < len(self) and low > similarities[i, -1] - UNCERTAINTY:
                    still_open.append(i)
            open_queries = np.asarray(still_open, dtype=np.int64)
            n_drawn *= 4

    def _draw(
        self, queries: NDArray[np.float32], n: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Candidates of each query, and the least similarity that FAISS saw among them."""
        import faiss

        similarities, rows = faiss.knn(
            np.ascontiguousarray(queries), self._vectors, n, metric=faiss.METRIC_INNER_PRODUCT
        )
        return rows, similarities[:, -1]

    def _best(
        self, query: NDArray[np.float32], candidates: NDArray[np.int64], n: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        products = self._vectors[candidates].astype(np.float64) * query
        similarities = np.clip(products.sum(axis=1).round(DECIMALS), -1.0, 1.0)
        order = np.lexsort((candidates, -similarities))[:n]
        return candidates[order], similarities[order]

    def _checked(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        dim = self._vectors.shape[1]
        if queries.ndim != 2 or queries.shape[1] != dim:  # noqa: PLR2004 - a matrix has two dimensions
            raise ValueError(f"queries have the shape {queries.shape}; expected (n_queries, {dim})")
        if not np.isfinite(queries).all() or not queries.any(axis=1).all():
            raise ValueError("a query vector is zero or not finite; expected unit length")
        return np.ascontiguousarray(queries, dtype=np.float32)

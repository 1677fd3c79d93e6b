"""Vectors as half a byte for every two of their numbers, which FAISS compares many at a time.

This is FAISS's product quantiser (H. Jégou and others 2011, doi 10.1109/TPAMI.2010.57) in the form
of its fast scan (F. André and others 2015, doi 10.14778/2856318.2856324): of each pair of numbers
it is kept which of 16 points of a codebook is next. A code tells who comes into question, and no
more; the exact similarities are computed afterwards.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_POINTS = 16  # what half a byte can name
_N_TRAINING = 4096  # vectors from which a codebook is learned, evenly spread
_BLOCK = 32  # codes that are compared at a time; FAISS has no other


def codebook_shape(dim: int) -> tuple[int, int, int]:
    """Pairs of numbers, points of each, and two coordinates."""
    return -(-dim // 2), N_POINTS, 2


def code_width(dim: int) -> int:
    """Bytes of a code."""
    n_pairs, _, _ = codebook_shape(dim)
    return -(-n_pairs // 2)


def learned_codebook(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The points for vectors like these, of `codebook_shape`, float32; the same for the same."""
    import faiss

    step = -(-len(vectors) // _N_TRAINING)
    quantiser = _quantiser(vectors.shape[1])
    n_threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # each pair is so little work that threads would only wait
    try:
        quantiser.train(in_pairs(vectors[::step]))
    finally:
        faiss.omp_set_num_threads(n_threads)
    points = faiss.vector_to_array(quantiser.centroids)
    return np.asarray(points.reshape(codebook_shape(vectors.shape[1])))


def encoded(vectors: NDArray[np.float32], codebook: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The code of each vector, shape `(n, code_width(dim))`."""
    import faiss

    quantiser = _quantiser(vectors.shape[1])
    faiss.copy_array_to_vector(np.ravel(codebook), quantiser.centroids)
    return np.asarray(quantiser.compute_codes(in_pairs(vectors)))


def in_pairs(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors with an even number of numbers, contiguous."""
    if vectors.shape[1] % 2:
        vectors = np.pad(vectors, ((0, 0), (0, 1)))
    return np.ascontiguousarray(vectors)


class Scanner:
    """FAISS's own object, which has a copy of the codes.

    Args:
        codebook: Of `codebook_shape`.
        codes: Those of all cells, one cell after the other.
        rows: What each code is to be known as, int64.
        offsets: Where the codes of each cell begin, and where the last ones end.
        n_probed: How many cells every query looks into.
    """

    def __init__(
        self,
        codebook: NDArray[np.float32],
        codes: NDArray[np.uint8],
        rows: NDArray[np.int64],
        offsets: NDArray[np.int64],
        n_probed: int,
    ) -> None:
        import faiss

        n_pairs, n_cells = len(codebook), len(offsets) - 1
        self._sorter = faiss.IndexFlatIP(2 * n_pairs)  # which is never asked, but must be there
        metric = faiss.METRIC_INNER_PRODUCT
        plain: Any = faiss.IndexIVFPQ(self._sorter, 2 * n_pairs, n_cells, n_pairs, 4, metric)
        faiss.copy_array_to_vector(np.ravel(codebook), plain.pq.centroids)
        plain.by_residual, plain.is_trained, plain.ntotal = False, True, len(rows)
        lists: Any = plain.invlists
        for cell, (start, end) in enumerate(pairwise(offsets.tolist())):
            if end > start:
                pointers = faiss.swig_ptr(rows[start:end]), faiss.swig_ptr(codes[start:end])
                lists.add_entries(cell, end - start, *pointers)
        self._index: Any = faiss.IndexIVFPQFastScan(plain, _BLOCK)
        self._index.nprobe = n_probed

    def nearest(
        self, query: NDArray[np.float32], cells: NDArray[np.int64], n: int
    ) -> NDArray[np.int64]:
        """Rows of about the n nearest in some cells, in any order; -1 where there are fewer."""
        _, rows = self._index.search_preassigned(in_pairs(query[None]), n, cells[None], None)
        nearest: NDArray[np.int64] = rows[0]
        return nearest


def _quantiser(dim: int) -> Any:
    import faiss

    n_pairs, _, _ = codebook_shape(dim)
    return faiss.ProductQuantizer(2 * n_pairs, n_pairs, 4)

"""The nearest vectors by another library, one query after the other on one thread.

usage: python -m peer_programs.nearest TOOL VECTORS QUERIES N ANSWERS

VECTORS and QUERIES are `.npy` files of unit rows; ANSWERS gets the rows of each query's N nearest.
It prints JSON: seconds of making the index, and the median of milliseconds a query.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

Search = Callable[[Any, int], Any]


def hnswlib(vectors: Any) -> Search:
    """HNSW at the parameters of its README, with a wider search."""
    import hnswlib as library

    index = library.Index(space="ip", dim=vectors.shape[1])
    index.init_index(max_elements=len(vectors), ef_construction=200, M=16)
    index.add_items(vectors)
    index.set_ef(100)
    index.set_num_threads(1)
    return lambda query, n: index.knn_query(query, k=n)[0][0]


def usearch(vectors: Any) -> Search:
    """HNSW at its defaults, with a wider search."""
    from usearch.index import Index

    index = Index(ndim=vectors.shape[1], metric="ip", dtype="f32", expansion_search=100)
    index.add(np.arange(len(vectors)), vectors)
    return lambda query, n: index.search(query, n, threads=1).keys


def scann(vectors: Any) -> Search:
    """Tree, quantised scores and rescoring, as its documentation advises for such a size."""
    import scann as library

    n_leaves = int(np.sqrt(len(vectors)))
    builder = library.scann_ops_pybind.builder(vectors, 10, "dot_product")
    tree = builder.tree(
        num_leaves=n_leaves,
        num_leaves_to_search=max(1, n_leaves // 10),
        training_sample_size=len(vectors),
    )
    index = tree.score_ah(2, anisotropic_quantization_threshold=0.2).reorder(200).build()
    return lambda query, n: index.search(query, final_num_neighbors=n)[0]


TOOLS = {"hnswlib": hnswlib, "usearch": usearch, "scann": scann}


def main(tool: str, vectors: str, queries: str, n: str, answers: str) -> None:
    """What the command line does."""
    matrix, asked = np.load(vectors), np.load(queries)
    started = time.perf_counter()
    search = TOOLS[tool](matrix)
    made = time.perf_counter() - started
    rows, milliseconds = np.full((len(asked), int(n)), -1), []
    for i, query in enumerate(asked):
        started = time.perf_counter()
        found = search(query, int(n))
        milliseconds.append(1e3 * (time.perf_counter() - started))
        rows[i, : len(found)] = found
    np.save(answers, rows)
    answer = {"make_seconds": round(made, 2), "milliseconds": statistics.median(milliseconds)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])

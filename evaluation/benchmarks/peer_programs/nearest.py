"""Nearest vectors by a library, one query after the other on one thread.

usage: python -m peer_programs.nearest TOOL VECTORS QUERIES N ANSWERS

VECTORS and QUERIES are `.npy` files of unit rows. It makes an index and says what that cost, as a
line of JSON. Then, for each line that it reads, it asks all queries, says the median of
milliseconds a query, and writes the rows of each query's N nearest to ANSWERS.
"""

from __future__ import annotations

import ctypes
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Search = Callable[[Any, int], Any]
Make = Callable[[Any], Search]

N_WARMING = 1_000
"""Vectors of an index that nobody measures, so that libraries are loaded."""

WITH_TREE = 100_000
"""So many vectors ScaNN's documentation would have in a tree."""


def hnswlib(vectors: Any) -> Search:
    """HNSW at the parameters of its README, with a wider search."""
    import hnswlib as library

    index = library.Index(space="ip", dim=vectors.shape[1])
    index.init_index(max_elements=len(vectors), ef_construction=200, M=16)
    index.add_items(vectors)
    index.set_ef(200)
    index.set_num_threads(1)
    return lambda query, n: index.knn_query(query, k=n)[0][0]


def usearch(vectors: Any) -> Search:
    """HNSW at its defaults but for float32, as the others have it, with a wider search."""
    from usearch.index import Index

    index = Index(ndim=vectors.shape[1], metric="ip", dtype="f32", expansion_search=200)
    index.add(np.arange(len(vectors)), vectors)
    return lambda query, n: index.search(query, n, threads=1).keys


def scann(vectors: Any) -> Search:
    """As its documentation advises for such a size: quantised scores and rescoring, then a tree."""
    import scann as library

    builder = library.scann_ops_pybind.builder(vectors, 10, "dot_product")
    if len(vectors) >= WITH_TREE:
        n_leaves = int(np.sqrt(len(vectors)))
        builder = builder.tree(
            num_leaves=n_leaves,
            num_leaves_to_search=n_leaves // 8,
            training_sample_size=len(vectors),
        )
    index = builder.score_ah(2, anisotropic_quantization_threshold=0.2).reorder(300).build()
    return lambda query, n: index.search(query, final_num_neighbors=n)[0]


TOOLS: Mapping[str, Make] = {"hnswlib": hnswlib, "usearch": usearch, "scann": scann}


def serve(
    tools: Mapping[str, Make],
    arguments: Sequence[str],
    on_one_thread: Callable[[], object] = lambda: None,
) -> None:
    """What the command line does; making may use all threads, and asking what one is left."""
    tool, vectors, queries, n, answers = arguments
    search, cost = made(tools[tool], Path(vectors))
    on_one_thread()
    asked = np.load(queries)
    search(asked[0], int(n))
    print(json.dumps(cost), flush=True)
    for _ in sys.stdin:
        rows, milliseconds = np.full((len(asked), int(n)), -1), []
        for i, query in enumerate(asked):
            started = time.perf_counter()
            found = search(query, int(n))
            milliseconds.append(1e3 * (time.perf_counter() - started))
            rows[i, : len(found)] = found
        np.save(answers, rows)
        print(json.dumps({"milliseconds": statistics.median(milliseconds)}), flush=True)


def made(make: Make, path: Path) -> tuple[Search, dict[str, float]]:
    """The search, and what it took: seconds, and bytes that it keeps in memory a vector."""
    vectors = np.load(path)
    make(vectors[:N_WARMING].copy())
    n, of_vectors = len(vectors), vectors.nbytes
    before = resident() - of_vectors
    started = time.perf_counter()
    search = make(vectors)
    seconds = time.perf_counter() - started
    del vectors  # which a search may keep or not
    return search, {"make_seconds": seconds, "bytes_a_vector": (resident() - before) / n}


def resident() -> int:
    """Bytes of memory that this process has, on Linux, once glibc has given back what is free."""
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    serve(TOOLS, sys.argv[1:])

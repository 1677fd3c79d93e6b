"""Nearest vectors by number: exact, in cells, and by other libraries, on the same vectors.

usage: python -m evaluation.benchmarks.search --corpora FOLDER [--environment FOLDER]

The vectors are made up and lie in clusters; FOLDER is not looked at. Each query is asked alone, on
one thread. `--environment` keeps the other libraries for the next time.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evaluation.benchmarks.command import run
from evaluation.benchmarks.peer_environment import PeerEnvironment
from evaluation.benchmarks.synthetic import synthetic_vectors
from recommender.index.cells import MANY, Cells
from recommender.index.vectors import VectorIndex

RESULTS = Path(__file__).parent / "results" / "search.json"
SIZES = (5_000, 10_000, 20_000, 50_000, 100_000)
N_QUERIES = 500
N = 10
N_DRAWN = 101  # as many as ranking asks for
SEED = 17
PEERS = ("hnswlib", "usearch", "scann")

Vectors = NDArray[np.float32]
Search = Callable[[Vectors, int], NDArray[np.int64]]


def measured(_: Path, scratch: Path, environment: Path | None = None) -> dict[str, Any]:
    """Every size, the smallest first."""
    peers = PeerEnvironment(environment or scratch / "environment", scratch)
    return {
        "seed": SEED,
        "queries": N_QUERIES,
        "many": MANY,
        "sizes": [measure(n, N_QUERIES, scratch, peers) for n in SIZES],
    }


def measure(n: int, n_queries: int, scratch: Path, peers: PeerEnvironment) -> dict[str, Any]:
    """So many vectors, searched in every way."""
    both = synthetic_vectors(n + n_queries, np.random.default_rng(SEED))
    vectors, queries = both[n_queries:], both[:n_queries]
    exact = np.argsort(-(queries @ vectors.T), axis=1, kind="stable")[:, :N_DRAWN]
    ways = {name: described(of, queries, exact) for name, of in ours(vectors)}
    places = scratch / "vectors.npy", scratch / "queries.npy", scratch / "answers.npy"
    np.save(places[0], vectors)
    np.save(places[1], queries)
    for peer in PEERS:
        said = peers.run("nearest", peer, *places[:2], N_DRAWN, places[2]).said[-1]
        ways[peer] = json.loads(said) | recalls(np.load(places[2]), exact)
    return {"vectors": n, "ways": ways}


def ours(vectors: Vectors) -> Iterator[tuple[str, Callable[[], Search]]]:
    """Name to what makes the search ready."""

    def product() -> Search:
        return lambda query, n: np.argpartition(-(vectors @ query[0]), n)[:n]

    def exactly() -> Search:
        index = VectorIndex(vectors)
        return lambda query, n: index.search(query, n).rows[0]

    def in_cells() -> Search:
        index = VectorIndex(vectors, cells=Cells.of(vectors))
        return lambda query, n: index.search(query, n).rows[0]

    yield "numpy product", product
    yield "exact", exactly
    if len(vectors) >= MANY:
        yield "cells", in_cells


def described(
    make: Callable[[], Search], queries: Vectors, exact: NDArray[np.int64]
) -> dict[str, float]:
    """Seconds of making, milliseconds a query, and what is found of the nearest."""
    started = time.perf_counter()
    search = make()
    made = time.perf_counter() - started
    rows, milliseconds = [], []
    with threadpool_limits(limits=1):
        search(queries[:1], N_DRAWN)  # which loads FAISS
        for i in range(len(queries)):
            started = time.perf_counter()
            rows.append(search(queries[i : i + 1], N_DRAWN))
            milliseconds.append(1e3 * (time.perf_counter() - started))
    cost = {"make_seconds": round(made, 2), "milliseconds": statistics.median(milliseconds)}
    return cost | recalls(np.stack(rows), exact)


def recalls(found: NDArray[np.int64], exact: NDArray[np.int64]) -> dict[str, float]:
    """Of the ten nearest, and of all that ranking asks for, by what is found for as many."""

    def share(n: int) -> float:
        pairs = zip(found, exact[:, :n], strict=True)
        return float(np.mean([len(np.intersect1d(*pair)) / n for pair in pairs]))

    return {"recall@10": round(share(N), 4), f"recall@{N_DRAWN}": round(share(N_DRAWN), 4)}


def table(result: Mapping[str, Any]) -> str:
    """The result as a Markdown table: milliseconds a query, and recall@10 where it is not 1."""
    names = list(dict.fromkeys(name for of in result["sizes"] for name in of["ways"]))
    lines = [
        f"| vectors | {' | '.join(names)} |",
        f"|---:|{'---:|' * len(names)}",
        *(f"| {' | '.join(_cells(of, names))} |" for of in result["sizes"]),
    ]
    return "\n".join(lines)


def _cells(of: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    yield f"{of['vectors']:,}"
    for name in names:
        way = of["ways"].get(name)
        yield f"{way['milliseconds']:.2f} ms, {way['recall@10']:.3f}" if way else ""


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table, folders=("environment",))

"""Asks an index for lists, one after the other on one thread, and says how long each took.

usage: python -m evaluation.benchmarks.serving INDEX VECTORS N

N articles are asked for once each, half of them as if the index did not hold them, with their
vectors. So nothing is looked up that was computed before. Of some of them the nearest by vectors
are compared with those that an exact search finds, and of as many others each step is timed by
itself. It prints JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from evaluation.benchmarks.parts import parts
from evaluation.benchmarks.recall import recall
from recommender import Recommender, Settings
from recommender.index.store import Store
from recommender.index.vectors import VectorIndex

N_OPENINGS = 5
N_WARMING = 20  # lists that nobody times, so that lazy imports are done
K = 10
N_COMPARED = 200
SEED = 5


def measured(index: Path, vectors: Path, n: int) -> dict[str, Any]:
    """Opening, and lists without reasons and with them, in milliseconds."""
    opened = [
        _seconds(lambda: Recommender.open(index, settings=Settings())) for _ in range(N_OPENINGS)
    ]
    engine = Recommender.open(index, settings=Settings())
    first = _seconds(lambda: engine.recommend(engine.articles[0].id, K))
    with threadpool_limits(limits=1):
        lists = {
            "lists": list(_timed(engine, vectors, n, SEED, explain=False)),
            "lists with reasons": list(_timed(engine, vectors, n, SEED + 1, explain=True)),
        }
        steps = parts(index, n, N_WARMING)
    return {
        "open_seconds": round(statistics.median(opened), 3),
        "first_list_seconds": round(first, 3),
        f"recall@{K}": _recall(index),
        **{name: _quantiles(of) for name, of in lists.items()},
        "parts": steps,
    }


def _timed(
    engine: Recommender, vectors: Path, n: int, seed: int, *, explain: bool
) -> Iterator[tuple[bool, float, float]]:
    """For each list whether the article was from outside, seconds, and seconds of CPU."""
    rng = np.random.default_rng(seed)
    with np.load(vectors) as known:
        matrix = known["vectors"]
    size = min(n + N_WARMING, len(matrix))
    for i, row in enumerate(rng.choice(len(matrix), size=size, replace=False).tolist()):
        article, vector = engine.articles[row], matrix[row].copy()
        asked: Callable[[], object]
        if i % 2:
            outsider = replace(article, id="", path=None)
            asked = lambda: engine.recommend(outsider, K, vector=vector, explain=explain)  # noqa: E731,B023
        else:
            asked = lambda: engine.recommend(article.id, K, explain=explain)  # noqa: E731,B023 - used at once
        cpu = time.thread_time()
        seconds = _seconds(asked)
        cpu = time.thread_time() - cpu
        if i >= N_WARMING:
            yield bool(i % 2), seconds, cpu


def _recall(index: Path) -> float:
    """The share of the nearest by vectors that is found."""
    snapshot = Store(index).open()
    vectors = snapshot.vectors
    rows = np.random.default_rng(SEED).integers(len(vectors), size=N_COMPARED)
    found, exact = (
        VectorIndex(vectors, cells=cells).search(vectors[rows], K).rows
        for cells in (snapshot.cells, None)
    )
    return recall(found, exact)


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _quantiles(timed: list[tuple[bool, float, float]]) -> dict[str, float]:
    """Milliseconds."""
    every = [1e3 * seconds for _, seconds, _ in timed]
    outside = [1e3 * seconds for is_outside, seconds, _ in timed if is_outside]
    inside = [1e3 * seconds for is_outside, seconds, _ in timed if not is_outside]
    return {
        "cpu_p50": round(statistics.median(1e3 * cpu for _, _, cpu in timed), 2),
        "p50": round(statistics.median(every), 2),
        "p99": round(float(np.percentile(every, 99)), 2),
        "p50_inside": round(statistics.median(inside), 2),
        "p50_outside": round(statistics.median(outside), 2),
    }


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))

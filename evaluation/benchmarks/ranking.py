"""How long ranking takes: signals and weights of 300 candidates on a made-up site of 100,000.

usage: python -m evaluation.benchmarks.ranking --corpora FOLDER [--output FILE]

Each of a thousand articles is asked about once, with its own candidates, cut or filled up to 300.
After each, its vector is multiplied with those of the whole site, as a measure of the machine:
that product is what plain search costs at least, and it leaves nothing of the site in the caches.
Before that the installed command learns from the lists of the first corpus in FOLDER, indexed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import unpacked
from evaluation.benchmarks.process import recommender
from evaluation.benchmarks.synthetic import A_CLUSTER, synthetic_articles
from recommender import shipped_weights
from recommender.index.vectors import VectorIndex
from recommender.ranker import Ranker
from recommender.ranking.lists import Lists
from recommender.ranking.query import Query
from recommender.ranking.ranked import Ranked

RESULTS = Path(__file__).parent / "results" / "ranking.json"
N_ARTICLES = 100_000
N_QUERIES = 1_000
N_WARMING = 20  # queries that nobody times, so that lazy imports and first allocations are done
POOL = 300
SEED = 11
EVERY = 5
"""Every so-manieth article has a list."""

LONGEST = 4


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Time learning, then ranking: a process is counted as large as the one that starts it."""
    fit = learning(corpora, scratch)
    rng = np.random.default_rng(SEED)
    ranker = made_up(N_ARTICLES, rng)
    return {
        "seed": SEED,
        "articles": N_ARTICLES,
        "candidates": POOL,
        "queries": N_QUERIES,
        **timed(ranker, N_QUERIES, POOL, rng),
        "fit": fit,
    }


def made_up(n: int, rng: np.random.Generator) -> Ranker:
    """A site of n articles, ready to rank."""
    articles, vectors = synthetic_articles(n, rng)
    ground = Ranker.prepare(articles, vectors)
    return Ranker(ground, VectorIndex(vectors), np.ones(n, dtype=bool))


def timed(ranker: Ranker, n_queries: int, pool: int, rng: np.random.Generator) -> dict[str, Any]:
    """Milliseconds of one query each, on one thread: ours, and a product with all vectors."""
    n = len(ranker.ground)
    lists = made_up_lists(ranker, rng)
    weights = shipped_weights()
    rows = rng.choice(n, size=min(n, n_queries + N_WARMING), replace=False)
    queries = asked(ranker, rows)
    pools = [pool_of(pool, query, ranker, lists, rng) for query in queries]
    with threadpool_limits(limits=1):
        taken = [
            (
                *_seconds(Ranked.of, query, candidates, ranker.ground, lists, weights),
                *_seconds(np.matmul, ranker.ground.vectors, query.vector),
            )
            for query, candidates in zip(queries, pools, strict=True)
        ]
    wall, cpu, product, product_cpu = 1e3 * np.array(taken[N_WARMING:]).T
    return {
        "milliseconds": _quantiles(wall),
        "cpu_milliseconds": _quantiles(cpu),
        "product_milliseconds": _quantiles(product),
        "product_cpu_milliseconds": _quantiles(product_cpu),
    }


def _seconds(call: Callable[..., Any], *arguments: Any) -> tuple[float, float]:
    """Of wall clock and of this thread's CPU; the latter says more while others work."""
    wall, cpu = time.perf_counter(), time.thread_time()
    call(*arguments)
    return time.perf_counter() - wall, time.thread_time() - cpu


def made_up_lists(ranker: Ranker, rng: np.random.Generator) -> Lists:
    """Lists of every fifth article: one to four of its nearest."""
    rows = np.arange(0, len(ranker.ground), EVERY)
    near = ranker.near(ranker.ground.vectors[rows])[:, 1:A_CLUSTER]
    lengths = rng.integers(1, LONGEST + 1, size=len(rows))
    named = {
        row: rng.choice(of_one, size=length, replace=False).tolist()
        for row, of_one, length in zip(rows.tolist(), near, lengths.tolist(), strict=True)
    }
    return Lists.from_rows(named, len(ranker.ground))


def asked(ranker: Ranker, rows: NDArray[np.int64]) -> list[Query]:
    """Articles of the site as queries."""
    near = ranker.near(ranker.ground.vectors[rows])
    return [Query.of_row(ranker.ground, row, near[i]) for i, row in enumerate(rows.tolist())]


def pool_of(
    n: int, query: Query, ranker: Ranker, lists: Lists, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The candidates of a query, some left out or any others put in to make them n."""
    found = rng.permutation(ranker.candidates(query, lists))[:n]
    others = np.setdiff1d(np.arange(len(ranker.ground)), [*found, query.row])
    return np.sort([*found, *rng.permutation(others)[: n - len(found)]])


def _quantiles(milliseconds: NDArray[np.float64]) -> dict[str, float]:
    return {
        "median": round(float(np.median(milliseconds)), 3),
        "p99": round(float(np.percentile(milliseconds, 99)), 3),
    }


def learning(corpora: Path, scratch: Path) -> dict[str, Any]:
    """What `recommender fit` costs on the first corpus."""
    name, articles = next(unpacked(corpora, scratch))
    recommender("index", articles, "--index", scratch / name)
    weights = scratch / f"{name}.weights.yaml"
    cost = recommender("fit", "--index", scratch / name, "--output", weights)
    return {
        "corpus": name,
        "wall_seconds": cost.wall_seconds,
        "cpu_seconds": cost.cpu_seconds,
        "peak_megabytes": cost.peak_megabytes,
    }


def sentence(result: dict[str, Any]) -> str:
    """What the README says of it."""
    ours, product, fit = result["milliseconds"], result["product_milliseconds"], result["fit"]
    return (
        f"Signals and weights of {result['candidates']} candidates among {result['articles']:,} "
        f"articles: {ours['median']:.2f} ms a query (median of {result['queries']:,}; 99 % take at "
        f"most {ours['p99']:.2f} ms), {result['cpu_milliseconds']['median']:.2f} ms of it CPU, one "
        f"thread. One product of the query with all vectors takes "
        f"{product['median']:.1f} ms on the same machine. `recommender fit` on {fit['corpus']}: "
        f"{fit['wall_seconds']:.1f} s, {fit['cpu_seconds']:.1f} s of CPU, "
        f"{fit['peak_megabytes']:,.0f} MB at the peak."
    )


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, sentence)

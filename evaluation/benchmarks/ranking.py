"""How long ranking takes: signals and weights of 300 candidates on a made-up site of 100,000.

usage: python -m evaluation.benchmarks.ranking --corpora FOLDER [--output FILE]

Each of a thousand articles is asked about once, one after the other, with its own candidates, cut
or filled up to 300, and what searching found out about them. Then they are asked about once more,
and before each its vector is multiplied with those of the whole site: that product is what plain
search costs at least, a measure of the machine, and it leaves neither site nor code in the caches.
Before all that the installed command learns from the lists of the first corpus in FOLDER, indexed.
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
from recommender.ranking.candidates import Candidates
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


def timed(ranker: Ranker, n_queries: int, size: int, rng: np.random.Generator) -> dict[str, Any]:
    """Milliseconds of one query each, on one thread."""
    n = len(ranker.ground)
    lists = made_up_lists(ranker, rng)
    weights = shipped_weights()
    rows = rng.choice(n, size=min(n, n_queries + N_WARMING), replace=False)
    queries = asked(ranker, rows)
    pools = [pool_of(size, query, ranker, lists, rng) for query in queries]

    def ranked(place: int) -> tuple[float, float]:
        return _seconds(Ranked.of, queries[place], pools[place], ranker.ground, lists, weights)

    def product(place: int) -> tuple[float, float]:
        return _seconds(np.matmul, ranker.ground.vectors, queries[place].vector)

    with threadpool_limits(limits=1):
        in_a_row = [ranked(place) for place in range(len(rows))]
        after_products = [(*product(place), *ranked(place)) for place in range(len(rows))]
    wall, cpu = 1e3 * np.array(in_a_row[N_WARMING:]).T
    product_wall, _, after_wall, after_cpu = 1e3 * np.array(after_products[N_WARMING:]).T
    return {
        "milliseconds": _quantiles(wall),
        "cpu_milliseconds": _quantiles(cpu),
        "product_milliseconds": _quantiles(product_wall),
        "milliseconds_after_product": _quantiles(after_wall),
        "cpu_milliseconds_after_product": _quantiles(after_cpu),
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
) -> Candidates:
    """The candidates of a query, some left out or any others put in to make them n."""
    found = rng.permutation(ranker.candidates(query, lists).rows)[:n]
    others = np.setdiff1d(np.arange(len(ranker.ground)), [*found, query.row])
    rows = np.sort([*found, *rng.permutation(others)[: n - len(found)]])
    return Candidates.of_rows(rows, query, ranker.ground)


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
    ours, after, fit = result["milliseconds"], result["milliseconds_after_product"], result["fit"]
    return (
        f"Signals and weights of {result['candidates']} candidates among {result['articles']:,} "
        f"articles: {ours['median']:.2f} ms a query (median of {result['queries']:,}, each asked "
        f"once; 99 % take at most {ours['p99']:.2f} ms), on one thread. Right after a product of "
        f"the query with all vectors, which takes {result['product_milliseconds']['median']:.1f} "
        f"ms and empties the caches, it is {after['median']:.2f} ms ({after['p99']:.2f} ms). "
        f"`recommender fit` on {fit['corpus']}: {fit['wall_seconds']:.1f} s, "
        f"{fit['cpu_seconds']:.1f} s of CPU, {fit['peak_megabytes']:,.0f} MB at the peak."
    )


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, sentence)

"""Beyond one machine: are lists those of one, what does each stage cost, and what would more cost?

usage: python -m evaluation.benchmarks.cluster --corpora FOLDER [--output FILE]

Each corpus gets its lists twice, from one machine and from a Ray cluster of this machine's
processes, without a look at any editors' list, and so does a made-up site that is large enough for
cells. Larger ones go through the whole path after encoding; a million articles take an hour and a
half, and 30 GB of disk.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.benchmarks.cluster_run import ENCODING
from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import indexed
from evaluation.benchmarks.hundred_million import estimate
from evaluation.benchmarks.process import FLOAT32
from evaluation.benchmarks.shown import MEASURE, ndcg
from evaluation.benchmarks.startup import Python
from evaluation.benchmarks.unencoded import Known
from evaluation.catalogue import LIST_LENGTH
from recommender import (
    Cluster,
    Recommendation,
    Recommender,
    Settings,
    Weights,
    build,
    build_on,
    recommend_all_on,
    shipped_weights,
)

RESULTS = Path(__file__).parent / "results" / "cluster.json"
COMPARED = 30_000
"""Articles of a made-up site whose lists are compared."""

SITES = ((30_000, 1), (30_000, 2), (100_000, 2), (1_000_000, 2))
"""Numbers of articles, and of workers."""

A_PART = 500
ENGINE = "ray"
SEED = 11

Lists = Mapping[str, Sequence[str]]


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Corpora first, then made-up sites."""
    return {
        "corpora": list(beside_one_machine(corpora, scratch)),
        "seed": SEED,
        "made-up": made_up_beside_one_machine(COMPARED, scratch / "made-up"),
        "sites": [site(n, workers, scratch / f"{n}-{workers}") for n, workers in SITES],
    }


def beside_one_machine(corpora: Path, scratch: Path) -> Iterator[dict[str, Any]]:
    """How good both are, and how many of the first ten they share, of every corpus."""
    for corpus in indexed(corpora, scratch):
        weights = scratch / f"{corpus.name}.yaml"
        settings = _without_lists(corpus.weights, weights)
        engine = Recommender.open(scratch / corpus.name, settings=settings)
        one = _ids(engine.recommend_all())
        cluster, index = Cluster(articles_a_part=A_PART), scratch / f"{corpus.name}-spread"
        build_on(cluster, corpus.articles, index=index, settings=settings)
        many = _ids(recommend_all_on(cluster, index, settings=settings))
        yield {
            **corpus.facts(),
            "overlap@10": round(overlap(one, many), 4),
            str(MEASURE): {
                "one machine": round(ndcg(engine.lists, one), 4),
                "cluster": round(ndcg(engine.lists, many), 4),
            },
        }


def made_up_beside_one_machine(n: int, scratch: Path) -> dict[str, Any]:
    """The same share of a made-up site, whose vectors are known."""
    scratch.mkdir()
    articles, vectors, index = scratch / "articles", scratch / "vectors.npz", scratch / "index"
    Python(scratch)("-m", "evaluation.benchmarks.synthetic_folder", n, articles, SEED, vectors)
    settings = _without_lists(shipped_weights(), scratch / "weights.yaml")
    build(articles, index=index, settings=settings, encoder=Known(vectors))
    one = _ids(Recommender.open(index, settings=settings).recommend_all())
    spread: dict[str, Any] = {"index": scratch / "spread", "settings": settings}
    build_on(ENGINE, articles, source=Known(vectors), **spread)
    many = _ids(recommend_all_on(ENGINE, **spread))
    shutil.rmtree(scratch)
    return {"articles": n, "overlap@10": round(overlap(one, many), 4)}


def _ids(lists: Iterable[tuple[str, Sequence[Recommendation]]]) -> dict[str, list[str]]:
    return {name: [item.id for item in items] for name, items in lists}


def _without_lists(weights: Weights, file: Path) -> Settings:
    file.write_text(weights.without_lists().to_yaml(), "utf-8")
    settings = Settings.from_file(FLOAT32)
    return replace(settings, weights=file, policy=replace(settings.policy, curated="ignore"))


def overlap(one: Lists, other: Lists) -> float:
    """The mean share of a list's entries that the other list of the same article has, 0 to 1."""
    shares = [
        len({*of_one} & {*other.get(name, ())}) / len(of_one)
        for name, of_one in one.items()
        if of_one
    ]
    return float(np.mean(shares))


def site(n: int, workers: int, scratch: Path) -> dict[str, Any]:
    """What a made-up site costs."""
    scratch.mkdir()
    python = Python(scratch)
    articles, vectors, index = scratch / "articles", scratch / "vectors.npz", scratch / "index"
    python("-m", "evaluation.benchmarks.synthetic_folder", n, articles, SEED, vectors)
    spread = python("-m", "evaluation.benchmarks.cluster_run", articles, index, vectors, workers)
    shutil.rmtree(scratch)
    return {"articles": n, "workers": workers, **json.loads(spread.said[-1])}


def table(result: dict[str, Any]) -> str:
    """The result as Markdown: a sentence of corpora, a table of sites, and what more would cost."""
    lines = [
        "| articles | workers | seconds | CPU seconds | a worker, at most | this process "
        "| Ray itself | on disk |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [f"| {' | '.join(_cells(of_one))} |" for of_one in result["sites"]]
    agreement = _agreement(result["corpora"], result["made-up"])
    return "\n".join([agreement, "", *lines, "", estimate(result["sites"])])


def _agreement(corpora: Sequence[dict[str, Any]], made_up: dict[str, Any]) -> str:
    parts = [
        f"{of['name']} {of['overlap@10']:.3f} ({MEASURE} {of[str(MEASURE)]['cluster']:.4f} and "
        f"{of[str(MEASURE)]['one machine']:.4f})"
        for of in corpora
    ]
    parts.append(f"{made_up['articles']:,} made-up articles {made_up['overlap@10']:.3f}")
    return f"Share of the first {LIST_LENGTH} that a cluster and one machine both list: " + (
        f"{'; '.join(parts)}."
    )


def _cells(of: dict[str, Any]) -> Sequence[str]:
    stages = [stage for stage in of["stages"] if stage["name"] != ENCODING]
    return (
        f"{of['articles']:,}",
        str(of["workers"]),
        f"{sum(stage['wall_seconds'] for stage in stages):,.0f}",
        f"{sum(stage['cpu_seconds'] for stage in stages):,.0f}",
        _held(stages),
        f"{max(stage['driver_megabytes'] for stage in stages):,.0f} MB",
        f"{of['engine_megabytes']:,.0f} MB",
        f"{sum(stage['megabytes'] for stage in stages):,.0f} MB",
    )


def _held(stages: Sequence[dict[str, Any]]) -> str:
    most, next_most = sorted(stages, key=lambda stage: -stage["worker_megabytes"])[:2]
    return (
        f"{most['worker_megabytes']:,.0f} MB in {most['name']}, "
        f"else {next_most['worker_megabytes']:,.0f} MB"
    )


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)

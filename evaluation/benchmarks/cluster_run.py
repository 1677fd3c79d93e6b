"""Spreads a made-up site over processes of this machine, and says what every stage cost.

usage: python -m evaluation.benchmarks.cluster_run ARTICLES INDEX VECTORS N_WORKERS

VECTORS is what `synthetic_folder` has written beside the articles.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evaluation.benchmarks.unencoded import Known
from evaluation.benchmarks.watch import Stage, Watch
from recommender import Cluster, Settings, build_on, recommend_all_on

ENCODING = "vectors"


def spread(articles: Path, index: Path, vectors: Path, n_workers: int) -> dict[str, Any]:
    """Index, make all lists, and tell."""
    cluster, settings = Cluster(n_workers=n_workers), Settings()
    started = time.perf_counter()
    with Watch() as watch:
        where: dict[str, Any] = {"index": index, "settings": settings, "progress": watch.tell}
        build_on(cluster, articles, source=Known(vectors), **where)
        made = recommend_all_on(cluster, **where)
    return {
        "wall_seconds": round(time.perf_counter() - started, 1),
        "lists": len(made),
        "engine_megabytes": round(watch.engine_megabytes),
        "stages": [
            {
                "name": _plain(name),
                **_of(stage),
                "megabytes": _size(index / name),
                "facts": _facts(index / name),
            }
            for name, stage in watch.stages.items()
        ],
    }


def _plain(stage: str) -> str:
    """The name of a stage, without which model's vectors it makes."""
    return ENCODING if stage.startswith(f"{ENCODING}-") else stage


def _of(stage: Stage) -> dict[str, float]:
    return {name: round(value, 2) for name, value in asdict(stage).items()}


def _facts(folder: Path) -> dict[str, int]:
    """All numbers of something that the tasks of a stage have told, summed up."""
    found: Counter[str] = Counter()
    for mark in folder.glob("*.done"):
        facts = json.loads(mark.read_bytes())["facts"]
        found.update({name: value for name, value in facts.items() if name.startswith("n_")})
    return dict(found)


def _size(folder: Path) -> float:
    return round(sum(path.stat().st_size for path in folder.rglob("*")) / 1e6, 2)


if __name__ == "__main__":
    articles, index, vectors = map(Path, sys.argv[1:4])
    print(json.dumps(spread(articles, index, vectors, int(sys.argv[4]))))

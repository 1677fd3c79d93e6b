"""The main job on real corpora: counts, seconds, peak memory and nDCG@10 of plain embedding order.

usage: python -m evaluation.benchmarks.spine --corpora FOLDER [--output FILE]

FOLDER holds corpora, each a folder of articles or a folder with a `.tar.gz` of one. Every corpus is
indexed twice by the installed command, in processes of their own: into nothing, and unchanged.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import Qrel, ScoredDoc, nDCG

from recommender import Recommender

RESULTS = Path(__file__).parent / "results" / "spine.json"
PACKAGES = ("faiss-cpu", "numpy", "sentence-transformers", "torch", "transformers")
MEASURE = nDCG @ 10


@dataclass(frozen=True, slots=True)
class Run:
    """What one process cost: seconds of wall clock and of CPU, peak memory in MB (10^6 bytes)."""

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float
    said: tuple[str, ...]


def main() -> None:
    """Measure every corpus of a folder, write the result file, print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        corpora = [
            measure(name, articles, Path(scratch))
            for name, articles in unpacked(arguments.corpora, Path(scratch))
        ]
    result = {"made": _circumstances(), "corpora": corpora}
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(table(result))


def unpacked(corpora: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Name and articles folder of every corpus below a folder, archives unpacked into `scratch`."""
    for folder in sorted(path for path in corpora.iterdir() if path.is_dir()):
        archives = sorted(folder.glob("*.tar.gz"))
        for archive in archives:
            with tarfile.open(archive) as tar:
                tar.extractall(scratch / "corpora", filter="data")
        yield folder.name, scratch / "corpora" / folder.name if archives else folder


def measure(name: str, articles: Path, scratch: Path) -> dict[str, Any]:
    """Index one corpus twice and score its lists."""
    index = scratch / "indexes" / name
    first, unchanged = (_index(articles, index) for _ in range(2))
    engine = Recommender.open(index)
    lists = engine.lists
    return {
        "name": name,
        "sha256": _corpus_hash(articles),
        "articles": sum(not article.is_linked for article in engine.articles),
        "linked_articles": sum(article.is_linked for article in engine.articles),
        "queries": len(lists),
        "links": sum(map(len, lists.values())),
        str(MEASURE): round(embedding_ndcg(engine), 4),
        "first_run": asdict(first),
        "unchanged_run": asdict(unchanged),
        "index_megabytes": round(sum(f.stat().st_size for f in index.rglob("*")) / 1e6, 1),
    }


def embedding_ndcg(engine: Recommender) -> float:
    """Mean nDCG@10 of embedding order against the editors' lists, over all articles with a list."""
    lists = engine.lists
    qrels = [Qrel(query, doc, 1) for query, docs in lists.items() for doc in docs]
    run = [
        ScoredDoc(query, item.id, -item.rank)
        for query, items in engine.recommend_all(k=10)
        if query in lists
        for item in items
    ]
    return float(ir_measures.calc_aggregate([MEASURE], qrels, run)[MEASURE])


def _index(articles: Path, index: Path) -> Run:
    command = [sys.executable, "-m", "recommender", "index", str(articles), "--index", str(index)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(
        wall_seconds=round(time.perf_counter() - started, 2),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 2),
        peak_megabytes=round(usage.ru_maxrss * 1024 / 1e6, 1),
        said=tuple(said.replace(str(index), index.name).splitlines()),
    )


def _corpus_hash(articles: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(articles.rglob("*.md")):
        digest.update(f"{path.relative_to(articles).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _circumstances() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "packages": {name: version(name) for name in PACKAGES},
    }


def table(result: dict[str, Any]) -> str:
    """The result as a Markdown table."""
    lines = [
        "| corpus | articles | lists | links | nDCG@10 "
        "| first run | CPU | peak | unchanged run | peak |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for corpus in result["corpora"]:
        first, unchanged = corpus["first_run"], corpus["unchanged_run"]
        cells = (
            corpus["name"],
            f"{corpus['articles']:,}",
            f"{corpus['queries']:,}",
            f"{corpus['links']:,}",
            f"{corpus[str(MEASURE)]:.3f}",
            f"{first['wall_seconds']:.1f} s",
            f"{first['cpu_seconds']:.1f} s",
            f"{first['peak_megabytes']:,.0f} MB",
            f"{unchanged['wall_seconds']:.2f} s",
            f"{unchanged['peak_megabytes']:,.0f} MB",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

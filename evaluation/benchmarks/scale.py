"""What a site costs as it grows: indexing without encoding, all lists, one list, opening.

usage: python -m evaluation.benchmarks.scale --corpora FOLDER [--output FILE]

The sites are made up, from 10,000 to 1,000,000 Markdown files with clustered vectors; FOLDER is not
looked at. Each step runs in a process of its own, by the installed package. The greatest takes
three hours and 20 GB of disk.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluation.benchmarks.command import run
from evaluation.benchmarks.process import Run
from evaluation.benchmarks.startup import Python

RESULTS = Path(__file__).parent / "results" / "scale.json"
SIZES = (10_000, 30_000, 100_000, 1_000_000)
N_ASKED = 1_000
SEED = 11


def measured(_: Path, scratch: Path) -> dict[str, Any]:
    """Every size, the smallest first."""
    return {
        "seed": SEED,
        "asked": N_ASKED,
        "sites": [measure(n, scratch / str(n), N_ASKED) for n in SIZES],
    }


def measure(n: int, scratch: Path, n_asked: int) -> dict[str, Any]:
    """One site of n articles, from files to lists."""
    scratch.mkdir()
    python = Python(scratch)
    articles, vectors, index = scratch / "articles", scratch / "vectors.npz", scratch / "index"
    python("-m", "evaluation.benchmarks.synthetic_folder", n, articles, SEED, vectors)
    indexed = python("-m", "evaluation.benchmarks.unencoded", articles, index, vectors)
    exporting = (
        "-m",
        "recommender",
        "export",
        "--index",
        index,
        "--output",
        scratch / "lists.json",
    )
    exported = python(*exporting)
    asking = python("-m", "evaluation.benchmarks.serving", index, vectors, n_asked)
    megabytes = sum(file.stat().st_size for file in index.rglob("*")) / 1e6
    shutil.rmtree(scratch)
    return {
        "articles": n,
        "index": _cost(indexed),
        "export": _cost(exported),
        "index_megabytes": round(megabytes, 1),
        **json.loads(asking.said[-1]),
    }


def _cost(of: Run) -> dict[str, float]:
    return {
        "wall_seconds": of.wall_seconds,
        "cpu_seconds": of.cpu_seconds,
        "peak_megabytes": of.peak_megabytes,
    }


def table(result: dict[str, Any]) -> str:
    """The result as a Markdown table, and where the time of one list goes."""
    lines = [
        "| articles | index, no encoding | peak | all lists | peak | opening | recall@10 "
        "| one list: p50 | p99 | with reasons: p50 |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [f"| {' | '.join(_cells(site))} |" for site in result["sites"]]
    return "\n".join([*lines, "", *map(_steps, result["sites"][-2:])])


def _cells(site: dict[str, Any]) -> Sequence[str]:
    indexed, exported, plain = site["index"], site["export"], site["lists"]
    return (
        f"{site['articles']:,}",
        f"{indexed['cpu_seconds']:,.0f} s",
        f"{indexed['peak_megabytes']:,.0f} MB",
        f"{exported['cpu_seconds']:,.0f} s",
        f"{exported['peak_megabytes']:,.0f} MB",
        f"{site['open_seconds']:.2f} s",
        f"{site['recall@10']:.3f}",
        f"{plain['p50']:.1f} ms",
        f"{plain['p99']:.1f} ms",
        f"{site['lists with reasons']['p50']:.1f} ms",
    )


def _steps(site: dict[str, Any]) -> str:
    steps = ", ".join(f"{name} {spent:.2f}" for name, spent in site["parts"].items())
    return f"CPU milliseconds of the steps of one list among {site['articles']:,}: {steps}."


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)

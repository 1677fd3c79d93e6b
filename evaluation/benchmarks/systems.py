"""Every system on real corpora: the figures of `recommender evaluate`, and its terminal tables.

usage: python -m evaluation.benchmarks.systems --corpora FOLDER [--output FILE]

FOLDER holds corpora, each a folder of articles or a folder with a `.tar.gz` of one. On a corpus
that the shipped weights were fitted on, those are taken that have not seen it
(`evaluation/weights/`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evaluation import read_report
from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import unpacked, unseen_file
from evaluation.benchmarks.process import recommender

RESULTS = Path(__file__).parent / "results" / "systems.json"
MEASURE = "nDCG@10"


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Every corpus of a folder."""
    return {
        "corpora": [
            evaluated(name, articles, scratch) for name, articles in unpacked(corpora, scratch)
        ]
    }


def evaluated(name: str, articles: Path, scratch: Path) -> dict[str, Any]:
    """What is kept of the report on one corpus; prints what the command says."""
    index, output = scratch / "indexes" / name, scratch / "reports" / name
    recommender("index", articles, "--index", index)
    unseen = unseen_file(name)
    weights = ("--weights", unseen) if unseen else ()
    run = recommender("evaluate", articles, "--index", index, "--output", output, *weights)
    print(f"## {name}\n", *run.said[:-1], "", sep="\n")
    report = read_report(output)
    return {
        "name": name,
        "sha256": report["corpus"]["sha256"],
        "model": report["model"]["fingerprint"],
        "weights": unseen.name if unseen else "shipped.yaml",
        "articles": report["corpus"]["n_articles"],
        "queries": report["truth"]["n_queries"],
        "links": report["truth"]["n_judged"],
        "wall_seconds": run.wall_seconds,
        "peak_megabytes": run.peak_megabytes,
        "report_megabytes": round((output / "report.html").stat().st_size / 1e6, 2),
        "systems": {
            system["name"]: {
                "reason": system["reason"],
                "measures": system["measures"],
                "as_of": system["as_of"] and system["as_of"][MEASURE],
            }
            for system in report["systems"]
        },
    }


def table(result: dict[str, Any]) -> str:
    """nDCG@10 of every system on every corpus, with intervals, as a Markdown table."""
    corpora = result["corpora"]
    lines = [
        f"| {MEASURE} | {' | '.join(corpus['name'] for corpus in corpora)} |",
        f"|---|{'---:|' * len(corpora)}",
    ]
    for name in corpora[0]["systems"]:
        cells = [_cell(corpus["systems"][name]["measures"][MEASURE]) for corpus in corpora]
        if any(cells):
            lines.append(f"| {name} | {' | '.join(cell or '–' for cell in cells)} |")
    return "\n".join(lines)


def _cell(interval: dict[str, float | None]) -> str:
    if interval["mean"] is None:
        return ""
    return f"{interval['mean']:.3f} ({interval['low']:.3f}–{interval['high']:.3f})"


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)

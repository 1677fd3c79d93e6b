"""The main job on real corpora: counts, seconds, peak memory and nDCG@10 of plain embedding order.

usage: python -m evaluation.benchmarks.spine --corpora FOLDER [--output FILE]

FOLDER holds corpora, each a folder of articles or a folder with a `.tar.gz` of one. Every corpus is
indexed twice by the installed command, in processes of their own: into nothing, and unchanged.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import unpacked
from evaluation.benchmarks.process import Run, recommender
from evaluation.benchmarks.shown import MEASURE, OFF, ndcg
from recommender import Recommender, Weights

RESULTS = Path(__file__).parent / "results" / "spine.json"


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Every corpus of a folder."""
    return {
        "corpora": [
            measure(name, articles, scratch) for name, articles in unpacked(corpora, scratch)
        ]
    }


def measure(name: str, articles: Path, scratch: Path) -> dict[str, Any]:
    """Index one corpus twice and score its lists."""
    index = scratch / "indexes" / name
    first, unchanged = (recommender("index", articles, "--index", index) for _ in range(2))
    engine = Recommender.open(index, weights=Weights({"vectors": 1.0}))
    lists = engine.lists
    return {
        "name": name,
        "sha256": engine.corpus_hash,
        "articles": sum(not article.is_linked for article in engine.articles),
        "linked_articles": sum(article.is_linked for article in engine.articles),
        "queries": len(lists),
        "links": sum(map(len, lists.values())),
        str(MEASURE): round(embedding_ndcg(engine), 4),
        "first_run": _cost(first),
        "unchanged_run": _cost(unchanged),
        "index_megabytes": round(sum(f.stat().st_size for f in index.rglob("*")) / 1e6, 1),
    }


def embedding_ndcg(engine: Recommender) -> float:
    """Mean nDCG@10 of embedding order against the editors' lists, over all articles with a list."""
    made = engine.recommend_all(k=10, lists={}, policy=OFF)
    return ndcg(engine.lists, {query: [item.id for item in items] for query, items in made})


def _cost(run: Run) -> dict[str, Any]:
    """What is kept of a run: what it said names folders of this machine, but in its last line."""
    return {**asdict(run), "said": run.said[:-1]}


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
    run(__doc__, RESULTS, measured, table)

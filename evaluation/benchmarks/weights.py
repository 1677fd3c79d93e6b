"""Fits the weights that are shipped, and for each corpus those that have not seen it.

usage: python -m evaluation.benchmarks.weights --corpora FOLDER [--output FILE]

FOLDER holds corpora, each a folder of articles or a folder with a `.tar.gz` of one. Writes
`models/ranking/shipped.yaml`, fitted on all of them, and for each one
`evaluation/weights/without-NAME.yaml`, fitted on the others, with what these reach on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import LEFT_OUT, unpacked
from recommender import Corpus, Lesson, Recommender, Weights, build, fit_general, lesson_from

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results" / "weights.json"
SHIPPED = ROOT / "models" / "ranking" / "shipped.yaml"


@dataclass(frozen=True, slots=True)
class Taught:
    """What one corpus teaches: `alone` without any list to look at."""

    corpus: Corpus
    alone: Lesson
    with_lists: Lesson


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Fit everything, write the files of weights."""
    taught = [
        taught_by(name, articles, scratch / name) for name, articles in unpacked(corpora, scratch)
    ]
    today = datetime.now(UTC).date().isoformat()
    reached = {}
    for one in taught:
        others = _fitted([other for other in taught if other is not one], today)
        reached[one.corpus.name] = ndcg = scores(others, one)
        write(replace(others, scores=ndcg), LEFT_OUT / f"without-{one.corpus.name}.yaml")
    held_out = {
        f"{measure}, {name} left out": value
        for name, of_one in reached.items()
        for measure, value in of_one.items()
    }
    shipped = replace(_fitted(taught, today), scores=held_out)
    write(shipped, SHIPPED)
    return {"held_out": reached, "weights": dict(shipped.signals)}


def taught_by(name: str, articles: Path, index: Path) -> Taught:
    """Index a corpus and take down what its lists teach."""
    build(articles, index=index)
    engine = Recommender.open(index, weights=Weights({}))
    lists = engine.lists
    return Taught(
        Corpus(name, engine.corpus_hash, len(lists)),
        lesson_from(engine, lists=lists, known={}),
        lesson_from(engine, lists=lists, known=lists),
    )


def _fitted(taught: Sequence[Taught], today: str) -> Weights:
    weights = fit_general(
        [one.alone for one in taught],
        [one.with_lists for one in taught],
        [one.corpus for one in taught],
    )
    return replace(weights, made_on=today)


def scores(weights: Weights, one: Taught) -> dict[str, float]:
    """NDCG@10 over the candidates of a corpus, without any list and with those of others."""
    alone = one.alone.ndcg(weights.without_lists().vector()).mean()
    with_lists = one.with_lists.ndcg(weights.vector()).mean()
    return {
        "nDCG@10 without lists": round(float(alone), 4),
        "nDCG@10 with all other lists": round(float(with_lists), 4),
    }


def write(weights: Weights, path: Path) -> None:
    """Write a file of weights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(weights.to_yaml(), "utf-8")


def table(result: dict[str, Any]) -> str:
    """What weights reach on the corpus that they have not seen."""
    lines = ["| left out | nDCG@10 without lists | with all other lists |", "|---|---:|---:|"]
    for name, of_one in result["held_out"].items():
        lines.append(f"| {name} | {' | '.join(f'{value:.4f}' for value in of_one.values())} |")
    return "\n".join(lines)


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)

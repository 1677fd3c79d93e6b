"""Fits the weights that are shipped, and for each corpus those that have not seen it.

usage: python -m evaluation.benchmarks.weights --corpora FOLDER [--output FILE]

FOLDER holds corpora, each a folder of articles or a folder with a `.tar.gz` of one. Writes
`models/ranking/shipped.yaml`, fitted on all of them, and for each one
`evaluation/weights/without-NAME.yaml`, fitted on the others, with what these reach on it. Each
corpus teaches as it is and as it would be without bodies, with titles alone, and in a language that
the model does not know (`variants.py`), so that weights know what to do under such conditions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import LEFT_OUT, unpacked
from evaluation.benchmarks.process import FLOAT32
from evaluation.benchmarks.variants import VARIANTS, indexed_variant
from recommender import (
    Corpus,
    Lesson,
    Recommender,
    Settings,
    Weights,
    build,
    fit_general,
    lesson_by_groups,
    lesson_from,
)

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results" / "weights.json"
SHIPPED = ROOT / "models" / "ranking" / "shipped.yaml"


LEARNED_UNDER = ("no bodies", "titles only", "unknown language")
SEED = 7


@dataclass(frozen=True, slots=True)
class Taught:
    """What one corpus teaches.

    Attributes:
        corpus: What it is.
        alone: Lessons without any list to look at: of the corpus as it is, then of its variants.
        with_lists: The lesson of the corpus as it is, looking at lists of other groups.
    """

    corpus: Corpus
    alone: Sequence[Lesson]
    with_lists: Lesson

    def balanced(self) -> list[Lesson]:
        """`alone`, where the corpus as it is counts as much as all its variants together."""
        as_it_is, *variants = self.alone
        return [as_it_is] * max(1, len(variants)) + variants


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Fit everything, write the files of weights."""
    taught = [
        taught_by(name, articles, scratch / name)
        for name, articles in unpacked(corpora, scratch / "unpacked")
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
    sites = {one.corpus.name: [asdict(a.pools.site) for a in one.alone] for one in taught}
    return {
        "held_out": reached,
        "sites": sites,
        "weights": dict(shipped.signals),
        "shifts": {name: dict(shifts) for name, shifts in shipped.shifts.items()},
    }


def taught_by(name: str, articles: Path, folder: Path) -> Taught:
    """Index a corpus and its variants and take down what their lists teach."""
    build(articles, index=folder / "index", settings=Settings.from_file(FLOAT32))
    engine = Recommender.open(folder / "index", weights=Weights({}))
    variants = [
        indexed_variant(engine, VARIANTS[variant], folder / "index", folder / variant)
        for variant in LEARNED_UNDER
    ]
    lists = engine.lists
    with_lists = lesson_by_groups(engine, lists=lists, rng=np.random.default_rng(SEED))
    if with_lists is None:
        raise SystemExit(f"the lists of {name} all hang together; expected two groups or more")
    return Taught(
        Corpus(name, engine.corpus_hash, len(lists)),
        [lesson_from(one, lists=one.lists, known={}) for one in (engine, *variants)],
        with_lists,
    )


def _fitted(taught: Sequence[Taught], today: str) -> Weights:
    weights = fit_general(
        [lesson for one in taught for lesson in one.balanced()],
        [one.with_lists for one in taught],
        [one.corpus for one in taught],
    )
    return replace(weights, made_on=today)


def scores(weights: Weights, one: Taught) -> dict[str, float]:
    """NDCG@10 over the candidates of a corpus, without any list and with those of others."""
    here = weights.at(one.alone[0].pools.site)
    alone = one.alone[0].ndcg(here.without_lists().vector()).mean()
    with_lists = one.with_lists.ndcg(here.vector()).mean()
    return {
        "nDCG@10 without lists": round(float(alone), 4),
        "nDCG@10 with lists of other groups": round(float(with_lists), 4),
    }


def write(weights: Weights, path: Path) -> None:
    """Write a file of weights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(weights.to_yaml(), "utf-8")


def table(result: dict[str, Any]) -> str:
    """What weights reach on the corpus that they have not seen."""
    lines = ["| left out | nDCG@10 without lists | with lists of other groups |", "|---|---:|---:|"]
    for name, of_one in result["held_out"].items():
        lines.append(f"| {name} | {' | '.join(f'{value:.4f}' for value in of_one.values())} |")
    return "\n".join(lines)


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)

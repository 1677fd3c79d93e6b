"""The learning curve: what `fit` makes of 20, 50, 100 and more lists, draw after draw.

usage: python -m evaluation.benchmarks.learning --corpora FOLDER [--output FILE]

FOLDER holds corpora, each a folder of articles or a folder with a `.tar.gz` of one. Of each, lists
are drawn many times, whole groups of reciprocal ones; `fit` starts from weights that have not seen
the corpus, and what it gives is tested on lists of other groups. Before: the same weights without
any list. Both see the same queries, so their differences are paired.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import indexed
from recommender import Fold, Recommender, Weights, fit, lesson_from, reciprocal_groups

RESULTS = Path(__file__).parent / "results" / "learning.json"
DRAWS = {20: 50, 50: 50, 100: 50, 200: 10, 500: 5}
"""Lists that are learned from, and how often so many are drawn."""

N_TESTED = 200
LOW = 10
"""The percentile that stands for an unlucky site."""

SEED = 20


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """The curve of every corpus of a folder."""
    return {
        "tested_lists": N_TESTED,
        "seed": SEED,
        "corpora": [
            {
                "name": corpus.name,
                "sha256": corpus.engine.corpus_hash,
                "queries": len(corpus.engine.lists),
                "points": curve(corpus.engine, corpus.weights, DRAWS, N_TESTED),
            }
            for corpus in indexed(corpora, scratch)
        ],
    }


def curve(
    engine: Recommender, start: Weights, draws: dict[int, int], n_tested: int
) -> list[dict[str, Any]]:
    """One point for each number of lists of which enough others remain.

    Args:
        engine: The open index.
        start: Weights that have not seen it.
        draws: Number of lists to number of draws.
        n_tested: Lists that each draw is tested on.
    """
    lists = engine.lists
    alone = lesson_from(engine, lists=lists, known={})
    start = start.at(alone.pools.site)
    before = alone.ndcg(start.without_lists().vector())
    groups = reciprocal_groups(lists, sorted(lists))
    return [
        point(engine, start, before, [drawn(groups, size, n_tested, i) for i in range(n_draws)])
        for size, n_draws in draws.items()
        if size + n_tested <= len(groups)
    ]


def point(
    engine: Recommender, start: Weights, before: NDArray[np.float64], folds: list[Fold]
) -> dict[str, Any]:
    """What is gained over all draws of one number of lists.

    Args:
        engine: The open index.
        start: Weights that have not seen it.
        before: nDCG@10 of these without lists, of each list in the order of ids.
        folds: The draws.
    """
    after, learned = zip(*(_learned(engine, start, fold) for fold in folds), strict=True)
    reference = np.array([before[fold.test].mean() for fold in folds])
    gains = np.array(after) - reference
    return {
        "lists": len(folds[0].train),
        "draws": len(folds),
        "before": round(float(reference.mean()), 4),
        "after": round(float(np.mean(after)), 4),
        "mean_gain": round(float(gains.mean()), 4),
        "low_gain": round(float(np.percentile(gains, LOW)), 4),
        "learned": round(float(np.mean(learned)), 2),
        "gains": gains.round(4).tolist(),
    }


def _learned(engine: Recommender, start: Weights, fold: Fold) -> tuple[float, bool]:
    """Mean nDCG@10 after learning from a draw, and whether anything was learned from it."""
    lists = engine.lists
    queries = sorted(lists)
    known, held_out = (
        {queries[i]: lists[queries[i]] for i in part.tolist()} for part in (fold.train, fold.test)
    )
    rng = np.random.default_rng([SEED, *fold.train.tolist()])
    weights = fit(engine, lists=known, rng=rng, start=start)
    lesson = lesson_from(engine, lists=held_out, known=known)
    has_learned = weights.signals != start.without_lists().signals
    return float(lesson.ndcg(weights.vector()).mean()), has_learned


def drawn(groups: NDArray[np.int64], size: int, n_tested: int, draw: int) -> Fold:
    """Whole groups, drawn one by one as long as they fit into a size, and some of the others."""
    rng = np.random.default_rng([SEED, size, draw])
    sizes = np.bincount(groups)
    taken: list[int] = []
    room = size
    for group in rng.permutation(len(sizes)).tolist():
        if sizes[group] <= room:
            taken.append(group)
            room -= sizes[group]
    is_train = np.isin(groups, taken)
    others = np.flatnonzero(~is_train)
    tested = rng.choice(others, size=min(n_tested, len(others)), replace=False)
    return Fold(np.flatnonzero(is_train), np.sort(tested))


def table(result: dict[str, Any]) -> str:
    """The result as a Markdown table."""
    lines = [
        "| corpus | lists | draws | before | after | gain | 10th percentile | learned something |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for corpus in result["corpora"]:
        for at in corpus["points"]:
            cells = (
                corpus["name"],
                f"{at['lists']:,}",
                f"{at['draws']:,}",
                *(f"{at[name]:.3f}" for name in ("before", "after")),
                *(f"{at[name]:+.3f}" for name in ("mean_gain", "low_gain")),
                f"{at['learned']:.0%}",
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)

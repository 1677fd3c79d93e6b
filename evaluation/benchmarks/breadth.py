"""What it costs in quality that large sites are searched in part: corpora treated as if large.

usage: python -m evaluation.benchmarks.breadth --corpora FOLDER [--output FILE]

Each corpus is ranked twice by weights that have not seen it, without a look at any editors' list:
as it is, and as if it had 20,000 articles and more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import indexed
from evaluation.benchmarks.recall import recall
from evaluation.benchmarks.shown import MEASURE, OFF, ndcg
from evaluation.catalogue import LIST_LENGTH
from recommender import Recommender, Weights
from recommender.index.cells import Cells
from recommender.index.vectors import VectorIndex
from recommender.ranker import Ranker

RESULTS = Path(__file__).parent / "results" / "breadth.json"
THRESHOLDS = ("index.cells.MANY", "index.vectors.MANY", "ranking.breadth.MANY")


@contextmanager
def as_large() -> Iterator[None]:
    """Every site counts as a large one."""
    with ExitStack() as stack:
        for name in THRESHOLDS:
            stack.enter_context(patch(f"recommender.{name}", 1))
        yield


WAYS: Mapping[str, Callable[[], AbstractContextManager[None]]] = {
    "as it is": nullcontext,
    "as if large": as_large,
}


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Every corpus of a folder in both ways."""
    return {
        "corpora": [
            {
                **corpus.facts(),
                "ways": in_both_ways(corpus.engine, corpus.weights),
            }
            for corpus in indexed(corpora, scratch)
        ]
    }


def in_both_ways(engine: Recommender, weights: Weights) -> dict[str, dict[str, float]]:
    """NDCG@10, and the share of the 10 nearest by vectors that is found."""
    vectors = engine.vectors([article.id for article in engine.articles])
    queries = engine.positions(list(engine.lists))
    exact = VectorIndex(vectors).search(vectors[queries], LIST_LENGTH).rows
    found = {}
    for name, way in WAYS.items():
        with way():
            ranker = _ranker(engine, vectors)
            near = ranker.near(vectors[queries])[:, :LIST_LENGTH]
            pools = ranker.pools(queries, {})
            made = ranker.choose_from(pools, weights.without_lists(), OFF, LIST_LENGTH)
        ids = [article.id for article in engine.articles]
        lists = {
            ids[query]: [ids[row] for row in rows.tolist()]
            for query, rows in zip(queries.tolist(), made, strict=True)
        }
        found[name] = {
            str(MEASURE): round(ndcg(engine.lists, lists), 4),
            "recall@10": recall(near, exact),
        }
    return found


def _ranker(engine: Recommender, vectors: NDArray[np.float32]) -> Ranker:
    cells = Cells.of(vectors)
    ground = Ranker.prepare(list(engine.articles), vectors, cells)
    return Ranker(ground, VectorIndex(vectors, None, cells), np.ones(len(vectors), dtype=bool))


def sentence(result: dict[str, Any]) -> str:
    """What the README says of it."""
    parts = [_part(corpus) for corpus in result["corpora"]]
    return (
        f"What searching in part costs in quality, with the corpora treated as if they were large: "
        f"{MEASURE} {'; '.join(parts)}."
    )


def _part(corpus: dict[str, Any]) -> str:
    before, after = (corpus["ways"][name] for name in WAYS)
    return (
        f"{corpus['name']} {after[str(MEASURE)]:.4f} instead of {before[str(MEASURE)]:.4f}, "
        f"recall@10 of the search by vectors {after['recall@10']:.3f}"
    )


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, sentence)

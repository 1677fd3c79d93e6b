"""How fast texts become vectors, beside the library on its own, and what rankings make of them.

usage: python -m evaluation.benchmarks.encoding --corpora FOLDER [--output FILE]

FOLDER holds corpora, each a folder of articles or a folder with a `.tar.gz` of one. In every round
the same texts of all corpora, drawn once, are encoded by `SentenceTransformer.encode` at its
defaults and by us in either precision, one after the other; each round begins with another of the
three. Then every corpus is indexed in either precision and its lists are judged: in the order of
plain embedding, and in the shipped one, with weights that have not seen the corpus and without a
look at any list.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import unpacked, unseen_weights
from evaluation.benchmarks.shown import MEASURE, OFF, ndcg
from recommender import Recommender, Settings, Weights, build
from recommender.embedding.encoder import open_encoder
from recommender.embedding.forward import fastest_precision
from recommender.embedding.registry import find_model
from recommender.embedding.texts import embedding_text
from recommender.records import Precision
from recommender.settings import DEFAULT_MODEL

RESULTS = Path(__file__).parent / "results" / "encoding.json"
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
LIBRARY = "SentenceTransformer.encode"
N_TEXTS = 1_024
N_ROUNDS = 5
N_WARMING = 256  # texts that nobody times, so that kernels are made and the first allocations done
SEED = 13

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Engines = Mapping[Precision, Recommender]


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Speed first, on the texts of all corpora; then what the rankings are worth."""
    engines = {
        name: {precision: indexed(articles, scratch, precision) for precision in PRECISIONS}
        for name, articles in unpacked(corpora, scratch / "unpacked")
    }
    texts = drawn_texts([of_one["float32"] for of_one in engines.values()], N_TEXTS)
    return {
        "seed": SEED,
        "texts": len(texts),
        "letters_a_text": round(float(np.mean([len(text) for text in texts])), 1),
        "rounds": N_ROUNDS,
        "chosen_here": fastest_precision(),
        "ways": timed(ways(), texts, N_ROUNDS),
        "corpora": {name: quality(of_one, name) for name, of_one in engines.items()},
    }


def indexed(articles: Path, scratch: Path, precision: Precision) -> Recommender:
    """An open index whose vectors were made in a precision."""
    settings = Settings(precision=precision)
    index = scratch / precision / articles.name
    build(articles, index=index, settings=settings)
    return Recommender.open(index, settings=settings)


def drawn_texts(engines: Sequence[Recommender], n: int) -> list[str]:
    """Texts of articles as they are embedded, no two alike, of all corpora in one."""
    articles = [article for engine in engines for article in engine.articles]
    texts = sorted({embedding_text(article.title, article.excerpt) for article in articles})
    order = np.random.default_rng(SEED).permutation(len(texts))
    return [texts[i] for i in order[:n]]


def ways() -> dict[str, Encode]:
    """The library as it comes, then ours."""
    from sentence_transformers import SentenceTransformer

    model = find_model(DEFAULT_MODEL)
    library = SentenceTransformer(str(model.locate()))

    def plain(texts: Sequence[str]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = library.encode(list(texts), show_progress_bar=False)
        return found

    ours: dict[str, Encode] = {
        precision: open_encoder(model.at(precision)).encode for precision in PRECISIONS
    }
    return {LIBRARY: plain, **ours}


def timed(ways: Mapping[str, Encode], texts: Sequence[str], n_rounds: int) -> dict[str, Any]:
    """Texts per second of each way, and how near its vectors are to those of the first."""
    for encode in ways.values():
        encode(texts[:N_WARMING])
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    vectors = {}
    names = list(ways)
    for turn in range(n_rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            wall, cpu = time.perf_counter(), time.process_time()
            vectors[name] = ways[name](texts)
            seconds[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    rates = {name: len(texts) / np.array(of_one) for name, of_one in seconds.items()}
    medians = {name: np.median(of_one, axis=0) for name, of_one in rates.items()}
    first = names[0]
    return {
        name: {
            "texts_a_second": np.round(rates[name][:, 0], 1).tolist(),
            "texts_a_cpu_second": np.round(rates[name][:, 1], 1).tolist(),
            "median": round(float(medians[name][0]), 1),
            "cpu_median": round(float(medians[name][1]), 1),
            "ratio": round(float(medians[name][0] / medians[first][0]), 2),
            "cpu_ratio": round(float(medians[name][1] / medians[first][1]), 2),
            "least_cosine": round(_least_cosine(vectors[name], vectors[first]), 6),
        }
        for name in names
    }


def _least_cosine(some: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    products = np.einsum("ij,ij->i", some.astype(np.float64), others.astype(np.float64))
    lengths = np.linalg.norm(some, axis=1) * np.linalg.norm(others, axis=1)
    return float((products / lengths).min())


def quality(engines: Engines, name: str) -> dict[str, Any]:
    """NDCG@10 of two orders of one corpus in each precision, and how near the vectors are."""
    ids = [article.id for article in engines["float32"].articles]
    vectors = [engine.vectors(ids) for engine in engines.values()]
    orders = {"shipped": unseen_weights(name).without_lists(), "embedding": Weights({"vectors": 1})}
    return {
        "sha256": engines["float32"].corpus_hash,
        "articles": len(ids),
        "queries": len(engines["float32"].lists),
        "least_cosine": round(_least_cosine(*vectors), 6),
        **{order: _ndcg(engines, weights) for order, weights in orders.items()},
    }


def _ndcg(engines: Engines, weights: Weights) -> dict[str, float]:
    reached = {}
    for precision, engine in engines.items():
        made = engine.recommend_all(k=10, weights=weights, lists={}, policy=OFF)
        lists = {query: [item.id for item in items] for query, items in made}
        reached[precision] = ndcg(engine.lists, lists)
    gain = reached["bfloat16"] - reached["float32"]
    return {**{name: round(of_one, 4) for name, of_one in reached.items()}, "gain": round(gain, 5)}


def table(result: dict[str, Any]) -> str:
    """Speed and what the rankings are worth, as two Markdown tables."""
    lines = ["| encoded by | texts/s | × | texts per CPU second | × |", "|---|---:|---:|---:|---:|"]
    for name, of_one in result["ways"].items():
        way = f"`{name}`" if name == LIBRARY else f"this, in {name}"
        lines.append(
            f"| {way} | {of_one['median']:.0f} | {of_one['ratio']:.1f} "
            f"| {of_one['cpu_median']:.0f} | {of_one['cpu_ratio']:.1f} |"
        )
    lines += [
        "",
        f"| {MEASURE} | shipped, float32 | bfloat16 | embedding alone, float32 | bfloat16 |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, of_one in result["corpora"].items():
        cells = (f"{of_one[o][p]:.4f}" for o in ("shipped", "embedding") for p in PRECISIONS)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)

"""Writes a made-up site as Markdown files with front matter, every fifth with a related list.

usage: python -m evaluation.benchmarks.synthetic_folder N FOLDER SEED [VECTORS]

VECTORS names a file for the clustered vectors of the articles, and their titles.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmarks.reports import as_file
from evaluation.benchmarks.synthetic import synthetic_articles
from recommender import Article

Site = tuple[Sequence[Article], NDArray[np.float32]]
EVERY = 5
LONGEST = 4


def write_folder(n: int, folder: Path, rng: np.random.Generator) -> Site:
    """Write n articles, one file each, in the seed's schema.

    Every fifth lists one to four articles with its first topic, which those of a cluster share.

    Returns:
        Them, and their vectors, as `synthetic_articles` does.
    """
    articles, vectors = synthetic_articles(n, rng)
    by_topic: dict[str, list[str]] = {}
    for article in articles:
        by_topic.setdefault(article.topics[0], []).append(article.id)
    for i, article in enumerate(articles):
        alike = by_topic[article.topics[0]] if i % EVERY == 0 else []
        others = [other for other in alike if other != article.id]
        length = min(len(others), int(rng.integers(1, LONGEST + 1))) if alike else 0
        related = rng.choice(others, size=length, replace=False).tolist() if length else []
        path = folder / f"{article.id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_file(article, related, authors=list(article.authors)), "utf-8")
    return articles, vectors


def main(n: str, folder: str, seed: str, vectors: str | None = None) -> None:
    """What the command line does."""
    articles, of_articles = write_folder(int(n), Path(folder), np.random.default_rng(int(seed)))
    if vectors:
        np.savez(vectors, titles=[article.title for article in articles], vectors=of_articles)


if __name__ == "__main__":
    main(*sys.argv[1:])

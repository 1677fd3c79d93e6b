"""Sites of any size, made up: clustered vectors, words by Zipf's law, realistic metadata."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from recommender import Article, Provider

DIM = 384
A_CLUSTER = 50  # articles about the same thing, on average
N_WORDS = 50_000
WORDS_A_CLUSTER = 40
FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
N_DAYS = 3_650
SPREAD = 0.7  # of an article around its cluster's centre, whose length is 1
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]


def synthetic_articles(
    n: int, rng: np.random.Generator
) -> tuple[list[Article], NDArray[np.float32]]:
    """Articles ordered by id, and their vectors.

    Every article is about its cluster's words and, by Zipf's law, about anything; every third
    mentions the title of an earlier one of its cluster. Topics go by cluster, dates by chance.

    Returns:
        n articles, and vectors of shape `(n, DIM)`, float32, unit rows.
    """
    words = _words(rng)
    n_clusters = max(1, n // A_CLUSTER)
    clusters = rng.integers(n_clusters, size=n)
    own_words = rng.integers(N_WORDS, size=(n_clusters, WORDS_A_CLUSTER))
    last_title: dict[int, str] = {}
    articles = []
    for i, cluster in enumerate(clusters.tolist()):
        own = own_words[cluster]
        title, excerpt, body = (
            _text(words, own, length, share, rng)
            for length, share in ((7, 0.6), (20, 0.5), (150, 0.3))
        )
        if i % 3 == 0 and cluster in last_title:
            body += f". {last_title[cluster]}"
        last_title[cluster] = title
        day = int(rng.integers(N_DAYS))
        articles.append(
            Article(
                title=title,
                id=f"{2015 + day // 365}/{i:08}",
                excerpt=excerpt,
                body=body,
                published_at=FIRST_DAY + timedelta(days=day),
                provider=Provider(name=f"provider {cluster % 20}", domain=None),
                authors=(f"author {int(rng.integers(200))}",),
                topics=(f"topic {cluster % 300}", f"topic {300 + int(rng.integers(30))}"),
            )
        )
    order = sorted(range(n), key=lambda i: articles[i].id)
    vectors = _vectors(clusters, n_clusters, rng)
    return [articles[i] for i in order], vectors[order]


def synthetic_vectors(n: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Vectors of such articles alone, shape `(n, DIM)`, float32, unit rows."""
    n_clusters = max(1, n // A_CLUSTER)
    return _vectors(rng.integers(n_clusters, size=n), n_clusters, rng)


def _words(rng: np.random.Generator) -> list[str]:
    """Distinct words of two to four syllables, the frequent ones first."""
    found: dict[str, None] = {}
    while len(found) < N_WORDS:
        syllables = rng.integers(len(SYLLABLES), size=int(rng.integers(2, 5)))
        found["".join(SYLLABLES[s] for s in syllables)] = None
    return list(found)


def _text(
    words: Sequence[str],
    own: NDArray[np.integer],
    length: int,
    share: float,
    rng: np.random.Generator,
) -> str:
    anything = (N_WORDS ** rng.random(length)).astype(int) - 1  # frequency ∝ 1 / rank
    chosen = np.where(rng.random(length) < share, rng.choice(own, length), anything)
    return " ".join(words[word] for word in chosen.tolist())


def _vectors(
    clusters: NDArray[np.integer], n_clusters: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    centres = rng.standard_normal((n_clusters, DIM), dtype=np.float32)  # of length 1
    centres /= np.float32(np.sqrt(DIM))
    vectors: NDArray[np.float32] = centres[clusters]
    scale = np.float32(SPREAD / np.sqrt(DIM))
    vectors += scale * rng.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors

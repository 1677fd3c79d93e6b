"""A small collection as ranking sees it, made from articles with pseudo-random vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from fakes import FakeEncoder

from recommender.embedding.texts import embedding_text
from recommender.index.vectors import VectorIndex
from recommender.ranker import Ranker
from recommender.records import Article

SUBJECTS = (
    ("ship", "sea", "sail", "harbour", "wind"),
    ("wheat", "field", "rain", "plough", "barn"),
    ("chip", "code", "test", "bug", "byte"),
)
WORDS = [word for subject in SUBJECTS for word in subject]


def random_articles(n: int, seed: int = 0) -> list[Article]:
    """Articles about three subjects; some mention the titles of others."""
    rng = np.random.default_rng(seed)
    articles = []
    for i in range(n):
        subject = SUBJECTS[i % 3]
        title = f"{rng.choice(subject)} number{i}"
        mentioned = articles[rng.integers(len(articles))].title if articles else ""
        body = " ".join([*rng.choice(subject, 12), *rng.choice(WORDS, 3), mentioned])
        articles.append(
            Article(
                title=title,
                id=f"{subject[0]}/{i:03d}",
                excerpt=" ".join(rng.choice(subject, 4)),
                body=body if i % 7 else "",
                topics=(subject[0],) if i % 5 else (),
            )
        )
    return sorted(articles, key=lambda article: article.id)


def ranker_of(articles: Sequence[Article]) -> Ranker:
    """Ready to rank; every article may be recommended."""
    texts = [embedding_text(article.title, article.excerpt) for article in articles]
    vectors = FakeEncoder().encode(texts)
    ground = Ranker.prepare(articles, vectors)
    return Ranker(ground, VectorIndex(vectors, None), np.ones(len(articles), dtype=bool))


def lists_by_subject(articles: Sequence[Article]) -> Mapping[int, list[int]]:
    """Every second article lists the next three of its folder."""
    folders = [article.id.split("/")[0] for article in articles]
    lists = {}
    for row in range(0, len(articles), 2):
        same = [other for other in range(len(articles)) if folders[other] == folders[row]]
        start = same.index(row)
        lists[row] = [same[(start + step) % len(same)] for step in (1, 2, 3)]
    return lists

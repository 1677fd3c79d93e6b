"""Collections for tests: a few articles with the vectors, dates and kinds that a test needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from evaluation.collection import Collection, Ranking
from evaluation.task import Task
from evaluation.views import View, views_of
from recommender import Article

FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)


def on_day(day: float) -> datetime:
    """That many days after the first of January 2024."""
    return FIRST_DAY + timedelta(days=day)


def collection_of(
    articles: Sequence[Article],
    vectors: NDArray[np.floating] | None = None,
    *,
    hidden: Sequence[str] = (),
) -> Collection:
    """A collection of articles in the order of their ids; without vectors, all are alike."""
    n_articles = len(articles)
    made = np.ones((n_articles, 1)) if vectors is None else np.asarray(vectors, dtype=float)
    unit = made / np.linalg.norm(made, axis=1, keepdims=True)
    dates = [article.published_at for article in articles]
    return Collection(
        articles=tuple(replace(article, related=()) for article in articles),
        rows={article.id: row for row, article in enumerate(articles)},
        vectors=unit.astype(np.float32),
        is_candidate=np.array([article.id not in hidden for article in articles], dtype=bool),
        is_linked=np.array([article.is_linked for article in articles], dtype=bool),
        published_at=np.array([date.timestamp() if date else np.nan for date in dates]),
        ranking=Ranking(_unused, _unused, _unused),
    )


def _unused(*_: object, **__: object) -> NoReturn:
    raise AssertionError("only the product's own systems rank")


def named(ids: str, **fields: object) -> list[Article]:
    """One article a letter, titled by it."""
    return [replace(Article(title=f"Title {name}", id=name), **fields) for name in ids]


def task_for(
    collection: Collection,
    queries: Sequence[int] | None = None,
    *,
    views: dict[str, View] | None = None,
    lists: dict[str, Sequence[str]] | None = None,
    depth: int = 5,
) -> Task:
    """A task over all articles, under all views with two days of tolerance."""
    rows = range(len(collection)) if queries is None else queries
    return Task(
        collection=collection,
        queries=np.array(rows, dtype=np.int64),
        views=views or views_of(collection, 2.0),
        lists=lists or {},
        depth=depth,
        seed=0,
    )


def ids_of(collection: Collection, ranked: NDArray[np.integer]) -> str:
    """The ids of a list, put together; ended by the first place that nobody takes."""
    return "".join(collection.articles[row].id for row in ranked if row >= 0)

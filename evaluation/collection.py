"""What a system may see of a site: its articles as rows, without the editors' lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender import Article, Pools, Recommender, Weights, fit


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the product does with articles and with lists that it is handed.

    Attributes:
        pools: Ids of articles and lists that may be looked at, to candidates and their signals.
        fit: Lists that may be learned from, to weights; takes `rng` and `start` besides.
        choose: Pools and the length of lists, to the lists that the site's own policy makes, with
            nothing of the editors' in them; takes `weights` and `is_allowed` besides.
    """

    pools: Callable[[Sequence[str], Mapping[str, Sequence[str]]], Pools]
    fit: Callable[..., Weights]
    choose: Callable[..., Sequence[NDArray[np.int64]]]

    @classmethod
    def from_engine(cls, engine: Recommender) -> Ranking:
        """The ranking of an open index; its own lists are not looked at."""

        def learned(lists: Mapping[str, Sequence[str]], **options: Any) -> Weights:
            return fit(engine, lists=lists, **options)

        return cls(engine.pools, learned, engine.choose)


@dataclass(frozen=True, slots=True)
class Collection:
    """The articles of an index, ordered by id; row i of everything is `articles[i]`.

    The lists are not here, and `Article.related` is empty: a system cannot read the answer by
    accident. What it may learn from is handed to it with each `Task`.

    Attributes:
        articles: With bodies, without `related`.
        rows: Article id to row.
        vectors: Shape `(n_articles, dim)`, float32, unit rows.
        is_candidate: Shape `(n_articles,)`: whether it may be recommended.
        is_linked: Shape `(n_articles,)`: whether it exists only as an entry of a list.
        published_at: Shape `(n_articles,)`, float64: seconds since 1970, NaN where unknown.
        ranking: The product's own ranking.
    """

    articles: Sequence[Article]
    rows: Mapping[str, int]
    vectors: NDArray[np.float32]
    is_candidate: NDArray[np.bool_]
    is_linked: NDArray[np.bool_]
    published_at: NDArray[np.float64]
    ranking: Ranking

    @classmethod
    def from_engine(cls, engine: Recommender) -> Collection:
        """All articles of an open index."""
        articles = tuple(replace(article, related=()) for article in engine.articles)
        ids = [article.id for article in articles]
        candidates = set(engine.candidates)
        return cls(
            articles=articles,
            rows={article_id: row for row, article_id in enumerate(ids)},
            vectors=engine.vectors(ids),
            is_candidate=np.array([article_id in candidates for article_id in ids], dtype=bool),
            is_linked=np.array([article.is_linked for article in articles], dtype=bool),
            published_at=np.array([_seconds(article) for article in articles], dtype=np.float64),
            ranking=Ranking.from_engine(engine),
        )

    def __len__(self) -> int:
        return len(self.articles)

    def ids(self, rows: Sequence[int] | NDArray[np.integer]) -> list[str]:
        """The ids of rows, in their order."""
        return [self.articles[row].id for row in rows]


def _seconds(article: Article) -> float:
    return article.published_at.timestamp() if article.published_at else float("nan")

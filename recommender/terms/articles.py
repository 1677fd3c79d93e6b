"""Article → what it is made of: words, letters, labels, folders and time."""

from __future__ import annotations

import math
from collections.abc import Callable

from recommender.records import Article

_SECONDS_A_DAY = 86_400


def topics(article: Article) -> list[str]:
    """Its topics, case levelled."""
    return [topic.casefold() for topic in article.topics]


def authors(article: Article) -> list[str]:
    """Its authors, case levelled."""
    return [author.casefold() for author in article.authors]


def provider(article: Article) -> list[str]:
    """Who published it, if that is known."""
    name = article.provider and (article.provider.name or article.provider.domain)
    return [name.casefold()] if name else []


def folders(article: Article) -> list[str]:
    """The folders above its file, from the outermost; a linked article has none."""
    parts = [] if article.is_linked else article.id.split("/")[:-1]
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]


def language(article: Article) -> list[str]:
    """`en` of `en-GB`, if it is known."""
    return [article.language.casefold().split("-")[0]] if article.language else []


def kind(article: Article) -> list[str]:
    """Its type, if it is known."""
    return [article.type.casefold()] if article.type else []


LABELS: dict[str, Callable[[Article], list[str]]] = {
    "topics": topics,
    "authors": authors,
    "providers": provider,
    "folders": folders,
    "languages": language,
    "types": kind,
}
"""The kinds of labels."""


def body_length(article: Article) -> float:
    """Natural logarithm of one more than the letters of the body; NaN where there is none."""
    return math.log1p(len(article.body)) if article.body else math.nan


def day(article: Article) -> float:
    """Days since 1970 at which it was published; NaN where unknown."""
    return article.published_at.timestamp() / _SECONDS_A_DAY if article.published_at else math.nan

"""Articles → entries of a related list, in the words of a site's schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from recommender.corpus.front_matter.values import Block, Items, Scalar, Value
from recommender.corpus.marks import MARK, mark_of
from recommender.corpus.schema.presets import Schema
from recommender.corpus.writing.json_lists import json_text, moment_text
from recommender.corpus.writing.place import Plain
from recommender.records import Article, Image

_IMAGE_KEYS = {"url": "url", "width": "width", "height": "height", "is_cached": "isCached"}


def to_entry(article: Article, schema: Schema) -> dict[str, Plain]:
    """What an entry says of an article, without a mark.

    What the article lacks is left out; without a web address its id stands for it.
    """
    entry: dict[str, Plain] = {}
    for field, key in schema.entry.items():
        if field == "url" and not article.url:
            entry["id"] = article.id
        elif (value := _value(article, field)) is not None:
            _put(entry, key.split("."), value)
    return entry


def to_name(article: Article) -> str:
    """A bare reference to an article."""
    return article.id if article.path else article.url or article.title


def with_mark(entry: Mapping[str, Plain]) -> dict[str, Plain]:
    """The same entry, marked as generated; half surrogate pairs, which no file holds, replaced."""
    whole = {key: _whole(value) for key, value in entry.items()}
    return {**whole, MARK: mark_of(_block(whole))}


def to_value(plain: Plain) -> Value:
    """How it is read when it has been written."""
    match plain:
        case str():
            return plain
        case bool() | int() | float():
            return Scalar(json_text(plain), "bool" if isinstance(plain, bool) else "float")
        case datetime():
            return Scalar(moment_text(plain), "timestamp")
        case Mapping():
            return _block(plain)
    return Items(to_value(item) for item in plain)


def _whole(plain: Plain) -> Plain:
    match plain:
        case str():
            return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case Mapping():
            return {key: _whole(value) for key, value in plain.items()}
        case Sequence():
            return [_whole(value) for value in plain]
    return plain


def _block(entry: Mapping[str, Plain]) -> Block:
    return Block((key, to_value(value)) for key, value in entry.items())


def _value(article: Article, field: str) -> Plain | None:
    provider = article.provider
    match field:
        case "provider_name":
            return provider.name if provider else None
        case "provider_domain":
            return provider.domain if provider else None
        case "quality":
            return None if article.quality is None else _number(article.quality)
        case "images":
            return [_image(image) for image in article.images] or None
    value: Any = getattr(article, field)
    return value or None


def _image(image: Image) -> dict[str, Plain]:
    found = {key: getattr(image, name) for name, key in _IMAGE_KEYS.items()}
    return {key: value for key, value in found.items() if value is not None}


def _number(number: float) -> float:
    return int(number) if number.is_integer() else number


def _put(entry: dict[str, Plain], path: list[str], value: Plain) -> None:
    for key in path[:-1]:
        inner = entry.setdefault(key, {})
        entry = inner if isinstance(inner, dict) else {}
    entry[path[-1]] = value

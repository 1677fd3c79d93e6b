"""Front matter, as written → an `Article`, with warnings where something else should stand."""

from __future__ import annotations

from datetime import datetime

from recommender.corpus.front_matter.document import FrontMatter
from recommender.corpus.front_matter.values import Scalar
from recommender.corpus.paths import article_id, split_date
from recommender.corpus.plain_text import first_paragraph, plain_excerpt, plain_title
from recommender.corpus.schema.addresses import read_addresses
from recommender.corpus.schema.dates import read_moment
from recommender.corpus.schema.fields import Entry, Fields, Report, shown
from recommender.corpus.schema.parts import read_images, read_provider, read_related
from recommender.corpus.schema.presets import Schema
from recommender.errors import FrontMatterError
from recommender.records import Article, Problem

_KIND_NAMES = {"bool": "a yes or no", "int": "a number", "float": "a number", "timestamp": "a date"}


def to_article(
    front_matter: FrontMatter, path: str, schema: Schema
) -> tuple[Article, list[Problem]]:
    """Read an article's fields.

    Args:
        front_matter: What the file holds.
        path: The file, relative to the articles folder and `/`-separated.
        schema: Which key means what.

    Returns:
        The article, and warnings, at most one for each field.

    Raises:
        FrontMatterError: There is no title, or one that is no text.
        ConfigError: The schema's permalink has a placeholder that is not known.
    """
    report = Report(path)
    fields = Fields(front_matter.data, schema.fields, report)
    title = _title(fields, path)
    published_at = _published_at(fields, path, schema, report)
    url, aliases = read_addresses(fields, article_id(path), published_at, schema)
    article = Article(
        title=title,
        id=article_id(path),
        excerpt=_excerpt(fields, front_matter.body, schema, report),
        body=front_matter.body,
        path=path,
        published_at=published_at,
        expires_at=fields.date("expires_at"),
        url=url,
        original_url=fields.text("original_url"),
        aliases=aliases,
        category=fields.text("category"),
        type=fields.text("type"),
        language=fields.text("language"),
        quality=fields.number("quality"),
        heat=fields.number("heat"),
        is_published=fields.flag("published") is not False and not fields.flag("draft"),
        provider=read_provider(fields),
        authors=fields.texts("authors"),
        topics=_topics(fields, schema),
        images=read_images(fields, report),
        related=read_related(fields, schema, report),
    )
    return article, report.problems


def _title(fields: Fields, path: str) -> str:
    entry = fields.entry("title")
    if entry is None:
        line = fields.line("title")
        found = "no title" if line is None else "an empty title"
        raise FrontMatterError(path, line, found, "a title")
    if not isinstance(entry.value, str):
        raise FrontMatterError(path, entry.line, f"{shown(entry.value)} as title", "a text")
    title = plain_title(entry.value)
    if not title:
        raise FrontMatterError(path, entry.line, "a title without any text", "a title")
    if isinstance(entry.value, Scalar):
        meaning = _KIND_NAMES[entry.value.kind]
        expected = f"quotes around it: as it stands it is {meaning} (the text was taken)"
        fields.warn("title", entry, expected)
    return title


def _published_at(fields: Fields, path: str, schema: Schema, report: Report) -> datetime | None:
    written = fields.date("published_at")
    if written or not schema.date_in_file_name:
        return written
    day, _ = split_date(article_id(path).rpartition("/")[2])
    moment = read_moment(day) if day else None
    if moment and schema.is_strict:
        expected = "one in the front matter (midnight UTC of that day was taken)"
        report.warn("published_at", None, f"a date in the file name only, {day}", expected)
    return moment.at if moment else None


def _excerpt(fields: Fields, body: str, schema: Schema, report: Report) -> str:
    excerpt = plain_excerpt(fields.text("excerpt") or "")
    if excerpt:
        return excerpt
    paragraph = first_paragraph(body)
    if schema.is_strict:
        taken = "the body's first paragraph was taken" if paragraph else "the body has no paragraph"
        report.warn("excerpt", None, "no excerpt", f"one ({taken})")
    return paragraph


def _topics(fields: Fields, schema: Schema) -> tuple[str, ...]:
    topics: dict[str, None] = {}
    for entry in fields.entries("topics"):
        for topic in _topics_of(fields, entry, schema):
            if topic not in schema.ignored_topics:
                topics[topic] = None
    return tuple(topics)


def _topics_of(fields: Fields, entry: Entry, schema: Schema) -> list[str]:
    topics = list(fields.texts_of("topics", entry))
    # `category: Machine learning` is one topic; a key in the plural was meant to hold a list.
    if not isinstance(entry.value, str) or not entry.key.endswith("s"):
        return topics
    if not schema.topics_end_at_spaces:
        fields.warn("topics", entry, "a list (it was split at its commas)")
    separator = "," if "," in entry.value or not schema.topics_end_at_spaces else None
    parts = [part.strip() for topic in topics for part in topic.split(separator)]
    return [part for part in parts if part]

"""One record of a file that holds many, such as a line of JSON → an article.

A record has the fields of the front matter, and beside them `body`, and `path` or `id`.
"""

from __future__ import annotations

from dataclasses import replace

from recommender.corpus.front_matter.document import FrontMatter
from recommender.corpus.front_matter.toml_json_values import read_json
from recommender.corpus.front_matter.values import Block
from recommender.corpus.schema.article import to_article
from recommender.corpus.schema.presets import Schema
from recommender.errors import ArticleError
from recommender.records import Article, Problem

NAMES = ("path", "id")


def read_record(
    text: str, file: str, line: int, schema: Schema
) -> tuple[Article, tuple[Problem, ...]]:
    """The article that a JSON object describes.

    Args:
        text: The object, on one line.
        file: The file that it stands in, for messages.
        line: Its 1-based line in the file, or the number of its row.
        schema: How its fields are read.

    Returns:
        The article, and warnings.

    Raises:
        ArticleError: It describes none.
    """
    try:
        return _article(text, file, line, schema)
    except ArticleError as error:
        raise type(error)(file, line, error.found, error.expected) from error


def _article(
    text: str, file: str, line: int, schema: Schema
) -> tuple[Article, tuple[Problem, ...]]:
    fields = read_json(text, file)
    if not isinstance(fields, Block):
        raise ArticleError(file, line, "something else than a JSON object", "one on each line")
    name = next((str(fields[key]) for key in NAMES if fields.get(key)), "")
    if not name:
        raise ArticleError(file, line, "neither `path` nor `id`", "one of the two in each record")
    body = fields.pop("body", None)
    if body is not None and not isinstance(body, str):
        raise ArticleError(file, line, "a `body` that is no text", "a text")
    has_path = bool(fields.get("path"))
    article, warnings = to_article(FrontMatter(fields, str(body or ""), "json"), name, schema)
    if not has_path:  # whatever an id ends with belongs to it
        article = replace(article, id=name)
    return article, tuple(replace(warning, path=file, line=line) for warning in warnings)

"""Chunks of files → articles; what cannot be read is told, and stops nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from recommender.cluster.sources import Chunk, records_of
from recommender.cluster.tables import texts, write
from recommender.cluster.tasks import Facts, Part
from recommender.corpus.collected import read_record
from recommender.corpus.reader import MAX_BYTES, read_file
from recommender.corpus.schema.presets import Schema, schema_from_settings
from recommender.errors import ArticleError
from recommender.index.record_json import from_plain, to_json, to_plain
from recommender.records import Article, Problem
from recommender.settings import SchemaSettings

N_TOLD = 200
"""Problems of a chunk that are told one by one; of more, their number is."""

N_SAMPLED = 64
"""Ids of a chunk from which it is told how ids are spread."""

_Found = tuple[Article, Sequence[Problem]]


def read_chunk(out: Path, settings: SchemaSettings, chunk: Chunk) -> Facts:
    """Write the articles of a chunk, ordered by id."""
    schema = schema_from_settings(settings)
    articles: list[Article] = []
    problems: list[Problem] = []
    n_lines = 0
    for number, found in _read(chunk, schema):
        n_lines = number
        if isinstance(found, Problem):
            problems.append(found)
        elif found:
            articles.append(found[0])
            problems.extend(found[1])
    articles.sort(key=lambda article: article.id)
    write(
        out,
        {
            "id": texts(article.id for article in articles),
            "article": texts(to_json(article) for article in articles),
        },
    )
    step = max(1, len(articles) // N_SAMPLED)
    return {
        "n_lines": n_lines,
        "n_records": len(articles) + sum(p.severity == "error" for p in problems),
        "n_read": len(articles),
        "n_warned": len({(p.path, p.line) for p in problems if p.severity == "warning"}),
        "n_links": sum(len(article.related) for article in articles),
        "sample": [article.id for article in articles[step // 2 :: step]],
        "problems": [to_plain(problem) for problem in problems[:N_TOLD]],
    }


def problems_of(parts: Sequence[Part], chunks: Sequence[Chunk]) -> list[Problem]:
    """The problems that were told, each with its line in the whole file."""
    found = []
    n_before: dict[str, int] = {}  # lines of the chunks of each file so far
    for part, chunk in zip(parts, chunks, strict=True):
        file = chunk.files[0]
        shift = n_before.get(file, 0) if chunk.first < 0 else 0
        for plain in part.facts["problems"]:
            problem = from_plain(Problem, plain)
            line = None if problem.line is None else problem.line + shift
            found.append(replace(problem, line=line))
        if chunk.kind == "lines":
            n_before[file] = n_before.get(file, 0) + part.facts["n_lines"]
    return found


def _read(chunk: Chunk, schema: Schema) -> Iterator[tuple[int, _Found | Problem | None]]:
    """What each file or line holds, with its number; None for an empty line."""
    root, file = Path(chunk.root), chunk.files[0]
    if chunk.kind == "markdown":
        for n_files, path in enumerate(chunk.files, start=1):
            try:
                yield n_files, read_file(root / path, root=root, schema=schema)
            except ArticleError as error:
                yield n_files, Problem(path, error.line, "error", error.found, error.expected)
        return
    for number, data in records_of(chunk):
        try:
            yield number - max(0, chunk.first), _record(data, file, number, schema)
        except ArticleError as error:
            n_lines = number - max(0, chunk.first)
            yield n_lines, Problem(file, number, "error", error.found, error.expected)


def _record(data: bytes, file: str, number: int, schema: Schema) -> _Found | None:
    if len(data) > MAX_BYTES:
        expected = f"at most {MAX_BYTES:,}"
        raise ArticleError(file, number, f"a record of {len(data):,} bytes", expected)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"a byte (0x{data[error.start]:02X}) that is not UTF-8"
        raise ArticleError(file, number, found, "a file saved as UTF-8") from error
    return read_record(text, file, number, schema) if text.strip() else None

"""Where articles come from: a Markdown folder, JSON lines or Parquet, in chunks of work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq

from recommender.corpus.paths import find_files
from recommender.errors import ArticleError
from recommender.records import Problem
from recommender.settings import Settings

Kind = Literal["markdown", "lines", "parquet"]

FILES_A_CHUNK = 2_000
BYTES_A_CHUNK = 1 << 25
_ENDINGS: dict[str, Kind] = {".jsonl": "lines", ".ndjson": "lines", ".parquet": "parquet"}


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one task reads.

    Attributes:
        kind: What kind of files they are.
        root: The folder from which files are named.
        files: The files; one where there are many articles in each.
        states: Size and time of change of each: what has neither changed is not read again.
        start: Where the task begins in the one file, in bytes or row groups.
        end: Where it ends.
        first: Number of its first record in the file, from 0; -1 where only counting can tell.
    """

    kind: Kind
    root: str
    files: tuple[str, ...]
    states: tuple[tuple[int, int], ...]
    start: int = 0
    end: int = 0
    first: int = 0


def chunks_of(articles: Path, settings: Settings) -> tuple[list[Chunk], list[Problem]]:
    """What is to be read, in the order of names, and what cannot be reached.

    Raises:
        ArticleError: There is nothing to read.
    """
    root, files = _collections(articles)
    if files:
        return [chunk for file in files for chunk in _chunks_of_file(root, file)], []
    if not articles.is_dir():
        found = "another kind of file" if articles.exists() else "nothing"
        expected = "a folder of articles, or files that end with .jsonl or .parquet"
        raise ArticleError(str(articles), None, found, expected)
    paths, problems = find_files(articles, settings)
    if not paths:
        wanted = " or ".join((*settings.include, *(f"*{ending}" for ending in _ENDINGS)))
        raise ArticleError(str(articles), None, "no article file", f"files that match {wanted}")
    starts = range(0, len(paths), FILES_A_CHUNK)
    parts = [tuple(paths[start : start + FILES_A_CHUNK]) for start in starts]
    return [Chunk("markdown", str(articles), part, _states(articles, part)) for part in parts], (
        problems
    )


def records_of(chunk: Chunk) -> Iterator[tuple[int, bytes]]:
    """The records of a chunk of a file that holds many: the number of each from 1, and its JSON."""
    path = Path(chunk.root) / chunk.files[0]
    records = _lines(path, chunk) if chunk.kind == "lines" else _rows(path, chunk)
    yield from enumerate(records, start=max(0, chunk.first) + 1)


def _collections(articles: Path) -> tuple[Path, list[str]]:
    if articles.suffix in _ENDINGS and articles.is_file():
        return articles.parent, [articles.name]
    names = (path.relative_to(articles) for path in articles.rglob("*") if path.suffix in _ENDINGS)
    plain = [name.as_posix() for name in names if not any(p.startswith(".") for p in name.parts)]
    return articles, sorted(plain)


def _states(root: Path, files: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    found = [(root / file).stat() for file in files]
    return tuple((status.st_size, status.st_mtime_ns) for status in found)


def _chunks_of_file(root: Path, file: str) -> Iterator[Chunk]:
    kind, states = _ENDINGS[Path(file).suffix], _states(root, (file,))
    place = (str(root), (file,), states)
    if kind == "lines":
        for start in range(0, states[0][0], BYTES_A_CHUNK):
            end = start + BYTES_A_CHUNK
            yield Chunk(kind, *place, start, end, -1 if start else 0)
        return
    try:
        metadata = pq.read_metadata(root / file)
    except (OSError, ValueError) as error:
        found = f"no Parquet ({str(error).splitlines()[0]})"
        raise ArticleError(file, None, found, "a Parquet file, or one of another name") from error
    first = 0
    for group in range(metadata.num_row_groups):
        yield Chunk(kind, *place, group, group + 1, first)
        first += metadata.row_group(group).num_rows


def _lines(path: Path, chunk: Chunk) -> Iterator[bytes]:
    """The lines that begin in a chunk."""
    with path.open("rb") as stream:
        if chunk.start:
            stream.seek(chunk.start - 1)
            stream.readline()  # which began in the chunk before
        while stream.tell() < chunk.end and (line := stream.readline()):
            yield line.rstrip()


def _rows(path: Path, chunk: Chunk) -> Iterator[bytes]:
    with pq.ParquetFile(path) as stored:
        for batch in stored.iter_batches(batch_size=1024, row_groups=[chunk.start]):
            for row in batch.to_pylist():
                yield json.dumps(_known(row), default=_written).encode()


def _known(value: Any) -> Any:
    """The same without keys that have no value: a column stands in every row, needed or not."""
    if isinstance(value, dict):
        return {key: _known(of) for key, of in value.items() if of is not None}
    return [_known(item) for item in value] if isinstance(value, list) else value


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)  # a datetime is a date

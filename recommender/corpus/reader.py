"""A folder of article files → articles, digests and problems."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recommender.corpus.front_matter.document import read_front_matter
from recommender.corpus.paths import find_files
from recommender.corpus.schema.addresses import is_made_address
from recommender.corpus.schema.article import to_article
from recommender.corpus.schema.presets import Schema, schema_from_settings
from recommender.corpus.urls import canonical_url
from recommender.corpus.writing.rewriting import outside
from recommender.errors import ArticleError, DuplicateArticleError
from recommender.plain_files import UnfitFileError, read_plain_file
from recommender.records import Article, Problem
from recommender.settings import Settings

MAX_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What an earlier reading made of a file, under the same settings.

    Attributes:
        digests: SHA-256 of the file's bytes, and of those outside generated entries, 64 bytes.
        article: The article in it.
        warnings: What its editor was told.
    """

    digests: bytes
    article: Article
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a folder holds.

    Attributes:
        articles: Ordered by id.
        digests: Path of each article's file to its digests, as in `KnownFile`.
        problems: Ordered by path and line.
        n_parsed: Files that were not known from an earlier reading.
        n_files: All files, those that were skipped included.
    """

    articles: tuple[Article, ...]
    digests: Mapping[str, bytes]
    problems: tuple[Problem, ...]
    n_parsed: int
    n_files: int


def read_file(path: Path, *, root: Path, schema: Schema) -> tuple[Article, list[Problem]]:
    """Read one article file.

    Args:
        path: The file.
        root: The articles folder, from which its id is counted.
        schema: How its front matter is read.

    Returns:
        The article, and warnings.

    Raises:
        ArticleError: The file cannot be read as an article.
    """
    relative = path.relative_to(root).as_posix()
    front_matter = read_front_matter(read_bytes(path, relative), relative)
    return to_article(front_matter, relative, schema)


def read_folder(
    root: Path,
    settings: Settings,
    *,
    known: Mapping[str, KnownFile] = {},
    progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """Read all article files of a folder; a bad one never stops the others.

    Args:
        root: The articles folder.
        settings: Which files are read, and how.
        known: Path to what an earlier reading made of it, under the same settings: a file whose
            bytes are the same is not parsed again.
        progress: Called after each file with the number of files done and of all.

    Raises:
        ArticleError: There is no such folder, or no article file in it.
        ConfigError: The schema's preset, fields or permalink say something impossible.
    """
    if not root.is_dir():
        found = "a file" if root.exists() else "nothing"
        raise ArticleError(str(root), None, found, "a folder of articles")
    schema = schema_from_settings(settings.schema)
    paths, problems = find_files(root, settings)
    if not paths and not problems:
        wanted = " or ".join(settings.include)
        raise ArticleError(str(root), None, "no article file", f"files that match {wanted}")
    collection = _Collection(root, schema, known, problems=problems)
    for n_done, path in enumerate(paths, start=1):
        collection.add(path)
        if progress:
            progress(n_done, len(paths))
    return collection.reading(n_files=len(paths))


@dataclass(slots=True)
class _Collection:
    """The articles read so far, and what they have taken."""

    root: Path
    schema: Schema
    known: Mapping[str, KnownFile]
    problems: list[Problem]
    articles: dict[str, Article] = field(default_factory=dict)
    digests: dict[str, bytes] = field(default_factory=dict)
    paths_by_url: dict[str, str] = field(default_factory=dict)
    n_parsed: int = 0

    def add(self, path: str) -> None:
        """Read the next file, or note why not."""
        try:
            data = read_bytes(self.root / path, path)
            found = self._known(path, data) or self._parsed(path, data)
            self._claim(found.article, path)
        except ArticleError as error:
            problem = Problem(path, error.line, "error", error.found, error.expected)
            self.problems.append(problem)
            return
        self.articles[found.article.id] = found.article
        self.digests[path] = found.digests
        self.problems.extend(found.warnings)

    def reading(self, n_files: int) -> Reading:
        """What was read, in order."""
        return Reading(
            articles=tuple(self.articles[name] for name in sorted(self.articles)),
            digests=self.digests,
            problems=tuple(sorted(self.problems, key=lambda found: (found.path, found.line or 0))),
            n_parsed=self.n_parsed,
            n_files=n_files,
        )

    def _known(self, path: str, data: bytes) -> KnownFile | None:
        known = self.known.get(path)
        is_same = known and known.digests.startswith(hashlib.sha256(data).digest())
        return known if is_same else None

    def _parsed(self, path: str, data: bytes) -> KnownFile:
        self.n_parsed += 1
        front_matter = read_front_matter(data, path)
        article, warnings = to_article(front_matter, path, self.schema)
        unmarked = outside(data, path, front_matter, self.schema)
        digests = (hashlib.sha256(part).digest() for part in (data, unmarked))
        return KnownFile(b"".join(digests), article, tuple(warnings))

    def _claim(self, article: Article, path: str) -> None:
        """Take the article's id and URL, of which no other file may have either."""
        if article.id in self.articles:
            first = self.articles[article.id].path
            raise DuplicateArticleError(
                path,
                None,
                f"the id “{article.id}”, which {first} has",
                "an id of its own (rename or exclude one)",
            )
        url = canonical_url(article.url) if article.url else None
        if url is None or is_made_address(article, self.schema.site_url):
            return
        first = self.paths_by_url.setdefault(url, path)
        if first != path:
            found = f"the web address “{article.url}”, which {first} has"
            raise DuplicateArticleError(path, None, found, "an address of its own")


def read_bytes(path: Path, relative: str) -> bytes:
    """The bytes of a regular file of at most 5 MB; a pipe or a device is refused before it blocks.

    Args:
        path: The file.
        relative: What it is called in errors.

    Raises:
        ArticleError: It cannot be opened, is no regular file, or too large.
    """
    try:
        return read_plain_file(path, MAX_BYTES)
    except UnfitFileError as error:
        raise ArticleError(relative, None, error.found, error.expected) from error

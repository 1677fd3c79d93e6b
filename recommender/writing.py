"""Writes related lists into the article files: joins the lists that are made with the files.

index → lists → entries in the words of the schema → the same files with other generated entries
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recommender.corpus.front_matter.document import read_front_matter
from recommender.corpus.reader import read_bytes
from recommender.corpus.schema.presets import Schema, schema_from_settings
from recommender.corpus.writing.entries import to_entry, to_name
from recommender.corpus.writing.place import UnwritableError
from recommender.corpus.writing.replacing import remove_leftovers, replace_bytes
from recommender.corpus.writing.rewriting import outside, rewritten
from recommender.engine import Recommender
from recommender.errors import ArticleError, ConfigError
from recommender.index.store import Store
from recommender.records import Article, Problem
from recommender.settings import Settings

log = logging.getLogger(__name__)
_INDEX_AGAIN = "the one that was indexed: run `recommender index`, then `write` again"


@dataclass(frozen=True, slots=True)
class Change:
    """What `write` makes of one file.

    Attributes:
        path: The file, relative to the articles folder and `/`-separated.
        before: Its bytes.
        after: Its bytes with the list that is proposed now.
    """

    path: str
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What a run of `write` did.

    Attributes:
        changes: The files that were changed, or, on a trial, that would be, ordered by path.
        n_unchanged: Files that hold their list already.
        problems: Why other files were left alone, ordered by path.
    """

    changes: tuple[Change, ...]
    n_unchanged: int
    problems: tuple[Problem, ...]


def write(
    articles: str | Path | None = None,
    *,
    index: str | Path | None = None,
    k: int = 10,
    settings: Settings | None = None,
    dry_run: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> WriteReport:
    """Put every article's related list into its front matter, and change nothing else.

    Entries of the editors stay as they are and stand first. Ours follow, each with a mark, by which
    the next run knows and exchanges them, and by which nobody learns from them. A file is left
    alone where anything but these entries has changed since it was indexed.

    Args:
        articles: The folder; None takes the one that the settings name.
        index: The index directory; None takes the one that the settings name.
        k: Length of each list, the editors' entries counted.
        settings: None reads `recommender.yaml` of the working directory, if it is there.
        dry_run: Whether to change no file.
        progress: Called with the stage ("writing"), what is done and the total.

    Raises:
        ConfigError: No folder is named, k is below 1, or a setting is wrong.
        VectorIndexError: There is no index, it cannot be used, or another process is writing.
    """
    settings = settings or Settings.from_file()
    folder = Path(articles) if articles is not None else settings.articles
    if folder is None or not folder.is_dir():
        named = "none" if folder is None else f"“{folder}”"
        raise ConfigError(
            f"the articles folder is {named}: give one that is there, or set `articles` in "
            "recommender.yaml.",
            key="articles",
        )
    store = Store(Path(index or settings.index))
    engine = Recommender.open(store.path, settings=settings)
    with store.lock():
        engine.refresh()
        return _Run(engine, folder, schema_from_settings(settings.schema)).report(
            k, dry_run=dry_run, progress=progress
        )


class _Run:
    """One run over a folder."""

    def __init__(self, engine: Recommender, folder: Path, schema: Schema) -> None:
        self._engine = engine
        self._folder = folder
        self._schema = schema
        self._digests = engine.digests_outside_lists
        self._is_bare = _is_bare(engine.articles)

    def report(
        self, k: int, *, dry_run: bool, progress: Callable[[str, int, int], None] | None
    ) -> WriteReport:
        if not dry_run:
            self._remove_leftovers()
        changes: list[Change] = []
        problems: list[Problem] = []
        n_unchanged = 0
        for done, (article, found) in enumerate(self._lists(k)):
            try:
                change = self._change(article, found)
                if change.before == change.after:
                    n_unchanged += 1
                    continue
                if not dry_run:
                    self._apply(change)
                changes.append(change)
            except ArticleError as error:
                path = article.path or article.id
                problems.append(Problem(path, error.line, "error", error.found, error.expected))
            finally:
                if progress:
                    progress("writing", done + 1, len(self._digests))
        return WriteReport(
            tuple(sorted(changes, key=lambda change: change.path)),
            n_unchanged,
            tuple(sorted(problems, key=lambda problem: problem.path)),
        )

    def _remove_leftovers(self) -> None:
        for folder in {(self._folder / path).parent for path in self._digests}:
            remove_leftovers(folder)

    def _lists(self, k: int) -> Iterator[tuple[Article, list[Article]]]:
        """Each article of the folder, and what is recommended beyond its editor's own list."""
        for article_id, items in self._engine.recommend_all(k):
            own = {article.id for article in self._engine.curated(article_id)}
            others = [item.id for item in items if item.id not in own]
            ids = [article_id, *others[: max(0, k - len(own))]]
            article, *found = (
                self._engine.articles[row] for row in self._engine.positions(ids).tolist()
            )
            yield article, found

    def _change(self, article: Article, found: Sequence[Article]) -> Change:
        path = article.path or ""
        data = read_bytes(self._folder / path, path)
        front_matter = read_front_matter(data, path)
        try:
            unmarked = outside(data, path, front_matter, self._schema)
            if hashlib.sha256(unmarked).digest() != self._digests.get(path):
                raise ArticleError(path, None, "a file that has changed", _INDEX_AGAIN)
            entries = [to_entry(one, self._schema) for one in found]
            names = [to_name(one) for one in found]
            after = rewritten(data, path, self._schema, entries, names, is_site_bare=self._is_bare)
        except UnwritableError as error:
            raise ArticleError(path, None, error.found, error.expected) from error
        return Change(path, data, after)

    def _apply(self, change: Change) -> None:
        path = self._folder / change.path
        replace_bytes(path, self._folder, change.before, change.after, change.path)
        log.info("wrote the list of %s", change.path)


def _is_bare(articles: Sequence[Article]) -> bool:
    """Whether most lists of a site are made of bare references."""
    lists = [article.related for article in articles if article.related]
    n_bare = sum(all(link.title is None for link in links) for links in lists)
    return 2 * n_bare > len(lists)

"""Builds the index: reads the folder, encodes what is new or changed, writes one generation.

articles folder → corpus (articles, lists) → embedding (vectors) → index (a new generation)
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.corpus.links import Resolution, resolve
from recommender.corpus.reader import Reading, read_folder
from recommender.corpus.schema.presets import schema_from_settings
from recommender.corpus.urls import canonical_url
from recommender.embedding.encoder import with_precision
from recommender.embedding.registry import Model, find_model
from recommender.embedding.texts import TEXT_RECIPE, embedding_text, text_key
from recommender.errors import ArticleError, ConfigError
from recommender.index.contents import Contents
from recommender.index.manifest import Recipe
from recommender.index.store import Store
from recommender.ranker import Ranker
from recommender.ranking.stored import to_arrays
from recommender.reuse import Previous
from recommender.settings import Settings
from recommender.version import __version__

if TYPE_CHECKING:
    from recommender.embedding.encoder import Encoder
    from recommender.records import ModelIdentity, Problem

Progress = Callable[[str, int, int], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a run of `build` did.

    Attributes:
        index: The index directory.
        model: Name of the model.
        n_files: Article files found.
        n_read: Of these, read.
        n_warned: Of those, read with a warning.
        n_skipped: Of the files, skipped with an error.
        n_linked: Linked articles, which exist only in lists.
        n_lists: Articles whose curated list names at least one article.
        n_encoded: Texts that were encoded.
        n_removed: Files that were indexed before and are gone or skipped now.
        is_changed: False where the index was already up to date and nothing was written.
        problems: Errors and warnings, ordered by path and line.
        unresolved: Those of the warnings that are about a list's entry which names no article.
    """

    index: Path
    model: str
    n_files: int
    n_read: int
    n_warned: int
    n_skipped: int
    n_linked: int
    n_lists: int
    n_encoded: int
    n_removed: int
    is_changed: bool
    problems: tuple[Problem, ...]
    unresolved: tuple[Problem, ...]

    @property
    def n_articles(self) -> int:
        """Articles of the index, linked ones included."""
        return self.n_read + self.n_linked


def build(
    articles: str | Path | None = None,
    *,
    index: str | Path | None = None,
    model: str | None = None,
    settings: Settings | None = None,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring an index up to date with a folder of articles.

    A file whose bytes have not changed is not parsed again, and a text that has not changed is not
    encoded again; where nothing has changed, nothing is written and no model is loaded.

    Args:
        articles: The folder; None takes the one that the settings name.
        index: The index directory; None takes the one that the settings name.
        model: Registry name, folder or hub name; None takes the one that the settings name.
        settings: None reads `recommender.yaml` of the working directory, if it is there.
        encoder: Used instead of the model, under its own identity.
        progress: Called with the stage ("reading", "encoding"), what is done and the total.

    Returns:
        What was read, encoded and written, with every problem found in the files.

    Raises:
        ConfigError: No folder is named, or a setting is wrong.
        ArticleError: The folder holds no article that can be read.
        ModelError: The model cannot be had, or cannot encode.
        VectorIndexError: The index directory cannot be used, or another process is writing it.
    """
    settings = settings or Settings.from_file()
    folder = Path(articles) if articles is not None else settings.articles
    if folder is None:
        raise ConfigError(
            "no articles folder is named: give one, or set `articles` in recommender.yaml.",
            key="articles",
        )
    store = Store(Path(index or settings.index))
    source = encoder or find_model(model or settings.model)
    with store.lock():
        report = _update(folder, store, settings, source, progress)
    _log(folder, report)
    return report


def _log(folder: Path, report: BuildReport) -> None:
    for problem in report.problems:
        log.debug("%s: %s", problem.severity, problem.message)
    log.info(
        "%s: files %d, read %d, skipped %d",
        *(folder, report.n_files, report.n_read, report.n_skipped),
    )
    if not report.is_changed:
        log.info("%s: nothing has changed", report.index)
        return
    log.info(
        "%s: written, articles %d, related lists %d, texts encoded %d by %s, articles removed %d",
        *(report.index, report.n_articles, report.n_lists, report.n_encoded),
        *(report.model, report.n_removed),
    )


def _update(
    folder: Path,
    store: Store,
    settings: Settings,
    source: Encoder | Model,
    progress: Progress | None,
) -> BuildReport:
    recipe = _recipe(folder, store, settings, source.identity)
    previous = Previous.open(store)
    known = previous.known_files(recipe)
    reading = read_folder(folder, settings, known=known, progress=_stage("reading", progress))
    if not reading.articles:
        raise _nothing_read(folder, reading)
    if isinstance(source, Model):
        source = with_precision(source, settings.precision, previous.made_with)
        recipe = replace(recipe, model=source.identity)
    resolution = resolve(reading.articles, site_url=settings.schema.site_url)
    is_changed = not previous.is_up_to_date(recipe, reading.digests)
    n_encoded = 0
    if is_changed:
        stage = _stage("encoding", progress)
        contents, n_encoded = _made(reading, resolution, recipe, source, previous, stage)
        store.write(contents)
    warned = {problem.path for problem in reading.problems if problem.severity == "warning"}
    return BuildReport(
        index=store.path,
        model=source.identity.name,
        n_files=reading.n_files,
        n_read=len(reading.articles),
        n_warned=len(warned & reading.digests.keys()),
        n_skipped=reading.n_files - len(reading.articles),
        n_linked=len(resolution.linked),
        n_lists=len(resolution.lists),
        n_encoded=n_encoded,
        n_removed=len(previous.digests().keys() - reading.digests.keys()),
        is_changed=is_changed,
        problems=tuple(
            sorted((*reading.problems, *resolution.problems), key=lambda p: (p.path, p.line or 0))
        ),
        unresolved=resolution.unresolved,
    )


def _recipe(folder: Path, store: Store, settings: Settings, model: ModelIdentity) -> Recipe:
    preset_hides = schema_from_settings(settings.schema).hides_unpublished
    schema = json.dumps(asdict(settings.schema), sort_keys=True)
    return Recipe(
        recommender=__version__,
        model=model,
        text_recipe=TEXT_RECIPE,
        reading=hashlib.sha256(schema.encode()).hexdigest(),
        articles_folder=Path(
            os.path.relpath(os.path.realpath(folder), Path(os.path.realpath(store.path)).parent)
        ).as_posix(),
        hides_unpublished=preset_hides
        if settings.unpublished is None
        else settings.unpublished == "hide",
    )


def _made(
    reading: Reading,
    resolution: Resolution,
    recipe: Recipe,
    source: Encoder | Model,
    previous: Previous,
    progress: Callable[[int, int], None] | None,
) -> tuple[Contents, int]:
    """What is to be written, and how many texts had to be encoded for it."""
    articles = sorted((*reading.articles, *resolution.linked), key=lambda article: article.id)
    texts = [embedding_text(article.title, article.excerpt) for article in articles]
    rows = previous.rows(texts, source.identity)
    vectors, n_encoded = previous.vectors(texts, rows, source, progress)
    cells = previous.cells(vectors, rows)
    earlier = previous.earlier(articles, rows)
    sketches = previous.sketches(articles, recipe, reading.digests)
    ground = Ranker.prepare(articles, vectors, cells, earlier, sketches)
    contents = Contents(
        articles=articles,
        vectors=vectors,
        text_keys=[text_key(text) for text in texts],
        canonical_urls=[canonical_url(article.url or "") or "" for article in articles],
        digests=reading.digests,
        lists=resolution.lists,
        warnings=[problem for problem in reading.problems if problem.severity == "warning"],
        recipe=recipe,
        cells=cells,
        kept=to_arrays(ground),
    )
    return contents, n_encoded


def _nothing_read(folder: Path, reading: Reading) -> ArticleError:
    first = f" (the first: {reading.problems[0].message})" if reading.problems else ""
    found = f"{reading.n_files} files of which none can be read{first}"
    return ArticleError(str(folder), None, found, "at least one article; the index was left alone")


def _stage(name: str, progress: Progress | None) -> Callable[[int, int], None] | None:
    return partial(progress, name) if progress else None

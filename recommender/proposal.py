"""Looks at a folder that has no settings yet, and proposes some."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from recommender.corpus.detect import articles_folder, detect_preset
from recommender.corpus.front_matter.document import FrontMatter, read_front_matter
from recommender.corpus.paths import find_files
from recommender.corpus.reader import read_bytes, read_file
from recommender.corpus.schema.presets import schema_from_settings
from recommender.errors import ArticleError
from recommender.records import Article, Problem
from recommender.settings import SchemaSettings, Settings

N_SAMPLED = 200
N_UNDERSTOOD = 10


@dataclass(frozen=True, slots=True)
class Proposal:
    """Settings for a folder of articles, and what they make of it.

    Attributes:
        settings: What to write into `recommender.yaml`.
        evidence: What speaks for the preset, a short sentence each.
        articles: Up to ten articles, spread over the folder, as they are understood.
        problems: What is wrong with the files that were looked at.
        n_files: Article files in the folder.
    """

    settings: Settings
    evidence: tuple[str, ...]
    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]
    n_files: int

    def to_yaml(self, folder: Path) -> str:
        """The text of a settings file in a folder, with the other settings named in comments."""
        settings = self.settings
        articles = os.path.relpath(settings.articles or folder, folder)
        lines = [
            "# Settings of the related-article recommender. Every key is optional.",
            f"articles: {json.dumps(Path(articles).as_posix(), ensure_ascii=False)}",
            f"index: {settings.index}",
            f"model: {settings.model}",
            *([f"exclude: {json.dumps(list(settings.exclude))}"] if settings.exclude else []),
            "# unpublished: show    # or hide: whether drafts and expired articles are listed",
            "schema:",
            f"  preset: {settings.schema.preset}    # seed, jekyll, hugo, eleventy or astro",
            "  # site_url: https://www.example.org    # makes full addresses of permalinks",
            "  # permalink: /:year/:month/:slug/      # where the preset's pattern is not yours",
            "  # fields: {excerpt: [summary, teaser]} # where your keys have other names",
        ]
        return "\n".join(lines) + "\n"


def propose_settings(articles: str | Path) -> Proposal:
    """Find out how the articles of a folder are written.

    Up to 200 files, spread over the folder, are looked at; nothing is changed.

    Raises:
        ArticleError: The folder is missing, or holds no article that can be read.
    """
    folder = articles_folder(Path(articles))
    settings = Settings(articles=folder)
    paths, problems = find_files(folder, settings) if folder.is_dir() else ([], [])
    samples, errors = _read_samples(folder, _spread(paths, N_SAMPLED))
    if not samples:
        found = f"no article that can be read among {len(paths)} Markdown files"
        reason = f" ({errors[0].message})" if errors else ""
        raise ArticleError(str(folder), None, found + reason, "a folder of articles")
    detection = detect_preset(folder, samples)
    settings = replace(settings, schema=SchemaSettings(preset=detection.preset))
    if any(error.path.rpartition("/")[2] == "README.md" for error in errors):
        settings = replace(settings, exclude=("**/README.md",))
    schema = schema_from_settings(settings.schema)
    understood = []
    for path in _spread(list(samples), N_UNDERSTOOD):
        with contextlib.suppress(ArticleError):
            understood.append(read_file(folder / path, root=folder, schema=schema)[0])
    return Proposal(
        settings, detection.evidence, tuple(understood), (*problems, *errors), len(paths)
    )


def _read_samples(
    folder: Path, paths: Sequence[str]
) -> tuple[dict[str, FrontMatter], list[Problem]]:
    """Front matter by path, and an error for each file that has none that can be read."""
    samples, errors = {}, []
    for path in paths:
        try:
            samples[path] = read_front_matter(read_bytes(folder / path, path), path)
        except ArticleError as error:
            errors.append(Problem(path, error.line, "error", error.found, error.expected))
    return samples, errors


def _spread(paths: Sequence[str], n: int) -> list[str]:
    """At most n of the paths, at even distances."""
    if len(paths) <= n:
        return list(paths)
    return [paths[i * len(paths) // n] for i in range(n)]

"""Nothing waits for what it does not use: what is imported by which command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Site, article_text

from recommender import Settings, build

PROGRAM = """
import sys
from recommender.cli.main import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def _imported(folder: Path, *arguments: str) -> set[str]:
    """By a process that is not measured by coverage, which imports much itself."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    unmeasured = {name: of for name, of in os.environ.items() if not name.startswith("COV")}
    run = subprocess.run(
        command, cwd=folder, env=unmeasured, capture_output=True, text=True, check=True
    )
    return set(run.stderr.split())


def test_help_imports_little_more_than_click(tmp_path: Path) -> None:
    """No command, nothing of the library, and none of what these need."""
    imported = _imported(tmp_path, "--help")
    ours = {name for name in imported if name.startswith("recommender")}

    assert ours == {
        "recommender",
        "recommender.version",
        "recommender.cli",
        "recommender.cli.main",
        "recommender.cli.streams",
    }
    assert not imported & {"numpy", "yaml", "rich", "json", "logging", "dataclasses", "pathlib"}


def test_neighbours_import_nothing_that_draws_learns_or_encodes(site: Site) -> None:
    """Neither the libraries, nor the rooms that read files and write an index."""
    site.build()
    imported = _imported(site.root, "neighbours", "wheat", "--index", str(site.index))
    heavy = {"torch", "sentence_transformers", "transformers", "huggingface_hub", "scipy"}
    heavy |= {"sklearn", "rich", "filelock", "markdown_it", "importlib.metadata", "email.message"}
    rooms = {"embedding.registry", "corpus.reader", "index.check", "indexing"}

    assert "recommender.engine" in imported
    assert not imported & (heavy | {f"recommender.{room}" for room in rooms})


ENCODES_MUCH = {"torch", "transformers", "sentence_transformers", "huggingface_hub"}


@pytest.mark.model
def test_a_few_texts_are_encoded_without_torch(site: Site) -> None:
    """One changed file of a site, and a draft that is not indexed, wait for none of its family."""
    articles, index = str(site.articles), str(site.index)
    build(articles, index=index, settings=Settings())
    draft = site.root / "draft.md"
    draft.write_text(article_text("Barley harvests fall", "A dry summer again."), "utf-8")
    site.write("wheat.md", article_text("Wheat harvests rise", "Farmers praise a wet summer."))
    changed = _imported(site.root, "index", articles, "--index", index)
    asked = _imported(site.root, "neighbours", str(draft), "--index", index)

    for imported in (changed, asked):
        assert {"recommender.embedding.bert", "tokenizers"} <= imported
        assert not imported & (ENCODES_MUCH | {"scipy", "sklearn"})


@pytest.mark.model
def test_an_unchanged_folder_loads_no_encoder(site: Site) -> None:
    """Not even one that is quickly there."""
    articles, index = str(site.articles), str(site.index)
    build(articles, index=index, settings=Settings())
    imported = _imported(site.root, "index", articles, "--index", index)

    assert not imported & (ENCODES_MUCH | {"tokenizers"})

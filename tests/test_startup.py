"""Nothing waits for what it does not use: what is imported by which command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from conftest import Site

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

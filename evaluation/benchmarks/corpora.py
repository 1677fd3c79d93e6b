"""Corpora on disk: folders of articles, or folders with an archive of one."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evaluation.benchmarks.process import FLOAT32
from recommender import Recommender, Settings, Weights, build, shipped_weights

LEFT_OUT = Path(__file__).parents[1] / "weights"
"""Weights that were fitted on all corpora but one, named after the one."""

SOURCE = ("source", "commit", "licence")
"""Rows of a corpus's README that are quoted."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A corpus, its open index, and weights that have not seen it."""

    name: str
    articles: Path
    engine: Recommender
    weights: Weights

    def facts(self) -> dict[str, str | int]:
        """What a result file says of it."""
        return {
            "name": self.name,
            "sha256": self.engine.corpus_hash,
            "articles": len(self.engine.articles),
        }


def unpacked(corpora: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Name and articles folder of every corpus below a folder, archives unpacked into `scratch`."""
    for folder in sorted(path for path in corpora.iterdir() if path.is_dir()):
        archives = sorted(folder.glob("*.tar.gz"))
        for archive in archives:
            with tarfile.open(archive) as tar:
                tar.extractall(scratch / "corpora", filter="data")
        yield folder.name, scratch / "corpora" / folder.name if archives else folder


def source_of(folder: Path) -> dict[str, str]:
    """Where a corpus comes from, as the table in its README says; empty where it has none."""
    readme = folder / "README.md"
    rows = readme.read_text("utf-8").splitlines() if readme.exists() else []
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {row[0]: row[1] for row in cells if row[0] in SOURCE and len(row) > 1}


def indexed(corpora: Path, scratch: Path) -> Iterator[Indexed]:
    """Every corpus below a folder, indexed in this process, whatever settings lie about."""
    for name, articles in unpacked(corpora, scratch):
        build(articles, index=scratch / name, settings=Settings.from_file(FLOAT32))
        weights = unseen_weights(name)
        engine = Recommender.open(scratch / name, settings=Settings(), weights=weights)
        yield Indexed(name, articles, engine, weights)


def unseen_file(name: str) -> Path | None:
    """The file of the weights that have not seen a corpus which the shipped ones were fitted on."""
    path = LEFT_OUT / f"without-{name}.yaml"
    return path if path.exists() else None


def unseen_weights(name: str) -> Weights:
    """The weights that have not seen a corpus; the shipped ones have seen none but their own."""
    path = unseen_file(name)
    return Weights.from_file(path) if path else shipped_weights()

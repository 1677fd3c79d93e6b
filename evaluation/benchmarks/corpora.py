"""Corpora on disk: folders of articles, or folders with an archive of one."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

LEFT_OUT = Path(__file__).parents[1] / "weights"


def unseen_weights(name: str) -> Path | None:
    """Weights that have not seen a corpus which the shipped ones were fitted on; else None."""
    path = LEFT_OUT / f"without-{name}.yaml"
    return path if path.exists() else None


def unpacked(corpora: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Name and articles folder of every corpus below a folder, archives unpacked into `scratch`."""
    for folder in sorted(path for path in corpora.iterdir() if path.is_dir()):
        archives = sorted(folder.glob("*.tar.gz"))
        for archive in archives:
            with tarfile.open(archive) as tar:
                tar.extractall(scratch / "corpora", filter="data")
        yield folder.name, scratch / "corpora" / folder.name if archives else folder

"""Places where a model's files may lie: an installed package, a folder, the hub."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

LOADED_ENDINGS = (".json", ".model", ".safetensors", ".txt")
"""Kinds of files a model is made of. Pickles and code are not, so they are never loaded."""


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Files that an installed package carries; its code is not imported.

    Attributes:
        requirement: Name and version for the installer, such as `name==1.0`.
        inside: Folder of the model, relative to where packages are installed.
    """

    requirement: str
    inside: str

    def folder(self) -> Path | None:
        """The model's folder, or None where the package is not installed."""
        try:
            distribution = metadata.distribution(self.requirement.split("==", 1)[0])
        except metadata.PackageNotFoundError:
            return None
        folder = Path(str(distribution.locate_file(self.inside)))
        return folder if folder.is_dir() else None

    def __str__(self) -> str:
        return f"package {self.requirement}"


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder that the user named."""

    path: Path

    def folder(self) -> Path | None:
        """The folder, or None where there is none."""
        return self.path if self.path.is_dir() else None

    def __str__(self) -> str:
        return f"folder {self.path}"


@dataclass(frozen=True, slots=True)
class HubSource:
    """A repository of the hub, from the local cache or, failing that, over the network.

    Attributes:
        name: `organisation/name`.
        revision: Commit to take; None for the newest.
    """

    name: str
    revision: str | None = None

    def folder(self) -> Path | None:
        """The downloaded snapshot, or None where it is neither cached nor to be had."""
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError

        patterns = [f"*{ending}" for ending in LOADED_ENDINGS]
        for offline in (True, False):
            try:
                found = snapshot_download(
                    self.name,
                    revision=self.revision,
                    allow_patterns=patterns,
                    local_files_only=offline,
                )
            except (HfHubHTTPError, HFValidationError, OSError):  # the last: no network, no cache
                continue
            return Path(found)
        return None

    def __str__(self) -> str:
        return f"hub {self.name}" + (f" at {self.revision[:12]}" if self.revision else "")


Source = PackageSource | FolderSource | HubSource


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_folder(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a model that may be loaded, by its path relative to the folder."""
    return {
        path.relative_to(folder).as_posix(): hash_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in LOADED_ENDINGS
    }


def fingerprint(files: Mapping[str, str] | Iterable[tuple[str, str]]) -> str:
    """SHA-256 over the sorted names and hashes of files, hexadecimal."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(dict(files).items()))
    return hashlib.sha256(lines.encode()).hexdigest()

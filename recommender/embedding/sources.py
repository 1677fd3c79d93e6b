"""Places where a model's files may lie: an installed package, a folder, the hub."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recommender.errors import MAX_SHOWN, ModelNotFoundError

WEIGHTS_ENDING = ".safetensors"
LOADED_ENDINGS = (".json", ".model", ".txt", WEIGHTS_ENDING)
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
        from importlib import metadata

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
    """A repository of the hub.

    Attributes:
        name: `organisation/name`.
        revision: Commit to take; None for the newest.
    """

    name: str
    revision: str | None = None

    def folder(self) -> Path | None:
        """The snapshot in the local cache, or None where none with weights is there; no network."""
        try:
            folder = self._snapshot(is_offline=True)
        except (OSError, ValueError):  # not cached; not a name that the hub allows
            return None
        return folder if any(folder.rglob(f"*{WEIGHTS_ENDING}")) else None

    def fetch(self) -> Path:
        """Download what is missing from the local cache.

        Raises:
            ModelNotFoundError: There is no such model, no leave to read it, or no network.
        """
        try:
            return self._snapshot(is_offline=False)
        except Exception as error:  # the hub's HTTP library, and so its errors, change by version
            raise ModelNotFoundError(
                f"the model “{self.name}” cannot be fetched from the hub ({one_line(error)}): "
                "check the name and the network, or name a folder with --model.",
                model=self.name,
            ) from error

    def _snapshot(self, *, is_offline: bool) -> Path:
        from huggingface_hub import snapshot_download

        patterns = [f"*{ending}" for ending in LOADED_ENDINGS]
        return Path(
            snapshot_download(
                self.name,
                revision=self.revision,
                allow_patterns=patterns,
                local_files_only=is_offline,
            )
        )

    def __str__(self) -> str:
        return f"hub {self.name}" + (f" at {self.revision[:12]}" if self.revision else "")


Source = PackageSource | FolderSource | HubSource


def loaded_files(folder: Path) -> list[str]:
    """Paths, relative to the folder and sorted, of all files in it that may be loaded."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in LOADED_ENDINGS and path.is_file()
    )


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fingerprint(files: Mapping[str, str]) -> str:
    """SHA-256 over the sorted names and hashes of files, hexadecimal."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def one_line(error: Exception) -> str:
    """Kind and text of a library's error, on one line, no longer than can be read."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"

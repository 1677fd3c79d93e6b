"""One directory on disk: a manifest that names a generation, and that generation's files.

A writer fills a new generation folder, forces it to disk, and then replaces the manifest in one
step. So whenever it is killed, a reader finds the old state or the new one, never a mixture.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from recommender.errors import (
    IndexBusyError,
    IndexFormatError,
    IndexMismatchError,
    IndexNotFoundError,
    VectorIndexError,
)
from recommender.index import manifest as manifests
from recommender.index.contents import Contents
from recommender.index.manifest import FORMAT, FileFacts, Manifest
from recommender.index.snapshot import Snapshot

LOCK_FILE = "lock"
N_TRIES = 10
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of the related-article recommender.\n"
HOUSEKEEPING = {".gitignore": "*\n", "CACHEDIR.TAG": TAG}


class Store:
    """An index directory, which need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def _manifest_path(self) -> Path:
        return self.path / manifests.FILE_NAME

    def exists(self) -> bool:
        """Whether there is an index here, sound or not."""
        return self._manifest_path.exists()

    def open(self) -> Snapshot:
        """The state that the manifest names.

        Raises:
            IndexNotFoundError: There is no index here.
            IndexFormatError: It is damaged.
            IndexMismatchError: It is of another format version.
        """
        for _ in range(N_TRIES):
            manifest = self._read_manifest()
            try:
                return Snapshot(self.path / manifest.generation, manifest)
            except FileNotFoundError:
                if self._read_manifest() == manifest:
                    break
        raise IndexFormatError(
            f"{self.path}: {manifest.generation} lacks a file: run `recommender index` again.",
            path=self.path,
        )

    def _read_manifest(self) -> Manifest:
        try:
            return Manifest.from_file(self._manifest_path)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise IndexNotFoundError(
                f"there is no index at {self.path}: make one with "
                f"`recommender index ARTICLES --index {self.path}`.",
                path=self.path,
            ) from error

    @contextlib.contextmanager
    def lock(self, timeout: float = 10.0) -> Iterator[None]:
        """Hold the right to write; the system lets it go when the process ends, however it ends.

        Args:
            timeout: Seconds to wait for another writer.

        Raises:
            IndexBusyError: Another process is still writing.
            VectorIndexError: The directory holds something that is no index.
        """
        import filelock

        self._make_directory()
        try:
            with filelock.FileLock(self.path / LOCK_FILE, timeout=timeout):
                yield
        except filelock.Timeout as error:
            raise IndexBusyError(
                f"another process is writing the index {self.path}: try again once it is done.",
                path=self.path,
            ) from error

    def _make_directory(self) -> None:
        if self.path.is_dir() and not self.exists():
            strangers = sorted(path.name for path in self.path.iterdir() if not _is_ours(path.name))
            if strangers:
                raise VectorIndexError(
                    f"{self.path} is no index and not empty (it holds “{strangers[0]}”): name an "
                    "empty or new directory with --index.",
                    path=self.path,
                )
        elif self.path.exists() and not self.path.is_dir():
            raise VectorIndexError(
                f"{self.path} is a file: name a directory with --index.", path=self.path
            )
        self.path.mkdir(parents=True, exist_ok=True)
        for name, text in HOUSEKEEPING.items():
            if not (self.path / name).exists():
                (self.path / name).write_text(text, "utf-8")

    def write(self, contents: Contents) -> Manifest:
        """Write a new generation and make it the one that counts; call it under `lock`.

        The generation before it stays until the next write, for readers that are just opening it.

        Raises:
            OSError: The disk is full, or the directory cannot be written; the old state stays.
        """
        current = self._current_generation()
        self._remove_generations(keep={current})
        name = f"generation-{_number(current) + 1:06d}"
        folder = self.path / name
        try:
            folder.mkdir()
            files = {file: _write(folder / file, value) for file, value in contents.files().items()}
            _sync_directory(folder)
            manifest = Manifest(
                format=FORMAT,
                generation=name,
                recipe=contents.recipe,
                dim=contents.vectors.shape[1],
                n_articles=len(contents.articles),
                files=files,
            )
            _replace(self._manifest_path, manifest.to_json())
        except BaseException:
            if self._current_generation() != name:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        return manifest

    def _current_generation(self) -> str | None:
        try:
            return Manifest.from_file(self._manifest_path).generation
        except (FileNotFoundError, IndexFormatError, IndexMismatchError):
            return None

    def _remove_generations(self, keep: set[str | None]) -> None:
        for path in self.path.glob("generation-*"):
            if path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)


def _is_ours(name: str) -> bool:
    return name in {LOCK_FILE, *HOUSEKEEPING} or name.startswith(
        ("generation-", manifests.FILE_NAME)
    )


def _number(generation: str | None) -> int:
    return int(generation.removeprefix("generation-")) if generation else 0


def _write(path: Path, value: Any) -> FileFacts:
    """Write an array (`.npy`) or a value (`.json`) and force it to disk."""
    with path.open("wb") as stream:
        if path.suffix == ".npy":
            np.save(stream, value, allow_pickle=False)
        else:
            stream.write(json.dumps(value).encode())
        stream.flush()
        os.fsync(stream.fileno())
    with path.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    return FileFacts(bytes=path.stat().st_size, sha256=digest)


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

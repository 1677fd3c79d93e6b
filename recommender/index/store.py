"""One directory on disk: a manifest that names a generation, and the folder of that generation.

    .recommender/
      manifest.json         replaced in one step; what it does not name does not count
      generation-000007/    all files of one state, never changed once the manifest names it
      lock                  held by the one who writes

A writer fills a new folder, forces it to disk and only then replaces the manifest. So a reader
finds the old state or the new one, never a mixture, whenever the writer is killed.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.errors import (
    IndexBusyError,
    IndexFormatError,
    IndexMismatchError,
    IndexNotFoundError,
    VectorIndexError,
)
from recommender.index.damage import damage
from recommender.index.files import replace_file, sync_folder, write_array
from recommender.index.manifest import GENERATION, MAX_BYTES, Manifest
from recommender.index.snapshot import Snapshot

if TYPE_CHECKING:
    from filelock import FileLock

    from recommender.index.check import Check, Progress
    from recommender.index.contents import Contents

SPREAD = "cluster.json"
"""What the manifest of an index is called whose parts are spread over many tasks."""

_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n# An index that recommender can make again.\n"
_LABELS = {"CACHEDIR.TAG": _TAG, ".gitignore": b"*\n"}


class Store:
    """An index directory, which need not exist yet.

    Args:
        path: The directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: FileLock | None = None

    def exists(self) -> bool:
        """Whether an index is here, sound or not."""
        return self._manifest_path.exists()

    def open(self, *, thorough: bool = False) -> Snapshot:
        """The state that the manifest names.

        Args:
            thorough: Whether to read every byte and compare it, as one should before copying from
                an index; otherwise small files are compared, and large ones by their structure.

        Raises:
            IndexNotFoundError: There is no index here.
            IndexFormatError: It is damaged.
            IndexMismatchError: It is of another format version.
            VectorIndexError: It cannot be read.
        """
        with self._naming_failures("read"):
            manifest = self._read_manifest()
            while True:
                folder = self.path / manifest.generation
                try:
                    return Snapshot(folder, manifest, thorough=thorough)
                except (FileNotFoundError, IndexFormatError) as error:
                    before, manifest = manifest, self._read_manifest()
                    if manifest != before:
                        continue  # a writer was faster: what counts is the newer generation
                    if isinstance(error, IndexFormatError):
                        raise
                    raise damage(Path(error.filename), "found no file; expected one") from error

    def check(self, progress: Progress | None = None) -> Check:
        """Read every byte of the state that the manifest names.

        Args:
            progress: Called now and then with the bytes read and their total.

        Raises:
            IndexNotFoundError: There is no index here.
            IndexFormatError: The manifest is damaged, so that nothing else can be compared.
            IndexMismatchError: It is of another format version.
            VectorIndexError: A file cannot be read.
        """
        from recommender.index.check import check

        with self._naming_failures("read"):
            manifest = self._read_manifest()
            while True:
                found = check(self.path, manifest, progress)
                before, manifest = manifest, self._read_manifest()
                if not found.damages or manifest == before:
                    return found

    @contextmanager
    def lock(self, timeout: float = 10.0) -> Iterator[None]:
        """Hold the right to write; the system lets it go when the process ends, however it ends.

        Whoever holds it may take it again: `write` does.

        Args:
            timeout: Seconds to wait for another writer.

        Raises:
            IndexBusyError: Another writer holds it still.
            VectorIndexError: The directory is not for an index, or cannot be written.
        """
        from filelock import FileLock, Timeout

        with self._naming_failures("written"):
            self._prepare_directory()
            self._refuse_strange_lock()
            if self._lock is None:
                self._lock = FileLock(self._lock_path)
            try:
                self._lock.acquire(timeout=timeout)
            except Timeout as error:
                raise IndexBusyError(
                    f"another process is writing the index {self.path}: "
                    "try again when it has finished.",
                    path=self.path,
                ) from error
        try:
            yield
        finally:
            self._lock.release()

    def write(self, contents: Contents) -> Manifest:
        """Make contents the state of this index, under the lock.

        The state before stays on disk until the next write, for readers that are about to open it.

        Raises:
            IndexBusyError: Another writer holds the lock.
            VectorIndexError: The directory is not for an index, cannot be written, or the disk is
                full; the state before still counts.
        """
        with self.lock(), self._naming_failures("written"):
            self._remove_leftovers()
            name = self._next_generation()
            folder = self.path / name
            try:
                manifest = _write_generation(folder, contents)
                replace_file(self._manifest_path, manifest.to_json().encode())
            except BaseException:
                if self._named_generation() != name:
                    shutil.rmtree(folder, ignore_errors=True)
                raise
            return manifest

    @property
    def _manifest_path(self) -> Path:
        return self.path / "manifest.json"

    @property
    def _lock_path(self) -> Path:
        return self.path / "lock"

    def _refuse_strange_lock(self) -> None:
        """Never open for writing what a link in a stranger's directory leads to."""
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(self._lock_path.lstat().st_mode):
                raise VectorIndexError(
                    f"{self._lock_path} is a link or something else than a file: "
                    "remove it and try again.",
                    path=self._lock_path,
                )

    def _read_manifest(self) -> Manifest:
        path = self._manifest_path
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
                raise damage(path, "found a link, or too many bytes; expected a manifest")
            return Manifest.from_json(path.read_bytes(), path)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise self._nothing_here() from error

    def _nothing_here(self) -> VectorIndexError:
        if (self.path / SPREAD).exists():
            return IndexMismatchError(
                f"the index at {self.path} was made with --on, for `recommender export --on` "
                "alone; everything else needs one that was made without.",
                path=self.path,
            )
        return IndexNotFoundError(
            f"there is no index at {self.path}: make one with "
            f"`recommender index ARTICLES --index {self.path}`.",
            path=self.path,
        )

    def _named_generation(self) -> str | None:
        """The generation that counts; None where there is none, or none that can be read."""
        try:
            return self._read_manifest().generation
        except (IndexNotFoundError, IndexFormatError, IndexMismatchError):
            return None

    def _generations(self) -> list[Path]:
        return [path for path in self.path.iterdir() if GENERATION.fullmatch(path.name)]

    def _next_generation(self) -> str:
        names = {path.name for path in self._generations()} | {self._named_generation()}
        numbers = [int(name.removeprefix("generation-")) for name in names if name]
        return f"generation-{max(numbers, default=0) + 1:06d}"

    def _remove_leftovers(self) -> None:
        """Remove what killed writers left, and the state before the current one."""
        named = self._named_generation()
        if named is None and self.exists():
            return  # another version may be able to read it; the write after this one tidies up
        for folder in self._generations():
            if folder.name != named:
                shutil.rmtree(folder, ignore_errors=True)  # NFS keeps what a reader still maps

    def _prepare_directory(self) -> None:
        """Make the directory, but never turn one that serves something else into an index."""
        if self.path.exists() and not self._is_ours():
            raise VectorIndexError(
                f"{self.path} holds something else than an index: name a new or empty directory.",
                path=self.path,
            )
        self.path.mkdir(parents=True, exist_ok=True)
        for name, text in _LABELS.items():
            with suppress(FileExistsError), (self.path / name).open("xb") as stream:
                stream.write(text)

    def _is_ours(self) -> bool:
        if not self.path.is_dir():
            return False
        tag = self.path / "CACHEDIR.TAG"
        is_tagged = tag.is_file() and _TAG.startswith(tag.read_bytes())  # it may be half written
        return is_tagged or self._named_generation() is not None or not any(self.path.iterdir())

    @contextmanager
    def _naming_failures(self, done: str) -> Iterator[None]:
        """Say in our words that the system refused something."""
        try:
            yield
        except OSError as error:
            name = error.filename2 or error.filename
            place = f" ({Path(name).name})" if isinstance(name, str | Path) else ""
            raise VectorIndexError(
                f"the index {self.path} cannot be {done}: {error.strerror or error}{place}; "
                "what it held is unchanged: put that right and try again.",
                path=self.path,
            ) from error


def _write_generation(folder: Path, contents: Contents) -> Manifest:
    """Write all files of a generation and force them to disk, names included."""
    folder.mkdir()
    files = {}
    for name, array in contents.arrays():
        files[f"{name}.npy"] = write_array(folder / f"{name}.npy", array)
    sync_folder(folder)
    sync_folder(folder.parent)
    return contents.to_manifest(folder.name, files)

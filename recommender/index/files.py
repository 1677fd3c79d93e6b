"""The files of an index: written once and forced to disk, read back only as they were written.

All files of a generation are `.npy`. What one must begin with follows from the type and shape that
the index demands of it, so headers are compared, never parsed, and nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.index.columns import ListColumn, StringColumn
from recommender.index.damage import damage
from recommender.index.manifest import FileFacts

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

HASHED_ON_OPENING = 1 << 20
"""Bytes. Larger files are mapped; their bytes are compared by a thorough opening only."""

ANY_LENGTH = -1

_PIECE = 1 << 22  # bytes read at once
_HEADER_BYTES = 128  # whatever the shape: the format leaves room for growing and pads to 64


@dataclass(frozen=True, slots=True)
class GenerationFiles:
    """The files of one generation, for reading.

    Attributes:
        folder: Where they lie.
        facts: What each must be, by name.
        thorough: Whether every byte is read and compared, in large files too.

    Raises:
        FileNotFoundError: The folder is not there.
        IndexFormatError: It is a link, or no folder.
    """

    folder: Path
    facts: Mapping[str, FileFacts]
    thorough: bool

    def __post_init__(self) -> None:
        if not stat.S_ISDIR(self.folder.lstat().st_mode):
            raise damage(self.folder, "found a link or a file; expected a folder")

    def array(self, name: str, dtype: DTypeLike, *shape: int) -> NDArray[Any]:
        """The read-only array that `name.npy` holds; memory-mapped where it is large.

        Args:
            name: Name of the file, without its ending.
            dtype: Type that the array must have.
            shape: Shape that it must have; `ANY_LENGTH` alone for one dimension of any length.

        Raises:
            FileNotFoundError: The file is not there.
            IndexFormatError: It is not the one that was written, or holds another kind of array.
        """
        path = self._plain_file(f"{name}.npy")
        data = self._bytes(path)
        kind = np.dtype(dtype)
        if shape == (ANY_LENGTH,):
            shape = (max(0, data.size - _HEADER_BYTES) // kind.itemsize,)
        header = _npy_header(kind, shape)
        whole = data.size == len(header) + kind.itemsize * prod(shape)
        if not whole or data[: len(header)].tobytes() != header:
            raise damage(path, f"found no such array; expected {kind} of shape {shape}")
        items = data[len(header) :]
        if kind == np.bool_ and items.size and items.max() > 1:
            raise damage(path, "found a byte that is neither 0 nor 1; expected only these")
        return items.view(kind).reshape(shape)

    def texts(self, name: str, n_texts: int) -> StringColumn:
        """The string column that `name.npy` and `name_offsets.npy` hold; errors as for `array`."""
        blob = self.array(name, np.uint8, ANY_LENGTH)
        offsets = self.array(f"{name}_offsets", np.int64, n_texts + 1)
        return StringColumn(blob, offsets, self.folder / f"{name}.npy")

    def lists(self, name: str, n_lists: int) -> ListColumn:
        """The list column that `name.npy` and `name_offsets.npy` hold; errors as for `array`."""
        entries = self.array(name, np.int64, ANY_LENGTH)
        offsets = self.array(f"{name}_offsets", np.int64, n_lists + 1)
        return ListColumn(entries, offsets, self.folder / f"{name}.npy")

    def check(self, name: str, progress: Callable[[int], None]) -> None:
        """Read a whole file, piece by piece, and compare it.

        Args:
            name: Name of the file, as the manifest has it.
            progress: Called with the bytes of each piece.

        Raises:
            FileNotFoundError: The file is not there.
            IndexFormatError: It is not the one that was written.
        """
        path = self._plain_file(name)
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                progress(len(piece))
        _refuse_other_bytes(path, digest.hexdigest(), self.facts[name])

    def _plain_file(self, name: str) -> Path:
        path = self.folder / name
        if name not in self.facts:
            raise damage(path, "found nothing of it in the manifest; expected size and hash")
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise damage(path, "found a link or something else; expected a plain file")
        found, expected = status.st_size, self.facts[name].bytes
        if found != expected:
            raise damage(path, f"found {found:,} bytes; expected {expected:,}")
        return path

    def _bytes(self, path: Path) -> NDArray[np.uint8]:
        facts = self.facts[path.name]
        is_large = facts.bytes > HASHED_ON_OPENING
        data: NDArray[np.uint8] = (
            np.memmap(path, np.uint8, "r").view(np.ndarray)
            if is_large
            else np.frombuffer(path.read_bytes(), np.uint8)
        )
        if self.thorough or not is_large:
            _refuse_other_bytes(path, hashlib.sha256(data.data).hexdigest(), facts)
        return data


def _refuse_other_bytes(path: Path, digest: str, facts: FileFacts) -> None:
    if digest != facts.sha256:
        raise damage(path, "found other bytes than were written; expected its SHA-256")


def write_array(path: Path, array: NDArray[Any]) -> FileFacts:
    """Write an array as `.npy` into a new file and force it to disk.

    Raises:
        OSError: It cannot be written, or is there already.
    """
    header = _npy_header(array.dtype, array.shape)
    items = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    digest = hashlib.sha256(header)
    digest.update(items)
    with path.open("xb") as stream:
        stream.write(header)
        stream.write(items)
        stream.flush()
        os.fsync(stream.fileno())
    return FileFacts(bytes=len(header) + items.nbytes, sha256=digest.hexdigest())


def replace_file(path: Path, data: bytes) -> None:
    """Put a file in the place of another in one step; whatever happens, one of the two is there.

    Raises:
        OSError: It cannot be written.
    """
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _npy_header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    stream = io.BytesIO()
    facts = {"descr": dtype.str, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, facts)
    return stream.getvalue()

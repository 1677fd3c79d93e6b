"""Files that a command writes: whole or not there."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A text stream that becomes `path` once all of it is on disk, and not before.

    Raises:
        OSError: It cannot be written; names the path, and says that nothing has changed.
    """
    with _naming(path), _temporary(path) as (handle, temporary):
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)


@contextlib.contextmanager
def _temporary(path: Path) -> Iterator[tuple[int, Path]]:
    """A new file in the same folder, open for writing; gone after a failure."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        yield handle, Path(name)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Say of which file the system refused something."""
    try:
        yield
    except OSError as error:
        complaint = f"cannot be written: {error.strerror}; what it held is unchanged"
        raise OSError(error.errno, complaint, str(path)) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

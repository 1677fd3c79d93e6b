"""Files that a command writes: whole or not there."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

from recommender import RecommenderError

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text stream that becomes `path` once all of it is on disk, and not before.

    A link stays a link: what it leads to is replaced. What is no file, a pipe or a device, is
    written to directly.

    Raises:
        RecommenderError: It cannot be written; the file that stood there before still does.
    """
    target = Path(os.path.realpath(path))
    try:
        with _directly(path) if path.exists() and not path.is_file() else _whole(target) as stream:
            yield stream
    except OSError as error:
        raise RecommenderError(_complaint(path, target, error)) from error


def _directly(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="")


@contextlib.contextmanager
def _whole(target: Path) -> Iterator[TextIO]:
    mode = _mode_for(target)
    handle, name = tempfile.mkstemp(prefix=".recommender-", dir=target.parent)
    temporary = Path(name)
    try:
        with _removed_when_killed(temporary):
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            temporary.chmod(mode)
            temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _mode_for(target: Path) -> int:
    """The permissions of the file that is replaced, or those of any new file."""
    if not target.exists():
        return 0o666 & ~_umask()
    if not os.access(target, os.W_OK):  # a rename would not mind that the file is protected
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return stat.S_IMODE(target.stat().st_mode)


@contextlib.contextmanager
def _removed_when_killed(temporary: Path) -> Iterator[None]:
    """Take a file away when a signal ends the process, and let it end all the same."""

    def end(number: int, _: FrameType | None) -> None:
        temporary.unlink(missing_ok=True)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    fatal = [number for number in ENDING_SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in fatal:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in fatal:
            signal.signal(number, signal.SIG_DFL)


def _complaint(path: Path, target: Path, error: OSError) -> str:
    if not target.parent.exists():
        return f"cannot write {path}: there is no folder {target.parent}; make it first."
    rest = "; the file that stood there before still does" if target.is_file() else ""
    return f"cannot write {path}: {error.strerror or error}{rest}."


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

"""Files that a command writes: whole or not there."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import signal
import stat
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
        is_special = path.exists() and not path.is_file()
        with _directly(path) if is_special else _whole(target) as stream:
            yield stream
    except OSError as error:
        raise RecommenderError(_complaint(path, target, error)) from error


def _directly(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="")


@contextlib.contextmanager
def _whole(target: Path) -> Iterator[TextIO]:
    mode = _mode_of(target)
    temporary = target.with_name(f".recommender-{secrets.token_hex(8)}")
    try:
        with _removed_when_killed(temporary):
            with temporary.open("x", encoding="utf-8", newline="") as stream:
                if mode is not None:
                    os.fchmod(stream.fileno(), mode)
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _mode_of(target: Path) -> int | None:
    """The permissions of the file that is replaced; None where there is none."""
    if not target.exists():
        return None
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
    if isinstance(error, FileNotFoundError) and not target.parent.exists():
        return f"cannot write {path}: there is no folder {target.parent}; make it first."
    rest = "; the file that stood there before still does" if _is_file(target) else ""
    return f"cannot write {path}: {error.strerror or error}{rest}."


def _is_file(path: Path) -> bool:
    with contextlib.suppress(OSError):  # such as a name that is too long to ask for
        return path.is_file()
    return False

"""A file on disk, old or new and never half, with its mode and owner kept."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from recommender.errors import ArticleError

_MARK = ".recommender-"


def replace_bytes(path: Path, root: Path, expected: bytes, new: bytes, relative: str) -> None:
    """Replace a file's bytes.

    Args:
        path: The file, or a link to it.
        root: The folder in which the file must lie, link or not.
        expected: The bytes that it has; others mean that somebody else is writing to it.
        new: The bytes that it gets.
        relative: What it is called in errors.

    Raises:
        ArticleError: It lies outside, is read-only, has other bytes or cannot be written; it is as
            it was before.
    """
    real = Path(os.path.realpath(path))
    if Path(os.path.realpath(root)) not in real.parents:
        raise ArticleError(relative, None, "a link out of the folder", "a file inside it")
    try:
        status = real.stat()
        if not status.st_mode & 0o222:
            raise ArticleError(relative, None, "a read-only file", "one that may be written")
        if real.read_bytes() != expected:
            raise ArticleError(
                relative, None, "a file that somebody else is writing", "another run"
            )
        _replace(real, status, new)
    except OSError as error:
        found = f"a file that cannot be written ({error.strerror})"
        raise ArticleError(relative, None, found, "room and access; it is as it was") from error


def remove_leftovers(folder: Path) -> None:
    """Remove what a run that was killed has left in a folder; nobody else may be writing there."""
    for path in folder.glob(f".*{_MARK}*"):
        path.unlink(missing_ok=True)


def _replace(path: Path, status: os.stat_result, new: bytes) -> None:
    temporary = path.with_name(f".{path.name[:100]}{_MARK}{secrets.token_hex(4)}")
    try:  # from before the file is there: whoever interrupts must find it named
        with temporary.open("xb") as file:
            os.fchmod(file.fileno(), stat.S_IRUSR | stat.S_IWUSR)  # until its owner is set
            file.write(new)
            file.flush()
            _keep_owner(file.fileno(), status)
            os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode))
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _keep_owner(handle: int, status: os.stat_result) -> None:
    mine = os.fstat(handle)
    if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
        os.fchown(handle, status.st_uid, status.st_gid)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The bytes of a regular file, not too many of them; nothing that could block is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class UnfitFileError(Exception):
    """What is at a path is not such a file; whoever asked says so in its own words.

    Attributes:
        found: What is there.
        expected: What should be there.
    """

    def __init__(self, found: str, expected: str) -> None:
        """Keep both parts of a message."""
        super().__init__(f"found {found}; expected {expected}")
        self.found = found
        self.expected = expected


def read_plain_file(path: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file; a pipe or a device is refused before it blocks.

    Raises:
        UnfitFileError: It cannot be opened, is no regular file, or holds more than `max_bytes`.
    """
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UnfitFileError("something that is not a file", "a regular file")
            data = file.read(max_bytes + 1) if status.st_size <= max_bytes else b""
    except OSError as error:
        raise UnfitFileError(
            f"a file that cannot be opened ({error.strerror})", "access to it"
        ) from error
    if status.st_size > max_bytes or len(data) > max_bytes:
        size = max(status.st_size, len(data))
        raise UnfitFileError(f"a file of {size:,} bytes", f"at most {max_bytes:,}")
    return data


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)

"""The error for a file of an index that is not what was written."""

from __future__ import annotations

from pathlib import Path

from recommender.errors import IndexFormatError


def damage(path: Path, complaint: str) -> IndexFormatError:
    """The error to raise for a damaged file, which says what to do about it.

    Args:
        path: The file.
        complaint: What was found there and what was expected, without a full stop.
    """
    return IndexFormatError(
        f"{path}: {complaint}: run `recommender index` again, which replaces the damaged index.",
        path=path,
    )

"""Files that are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.replacing import replace_file


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """Its text is the new one, and nothing else is left in the folder."""
    path = tmp_path / "a.txt"
    path.write_text("old")

    replace_file(path, "größe \udc80")

    assert path.read_bytes() == "größe ".encode() + b"\\udc80"
    assert [*tmp_path.iterdir()] == [path]


def test_where_writing_fails_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no half one beside it."""
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, "new")

    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]

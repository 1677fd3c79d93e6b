"""TREC files, written and read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import QrelsError, RunError
from evaluation.trec import (
    MAX_LINE,
    decoded,
    encoded,
    read_qrels,
    read_run,
    write_qrels,
    write_run,
)

ANY_TEXT = st.text(st.characters() | st.sampled_from(" \t\n\x00\x85\xa0\u2028%\udc80"))


def _file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "file.trec"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@given(ANY_TEXT)
def test_an_id_comes_back_as_it_was(article_id: str) -> None:
    """Encoded it is one word of UTF-8, if it is anything."""
    text = encoded(article_id)

    assert decoded(text) == article_id
    assert text.split() == ([text] if article_id else [])
    text.encode()


def test_only_white_space_controls_and_percent_are_encoded() -> None:
    """Everything else stays readable, and no two ids become one."""
    assert encoded("posts/größe 1%.md") == "posts/größe%201%25.md"
    assert encoded("a%20b") == "a%2520b" != encoded("a b")


def test_qrels_are_written_and_read(tmp_path: Path) -> None:
    """In order, with ids that need encoding."""
    qrels = {"b q": {"x": 2, "y%": 0}, "a": {"z": 1}}

    write_qrels(tmp_path / "q.trec", qrels)

    assert (tmp_path / "q.trec").read_text() == "b%20q 0 x 2\nb%20q 0 y%25 0\na 0 z 1\n"
    assert read_qrels(tmp_path / "q.trec") == qrels


def test_scores_of_a_run_fall_strictly(tmp_path: Path) -> None:
    """Ranks from 1, scores whole numbers down to 1."""
    write_run(tmp_path / "r.trec", {"q": ["b", "a a", "c"], "none": []}, "mine")

    assert (tmp_path / "r.trec").read_text() == (
        "q Q0 b 1 3 mine\nq Q0 a%20a 2 2 mine\nq Q0 c 3 1 mine\n"
    )
    assert read_run(tmp_path / "r.trec") == {"q": ("b", "a a", "c")}


def test_a_run_is_ordered_by_score_and_id_whatever_its_ranks(tmp_path: Path) -> None:
    """Then cut: z ties with a, and a comes first."""
    path = _file(tmp_path, "q Q0 z 1 0.5 n\nq Q0 low 2 -1e3 n\nq Q0 a 3 .5 n\nq Q0 top 9 7 n\n")

    assert read_run(path) == {"q": ("top", "a", "z", "low")}
    assert read_run(path, depth=2) == {"q": ("top", "a")}


def test_marks_blank_lines_and_wide_spaces_do_not_matter(tmp_path: Path) -> None:
    """A byte-order mark, CRLF, tabs."""
    path = _file(tmp_path, b"\xef\xbb\xbfq\tQ0   d 1 1.0 n\r\n\r\n  \nq Q0 e 2 0 n")

    assert read_run(path) == {"q": ("d", "e")}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("q Q0 d 1 1.0", 1, "found 5 of 6 columns"),
        ("q Q0 d 1 1.0 n\nq Q0 e f 2 0 n", 2, "found 7 of 6 columns"),
        ("q Q0 d 1 high n", 1, "found the score “high”; expected a finite number"),
        ("q Q0 d 1 nan n", 1, "found the score “nan”"),
        ("q Q0 d 1 inf n", 1, "found the score “inf”"),
        ("q Q0 d 1 2 n\n\nq Q0 d 2 1 n", 3, "found “d” a second time for “q”"),
        (b"q Q0 d 1 2 n\n\xff", 1, "not UTF-8"),
        ("x" * (MAX_LINE + 1), 1, "a line of more than 10,000 characters"),
        (" \n", None, "found an empty file"),
    ],
)
def test_a_broken_run_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, line: int | None, message: str
) -> None:
    """Path, line, found and expected."""
    path = _file(tmp_path, text)

    with pytest.raises(RunError, match=message) as caught:
        read_run(path)

    assert (caught.value.path, caught.value.line) == (path, line)
    assert str(caught.value).startswith(f"{path}:{line}: " if line else f"{path}: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q 0 d", "found 3 of 4 columns"),
        ("q 0 d 1.5", "found the grade “1.5”; expected a whole number, 0 or more"),
        ("q 0 d -1", "found the grade “-1”"),
        ("q 0 d 1\nq 0 d 2", "found a second grade for “d”"),
    ],
)
def test_broken_judgements_are_refused(tmp_path: Path, text: str, message: str) -> None:
    """As runs are; the same grade twice is harmless."""
    with pytest.raises(QrelsError, match=message):
        read_qrels(_file(tmp_path, text))
    assert read_qrels(_file(tmp_path, "q 0 d 1\nq 0 d 1")) == {"q": {"d": 1}}


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """So is a folder."""
    with pytest.raises(RunError, match="cannot be read"):
        read_run(tmp_path / "gone")
    with pytest.raises(QrelsError, match="cannot be read"):
        read_qrels(tmp_path)

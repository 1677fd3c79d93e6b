"""How texts, dates and lists lie in plain arrays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.errors import IndexFormatError
from recommender.index.columns import (
    UNKNOWN_TIME,
    ListColumn,
    StringColumn,
    to_list_column,
    to_seconds,
    to_string_column,
)

PATH = Path("titles.npy")
ANY_TEXT = st.text(st.characters() | st.characters(categories=["Cs"]))  # lone surrogates too
SHORT_TEXT = st.text("ab", max_size=12)


def _column(texts: Iterable[str]) -> StringColumn:
    return StringColumn(*to_string_column(texts), PATH)


@given(st.lists(ANY_TEXT))
def test_a_string_column_gives_back_its_texts(texts: list[str]) -> None:
    """Every text, lone surrogates and all, comes back at its row."""
    column = _column(texts)

    assert list(column) == texts
    assert column[1:] == tuple(texts[1:])
    assert len(column) == len(texts)


def test_rows_count_as_in_any_sequence() -> None:
    """Negative rows count from the end; a row beyond is an IndexError."""
    column = _column(["a", "b"])

    assert column[-1] == "b"
    with pytest.raises(IndexError):
        column[2]


@given(st.lists(SHORT_TEXT), SHORT_TEXT)
@example(["one long end", "two long end", "a long end"], "two long end")
def test_a_text_is_found_at_all_its_rows(texts: list[str], wanted: str) -> None:
    """Longer texts with the same end, and the empty text, are told apart."""
    expected = [row for row, text in enumerate(texts) if text == wanted]

    assert _column(texts).find(wanted) == expected


@given(st.sets(ANY_TEXT), ANY_TEXT)
def test_a_text_is_found_by_halving_where_texts_ascend(texts: set[str], wanted: str) -> None:
    """Python's order by code point is the order of the bytes."""
    ascending = sorted(texts)
    column = _column(ascending)

    assert column.is_ascending()
    assert [column.find_in_order(text) for text in ascending] == list(range(len(ascending)))
    assert (column.find_in_order(wanted) is None) == (wanted not in texts)


@pytest.mark.parametrize("texts", [["a", "a"], ["b", "a"], ["a", "b", "ab"]])
def test_equal_and_falling_texts_do_not_ascend(texts: list[str]) -> None:
    """Every text must come after the one before it."""
    assert not _column(texts).is_ascending()


@pytest.mark.parametrize("offsets", [[1, 3], [0, 2], [0, 2, 1, 3], [0, 9, 3], [0, 4]], ids=str)
def test_offsets_that_do_not_fit_are_damage(offsets: list[int]) -> None:
    """Offsets rise from 0 to the number of bytes, for texts and for lists."""
    with pytest.raises(
        IndexFormatError, match=r"titles\.npy: found offsets .* from 0 to 3"
    ) as texts:
        StringColumn(np.zeros(3, np.uint8), np.asarray(offsets, np.int64), PATH)
    with pytest.raises(IndexFormatError, match="from 0 to 3"):
        ListColumn(np.zeros(3, np.int64), np.asarray(offsets, np.int64), PATH)

    assert texts.value.path == PATH


def test_bytes_that_are_no_text_are_damage() -> None:
    """The file and the row are named; other rows can still be read."""
    blob = np.frombuffer(b"a\xff", np.uint8)
    column = StringColumn(blob, np.asarray([0, 1, 2], np.int64), PATH)

    assert column[0] == "a"
    with pytest.raises(IndexFormatError, match=r"titles\.npy: row 1: .* expected UTF-8"):
        column[1]


@given(st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=5, max_size=5))
def test_a_list_column_gives_back_its_lists(lists: list[list[int]]) -> None:
    """Each list comes back at its row, and rows without one are not named."""
    column = ListColumn(*to_list_column(lists), PATH)

    assert [column[row] for row in range(5)] == lists
    assert column.by_row() == {row: list(of) for row, of in enumerate(lists) if of}
    with pytest.raises(IndexError):
        column[5]


@pytest.mark.parametrize("entry", [-1, 2])
def test_an_entry_that_is_no_row_is_damage(entry: int) -> None:
    """Entries lie between 0 and the number of articles."""
    with pytest.raises(IndexFormatError, match="found an entry that is no row; expected 0 to 1"):
        ListColumn(np.asarray([entry], np.int64), np.asarray([0, 1, 1], np.int64), PATH)


def test_moments_become_seconds() -> None:
    """1970 is 0, parts of a second are dropped downwards, and no date comes before all others."""
    summer_time = timezone(timedelta(hours=2))
    moments = [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, 2, 0, 1, 999_999, tzinfo=summer_time),
        datetime(1969, 12, 31, 23, 59, 58, 500_000, tzinfo=UTC),
        None,
    ]

    assert to_seconds(moments).tolist() == [0, 1, -2, UNKNOWN_TIME]
    assert to_seconds([]).dtype == np.int64

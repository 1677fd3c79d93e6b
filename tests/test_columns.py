"""Articles ↔ columns."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import articles, texts

from recommender.index.columns import (
    UNKNOWN_TIME,
    ListColumn,
    StringColumn,
    article_from_json,
    article_to_json,
    to_seconds,
)
from recommender.records import Article


@given(st.lists(st.text()))
def test_a_string_column_gives_back_its_texts(written: list[str]) -> None:
    """Every text, whatever its characters, comes back at its row."""
    column = StringColumn.from_texts(written)

    assert list(column) == written
    assert column[1:] == written[1:]


@given(st.lists(texts), texts)
def test_equal_texts_are_found_at_all_their_rows(written: list[str], wanted: str) -> None:
    """Rows ascend; the empty text is never looked for."""
    expected = [row for row, text in enumerate(written) if text == wanted and wanted]

    assert StringColumn.from_texts(written).rows_equal(wanted) == expected


@given(st.sets(st.text()), st.text())
def test_a_text_is_found_by_halving_an_ascending_column(written: set[str], wanted: str) -> None:
    """Order by code point and order by bytes are the same."""
    ascending = sorted(written, key=lambda text: text.encode("utf-8", "surrogatepass"))
    column = StringColumn.from_texts(ascending)

    assert column.is_ascending()
    assert [column.row_in_order(text) for text in ascending] == list(range(len(ascending)))
    assert (column.row_in_order(wanted) is None) == (wanted not in written)


def test_a_column_with_a_repeat_does_not_ascend() -> None:
    """Equal neighbours are refused as much as falling ones."""
    assert not StringColumn.from_texts(["a", "a"]).is_ascending()
    assert not StringColumn.from_texts(["b", "a"]).is_ascending()


def test_a_row_outside_a_column_is_refused() -> None:
    """Negative rows do not count from the end."""
    column = StringColumn.from_texts(["a"])

    for row in (-1, 1):
        with pytest.raises(IndexError, match="of a column of 1"):
            column[row]


@pytest.mark.parametrize("offsets", [[], [1, 3], [0, 2], [0, 2, 1, 3], [0, 3, 9]], ids=str)
def test_offsets_that_do_not_fit_are_refused(offsets: list[int]) -> None:
    """Offsets rise from 0 to the number of bytes."""
    with pytest.raises(ValueError, match="offsets must"):
        StringColumn(np.zeros(3, np.uint8), np.asarray(offsets, dtype=np.int64))


@given(st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=5, max_size=5))
def test_a_list_column_gives_back_its_lists(lists: list[list[int]]) -> None:
    """Each list comes back at its row, and rows without one are not named."""
    column = ListColumn.from_lists(lists)

    assert [column[row] for row in range(5)] == lists
    assert column.rows_with_a_list() == [row for row, rows in enumerate(lists) if rows]


@pytest.mark.parametrize("row", [-1, 2])
def test_a_list_that_names_no_row_is_refused(row: int) -> None:
    """Entries lie between 0 and the number of articles."""
    with pytest.raises(ValueError, match="outside 0 to 1"):
        ListColumn(np.asarray([row], np.int64), np.asarray([0, 1, 1], np.int64))


@given(articles)
def test_an_article_survives_json(article: Article) -> None:
    """Every field comes back, at its own type."""
    assert article_from_json(article_to_json(article), article.body) == article


@pytest.mark.parametrize(
    "text",
    ["", "[]", "1", '{"title": 1, "x": 2}', '{"related": 5}', '{"provider": []}', "[" * 99999],
)
def test_json_that_is_no_article_is_refused(text: str) -> None:
    """Whatever is wrong with it, the complaint is a ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        article_from_json(text, "")


def test_what_json_cannot_hold_is_a_mistake_of_the_caller() -> None:
    """An article with anything but texts, numbers and dates in it is no article."""
    with pytest.raises(TypeError, match="object does not belong in an article"):
        article_to_json(Article(title=object()))  # type: ignore[arg-type]


def test_moments_become_seconds() -> None:
    """1970 is 0, and no date is the smallest number."""
    moments = [datetime(1970, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, tzinfo=UTC), None]

    assert to_seconds(moments).tolist() == [0, -60, UNKNOWN_TIME]

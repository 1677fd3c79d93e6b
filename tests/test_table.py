"""Tables in the terminal: as wide as it is, whatever stands in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.cli.table import cell_width, table_lines, terminal_width

COLUMNS = {"#": 2, "title": 0.75, "provider": 0.25}


def test_numbers_stand_to_the_right_and_texts_share_what_is_left() -> None:
    """Three quarters and one, gaps of two included; the heading is a line like the others."""
    lines = table_lines(COLUMNS, [["1", "Sea", "us"], ["10", "Land", "them"]], 44)

    assert lines == [
        " #  title                           provider",
        " 1  Sea                             us",
        "10  Land                            them",
    ]


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    """Of the last column too; numbers are never cut while there is room."""
    lines = table_lines(COLUMNS, [["1000", "The sea is wide and deep", "All of them"]], 30)

    assert lines[1] == "1000  The sea is wide a…  All…"
    assert cell_width(lines[1]) == 30


def test_wide_characters_count_twice_and_accents_not_at_all() -> None:
    """So that columns stay below one another."""
    lines = table_lines({"a": 0.5, "b": 0.5}, [["東京東京東京", "x"], ["cafe\u0301", "y"]], 14)

    assert lines[1] == "東京…   x"
    assert lines[2] == "cafe\u0301    y"
    assert [cell_width(text) for text in ("東京", "cafe\u0301", "sea", "\u200d")] == [4, 4, 3, 0]


@given(
    st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["C"]))] * 3), max_size=4),
    st.integers(10, 120),
)
def test_no_line_is_wider_than_the_terminal(rows: list[tuple[str, str, str]], width: int) -> None:
    """However long or wide the cells; and every row has its line."""
    lines = table_lines(COLUMNS, rows, width)

    assert len(lines) == 1 + len(rows)
    assert all(cell_width(line) <= width for line in lines)


@pytest.mark.parametrize(("columns", "expected"), [("70", 70), ("nonsense", 80), ("", 80)])
def test_the_width_is_what_columns_says(
    monkeypatch: pytest.MonkeyPatch, columns: str, expected: int
) -> None:
    """And 80 where nobody says, as in a pipe."""
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.__stdout__", None)

    assert terminal_width() == expected

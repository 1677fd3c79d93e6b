"""A written date → a moment in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.corpus.schema.dates import Moment, read_moment


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-06T01:45:00Z",
        "2024-03-06t01:45z",
        "2024-03-06T03:45:00+02:00",
        "2024-03-06 03:45:00 +0200",
        "2024-03-06 03:45 +2",
        "2024-3-5 20:15:00 -05:30",
        "2024-03-06 01:45:00 UTC",
        "2024-03-06 01:45:00.000000999 GMT",
    ],
)
def test_offset_times_become_utc(text: str) -> None:
    """The same moment, however its offset is written."""
    assert read_moment(text) == Moment(datetime(2024, 3, 6, 1, 45, tzinfo=UTC), None)


@pytest.mark.parametrize("text", ["2024-03-06T01:45:00", "2024-03-06 1:45"])
def test_a_naive_time_is_taken_as_utc(text: str) -> None:
    """Without an offset it is UTC, and the offset is said to be missing."""
    assert read_moment(text) == Moment(datetime(2024, 3, 6, 1, 45, tzinfo=UTC), "offset")


@pytest.mark.parametrize(
    "text",
    ["2024-03-06", "2024-3-6", "Mar 6, 2024", "March 06 2024", "Mar. 6 2024", "6 march 2024"],
)
def test_a_bare_day_is_taken_as_midnight(text: str) -> None:
    """Without a time it is midnight UTC, and the time is said to be missing."""
    assert read_moment(text) == Moment(datetime(2024, 3, 6, tzinfo=UTC), "time")


def test_fractions_of_a_second_are_kept() -> None:
    """Up to six digits count."""
    assert read_moment("2024-03-06T01:45:00.25Z") == Moment(
        datetime(2024, 3, 6, 1, 45, 0, 250_000, tzinfo=UTC), None
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2024",
        "20240306",
        "06.03.2024",
        "03/06/2024",
        "2024-02-30",
        "2024-13-01",
        "0000-01-01",
        "2024-03-06T25:00:00Z",
        "2024-03-06T01:45:00+24:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00",
        "٢٠٢٤-٠٣-٠٦",
        "Ju 6 2024",
        "Mayday 6 2024",
        "Feb 30 2024",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    """Other notations, and days that no calendar has, are not guessed at."""
    assert read_moment(text) is None


@given(st.datetimes(timezones=st.timezones()))
def test_written_then_read_is_equal(moment: datetime) -> None:
    """What Python writes in ISO form with whole minutes of offset is read back."""
    if moment.utcoffset().total_seconds() % 60:
        return
    try:
        expected = moment.astimezone(UTC)
    except OverflowError:
        expected = None
    found = read_moment(moment.isoformat())

    assert (found.at if found else None) == expected

"""A date as somebody wrote it → a moment in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

_NUMERIC = re.compile(
    r"""(?P<day>\d{4}-\d{1,2}-\d{1,2})
        (?:
            (?:[Tt]|[ \t]+) (?P<clock>\d{1,2}:\d{2}(?::\d{2})?) (?:\.(?P<fraction>\d*))? [ \t]*
            (?P<zone>Z|z|UTC|GMT|(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>[0-5]\d))?)?
        )?""",
    re.ASCII | re.VERBOSE,
)
_WORDED = re.compile(
    r"""(?:(?P<month>[A-Za-z]{3,9})\.?[ ](?P<day>\d{1,2})
        |(?P<day_first>\d{1,2})[ ](?P<month_last>[A-Za-z]{3,9}))
        ,?[ ](?P<year>\d{4})""",
    re.ASCII | re.VERBOSE,
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, and what had to be assumed for it.

    Attributes:
        at: Aware, in UTC.
        missing: What was not written: the `time` (midnight UTC was taken), the `offset` (UTC was
            taken), or None.
    """

    at: datetime
    missing: Literal["time", "offset"] | None


def read_moment(text: str) -> Moment | None:
    """Read a date: `2024-03-06T01:45:00Z`, `2024-03-06 01:45 +0200`, `2024-03-06`, `Mar 6, 2024`.

    Returns:
        The moment; None where the text is no date, or one that no calendar has.
    """
    try:
        if numeric := _NUMERIC.fullmatch(text):
            return _from_numbers(numeric)
        if worded := _WORDED.fullmatch(text):
            return _from_words(worded)
    except (ValueError, OverflowError):  # the 31st of June; a year 1 that UTC moves before it
        return None
    return None


def _from_numbers(found: re.Match[str]) -> Moment:
    year, month, day = map(int, found["day"].split("-"))
    if found["clock"] is None:
        return Moment(datetime(year, month, day, tzinfo=UTC), "time")
    hour, minute, second = (*map(int, found["clock"].split(":")), 0)[:3]
    microsecond = int(f"{found['fraction'] or ''}000000"[:6])
    written = datetime(year, month, day, hour, minute, second, microsecond, _zone(found))
    return Moment(written.astimezone(UTC), None if found["zone"] else "offset")


def _zone(found: re.Match[str]) -> timezone:
    if found["sign"] is None:
        return UTC
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(-offset if found["sign"] == "-" else offset)


def _from_words(found: re.Match[str]) -> Moment | None:
    name = (found["month"] or found["month_last"]).lower()
    numbers = (number for number, month in enumerate(_MONTHS, 1) if month.startswith(name))
    number = next(numbers, None)
    if number is None:
        return None
    day = int(found["day"] or found["day_first"])
    return Moment(datetime(int(found["year"]), number, day, tzinfo=UTC), "time")

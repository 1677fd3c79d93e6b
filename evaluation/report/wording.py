"""Figures as people read them."""

from __future__ import annotations

from .schema import Interval

NONE = "–"
MINUS = "\N{MINUS SIGN}"
PERCENT = "\N{NARROW NO-BREAK SPACE}%"
SMALLEST_P = 0.001
TWO_YEARS = 730
_NUMBERS = ("no", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10")


def decimal(value: float | None, digits: int = 3) -> str:
    """A figure with fixed digits; a dash where there is none."""
    return NONE if value is None else f"{value:.{digits}f}".replace("-", MINUS)


def signed(value: float | None, digits: int = 3) -> str:
    """A difference with its sign; one that rounds to zero has none."""
    if value is None:
        return NONE
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", MINUS)


def share(value: float | None) -> str:
    """Whole per cent; what is not quite nothing or not quite all is said so."""
    if value is None:
        return NONE
    percent = round(100 * value)
    if value > 0 and percent == 0:
        return f"< 1{PERCENT}"
    if value < 1 and percent == 100:  # noqa: PLR2004 - all
        return f"> 99{PERCENT}"
    return f"{percent}{PERCENT}"


def whole(value: int | None) -> str:
    """A count with separators; a dash where there is none."""
    return NONE if value is None else f"{value:,}"


def count(n: int, thing: str, things: str | None = None) -> str:
    """A count and its noun."""
    return f"{n:,} {thing if n == 1 else things or thing + 's'}"


def between(interval: Interval, digits: int = 3) -> str:
    """The bounds of an interval; empty where it has none."""
    low, high = interval["low"], interval["high"]
    return "" if low is None or high is None else f"{decimal(low, digits)}–{decimal(high, digits)}"


def with_interval(interval: Interval) -> str:
    """A mean, its bounds in brackets where it has any."""
    bounds = between(interval)
    return decimal(interval["mean"]) + (f" ({bounds})" if bounds else "")


def p_value(p: float | None) -> str:
    """A probability of a test; very small ones without false precision."""
    if p is None:
        return NONE
    return f"< {SMALLEST_P}" if p < SMALLEST_P else f"{p:.3f}"


def days(value: float | None) -> str:
    """How much older something is, in years where that is long; “newer” where it is negative."""
    if value is None:
        return NONE
    size = abs(value)
    text = f"{size / 365.25:.1f} years" if size >= TWO_YEARS else count(round(size), "day")
    return f"{text} newer" if value < 0 and round(size) else text


def of_ten(value: float) -> str:
    """A share as a reader would say it: “4 of 10”."""
    if value <= 0:
        return "none"
    if value >= 1:
        return "all"
    tenths = round(10 * value)
    if tenths == 0:
        return "fewer than 1 of 20" if value < 1 / 20 else "1 of 10"
    if tenths == 10:  # noqa: PLR2004 - of ten
        return "more than 19 of 20"
    return f"{_NUMBERS[tenths]} of 10"


def listed(names: list[str]) -> str:
    """Names as a sentence lists them; empty for none."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))

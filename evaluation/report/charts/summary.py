"""The headline as ten small articles, of which some are filled."""

from __future__ import annotations

from collections.abc import Iterator

import svg

from ..reading import Reading
from ..summary import HEADLINE_MEASURE, headline
from .drawing import Frame, at, line, picture

CARD, GAP, TALL = 26, 9, 34
FRAME = Frame(10 * (CARD + GAP) - GAP, TALL, 0, 0, 0, 0)


def tenths_chart(reading: Reading) -> str | None:
    """Ten articles, as many filled as the headline says; None where it says no share."""
    reference = reading.reference
    if reference is None or reference["is_in_sample"] or not reading.is_conclusive:
        return None
    value = reading.interval(reference, HEADLINE_MEASURE)["mean"]
    if value is None:
        return None
    filled = round(10 * value)
    elements = [part for i in range(10) for part in _card(i, is_filled=i < filled)]
    return picture(
        FRAME,
        elements,
        name="tenths",
        title=f"{filled} of 10",
        description=headline(reading),
        look="tenths",
    )


def _card(i: int, *, is_filled: bool) -> Iterator[svg.Element]:
    """A sheet with three lines of text."""
    x = i * (CARD + GAP)
    look = "card filled" if is_filled else "card"
    yield svg.Rect(
        x=x + 0.75, y=0.75, width=CARD - 1.5, height=TALL - 1.5, rx=3, class_=look.split()
    )
    for row, share in enumerate((0.8, 0.8, 0.5)):
        y = 11 + 7 * row
        yield line((x + 6, y), (at(x + 6 + (CARD - 12) * share / 0.8), y), f"{look} print")

"""Pictures as inline SVG: a frame with scales, harmless text, and names for who cannot see."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import svg

from ..texts import clean

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

LINE = 15
"""Least distance between two lines of labels, in pixels."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A plot inside its margins, in pixels; x and y are scales of values.

    Attributes:
        width: Of the whole picture.
        height: Of the whole picture.
        left: Margin.
        right: Margin.
        top: Margin.
        bottom: Margin.
        x_range: Values at the left and the right edge of the plot.
        y_range: Values at the bottom and the top edge.
        corner: The upper left corner of the whole picture.
    """

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 1.0)
    corner: Point = (0, 0)

    def x(self, value: float) -> float:
        """Where a value stands across; values beyond the range stand at its edge."""
        share = _share(value, self.x_range)
        return at(self.left + share * (self.width - self.left - self.right))

    def y(self, value: float) -> float:
        """Where a value stands upwards; values beyond the range stand at its edge."""
        share = _share(value, self.y_range)
        return at(self.height - self.bottom - share * (self.height - self.top - self.bottom))

    @property
    def floor(self) -> int:
        """The lower edge of the plot."""
        return self.height - self.bottom

    @property
    def edge(self) -> int:
        """The right edge of the plot."""
        return self.width - self.right


def at(value: float) -> float:
    """A place, to a tenth of a pixel; whole numbers without a fraction."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def text(x: float, y: float, content: str, *, look: str = "", anchor: Anchor = "start") -> svg.Text:
    """Text that stays text: the library itself escapes nothing."""
    return svg.Text(
        x=at(x),
        y=at(y),
        text=html.escape(clean(content)) or " ",
        text_anchor=None if anchor == "start" else anchor,
        class_=look.split() or None,
    )


def line(start: Point, end: Point, look: str) -> svg.Line:
    """A straight line."""
    (x1, y1), (x2, y2) = start, end
    return svg.Line(x1=at(x1), y1=at(y1), x2=at(x2), y2=at(y2), class_=look.split())


def polyline(points: Iterable[Point], look: str) -> svg.Polyline:
    """Straight lines from point to point."""
    places = " ".join(f"{at(x)},{at(y)}" for x, y in points)
    return svg.Polyline(class_=look.split(), extra={"points": places})


def picture(
    frame: Frame,
    elements: Sequence[svg.Element],
    *,
    name: str,
    title: str,
    description: str,
    look: str = "",
) -> str:
    """An SVG with an accessible name and description.

    Args:
        frame: Its size.
        elements: What it shows, in the order of drawing.
        name: Unique on the page; ids are made of it.
        title: The accessible name.
        description: What it says, in words.
        look: Further classes.
    """
    labels: list[svg.Element] = [
        svg.Title(id=f"{name}-title", text=html.escape(clean(title, 1000))),
        svg.Desc(id=f"{name}-desc", text=html.escape(clean(description, 1000))),
    ]
    return svg.SVG(
        xmlns=None,
        viewBox=svg.ViewBoxSpec(*frame.corner, frame.width, frame.height),
        class_=["chart", *look.split()],
        extra={
            "role": "img",
            "aria-labelledby": f"{name}-title",
            "aria-describedby": f"{name}-desc",
        },
        elements=[*labels, *elements],
    ).as_str()


def ticks(longest: float) -> list[float]:
    """Round values from 0 up to at least `longest`, which is 1 at most; two to seven of them."""
    step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if longest <= 6 * step)
    n = max(1, math.ceil(longest / step - 1e-9))
    return [round(i * step, 2) for i in range(n + 1)]


def apart(places: Sequence[float], low: float, high: float) -> list[float]:
    """Labels moved as little as is needed to stand `LINE` apart, between two bounds.

    Returns:
        A place each, in the order given. Where the room is too small they stand closer.
    """
    n = len(places)
    if n == 0:
        return []
    distance = min(float(LINE), (high - low) / max(n - 1, 1))
    order = sorted(range(n), key=lambda i: places[i])
    moved = [0.0] * n
    floor = low
    for i in order:
        moved[i] = floor = max(places[i], floor)
        floor += distance
    ceiling = high
    for i in reversed(order):
        moved[i] = ceiling = min(moved[i], ceiling)
        ceiling -= distance
    return moved


def shortened(label: str, width: float, size: float = 13) -> str:
    """A label cut to about so many pixels."""
    return clean(label, max(4, int(width / (0.54 * size))))


def _share(value: float, span: tuple[float, float]) -> float:
    low, high = span
    return min(1.0, max(0.0, (value - low) / (high - low or 1)))

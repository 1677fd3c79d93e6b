"""Systems with their intervals: a dot for the mean, a line for what chance may have made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import svg

from ..reading import NOTHING, Reading, label, marked_label
from ..schema import Interval, SystemEntry
from ..wording import decimal, with_interval
from .drawing import Frame, at, line, picture, shortened, text, ticks

WIDE = Frame(width=760, height=0, left=230, right=150, top=26, bottom=8)
NARROW = Frame(width=358, height=0, left=8, right=16, top=26, bottom=8)
ROW, TALL_ROW = 38, 64
TITLE = "Systems with intervals"


def systems_chart(reading: Reading, *, is_wide: bool) -> str | None:
    """Every measured system on the primary measure, best first; None where nothing was measured."""
    systems = reading.with_figures
    if not systems:
        return None
    row = ROW if is_wide else TALL_ROW
    frame = WIDE if is_wide else NARROW
    marks = ticks(max(_reach(reading, system) for system in systems))
    frame = replace(
        frame,
        height=frame.top + row * len(systems) + frame.bottom,
        x_range=(0.0, marks[-1]),
    )
    elements = [*_axis(frame, marks), *_reference_line(reading, frame)]
    for i, system in enumerate(systems):
        middle = frame.top + row * (i + 0.5)
        elements += _row(reading, system, frame, middle, is_wide=is_wide)
    return picture(
        frame,
        elements,
        name=f"systems-{'wide' if is_wide else 'narrow'}",
        title=TITLE,
        description=_description(reading),
        look="wide" if is_wide else "narrow",
    )


def _description(reading: Reading) -> str:
    """All means in one sentence."""
    figures = (
        f"{marked_label(s)} {with_interval(reading.interval(s, reading.primary))}"
        for s in reading.with_figures
    )
    return f"{reading.primary}: {'; '.join(figures)}."


def _reach(reading: Reading, system: SystemEntry) -> float:
    """The largest value that a row shows."""
    shown = [reading.interval(system, reading.primary), _as_of(reading, system)]
    return max(max(part["high"] or 0, part["mean"] or 0) for part in shown)


def _as_of(reading: Reading, system: SystemEntry) -> Interval:
    return (system["as_of"] or {}).get(reading.primary, NOTHING)


def _axis(frame: Frame, marks: list[float]) -> Iterator[svg.Element]:
    for mark in marks:
        x = frame.x(mark)
        yield line((x, frame.top), (x, frame.floor), "grid")
        yield text(x, frame.top - 10, f"{mark:g}", look="tick", anchor="middle")


def _reference_line(reading: Reading, frame: Frame) -> Iterator[svg.Element]:
    """The reference's mean, through all rows."""
    mean = reading.mean(reading.reference) if reading.reference else None
    if mean is not None:
        yield line((frame.x(mean), frame.top), (frame.x(mean), frame.floor), "reference-line")


def _row(
    reading: Reading, system: SystemEntry, frame: Frame, middle: float, *, is_wide: bool
) -> Iterator[svg.Element]:
    interval = reading.interval(system, reading.primary)
    y = middle if is_wide else middle + 6
    look = _look(reading, system)
    yield from _labels(reading, system, frame, middle, is_wide=is_wide)
    as_of = _as_of(reading, system)
    if as_of["mean"] is not None:
        yield from _whisker(frame, as_of, y + 8, "as-of")
        yield svg.Circle(cx=frame.x(as_of["mean"]), cy=at(y + 8), r=3, class_=["as-of-dot"])
    if interval["mean"] is not None:
        yield from _whisker(frame, interval, y, look)
        yield svg.Circle(cx=frame.x(interval["mean"]), cy=at(y), r=5.5, class_=["dot", look])


def _whisker(frame: Frame, interval: Interval, y: float, look: str) -> Iterator[svg.Element]:
    if interval["low"] is not None and interval["high"] is not None:
        yield line((frame.x(interval["low"]), y), (frame.x(interval["high"]), y), f"whisker {look}")


def _labels(
    reading: Reading, system: SystemEntry, frame: Frame, middle: float, *, is_wide: bool
) -> Iterator[svg.Element]:
    """The name to the left and the figure to the right; on a phone both above."""
    is_reference = system is reading.reference
    look = "name strong" if is_reference else "name"
    value = decimal(reading.mean(system))
    y = middle + 4.5 if is_wide else middle - 13
    if is_wide:
        name = shortened(label(system), frame.left - 20)
        yield text(0, y, name, look=look)
        yield text(frame.edge + 16, y, value, look="value")
        yield text(frame.edge + 60, y, _verdict(reading, system), look="verdict")
    else:
        yield text(frame.left, y, shortened(label(system), 225), look=look)
        figure = f"{value} {_verdict(reading, system)}"
        yield text(frame.width - 8, y, figure, look="value", anchor="end")


def _verdict(reading: Reading, system: SystemEntry) -> str:
    if system["is_in_sample"]:
        return "in-sample"
    if system is reading.reference:
        return "reference"
    words = {"better": "▲ better", "worse": "▼ worse", "alike": "≈ unclear"}
    return words.get(reading.relation(system) or "", "")


def _look(reading: Reading, system: SystemEntry) -> str:
    if system["is_in_sample"]:
        return "in-sample"
    return "reference" if system is reading.reference else "other"

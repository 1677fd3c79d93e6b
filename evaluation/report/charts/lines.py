"""Curves: recall against k, and how unequally articles are shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import svg

from ..reading import Reading, marked_label
from ..schema import SystemEntry
from ..wording import decimal, share
from .drawing import Frame, Point, apart, line, picture, polyline, shortened, text, ticks

WIDE = Frame(width=760, height=400, left=44, right=250, top=18, bottom=44)
NARROW = Frame(width=358, height=400, left=36, right=152, top=18, bottom=44)
LORENZ_WIDE = Frame(width=760, height=400, left=48, right=20, top=18, bottom=44)
LORENZ_NARROW = Frame(width=358, height=330, left=42, right=12, top=18, bottom=44)
LORENZ_STEP = 0.05
SIZE = 12
"""Of labels, in pixels."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points in values, a label and a look."""

    label: str
    points: Sequence[Point]
    look: str


def recall_chart(reading: Reading, *, is_wide: bool) -> str | None:
    """Recall at each k for every measured system; None where there is none."""
    ks = reading.report["recall_k"]
    curves = [
        Curve(
            marked_label(system),
            [(math.log10(k), value) for k, value in zip(ks, system["recall"], strict=True)],
            _look(reading, system),
        )
        for system in reversed(reading.with_figures)
        if system["recall"]
    ]
    if not curves:
        return None
    marks = ticks(max(value for curve in curves for _, value in curve.points))
    frame = replace(
        WIDE if is_wide else NARROW,
        x_range=(math.log10(ks[0]), math.log10(ks[-1])),
        y_range=(0.0, marks[-1]),
    )
    shown = [k for k in ks if is_wide or k not in (3, 30)]
    elements = [
        *_grid(frame, [(math.log10(k), str(k)) for k in shown], [(m, share(m)) for m in marks]),
        text(frame.left, frame.height - 6, "first k suggestions →", look="tick"),
        *(_curve(frame, curve) for curve in sorted(curves, key=lambda c: c.look == "reference")),
        *_end_labels(frame, curves, is_wide=is_wide),
    ]
    return picture(
        frame,
        elements,
        name=f"recall-{'wide' if is_wide else 'narrow'}",
        title="Recall against k",
        description=_recall_description(reading),
        look="wide" if is_wide else "narrow",
    )


def _recall_description(reading: Reading) -> str:
    ks = reading.report["recall_k"]
    said = (
        f"{marked_label(system)} {decimal(system['recall'][-1], 2)}"
        for system in reading.with_figures
        if system["recall"]
    )
    return f"Share of the listed articles found among the first {ks[-1]}: {'; '.join(said)}."


def lorenz_chart(reading: Reading, *, is_wide: bool) -> str | None:
    """How much of all places the most shown articles take; None where nothing is shown."""
    curves = _lorenz_curves(reading)
    if not curves:
        return None
    frame = LORENZ_WIDE if is_wide else LORENZ_NARROW
    marks = [(value, share(value)) for value in (0.0, 0.25, 0.5, 0.75, 1.0)]
    elements = [
        *_grid(frame, marks, marks),
        text(frame.left, frame.height - 6, "share of articles, most shown first →", look="tick"),
        line((frame.x(0), frame.y(0)), (frame.x(1), frame.y(1)), "equal"),
        *(_curve(frame, curve) for curve in curves),
        *_key(frame, [curve for curve in curves if curve.look != "other"]),
    ]
    return picture(
        frame,
        elements,
        name=f"exposure-{'wide' if is_wide else 'narrow'}",
        title="How unequally articles are shown",
        description=" ".join(exposure_sentences(reading)),
        look="wide" if is_wide else "narrow",
    )


def exposure_sentences(reading: Reading) -> Iterator[str]:
    """What the most shown tenth of articles takes, for the curves that are named."""
    for curve in reversed(_lorenz_curves(reading)):
        if curve.look in {"reference", "editors"}:
            tenth = next(y for x, y in curve.points if x >= 0.1 - 1e-9)
            taken = f"the most shown tenth of articles takes {share(tenth)} of all places"
            yield f"{curve.label}: {taken}."


def _lorenz_curves(reading: Reading) -> list[Curve]:
    """Those that matter last, so that they are drawn on top."""
    found = [
        Curve(marked_label(system), _shares(system["catalogue"]["lorenz"]), _look(reading, system))
        for system in reversed(reading.with_figures)
        if system["catalogue"] and system["catalogue"]["lorenz"]
    ]
    editors = reading.report["editors"]["lorenz"]
    if editors:
        found.append(Curve("The editors’ own lists", _shares(editors), "editors"))
    order = {"other": 0, "in-sample": 0, "second": 1, "editors": 2, "reference": 3}
    return sorted(found, key=lambda curve: order[curve.look])


def _shares(values: Sequence[float] | None) -> list[Point]:
    return [(round(i * LORENZ_STEP, 2), value) for i, value in enumerate(values or [])]


def _look(reading: Reading, system: SystemEntry) -> str:
    if system["is_in_sample"]:
        return "in-sample"
    if system is reading.reference:
        return "reference"
    return "second" if system is reading.strongest else "other"


def _grid(
    frame: Frame, across: Sequence[tuple[float, str]], upwards: Sequence[tuple[float, str]]
) -> Iterator[svg.Element]:
    for value, label in upwards:
        y = frame.y(value)
        yield line((frame.left, y), (frame.edge, y), "grid")
        yield text(frame.left - 8, y + 4, label, look="tick", anchor="end")
    for value, label in across:
        yield text(frame.x(value), frame.floor + 18, label, look="tick", anchor="middle")


def _curve(frame: Frame, curve: Curve) -> svg.Element:
    points = [(frame.x(x), frame.y(y)) for x, y in curve.points]
    return polyline(points, f"curve {curve.look}")


def _end_labels(frame: Frame, curves: Sequence[Curve], *, is_wide: bool) -> Iterator[svg.Element]:
    """Each curve's name where it ends, with a thin line to it; the value where there is room."""
    ends = [frame.y(curve.points[-1][1]) for curve in curves]
    places = apart(ends, frame.top + 4, frame.floor)
    for curve, end, place in zip(curves, ends, places, strict=True):
        yield polyline(
            [(frame.edge + 2, end), (frame.edge + 10, place), (frame.edge + 14, place)], "leader"
        )
        value = f"{share(curve.points[-1][1])} " if is_wide else ""
        width = frame.right - (58 if is_wide else 20)
        name = shortened(curve.label, width, SIZE)
        yield text(frame.edge + 18, place + 4, value + name, look=f"end {curve.look}")


def _key(frame: Frame, curves: Sequence[Curve]) -> Iterator[svg.Element]:
    """Names in the corner that no curve reaches, as the most shown come first."""
    width = 190
    top = frame.floor - 14 - 20 * (len(curves))
    rows = [
        *((curve.label, f"curve {curve.look}") for curve in reversed(curves)),
        ("all equal", "equal"),
    ]
    for i, (label, look) in enumerate(rows):
        y = top + 20 * i
        x = frame.edge - width
        yield line((x, y), (x + 22, y), look)
        yield text(x + 30, y + 4, shortened(label, width - 34, SIZE), look="end")

"""Wins and losses article by article: one small picture a system, sorted from best to worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import svg

from ..reading import Reading, label, marked_label
from ..schema import Comparison, SystemEntry
from ..wording import signed, whole
from .drawing import Frame, at, line, picture

FRAME = Frame(width=240, height=110, left=0, right=0, top=0, bottom=0, y_range=(-1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Panel:
    """One system against the reference: its picture and the counts below it."""

    name: str
    label: str
    picture: str
    wins: str
    ties: str
    losses: str
    difference: str


def difference_panels(reading: Reading) -> list[Panel]:
    """One panel for each compared system, best first; none without a reference."""
    reference = reading.reference
    if reference is None:
        return []
    return [
        _panel(reading, reference, system, comparison)
        for system, comparison in reading.compared()
        if system["per_query"].get(reading.primary)
    ]


def _panel(
    reading: Reading, reference: SystemEntry, system: SystemEntry, comparison: Comparison
) -> Panel:
    theirs, ours = system["per_query"][reading.primary], reference["per_query"][reading.primary]
    values = sorted((a - b for a, b in zip(theirs, ours, strict=True)), reverse=True)
    counts = [whole(comparison[key]) for key in ("wins", "ties", "losses")]
    wins, ties, losses = counts
    return Panel(
        name=system["name"],
        label=marked_label(system),
        picture=_picture(system, values, f"{wins} better, {ties} equal, {losses} worse."),
        wins=wins,
        ties=ties,
        losses=losses,
        difference=signed(comparison["difference"]),
    )


def _picture(system: SystemEntry, values: Sequence[float], counts: str) -> str:
    zero = FRAME.y(0)
    better = [max(value, 0.0) for value in values]
    worse = [min(value, 0.0) for value in values]
    elements: list[svg.Element] = [
        _path(steps(better), "better"),
        _path(steps(worse), "worse"),
        line((0, zero), (FRAME.width, zero), "zero"),
    ]
    return picture(
        FRAME,
        elements,
        name=f"differences-{system['name']}",
        title=f"{label(system)} against the reference, article by article",
        description=counts,
        look="differences",
    )


def steps(values: Sequence[float]) -> str:
    """Sorted differences as one area around the middle line, at most one step a pixel."""
    n = min(len(values), FRAME.width)
    zero = FRAME.y(0)
    parts = [f"M0 {zero}"]
    last = zero
    for i in range(n):
        y = FRAME.y(values[(2 * i + 1) * len(values) // (2 * n)])
        if y != last:
            parts.append(f"H{at(i * FRAME.width / n)}V{y}")
            last = y
    return "".join([*parts, f"H{FRAME.width}V{zero}Z"])


def _path(commands: str, look: str) -> svg.Element:
    return svg.Path(class_=[look], extra={"d": commands})

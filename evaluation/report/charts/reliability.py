"""What scores promise against what editors had listed: a dot a bin, beside the line of promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import svg

from ..reading import Reading, marked_label
from ..schema import Reliability, ReliabilityBin, SystemEntry
from ..wording import decimal, share
from .drawing import Frame, line, picture, polyline, shortened, text, ticks

WIDE = Frame(width=760, height=400, left=48, right=20, top=24, bottom=44)
NARROW = Frame(width=358, height=330, left=42, right=12, top=24, bottom=44)
ROW = 20
"""Height of a line of the key, which stands above the plot, where no dot can be."""

SIZE = 12
TITLE = "What scores promise and what editors had listed"


def reliability_chart(reading: Reading, *, is_wide: bool) -> str | None:
    """The curve of every system with scores; None where there is none."""
    if not reading.scored:
        return None
    frame = WIDE if is_wide else NARROW
    key_height = ROW * (len(reading.scored) + 1)
    marks = ticks(min(1.0, max(_reach(curve) for _, curve in reading.scored)))
    frame = replace(
        frame,
        height=frame.height + key_height,
        top=frame.top + key_height,
        x_range=(0.0, marks[-1]),
        y_range=(0.0, marks[-1]),
    )
    elements = [*_axes(frame, marks), *_key(reading, frame)]
    for system, curve in reversed(reading.scored):
        elements += _curve(frame, curve, _look(reading, system))
    return picture(
        frame,
        elements,
        name=f"score-{'wide' if is_wide else 'narrow'}",
        title=TITLE,
        description=_description(reading),
        look="reliability " + ("wide" if is_wide else "narrow"),
    )


def why_no_curve(reading: Reading) -> str:
    """A sentence for a report without any curve."""
    if not reading.is_conclusive:
        return "Too few articles with a list to say what a score is worth."
    return "No measured system gives scores, so there is nothing to hold against the lists."


def reliability_sentences(reading: Reading) -> Iterator[str]:
    """What high and middling scores are worth; nothing where no curve may be quoted."""
    quotable = [curve for system, curve in reading.scored if not system["is_in_sample"]]
    if not quotable:
        return
    found = quotable[0]["bins"]
    shown = list({id(one): one for one in (found[-1], found[len(found) // 2])}.values())
    first, *more = (
        f"around {decimal(one['score'], 2)}, {{}}{share(one['listed'])}" for one in shown
    )
    is_lists = reading.report["truth"]["source"] == "lists"
    verb = "editors had listed " if is_lists else "the judgements call related "
    rest = "".join(f"; {part.format('')}" for part in more)
    yield f"Of suggestions with a score {first.format(verb)}{rest}."
    if is_lists:
        yield "What they had not listed may still be good: nobody reads all pairs of articles."


def _reach(curve: Reliability) -> float:
    """The greatest value that a curve shows."""
    return max(max(one["score"], one["high"]) for one in curve["bins"])


def _description(reading: Reading) -> str:
    """All curves in one sentence."""
    return (
        "; ".join(f"{marked_label(s)}: {_said(curve['bins'])}" for s, curve in reading.scored) + "."
    )


def _said(bins: list[ReliabilityBin]) -> str:
    return ", ".join(f"{decimal(one['score'], 2)} listed {share(one['listed'])}" for one in bins)


def _axes(frame: Frame, marks: list[float]) -> Iterator[svg.Element]:
    for mark in marks:
        yield line((frame.left, frame.y(mark)), (frame.edge, frame.y(mark)), "grid")
        yield text(frame.left - 8, frame.y(mark) + 4, share(mark), look="tick", anchor="end")
        yield text(frame.x(mark), frame.floor + 18, f"{mark:g}", look="tick", anchor="middle")
    yield text(frame.left, frame.height - 6, "score →", look="tick")
    yield text(0, frame.top - 12, "↑ listed", look="tick")
    end = frame.x_range[1]
    yield line((frame.x(0), frame.y(0)), (frame.x(end), frame.y(end)), "equal")


def _curve(frame: Frame, curve: Reliability, look: str) -> Iterator[svg.Element]:
    places = [(frame.x(one["score"]), frame.y(one["listed"])) for one in curve["bins"]]
    yield polyline(places, f"curve {look}")
    for one, (x, y) in zip(curve["bins"], places, strict=True):
        yield line((x, frame.y(one["low"])), (x, frame.y(one["high"])), f"whisker {look}")
        yield svg.Circle(cx=x, cy=y, r=4.5, class_=["dot", look])


def _key(reading: Reading, frame: Frame) -> Iterator[svg.Element]:
    """Names above the plot, each after its stroke."""
    rows = [(marked_label(s), f"curve {_look(reading, s)}") for s, _ in reading.scored]
    rows.append(("a score that keeps its word", "equal"))
    for i, (name, look) in enumerate(rows):
        y = 10 + ROW * i
        yield line((frame.left, y), (frame.left + 22, y), look)
        room = frame.edge - frame.left - 30
        yield text(frame.left + 30, y + 4, shortened(name, room, SIZE), look="end")


def _look(reading: Reading, system: SystemEntry) -> str:
    if system["is_in_sample"]:
        return "in-sample"
    return "reference" if system is reading.reference else "second"

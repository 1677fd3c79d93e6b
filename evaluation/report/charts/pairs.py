"""Similarity of curated pairs against random pairs: two outlines over one axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import svg

from ..reading import Reading
from ..schema import Pairs
from ..tables import Table
from ..wording import MINUS, decimal, share, whole
from .drawing import Frame, line, picture, text

WIDE = Frame(width=760, height=300, left=20, right=20, top=40, bottom=44)
NARROW = Frame(width=358, height=280, left=8, right=8, top=40, bottom=44)
N_TICKS = 8


def pairs_chart(reading: Reading, *, is_wide: bool) -> str | None:
    """Two histograms, each as shares of its own pairs; None where there are no pairs."""
    pairs = reading.report["pairs"]
    if pairs is None:
        return None
    curated, random = _shares(pairs["curated"]), _shares(pairs["random"])
    frame = replace(
        WIDE if is_wide else NARROW,
        x_range=(pairs["edges"][0], pairs["edges"][-1]),
        y_range=(0.0, max([*curated, *random]) or 1.0),
    )
    elements = [
        *_axis(frame),
        _area(frame, pairs["edges"], random, "random"),
        _area(frame, pairs["edges"], curated, "curated"),
        *_means(frame, pairs),
    ]
    return picture(
        frame,
        elements,
        name=f"pairs-{'wide' if is_wide else 'narrow'}",
        title="Similarity of curated and of random pairs",
        description=pairs_sentence(pairs),
        look="wide" if is_wide else "narrow",
    )


def pairs_sentence(pairs: Pairs) -> str:
    """What the picture says, in words."""
    return (
        f"A curated pair is more alike than a random pair in {share(pairs['separation'])} of draws "
        f"(50 would be chance): mean similarity {decimal(pairs['curated_mean'], 2)} against "
        f"{decimal(pairs['random_mean'], 2)}."
    )


def pairs_table(pairs: Pairs) -> Table:
    """The counts of both histograms."""
    edges = pairs["edges"]
    return Table(
        title="Pairs by similarity",
        columns=["Similarity", "Curated pairs", "Random pairs"],
        rows=[
            [f"{decimal(low)} to {decimal(high)}", whole(curated), whole(random)]
            for low, high, curated, random in zip(
                edges[:-1], edges[1:], pairs["curated"], pairs["random"], strict=True
            )
        ],
    )


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts)
    return [n / total if total else 0.0 for n in counts]


def _area(frame: Frame, edges: Sequence[float], shares: Sequence[float], look: str) -> svg.Element:
    parts = [f"M{frame.x(edges[0])} {frame.floor}"]
    for share_of_bin, edge in zip(shares, edges[1:], strict=True):
        parts.append(f"V{frame.y(share_of_bin)}H{frame.x(edge)}")
    return svg.Path(class_=["area", look], extra={"d": "".join([*parts, f"V{frame.floor}Z"])})


def _axis(frame: Frame) -> Iterator[svg.Element]:
    yield line((frame.left, frame.floor), (frame.edge, frame.floor), "axis")
    low, high = frame.x_range
    step = 0.1 if high - low <= N_TICKS / 10 else 0.2
    for i in range(round(low / step) - 1, round(high / step) + 2):
        value = round(i * step, 2)
        if low <= value <= high:
            mark = f"{value:g}".replace("-", MINUS)
            yield text(frame.x(value), frame.floor + 18, mark, look="tick", anchor="middle")
    yield text(frame.left, frame.height - 6, "similarity of two articles →", look="tick")


def _means(frame: Frame, pairs: Pairs) -> Iterator[svg.Element]:
    """Both means, labelled towards the outside so that they never meet."""
    curated_x, random_x = frame.x(pairs["curated_mean"]), frame.x(pairs["random_mean"])
    is_right = curated_x >= random_x
    for x, name, mean, is_rightmost in (
        (random_x, "random", pairs["random_mean"], not is_right),
        (curated_x, "curated", pairs["curated_mean"], is_right),
    ):
        yield line((x, frame.top - 8), (x, frame.floor), f"mean {name}")
        yield text(
            x + (6 if is_rightmost else -6),
            frame.top - 14,
            f"{name} {decimal(mean, 2)}",
            look=f"end {name}",
            anchor="start" if is_rightmost else "end",
        )

"""The map: articles as points, curated links as lines, drawn as one path each to stay small."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from statistics import median

import svg

from ..reading import Reading
from ..schema import Map
from ..tables import Table
from ..wording import count, decimal, whole
from .drawing import Frame, picture

SIZE = 1000
MARGIN = 16
N_STRIDES = 3
FIRST = 10

FEW = 400
"""Articles up to which points are drawn larger."""

LINK_OPACITY = ((300, 0.35), (1000, 0.2), (4000, 0.12), (float("inf"), 0.05))
"""The more links, the fainter each."""

KINDS = {
    "found": f"with a list, one of it among the first {FIRST}",
    "missed": f"with a list, none of it among the first {FIRST}",
    "listed": "with a list",
    "plain": "without a list",
    "linked": "linked from a list, not in the folder",
}


def map_chart(reading: Reading) -> str | None:
    """Articles and links in two dimensions; None where there is no map."""
    site = reading.report["map"]
    if site is None:
        return None
    kinds = _kinds(reading)
    points = list(zip(site["x"], site["y"], strict=True))
    elements: list[svg.Element] = [_links(site, points)]
    for kind in ("plain", "linked", "listed", "found", "missed"):
        chosen = [i for i, article in enumerate(site["articles"]) if _kind(kinds, article) == kind]
        if chosen:
            elements.append(_points([points[i] for i in chosen], kind))
    elements.append(svg.G(id="map-chosen"))
    return picture(
        _frame(site),
        elements,
        name="map",
        title="Map of the articles",
        description=map_sentence(site),
        look="map few" if len(points) <= FEW else "map",
    )


def _frame(site: Map) -> Frame:
    """What the points take, and a margin."""
    left, top = min(site["x"]) - MARGIN, min(site["y"]) - MARGIN
    width, height = max(site["x"]) + MARGIN - left, max(site["y"]) + MARGIN - top
    return Frame(width, height, 0, 0, 0, 0, corner=(left, top))


def map_sentence(site: Map) -> str:
    """What is drawn, and how near linked articles lie."""
    near, apart = _median_lengths(site)
    n_links = count(len(site["links"]), "curated link")
    sentence = f"{count(len(site['articles']), 'article')} and {n_links}; "
    sentence += "near means similar, far says little."
    if near is not None and apart is not None:
        sentence += (
            f" Linked articles lie {near:.0f} apart (median), two articles at random {apart:.0f}, "
            f"on a map {SIZE} wide."
        )
    if site["n_left_out"]:
        sentence += f" {count(site['n_left_out'], 'article')} are not drawn."
    return sentence


def map_table(reading: Reading, site: Map) -> Table:
    """How many points of each kind there are."""
    kinds = _kinds(reading)
    shown = [_kind(kinds, article) for article in site["articles"]]
    near, apart = _median_lengths(site)
    rows = [
        [f"Articles {meaning}", whole(shown.count(kind))]
        for kind, meaning in map_key(reading, site).items()
    ]
    rows += [
        ["Curated links", whole(len(site["links"]))],
        ["Median distance of linked articles", decimal(near, 0)],
        ["Median distance of two articles at random", decimal(apart, 0)],
        ["Articles not drawn", whole(site["n_left_out"])],
    ]
    return Table(title="The map in figures", columns=["What", "Number"], rows=rows)


def map_key(reading: Reading, site: Map) -> dict[str, str]:
    """Kinds of points that the map holds, and what they mean."""
    kinds = _kinds(reading)
    held = {_kind(kinds, article) for article in site["articles"]}
    return {kind: meaning for kind, meaning in KINDS.items() if kind in held}


def _kinds(reading: Reading) -> dict[int, str]:
    """Articles with a list: whether the reference found any of it; and linked ones."""
    report, reference = reading.report, reading.reference
    kinds = {i: "linked" for i, article in enumerate(report["articles"]) if article["is_linked"]}
    for query in report["queries"]:
        if reference is None:
            kinds[query["article"]] = "listed"
            continue
        relevant = {article for article, grade in query["truth"] if grade}
        shown = query["lists"].get(reference["name"], [])[:FIRST]
        kinds[query["article"]] = "missed" if relevant.isdisjoint(shown) else "found"
    return kinds


def _kind(kinds: dict[int, str], article: int) -> str:
    return kinds.get(article, "plain")


def _points(points: Iterable[tuple[int, int]], kind: str) -> svg.Element:
    """Lines of no length with round ends are discs."""
    discs = "".join(f"M{x} {y}h0" for x, y in points)
    return svg.Path(class_=["points", kind], extra={"d": discs})


def _links(site: Map, points: Sequence[tuple[int, int]]) -> svg.Element:
    """One stroke a link, with relative ends; a link both ways is drawn once."""
    pairs = {(min(pair), max(pair)) for pair in map(tuple, site["links"])}
    parts = []
    for first, second in sorted(pairs):
        (x1, y1), (x2, y2) = points[first], points[second]
        parts.append(f"M{x1} {y1}l{x2 - x1} {y2 - y1}".replace(" -", "-"))
    opacity = next(opacity for n, opacity in LINK_OPACITY if len(pairs) <= n)
    return svg.Path(class_=["links"], stroke_opacity=opacity, extra={"d": "".join(parts)})


def _median_lengths(site: Map) -> tuple[float | None, float | None]:
    """Median distance of linked articles and of arbitrary ones; None where there are none."""
    n = len(site["articles"])
    strides = [n * i // (N_STRIDES + 1) or 1 for i in range(1, N_STRIDES + 1)]
    arbitrary = chain.from_iterable(((i, (i + stride) % n) for i in range(n)) for stride in strides)
    return _median_length(site, site["links"]), _median_length(site, arbitrary)


def _median_length(site: Map, pairs: Iterable[tuple[int, int]]) -> float | None:
    x, y = site["x"], site["y"]
    lengths = [((x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2) ** 0.5 for i, j in pairs]
    return median(lengths) if lengths else None

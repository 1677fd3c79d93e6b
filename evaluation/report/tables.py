"""The figures of a report as tables of text, for every page that shows them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from .reading import NOTHING, Reading, Relation, label, marked_label
from .schema import Catalogue, Measures, Part, SystemEntry
from .texts import clean
from .wording import (
    NONE,
    count,
    days,
    decimal,
    p_value,
    share,
    signed,
    whole,
    with_interval,
)

MIN_QUERIES = 30
EDITORS = "The editors’ own lists"


@dataclass(frozen=True, slots=True)
class Table:
    """Clean text in rows and columns; the first column names the rows.

    Attributes:
        title: What it shows, as a caption.
        columns: Headings, the first one of the names.
        rows: As long as `columns` each.
        note: What must be known to read it; may be empty.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def systems_table(
    reading: Reading, measures: Sequence[str], *, with_bounds: Collection[str]
) -> Table:
    """Every measured system with its means over all candidates, best first.

    Args:
        reading: The report.
        measures: One column each.
        with_bounds: Those whose intervals are shown too.
    """

    def cell(system: SystemEntry, measure: str) -> str:
        interval = reading.interval(system, measure)
        return with_interval(interval) if measure in with_bounds else decimal(interval["mean"])

    n_queries = reading.report["truth"]["n_queries"]
    return Table(
        title=f"Means over {count(n_queries, 'article')} with a list, all articles as candidates",
        columns=["System", *measures],
        rows=[
            [marked_label(system), *(cell(system, measure) for measure in measures)]
            for system in reading.with_figures
        ],
        note="95 % intervals in brackets." if reading.is_conclusive else "",
    )


def all_measures(reading: Reading) -> list[str]:
    """The report's measures; with zero grades also how much of the first ten was judged."""
    names = list(reading.report["measures"])
    return [*names, "judged@10"] if reading.report["truth"]["has_zero_grades"] else names


def views_table(reading: Reading) -> Table | None:
    """The primary measure from every point of view that the corpus allows; None for only one."""
    report = reading.report
    views = [(title, key) for title, key, part in _views(reading) if part["reason"] is None]
    if not views:
        return None

    def cell(measures: Measures | None) -> str:
        return with_interval((measures or {}).get(report["primary"], NOTHING))

    return Table(
        title=f"{report['primary']} from each point of view",
        columns=[
            "System",
            f"All candidates, {count(report['truth']['n_queries'], 'article')}",
            *(title for title, _ in views),
        ],
        rows=[
            [
                marked_label(system),
                cell(system["measures"]),
                *(cell(_view(system, key)) for _, key in views),
            ]
            for system in reading.with_figures
        ],
        note=_views_note(reading),
    )


def _views_note(reading: Reading) -> str:
    note = "Each column has its own articles and candidates: compare within a column only."
    counts = [part["n_queries"] for _, _, part in _views(reading) if part["reason"] is None]
    minimum = reading.report["settings"].get("min_queries", MIN_QUERIES)
    if reading.is_conclusive and min(counts) < minimum:
        note += f" No intervals where there are fewer than {minimum} articles."
    return note


def _view(system: SystemEntry, key: str) -> Measures | None:
    return {"as_of": system["as_of"], "folder": system["folder"], "linked": system["linked"]}[key]


def _views(reading: Reading) -> Iterator[tuple[str, str, Part]]:
    """Heading, key and part of each further view."""
    report = reading.report
    for title, key, part in (
        ("Published by then", "as_of", report["as_of"]),
        ("Judged by the folder’s own", "folder", report["folder"]),
        ("Judged by linked ones", "linked", report["linked"]),
    ):
        yield f"{title}, {count(part['n_queries'], 'article')}", key, part


def absent_views(reading: Reading) -> list[str]:
    """Why a point of view is missing, a sentence each; equal reasons share one."""
    names = {
        "as_of": "Figures as of each article’s date",
        "folder": "Figures for the folder’s own articles",
        "linked": "Figures for linked articles",
    }
    by_reason: dict[str, list[str]] = {}
    for _, key, part in _views(reading):
        if part["reason"] is not None:
            by_reason.setdefault(clean(part["reason"]), []).append(names[key])
    return [
        " and ".join([first, *(name[0].lower() + name[1:] for name in more)])
        + f" are left out: {reason.rstrip('.')}."
        for reason, (first, *more) in by_reason.items()
    ]


VERDICTS: dict[Relation | None, str] = {
    "better": "better",
    "worse": "worse",
    "alike": "no clear difference",
    "untested": "too few to conclude",
    None: "in-sample, no verdict",
}


def comparisons_table(reading: Reading) -> Table:
    """Every other system against the reference, paired article by article."""
    rows = []
    for system, found in reading.compared():
        low, high = found["low"], found["high"]
        bounds = NONE if low is None or high is None else f"{signed(low)} to {signed(high)}"
        rows.append(
            [
                marked_label(system),
                signed(found["difference"]),
                bounds,
                p_value(found["p_holm"]),
                VERDICTS[reading.relation(system)],
                whole(found["wins"]),
                whole(found["ties"]),
                whole(found["losses"]),
            ]
        )
    name = label(reading.reference) if reading.reference else "the reference"
    return Table(
        title=f"{reading.primary} against {name}, article by article",
        columns=["System", "Difference", "95 %", "p", "Verdict", "Better", "Equal", "Worse"],
        rows=rows,
        note=(
            "p of a paired randomisation test over groups of articles that link to one another, "
            f"corrected for {count(len(rows), 'comparison')} (Holm). Better, equal and worse count "
            "articles. Intervals are not corrected: one may lie beside zero and yet prove nothing."
        ),
    )


def catalogue_table(reading: Reading) -> Table:
    """What readers would meet in the lists of a whole site; columns without any figure left out."""
    systems = [(marked_label(s), s["catalogue"]) for s in reading.with_figures]
    found = [(name, figures) for name, figures in systems if figures is not None]
    rows = [_catalogue(name, figures) for name, figures in found]
    n_lists = max((figures["n_lists"] for _, figures in found), default=0)
    columns, *rows = _without_empty(
        [CATALOGUE_COLUMNS, *rows, _catalogue(EDITORS, reading.report["editors"])]
    )
    return Table(
        title=f"What lists of ten show, over {count(n_lists, 'list')}",
        columns=columns,
        rows=rows,
        note=(
            "Gini: 0 when every article is shown equally often, near 1 when a few take all places. "
            "Variety: 1 minus the mean similarity of two articles of a list. Age: the median time "
            "by which a shown article is older than the one being read. Editors’ lists are those "
            "that they made, so fewer and shorter."
        ),
    )


CATALOGUE_COLUMNS = [
    "System",
    "Shown at all",
    "Never shown",
    "Gini",
    "Variety",
    "Lists with a repeat",
    "Age",
    "Same source",
    "Shared topic",
]


def _catalogue(name: str, found: Catalogue) -> list[str]:
    return [
        name,
        share(found["coverage"]),
        whole(found["n_never_shown"]),
        decimal(found["gini"], 2),
        decimal(found["diversity"], 2),
        share(found["repeats"]),
        days(found["median_age_days"]),
        share(found["same_provider"]),
        share(found["shared_topic"]),
    ]


def _without_empty(rows: Sequence[list[str]]) -> list[list[str]]:
    """The same rows without columns that hold no figure below their heading."""
    is_held = [any(cell != NONE for cell in column[1:]) for column in zip(*rows, strict=True)]
    return [[cell for cell, held in zip(row, is_held, strict=True) if held] for row in rows]

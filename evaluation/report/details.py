"""Tables of what only some readers want: every point of a curve, every setting and version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .reading import Reading, label, marked_label
from .schema import Catalogue
from .tables import EDITORS, Table
from .texts import clean
from .wording import NONE, count, decimal, share, whole

LORENZ_ROWS = (1, 2, 4, 10, 20)
"""Positions in `Catalogue.lorenz`: 5, 10, 20, 50 and 100 % of articles."""


def recall_table(reading: Reading) -> Table:
    """Recall at each k."""
    return Table(
        title="Recall at k: share of the listed articles among the first k",
        columns=["System", *(f"k = {k}" for k in reading.report["recall_k"])],
        rows=[
            [marked_label(system), *(decimal(value) for value in system["recall"])]
            for system in reading.with_figures
            if system["recall"]
        ],
    )


def lorenz_table(reading: Reading) -> Table:
    """Share of all places that the most shown articles take."""
    rows = [
        [name, *(decimal(found["lorenz"][i], 2) for i in LORENZ_ROWS)]
        for name, found in _catalogues(reading)
        if found["lorenz"]
    ]
    return Table(
        title="Share of all places that the most shown articles take",
        columns=["System", *(f"top {share(i / 20)}" for i in LORENZ_ROWS)],
        rows=rows,
    )


def reliability_tables(reading: Reading) -> list[Table]:
    """Every bin of every curve, and each curve in a few figures."""
    return [
        Table(
            title="Suggestions by score, the first ten of every article",
            columns=["System", "Scores", "Mean score", "Listed", "95 %", "Suggestions"],
            rows=[
                [
                    marked_label(system),
                    f"{decimal(one['lowest'])} to {decimal(one['highest'])}",
                    decimal(one["score"]),
                    share(one["listed"]),
                    f"{share(one['low'])} to {share(one['high'])}",
                    whole(one["n_places"]),
                ]
                for system, curve in reading.scored
                for one in curve["bins"]
            ],
            note=(
                "Each row of a system promises as many listed articles as the others. Intervals "
                "are Wilson’s, widened for articles that link to one another."
            ),
        ),
        _scores_table(reading),
    ]


def _scores_table(reading: Reading) -> Table:
    return Table(
        title="Scores in a few figures",
        columns=[
            "System",
            "Mean score",
            "Listed",
            "Calibration error",
            "Brier score",
            "Suggestions",
        ],
        rows=[
            [
                marked_label(system),
                decimal(curve["score"]),
                share(curve["listed"]),
                decimal(curve["calibration_error"]),
                decimal(curve["brier"]),
                whole(curve["n_places"]),
            ]
            for system, curve in reading.scored
        ],
        note=(
            "Calibration error: how far score and listed share lie apart, on average. Brier score: "
            "the mean squared error of the score as a forecast of “listed”; the lower, the better."
        ),
    )


def most_shown_tables(reading: Reading) -> list[Table]:
    """The articles that the reference shows most often, and those that editors do."""
    reference, editors = reading.reference, reading.report["editors"]
    found = [(label(reference), reference["catalogue"])] if reference else []
    return [
        _most_shown(reading, name, catalogue)
        for name, catalogue in [*found, (EDITORS, editors)]
        if catalogue and catalogue["most_shown"]
    ]


def _most_shown(reading: Reading, name: str, catalogue: Catalogue) -> Table:
    articles = reading.report["articles"]
    n_lists = catalogue["n_lists"]
    return Table(
        title=f"Shown most often: {name}, {count(n_lists, 'list')}",
        columns=["Article", "Lists", "Share of lists"],
        rows=[
            [
                clean(articles[article]["title"] or articles[article]["id"], 120),
                whole(times),
                share(times / n_lists if n_lists else None),
            ]
            for article, times in catalogue["most_shown"]
        ],
    )


def systems_asked_table(reading: Reading) -> Table:
    """Every system that was asked for, in that order."""
    return Table(
        title="Systems",
        columns=["System", "Name", "Figures", "Learns from lists", "Seconds"],
        rows=[
            [
                label(system),
                clean(system["name"]),
                _standing(system["reason"], is_in_sample=system["is_in_sample"]),
                "yes, of other folds" if system["is_cross_validated"] else "no",
                decimal(system["seconds"], 2),
            ]
            for system in reading.report["systems"]
        ],
    )


def _standing(reason: str | None, *, is_in_sample: bool) -> str:
    if reason is not None:
        return f"none: {clean(reason)}"
    return "in-sample: never quote" if is_in_sample else "yes"


def made_table(reading: Reading) -> Table:
    """Settings, versions, hashes and times, a row each."""
    report = reading.report
    made, model, corpus = report["made"], report["model"], report["corpus"]
    rows = [
        ["Made at", made["at"]],
        ["Recommender", made["recommender"]],
        ["Python", made["python"]],
        ["Machine", made["machine"]],
        *_rows("Package", made["packages"]),
        ["Model", model["name"]],
        ["Model fingerprint", model["fingerprint"]],
        ["Corpus", corpus["name"]],
        ["Corpus SHA-256", corpus["sha256"]],
        *_rows("Setting", report["settings"]),
        *_rows("Seconds for", report["timings"]),
    ]
    return Table(
        title="Settings and versions",
        columns=["What", "Value"],
        rows=[[clean(str(name)), clean(_value(value))] for name, value in rows],
    )


def _rows(kind: str, values: Mapping[str, object]) -> Iterator[list[object]]:
    for name, value in values.items():
        yield [f"{kind} {name}", value]


def _value(value: object) -> str:
    if value is None:
        return NONE
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _catalogues(reading: Reading) -> Iterator[tuple[str, Catalogue]]:
    """Every list of lists that was looked at, the editors' last."""
    for system in reading.with_figures:
        if system["catalogue"] is not None:
            yield marked_label(system), system["catalogue"]
    yield EDITORS, reading.report["editors"]

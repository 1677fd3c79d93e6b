"""A report for a pull request: what changed hands must be readable without opening a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .charts.reliability import reliability_sentences
from .limits import limit_sentences, measured, missing_sentences, truth_sentences
from .reading import Reading, marked_label
from .schema import Report
from .summary import headline, verdict
from .tables import (
    Table,
    absent_views,
    catalogue_table,
    comparisons_table,
    systems_table,
    views_table,
)
from .texts import markdown_text
from .wording import count, decimal, listed

MEASURES = ("recall@10", "MRR@100", "hit_rate@5")
N_UNRESOLVED = 10


def to_markdown(report: Report) -> str:
    """The report in one page of GitHub-flavoured Markdown, from the document alone.

    Titles and labels stay text: nothing in them becomes Markdown, HTML or a mention.
    """
    reading = Reading(report)
    parts = [
        f"# {markdown_text(headline(reading))}",
        *_prose(verdict(reading)),
        _corpus_line(report),
        "## Systems",
        markdown_text(measured(reading)),
        *_systems(reading),
        *_views(reading),
        *_comparisons(reading),
        *_scores(reading),
        "## What readers would meet",
        _table(catalogue_table(reading)),
        "## What it is judged by, and what it cannot say",
        _bullets([*truth_sentences(reading), *limit_sentences(reading)]),
        *_unresolved(report),
        "## Made with",
        _bullets(made_with(report)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def made_with(report: Report) -> Iterator[str]:
    """Date, versions and hashes, a line each."""
    made, model = report["made"], report["model"]
    packages = ", ".join(f"{name} {version}" for name, version in made["packages"].items())
    yield f"recommender {made['recommender']}, Python {made['python']}, {packages}"
    yield f"{made['at']}, {made['machine']}"
    yield f"model {model['name']}, fingerprint {model['fingerprint']}"
    yield f"corpus {report['corpus']['name']}, SHA-256 {report['corpus']['sha256']}"
    yield f"seed {report['settings'].get('seed')}, split by {report['settings'].get('split')}"


def _corpus_line(report: Report) -> str:
    corpus, truth = report["corpus"], report["truth"]
    dates = [date for date in (corpus["first_date"], corpus["last_date"]) if date]
    line = ", ".join(
        [
            corpus["name"],
            count(corpus["n_articles"], "article"),
            count(truth["n_queries"], "list") + " to judge by",
            *([f"dated {' to '.join(dates)}"] if dates else []),
        ]
    )
    return markdown_text(line) + "."


def _systems(reading: Reading) -> Iterator[str]:
    primary = reading.primary
    others = [name for name in MEASURES if name in reading.report["measures"]]
    yield _table(systems_table(reading, [primary, *others], with_bounds=[primary]))
    yield _bullets(missing_sentences(reading))


def _views(reading: Reading) -> Iterator[str]:
    table = views_table(reading)
    if table is not None:
        yield f"### {markdown_text(table.title)}"
        yield _table(table)
    yield _bullets(absent_views(reading))


def _comparisons(reading: Reading) -> Iterator[str]:
    if not reading.comparisons:
        return
    table = comparisons_table(reading)
    yield f"### {markdown_text(table.title)}"
    yield _table(table)


def _scores(reading: Reading) -> Iterator[str]:
    """What a score is worth, in one line; nothing where no score was looked at."""
    figures = [
        f"{decimal(curve['calibration_error'])} and {decimal(curve['brier'])} for “{name}”"
        for name, curve in ((marked_label(system), curve) for system, curve in reading.scored)
    ]
    if figures:
        known = f"Calibration error and Brier score: {listed(figures)}."
        yield "### What a score is worth"
        yield from _prose([*reliability_sentences(reading), known])


def _unresolved(report: Report) -> Iterator[str]:
    """The first of the entries that name no article."""
    found = report["truth"]["unresolved"][:N_UNRESOLVED]
    if found:
        yield "The first of the entries left out:"
        yield _bullets(found)


def _prose(sentences: Sequence[str]) -> Iterator[str]:
    if sentences:
        yield " ".join(markdown_text(sentence) for sentence in sentences)


def _bullets(sentences: Sequence[str] | Iterator[str]) -> str:
    return "\n".join(f"- {markdown_text(sentence, 1000)}" for sentence in sentences)


def _table(table: Table) -> str:
    """Names to the left, figures to the right."""
    lines = [
        table.columns,
        [":--", *("--:" for _ in table.columns[1:])],
        *([markdown_text(cell) for cell in row] for row in table.rows),
    ]
    rows = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{rows}\n\n{markdown_text(table.note, 1000)}" if table.note else rows

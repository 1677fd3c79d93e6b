"""A report in the terminal: one table, and what must be known to read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from recommender.cli.terminal import count, harmless, print_table

if TYPE_CHECKING:
    from evaluation.report.schema import Comparison, Interval, Report, SystemEntry

SHOWN = ("recall@10", "hit_rate@5", "MRR@100")


def print_report(report: Report) -> None:
    """One line a system, what is missing below."""
    truth = report["truth"]
    n_others = report["corpus"]["n_candidates"] - 1
    compared = {comparison["system"]: comparison for comparison in report["comparisons"]}
    primary = report["primary"]
    print_table(
        f"{count(truth['n_queries'], 'article')} with a list of {truth['mean_length']:.1f} on "
        f"average, {count(n_others, 'candidate')} each",
        {
            "system": 1.0,
            primary: 7,
            "95 %": 9,
            "": 1,
            **{name.replace("_rate", ""): 6 for name in SHOWN},
            "as of": 5,
            "unseen": 6,
        },
        (
            _cells(system, primary, compared.get(system["name"]))
            for system in report["systems"]
            if system["reason"] is None
        ),
    )
    click.echo()
    for line in _notes(report):
        click.echo(harmless(line))


def _cells(system: SystemEntry, primary: str, comparison: Comparison | None) -> list[str]:
    measures, as_of, catalogue = system["measures"], system["as_of"], system["catalogue"]
    n_never_shown = catalogue["n_never_shown"] if catalogue else None
    return [
        system["name"] + (" (in-sample)" if system["is_in_sample"] else ""),
        _mean(measures[primary]),
        _range(measures[primary]),
        _mark(comparison),
        *(_mean(measures[name]) for name in SHOWN),
        _mean(as_of[primary]) if as_of else "",
        f"{n_never_shown:,}" if n_never_shown is not None else "",
    ]


def _mean(interval: Interval) -> str:
    return "–" if interval["mean"] is None else short(interval["mean"])


def _range(interval: Interval) -> str:
    low, high = interval["low"], interval["high"]
    return "" if low is None or high is None else f"{short(low)}–{short(high)}"


def short(share: float) -> str:
    """`.256`, `1.000`."""
    return f"{share:.3f}".removeprefix("0")


def _mark(comparison: Comparison | None) -> str:
    """Whether a system is significantly better or worse than the reference."""
    if comparison is None or not comparison["is_significant"]:
        return ""
    return "▲" if comparison["difference"] > 0 else "▼"


def _notes(report: Report) -> Iterator[str]:
    truth = report["truth"]
    if report["is_conclusive"]:
        yield (
            f"▲ ▼ better, worse than {report['reference']} on {report['primary']} (paired "
            "randomisation test over groups of reciprocal links, Holm, 5 %)."
        )
    else:
        minimum = report["settings"]["min_queries"]
        yield f"Too few to conclude: intervals and tests need {minimum} articles with a list."
    if report["as_of"]["reason"] is None:
        yield (
            f"as of: {report['primary']} among what was published by then, over "
            f"{count(report['as_of']['n_queries'], 'article')}."
        )
    yield f"unseen: articles that stand in no list of {report['settings']['list_length']}."
    for system in report["systems"]:
        if system["reason"]:
            yield f"{system['name']}: not measured, {system['reason']}."
    if truth["n_unresolved"]:
        entries = count(truth["n_unresolved"], "list entry", "list entries")
        yield f"{entries} left out, the first: {truth['unresolved'][0]}"
    if truth["n_not_recommendable"]:
        entries = count(truth["n_not_recommendable"], "entry", "entries")
        yield f"{entries} left out that name an article which the site hides."

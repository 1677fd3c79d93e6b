"""`recommender compare`: two reports, paired, and which change is more than chance."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.reports import require_evaluation
from recommender.cli.terminal import count, harmless, print_table, to_json_text

if TYPE_CHECKING:
    from evaluation import Change, ReportComparison


@click.command("compare")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--measure", help="Which measure.  [default: the report's primary one, nDCG@10]")
@click.option(
    "--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True
)
def command(before: Path, after: Path, measure: str | None, form: str) -> None:
    """Set two reports side by side: BEFORE and AFTER are report.json files or their folders.

    Compares the systems that both have, over the articles that both judge by the same list.
    """
    require_evaluation()
    from evaluation import compare, read_report

    found = compare(read_report(before), read_report(after), measure)
    if form == "json":
        document = asdict(found)
        for row, change in zip(document["changes"], found.changes, strict=True):
            row["difference"]["is_significant"] = change.difference.is_significant
        click.echo(to_json_text(document, indent=2))
    else:
        _print(found)


def _print(found: ReportComparison) -> None:
    print_table(
        f"{found.measure} over {count(found.n_queries, 'article')} judged alike in both",
        {
            "system": 1.0,
            "before": 6,
            "after": 5,
            "change": 6,
            "95 %": 13,
            "p": 5,
            "verdict": 15,
        },
        map(_cells, found.changes),
    )
    click.echo()
    click.echo("p: paired randomisation test over groups of reciprocal links, Holm.")
    if found.n_left_out:
        click.echo(
            f"{count(found.n_left_out, 'article')} left out: in one report only, or judged "
            "by another list."
        )
    if not found.is_same_corpus:
        click.echo("The two reports read different articles, so other candidates competed.")
    for names, which in ((found.only_before, "first"), (found.only_after, "second")):
        if names:
            click.echo(harmless(f"in the {which} report only: {', '.join(names)}"))


def _cells(change: Change) -> list[str]:
    difference = change.difference
    mean = difference.mean
    has_interval = mean.low is not None and mean.high is not None
    return [
        change.system + (" (in-sample)" if change.is_in_sample else ""),
        f"{change.before:.3f}",
        f"{change.after:.3f}",
        f"{mean.mean:+.3f}",
        f"{mean.low:+.3f} {mean.high:+.3f}" if has_interval else "",
        _p(difference.p_holm),
        change.verdict,
    ]


def _p(p: float | None) -> str:
    """Three digits; what is below them is not nothing."""
    if p is None:
        return ""
    return "<.001" if p < 0.001 else f"{p:.3f}"  # noqa: PLR2004 - the smallest that is shown

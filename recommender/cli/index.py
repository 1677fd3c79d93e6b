"""`recommender index`: read the folder, encode what is new or changed, write the index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.cli.terminal import count, harmless, progress_bar

if TYPE_CHECKING:
    from recommender import BuildReport, Problem

SHOWN_PER_KIND = 3


@click.command("index")
@click.argument("articles", type=click.Path(path_type=Path), required=False)
@click.option(
    "--index", type=click.Path(path_type=Path), help="Index directory.  [default: .recommender]"
)
@click.option("--model", help="Registry name, folder or hub name of the embedding model.")
@click.option(
    "--on",
    metavar="ray[://ADDRESS]",
    help="Spread the work over processes of this machine, or over a Ray cluster.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 when a file had to be skipped.")
@click.option("-v", "--verbose", is_flag=True, help="Name every file that has a problem.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    articles: Path | None,
    index: Path | None,
    model: str | None,
    on: str | None,
    **flags: bool,
) -> None:
    """Read ARTICLES, encode what is new or changed, and write the index.

    Files that have not changed since the last run are neither parsed nor encoded again.
    With --on, ARTICLES may be JSON lines or Parquet, too, and `export --on` makes the lists.
    """
    from recommender import Settings, build, build_on

    settings = Settings.from_file(ctx.obj)
    where: dict[str, Any] = {"index": index, "settings": settings}
    with progress_bar() as progress:
        if on:
            report = build_on(on, articles, source=model, progress=progress, **where)
        else:
            report = build(articles, model=model, progress=progress, **where)
    for line in _problem_lines(report.problems, verbose=flags["verbose"]):
        click.echo(line, err=True)
    click.echo(_summary(report, "record" if on else "file"))
    if flags["strict"] and report.n_skipped:
        ctx.exit(1)


def _problem_lines(problems: Iterable[Problem], *, verbose: bool) -> Iterable[str]:
    """Problems in groups of one kind, errors first, each group cut short unless verbose."""
    kinds: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        kinds[problem.severity, problem.expected].append(problem)
    for (severity, _), group in sorted(kinds.items()):
        shown = group if verbose else group[:SHOWN_PER_KIND]
        for problem in shown:
            yield f"{severity}: {harmless(problem.message)}"
        if len(group) > len(shown):
            n_more = len(group) - len(shown)
            yield f"{severity}: … and {n_more:,} more of this kind (--verbose names them)"


def _summary(report: BuildReport, what: str) -> str:
    reading = f"{count(report.n_files, what)}: {report.n_read:,} read"
    if report.n_warned:
        reading += f" ({report.n_warned:,} with a warning)"
    reading += f", {report.n_skipped:,} skipped"
    outside = count(report.n_linked, "linked article")
    lists = f"{count(report.n_lists, 'related list')}, {outside} outside the folder"
    work = count(report.n_encoded, "text") + " encoded"
    if report.n_removed:
        work += f", {count(report.n_removed, 'article')} removed"
    if not report.is_changed:
        work = "nothing has changed"
    articles = count(report.n_articles, "article")
    index = f"index {report.index}: {articles}, model {report.model}"
    return "\n".join((reading, lists, work, harmless(index)))

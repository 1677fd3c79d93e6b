"""`recommender write`: put the lists into the front matter, changing no other byte."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.terminal import count, harmless, progress_bar

if TYPE_CHECKING:
    from recommender import Change, WriteReport


@click.command("write")
@click.argument("articles", type=click.Path(path_type=Path), required=False)
@click.option(
    "--index", type=click.Path(path_type=Path), help="Index directory.  [default: .recommender]"
)
@click.option(
    "-k",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Length of each list, the editors' entries counted.",
)
@click.option("--dry-run", is_flag=True, help="Print what would change, and change nothing.")
@click.option("--strict", is_flag=True, help="Exit with 1 when a file had to be left alone.")
@click.pass_context
def command(
    ctx: click.Context,
    articles: Path | None,
    index: Path | None,
    k: int,
    dry_run: bool,  # noqa: FBT001
    strict: bool,  # noqa: FBT001
) -> None:
    """Put every article's list into the front matter of ARTICLES, changing no other byte.

    Editors' entries stay as they are and stand first; generated ones follow, each with a mark.
    Files that have changed since they were indexed are left alone.
    """
    from recommender import Settings, write

    settings = Settings.from_file(ctx.obj)
    with progress_bar() as progress:
        report = write(
            articles, index=index, k=k, settings=settings, dry_run=dry_run, progress=progress
        )
    if dry_run:
        for change in report.changes:
            click.echo("".join(_diff(change)), nl=False)
    for problem in report.problems:
        click.echo(f"left alone: {harmless(problem.message)}", err=True)
    click.echo(_summary(report, dry_run=dry_run), err=dry_run)
    if strict and report.problems:
        ctx.exit(1)


def _diff(change: Change) -> Iterator[str]:
    """A unified diff; what could steer a terminal is shown as `�`."""
    before, after = (
        data.decode("utf-8-sig").splitlines(keepends=True) for data in (change.before, change.after)
    )
    for line in difflib.unified_diff(before, after, f"a/{change.path}", f"b/{change.path}"):
        yield harmless(line.removesuffix("\n").removesuffix("\r")) + "\n"


def _summary(report: WriteReport, *, dry_run: bool) -> str:
    n = len(report.changes)
    done = f"{count(n, 'file')} would change" if dry_run else f"{count(n, 'file')} written"
    parts = [done, f"{report.n_unchanged:,} unchanged"]
    if report.problems:
        parts.append(f"{len(report.problems):,} left alone")
    return ", ".join(parts)

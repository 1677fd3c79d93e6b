"""`recommender verify`: whether an index is what it claims, byte by byte."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.terminal import count, harmless, progress_bar

if TYPE_CHECKING:
    from recommender import Verification

N_NAMED = 5


@click.command("verify")
@click.option(
    "--index", type=click.Path(path_type=Path), help="Index directory.  [default: .recommender]"
)
@click.pass_context
def command(ctx: click.Context, index: Path | None) -> None:
    """Read every byte of an index and say whether it is what it claims.

    Exits with 1 when a file is damaged, and names each one. Nothing is changed.
    """
    from recommender import Settings, verify

    with progress_bar() as progress:
        found = verify(
            index,
            settings=Settings.from_file(ctx.obj),
            progress=lambda done, total: progress("reading", done, total),
        )
    for sentence in found.damages:
        click.echo(harmless(sentence), err=True)
    for note in _notes(found):
        click.echo(harmless(note), err=True)
    click.echo(harmless(_summary(found)))
    if not found.is_sound:
        ctx.exit(1)


def _summary(found: Verification) -> str:
    sound = "sound" if found.is_sound else count(len(found.damages), "complaint")
    return (
        f"index {found.index}: {sound}; {count(found.n_files, 'file')}, "
        f"{count(found.n_bytes, 'byte')}, {count(found.n_articles, 'article')}, "
        f"model {found.model}, {found.generation}"
    )


def _notes(found: Verification) -> list[str]:
    notes = []
    if found.others:
        notes.append(f"{_named(found.others)}: of another write; the next change removes it.")
    if found.strays:
        notes.append(f"{_named(found.strays)}: not of this index, and not read.")
    return notes


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - N_NAMED:,} more" if len(names) > N_NAMED else ""
    return ", ".join(names[:N_NAMED]) + more

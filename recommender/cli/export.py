"""`recommender export`: every article's list in one file, for a site generator."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from recommender.cli.export_formats import FORMATS, Lists
from recommender.cli.replacing import replacing
from recommender.cli.terminal import progress_bar

if TYPE_CHECKING:
    from recommender import Recommender, Settings


@click.command("export")
@click.option(
    "--index", type=click.Path(path_type=Path), help="Index directory.  [default: .recommender]"
)
@click.option(
    "-k", type=click.IntRange(min=1), default=10, show_default=True, help="Length of each list."
)
@click.option(
    "--format", "form", type=click.Choice(tuple(FORMATS)), default="json", show_default=True
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write.  [default: stdout]",
)
@click.option(
    "--on",
    metavar="ray[://ADDRESS]",
    help="Make the lists on processes of this machine, or on a Ray cluster; "
    "from an index that was made so.",
)
@click.pass_context
def command(
    ctx: click.Context,
    index: Path | None,
    k: int,
    form: str,
    output: Path | None,
    on: str | None,
) -> None:
    """Write the related list of every article.

    json: one object, id to list. jsonl: one object a line. csv: one recommendation a line.
    With --on, parts of all lists stand in the index's folder `lists`, too, as Parquet and jsonl.
    """
    from recommender import Recommender, Settings

    settings = Settings.from_file(ctx.obj)
    made = _spread(on, index, k, settings) if on else None
    engine = None if on else Recommender.open(index, settings=settings)
    with _stdout() if output is None or _is_stdout(output) else replacing(output) as stream:
        lists = _watched(engine, k, stream) if engine else made or ()
        FORMATS[form](lists, stream)


def _spread(on: str, index: Path | None, k: int, settings: Settings) -> Lists:
    from recommender import recommend_all_on

    text = "jsonl", FORMATS["jsonl"]
    with progress_bar() as progress:
        return recommend_all_on(on, index, k, settings=settings, form=text, progress=progress)


def _watched(engine: Recommender, k: int, stream: TextIO) -> Lists:
    """Every list, with a bar on stderr unless the export itself goes to the terminal."""
    watcher = getattr(sys, "stderr", None)  # None where it is closed
    if stream.isatty() or watcher is None or not watcher.isatty():
        yield from engine.recommend_all(k)
        return
    total = sum(not article.is_linked for article in engine.articles)
    with progress_bar() as progress:
        for done, pair in enumerate(engine.recommend_all(k), start=1):
            progress("making lists", done, total)
            yield pair


@contextlib.contextmanager
def _stdout() -> Iterator[TextIO]:
    """Stdout as UTF-8, whatever the terminal speaks.

    A reader who leaves early has seen enough: that is no failure.
    """
    from recommender import RecommenderError

    if getattr(sys, "stdout", None) is None:
        raise RecommenderError("stdout is closed: name a file with --output.")
    try:
        with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False) as stream:
            yield stream
    except BrokenPipeError:
        return
    except OSError as error:
        raise RecommenderError(f"cannot write to stdout: {error.strerror or error}.") from error


def _is_stdout(path: Path) -> bool:
    """Whether a path, such as `/dev/stdout`, is where stdout goes; a shell may have it open."""
    with contextlib.suppress(OSError, AttributeError):
        return os.path.samestat(path.stat(), os.fstat(sys.stdout.fileno()))
    return False

"""`recommender export`: every article's list in one file, for a site generator."""

from __future__ import annotations

import contextlib
import csv
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from recommender.cli.replacing import replacing

if TYPE_CHECKING:
    from recommender import Recommendation

Lists = Iterable[tuple[str, "list[Recommendation]"]]


@click.command("export")
@click.option(
    "--index", type=click.Path(path_type=Path), help="Index directory.  [default: .recommender]"
)
@click.option(
    "-k", type=click.IntRange(min=1), default=10, show_default=True, help="Length of each list."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("json", "jsonl", "csv")),
    default="json",
    show_default=True,
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write.  [default: stdout]",
)
@click.pass_context
def command(ctx: click.Context, index: Path | None, k: int, form: str, output: Path | None) -> None:
    """Write the related list of every article.

    json: one object, id to list. jsonl: one object a line. csv: one recommendation a line.
    """
    from recommender import Recommender, Settings

    engine = Recommender.open(index, settings=Settings.from_file(ctx.obj))
    lists = engine.recommend_all(k)
    with replacing(output) if output else contextlib.nullcontext(sys.stdout) as stream:
        FORMATS[form](lists, stream)


def _write_json(lists: Lists, stream: TextIO) -> None:
    """One object, written article by article, so that memory does not grow with the site."""
    stream.write("{")
    for i, (article_id, items) in enumerate(lists):
        stream.write(",\n" if i else "\n")
        stream.write(f"{_dumps(article_id)}: {_dumps(_entries(items))}")
    stream.write("\n}\n")


def _write_jsonl(lists: Lists, stream: TextIO) -> None:
    for article_id, items in lists:
        stream.write(_dumps({"id": article_id, "related": _entries(items)}) + "\n")


def _write_csv(lists: Lists, stream: TextIO) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("id", "rank", "related_id", "title", "url", "score"))
    for article_id, items in lists:
        writer.writerows(
            (article_id, item.rank, item.id, item.title, item.url or "", item.score)
            for item in items
        )


FORMATS: dict[str, Callable[[Lists, TextIO], None]] = {
    "json": _write_json,
    "jsonl": _write_jsonl,
    "csv": _write_csv,
}


def _entries(items: list[Recommendation]) -> list[dict[str, str | float | None]]:
    return [
        {"id": item.id, "title": item.title, "url": item.url, "score": item.score} for item in items
    ]


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

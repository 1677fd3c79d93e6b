"""What the commands share in speaking to a terminal: harmless text, tables, progress."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import click

_HARMLESS_CATEGORIES_START = ("L", "M", "N", "P", "S", "Zs")
_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji need them
_MANY_MARKS = 8  # more accents on one letter than any language puts there
MAX_MESSAGE = 2_000


def harmless(text: str) -> str:
    """The text on one line, without anything that could steer a terminal.

    Control and format characters (escape sequences, direction overrides) and lone surrogates
    become `�`; line breaks and tabs become spaces; heaps of accents, which would cover the lines
    above, are cut down.
    """
    if text.isascii() and text.isprintable():
        return text
    n_marks = 0
    pieces = []
    for character in text:
        category = unicodedata.category(character)
        n_marks = n_marks + 1 if category.startswith("M") else 0
        if n_marks <= _MANY_MARKS:
            pieces.append(_harmless_character(character, category))
    return "".join(pieces)


def _harmless_character(character: str, category: str) -> str:
    if character.isspace():
        return " "
    is_harmless = character in _JOINERS or category.startswith(_HARMLESS_CATEGORIES_START)
    return character if is_harmless else "�"


def shortened(message: str) -> str:
    """A message of the length of a few lines, however long what it quotes."""
    if len(message) <= MAX_MESSAGE:
        return message
    half = MAX_MESSAGE // 2
    return f"{message[:half]} … {message[-half:]}"


def to_json_text(value: object, *, indent: int | None = None) -> str:
    """JSON that means the same and holds no character that could steer a terminal.

    What `harmless` replaces is written as an escape, so that a program reads it as it was; only
    halves of surrogate pairs, which no UTF-8 can hold, become `�`.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "\n".join(map(_escaped, text.split("\n")))


def _escaped(line: str) -> str:
    return line if line.isprintable() else "".join(map(_escaped_character, line))


def _escaped_character(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        return "�"
    return character if category == "Zs" else json.dumps(character)[1:-1].replace("\x7f", "\\u007f")


def count(n: int, noun: str, plural: str | None = None) -> str:
    """`1 file`, `2,076 files`; a plural that is not made with an s is given."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {plural or noun + 's'}"


def day(moment: datetime | None) -> str:
    """`2024-03-06`, or an empty text."""
    return moment.date().isoformat() if moment else ""


def print_table(
    title: str, columns: Mapping[str, int | float], rows: Iterable[Sequence[str]]
) -> None:
    """Print a table without lines, as wide as the terminal; what is too long ends in `…`.

    Args:
        title: Printed above, in bold.
        columns: Heading to width: a number of characters, or a share of what these leave.
        rows: Cells, one a column; made harmless here.
    """
    from recommender.cli.table import table_lines, terminal_width

    cells = [[harmless(cell) for cell in row] for row in rows]
    heading, *lines = table_lines(columns, cells, terminal_width())
    click.echo(click.style(harmless(title), bold=True))
    click.echo(click.style(heading, bold=True))
    for line in lines:
        click.echo(line)


def print_notes(title: str, notes: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Print numbered notes of one paragraph or more, wrapped to the width of the terminal.

    Args:
        title: Printed above, in bold.
        notes: Number and paragraphs, the first one standing out; made harmless here.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    heading = Text(harmless(title), style="bold")
    table = Table(title=heading, title_justify="left", box=None, show_header=False, pad_edge=False)
    table.add_column(min_width=2, no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for number, paragraphs in notes:
        for i, paragraph in enumerate(paragraphs):
            style = "dim" if i else ""
            table.add_row("" if i else number, Text(harmless(paragraph), style=style))
    Console(highlight=False).print(table)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr for long work; silent when stderr is no terminal.

    Yields:
        A function that takes the name of the stage, what is done of it and its total.
    """
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, object] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield advance

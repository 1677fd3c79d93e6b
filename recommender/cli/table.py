"""Tables of plain text, as wide as the terminal.

The library that draws progress bars could draw them too, but takes longer to import than an article
takes to get its list.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from math import ceil

GAP = 2
_WITHOUT_WIDTH = ("Mn", "Me", "Cf")  # accents and joiners


def table_lines(
    columns: Mapping[str, int | float], rows: Iterable[Sequence[str]], width: int
) -> list[str]:
    """Heading and rows, none wider than the width; what is too long ends in `…`.

    Args:
        columns: Heading to width: a least number of characters, set to the right, or a share of
            what these leave.
        rows: Cells, one a column, harmless.
        width: In characters of a terminal.
    """
    lines = [tuple(columns), *map(tuple, rows)]
    sizes = list(columns.values())
    widths = _widths(
        sizes, [max(map(cell_width, cells)) for cells in zip(*lines, strict=True)], width
    )
    gap = " " * GAP
    return [
        gap.join(
            _fitted(cell, room, to_the_right=isinstance(size, int))
            for cell, room, size in zip(cells, widths, sizes, strict=True)
        ).rstrip()
        for cells in lines
    ]


def terminal_width() -> int:
    """Of the terminal that stdout goes to, or as `COLUMNS` says; 80 where there is none."""
    return max(1, shutil.get_terminal_size((80, 24)).columns)


def cell_width(text: str) -> int:
    """How many characters of a terminal a text takes up; those of East Asia take two."""
    return len(text) if text.isascii() else sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _widths(sizes: Sequence[int | float], longest: Sequence[int], width: int) -> list[int]:
    """The width of each column: as long as its cells, or, with its gap, its share of the rest."""
    widths = [
        max(size, length) if isinstance(size, int) else 0
        for size, length in zip(sizes, longest, strict=True)
    ]
    left = width + GAP - sum(length + GAP for length in widths if length)
    shares = sum(size for size in sizes if isinstance(size, float))
    for i, size in enumerate(sizes):
        if isinstance(size, float):
            widths[i] = max(1, ceil(left * size / shares) - GAP)
            left, shares = left - widths[i] - GAP, shares - size
    while sum(widths) + GAP * (len(widths) - 1) > width and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    return widths


def _fitted(text: str, width: int, *, to_the_right: bool) -> str:
    """The text cut or filled up to a width."""
    space = width - cell_width(text)
    if space < 0:
        text = _cut(text, width - 1) + "…"
        space = width - cell_width(text)
    return " " * space + text if to_the_right else text + " " * space


def _cut(text: str, width: int) -> str:
    """The longest beginning of a text that is not wider."""
    room = width
    for i, character in enumerate(text):
        room -= _character_width(character)
        if room < 0:
            return text[:i]
    return text

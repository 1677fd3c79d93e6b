"""Where the lines of a text begin and end, whatever ends them."""

from __future__ import annotations

import re

BREAK = re.compile(r"\r\n|\r|\n")


def line_start(text: str, at: int) -> int:
    """Where the line begins that holds a place."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def line_end(text: str, at: int) -> int:
    """Behind the line break that ends the line; the place itself where a line begins there."""
    if at and at == line_start(text, at):
        return at
    found = BREAK.search(text, at)
    return found.end() if found else len(text)


def newline(text: str) -> str:
    """How the first line ends, and so how new ones should."""
    found = BREAK.search(text)
    return found[0] if found else "\n"

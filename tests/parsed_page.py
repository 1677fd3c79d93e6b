"""A page of a report taken apart again, by other means than it was made."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

from evaluation.report.payload import PLACES


class Parsed(HTMLParser):
    """Elements with their attributes, and tables by their names as rows of cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._table: list[list[str]] | None = None
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        self._open.append(tag)
        if tag == "table":
            self._table = self.tables.setdefault(str(attributes["aria-label"]), [])
        elif tag == "tr" and self._table is not None:
            self._table.append([])
        elif tag in {"td", "th"} and self._table is not None:
            self._table[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """End a table."""
        if tag == "table":
            self._table = None
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Fill the cell that is open."""
        tag = self._open[-1] if self._open else ""
        if self._table and self._table[-1] and tag in {"td", "th", "bdi"}:
            self._table[-1][-1] += data


def payload_of(html: str) -> Any:
    """The data that the page carries."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    assert found
    return json.loads(found[1])


def unpacked(payload: Any, system: int, query: int) -> list[int]:
    """One list, by another way than the page's own."""
    width, digits = payload["width"], payload["digits"]
    size = width * PLACES
    cells = re.findall("." * width, payload["systems"][system]["lists"][query * size :][:size])
    return [
        sum(digits.index(digit) * 64**place for place, digit in enumerate(reversed(cell)))
        for cell in cells
        if "." not in cell
    ]

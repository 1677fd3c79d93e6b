"""The forms of `recommender export`: JSON, JSON lines and CSV, harmless wherever they are opened.

Titles come from anywhere. What could steer a terminal, split a line, turn the direction of reading
or end a script in a page never stands raw in an export. In JSON it is escaped, so nothing is lost.
CSV has no escapes: there `�` takes its place, and cells that a spreadsheet would run as a formula
are protected by a `'`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote

if TYPE_CHECKING:
    from recommender import Recommendation

Lists = Iterable[tuple[str, "list[Recommendation]"]]

_TURNS = "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates, which may stay open
_SURROGATE = re.compile("[\ud800-\udfff]")  # halves of a pair, which UTF-8 cannot hold
# Beside what JSON escapes anyway: delete and C1 controls, marks of direction, line separators, the
# byte-order mark; and `<`, so that no title ends the script in which a page may carry the data.
_ESCAPED_IN_JSON = re.compile(f"[<\x7f-\x9f\u061c\u200e\u200f\u2028\u2029{_TURNS}\ufeff]")
_NOT_IN_CSV = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{_TURNS}\ud800-\udfff]")
# A cell also begins after a semicolon, tab or line end inside it: there a spreadsheet of a country
# that separates by semicolons cuts it. The full-width signs count as the plain ones in East Asia.
_FORMULA = re.compile(r"""(^(?='*[\t\n])|(?:^|[;\t\n])[\s"\ufeff]*(?='*[=+@＝＋－＠-]))""")
_OTHER_SCHEME = re.compile(r"(?!https?:)[^/?#]*:", re.IGNORECASE)
# No address has them, and Astro 5 writes addresses with a `&` into pages as they are.
_NOT_IN_ADDRESSES = re.compile(
    rf"""[\x00-\x20"<>\\^`{{|}}\x7f-\xa0\u2028\u2029{_TURNS}\ud800-\udfff]"""
)


def write_json(lists: Lists, stream: TextIO) -> None:
    """One object, written article by article, so that memory does not grow with the site."""
    stream.write("{")
    for i, (article_id, items) in enumerate(lists):
        stream.write(",\n" if i else "\n")
        stream.write(f"{_dumps(article_id)}: {_dumps(_entries(items))}")
    stream.write("\n}\n")


def write_jsonl(lists: Lists, stream: TextIO) -> None:
    """One object a line: the article's id, and its list under `related`."""
    for article_id, items in lists:
        stream.write(_dumps({"id": article_id, "related": _entries(items)}) + "\n")


def write_csv(lists: Lists, stream: TextIO) -> None:
    """One recommendation a line; an article with an empty list has one line with its id alone.

    Without a byte-order mark: a program would take it for a part of the first column's name.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("id", "rank", "related_id", "title", "url", "score"))
    for article_id, items in lists:
        name = cell(article_id)
        for item in items:
            url = cell(web_address(item.url) or "")
            writer.writerow((name, item.rank, cell(item.id), cell(item.title), url, item.score))
        if not items:
            writer.writerow((name, "", "", "", "", ""))


FORMATS: Mapping[str, Callable[[Lists, TextIO], None]] = {
    "json": write_json,
    "jsonl": write_jsonl,
    "csv": write_csv,
}


def cell(text: str) -> str:
    """A text for CSV that no spreadsheet takes for a formula.

    A `'` is put before a tab or line end with which the cell begins, and before `=`, `+`, `-` and
    `@` where they begin it, or begin what follows a `;`, tab or line end in it. Taking it away
    there gives the text back; one that had such a `'` of its own has two.
    """
    return _FORMULA.sub(r"\1'", _NOT_IN_CSV.sub("�", text))


def web_address(url: str | None) -> str | None:
    """The address, unless a click on it would do anything else than open a page.

    Quotes, angle brackets and what else no address holds are percent-encoded, so that it stays one
    where a template forgets to escape it.
    """
    if url is None or _OTHER_SCHEME.match(url):
        return None
    return _NOT_IN_ADDRESSES.sub(lambda found: quote(found[0], errors="replace"), url)


def _entries(items: list[Recommendation]) -> list[dict[str, str | float | None]]:
    return [
        {"id": item.id, "title": item.title, "url": web_address(item.url), "score": item.score}
        for item in items
    ]


def _dumps(value: object) -> str:
    """JSON on one line, with letters of any script as they are."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if text.isascii() and "<" not in text and "\x7f" not in text:
        return text
    return _ESCAPED_IN_JSON.sub(_escape, _SURROGATE.sub("�", text))


def _escape(character: re.Match[str]) -> str:
    return f"\\u{ord(character[0]):04x}"

"""The forms of an export: harmless wherever they are opened, and exact."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender import Recommendation
from recommender.cli.export_formats import FORMATS, cell, web_address

FORMULA_STARTS = "=+@＝＋－＠-"
HOSTILE = (
    "\x1b]0;owned\x07\x9b31m",
    "</script><script>alert(1)</script>",
    "\u202egnp.exe\u202c \u2067x\u2069",
    "\u200fمرحبا\u200f",
    "x" * 10_000,
    "👩\u200d🔬 🏳️\u200d🌈",
    "\ud800 half \udc00",
    "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg",
    "a\nb\r\nc",
    'say "hi", then; leave',
    "\ufeff=1+1",
    "\x7f\x00",
    "=cmd|' /C calc'!A0",
    '@SUM(1+1)*cmd|"x"',
    "ends;=1+1;",
    "'quoted' start",
    "'=1",
    "\t=1",
)


def _rows(text: str, delimiter: str = ",") -> list[list[str]]:
    return [*csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]


def _as_written(form: str, titles: Sequence[str]) -> str:
    """One list of articles with these titles, which are their ids and half their addresses too."""
    items = [
        Recommendation(i, title, title, f"https://a.example/{title}", 0.5, 0.5)
        for i, title in enumerate(titles, start=1)
    ]
    stream = io.StringIO(newline="")
    FORMATS[form]([("a", items), ("b", [])], stream)
    return stream.getvalue().encode().decode()  # a lone surrogate would not get through


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_holds_hostile_titles_and_nothing_hostile(form: str) -> None:
    """Each comes back as it was, lone surrogates apart; raw, none steers, splits or turns."""
    text = _as_written(form, HOSTILE)
    parsed = [json.loads(line) for line in text.splitlines()] if form == "jsonl" else None
    items = parsed[0]["related"] if parsed else json.loads(text)["a"]

    assert [item["title"] for item in items] == [
        re.sub("[\ud800-\udfff]", "�", title) for title in HOSTILE
    ]
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f<\u200e\u200f\u2028-\u202e\u2066-\u2069]", text
    )
    assert "👩\u200d🔬" in text
    assert len(text.splitlines()) == {"json": 4, "jsonl": 2}[form]


def test_csv_holds_hostile_titles_and_nothing_hostile() -> None:
    """In its columns, with `�` for what steers, splits or turns, and no formula in any cell."""
    text = _as_written("csv", HOSTILE)
    rows = _rows(text)

    assert [len(row) for row in rows] == [6] * (len(HOSTILE) + 2)
    assert rows[9][3] == "a\nb�\nc"
    assert rows[1][3] == "�]0;owned��31m"
    assert rows[3][3] == "�gnp.exe� �x�"
    assert [row[3] for row in rows[13:19]] == [
        "'=cmd|' /C calc'!A0",
        '\'@SUM(1+1)*cmd|"x"',
        "ends;'=1+1;",
        "'quoted' start",
        "''=1",
        "'\t'=1",
    ]
    assert rows[-1] == ["b", "", "", "", "", ""]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", text)


cells = st.text(st.sampled_from([*"=+-@'\t\r\n;, \"a＝", "\ufeff", "\xa0"]), max_size=12)


@given(cells)
@example("'=")
@example(';"=1+1;y')
def test_no_spreadsheet_finds_a_formula(text: str) -> None:
    """Wherever it separates cells: at commas, semicolons or tabs."""
    written = _as_written("csv", [text])

    for delimiter in ",;\t":
        found = [cell for row in _rows(written, delimiter) for cell in row]
        assert not {cell.strip(' "\t\r\n\xa0\ufeff')[:1] for cell in found} & {*FORMULA_STARTS}
    assert not any(cell.startswith(("\t", "\n")) for row in _rows(written) for cell in row)


@given(cells)
def test_the_apostrophe_can_be_taken_away(text: str) -> None:
    """As the README says: one, at the beginning of a cell and after a `;`, tab or line end."""
    at_space = r"^(?='+[\t\n])"
    at_sign = rf"""(?:^|[;\t\n])[\s"\ufeff]*(?='+[{FORMULA_STARTS}])"""

    assert re.sub(f"({at_space}|{at_sign})'", r"\1", cell(text)) == text.replace("\r", "�")


@pytest.mark.parametrize(
    ("url", "exported"),
    [
        ("https://a.example/b?c=d&e=f#g", "https://a.example/b?c=d&e=f#g"),
        ("HTTP://a.example/é", "HTTP://a.example/é"),
        ("/2024/06:30/x/", "/2024/06:30/x/"),
        ("about.html", "about.html"),
        ("javascript:alert(1)", None),
        (" JavaScript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,<script>", None),
        ('https://a.example/?a&b="><script>', "https://a.example/?a&b=%22%3E%3Cscript%3E"),
        ("/a b\\c\ud800\u202e", "/a%20b%5Cc%3F%E2%80%AE"),
        (None, None),
    ],
)
def test_an_address_opens_a_page_or_is_null(url: str | None, exported: str | None) -> None:
    """What else a click could do is not exported; what could end an attribute is encoded."""
    assert web_address(url) == exported


def test_the_shape_is_stable() -> None:
    """Byte for byte, in each form."""
    item = Recommendation(1, "news/é", 'A "title"', None, None, 0.5)
    written = {}
    for form, write in FORMATS.items():
        stream = io.StringIO(newline="")
        write([("a", [item]), ("b", [])], stream)
        written[form] = stream.getvalue()

    entry = '{"id": "news/é", "title": "A \\"title\\"", "url": null, "score": null}'
    assert written == {
        "json": f'{{\n"a": [{entry}],\n"b": []\n}}\n',
        "jsonl": f'{{"id": "a", "related": [{entry}]}}\n{{"id": "b", "related": []}}\n',
        "csv": 'id,rank,related_id,title,url,score\na,1,news/é,"A ""title""",,\nb,,,,,\n',
    }

"""Generated entries in article files: what changes is theirs alone, byte for byte."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from front_matter_shapes import Shapes

from recommender.corpus.front_matter.document import read_front_matter
from recommender.corpus.marks import MARK, SUGGESTED
from recommender.corpus.schema.presets import schema_from_settings
from recommender.corpus.writing.place import UnwritableError
from recommender.corpus.writing.rewriting import outside, rewritten
from recommender.settings import SchemaSettings

SCHEMA = schema_from_settings(SchemaSettings())
FIRST: list[Mapping[str, Any]] = [
    {
        "title": 'A “quoted” "title": # no comment',
        "publishedDateTime": datetime(2024, 3, 7, 11, 15, tzinfo=UTC),
        "webUrl": "https://x.example/a?b=c&d=[e]",
        "provider": {"name": "中国日报网", "domain": "c.example"},
        "quality": 67,
        "images": [{"url": "https://x.example/i.png", "width": 3, "isCached": True}],
    },
    {"title": "Line\u2028break, bell\x07, half a pair \ud800", "webUrl": "/b"},
]
SECOND: list[Mapping[str, Any]] = [{"title": "C", "webUrl": "/c"}]
NAMES, OTHER_NAMES = ["posts/a b", "ü"], ["posts/c"]


def _written(data: bytes, entries: Sequence[Mapping[str, Any]], names: Sequence[str]) -> bytes:
    return rewritten(data, "f.md", SCHEMA, entries, names, is_site_bare=False)


def _outside(data: bytes) -> bytes:
    return outside(data, "f.md", read_front_matter(data, "f.md"), SCHEMA)


def _independent(data: bytes) -> tuple[dict[str, Any], str]:
    """Front matter and body by other parsers than ours: PyYAML's own, tomllib and json."""
    text = data.decode("utf-8-sig")
    if text.startswith("{"):
        values, end = json.JSONDecoder().raw_decode(text)
        return values, text[end:]
    found = re.fullmatch(
        r"(---json|---|\+\+\+)[ \t]*(?:\r\n|\r|\n)(.*?)(?<=[\r\n])(?:---|\.\.\.|\+\+\+)[ \t]*"
        r"(?:(?:\r\n|\r|\n)(.*))?",
        text,
        re.DOTALL,
    )
    assert found
    fence, inner, body = found.groups()
    if fence == "---json":
        return json.loads(inner), body
    if fence == "+++":
        return tomllib.loads(inner.replace("\r\n", "\n")), body
    return yaml.load(inner, yaml.BaseLoader), body  # noqa: S506 - it makes nothing but texts


def _generated(values: Mapping[str, Any]) -> list[Any]:
    marked = [of for of in values.get("related") or [] if isinstance(of, dict) and MARK in of]
    return marked + list(values.get(SUGGESTED) or [])


def _others(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """All other keys in their order, and the editors' entries."""
    rest = [(key, value) for key, value in values.items() if key not in ("related", SUGGESTED)]
    of_list = values.get("related")
    listed = of_list if isinstance(of_list, list) else []
    return [*rest, ("", [of for of in listed if not (isinstance(of, dict) and MARK in of)])]


def _check(data: bytes) -> str:
    """What one file must go through; says how its list was written."""
    try:
        first = _written(data, FIRST, NAMES)
    except UnwritableError:
        assert re.search(rb"\brelated\b", data)  # only a list can stand in the way
        return "refused"
    before, body = _independent(data)
    after, body_after = _independent(first)
    assert (body_after, _others(after)) == (body, _others(before))
    assert len(_generated(after)) == 2
    _assert_inserted(data, first)

    assert _written(first, FIRST, NAMES) == first
    second = _written(first, SECOND, OTHER_NAMES)
    assert _others(_independent(second)[0]) == _others(before)
    assert len(_generated(_independent(second)[0])) == 1
    assert _written(second, FIRST, NAMES) == first
    none = _written(second, [], [])
    assert _others(_independent(none)[0]) == _others(before)
    assert not _generated(_independent(none)[0])
    assert _outside(data) == _outside(first) == _outside(second) == _outside(none)
    return "names" if SUGGESTED in after else "entries"


def _assert_inserted(data: bytes, new: bytes) -> None:
    """The new bytes are the old ones with one piece put in; what stands for nothing gives way."""
    start = next((i for i in range(len(data)) if data[i] != new[i]), len(data))
    kept = len(data) - start
    end = next((i for i in range(kept) if data[-1 - i] != new[-1 - i]), kept)
    assert data[start : len(data) - end] in (b"", b"~", b" ")


def _run(n: int, seed: int) -> dict[str, int]:
    shapes = Shapes(seed)
    counts: dict[str, int] = {}
    for _ in range(n):
        data = shapes.file()
        try:
            kind = _check(data)
        except Exception as error:
            error.add_note(repr(data))
            raise
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def test_whatever_the_front_matter_looks_like_only_generated_entries_change() -> None:
    """200 files, YAML, TOML and JSON, read by parsers that are not ours."""
    counts = _run(200, seed=0)

    assert counts["entries"] > 100
    assert counts["names"] > 20
    assert counts.get("refused", 0) < 10


@pytest.mark.slow
def test_whatever_two_thousand_files_look_like_only_generated_entries_change() -> None:
    """The same for ten times as many, others."""
    assert _run(2_000, seed=1)["entries"] > 1_000

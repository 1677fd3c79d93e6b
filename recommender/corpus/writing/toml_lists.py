"""Where a list stands in TOML, and entries as TOML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from recommender.corpus.front_matter.values import Value
from recommender.corpus.writing.json_lists import json_text, moment_text
from recommender.corpus.writing.lines import line_end, line_start, newline
from recommender.corpus.writing.place import Item, Place, Plain, UnwritableError

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_TEXT = (
    r'(?:"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}'
    r'|"(?:[^"\\\r\n]|\\.)*"|\'[^\'\r\n]*\')'
)
_STRING = re.compile(_TEXT, re.DOTALL)
_BARE = re.compile(r"[^\s,\]}#]+(?: [0-9][^\s,\]}#]*)?")  # a moment may have a space in it
_HEADER = re.compile(rf"(\[\[?)((?:{_TEXT}|[^\]\"'])*)\]\]?", re.DOTALL)
_KEY = re.compile(rf"((?:{_TEXT}|[^=\"'])*)=[ \t]*", re.DOTALL)
_PART = re.compile(rf"{_TEXT}|[\w-]+", re.DOTALL)
_PLAIN_KEY = re.compile(r"[\w-]+", re.ASCII)
_PAIR, _TABLE, _TABLE_OF_LIST = "", "[", "[["


@dataclass(frozen=True, slots=True)
class _Statement:
    """A header, or a key and its value.

    Attributes:
        kind: What opens the header; empty for a key and its value.
        path: The parts of the key.
        start: Where it begins.
        value: Where the value begins, or the header ends.
        end: Where it ends.
    """

    kind: str
    path: tuple[str, ...]
    start: int
    value: int
    end: int


def find_list(
    text: str, key: str, values: Sequence[Value], is_ours: Callable[[Value], bool]
) -> Place:
    """Find a list in front matter that has been read.

    Args:
        text: The front matter, each of its lines ended.
        key: The list's key.
        values: The entries, as they were read.
        is_ours: Which of them were generated.

    Raises:
        UnwritableError: It stands there in a way that cannot be written to.
    """
    statements = list(_statements(text))
    first_table = next((i for i, of in enumerate(statements) if of.kind), len(statements))
    above = statements[:first_table]
    blocks = [
        i for i, of in enumerate(statements) if (of.kind, of.path) == (_TABLE_OF_LIST, (key,))
    ]
    pair = next((of for of in above if of.path == (key,)), None)
    if pair and text[pair.value] == "[":
        return _inline(text, pair, values, is_ours)
    if pair or len(blocks) != len(values):
        raise UnwritableError(f"“{key}” that is no list", "a list")
    if blocks:
        return _tables(text, key, statements, blocks, values, is_ours)
    return _absent(text, key, line_end(text, above[-1].end) if above else 0)


def _absent(text: str, key: str, at: int) -> Place:
    """No key: it goes behind all others that stand above the tables."""
    ending = newline(text)

    def render(entries: Sequence[Plain], *, is_first: bool) -> str:  # noqa: ARG001 - always true
        return f"{_key(key)} = [{_inside(entries, ending)}]{ending}"

    return Place((), at, render)


def _inline(
    text: str, pair: _Statement, values: Sequence[Value], is_ours: Callable[[Value], bool]
) -> Place:
    """A list in brackets."""
    spans = list(_elements(text, pair.value))
    items = [
        Item(start, end, is_ours(value)) for (start, end), value in zip(spans, values, strict=True)
    ]
    inside = (pair.value + 1, pair.end - 1)
    kept = [item for item in items if not item.is_ours]
    of_last = re.search(r"(?:\r\n|\r|\n)[ \t]*\Z", text[: kept[-1].start]) if kept else None
    comma = f",{of_last[0]}" if of_last else ", "

    def render(entries: Sequence[Plain], *, is_first: bool) -> str:
        if is_first:
            return _inside(entries, newline(text))
        return "".join(f"{comma}{_inline_text(entry)}" for entry in entries)

    whole = (pair.start, line_end(text, pair.end))
    has_comment = "#" in _without_spans(text, inside, spans) + text[pair.end : whole[1]]
    return Place(tuple(items), inside[0], render, None if has_comment else whole, inside)


def _tables(
    text: str,
    key: str,
    statements: Sequence[_Statement],
    blocks: Sequence[int],
    values: Sequence[Value],
    is_ours: Callable[[Value], bool],
) -> Place:
    """A list each of whose entries is a table `[[key]]`."""
    items = []
    for first, value in zip(blocks, values, strict=True):
        last = first
        while last + 1 < len(statements) and _belongs(statements[last + 1], key):
            last += 1
        start = line_start(text, statements[first].start)
        end = line_end(text, statements[last].end)
        parts = [(of.start, of.end) for of in statements[first : last + 1]]
        is_untouched = "#" not in _without_spans(text, (start, end), parts)
        items.append(Item(start, end, is_ours(value) and is_untouched))
    ending = newline(text)

    def render(entries: Sequence[Plain], *, is_first: bool) -> str:  # noqa: ARG001 - the same
        return "".join(_table(key, entry, ending) for entry in entries)

    return Place(tuple(items), items[0].start, render)


def _belongs(statement: _Statement, key: str) -> bool:
    """Whether it is a part of the table `[[key]]` above it."""
    return statement.kind == _PAIR or (len(statement.path) > 1 and statement.path[0] == key)


def _statements(text: str) -> Iterator[_Statement]:
    """Headers and pairs, in their order; the text is known to be well-formed."""
    at = _matched(_SPACE, text, 0)
    while at < len(text):
        if header := _HEADER.match(text, at):
            end = header.end()
            yield _Statement(header[1], _path(header[2]), at, end, end)
        else:
            key = _KEY.match(text, at)
            if not key:
                raise UnwritableError("TOML that cannot be followed", "“key = value” lines")
            end = _value_end(text, key.end())
            yield _Statement(_PAIR, _path(key[1]), at, key.end(), end)
        at = _matched(_SPACE, text, end)


def _path(text: str) -> tuple[str, ...]:
    return tuple(part[0].strip("\"'") for part in _PART.finditer(text))


def _elements(text: str, start: int) -> Iterator[tuple[int, int]]:
    """From where to where the elements of the array stand that begins at a place."""
    at = _matched(_SPACE, text, start + 1)
    while text[at] != "]":
        end = _value_end(text, at)
        yield at, end
        at = _matched(_SPACE, text, end)
        if text[at] == ",":
            at = _matched(_SPACE, text, at + 1)


def _value_end(text: str, start: int) -> int:
    """Behind the value that begins at a place."""
    depth, at = 0, start
    while True:
        if text[at] in "\"'":
            at = _matched(_STRING, text, at)
        elif text[at] in "[{":
            depth, at = depth + 1, at + 1
        elif text[at] in "]}":
            depth, at = depth - 1, at + 1
        elif text[at] in ",=":
            at += 1
        else:
            at = _matched(_BARE, text, at)
        if not depth:
            return at
        at = _matched(_SPACE, text, at)


def _matched(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    if not found:
        raise UnwritableError("TOML that cannot be followed", "“key = value” lines")
    return found.end()


def _without_spans(text: str, part: tuple[int, int], spans: Sequence[tuple[int, int]]) -> str:
    """A part of the text without some places in it."""
    ends = [part[0], *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), part[1]]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _inside(entries: Sequence[Plain], ending: str) -> str:
    """What stands between the brackets of a list of new entries only: each on its line."""
    return ending + "".join(f"  {_inline_text(entry)},{ending}" for entry in entries)


def _table(key: str, entry: Plain, ending: str) -> str:
    if not isinstance(entry, Mapping):
        raise UnwritableError(f"“[[{key}]]” tables", "a list of texts")
    pairs = (f"{_key(name)} = {_inline_text(value)}" for name, value in entry.items())
    return "".join(f"{line}{ending}" for line in (f"[[{_key(key)}]]", *pairs))


def _inline_text(value: Plain) -> str:
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, Mapping):
        pairs = (f"{_key(name)} = {_inline_text(of)}" for name, of in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_inline_text, value))}]"
    return json_text(value)


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) else json_text(name)

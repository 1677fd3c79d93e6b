"""Where a list stands in JSON, and entries as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from recommender.corpus.front_matter.values import Value
from recommender.corpus.writing.place import Item, Place, Plain, UnwritableError

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR = re.compile(r"[^\s,:\]}]+")
# What JSON strings may hold and other formats, terminals and readers may not.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def find_list(
    text: str, key: str, values: Sequence[Value], is_ours: Callable[[Value], bool]
) -> Place:
    """Find a list in front matter that has been read.

    Args:
        text: A JSON object, and what stands around it.
        key: The list's key.
        values: The entries, as they were read.
        is_ours: Which of them were generated.

    Raises:
        UnwritableError: It stands there in a way that cannot be written to.
    """
    members = list(_members(text, text.index("{")))
    found = [member for member in members if json.loads(member.name) == key]
    if len(found) > 1:
        raise UnwritableError(f"the key “{key}” more than once", "it once")
    if not found:
        return _absent(text, key, members)
    member = found[0]
    if text[member.start] != "[":
        raise UnwritableError(f"“{key}” that is no list", "a list")
    spans = list(_elements(text, member.start))
    items = [
        Item(start, end, is_ours(value)) for (start, end), value in zip(spans, values, strict=True)
    ]
    place = members.index(member)
    if place:
        whole = (members[place - 1].end, member.end)
    else:
        whole = (member.key_start, members[1].key_start if len(members) > 1 else member.end)
    inside = (member.start + 1, member.end - 1)
    indent = _line_indent(text, member.key_start)
    kept = [item for item in items if not item.is_ours]
    of_last = _line_indent(text, kept[-1].start) if kept else None
    comma = ", " if of_last is None else f",{of_last}"

    def render(entries: Sequence[Plain], *, is_first: bool) -> str:
        if is_first:
            return _inside(entries, indent)
        return "".join(f"{comma}{json_text(entry)}" for entry in entries)

    return Place(tuple(items), inside[0], render, whole, inside)


def json_text(value: Plain) -> str:
    """A value as JSON that YAML reads alike; moments as ISO 8601, lone surrogates as U+FFFD."""
    text = json.dumps(value, ensure_ascii=False, default=moment_text)
    return _UNSAFE.sub(_escape, text)


def moment_text(moment: datetime) -> str:
    """A moment in UTC to the second, as `2024-03-06T01:45:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return "\\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class _Member:
    """A key of an object, with its quotes, and from where to where its value stands."""

    name: str
    key_start: int
    start: int
    end: int


def _absent(text: str, key: str, members: Sequence[_Member]) -> Place:
    """No key: it goes behind all others, on a line of its own where they stand on lines."""
    if not members:
        raise UnwritableError("an empty object", "at least a title")
    indent = _line_indent(text, members[-1].key_start)

    def render(entries: Sequence[Plain], *, is_first: bool) -> str:  # noqa: ARG001 - always true
        return f",{indent or ' '}{json_text(key)}: [{_inside(entries, indent)}]"

    return Place((), members[-1].end, render)


def _inside(entries: Sequence[Plain], indent: str | None) -> str:
    """What stands between the brackets of a list of new entries only."""
    if indent is None:
        return ", ".join(json_text(entry) for entry in entries)
    deeper = indent + (indent.lstrip("\r\n") or "  ")
    return f"{deeper}{f',{deeper}'.join(json_text(entry) for entry in entries)}{indent}"


def _line_indent(text: str, at: int) -> str | None:
    """The line break and the spaces before a place; None where something else stands there."""
    found = re.search(r"(?:\r\n|\r|\n)[ \t]*\Z", text[:at])
    return found[0] if found else None


def _members(text: str, start: int) -> Iterator[_Member]:
    """The members of the object that begins at a place; it is known to be well-formed."""
    at = _behind_space(text, start + 1)
    while text[at] != "}":
        name_end = _matched(_STRING, text, at)
        value = _behind_space(text, text.index(":", name_end) + 1)
        end = _value_end(text, value)
        yield _Member(text[at:name_end], at, value, end)
        at = _behind_comma(text, end)


def _elements(text: str, start: int) -> Iterator[tuple[int, int]]:
    """From where to where the elements of the array stand that begins at a place."""
    at = _behind_space(text, start + 1)
    while text[at] != "]":
        end = _value_end(text, at)
        yield at, end
        at = _behind_comma(text, end)


def _value_end(text: str, start: int) -> int:
    """Behind the value that begins at a place."""
    depth, at = 0, start
    while True:
        if text[at] == '"':
            at = _matched(_STRING, text, at)
        elif text[at] in "[{":
            depth, at = depth + 1, at + 1
        elif text[at] in "]}":
            depth, at = depth - 1, at + 1
        elif text[at] in ",:":
            at += 1
        else:
            at = _matched(_SCALAR, text, at)
        if not depth:
            return at
        at = _behind_space(text, at)


def _matched(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    if not found:
        raise UnwritableError("JSON that cannot be followed", "a plain object")
    return found.end()


def _behind_comma(text: str, at: int) -> int:
    at = _behind_space(text, at)
    return _behind_space(text, at + 1) if text[at] == "," else at


def _behind_space(text: str, at: int) -> int:
    return _matched(_SPACE, text, at)

"""Where a list stands in YAML, told by the parser's own marks, and entries as YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import yaml

from recommender.corpus.front_matter.values import Value
from recommender.corpus.writing.json_lists import json_text, moment_text
from recommender.corpus.writing.lines import BREAK, line_end, line_start, newline
from recommender.corpus.writing.place import Item, Place, Plain, UnwritableError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HEAD = "---\n"  # so that what looks like a directive is none
_TOUCHED = re.compile(r"[#&*!]")  # a comment, an anchor, an alias or a tag: not of our making
_DASH = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*[ \t]*-")
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w-]*")


@dataclass(slots=True)
class _Node:
    """A part of the document: from its first character to the one behind its last."""

    kind: str
    start: int
    end: int
    text: str = ""
    is_flow: bool = False
    children: list[_Node] = field(default_factory=list)

    def scalars(self) -> Iterator[_Node]:
        """The scalars in it, in their order."""
        if self.kind == "scalar":
            yield self
        for child in self.children:
            yield from child.scalars()


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
    root = _parsed(text)
    pairs = list(zip(root.children[::2], root.children[1::2], strict=True))
    found = [(name, value) for name, value in pairs if name.kind == "scalar" and name.text == key]
    if len(found) > 1:
        raise UnwritableError(f"the key “{key}” more than once", "it once")
    if not found:
        if values:
            raise UnwritableError(f"“{key}” from another mapping (“<<”)", "a key of its own")
        return _absent(text, key, root)
    name, value = found[0]
    if value.kind == "seq" and value.is_flow:
        return _inline(text, root, name, value, values, is_ours)
    if value.kind == "seq":
        return _lines(text, root, name, value, values, is_ours)
    if value.kind == "scalar" and not values and not root.is_flow:
        return _empty(text, name, value)
    raise UnwritableError(f"“{key}” that is no list", "a list")


def _parsed(text: str) -> _Node:
    """The document's root."""
    loader = _Loader(_HEAD + text)
    stack = [_Node("document", 0, 0)]
    try:
        while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
            _take(event, stack, text)
    finally:
        loader.dispose()
    return stack[0].children[0]


def _take(event: yaml.Event, stack: list[_Node], text: str) -> None:
    marks: Any = (event.start_mark, event.end_mark)
    start, end = (mark.index - len(_HEAD) for mark in marks)
    match event:
        case yaml.ScalarEvent():
            if event.style in ("|", ">"):  # its end may be among the next line's spaces
                end = max(m.end() for m in BREAK.finditer(text, 0, end))
            stack[-1].children.append(_Node("scalar", start, end, event.value))
        case yaml.AliasEvent():
            stack[-1].children.append(_Node("alias", start, end))
        case yaml.CollectionStartEvent():
            kind = "seq" if isinstance(event, yaml.SequenceStartEvent) else "map"
            stack.append(_Node(kind, start, end, is_flow=bool(event.flow_style)))
            stack[-2].children.append(stack[-1])
        case yaml.CollectionEndEvent():
            done = stack.pop()
            last = done.children[-1].end if done.children else done.start
            done.end = end if done.is_flow else last


def _lines(
    text: str,
    root: _Node,
    name: _Node,
    value: _Node,
    values: Sequence[Value],
    is_ours: Callable[[Value], bool],
) -> Place:
    """A list whose entries stand on lines of their own, each behind a dash."""
    items, at = [], value.start
    for node, of_node in zip(value.children, values, strict=True):
        dash = _next_dash(text, at)
        start, end = line_start(text, dash), line_end(text, max(node.end, dash + 1))
        is_untouched = not _TOUCHED.search(_between_scalars(text, start, end, node))
        items.append(Item(start, end, is_ours(of_node) and is_untouched))
        at = end
    indent = value.start - line_start(text, value.start)
    whole = _whole(text, root, name, items[-1].end)
    first = items[0].start
    return Place(tuple(items), first, partial(_blocks, indent=indent, text=text), whole)


def _inline(
    text: str,
    root: _Node,
    name: _Node,
    value: _Node,
    values: Sequence[Value],
    is_ours: Callable[[Value], bool],
) -> Place:
    """A list in brackets."""
    items = [
        Item(node.start, node.end, is_ours(of_node))
        for node, of_node in zip(value.children, values, strict=True)
    ]
    inside = (value.start + 1, value.end - 1)
    whole = _whole(text, root, name, line_end(text, value.end))
    return Place(tuple(items), inside[0], _flow, whole, inside)


def _empty(text: str, name: _Node, value: _Node) -> Place:
    """A key with nothing behind it, or with a word for nothing."""
    end = line_end(text, max(name.end, value.end))
    whole = _whole(text, name, name, end)
    if value.start == value.end:
        indent = name.start - line_start(text, name.start)
        return Place((), end, partial(_blocks, indent=indent + 2, text=text), whole)
    word = Item(value.start, value.end, is_ours=True)

    def in_brackets(entries: Sequence[Plain], *, is_first: bool) -> str:
        return f"[{_flow(entries, is_first=is_first)}]"

    return Place((word,), value.start, in_brackets, whole)


def _absent(text: str, key: str, root: _Node) -> Place:
    """No key: it goes behind all others."""
    if root.is_flow:

        def pair(entries: Sequence[Plain], *, is_first: bool) -> str:
            return f", {json_text(key)}: [{_flow(entries, is_first=is_first)}]"

        return Place((), root.children[-1].end, pair)
    indent = " " * (root.start - line_start(text, root.start))
    line = f"{indent}{key if _PLAIN_KEY.fullmatch(key) else json_text(key)}:{newline(text)}"

    def lines(entries: Sequence[Plain], *, is_first: bool) -> str:
        return line + _blocks(entries, is_first=is_first, indent=len(indent) + 2, text=text)

    return Place((), len(text), lines)


def _whole(text: str, root: _Node, name: _Node, end: int) -> tuple[int, int] | None:
    """Key and list, where they can go without a comment that stands on their lines."""
    if root.is_flow:
        place = root.children.index(name)
        return (root.children[place - 1].end, root.children[place + 1].end) if place else None
    first_line = text[name.end : line_end(text, name.end)].partition("[")[0]
    last_line = text[:end].rpartition("]")[2] if "[" in text[name.end : end] else ""
    has_comment = "#" in first_line or "#" in last_line
    return None if has_comment else (line_start(text, name.start), end)


def _next_dash(text: str, at: int) -> int:
    """The dash of the next entry, behind empty lines and comments."""
    found = _DASH.match(text, at)
    if not found:
        raise UnwritableError("an entry without its dash", "a plain list on lines")
    return found.end() - 1


def _between_scalars(text: str, start: int, end: int, node: _Node) -> str:
    """What stands there and is no scalar: dashes, colons, brackets, comments, anchors."""
    parts, done = [], start
    for scalar in node.scalars():
        parts.append(text[done : scalar.start])
        done = max(done, scalar.end)
    return "".join([*parts, text[done:end]])


def _blocks(entries: Sequence[Plain], *, is_first: bool, indent: int, text: str) -> str:  # noqa: ARG001
    ending = newline(text)
    lines = [line for entry in entries for line in _entry_lines(entry)]
    return "".join(f"{' ' * indent}{line}{ending}" for line in lines)


def _entry_lines(value: Plain) -> list[str]:
    """An entry behind a dash."""
    lines = _value_lines(value)
    return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]


def _value_lines(value: Plain) -> list[str]:
    if isinstance(value, Mapping):
        lines = []
        for key, of_key in value.items():
            if isinstance(of_key, Mapping):
                lines += [f"{key}:", *(f"  {line}" for line in _value_lines(of_key))]
            elif isinstance(of_key, Sequence) and not isinstance(of_key, str):
                lines += [
                    f"{key}:",
                    *(f"  {line}" for item in of_key for line in _entry_lines(item)),
                ]
            else:
                lines.append(f"{key}: {_scalar(of_key)}")
        return lines
    return [_scalar(value)]


def _scalar(value: Plain) -> str:
    return moment_text(value) if isinstance(value, datetime) else json_text(value)


def _flow(entries: Sequence[Plain], *, is_first: bool) -> str:
    joined = ", ".join(json_text(entry) for entry in entries)
    return joined if is_first else f", {joined}"

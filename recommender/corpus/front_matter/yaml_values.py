"""YAML text → values, from the parser's events, in one pass that a hostile file cannot blow up.

PyYAML's own constructors are not used: they turn `no` into False, `1.10` into 1.1 and `0123` into
83 before anyone can object, drop repeated keys in silence, and expand aliases without a limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from recommender.corpus.front_matter.values import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_NODES,
    SECRET_KEY,
    Block,
    Items,
    Kind,
    Scalar,
    Value,
)
from recommender.corpus.front_matter.yaml_errors import explained
from recommender.errors import FrontMatterError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD = "tag:yaml.org,2002:"
_KINDS: dict[str, Kind] = {
    f"{_STANDARD}bool": "bool",
    f"{_STANDARD}int": "int",
    f"{_STANDARD}float": "float",
    f"{_STANDARD}timestamp": "timestamp",
}
_NULL = f"{_STANDARD}null"
_SCALAR_TAGS = {*_KINDS, _NULL, f"{_STANDARD}str"}
# libyaml compares each directive with all before it: a megabyte of them takes seconds.
_DIRECTIVE = re.compile(r"^%(?:TAG|YAML)\b", re.MULTILINE)


def read_yaml(text: str, path: str) -> Value:
    r"""Read one YAML document.

    Args:
        text: The lines from the file's second on, each ended by `\n`.
        path: The file, for messages.

    Returns:
        Its root; None for an empty document.

    Raises:
        FrontMatterError: It is not YAML, holds a tag that is not a standard one, an alias to
            nothing or to itself, or more levels, values or text than any article needs.
    """
    if directive := _DIRECTIVE.search(text):
        line = text.count("\n", 0, directive.start()) + 2
        raise FrontMatterError(path, line, "a YAML directive", "“key: value” lines only")
    document = f"---\n{text}"
    loader = _Loader(document)
    builder = _Builder(loader.resolve, path)
    try:
        while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise explained(error, document, path) from error
    finally:
        loader.dispose()
    return builder.root[0]


@dataclass(slots=True)
class _Open:
    """A collection that is still being filled.

    `n_nodes` and `n_characters` are the builder's counts from before it was opened; `height` is the
    number of levels in it, itself included.
    """

    value: Block | Items
    line: int = 0
    anchor: str | None = None
    n_nodes: int = 0
    n_characters: int = 0
    height: int = 1
    key: str | None = None
    key_line: int = 0
    is_merge_key: bool = False
    merged: list[Block] = field(default_factory=list)
    is_secret: bool = False

    @property
    def awaits_key(self) -> bool:
        return self.key is None and isinstance(self.value, Block)

    @property
    def hides_next(self) -> bool:
        return self.is_secret or self.key == SECRET_KEY


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an alias stands for, and what it adds each time it is used."""

    value: Value
    n_nodes: int
    n_characters: int
    height: int


class _Builder:
    """Builds values from events, with a stack of its own, counting every limit as it goes."""

    def __init__(self, resolve: Callable[..., str], path: str) -> None:
        self.root = Items()
        self._resolve = resolve
        self._path = path
        self._stack = [_Open(self.root)]
        self._anchors: dict[str, _Anchored | None] = {}  # None: its collection is still open
        self._n_nodes = 0
        self._n_characters = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event of the stream."""
        match event:
            case yaml.ScalarEvent():
                self._take_scalar(event)
            case yaml.MappingStartEvent():
                self._open(event, Block(), f"{_STANDARD}map")
            case yaml.SequenceStartEvent():
                self._open(event, Items(), f"{_STANDARD}seq")
            case yaml.CollectionEndEvent():
                self._close()
            case yaml.AliasEvent():
                self._take_alias(event)
            case yaml.DocumentStartEvent() if self.root:
                self._refuse(event, "a second YAML document", "a single one")

    def _take_scalar(self, event: yaml.ScalarEvent) -> None:
        top = self._stack[-1]
        text: str = event.value
        is_hidden = top.hides_next
        self._count(event, 1, len(text))
        if event.tag is not None and event.tag not in _SCALAR_TAGS:
            self._refuse_tag(event)
        value: Value = text
        if top.awaits_key:
            self._begin_pair(top, text, event)
        else:
            value = self._meaning(event)
            self._put(value, _line(event), height=0)
        if event.anchor and not is_hidden:
            self._anchors[event.anchor] = _Anchored(value, 1, len(text), 0)

    def _meaning(self, event: yaml.ScalarEvent) -> Value:
        text: str = event.value
        tag = event.tag
        if tag is None:
            if not event.implicit[0]:  # in quotes, or a block of text
                return text
            tag = self._resolve(yaml.ScalarNode, text, (True, False))
        if tag == _NULL:
            return None
        return Scalar(text, _KINDS[tag]) if tag in _KINDS else text

    def _begin_pair(self, top: _Open, key: str, event: yaml.Event) -> None:
        top.key = key
        top.key_line = _line(event)
        top.is_merge_key = key == "<<" and isinstance(event, yaml.ScalarEvent) and event.implicit[0]

    def _open(self, event: yaml.CollectionStartEvent, value: Block | Items, own_tag: str) -> None:
        top = self._stack[-1]
        if top.awaits_key:
            self._refuse(event, "a key that is itself a mapping or a list", "a text as key")
        if event.tag not in (None, own_tag):
            self._refuse_tag(event)
        self._check_depth(event, len(self._stack))
        anchor = None if top.hides_next else event.anchor
        if anchor:
            self._anchors[anchor] = None
        opened = _Open(value, _line(event), anchor, self._n_nodes, self._n_characters)
        opened.is_secret = top.hides_next
        self._stack.append(opened)
        self._count(event, 1, 0)

    def _close(self) -> None:
        done = self._stack.pop()
        if isinstance(done.value, Block):
            for source in done.merged:
                _merge(source, into=done.value)
        if done.anchor:
            self._anchors[done.anchor] = _Anchored(
                done.value,
                self._n_nodes - done.n_nodes,
                self._n_characters - done.n_characters,
                done.height,
            )
        self._put(done.value, done.line, done.height)

    def _take_alias(self, event: yaml.AliasEvent) -> None:
        if event.anchor not in self._anchors:
            self._refuse(event, "an alias that names no anchor", "an anchor “&…” above it")
        anchored = self._anchors[event.anchor]
        if anchored is None:
            self._refuse(event, "an alias to the very list or mapping it stands in", "no such loop")
        self._count(event, anchored.n_nodes, anchored.n_characters)
        self._check_depth(event, len(self._stack) - 1 + anchored.height)
        top = self._stack[-1]
        if not top.awaits_key:
            self._put(anchored.value, _line(event), anchored.height)
        elif isinstance(anchored.value, str):
            self._begin_pair(top, str(anchored.value), event)
        else:
            self._refuse(event, "a key that is not a text", "a text as key")

    def _put(self, value: Value, line: int, height: int) -> None:
        top = self._stack[-1]
        top.height = max(top.height, height + 1)
        if isinstance(top.value, Items):
            top.value.append(value)
            top.value.lines.append(line)
            return
        key, top.key = top.key, None
        if top.is_merge_key:
            top.merged.extend(self._sources(value, top.key_line))
        elif key is not None and key != SECRET_KEY:
            if key in top.value:
                top.value.repeated[key] = top.key_line
            top.value[key] = value
            top.value.lines[key] = top.key_line

    def _sources(self, value: Value, line: int) -> list[Block]:
        sources = value if isinstance(value, Items) else [value]
        blocks = [source for source in sources if isinstance(source, Block)]
        if len(blocks) < len(sources):
            expected = "an alias to a mapping, or a list of such aliases"
            raise FrontMatterError(
                self._path, line, "“<<” with something to merge that is no mapping", expected
            )
        return blocks

    def _count(self, event: yaml.Event, n_nodes: int, n_characters: int) -> None:
        self._n_nodes += n_nodes
        self._n_characters += n_characters
        if self._n_nodes > MAX_NODES:
            self._refuse(
                event,
                f"more than {MAX_NODES:,} values, aliases counted",
                "no more than an article needs",
            )
        if self._n_characters > MAX_CHARACTERS:
            found = f"more than {MAX_CHARACTERS:,} characters, aliases counted"
            self._refuse(event, found, "no more than an article needs")

    def _check_depth(self, event: yaml.Event, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._refuse(event, f"more than {MAX_DEPTH} levels of nesting", f"at most {MAX_DEPTH}")

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> NoReturn:
        tag = str(event.tag).replace(_STANDARD, "!!")[:60]
        self._refuse(event, f"the tag “{tag}”", "plain values, which need no tag")

    def _refuse(self, event: yaml.Event, found: str, expected: str) -> NoReturn:
        raise FrontMatterError(self._path, _line(event), found, expected)


def _merge(source: Block, into: Block) -> None:
    """Add the keys that `into` does not have; its own, and those merged earlier, stay."""
    for key, value in source.items():
        into.setdefault(key, value)
        into.lines.setdefault(key, source.lines[key])


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1

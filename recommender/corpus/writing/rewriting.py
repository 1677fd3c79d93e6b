"""The bytes of an article file, with other generated entries in it, or without any."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from recommender.corpus.front_matter.document import (
    Extent,
    Format,
    FrontMatter,
    decoded,
    find_extent,
    read_front_matter,
)
from recommender.corpus.front_matter.values import Block, Items, Value
from recommender.corpus.marks import MARK, SUGGESTED, is_generated
from recommender.corpus.schema.presets import Schema
from recommender.corpus.writing import json_lists, toml_lists, yaml_lists
from recommender.corpus.writing.entries import with_mark
from recommender.corpus.writing.place import Place, Plain, UnwritableError
from recommender.errors import FrontMatterError

_BOM = b"\xef\xbb\xbf"
_FINDERS: Mapping[Format, Callable[..., Place]] = {
    "yaml": yaml_lists.find_list,
    "toml": toml_lists.find_list,
    "json": json_lists.find_list,
}


def rewritten(
    data: bytes,
    path: str,
    schema: Schema,
    entries: Sequence[Mapping[str, Plain]],
    names: Sequence[str],
    *,
    is_site_bare: bool,
) -> bytes:
    """A file with other generated entries; every other byte is as it was.

    Args:
        data: The file's bytes.
        path: The file, for messages.
        schema: Which key means what.
        entries: What is recommended, without marks, best first.
        names: The same as bare references, which are written under `related_suggested` where the
            editor's own entries are bare.
        is_site_bare: Whether the site's entries are, for a file that has none.

    Raises:
        FrontMatterError: The file cannot be read.
        UnwritableError: The list stands there in a way that cannot be written to.
    """
    before = read_front_matter(data, path)
    key = list_key(before.data, schema)
    curated = [value for value in _values(before.data, key) if not is_generated(value)]
    is_bare = all(isinstance(of, str) for of in curated) if curated else is_site_bare
    marked: list[Plain] = [] if is_bare else [with_mark(entry) for entry in entries]
    wanted: dict[str, Sequence[Plain]] = {key: marked, SUGGESTED: names if is_bare else []}
    new = _with_text(data, _exchanged(decoded(data, path), path, before.data, wanted))
    _refuse_other_changes(before, new, path, key, wanted)
    return new


def outside(data: bytes, path: str, front_matter: FrontMatter, schema: Schema) -> bytes:
    """The bytes of a file without generated entries, and without a list's key that is left empty.

    Args:
        data: The file's bytes.
        path: The file, for messages.
        front_matter: What was read from it.
        schema: Which key means what.
    """
    block = front_matter.data
    text = decoded(data, path)
    for key in (list_key(block, schema), SUGGESTED):
        values = _values(block, key)
        if key in block and (not values or any(map(_is_ours(key), values))):
            with suppress(UnwritableError):  # then nothing has been written to it
                part = _Part.find(text, path, key, values)
                text = part.put_back(part.place.without(part.inner))
    return _with_text(data, text)


def list_key(block: Block, schema: Schema) -> str:
    """The key of a file's list: the first that holds something, or is there, or is the site's.

    A key inside another mapping (`extra.related`) is read and never written.
    """
    keys = [key for key in schema.fields["related"] if "." not in key] or ["related"]
    filled = [key for key in keys if block.get(key)]
    return [*filled, *(key for key in keys if key in block), *keys][0]


@dataclass(frozen=True, slots=True)
class _Part:
    """The front matter of a text, and where a list stands in it."""

    text: str
    extent: Extent
    inner: str
    place: Place

    @classmethod
    def find(cls, text: str, path: str, key: str, values: Sequence[Value]) -> _Part:
        extent = find_extent(text, path)
        inner = text[extent.start : extent.end]
        place = _FINDERS[extent.format](inner, key, values, _is_ours(key))
        return cls(text, extent, inner, place)

    def put_back(self, inner: str) -> str:
        return self.text[: self.extent.start] + inner + self.text[self.extent.end :]


def _exchanged(text: str, path: str, block: Block, wanted: Mapping[str, Sequence[Plain]]) -> str:
    for key, entries in wanted.items():
        values = _values(block, key)
        if entries or any(map(_is_ours(key), values)):
            part = _Part.find(text, path, key, values)
            new = _new_ones(entries, part.place, values)
            text = part.put_back(part.place.rewritten(part.inner, new))
    return text


def _new_ones(entries: Sequence[Plain], place: Place, values: Sequence[Value]) -> list[Plain]:
    """Those that do not stand there already, among lines that somebody has put a comment to."""
    stay = [value for item, value in zip(place.items, values, strict=False) if not item.is_ours]
    marks = {value[MARK] for value in stay if isinstance(value, Block) and is_generated(value)}
    return [entry for entry in entries if isinstance(entry, str) or _mark(entry) not in marks]


def _mark(entry: Plain) -> object:
    return entry[MARK] if isinstance(entry, Mapping) else None


def _is_ours(key: str) -> Callable[[Value], bool]:
    return (lambda value: isinstance(value, str)) if key == SUGGESTED else is_generated


def _values(block: Block, key: str) -> Sequence[Value]:
    value = block.get(key)
    if value is None:
        return []
    return value if isinstance(value, Items) else [value]


def _others(front_matter: FrontMatter, key: str) -> tuple[object, ...]:
    """All that generated entries must not change."""
    block = front_matter.data
    rest = [(name, value) for name, value in block.items() if name not in (key, SUGGESTED)]
    curated = [value for value in _values(block, key) if not is_generated(value)]
    return front_matter.format, front_matter.body, rest, curated


def _refuse_other_changes(
    before: FrontMatter, new: bytes, path: str, key: str, wanted: Mapping[str, Sequence[Plain]]
) -> None:
    """Read what is about to be written: better no list than a changed article."""
    try:
        after = read_front_matter(new, path)
        is_good = _others(before, key) == _others(after, key) and _holds(after.data, wanted)
    except FrontMatterError:
        is_good = False
    if not is_good:
        found = f"“{key}” written so that it cannot be changed without changing more"
        raise UnwritableError(found, "a plain list, each entry on lines of its own")


def _holds(block: Block, wanted: Mapping[str, Sequence[Plain]]) -> bool:
    """Whether the entries stand where they should, and can be told from an editor's."""
    stand = {
        key: [
            value[MARK] if isinstance(value, Block) else value
            for value in _values(block, key)
            if _is_ours(key)(value)
        ]
        for key in wanted
    }
    return all(
        (_mark(entry) or entry) in stand[key]
        for key, entries in wanted.items()
        for entry in entries
    )


def _with_text(data: bytes, text: str) -> bytes:
    return (_BOM if data.startswith(_BOM) else b"") + text.encode("utf-8")

"""The bytes of an article file → its front matter, as written, and the body below it.

Front matter keeps what was written; the schema decides what it means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from recommender.corpus.front_matter.toml_json_values import read_json, read_json_object, read_toml
from recommender.corpus.front_matter.values import MAX_CHARACTERS, Block, Value
from recommender.corpus.front_matter.yaml_values import read_yaml
from recommender.errors import FrontMatterError

Format = Literal["yaml", "toml", "json"]

_LINE_END = r"[ \t]*(?:\r\n|\r|\n|\Z)"
_OPENING = re.compile(rf"(---(?:yaml|toml|json)?|\+\+\+){_LINE_END}")
_OPENING_OBJECT = re.compile(r'\{\s*["}]')
_DASHES = re.compile(rf"(?<=[\r\n])---{_LINE_END}")
_DASHES_OR_DOTS = re.compile(rf"(?<=[\r\n])(?:---|\.\.\.){_LINE_END}")
_PLUSES = re.compile(rf"(?<=[\r\n])\+\+\+{_LINE_END}")
_FENCES: dict[str, tuple[Format, re.Pattern[str]]] = {
    "---": ("yaml", _DASHES_OR_DOTS),
    "---yaml": ("yaml", _DASHES_OR_DOTS),
    "+++": ("toml", _PLUSES),
    "---toml": ("toml", _DASHES),
    "---json": ("json", _DASHES),
}
_READERS = {"yaml": read_yaml, "toml": read_toml, "json": read_json}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What one file holds.

    Attributes:
        data: The front matter; never empty.
        body: The text below it, as written, without the byte-order mark; may be empty.
        format: How the front matter is written.
    """

    data: Block
    body: str
    format: Format


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the front matter of a file stands, in characters of its text.

    Attributes:
        format: How it is written.
        start: Where it begins, behind its fence; at the brace of a JSON object without one.
        end: Where it ends, before its closing fence.
        body: Where the body begins.
    """

    format: Format
    start: int
    end: int
    body: int


def read_front_matter(data: bytes, path: str) -> FrontMatter:
    """Split a file into front matter and body, and read the front matter.

    Line 1 opens the front matter: `---` or `---yaml`, `+++` or `---toml`, `---json`, or the `{` of
    a JSON object. A byte-order mark and any kind of line end are taken as they come.

    Args:
        data: The file's bytes.
        path: The file, for messages.

    Raises:
        FrontMatterError: The file is empty, not UTF-8 or binary; or its front matter is missing,
            not closed, broken, unsafe, empty or not a mapping.
    """
    text = decoded(data, path)
    if _OPENING_OBJECT.match(text):
        root, end = read_json_object(text, path)
        _check_characters(text[:end], path)
        return FrontMatter(_checked_root(root, path), text[_behind_line(text, end) :], "json")
    extent = find_extent(text, path)
    inner = text[extent.start : extent.end]
    _check_characters("\n" + inner, path)
    root = _READERS[extent.format](inner.replace("\r\n", "\n").replace("\r", "\n"), path)
    return FrontMatter(_checked_root(root, path), text[extent.body :], extent.format)


def find_extent(text: str, path: str) -> Extent:
    """Find the front matter of a file.

    Args:
        text: As `decoded` gives it.
        path: The file, for messages.

    Raises:
        FrontMatterError: It is missing or not closed.
    """
    if _OPENING_OBJECT.match(text):
        _, end = read_json_object(text, path)
        return Extent("json", 0, end, _behind_line(text, end))
    opening = _OPENING.match(text)
    if not opening:
        raise _not_opened(text, path)
    fence = opening[1]
    form, closing_fence = _FENCES[fence]
    closing = closing_fence.search(text, opening.end())
    if not closing:
        expected = f"a closing “{fence[:3]}” on a line of its own"
        raise FrontMatterError(path, 1, f"a fence “{fence}” that is never closed", expected)
    return Extent(form, opening.end(), closing.start(), closing.end())


def _behind_line(text: str, at: int) -> int:
    """Behind the rest of a line on which nothing else stands; the place itself otherwise."""
    found = re.compile(_LINE_END).match(text, at)
    return found.end() if found else at


def decoded(data: bytes, path: str) -> str:
    """The text of a file, without the byte-order mark.

    Raises:
        FrontMatterError: It is empty, not UTF-8, or binary.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"a byte (0x{data[error.start]:02X}) that is not UTF-8"
        line = _line_at(data[: error.start].decode("utf-8", "replace"))
        raise FrontMatterError(path, line, found, "a file saved as UTF-8") from error
    if "\0" in text:
        line = _line_at(text[: text.index("\0")])
        raise FrontMatterError(path, line, "a NUL byte", "a text file")
    if not text.strip():
        raise FrontMatterError(path, None, "an empty file", "front matter between two lines “---”")
    return text


def _line_at(before: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", before)) + 1


def _not_opened(text: str, path: str) -> FrontMatterError:
    if text.startswith(("---", "+++")):
        found = "an opening fence with something behind it"
    elif text.lstrip().startswith(("---", "+++")):
        found = "an empty line or spaces before the opening fence"
    else:
        found = "no front matter"
    expected = "“---” on line 1 (“+++” for TOML), or the file left out by “exclude”"
    return FrontMatterError(path, 1, found, expected)


def _check_characters(front_matter: str, path: str) -> None:
    if len(front_matter) > MAX_CHARACTERS:
        found = f"front matter of {len(front_matter):,} characters"
        raise FrontMatterError(path, 1, found, f"at most {MAX_CHARACTERS:,}")
    if control := _CONTROL.search(front_matter):
        line = _line_at(front_matter[: control.start()])
        found = f"the control character U+{ord(control[0]):04X}"
        raise FrontMatterError(path, line, found, "front matter without it")


def _checked_root(root: Value, path: str) -> Block:
    if root is None or root == {}:
        raise FrontMatterError(path, 1, "empty front matter", "at least a title")
    if not isinstance(root, Block):
        found = "a single text" if isinstance(root, str) else "a list"
        raise FrontMatterError(path, 2, f"{found} as front matter", "“key: value” lines")
    return root

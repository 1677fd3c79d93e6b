"""TOML and JSON text → values."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from recommender.corpus.front_matter.values import (
    MAX_DEPTH,
    MAX_NODES,
    SECRET_KEY,
    Block,
    Items,
    Scalar,
    Value,
)
from recommender.errors import FrontMatterError

# tomllib needs the square of a dotted key's length, in time and in memory.
_LONG_DOTTED_KEY = re.compile(
    r"""(?:\.[ \t]*+(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+)"""
    rf"{{{MAX_DEPTH}}}"
)
_TOML_KEY = re.compile(r"""(?:\[\[?)?[ \t]*["']?([\w-]+)""")
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")
_TOO_DEEP = (f"more than {MAX_DEPTH} levels of nesting", f"at most {MAX_DEPTH}")


def read_toml(text: str, path: str) -> Value:
    r"""Read the TOML below a fence.

    Args:
        text: The lines from the file's second on, each ended by `\n`.
        path: The file, for messages.

    Raises:
        FrontMatterError: It is not TOML, or holds more levels or values than any article needs.
    """
    if dotted := _LONG_DOTTED_KEY.search(text):
        line = text.count("\n", 0, dotted.start()) + 2
        raise FrontMatterError(path, line, *_TOO_DEEP)
    try:
        raw = tomllib.loads(text, parse_float=lambda written: Scalar(written, "float"))
        root = _Conversion(path).block(raw)
    except RecursionError as error:
        raise FrontMatterError(path, None, *_TOO_DEEP) from error
    except FrontMatterError:
        raise
    except ValueError as error:  # TOMLDecodeError, or an integer of thousands of digits
        raise _broken_toml(error, path) from error
    root.lines = _toml_lines(text, root)
    return root


def _broken_toml(error: ValueError, path: str) -> FrontMatterError:
    place = _TOML_PLACE.search(str(error))
    line = int(place[1]) + 1 if place and place[1] else None
    found = f"broken TOML ({_TOML_PLACE.sub('', str(error))})"
    return FrontMatterError(path, line, found, "valid TOML")


def _toml_lines(text: str, root: Block) -> dict[str, int]:
    """The first line that begins with each top-level key: these stand above all tables."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=2):
        key = _TOML_KEY.match(line)
        if key and key[1] in root:
            lines.setdefault(key[1], number)
    return lines


def read_json(text: str, path: str) -> Value:
    """Read the JSON between two fences.

    Args:
        text: The lines from the file's second on.
        path: The file, for messages.

    Returns:
        Its root; None where there is nothing.

    Raises:
        FrontMatterError: It is not JSON, or holds more levels or values than any article needs.
    """
    whole = "\n" + text.rstrip()
    start = len(whole) - len(whole.lstrip())
    if start == len(whole):
        return None
    root, end = read_json_object(whole, path, start)
    if end < len(whole):
        line = whole.count("\n", 0, end) + 1
        raise FrontMatterError(path, line, "text behind the JSON value", "the closing fence")
    return root


def read_json_object(text: str, path: str, start: int = 0) -> tuple[Value, int]:
    """Read the JSON value that begins at a place of a text whose line 1 is the file's.

    Returns:
        The value, and the place behind it.

    Raises:
        FrontMatterError: It is not JSON, or holds more levels or values than any article needs.
    """
    decoder = json.JSONDecoder(
        object_pairs_hook=_to_block,
        parse_int=lambda written: Scalar(written, "int"),
        parse_float=lambda written: Scalar(written, "float"),
        parse_constant=lambda written: Scalar(written, "float"),
    )
    try:
        raw, end = decoder.raw_decode(text, start)
    except RecursionError as error:
        raise FrontMatterError(path, None, *_TOO_DEEP) from error
    except json.JSONDecodeError as error:
        raise FrontMatterError(
            path, error.lineno, f"broken JSON ({error.msg})", "valid JSON"
        ) from error
    return _Conversion(path).value(raw), end


def _to_block(pairs: list[tuple[str, Any]]) -> Block:
    block = Block()
    for key, value in pairs:
        if key in block and key != SECRET_KEY:
            block.repeated[key] = None
        block[key] = value
    return block


@dataclass(slots=True)
class _Conversion:
    """Turns what a parser made into values, and refuses what is too deep or too much."""

    path: str
    n_nodes: int = 0

    def value(self, raw: Any, depth: int = 1) -> Value:
        self.n_nodes += 1
        if self.n_nodes > MAX_NODES:
            found = f"more than {MAX_NODES:,} values"
            raise FrontMatterError(self.path, None, found, "no more than an article needs")
        if isinstance(raw, dict):
            return self.block(raw, depth)
        if isinstance(raw, list):
            self._check_depth(depth)
            return Items(self.value(item, depth + 1) for item in raw)
        return _to_leaf(raw)

    def block(self, raw: dict[str, Any], depth: int = 1) -> Block:
        self._check_depth(depth)
        block = Block(
            (key, self.value(value, depth + 1)) for key, value in raw.items() if key != SECRET_KEY
        )
        block.repeated = getattr(raw, "repeated", {})
        return block

    def _check_depth(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise FrontMatterError(self.path, None, *_TOO_DEEP)


def _to_leaf(raw: Any) -> Scalar | str | None:
    match raw:
        case bool():
            return Scalar(str(raw).lower(), "bool")
        case int():
            return Scalar(str(raw), "int")
        case datetime() | date() | time():
            return Scalar(raw.isoformat(), "timestamp")
    return raw if isinstance(raw, str) else None

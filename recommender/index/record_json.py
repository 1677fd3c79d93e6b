"""Records ↔ JSON, led by the type hints of the records themselves.

A field that is added to a record is kept without a change here. Reading is strict, because the JSON
may come from a stranger: an unknown or missing key and a value of another type are refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Decoder = Callable[[Any], Any]

N_QUOTED = 80
"""Characters of a value that a message quotes."""


def to_json(record: object) -> str:
    """A record as a JSON object on one line, without the fields that are at their default."""
    return json.dumps(to_plain(record), ensure_ascii=False, separators=(",", ":"))


def from_json(kind: type[T], text: str) -> T:
    """The record of a kind that a JSON object describes.

    Raises:
        ValueError: It does not describe one; the message says what was found and expected.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"found no JSON ({error}); expected {kind.__name__}") from error
    return from_plain(kind, value)


def to_plain(record: object) -> dict[str, Any]:
    """What `to_json` writes, as a mapping."""
    kind: Any = type(record)
    return {
        name: _plain(value)
        for name, default in _defaults(kind)
        if (value := getattr(record, name)) != default
    }


def from_plain(kind: type[T], value: object) -> T:
    """What `from_json` reads, from a value that is parsed already.

    Raises:
        ValueError: It does not describe a record of this kind.
    """
    hint: Any = kind
    record: T = _decoder(hint)(value)
    return record


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in fields(kind))


def _plain(value: Any) -> Any:
    if value is None or type(value) in {str, int, float, bool}:
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return to_plain(value)


@cache
def _decoder(hint: Any) -> Decoder:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if is_dataclass(hint):
        return _record_decoder(hint)
    if origin is Literal:
        return _choice_decoder(arguments)
    if origin is tuple:
        return _tuple_decoder(_decoder(arguments[0]))
    if origin is Mapping:
        return _mapping_decoder(_decoder(arguments[1]))
    if origin in {Union, UnionType} and NoneType in arguments:
        (item,) = (_decoder(argument) for argument in arguments if argument is not NoneType)
        return lambda value: None if value is None else item(value)
    raise TypeError(f"{hint} is not a type that records use")


def _simple_decoder(expected: str, *kinds: type) -> Decoder:
    def decode(value: Any) -> Any:
        if type(value) not in kinds:  # exactly, because True passes for an int
            raise _misfit(value, expected)
        return value

    return decode


def _decode_moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise _misfit(value, "a date with time and offset")
    return moment


def _choice_decoder(choices: tuple[str, ...]) -> Decoder:
    def decode(value: Any) -> Any:
        if value not in choices:
            raise _misfit(value, " or ".join(choices))
        return value

    return decode


def _tuple_decoder(item: Decoder) -> Decoder:
    def decode(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _misfit(value, "a list")
        return tuple(map(item, value))

    return decode


def _mapping_decoder(item: Decoder) -> Decoder:
    def decode(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _misfit(value, "a mapping")
        return {key: item(fact) for key, fact in value.items()}

    return decode


def _record_decoder(kind: Any) -> Decoder:
    hints = get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in fields(kind)}
    required = {name for name, default in _defaults(kind) if default is MISSING}

    def decode(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _misfit(value, "a mapping")
        if not required <= value.keys() <= decoders.keys():
            raise ValueError(f"found the keys {', '.join(value)}; expected {', '.join(decoders)}")
        facts: dict[str, Any] = {}
        try:
            for name, fact in value.items():
                facts[name] = decoders[name](fact)
        except ValueError as error:
            raise ValueError(f"{list(value)[len(facts)]}: {error}") from error
        return kind(**facts)

    return decode


_SIMPLE: Mapping[Any, Decoder] = {
    str: _simple_decoder("a text", str),
    bool: _simple_decoder("true or false", bool),
    int: _simple_decoder("a whole number", int),
    float: _simple_decoder("a number", int, float),
    datetime: _decode_moment,
}


def _misfit(value: Any, expected: str) -> ValueError:
    return ValueError(f"found {repr(value)[:N_QUOTED]}; expected {expected}")

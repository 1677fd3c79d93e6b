"""Whether a document from elsewhere has the shape of a report, all the way down."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from .schema import Report

MAX_SHOWN = 60
_hints = cache(get_type_hints)
_NAMES = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    NoneType: "null",
    list: "a list",
    tuple: "a list",
    dict: "a mapping",
}


def first_fault(document: object) -> str | None:
    """The first thing that is not as `Report` says, as “where: found …; expected …”, or None.

    Positions must lead to an article, and values per query must be as many as the queries.
    """
    fault = next(_faults(document, Report, ""), None)
    return fault or next(_inconsistencies(document), None)  # type: ignore[arg-type]


def _faults(value: object, kind: Any, path: str) -> Iterator[str]:
    """Differences between a value and a type of the schema."""
    origin, inner = get_origin(kind) or kind, get_args(kind)
    if origin is UnionType:
        if not any(next(_faults(value, one, path), None) is None for one in inner):
            yield _fault(path, value, " or ".join(_NAMES.get(one, "an entry") for one in inner))
    elif is_typeddict(kind):
        yield from _faults_of_entry(value, kind, path)
    elif kind is Any:
        return
    elif not _is_a(value, origin):
        yield _fault(path, value, _NAMES[origin])
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _faults(item, inner[1], f"{path}.{key}")
    elif isinstance(value, list):
        yield from _faults_of_list(value, origin, inner, path)


def _faults_of_entry(value: object, kind: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _fault(path, value, "a mapping")
        return
    for key, wanted in _hints(kind).items():
        if key in value:
            yield from _faults(value[key], wanted, f"{path}.{key}")
        elif key in kind.__required_keys__:
            yield f"{path.removeprefix('.') or 'the report'}: found no “{key}”; expected one"


def _faults_of_list(
    value: list[Any], origin: Any, inner: tuple[Any, ...], path: str
) -> Iterator[str]:
    kinds = inner if origin is tuple else inner * len(value)
    if len(kinds) != len(value):
        yield _fault(path, value, f"a list of {len(kinds)}")
        return
    for i, (item, kind) in enumerate(zip(value, kinds, strict=True)):
        yield from _faults(item, kind, f"{path}[{i}]")


def _inconsistencies(report: Report) -> Iterator[str]:
    n_articles, n_queries = len(report["articles"]), len(report["queries"])
    for i, query in enumerate(report["queries"]):
        named = [query["article"], *(article for article, _ in query["truth"])]
        named += [article for listed in query["lists"].values() for article in listed]
        if not all(0 <= article < n_articles for article in named):
            yield f"queries[{i}]: found a position beyond the {n_articles} articles; expected less"
    for i, system in enumerate(report["systems"]):
        if system["per_query"] and set(system["per_query"]) != set(report["measures"]):
            yield f"systems[{i}].per_query: found other measures than the report's; expected those"
        for measure, values in system["per_query"].items():
            if len(values) != n_queries:
                yield (
                    f"systems[{i}].per_query.{measure}: found {len(values)} values; expected one "
                    f"for each of the {n_queries} queries"
                )


def _is_a(value: object, kind: Any) -> bool:
    """JSON's idea of a type: lists are tuples, too, and whole numbers are numbers."""
    if kind in (int, float):
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return is_whole or (kind is float and isinstance(value, float))
    return isinstance(value, list if kind is tuple else kind)


def _fault(path: str, value: object, expected: str) -> str:
    shown = repr(value)
    shown = shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}…"
    return f"{path.removeprefix('.') or 'the report'}: found {shown}; expected {expected}"

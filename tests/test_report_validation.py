"""Reports of strangers: whatever is wrong in one is said, and nothing trips over it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_report import sample_report

from evaluation import ReportError, compare
from evaluation.report.validation import first_fault

Change = Callable[[Any], object]


TEXT = json.dumps(sample_report(n_queries=40, n_articles=60))


def _document() -> Any:
    return json.loads(TEXT)


def _set(*path: object, to: object) -> Change:
    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = to

    return change


def test_a_report_of_ours_has_no_fault() -> None:
    """As it comes back from JSON."""
    assert first_fault(_document()) is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_set("systems", to={}), "systems: found {}; expected a list"),
        (_set("systems", 0, to=7), "systems[0]: found 7; expected a mapping"),
        (_set("is_conclusive", to=1), "is_conclusive: found 1; expected true or false"),
        (_set("format", to=True), "format: found True; expected a whole number"),
        (_set("primary", to=None), "primary: found None; expected a text"),
        (_set("timings", "ranking", to="x"), "timings.ranking: found 'x'; expected a number"),
        (_set("truth", "longest", to=1.5), "truth.longest: found 1.5; expected a whole number"),
        (_set("pairs", to=[]), "pairs: found []; expected an entry or null"),
        (
            _set("queries", 0, "truth", 0, to=[1]),
            "queries[0].truth[0]: found [1]; expected a list of 2",
        ),
        (_set("made", to="x" * 99), "made: found '" + "x" * 59 + "…; expected a mapping"),
        (_set("queries", 0, "article", to=60), "queries[0]: found a position beyond the 60"),
        (_set("queries", 0, "article", to=-1), "queries[0]: found a position beyond the 60"),
        (
            _set("systems", 0, "per_query", "nDCG@10", to=[0.5]),
            "systems[0].per_query.nDCG@10: found 1 values; expected one for each of the 40 queries",
        ),
        (lambda document: document.pop("map"), "the report: found no “map”; expected one"),
        (
            lambda document: document["systems"][0]["per_query"].pop("MRR@100"),
            "systems[0].per_query: found other measures than the report's; expected those",
        ),
        (
            _set("systems", 0, "reliability", "bins", 0, "low", to=None),
            "systems[0].reliability: found",
        ),
        (
            lambda document: document["systems"][0].pop("label"),
            "systems[0]: found no “label”; expected one",
        ),
    ],
)
def test_the_first_fault_is_named(change: Change, fault: str) -> None:
    """Where, what was found, what was expected."""
    document = _document()
    change(document)

    assert (first_fault(document) or "").startswith(fault)


def test_what_was_added_to_reports_may_be_absent() -> None:
    """Those made before are read on."""
    document = _document()
    for system in document["systems"]:
        del system["reliability"]

    assert first_fault(document) is None


def _paths(value: object) -> list[list[object]]:
    """Ways to every value of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    found: list[list[object]] = []
    for key, item in items:
        found.append([key])
        if isinstance(item, dict | list):
            found += [[key, *rest] for rest in _paths(item)]
    return found


PATHS = _paths(_document())


@given(
    path=st.sampled_from(PATHS),
    value=st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3)
    | st.just([]) | st.just({}),
)  # fmt: skip
def test_whatever_stands_where_it_should_not_trips_nobody(
    path: list[object], value: object
) -> None:
    """One value replaced by another: it is refused, or the two reports can be compared."""
    document = _document()
    _set(*path, to=value)(document)
    if first_fault(document) is None:
        try:
            compare(document, _document())
            compare(_document(), document)
        except ReportError as error:
            assert str(error)  # noqa: PT017 - a sentence, where nothing is left to compare

"""From which articles a list may be made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from small_collection import collection_of, ids_of, named, on_day

from evaluation.collection import Collection
from evaluation.views import views_of
from recommender import Article


def _allowed(collection: Collection, view: str, query: str, tolerance: float = 2.0) -> str:
    """Ids of what a query may be answered with."""
    row = collection.rows[query]
    allowed = views_of(collection, tolerance)[view](np.array([row]))[0]
    return ids_of(collection, np.flatnonzero(allowed))


def _dated(**days: float | None) -> list[Article]:
    return [
        Article(title=name, id=name, published_at=None if day is None else on_day(day))
        for name, day in days.items()
    ]


def test_a_query_is_never_a_candidate_of_its_own() -> None:
    """Nor is what the site hides."""
    collection = collection_of(named("abcd"), hidden="d")

    assert _allowed(collection, "all", "b") == "ac"
    assert _allowed(collection, "all", "d") == "abc"


def test_as_of_keeps_what_was_published_by_then() -> None:
    """Plus the tolerance, to the second."""
    collection = collection_of(_dated(a=0, b=10, c=12, d=12.001, e=40))

    assert _allowed(collection, "as_of", "b") == "ac"
    assert _allowed(collection, "as_of", "b", tolerance=0) == "a"
    assert _allowed(collection, "as_of", "e") == "abcd"


def test_an_undated_candidate_stays_as_of_any_date() -> None:
    """Nothing says that it is newer."""
    assert _allowed(collection_of(_dated(a=10, b=None, c=40)), "as_of", "a") == "b"


def test_an_undated_query_has_no_candidates_as_of_its_date() -> None:
    """So it is left out there, and counted."""
    assert _allowed(collection_of(_dated(a=10, b=None)), "as_of", "b") == ""


def test_without_dates_there_is_no_as_of() -> None:
    """Dates of linked articles alone do not make one: they are never asked for."""
    linked = replace(named("b")[0], is_linked=True, published_at=on_day(1))

    assert set(views_of(collection_of([*named("a"), linked]), 2.0)) == {"all", "folder", "linked"}


def test_folder_and_linked_articles_are_told_apart() -> None:
    """Each view has its own kind, without the query."""
    articles = [*named("abc"), *named("xy", is_linked=True)]
    collection = collection_of(articles, hidden="y")

    assert _allowed(collection, "folder", "a") == "bc"
    assert _allowed(collection, "linked", "a") == "x"
    assert _allowed(collection, "all", "a") == "bcx"


def test_a_folder_without_linked_articles_is_not_split() -> None:
    """There would be nothing to compare."""
    assert set(views_of(collection_of(named("ab")), 2.0)) == {"all"}

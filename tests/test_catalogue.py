"""What a site's lists show, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_collection import collection_of, named, on_day

from evaluation.catalogue import LORENZ_AT, Shown, gini
from evaluation.collection import Collection
from evaluation.report.schema import Catalogue
from evaluation.stories import Stories
from evaluation.task import NOBODY
from recommender import Article, Provider


def _catalogue(collection: Collection, lists: dict[int, list[int]]) -> Catalogue:
    """Figures of lists, query row to rows."""
    rows = np.full((len(lists), 10), NOBODY, dtype=np.int32)
    for i, ranked in enumerate(lists.values()):
        rows[i, : len(ranked)] = ranked
    return Shown(
        collection, Stories(collection), np.array([*lists], dtype=np.int64), rows
    ).catalogue()


def test_coverage_counts_candidates_that_stand_in_a_list() -> None:
    """Two of four candidates are shown, one of them twice; what is hidden is no candidate."""
    collection = collection_of(named("abcde"), hidden="e")

    found = _catalogue(collection, {0: [1, 2], 1: [2]})

    assert (found["n_lists"], found["coverage"], found["n_never_shown"]) == (2, 0.5, 2)
    assert found["most_shown"] == [(2, 2), (1, 1)]


def test_gini_by_hand() -> None:
    """All alike: 0. All on one of four: 3/4. 1, 1, 2 of three: 2/12."""
    assert gini(np.array([3, 3, 3])) == 0
    assert gini(np.array([0, 8, 0, 0])) == 0.75
    assert gini(np.array([1, 2, 1])) == pytest.approx(2 / 12)
    assert gini(np.array([0, 0])) is None


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20).filter(any))
def test_gini_is_half_the_relative_mean_difference(times: list[int]) -> None:
    """The definition, over all pairs."""
    n = len(times)
    differences = sum(abs(a - b) for a in times for b in times)

    assert gini(np.array(times)) == pytest.approx(differences / (2 * n * sum(times)))


def test_lorenz_begins_with_the_most_shown() -> None:
    """Half of the candidates take all places, the first quarter two thirds of them."""
    collection = collection_of(named("abcd"))

    lorenz = _catalogue(collection, {0: [2], 1: [2], 3: [1]})["lorenz"]

    assert lorenz is not None
    by_share = dict(zip(LORENZ_AT.round(2).tolist(), lorenz, strict=True))
    assert (by_share[0.0], by_share[0.25], by_share[0.5], by_share[1.0]) == (
        0, pytest.approx(2 / 3, abs=1e-6), 1, 1,
    )  # fmt: skip


def test_diversity_is_one_minus_the_mean_similarity_of_pairs() -> None:
    """Lists of one article have no pair and do not count."""
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    collection = collection_of(named("abcd"), vectors)

    found = _catalogue(collection, {0: [1, 2, 3], 1: [2, 0], 2: [1]})

    pairs = (0 + 0.6 + 0.8) / 3
    assert found["diversity"] == pytest.approx(1 - (pairs + 0) / 2, abs=1e-6)


def test_age_is_that_of_what_is_shown_against_the_query() -> None:
    """Median of 10, 4 and -2 days; what has no date does not count."""
    days = {"a": 10, "b": 0, "c": 6, "d": 12, "e": None}
    articles = [
        Article(title=name, id=name, published_at=None if day is None else on_day(day))
        for name, day in days.items()
    ]

    assert _catalogue(collection_of(articles), {0: [1, 2, 3, 4]})["median_age_days"] == 4


def test_agreement_counts_only_where_both_say_something() -> None:
    """Providers agree in one of two, topics in one of three; d has neither."""
    articles = [
        Article(title="a", id="a", provider=Provider("N", "n.example"), topics=("AI", "Sea")),
        Article(title="b", id="b", provider=Provider("Other", "n.example"), topics=("Sea",)),
        Article(title="c", id="c", provider=Provider("M"), topics=("Wheat",)),
        Article(title="d", id="d", provider=Provider(), topics=()),
        Article(title="e", id="e", topics=("Chips",)),
    ]

    found = _catalogue(collection_of(articles), {0: [1, 2, 3, 4]})

    assert (found["same_provider"], found["shared_topic"]) == (0.5, pytest.approx(1 / 3, abs=1e-6))


def test_repeats_is_the_share_of_lists_that_tell_a_story_twice() -> None:
    """One of two."""
    articles = [Article(title=t, id=str(i)) for i, t in enumerate(["x y z", "x y z", "q r s"])]

    assert _catalogue(collection_of(articles), {2: [0, 1], 0: [1, 2]})["repeats"] == 0.5


def test_lists_of_nothing_have_no_figures() -> None:
    """Nothing asked, nothing shown: every share is null, and nothing is equal or unequal."""
    found = _catalogue(collection_of(named("ab")), {})

    assert (found["n_lists"], found["coverage"], found["n_never_shown"]) == (0, 0, 2)
    assert found["most_shown"] == []
    names = ("gini", "lorenz", "diversity", "repeats", "median_age_days", "same_provider")
    assert all(found[name] is None for name in names)  # type: ignore[literal-required]

"""How scores and lists become answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from small_collection import collection_of, ids_of, named, task_for

from evaluation import task as task_module


def test_scores_order_and_ids_break_ties() -> None:
    """B and d tie; the query c is left out though it scores best."""
    collection = collection_of(named("abcde"))
    scores = np.array([[0.1, 0.5, 9.0, 0.5, -1.0]])

    ranked = task_for(collection, [2]).by_scores(lambda _: scores)["all"]

    assert ids_of(collection, ranked[0]) == "bdae"
    assert ranked.shape == (1, 5)
    assert ranked[0, -1] == task_module.NOBODY


def test_ties_are_broken_before_the_list_is_cut() -> None:
    """Of four that tie, the first two by id stand in a list of two."""
    collection = collection_of(named("abcde"))

    ranked = task_for(collection, [0], depth=2).by_scores(lambda rows: np.ones((len(rows), 5)))

    assert ids_of(collection, ranked["all"][0]) == "bc"


def test_minus_zero_ties_with_zero() -> None:
    """It is the same number, though not the same bits."""
    collection = collection_of(named("abc"))

    ranked = task_for(collection, [2]).by_scores(lambda _: np.array([[-0.0, 0.0, 1.0]]))

    assert ids_of(collection, ranked["all"][0]) == "ab"


def test_queries_are_scored_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more cells at a time than allowed, and the answers do not show it."""
    collection = collection_of(named("abcd"))
    sizes: list[int] = []

    def score(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        sizes.append(len(rows))
        return np.abs(rows[:, None] - np.arange(4)) * -1.0

    whole = task_for(collection).by_scores(score)["all"]
    monkeypatch.setattr(task_module, "MAX_CELLS", 8)
    blocks = task_for(collection).by_scores(score)["all"]

    assert sizes == [4, 2, 2]
    assert np.array_equal(whole, blocks)


def test_a_task_without_queries_has_empty_answers() -> None:
    """Of the right shape."""
    ranked = task_for(collection_of(named("ab")), []).by_scores(
        lambda rows: np.ones((len(rows), 2))
    )

    assert ranked["all"].shape == (0, 5)


def test_lists_are_taken_as_they_are_but_for_what_is_not_allowed() -> None:
    """The query itself and linked articles go; the order stays; no list is an empty one."""
    collection = collection_of([*named("abc"), *named("x", is_linked=True)])
    ranked = task_for(collection, [0, 1]).by_lists({0: [3, 0, 2, 1]})

    assert ids_of(collection, ranked["all"][0]) == "xcb"
    assert ids_of(collection, ranked["folder"][0]) == "cb"
    assert ids_of(collection, ranked["linked"][0]) == "x"
    assert ids_of(collection, ranked["all"][1]) == ""


def test_a_long_list_is_cut_at_the_depth() -> None:
    """After what is not allowed was taken out."""
    collection = collection_of(named("abcd"))

    ranked = task_for(collection, [0], depth=2).by_lists({0: [0, 3, 2, 1]})

    assert ids_of(collection, ranked["all"][0]) == "dc"


def test_lists_are_chosen_anew_among_what_each_view_allows() -> None:
    """Here the last ones allowed, by falling row; they may be short, and long ones are cut."""
    collection = collection_of([*named("abcd"), *named("x", is_linked=True)])
    asked: list[list[int]] = []

    def prepare(rows: NDArray[np.int64]) -> task_module.Choice:
        asked.append(rows.tolist())
        return lambda allowed: [np.flatnonzero(row)[::-1] for row in allowed]

    ranked = task_for(collection, [0, 2], depth=2).by_choice(prepare)

    assert asked == [[0, 2]]
    assert [ids_of(collection, row) for row in ranked["all"]] == ["xd", "xd"]
    assert [ids_of(collection, row) for row in ranked["folder"]] == ["dc", "db"]
    assert ids_of(collection, ranked["linked"][0]) == "x"


def test_calibrated_scores_follow_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever blocks; without a score, or behind the end of a list, there is none."""
    monkeypatch.setattr(task_module, "MAX_CELLS", 3)
    collection = collection_of(named("abc"))
    order = np.array([[0.0, 1.0, 2.0], [5.0, 9.0, 4.0]])
    scores = np.array([[0.9, 0.1, 0.2], [np.nan, 0.3, 0.4]])

    def score(rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return order[rows], scores[rows]

    found = task_for(collection, [0, 1], depth=3).by_calibrated_scores(score)

    assert [ids_of(collection, row) for row in found.lists["all"]] == ["cb", "ac"]
    assert found.scores.tolist() == [
        pytest.approx([0.2, 0.1, np.nan], nan_ok=True),
        pytest.approx([np.nan, 0.4, np.nan], nan_ok=True),
    ]


@given(
    scores=arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(1, 12)),
        elements=st.floats(-2, 2, width=32) | st.sampled_from([0.0, -0.0, 0.5]),
    ),
    depth=st.integers(1, 14),
)
def test_the_order_is_that_of_sorting_everything(scores: NDArray[np.float32], depth: int) -> None:
    """By falling score, then rising row, whatever the depth."""
    n_articles = scores.shape[1]
    collection = collection_of(named("abcdefghijkl"[:n_articles]))
    queries = [i % n_articles for i in range(len(scores))]

    ranked = task_for(collection, queries, depth=depth).by_scores(lambda _: scores)["all"]

    for query, row, found in zip(queries, scores.tolist(), ranked.tolist(), strict=True):
        others = [i for i in range(n_articles) if i != query]
        expected = sorted(others, key=lambda i: (-row[i], i))[:depth]
        assert expected + [task_module.NOBODY] * (depth - len(expected)) == found

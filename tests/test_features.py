"""Graphs and ragged columns."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.features import Graph, distinct, places_of, spans, sums_of

GRAPH = Graph.from_lists([[1, 2], [], [0, 1], [1]])


def test_a_graph_knows_who_points_to_whom() -> None:
    """Either way round."""
    turned = GRAPH.reversed()

    assert len(GRAPH) == 4
    assert GRAPH.of(2).tolist() == [0, 1]
    assert GRAPH.out_degrees().tolist() == [2, 0, 2, 1]
    assert GRAPH.in_degrees().tolist() == [1, 3, 1, 0]
    assert GRAPH.sources().tolist() == [0, 0, 2, 2, 3]
    assert [turned.of(row).tolist() for row in range(4)] == [[2], [0, 2, 3], [0], []]


def test_a_graph_is_made_from_pairs_in_any_order() -> None:
    """Targets of one source ascend."""
    graph = Graph.from_pairs(np.array([2, 0, 2, 0]), np.array([1, 2, 0, 1]), 3)

    assert [graph.of(row).tolist() for row in range(3)] == [[1, 2], [], [0, 1]]


def test_the_targets_of_several_come_with_their_sources() -> None:
    """By place in what was asked, repeats and empty ones included."""
    targets, sources = GRAPH.gather(np.array([2, 1, 0, 2]))

    assert targets.tolist() == [0, 1, 1, 2, 0, 1]
    assert sources.tolist() == [0, 0, 2, 2, 3, 3]


def test_spans_of_no_rows_are_empty() -> None:
    """And are numbers all the same."""
    places, owners = spans(GRAPH.offsets, np.array([], dtype=np.int64))

    assert (places.tolist(), owners.tolist()) == ([], [])


@pytest.mark.parametrize("n_known", [1, 2, 1000, 70_000])
def test_places_of_keys_are_those_of_a_search(n_known: int) -> None:
    """Keys that lie evenly, the first and the last among them, more than go at a time."""
    rng = np.random.default_rng(n_known)
    known = distinct(rng.integers(2**63, size=n_known))
    keys = np.concatenate([known[[0, -1]], rng.choice(known, 50_000)])

    assert np.array_equal(places_of(keys, known), np.searchsorted(known, keys))


def test_places_need_no_even_spread() -> None:
    """It is slower then."""
    known = np.array([0, 1, 2, 3, 2**62])

    assert places_of(known[::-1], known).tolist() == [4, 3, 2, 1, 0]
    assert places_of(known[:0], known[:0]).tolist() == []


def test_sums_are_floats_even_of_nothing() -> None:
    """NumPy's bincount gives whole numbers for nothing."""
    assert sums_of(np.array([0.5, 1.0, 2.0]), np.array([0, 2, 0]), 4).tolist() == [2.5, 0, 1, 0]
    assert sums_of(np.zeros(0), np.zeros(0, dtype=np.int64), 2).dtype == np.float64

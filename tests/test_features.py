"""Graphs and ragged columns."""

from __future__ import annotations

import numpy as np

from recommender.features import Graph, spans, sums_of

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


def test_sums_are_floats_even_of_nothing() -> None:
    """NumPy's bincount gives whole numbers for nothing."""
    assert sums_of(np.array([0.5, 1.0, 2.0]), np.array([0, 2, 0]), 4).tolist() == [2.5, 0, 1, 0]
    assert sums_of(np.zeros(0), np.zeros(0, dtype=np.int64), 2).dtype == np.float64

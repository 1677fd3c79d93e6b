"""Exact nearest neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import unit_vectors

from recommender.index.vectors import DECIMALS, VectorIndex


def _brute_force(
    vectors: NDArray[np.float32], query: NDArray[np.float32], n: int
) -> list[tuple[int, float]]:
    """The definition, without FAISS: every cosine, rounded, by (-similarity, row)."""
    cosines = [
        min(1.0, max(-1.0, round(float(np.sum(row.astype(np.float64) * query)), DECIMALS)))
        for row in vectors
    ]
    order = sorted(range(len(vectors)), key=lambda row: (-cosines[row], row))
    return [(row, cosines[row]) for row in order[:n]]


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 150),
    n_distinct=st.integers(1, 12) | st.none(),
    n_wanted=st.integers(1, 160),
)
def test_search_equals_brute_force_ties_and_all(
    seed: int, n: int, n_distinct: int | None, n_wanted: int
) -> None:
    """With many exact copies, more than are drawn at first, order is by (-similarity, row)."""
    vectors = unit_vectors(seed, n, 8, n_distinct)
    found = VectorIndex(vectors).search(vectors[:3], n_wanted)

    for i in range(min(3, n)):
        pairs = list(zip(found.rows[i].tolist(), found.similarities[i].tolist(), strict=True))
        assert pairs == _brute_force(vectors, vectors[i], n_wanted)


def test_one_query_and_a_batch_give_the_same_bytes() -> None:
    """FAISS uses other kernels for batches; the answers do not show it."""
    vectors = unit_vectors(1, 3000, 384)
    index = VectorIndex(vectors)
    batch = index.search(vectors[:1100], 10)
    singly = [index.search(vectors[[i]], 10) for i in range(0, 1100, 100)]

    assert [one.rows[0].tolist() for one in singly] == batch.rows[::100].tolist()
    assert [one.similarities[0].tolist() for one in singly] == batch.similarities[::100].tolist()


def test_a_subset_of_rows_is_searched_under_their_own_numbers() -> None:
    """What is left out never appears, and what is found keeps its row."""
    vectors = unit_vectors(2, 40, 8)
    rows = np.arange(1, 40, 3)
    found = VectorIndex(vectors, rows).search(vectors[[0]], 5)
    expected = [row for row, _ in _brute_force(vectors, vectors[0], 40) if row % 3 == 1][:5]

    assert found.rows.tolist() == [expected]


def test_asking_for_more_than_there_are_gives_all() -> None:
    """No padding comes through."""
    found = VectorIndex(unit_vectors(3, 4, 8)).search(unit_vectors(4, 2, 8), 100)

    assert found.rows.shape == (2, 4)
    assert sorted(found.rows[0].tolist()) == [0, 1, 2, 3]


def test_an_index_of_nothing_finds_nothing() -> None:
    """No vectors, no neighbours, no complaint."""
    found = VectorIndex(unit_vectors(5, 4, 8), np.empty(0, np.int64)).search(
        unit_vectors(6, 2, 8), 3
    )

    assert found.rows.shape == (2, 0)


def test_a_cosine_never_exceeds_one() -> None:
    """A vector a hair too long is clipped."""
    vectors = unit_vectors(7, 3, 8) * np.float32(1.00001)

    assert VectorIndex(vectors).search(vectors, 1).similarities.max() == 1.0


@pytest.mark.parametrize(
    "queries",
    [
        np.ones(8),
        np.ones((1, 7)),
        np.zeros((1, 8)),
        np.full((1, 8), np.nan),
        np.full((1, 8), np.inf),
    ],
    ids=["one dimension", "too short", "zero", "not a number", "infinite"],
)
def test_bad_queries_are_refused(queries: NDArray[np.float64]) -> None:
    """A wrong shape, a zero or a non-finite query says so instead of finding nothing."""
    with pytest.raises(ValueError, match="quer"):
        VectorIndex(unit_vectors(8, 4, 8)).search(queries.astype(np.float32), 1)

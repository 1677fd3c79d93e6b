"""Exact nearest neighbours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import unit_vectors

from recommender.index import exhaustive
from recommender.index import vectors as room
from recommender.index.exhaustive import DrawingFromAll
from recommender.index.vectors import VectorIndex

Pairs = list[tuple[int, float]]


def _by_definition(vectors: NDArray[np.float32], query: NDArray[np.float32], n: int) -> Pairs:
    """Every cosine without FAISS, rounded, ordered by (-similarity, row)."""
    exact = vectors.astype(np.float64) @ query.astype(np.float64)
    cosines = [min(1.0, max(-1.0, round(float(cosine), 6))) for cosine in exact]
    order = sorted(range(len(vectors)), key=lambda row: (-cosines[row], row))
    return [(row, cosines[row]) for row in order[:n]]


def _found(index: VectorIndex, queries: NDArray[np.float32], n: int) -> list[Pairs]:
    neighbours = index.search(queries, n)
    rows, similarities = neighbours.rows.tolist(), neighbours.similarities.tolist()
    return [list(zip(*pair, strict=True)) for pair in zip(rows, similarities, strict=True)]


def _crowd(n: int, dim: int, spread: float) -> NDArray[np.float32]:
    """Vectors around one point, so alike that FAISS cannot order them."""
    noise = np.random.default_rng(0).standard_normal((n, dim)) * spread
    crowd = unit_vectors(0, 1, dim).astype(np.float64) + noise
    crowd /= np.linalg.norm(crowd, axis=1, keepdims=True)
    return crowd.astype(np.float32)


@given(
    seed=st.integers(0, 2**32 - 1),
    n_vectors=st.integers(1, 150),
    n_distinct=st.integers(1, 12) | st.none(),
    n=st.integers(1, 160),
)
def test_search_equals_its_definition(
    seed: int, n_vectors: int, n_distinct: int | None, n: int
) -> None:
    """With many exact copies, more of them than are drawn at first, order is still by row."""
    vectors = unit_vectors(seed, n_vectors, 8, n_distinct)
    queries = vectors[:3]

    assert _found(VectorIndex(vectors), queries, n) == [
        _by_definition(vectors, query, n) for query in queries
    ]


@pytest.mark.parametrize("spread", [1e-6, 3e-6])
def test_search_is_exact_where_single_precision_is_not(
    monkeypatch: pytest.MonkeyPatch, spread: float
) -> None:
    """Cosines that differ by less than FAISS can tell are still ordered as defined."""
    monkeypatch.setattr(exhaustive, "SPARE", 0)
    vectors, queries = _crowd(400, 384, spread), _crowd(500, 384, 0.02)

    assert _found(VectorIndex(vectors), queries, 5) == [
        _by_definition(vectors, query, 5) for query in queries
    ]


def test_one_query_and_a_batch_give_the_same_bytes() -> None:
    """FAISS uses other kernels for many queries than for one; the answers do not show it."""
    vectors = unit_vectors(1, 3000, 384)
    index = VectorIndex(vectors)
    batch = index.search(vectors[:1100], 10)
    alone = [index.search(vectors[[i]], 10) for i in range(0, 1100, 10)]

    assert b"".join(one.rows.tobytes() for one in alone) == batch.rows[::10].tobytes()
    assert b"".join(one.similarities.tobytes() for one in alone) == (
        batch.similarities[::10].tobytes()
    )


def test_a_batch_of_queries_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one batch ends and the next begins does not show either."""
    vectors = unit_vectors(2, 50, 8)
    together = _found(VectorIndex(vectors), vectors, 4)
    monkeypatch.setattr(room, "BATCH", 7)

    assert _found(VectorIndex(vectors), vectors, 4) == together


@given(st.sets(st.integers(0, 39)))
def test_a_subset_of_rows_is_searched_under_its_own_numbers(chosen: set[int]) -> None:
    """Rows that are left out never appear, and those that are found keep their numbers."""
    vectors = unit_vectors(3, 40, 8, n_distinct=9)
    rows = np.asarray(sorted(chosen), dtype=np.int64)
    everywhere = _by_definition(vectors, vectors[0], 40)
    expected = [pair for pair in everywhere if pair[0] in chosen][:5]

    assert _found(VectorIndex(vectors, rows), vectors[[0]], 5) == [expected]


def test_all_rows_are_searched_without_a_copy() -> None:
    """A memory-mapped matrix stays where it is."""
    vectors = unit_vectors(4, 10, 8)
    vectors.setflags(write=False)

    assert np.shares_memory(DrawingFromAll(vectors, None).vectors, vectors)


def test_asking_for_more_than_there_are_gives_all() -> None:
    """FAISS would pad with row -1."""
    found = VectorIndex(unit_vectors(5, 4, 8)).search(unit_vectors(6, 2, 8), 100)

    assert np.sort(found.rows, axis=1).tolist() == [[0, 1, 2, 3], [0, 1, 2, 3]]


@pytest.mark.parametrize(("n_queries", "n"), [(0, 3), (2, 0)])
def test_nothing_asked_is_nothing_found(n_queries: int, n: int) -> None:
    """No query, or no neighbour wanted: an empty answer of the right shape and type."""
    found = VectorIndex(unit_vectors(7, 4, 8)).search(unit_vectors(8, 2, 8)[:n_queries], n)

    assert found.rows.shape == found.similarities.shape == (n_queries, n)
    assert [found.rows.dtype.name, found.similarities.dtype.name] == ["int64", "float64"]


def test_an_index_of_nothing_finds_nothing() -> None:
    """A site may hide all its articles."""
    index = VectorIndex(unit_vectors(9, 4, 8), np.empty(0, np.int64))

    assert index.search(unit_vectors(10, 2, 8), 3).rows.shape == (2, 0)


def test_a_cosine_stays_between_minus_one_and_one() -> None:
    """A vector a hair too long is clipped, and zero has no sign."""
    vectors = np.asarray([[1.0001, 0], [-1.0001, 0], [-1e-9, 1]], np.float32)
    found = VectorIndex(vectors).search(vectors[:1], 3)

    assert found.rows.tolist() == [[0, 2, 1]]
    assert [str(cosine) for cosine in found.similarities[0].tolist()] == ["1.0", "0.0", "-1.0"]


BAD_ROWS = {
    "zero": 0.0,
    "not a number": np.nan,
    "infinite": np.inf,
    "too long": 1.0,
    "huge": 1e30,
}


@pytest.mark.parametrize("value", BAD_ROWS.values(), ids=BAD_ROWS)
def test_rows_that_are_no_unit_vectors_are_refused(value: float) -> None:
    """FAISS takes them in silence and loses them; here both sides of a search refuse them."""
    good, bad = unit_vectors(11, 4, 8), unit_vectors(11, 4, 8)
    bad[2] = value

    with pytest.raises(ValueError, match="row 2 is not a finite vector of unit length"):
        VectorIndex(bad)
    with pytest.raises(ValueError, match="row 2 is not a finite vector of unit length"):
        VectorIndex(good).search(bad, 1)


@pytest.mark.parametrize(
    ("queries", "complaint"),
    [
        (np.ones(8, np.float32), r"float32 of shape \(8,\); expected a float32 matrix"),
        (unit_vectors(12, 1, 8).astype(np.float64), "float64 of shape"),
        (unit_vectors(12, 1, 7), "queries of dimension 7; expected 8"),
    ],
)
def test_queries_of_another_shape_or_type_are_refused(
    queries: NDArray[np.float32], complaint: str
) -> None:
    """Nothing is converted in silence."""
    with pytest.raises(ValueError, match=complaint):
        VectorIndex(unit_vectors(13, 4, 8)).search(queries, 1)


def test_queries_need_not_lie_in_order_in_memory() -> None:
    """A transposed or strided matrix is as good as a copy."""
    vectors = unit_vectors(14, 20, 8)
    strided = np.asfortranarray(vectors)[::2]

    assert _found(VectorIndex(vectors), strided, 3) == _found(VectorIndex(vectors), vectors[::2], 3)


def test_rows_must_ascend() -> None:
    """Otherwise ties would not be by row."""
    with pytest.raises(ValueError, match="rows out of order"):
        VectorIndex(unit_vectors(15, 4, 8), np.asarray([2, 1]))


def test_opening_an_index_loads_no_search_library(tmp_path: Path) -> None:
    """Faiss, filelock and YAML come with the first search, the first write, the first file."""
    code = (
        "import sys, recommender.index.store, recommender.index.vectors\n"
        "print({name.partition('.')[0] for name in sys.modules}"
        " & {'faiss', 'filelock', 'yaml', 'scipy', 'sklearn', 'torch'})"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"

"""Cells of vectors, for collections in which looking at every vector takes too long."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from strategies import unit_vectors

from recommender.index.cells import N_PROBED, Cells, n_cells_for
from recommender.index.codes import code_width, codebook_shape, encoded, learned_codebook
from recommender.index.vectors import VectorIndex

DIM = 64
N = 5000


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test need not make as many vectors as a large site has."""
    for place in ("cells", "vectors"):
        monkeypatch.setattr(f"recommender.index.{place}.MANY", 1000)


def _vectors(seed: int, n: int = N) -> NDArray[np.float32]:
    """Vectors that lie about a hundred middles."""
    rng = np.random.default_rng(seed)
    middles = unit_vectors(1, 100, DIM)
    vectors = middles[rng.integers(100, size=n)] + rng.normal(0, 0.15, (n, DIM))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _sorted(vectors: NDArray[np.float32], *before: object) -> Cells:
    cells = Cells.of(vectors, *before)  # type: ignore[arg-type]
    assert cells
    return cells


def test_few_vectors_need_no_cells() -> None:
    """What is searched exactly in no time stays exact."""
    assert Cells.of(_vectors(2, 999)) is None
    assert [n_cells_for(n) for n in (999, 1000, 100_000, 1_000_000)] == [0, 128, 1024, 4096]


def test_each_vector_is_in_the_cell_whose_middle_is_next() -> None:
    """And the cells are told row by row."""
    vectors = _vectors(3)
    cells = _sorted(vectors)

    assert cells.are_whole()
    assert np.array_equal(cells.cells(), (vectors @ cells.centroids.T).argmax(axis=1))


@pytest.mark.parametrize("dim", [64, 63])
def test_a_code_names_the_next_point_of_each_pair(dim: int) -> None:
    """Half a byte for two numbers; what is left over makes a pair with nothing."""
    vectors = _vectors(4)[:200, :dim]
    codebook = learned_codebook(_vectors(4)[:, :dim])
    codes = encoded(vectors, codebook)
    named = np.stack([codes & 15, codes >> 4], axis=2).reshape(200, -1)
    pairs = np.pad(vectors, ((0, 0), (0, dim % 2))).reshape(200, -1, 1, 2)
    distances = ((pairs - codebook) ** 2).sum(axis=3)

    assert codebook.shape == codebook_shape(dim)
    assert codes.shape == (200, code_width(dim))
    chosen = np.take_along_axis(distances, named[:, :, None], axis=2)[:, :, 0]
    assert chosen == pytest.approx(distances.min(axis=2), abs=1e-6)


def test_almost_all_of_the_nearest_are_found() -> None:
    """With their exact similarities, in their exact order."""
    vectors = _vectors(5)
    queries = _vectors(6, 200)
    found = VectorIndex(vectors, cells=_sorted(vectors)).search(queries, 10)
    exact = VectorIndex(vectors).search(queries, 10)
    share = np.mean(
        [len(np.intersect1d(*pair)) / 10 for pair in zip(found.rows, exact.rows, strict=True)]
    )

    assert share >= 0.98
    best = found.rows[:, 0] == exact.rows[:, 0]
    assert best.mean() >= 0.98
    assert np.array_equal(found.similarities[best, 0], exact.similarities[best, 0])


def test_alone_or_together_the_answer_is_the_same() -> None:
    """To the last byte."""
    vectors = _vectors(7)
    index = VectorIndex(vectors, cells=_sorted(vectors))
    together = index.search(vectors[:300], 20)
    alone = [index.search(vectors[[i]], 20) for i in range(300)]

    assert b"".join(one.rows.tobytes() for one in alone) == together.rows.tobytes()
    assert b"".join(one.similarities.tobytes() for one in alone) == together.similarities.tobytes()


def test_rows_that_are_left_out_are_not_found() -> None:
    """Those that are left are found under their own numbers."""
    vectors = _vectors(8)
    rows = np.flatnonzero(np.arange(N) % 3 == 0)
    found = VectorIndex(vectors, rows, _sorted(vectors)).search(vectors[rows[:50]], 1)

    assert found.rows[:, 0].tolist() == rows[:50].tolist()


def test_where_few_are_left_the_search_is_exact() -> None:
    """A filter that leaves some hundred articles spares FAISS the cells."""
    vectors = _vectors(9)
    rows = np.arange(0, N, 10)
    found = VectorIndex(vectors, rows, _sorted(vectors)).search(vectors[:20], 300)

    assert np.array_equal(found.rows, VectorIndex(vectors, rows).search(vectors[:20], 300).rows)


def test_more_than_the_cells_hold_are_found_all_the_same() -> None:
    """Who asks for many gets many: the nearest cells alone may not have them."""
    vectors = _vectors(10)
    found = VectorIndex(vectors, cells=_sorted(vectors)).search(vectors[:3], 4900)

    assert np.array_equal(found.rows, VectorIndex(vectors).search(vectors[:3], 4900).rows)


def test_cells_outlive_a_change() -> None:
    """Old vectors stay where they were, whatever their row is now; new ones find a cell."""
    vectors = _vectors(11)
    before = _sorted(vectors)
    rows = np.concatenate([np.arange(N - 500, N), np.full(200, -1), np.arange(100, N - 500)])
    changed = np.concatenate([vectors[-500:], _vectors(12, 200), vectors[100 : N - 500]])
    after = _sorted(changed, before, rows)

    assert after.centroids is before.centroids
    assert np.array_equal(after.cells()[rows >= 0], before.cells()[rows[rows >= 0]])
    assert np.array_equal(after.cells(), (changed @ after.centroids.T).argmax(axis=1))


@pytest.mark.parametrize("n_old", [0, 2000])
def test_cells_are_made_anew_where_most_vectors_are(n_old: int) -> None:
    """Such as after another model has been chosen."""
    vectors, others = _vectors(13), _vectors(14)
    rows = np.where(np.arange(N) < n_old, np.arange(N), -1)
    mixed = np.where(rows[:, None] >= 0, vectors, others)
    after = _sorted(mixed, _sorted(vectors), rows)

    assert np.array_equal(after.centroids, _sorted(mixed).centroids)


def test_cells_are_the_same_whenever_they_are_made() -> None:
    """The same vectors, the same bytes."""
    vectors = _vectors(15)
    once, again = _sorted(vectors).to_arrays(), _sorted(vectors).to_arrays()

    assert all(np.array_equal(once[name], again[name]) for name in once)


def _without_one(cells: Cells) -> Cells:
    rows = cells.rows.copy()
    rows[0] = rows[1]
    return replace(cells, rows=rows)


def _with(cells: Cells, value: int) -> Cells:
    rows = cells.rows.copy()
    rows[7] = value
    return replace(cells, rows=rows)


def _backwards(cells: Cells) -> Cells:
    offsets = cells.offsets.copy()
    offsets[5] = N + 1
    return replace(cells, offsets=offsets)


@pytest.mark.parametrize(
    "spoilt",
    [
        _without_one,
        lambda cells: _with(cells, -1),
        lambda cells: _with(cells, 2**31 - 1),
        _backwards,
        lambda cells: replace(cells, offsets=cells.offsets[: N_PROBED // 2]),
        lambda cells: replace(cells, offsets=cells.offsets[:-1]),
        lambda cells: replace(cells, codebook=cells.codebook * np.float32("nan")),
    ],
)
def test_cells_that_do_not_hold_each_row_once_are_not_whole(spoilt: object) -> None:
    """A stranger's index must not make FAISS read what is not there."""
    assert callable(spoilt)
    assert not spoilt(_sorted(_vectors(16))).are_whole()


def test_cells_of_nothing_are_not_whole() -> None:
    """Nobody writes them, but a stranger may."""
    cells = _sorted(_vectors(17))
    none = replace(cells, rows=cells.rows[:0], offsets=np.zeros(200, dtype=np.int64))

    assert not none.are_whole()

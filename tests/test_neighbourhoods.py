"""What is carried over of each article's nearest when a collection changes a little."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import unit_vectors

from recommender.index.vectors import VectorIndex
from recommender.ranking.levels import RANKS
from recommender.ranking.neighbourhoods import NOBODY, Earlier, Neighbourhoods

N, DIM = 600, 8


def _asked(
    vectors: NDArray[np.float32], near: Neighbourhoods, rows: NDArray[np.int64]
) -> Neighbourhoods:
    found = VectorIndex(vectors).search(vectors[rows], RANKS[-1] + 1)
    for row, *of_one in zip(rows.tolist(), found.rows, found.similarities, strict=True):
        near.note(row, *of_one)
    return near


def _anew(vectors: NDArray[np.float32]) -> Neighbourhoods:
    return _asked(vectors, Neighbourhoods.unknown(len(vectors)), np.arange(len(vectors)))


def _changed(
    seed: int, n_new: int, n_gone: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Vectors before and after a change, and the rows of before; some vectors are equal."""
    rng = np.random.default_rng(seed)
    before = unit_vectors(seed, N, DIM, n_distinct=500)
    stay = np.sort(rng.permutation(N)[n_gone:])
    after, rows = before[stay], stay
    for vector in unit_vectors(seed + 1, n_new, DIM):
        place = rng.integers(len(after) + 1)
        after, rows = np.insert(after, place, vector, axis=0), np.insert(rows, place, -1)
    return before, after, rows


@settings(max_examples=30)
@given(st.integers(0, 50), st.integers(0, 8), st.integers(0, 8))
def test_what_is_carried_over_is_what_would_be_found(seed: int, n_new: int, n_gone: int) -> None:
    """Some articles are new, some gone, all rows are others: not a number differs."""
    before, after, rows = _changed(seed, n_new, n_gone)
    near, to_ask = Earlier(before, _anew(before), rows).carried_over(after)
    expected = _anew(after)
    found = _asked(after, near, to_ask)

    assert np.array_equal(found.levels, expected.levels)
    assert np.array_equal(found.nearest, expected.nearest)


def test_few_are_asked_again_where_little_has_changed() -> None:
    """An article that is far from all that is new or gone keeps its neighbours."""
    before, after, rows = _changed(3, 1, 1)
    _, to_ask = Earlier(before, _anew(before), rows).carried_over(after)

    assert np.flatnonzero(rows < 0)[0] in to_ask
    assert len(to_ask) < N / 2


def test_where_nothing_has_changed_nobody_is_asked() -> None:
    """Such as after a change in a body, which no vector is made from."""
    before = unit_vectors(4, N, DIM)
    near, to_ask = Earlier(before, _anew(before), np.arange(N)).carried_over(before)

    assert not len(to_ask)
    assert np.array_equal(near.nearest, _anew(before).nearest)


@pytest.mark.parametrize("n_new", [N // 10, N])
def test_where_much_has_changed_all_are_asked(n_new: int) -> None:
    """Nothing is carried over."""
    before = unit_vectors(5, N, DIM)
    rows = np.where(np.arange(N) < n_new, -1, np.arange(N))
    near, to_ask = Earlier(before, _anew(before), rows).carried_over(unit_vectors(6, N, DIM))

    assert np.array_equal(to_ask, np.arange(N))
    assert (near.nearest == NOBODY).all()

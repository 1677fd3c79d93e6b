"""Beyond one machine: articles lie by cells and groups, and who looks for some finds them there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from strategies import unit_vectors

pytest.importorskip("pyarrow", reason="the extra `ray` is not installed")

from recommender.cluster.celling import assign, gather_cells, groups_of, train
from recommender.cluster.encoding import gather_vectors
from recommender.cluster.searching import N_KEPT, near_cells
from recommender.cluster.settling import Settled, settle
from recommender.cluster.tables import load, matrix, numbers, write, write_scattered
from recommender.cluster.tasks import Part
from recommender.cluster.workplace import Here, Workplace
from recommender.index.codes import encoded
from recommender.index.vectors import VectorIndex

N, DIM, PARTS, A_GROUP = 3000, 32, 3, 700


def _vectors() -> NDArray[np.float32]:
    """Vectors that lie about sixty middles."""
    rng = np.random.default_rng(5)
    middles = unit_vectors(1, 60, DIM)
    vectors = middles[rng.integers(60, size=N)] + rng.normal(0, 0.1, (N, DIM))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """Where few vectors are as many as make cells necessary."""
    for name in ("cells", "vectors"):
        monkeypatch.setattr(f"recommender.index.{name}.MANY", N)
    return Workplace(tmp_path, Here())


def _parts(place: Workplace, vectors: NDArray[np.float32]) -> list[Part]:
    """What encoding makes of three ranges."""
    folder = place.path / "vectors"
    folder.mkdir()
    for i, of_part in enumerate(np.array_split(vectors, PARTS)):
        write(folder / str(i), {"vector": matrix(of_part)})
    return [Part(folder / str(i), str(i), {}) for i in range(PARTS)]


def _celled(place: Workplace, parts: list[Part]) -> tuple[Part, Part]:
    trained = place.alone("train", train, parts, N)
    assigned = place.stage("assign", assign, [(part,) for part in parts], (trained, N))
    return trained, place.alone("cells", gather_cells, assigned, trained, A_GROUP)


def test_articles_lie_by_cells_and_cells_by_groups(place: Workplace) -> None:
    """Each row has one place, in the cell whose middle is next, with its code."""
    vectors = _vectors()
    trained, cells = _celled(place, _parts(place, vectors))
    of, rows, places, offsets, groups, middles = (
        load(cells, name) for name in ("cells", "rows", "places", "offsets", "groups", "centroids")
    )

    assert np.array_equal(of, (vectors @ middles.T).argmax(axis=1))
    assert np.array_equal(np.sort(rows), np.arange(N))
    assert np.array_equal(rows[places], np.arange(N))
    assert np.array_equal(of[rows], np.repeat(np.arange(len(middles)), np.diff(offsets)))
    assert np.all(np.diff(groups) >= 0)
    assert np.array_equal(load(cells, "codes")[places], encoded(vectors, load(trained, "codebook")))


def test_the_nearest_are_found_in_the_cells_that_are_near(place: Workplace) -> None:
    """Almost all that one would find anywhere, though most codes are not looked at."""
    vectors = _vectors()
    parts = _parts(place, vectors)
    trained, cells = _celled(place, parts)
    gathered = load(place.alone("all", gather_vectors, parts, N, DIM), "vectors")
    queries = gathered[load(cells, "rows")[:20]]

    with pytest.MonkeyPatch.context() as few:
        few.setattr("recommender.cluster.searching.N_PROBED", 40)
        near = near_cells(queries, N, cells, trained)
    assert near
    assert len(near.rows) < N
    found = VectorIndex(gathered, cells=near).search(queries, N_KEPT).rows
    exact = VectorIndex(vectors).search(queries, N_KEPT).rows
    shares = [len({*a} & {*b}) / N_KEPT for a, b in zip(found, exact, strict=True)]

    assert np.array_equal(gathered, vectors)
    assert np.mean(shares) > 0.95


def test_what_is_known_of_articles_is_found_where_they_live(place: Workplace) -> None:
    """Of several groups; in the order of places, whatever the order that they were asked in."""
    _, cells = _celled(place, _parts(place, _vectors()))
    groups = load(cells, "groups")[load(cells, "cells")]
    sent = place.path / "sent"
    write_scattered(sent, {"row": np.arange(N), "square": np.arange(N) ** 2}, groups)
    numbers_of = [(group,) for group in range(cells.facts["n_groups"])]
    settled = place.stage("settle", settle, numbers_of, ([Part(sent, "", {})], cells))
    wanted = np.array([2999, 0, 1500, 7])

    found = Settled(settled, cells).take(wanted)

    assert len(settled) > 1
    assert len(np.unique(groups[wanted])) > 1
    assert isinstance(found, pa.Table)
    assert sorted(numbers(found, "row").tolist()) == sorted(wanted.tolist())
    assert np.array_equal(numbers(found, "square"), numbers(found, "row") ** 2)
    assert np.all(np.diff(load(cells, "places")[numbers(found, "row")]) > 0)


def test_groups_are_of_neighbouring_cells() -> None:
    """Cells on a circle: each group is an arc, and none holds much more than was asked for."""
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    middles = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    groups = groups_of(middles, np.full(24, 10), 60)

    assert np.bincount(groups).tolist() == [60 // 10] * 4
    n_borders = sum(groups[i] != groups[i - 1] for i in range(24))
    assert n_borders <= 8

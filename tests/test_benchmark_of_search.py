"""How searches are measured beside one another; nothing here is timed."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from evaluation.benchmarks import search
from evaluation.benchmarks.peer_programs.nearest import resident
from evaluation.benchmarks.synthetic import synthetic_vectors


def _started(way: str, folder: Path) -> subprocess.Popen[str]:
    """One of our own ways of searching, in its process."""
    vectors = synthetic_vectors(1_000, np.random.default_rng(4))
    np.save(folder / "vectors.npy", vectors)
    np.save(folder / "queries.npy", vectors[:20])
    arguments = (folder / "vectors.npy", folder / "queries.npy", search.N_DRAWN)
    return search.started(way, None, *arguments, folder / f"{way}.npy")  # type: ignore[arg-type]


def test_searches_find_what_there_is(tmp_path: Path) -> None:
    """Exact ones all of it, cells nearly all; they are made once and asked in every round."""
    with ExitStack() as running:
        ways = {
            name: search.Way.ready(
                running.enter_context(_started(name, tmp_path)), tmp_path / f"{name}.npy"
            )
            for name in search.OURS
        }
        rounds = search.in_rounds(ways, 2)
    vectors = np.load(tmp_path / "vectors.npy")
    exact = np.argsort(-(vectors[:20] @ vectors.T), axis=1)[:, :101]
    found = {name: search.recalls(np.load(way.answers), exact) for name, way in ways.items()}

    assert found["product"] == found["exact"] == {"recall@10": 1, "recall@101": 1}
    assert found["cells"]["recall@10"] >= 0.99
    assert {name: len(of) for name, of in rounds.items()} == dict.fromkeys(search.OURS, 2)
    assert all(milliseconds > 0 for of in rounds.values() for milliseconds in of)


def test_a_way_that_has_ended_is_an_error(tmp_path: Path) -> None:
    """And nobody waits for what it might say."""
    with _started("nobody's", tmp_path) as process, pytest.raises(subprocess.CalledProcessError):
        search.Way.ready(process, tmp_path / "answers.npy")


def test_what_is_found_is_judged_in_any_order() -> None:
    """By what is found for as many as ranking asks for."""
    exact = np.arange(202).reshape(2, 101)

    assert search.recalls(exact[:, ::-1], exact) == {"recall@10": 1, "recall@101": 1}
    assert search.recalls(np.full((2, 101), -1), exact) == {"recall@10": 0, "recall@101": 0}
    assert search.recalls(np.where(exact % 101 < 5, exact, -1), exact)["recall@10"] == 0.5


def test_the_table_of_searches_says_when_cells_pay() -> None:
    """A line each way, and the ratio of cells to exact search for each size."""
    cost = {"make_seconds": 1.25, "bytes_a_vector": 1536, "recall@10": 0.9876, "recall@101": 0.9}
    ways = {
        name: cost | {"milliseconds": place}
        for place, name in enumerate((*search.OURS, *search.PEERS))
    }
    table = search.table({"sizes": [{"vectors": 20_000, "ways": ways}]}).splitlines()

    assert len(table) == 2 + 6 + 2
    assert table[2] == "| 20,000 | a NumPy product | 1.2 s | 0.00 ms | 0.988 | 0.900 | 1,536 |"
    assert table[3].startswith("|  | this, exact |")
    assert table[-1] == "Of the time of exact search, cells take 2.00 among 20,000."


def test_memory_that_is_given_back_does_not_count() -> None:
    """And what is kept does."""
    before = resident()
    kept = np.ones(10_000_000)
    between = resident()
    del kept

    assert between - before == pytest.approx(80e6, rel=0.1)
    assert abs(resident() - before) < 8e6

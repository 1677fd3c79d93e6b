"""Nearest vectors by number: exact, in cells, and by other libraries, on the same vectors.

usage: python -m evaluation.benchmarks.search --corpora FOLDER [--environment FOLDER]

The vectors are made up and lie in clusters; FOLDER is not looked at. Each way has a process of its
own, which makes its index with all threads it likes. Then, in rounds that begin with another way
each, all queries are asked, each alone and on one thread. The other libraries are installed, in the
versions of `peer_programs/requirements-search.txt`, into a virtual environment of their own, which
`--environment` keeps.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmarks.command import run
from evaluation.benchmarks.peer_environment import PeerEnvironment, versions
from evaluation.benchmarks.recall import recall
from evaluation.benchmarks.synthetic import synthetic_vectors

RESULTS = Path(__file__).parent / "results" / "search.json"
SIZES = (5_000, 20_000, 100_000)
N_QUERIES = 300
N_ROUNDS = 5
N = 10
N_DRAWN = 101  # as many as ranking asks for
SEED = 17

OURS = {
    "product": "a NumPy product",
    "exact": "this, exact",
    "cells": "this, in cells: 4 bits for two numbers, the nearest rescored exactly",
}
PEERS = {
    "hnswlib": "hnswlib: HNSW, float32",
    "usearch": "usearch: HNSW, float32",
    "scann": "ScaNN: 4 bits for two numbers, 300 rescored exactly",
}


def measured(_: Path, scratch: Path, environment: Path | None = None) -> dict[str, Any]:
    """Every size, the smallest first."""
    peers = PeerEnvironment(environment or scratch / "environment", scratch, "search")
    return {
        "seed": SEED,
        "queries": N_QUERIES,
        "rounds": N_ROUNDS,
        "peers": versions("search"),
        "sizes": [measure(n, N_QUERIES, scratch, peers) for n in SIZES],
    }


def measure(n: int, n_queries: int, scratch: Path, peers: PeerEnvironment) -> dict[str, Any]:
    """So many vectors, searched in every way."""
    both = synthetic_vectors(n + n_queries, np.random.default_rng(SEED))
    queries, vectors = both[:n_queries], both[n_queries:]
    exact = np.argsort(-(queries @ vectors.T), axis=1, kind="stable")[:, :N_DRAWN]
    places = scratch / "vectors.npy", scratch / "queries.npy"
    for path, matrix in zip(places, (vectors, queries), strict=True):
        np.save(path, matrix)
    with ExitStack() as running:
        ways = {}
        for name in (*OURS, *PEERS):  # one after the other, so that none is made slower
            answers = scratch / f"{name}.npy"
            process = started(name, peers, *places, N_DRAWN, answers)
            ways[name] = Way.ready(running.enter_context(process), answers)
        milliseconds = in_rounds(ways, N_ROUNDS)
    described = {
        name: {
            **way.cost,
            "milliseconds": round(statistics.median(milliseconds[name]), 4),
            "rounds": milliseconds[name],
            **recalls(np.load(way.answers), exact),
        }
        for name, way in ways.items()
    }
    return {"vectors": n, "ways": described}


def started(name: str, peers: PeerEnvironment, *arguments: object) -> subprocess.Popen[str]:
    """The process of a way."""
    if name in PEERS:
        return peers.start("nearest", name, *arguments)
    command = [sys.executable, "-m", "evaluation.benchmarks.nearest", name, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@dataclass(frozen=True, slots=True)
class Way:
    """A process that searches; see `peer_programs.nearest` for what it reads and says.

    Attributes:
        process: It, with pipes.
        answers: Where it puts what it has found.
        cost: What making its index took.
    """

    process: subprocess.Popen[str]
    answers: Path
    cost: Mapping[str, float]

    @classmethod
    def ready(cls, process: subprocess.Popen[str], answers: Path) -> Way:
        """Wait until the index is made; errors as for `said`."""
        cost = said(process)
        seconds, size = round(cost["make_seconds"], 2), round(cost["bytes_a_vector"])
        return cls(process, answers, {"make_seconds": seconds, "bytes_a_vector": size})

    def ask(self) -> float:
        """Milliseconds a query, all asked once; errors as for `said`."""
        if self.process.stdin:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        return round(said(self.process)["milliseconds"], 4)


def said(process: subprocess.Popen[str]) -> dict[str, float]:
    """The next line of what a process says.

    Raises:
        CalledProcessError: It has ended.
    """
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise subprocess.CalledProcessError(process.wait(), process.args)
    answer: dict[str, float] = json.loads(line)
    return answer


def in_rounds(ways: Mapping[str, Way], n_rounds: int) -> dict[str, list[float]]:
    """Milliseconds a query in each round."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    for turn in range(n_rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            found[name].append(ways[name].ask())
    return found


def recalls(found: NDArray[np.int64], exact: NDArray[np.int64]) -> dict[str, float]:
    """Of the ten nearest, and of all that ranking asks for, by what is found for as many."""
    return {f"recall@{n}": recall(found, exact[:, :n]) for n in (N, N_DRAWN)}


def table(result: Mapping[str, Any]) -> str:
    """The result as a Markdown table, and the ratio by which we choose."""
    lines = [
        "| vectors | searched by | made in | a query, p50 "
        f"| recall@{N} | @{N_DRAWN} | bytes a vector |",
        "|---:|---|---:|---:|---:|---:|---:|",
    ]
    for of in result["sizes"]:
        for place, name in enumerate((*OURS, *PEERS)):
            size = "" if place else f"{of['vectors']:,}"
            lines.append(f"| {size} | {(OURS | PEERS)[name]} | {_cells(of['ways'][name])} |")
    ratios = (
        f"{of['ways']['cells']['milliseconds'] / of['ways']['exact']['milliseconds']:.2f} "
        f"among {of['vectors']:,}"
        for of in result["sizes"]
    )
    sentence = f"Of the time of exact search, cells take {', '.join(ratios)}."
    return "\n".join([*lines, "", sentence])


def _cells(way: Mapping[str, Any]) -> str:
    cells = (
        f"{way['make_seconds']:.1f} s",
        f"{way['milliseconds']:.2f} ms",
        f"{way[f'recall@{N}']:.3f}",
        f"{way[f'recall@{N_DRAWN}']:.3f}",
        f"{way['bytes_a_vector']:,}",
    )
    return " | ".join(cells)


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table, folders=("environment",))

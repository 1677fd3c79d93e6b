"""What the benchmark of a cluster counts, and what it tells of a hundred million articles."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("pyarrow", reason="the extra `ray` is not installed")

from evaluation.benchmarks.cluster import overlap, table
from evaluation.benchmarks.hundred_million import estimate
from evaluation.benchmarks.watch import Watch

COSTS = {"wall_seconds": 36.0, "worker_megabytes": 500.0, "driver_megabytes": 140.0}
STAGES = [
    {"name": "vectors", "tasks": 5, **COSTS, "cpu_seconds": 9e9, "megabytes": 9e9},
    {"name": "make", "tasks": 5, **COSTS, "cpu_seconds": 72.0, "megabytes": 600.0},
    {"name": "assign", "tasks": 5, **COSTS, "cpu_seconds": 0.0, "megabytes": 0.0},
    {"name": "cells", "tasks": 1, **COSTS, "cpu_seconds": 30.0, "megabytes": 400.0},
]
SITE = {"articles": 100_000, "workers": 2, "engine_megabytes": 250, "stages": STAGES}


def test_overlap_is_a_share_of_each_list() -> None:
    """Empty lists do not count; a list that is not there has nothing."""
    one = {"a": ["b", "c"], "b": ["a"], "c": [], "d": ["a"]}

    assert overlap(one, {"a": ["c", "d"], "b": ["a"]}) == pytest.approx((0.5 + 1 + 0) / 3)


def test_the_largest_site_tells_what_more_would_cost() -> None:
    """A thousand times as much, encoding not counted; what one worker does alone is not shared."""
    smaller = {**SITE, "articles": 30_000, "stages": []}
    told = estimate([smaller, SITE])

    assert "| CPU time of tasks that any number of workers share | 20 hours |" in told
    assert "| time of the tasks that one worker does alone | 10.0 hours |" in told
    assert "| time on 32 machines of 16 processors | 10.0 hours |" in told
    assert "| on disk | 1.0 TB |" in told
    assert told.endswith("alone break first; the longest: cells (10.0 hours, writes 400 GB).")


def test_what_grows_faster_than_the_site_is_told_so() -> None:
    """A product with all cells, of which there are more, is done where one assigns and searches."""
    stages = [{**stage, "cpu_seconds": 3.6} for stage in STAGES if stage["name"] == "assign"]
    told = estimate([{**SITE, "articles": 1_000_000, "stages": stages}])

    hours = 3.6 * 100 / 3600 * (1 + 2 * 9)
    assert f"| CPU time of tasks that any number of workers share | {hours:.0f} hours |" in told


def test_a_table_says_what_was_measured() -> None:
    """Corpora, sites and what follows from these."""
    corpora = [
        {"name": "c", "overlap@10": 1.0, "nDCG@10": {"one machine": 0.5, "cluster": 0.49}},
    ]
    told = table({"corpora": corpora, "sites": [SITE]}).splitlines()

    assert told[0].endswith("both list: c 1.000 (nDCG@10 0.4900 and 0.5000).")
    assert told[4] == "| 100,000 | 2 | 108 | 102 | 500 MB | 140 MB | 250 MB | 1,000 MB |"


def test_what_happens_between_two_words_belongs_to_the_second() -> None:
    """Wall clock, CPU time and memory of this process; a stage may be told of many times."""
    with Watch() as watch:
        held = bytearray(30_000_000)
        watch.tell("first", 1, 2)
        until = time.process_time() + 0.3
        while time.process_time() < until:
            pass
        watch.tell("second", 1, 3)
        watch.tell("second", 2, 3)
    first, second = watch.stages["first"], watch.stages["second"]

    assert (first.tasks, second.tasks) == (2, 3)
    assert second.wall_seconds >= 0.3
    assert second.cpu_seconds >= 0.2  # the clock of processes ticks a hundred times a second
    assert first.driver_megabytes > len(held) / 1e6
    assert (first.worker_megabytes, watch.engine_megabytes) == (0.0, 0.0)

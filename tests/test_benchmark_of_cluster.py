"""What the benchmark of a cluster counts, and what it tells of a hundred million articles."""

from __future__ import annotations

import time
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `ray` is not installed")

from evaluation.benchmarks.cluster import overlap, table
from evaluation.benchmarks.hundred_million import estimate
from evaluation.benchmarks.watch import Watch

COSTS = {"wall_seconds": 36.0, "worker_megabytes": 500.0, "driver_megabytes": 140.0}


def _site(articles: int, cpu_seconds: float) -> dict[str, Any]:
    """A site of five groups, each with half of all articles in its reach, forty in a list's sight.

    A tenth of it is encoding; an article takes 1,000 bytes on disk, of which 100 are codes.
    """
    of_all = {"tasks": 5, **COSTS, "cpu_seconds": cpu_seconds / 2, "megabytes": 0.0, "facts": {}}
    thousand = articles / 1000
    return {
        "articles": articles,
        "workers": 2,
        "engine_megabytes": 250,
        "stages": [
            {**of_all, "name": "vectors", "cpu_seconds": 9e9, "megabytes": 9e9},
            {**of_all, "name": "search", "facts": {"n_in_reach": 5 * articles // 2}},
            {
                **of_all,
                "name": "make",
                "worker_megabytes": 700.0,
                "facts": {"n_in_sight": 40 * articles},
            },
            {**of_all, "name": "settle", "cpu_seconds": 0.0, "megabytes": 0.5 * thousand},
            {**of_all, "name": "all-vectors", "cpu_seconds": 0.0, "megabytes": 0.4 * thousand},
            {**of_all, "name": "cells", "tasks": 1, "megabytes": 0.1 * thousand},
        ],
    }


SITE = _site(1_000_000, 4_600.0)


def test_overlap_is_a_share_of_each_list() -> None:
    """Empty lists do not count; a list that is not there has nothing."""
    one = {"a": ["b", "c"], "b": ["a"], "c": [], "d": ["a"]}

    assert overlap(one, {"a": ["c", "d"], "b": ["a"]}) == pytest.approx((0.5 + 1 + 0) / 3)


def test_two_sites_tell_what_more_would_cost() -> None:
    """What all share grows as from one to the other; what one does alone, with the articles."""
    told = estimate([SITE, {**SITE, "workers": 1}, _site(250_000, 900.0), _site(10, 0.0)])

    hours = 1e8 / 3600 * (0.0046 + (0.0046 - 0.0036) / (1000 - 500) * (10_000 - 1000))
    assert "told from 250,000 and 1,000,000 |" in told
    assert f"| CPU time of tasks that any number of workers share | {hours:.0f} hours |" in told
    assert "| time of the tasks that one worker does alone | 1.0 hours |" in told
    assert f"| time on 32 machines of 16 processors | {1 + hours / 512:.1f} hours |" in told


def test_what_is_read_more_than_once_is_counted() -> None:
    """Each of 500 groups reads half of all codes, and each list is made of forty articles."""
    told = estimate([_site(250_000, 900.0), SITE])

    assert "| on disk | 0.1 TB |" in told
    assert "| over the network: each file written and read once | 0.2 TB |" in told
    assert "| codes of the cells in reach, read by each group | 2.5 TB |" in told
    assert "| what is known of 40 articles a list | 3.6 TB |" in told
    assert "50% of all here, and twice, which would be 10 GB." in told
    assert told.endswith("alone; the longest: cells (1.0 hours, writes 10 GB).")


def test_a_larger_site_is_not_told_to_be_cheaper() -> None:
    """Where the measured one was, by chance, that does not go on."""
    told = estimate([_site(250_000, 4_600.0), SITE])

    hours = 1e8 / 3600 * 0.0046
    assert f"| CPU time of tasks that any number of workers share | {hours:.0f} hours |" in told


def test_a_table_says_what_was_measured() -> None:
    """Corpora, sites and what follows from these."""
    corpora = [
        {"name": "c", "overlap@10": 1.0, "nDCG@10": {"one machine": 0.5, "cluster": 0.49}},
    ]
    sites = [_site(250_000, 900.0), SITE]
    made_up = {"articles": 30_000, "overlap@10": 0.9987}
    told = table({"corpora": corpora, "made-up": made_up, "sites": sites}).splitlines()

    assert told[0].endswith(
        "both list: c 1.000 (nDCG@10 0.4900 and 0.5000); 30,000 made-up articles 0.999."
    )
    assert told[4] == (
        "| 250,000 | 2 | 180 | 1,350 | 700 MB in make, else 500 MB | 140 MB | 250 MB | 250 MB |"
    )


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

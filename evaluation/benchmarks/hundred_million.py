"""What a hundred million articles would cost, told from the largest site that was measured.

A stage of many tasks costs as much CPU time and disk for each article as it did there, whatever
their number, but for one product: that of each vector with the middles of all cells, whose number
grows with the root of the number of articles. It is measured where vectors are assigned to cells,
and done once more where they are searched. A stage of one task takes as much longer as there are
more articles. Every file is written to a directory that all nodes see, and read from it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from evaluation.benchmarks.cluster_run import ENCODING

N = 100_000_000
MACHINES, PROCESSORS = 32, 16
HOUR = 3600
N_NAMED = 3
ASSIGNING = "assign"

Stage = Mapping[str, Any]


def estimate(sites: Sequence[Mapping[str, Any]]) -> str:
    """A table, and what would break first."""
    largest = max(sites, key=lambda site: (site["articles"], site["workers"]))
    times = N / largest["articles"]
    stages = [stage for stage in largest["stages"] if stage["name"] != ENCODING]
    alone = [stage for stage in stages if stage["tasks"] == 1]
    spread_hours = _spread_hours([stage for stage in stages if stage["tasks"] > 1], times)
    alone_hours = sum(_hours(stage, times) for stage in alone)
    terabytes = sum(stage["megabytes"] for stage in stages) * times / 1e6
    hours = spread_hours / (MACHINES * PROCESSORS) + alone_hours
    rate = 2 * terabytes * 1e6 / (hours * HOUR * MACHINES)
    rows = [
        ("CPU time of tasks that any number of workers share", f"{spread_hours:,.0f} hours"),
        ("time of the tasks that one worker does alone", f"{alone_hours:,.1f} hours"),
        (f"time on {MACHINES} machines of {PROCESSORS} processors", f"{hours:,.1f} hours"),
        ("on disk", f"{terabytes:,.1f} TB"),
        ("over the network, each file written and read once", f"{2 * terabytes:,.1f} TB"),
        ("that is, of each machine in that time", f"{rate:,.0f} MB a second"),
    ]
    head = f"| {N:,} articles after encoding, told from {largest['articles']:,} | |\n|---|---:|\n"
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return f"{head}{table}\n\n{_what_breaks(alone, times)}"


def _spread_hours(stages: Sequence[Stage], times: float) -> float:
    seconds = {stage["name"]: float(stage["cpu_seconds"]) for stage in stages}
    more = 2 * seconds.get(ASSIGNING, 0.0) * (sqrt(times) - 1)
    return (sum(seconds.values()) + more) * times / HOUR


def _hours(stage: Stage, times: float) -> float:
    hours: float = stage["wall_seconds"] * times / HOUR
    return hours


def _what_breaks(alone: Sequence[Stage], times: float) -> str:
    """The stages of one task that take longest."""
    longest = sorted(alone, key=lambda stage: stage["wall_seconds"], reverse=True)[:N_NAMED]
    parts = [
        f"{stage['name']} ({_hours(stage, times):.1f} hours, "
        f"writes {stage['megabytes'] * times / 1e3:,.0f} GB)"
        for stage in longest
    ]
    return f"The tasks that one worker does alone break first; the longest: {', '.join(parts)}."

"""What a hundred million articles would cost, told from the largest site that was measured.

A stage of many tasks costs as much CPU time and disk for each article as it did there, whatever
their number; a stage of one task takes as much longer, and as much more memory, as there are more
articles. Everything is written to a directory that all nodes see, and read from it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.benchmarks.cluster_run import ENCODING

N = 100_000_000
MACHINES, PROCESSORS = 32, 16
HOUR = 3600
N_NAMED = 3

Stage = Mapping[str, Any]


def estimate(sites: Sequence[Mapping[str, Any]]) -> str:
    """A table, and what would break first."""
    largest = max(sites, key=lambda site: (site["articles"], site["workers"]))
    times = N / largest["articles"]
    stages = [stage for stage in largest["stages"] if stage["name"] != ENCODING]
    alone = [stage for stage in stages if stage["tasks"] == 1]
    spread = [stage for stage in stages if stage["tasks"] > 1]
    cpu_hours = _total(spread, "cpu_seconds") * times / HOUR
    alone_hours = _total(alone, "wall_seconds") * times / HOUR
    terabytes = _total(stages, "megabytes") * times / 1e6
    hours = cpu_hours / (MACHINES * PROCESSORS) + alone_hours
    rows = [
        ("CPU time of tasks that any number of workers share", f"{cpu_hours:,.0f} hours"),
        ("time of the tasks that one worker does alone", f"{alone_hours:,.1f} hours"),
        (f"time on {MACHINES} machines of {PROCESSORS} processors", f"{hours:,.1f} hours"),
        ("on disk", f"{terabytes:,.1f} TB"),
        ("over the network, each file written and read once", f"{2 * terabytes:,.1f} TB"),
        ("that is, of each machine in that time", _rate(terabytes, hours)),
    ]
    head = f"| {N:,} articles after encoding, told from {largest['articles']:,} | |\n|---|---:|\n"
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return f"{head}{table}\n\n{_what_breaks(alone, times)}"


def _total(stages: Sequence[Stage], name: str) -> float:
    return float(sum(stage[name] for stage in stages))


def _rate(terabytes: float, hours: float) -> str:
    return f"{2 * terabytes * 1e6 / (hours * HOUR * MACHINES):,.0f} MB a second"


def _what_breaks(alone: Sequence[Stage], times: float) -> str:
    """The stages of one task that hold most."""
    most = sorted(alone, key=lambda stage: stage["worker_megabytes"], reverse=True)[:N_NAMED]
    parts = [
        f"{stage['name']} ({stage['worker_megabytes'] * times / 1e3:,.0f} GB, "
        f"{stage['wall_seconds'] * times / HOUR:.1f} hours)"
        for stage in most
    ]
    return f"What breaks first are the tasks that one worker does alone: {', '.join(parts)}."

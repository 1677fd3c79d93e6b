"""What a hundred million articles would cost, told from the two largest sites that were measured.

Tasks that any number of workers share take `a + b √n` seconds of CPU time an article, through both
sites: the number of cells grows with the root, and so does what lies in each. What one worker does
alone takes as much longer as there are more articles. Every file is written to a directory that all
nodes see, and read from it once; beside that, searching reads the codes of the cells in reach, and
ranking what is known of the articles in sight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from evaluation.benchmarks.cluster_run import ENCODING

N = 100_000_000
MACHINES, PROCESSORS = 32, 16
HOUR = 3600
N_NAMED = 3
SEARCHING, RANKING = "search", "make"
CODES, KNOWN = ("cells",), ("settle", "all-vectors")
"""Stages that make what is read more than once."""

Stage = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """A site that was measured.

    Attributes:
        n: Number of articles.
        stages: What each cost, by its name, encoding aside.
    """

    n: int
    stages: Mapping[str, Stage]

    @classmethod
    def of(cls, site: Mapping[str, Any]) -> Site:
        """As the result file has it."""
        stages = {stage["name"]: stage for stage in site["stages"] if stage["name"] != ENCODING}
        return cls(site["articles"], stages)

    def alone(self) -> list[Stage]:
        """What one worker does."""
        return [stage for stage in self.stages.values() if stage["tasks"] == 1]

    def shared_seconds(self) -> float:
        """CPU time of all others, for each article."""
        shared = (stage for stage in self.stages.values() if stage["tasks"] > 1)
        return sum(float(stage["cpu_seconds"]) for stage in shared) / self.n

    def bytes_of(self, names: Sequence[str]) -> float:
        """What some stages write of each article."""
        megabytes = sum(float(self.stages[name]["megabytes"]) for name in names)
        return megabytes * 1e6 / self.n

    def reach(self) -> float:
        """Which share of all articles lies in the cells near those of one group."""
        search = self.stages[SEARCHING]
        return float(search["facts"]["n_in_reach"]) / (int(search["tasks"]) * self.n)

    def sight(self) -> float:
        """How many articles are looked at for each list, lists of a block together."""
        return float(self.stages[RANKING]["facts"]["n_in_sight"]) / self.n


def estimate(sites: Sequence[Mapping[str, Any]]) -> str:
    """A table, and what would break first."""
    most = max(site["workers"] for site in sites)
    smaller, site = sorted(
        (Site.of(of_one) for of_one in sites if of_one["workers"] == most), key=lambda of: of.n
    )[-2:]
    shared_hours = _shared_seconds(smaller, site) * N / HOUR
    alone_hours = sum(_hours(stage, site) for stage in site.alone())
    hours = shared_hours / (MACHINES * PROCESSORS) + alone_hours
    disk = site.bytes_of(list(site.stages)) * N / 1e12
    codes = site.reach() * _n_groups(site) * site.bytes_of(CODES) * N / 1e12
    known = site.sight() * site.bytes_of(KNOWN) * N / 1e12
    rate = (2 * disk + codes + known) * 1e6 / (hours * HOUR * MACHINES)
    rows = [
        ("CPU time of tasks that any number of workers share", f"{shared_hours:,.0f} hours"),
        ("time of the tasks that one worker does alone", f"{alone_hours:,.1f} hours"),
        (f"time on {MACHINES} machines of {PROCESSORS} processors", f"{hours:,.1f} hours"),
        ("on disk", f"{disk:,.1f} TB"),
        ("over the network: each file written and read once", f"{2 * disk:,.1f} TB"),
        ("codes of the cells in reach, read by each group", f"{codes:,.1f} TB"),
        (f"what is known of {site.sight():,.0f} articles a list", f"{known:,.1f} TB"),
        ("all that, of each machine in that time", f"{rate:,.0f} MB a second"),
    ]
    told = f"told from {smaller.n:,} and {site.n:,}"
    head = f"| {N:,} articles after encoding, {told} | |\n|---|---:|\n"
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return f"{head}{table}\n\n{_what_breaks(site)}"


def _shared_seconds(smaller: Site, site: Site) -> float:
    """CPU time for each of N articles; never less than for those of the larger site."""
    found = site.shared_seconds()
    rise = (found - smaller.shared_seconds()) / (sqrt(site.n) - sqrt(smaller.n))
    return found + max(0.0, rise) * (sqrt(N) - sqrt(site.n))


def _n_groups(site: Site) -> float:
    return float(site.stages[SEARCHING]["tasks"]) * N / site.n


def _hours(stage: Stage, site: Site) -> float:
    return float(stage["wall_seconds"]) * N / site.n / HOUR


def _what_breaks(site: Site) -> str:
    """Whose memory, and the stages of one task that take longest."""
    held = 2 * site.reach() * site.bytes_of(CODES) * N / 1e9  # FAISS has a copy
    longest = sorted(site.alone(), key=lambda of: float(of["wall_seconds"]), reverse=True)
    parts = [
        f"{stage['name']} ({_hours(stage, site):.1f} hours, "
        f"writes {stage['megabytes'] * N / site.n / 1e3:,.0f} GB)"
        for stage in longest[:N_NAMED]
    ]
    return (
        f"Memory breaks first: who searches for a group holds the codes of the cells in reach of "
        f"it, {site.reach():.0%} of all here, and twice, which would be {held:,.0f} GB. "
        f"Then the tasks that one worker does alone; the longest: {', '.join(parts)}."
    )

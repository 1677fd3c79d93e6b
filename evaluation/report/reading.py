"""What a report says, in the order in which a reader asks for it: shared by all its pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from .schema import Comparison, Interval, Reliability, Report, SystemEntry
from .texts import clean

Relation = Literal["better", "worse", "alike", "untested"]
"""A system against the reference: `alike` where the difference may be chance."""

LABEL_LENGTH = 60
NOTHING = Interval(mean=None, low=None, high=None)


@dataclass(frozen=True)
class Reading:
    """A report, read.

    Attributes:
        report: The document.
    """

    report: Report

    @property
    def primary(self) -> str:
        """The measure that is tested."""
        return self.report["primary"]

    @property
    def is_conclusive(self) -> bool:
        """Whether there are queries enough for intervals and tests."""
        return self.report["is_conclusive"]

    @cached_property
    def with_figures(self) -> list[SystemEntry]:
        """Systems that were measured, best first by the primary measure; in-sample ones last.

        Where two are equal, the reference comes before the other.
        """
        found = [s for s in self.report["systems"] if s["reason"] is None]

        def place(system: SystemEntry) -> tuple[bool, float, bool]:
            is_other = system["name"] != self.report["reference"]
            return system["is_in_sample"], -(self.mean(system) or 0), is_other

        return sorted(found, key=place)

    @cached_property
    def fair(self) -> list[SystemEntry]:
        """Those whose figures may be quoted: not fitted on this very corpus. Best first."""
        return [s for s in self.with_figures if not s["is_in_sample"]]

    @cached_property
    def without_figures(self) -> list[SystemEntry]:
        """Systems that could not be measured, in the order asked for."""
        return [s for s in self.report["systems"] if s["reason"] is not None]

    @cached_property
    def reference(self) -> SystemEntry | None:
        """What the others are compared with; None where it was not measured."""
        name = self.report["reference"]
        return next((s for s in self.with_figures if s["name"] == name), None)

    @cached_property
    def strongest(self) -> SystemEntry | None:
        """The best fair system apart from the reference; None where there is none."""
        return next((s for s in self.fair if s["name"] != self.report["reference"]), None)

    @cached_property
    def scored(self) -> list[tuple[SystemEntry, Reliability]]:
        """Systems whose scores were looked at, and what was seen: the reference first."""
        found = [(s, s.get("reliability")) for s in self.with_figures]
        seen = [(s, curve) for s, curve in found if curve is not None and curve["bins"]]
        return sorted(seen, key=lambda pair: pair[0]["name"] != self.report["reference"])

    @cached_property
    def comparisons(self) -> dict[str, Comparison]:
        """System to its comparison with the reference."""
        return {comparison["system"]: comparison for comparison in self.report["comparisons"]}

    def mean(self, system: SystemEntry) -> float | None:
        """A system's mean of the primary measure."""
        return self.interval(system, self.primary)["mean"]

    def interval(self, system: SystemEntry, measure: str) -> Interval:
        """A system's mean of a measure over all candidates; nothing where it is not measured."""
        return system["measures"].get(measure, NOTHING)

    def relation(self, system: SystemEntry) -> Relation | None:
        """How a system stands to the reference; None for itself, and for what is in-sample."""
        comparison = self.comparisons.get(system["name"])
        if comparison is None or system["is_in_sample"]:
            return None
        if comparison["is_significant"] is None:
            return "untested"
        if not comparison["is_significant"]:
            return "alike"
        return "better" if comparison["difference"] > 0 else "worse"

    def compared(self) -> Iterator[tuple[SystemEntry, Comparison]]:
        """Systems with a comparison, best first; in-sample ones last."""
        for system in self.with_figures:
            if system["name"] in self.comparisons:
                yield system, self.comparisons[system["name"]]


def label(system: SystemEntry) -> str:
    """What an editor calls a system; its name where it has no label."""
    return clean(system["label"] or system["name"], LABEL_LENGTH)


def marked_label(system: SystemEntry) -> str:
    """The label, after the warning that a system must not be quoted: it survives being cut."""
    return ("in-sample: " if system["is_in_sample"] else "") + label(system)

"""Two reports side by side: which systems have changed, and which change is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .errors import ReportError
from .figures import Difference, differences
from .plan import N_PERMUTATIONS, N_RESAMPLES
from .report.schema import QueryEntry, Report, SystemEntry

Verdict = Literal["better", "worse", "no clear change", "unchanged", "too few to conclude"]


@dataclass(frozen=True, slots=True)
class Change:
    """One system in both reports, over the queries that both judge alike.

    Attributes:
        system: Its name.
        before: Mean of the measure in the first report.
        after: Mean in the second.
        difference: After minus before, with interval and test; p corrected over all systems that
            changed at all.
        verdict: What that says.
        is_in_sample: Whether either report marks it so: then do not quote it.
    """

    system: str
    before: float
    after: float
    difference: Difference
    verdict: Verdict
    is_in_sample: bool


@dataclass(frozen=True, slots=True)
class ReportComparison:
    """What `compare` found.

    Attributes:
        measure: The measure that was compared.
        n_queries: Queries that both reports judge alike.
        n_left_out: Queries of either report that the other lacks, or judges otherwise.
        is_same_corpus: Whether both read exactly the same files.
        changes: Systems with figures in both, in the second report's order.
        only_before: Systems with figures in the first report only.
        only_after: Systems with figures in the second only.
    """

    measure: str
    n_queries: int
    n_left_out: int
    is_same_corpus: bool
    changes: Sequence[Change]
    only_before: Sequence[str]
    only_after: Sequence[str]


def compare(
    before: Report, after: Report, measure: str | None = None, *, seed: int = 0
) -> ReportComparison:
    """Pair two reports query by query.

    Only queries with the same id and the same judgements are compared; they are resampled in the
    second report's groups. A system that gives the same value everywhere is
    `unchanged`: there is nothing to test, and it does not weaken the tests of others.

    Args:
        before: The first report.
        after: The second.
        measure: A measure of both; None takes the second report's primary one.
        seed: Of what is drawn for intervals and tests.

    Raises:
        ReportError: The reports share no query, no system or not the measure.
    """
    measure = measure or after["primary"]
    _refuse_unknown(measure, before, after)
    pairs, groups, n_left_out = _shared(before, after)
    old, new = _with_figures(before), _with_figures(after)
    shared = [name for name in new if name in old]
    if not shared:
        raise ReportError("the two reports have no system in common: nothing can be compared.")
    values = {
        name: (
            np.array(old[name]["per_query"][measure])[pairs[:, 0]],
            np.array(new[name]["per_query"][measure])[pairs[:, 1]],
        )
        for name in shared
    }
    found = _differences(values, groups, np.random.default_rng(seed))
    return ReportComparison(
        measure=measure,
        n_queries=len(pairs),
        n_left_out=n_left_out,
        is_same_corpus=before["corpus"]["sha256"] == after["corpus"]["sha256"],
        changes=[
            Change(
                system=name,
                before=float(values[name][0].mean()),
                after=float(values[name][1].mean()),
                difference=found[name],
                verdict=_verdict(found[name]),
                is_in_sample=old[name]["is_in_sample"] or new[name]["is_in_sample"],
            )
            for name in shared
        ],
        only_before=[name for name in old if name not in new],
        only_after=[name for name in new if name not in old],
    )


def _differences(
    values: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]],
    groups: NDArray[np.int64],
    rng: np.random.Generator,
) -> dict[str, Difference]:
    """Those that changed are tested together, those that did not by themselves."""
    rows = {name: new - old for name, (old, new) in values.items()}
    found: dict[str, Difference] = {}
    for has_changed in (True, False):
        names = [name for name, row in rows.items() if bool(row.any()) == has_changed]
        tested = differences(
            np.array([rows[name] for name in names]),
            groups,
            rng,
            n_resamples=N_RESAMPLES,
            n_permutations=N_PERMUTATIONS,
        )
        found |= dict(zip(names, tested, strict=True))
    return found


def _verdict(difference: Difference) -> Verdict:
    if not difference.wins and not difference.losses:
        return "unchanged"
    if difference.is_significant is None:
        return "too few to conclude"
    if not difference.is_significant:
        return "no clear change"
    return "better" if difference.mean.mean > 0 else "worse"


def _shared(before: Report, after: Report) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Positions in both, shape `(n, 2)`, the second report's groups, and how many are left out."""
    old, new = _judged(before), _judged(after)
    alike = [name for name in new if name in old and old[name][1] == new[name][1]]
    if not alike:
        raise ReportError(
            "the two reports share no query with the same judgements: they can be compared only "
            "where they measure the same articles by the same lists."
        )
    pairs = np.array([(old[name][0], new[name][0]) for name in alike], dtype=np.int64)
    groups = np.array([after["queries"][i]["group"] for i in pairs[:, 1]], dtype=np.int64)
    return pairs, groups, len(old.keys() | new.keys()) - len(alike)


def _judged(report: Report) -> dict[str, tuple[int, dict[str, int]]]:
    """Query id to its position and its judgements by id."""
    ids = [article["id"] for article in report["articles"]]

    def grades(query: QueryEntry) -> dict[str, int]:
        return {ids[article]: grade for article, grade in query["truth"]}

    return {ids[q["article"]]: (i, grades(q)) for i, q in enumerate(report["queries"])}


def _with_figures(report: Report) -> dict[str, SystemEntry]:
    return {system["name"]: system for system in report["systems"] if system["per_query"]}


def _refuse_unknown(measure: str, *reports: Report) -> None:
    for report in reports:
        if measure not in report["measures"]:
            raise ReportError(
                f"the report on “{report['corpus']['name']}” has no “{measure}”; expected one of "
                f"{', '.join(report['measures'])}."
            )

"""Every system under every view: values of each query, means with intervals, comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .answers import Answers
from .figures import Difference, Exam, Mean, differences, means
from .measures import JUDGED, PRIMARY, RECALL_K, STANDARD
from .plan import Plan
from .views import ALL

Values = Mapping[str, NDArray[np.float64]]
"""Measure to one value a query."""


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """The figures of all systems that gave lists.

    Attributes:
        measures: Names of the measures, in the order of tables.
        values: View to system to measure to values, in the order of the view's queries. The view
            `all` has recall at every k of `RECALL_K` besides.
        means: View to system to measure to mean; views without a query are absent.
        differences: System to its difference from the reference on the primary measure; empty where
            the reference gave no lists.
    """

    measures: Sequence[str]
    values: Mapping[str, Mapping[str, Values]]
    means: Mapping[str, Mapping[str, Mapping[str, Mean]]]
    differences: Mapping[str, Difference]


def score(
    exams: Mapping[str, Exam],
    answers: Mapping[str, Answers],
    plan: Plan,
    *,
    reference: str,
    measures: Sequence[str],
    advance: Callable[[int, int], None],
) -> Scoreboard:
    """Mark every answer and compare it with the reference's.

    Args:
        exams: View to what is right.
        answers: System to its lists; those with a reason are passed over.
        plan: Numbers of draws, and the seed.
        reference: The system that the others are compared with.
        measures: Names, as in `measures`.
        advance: Called with the number of marked pairs of view and system, and of all of them.
    """
    given = {name: answer for name, answer in answers.items() if answer.reason is None}
    sat = {view: exam for view, exam in exams.items() if len(exam.queries)}
    values: dict[str, dict[str, Values]] = {view: {} for view in exams}
    for i, (view, exam) in enumerate(sat.items()):
        for j, (name, answer) in enumerate(given.items()):
            advance(i * len(given) + j, len(sat) * len(given))
            names = dict.fromkeys([*measures, *(_recall_names() if view == ALL else ())])
            values[view][name] = exam.mark(answer, list(names))
    return Scoreboard(
        measures=measures,
        values=values,
        means={view: _means(exam, values[view], plan, measures) for view, exam in sat.items()},
        differences=_differences(exams[ALL], values[ALL], plan, reference),
    )


def _means(
    exam: Exam, values: Mapping[str, Values], plan: Plan, measures: Sequence[str]
) -> dict[str, dict[str, Mean]]:
    if not values:
        return {}
    series = np.stack([of_system[name] for of_system in values.values() for name in measures])
    rng = np.random.default_rng([plan.seed, 1])  # the same draws for every view and system
    found = iter(means(series, exam.groups, rng, plan.n_resamples))
    return {system: {name: next(found) for name in measures} for system in values}


def _differences(
    exam: Exam, values: Mapping[str, Values], plan: Plan, reference: str
) -> dict[str, Difference]:
    others = [system for system in values if system != reference]
    if reference not in values or not others:
        return {}
    base = values[reference][PRIMARY]
    found = differences(
        np.stack([values[system][PRIMARY] - base for system in others]),
        exam.groups,
        np.random.default_rng([plan.seed, 2]),
        n_resamples=plan.n_resamples,
        n_permutations=plan.n_permutations,
    )
    return dict(zip(others, found, strict=True))


def measure_names(*, has_zero_grades: bool) -> list[str]:
    """What is measured, in the order of tables."""
    return [*STANDARD, *(JUDGED if has_zero_grades else ())]


def _recall_names() -> list[str]:
    return [f"recall@{k}" for k in RECALL_K]

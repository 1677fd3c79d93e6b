"""The standard measures, one value a query, from ir-measures (trec_eval).

Decided cases: a query that a run has forgotten counts 0; a query without a relevant article is left
out before it comes here, and counted; what nobody judged is not relevant; gains are the grades
themselves (linear), and the ideal list comes from the judgements, not from the candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
import numpy as np
from ir_measures import AP, RR, Judged, R, Success, nDCG
from numpy.typing import NDArray

from .task import NOBODY
from .views import Rows

PRIMARY = "nDCG@10"
DEPTH = 100
"""Length of the runs, and so the cut-off of MRR@100."""

STANDARD = {
    "nDCG@5": nDCG @ 5,
    "nDCG@10": nDCG @ 10,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "recall@50": R @ 50,
    "MRR@100": RR,
    "MAP@100": AP @ 100,
    "hit_rate@1": Success @ 1,
    "hit_rate@5": Success @ 5,
    "hit_rate@10": Success @ 10,
}
"""Our names, as in tables, to those of ir-measures. Runs end at 100, so RR is MRR@100."""

JUDGED = {"judged@10": Judged @ 10}
"""Share of what stands in the first ten that somebody judged; told only where zeros were given."""

MEASURES = (*STANDARD, *JUDGED)
"""Every name that a report may hold."""

RECALL_K = (1, 2, 3, 5, 10, 20, 30, 50, 100)
_RECALL = {f"recall@{k}": R @ k for k in RECALL_K}

Truth = Mapping[int, Mapping[int, int]]
"""Query row to article row to grade, 0 or more."""


def per_query(
    truth: Truth, queries: Rows, lists: NDArray[np.int32], names: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """Each measure of each query.

    Args:
        truth: Judgements of at least the queries.
        queries: Rows of the queries, shape `(m,)`.
        lists: Their lists, shape `(m, at most 100)`, best first, ended by `NOBODY`.
        names: Keys of `STANDARD`, `JUDGED`, or `recall@k` with k in `RECALL_K`.

    Returns:
        Name to values, shape `(m,)`, 0 to 1, in the order of `queries`.
    """
    known = {**_RECALL, **STANDARD, **JUDGED}
    by_measure = {known[name]: name for name in names}
    qrels = {str(query): _named(truth[query]) for query in queries.tolist()}
    run = {
        str(query): {str(row): -place for place, row in enumerate(ranked) if row != NOBODY}
        for query, ranked in zip(queries.tolist(), lists.tolist(), strict=True)
    }
    values = {name: np.zeros(len(queries)) for name in names}
    place_of = {query: place for place, query in enumerate(qrels)}
    answered = {query: ranked for query, ranked in run.items() if ranked}
    for metric in ir_measures.iter_calc(list(by_measure), qrels, answered):
        values[by_measure[metric.measure]][place_of[metric.query_id]] = metric.value
    return values


def _named(grades: Mapping[int, int]) -> dict[str, int]:
    return {str(row): grade for row, grade in grades.items()}

"""Whether scores mean what they promise: of the best ten, how many had the editors listed?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .answers import Answers
from .catalogue import LIST_LENGTH
from .figures import Exam
from .report import schema
from .views import ALL

MAX_BINS = 10
PROMISED = 10
"""Listed articles that the scores of a bin promise, at least: fewer would say nothing."""

_Z = 1.959964
_N_DIGITS = 6


def reliability(exam: Exam, answers: Answers) -> schema.Reliability | None:
    """The reliability curve of a system's scores, over the best ten places of every query.

    Bins hold the same sum of scores each, that is, as many listed articles are promised by one as
    by the other: many places with low scores, few with high ones. Their error is weighed by places
    (expected calibration error: Naeini, Cooper & Hauskrecht 2015, doi:10.1609/aaai.v29i1.9602).
    The mean squared error of the scores is as in Brier 1950, doi:10.1175/1520-0493(1950)078<0001.

    Args:
        exam: Queries and truth over all candidates.
        answers: What the system gave.

    Returns:
        None for a system without scores, and with too few queries to conclude.
    """
    if answers.scores is None or not exam.is_conclusive:
        return None
    lists = answers.lists[ALL][exam.queries, :LIST_LENGTH]
    scores = answers.scores[exam.queries, :LIST_LENGTH].astype(np.float64)
    is_listed = [
        [exam.truth[query].get(row, 0) > 0 for row in rows]
        for query, rows in zip(exam.queries.tolist(), lists.tolist(), strict=True)
    ]
    groups = np.broadcast_to(exam.groups[:, None], scores.shape)
    known = np.isfinite(scores)
    if not known.any():
        return None
    return _curve(scores[known], np.array(is_listed, dtype=bool)[known], groups[known])


def _curve(
    scores: NDArray[np.float64], is_listed: NDArray[np.bool_], groups: NDArray[np.int64]
) -> schema.Reliability:
    bin_of = bins(scores)
    parts = [bin_of == number for number in np.unique(bin_of)]
    gaps = [abs(scores[part].mean() - is_listed[part].mean()) * part.sum() for part in parts]
    return schema.Reliability(
        n_places=len(scores),
        score=_rounded(scores.mean()),
        listed=_rounded(is_listed.mean()),
        calibration_error=_rounded(sum(gaps) / len(scores)),
        brier=_rounded(((scores - is_listed) ** 2).mean()),
        bins=[_bin(scores[part], is_listed[part], groups[part]) for part in parts],
    )


def _bin(
    scores: NDArray[np.float64], is_listed: NDArray[np.bool_], groups: NDArray[np.int64]
) -> schema.ReliabilityBin:
    low, high = share_interval(is_listed, groups)
    return schema.ReliabilityBin(
        n_places=len(scores),
        lowest=_rounded(scores.min()),
        highest=_rounded(scores.max()),
        score=_rounded(scores.mean()),
        listed=_rounded(is_listed.mean()),
        low=_rounded(low),
        high=_rounded(high),
    )


def bins(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bin of each score, rising with it: equal scores share one, each has about the same sum.

    Args:
        scores: Shape `(n,)`, 0 to 1, at least one, in any order.

    Returns:
        Shape `(n,)`: at most `MAX_BINS` different numbers, and so many that each bin promises about
        `PROMISED` or more; some may be skipped.
    """
    total = float(scores.sum())
    n_bins = int(np.clip(total // PROMISED, 1, MAX_BINS))
    values, place, times = np.unique(scores, return_inverse=True, return_counts=True)
    promised = values * times
    middle = np.cumsum(promised) - promised / 2
    share = middle / total if total else middle
    numbers: NDArray[np.int64] = np.minimum((share * n_bins).astype(np.int64), n_bins - 1)
    return numbers[place]


def share_interval(is_listed: NDArray[np.bool_], groups: NDArray[np.int64]) -> tuple[float, float]:
    """The 95 % interval of a share of places that come in groups of queries.

    Wilson's (1927, doi:10.1080/01621459.1927.10502953), which stays honest near none and all, for
    as many independent places as the groups are worth: their number over the design effect (Kish
    1965, Survey Sampling, chapter 5), the variance over groups to that of lots, taken as at least
    1. A single group is worth one place.

    Args:
        is_listed: Shape `(n,)`, at least one.
        groups: The group of each place's query, the same shape.
    """
    share = float(is_listed.mean())
    n = len(is_listed) / _design_effect(is_listed, groups)
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * (share * (1 - share) / n + _Z**2 / (4 * n**2)) ** 0.5 / (1 + _Z**2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def _design_effect(is_listed: NDArray[np.bool_], groups: NDArray[np.int64]) -> float:
    n, share = len(is_listed), float(is_listed.mean())
    _, place = np.unique(groups, return_inverse=True)
    totals = np.bincount(place, weights=is_listed - share)
    if len(totals) == 1:
        return float(n)
    by_lots = n * share * (1 - share)
    return max(1.0, float((totals**2).sum()) / by_lots) if by_lots else 1.0


def _rounded(value: float) -> float:
    return round(float(value), _N_DIGITS)

"""Whether scores mean what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.answers import Answers
from evaluation.figures import Exam
from evaluation.reliability import bins, reliability, share_interval

N_QUERIES = 30


def _exam(listed: dict[int, list[int]], n_queries: int = N_QUERIES) -> Exam:
    """Queries that are groups of their own, each with the articles listed for it."""
    rows = np.arange(n_queries)
    truth = {row: dict.fromkeys(listed.get(row, [999]), 1) for row in rows.tolist()}
    return Exam("all", rows, rows, truth, 0)


def _answers(scores: np.ndarray | None, n_queries: int = N_QUERIES) -> Answers:
    """Every query is answered with articles 100, 101, … in this order."""
    lists = np.tile(np.arange(100, 200, dtype=np.int32), (n_queries, 1))
    return Answers({"all": lists}, scores, None, 0.0)


def _scores(*best: float) -> np.ndarray:
    """The same scores for every query, and none below them."""
    scores = np.full((N_QUERIES, 100), np.nan, dtype=np.float32)
    scores[:, : len(best)] = best
    return scores


def test_a_curve_is_what_one_counts_by_hand() -> None:
    """Of thirty first places with .75, 15 were listed; of thirty second ones with .25, none."""
    found = reliability(_exam({row: [100] for row in range(15)}), _answers(_scores(0.75, 0.25)))

    assert found is not None
    assert (found["n_places"], found["score"], found["listed"]) == (60, 0.5, 0.25)
    assert [(one["n_places"], one["score"], one["listed"]) for one in found["bins"]] == [
        (30, 0.25, 0.0),
        (30, 0.75, 0.5),
    ]
    assert found["calibration_error"] == 0.25
    assert found["brier"] == pytest.approx((15 * 0.0625 + 15 * 0.5625 + 30 * 0.0625) / 60)


def test_only_the_best_ten_places_count() -> None:
    """What stands eleventh may have a score, and may be listed."""
    scores = _scores(*[0.5] * 11)
    found = reliability(_exam({row: [110] for row in range(30)}), _answers(scores))

    assert found is not None
    assert (found["n_places"], found["listed"]) == (300, 0.0)


def test_a_grade_of_zero_is_not_listed() -> None:
    """It says that the article is not related."""
    exam = _exam({})
    graded = Exam("all", exam.queries, exam.groups, {q: {100: 0, 101: 2} for q in range(30)}, 0)
    found = reliability(graded, _answers(_scores(0.9, 0.9)))

    assert found is not None
    assert found["listed"] == 0.5


def test_without_scores_or_with_few_queries_there_is_no_curve() -> None:
    """Nor where no place of any list has a score."""
    assert reliability(_exam({}), _answers(None)) is None
    assert reliability(_exam({}, 29), _answers(_scores(0.5)[:29], 29)) is None
    assert reliability(_exam({}), _answers(_scores())) is None


def test_each_bin_promises_as_much_as_the_others() -> None:
    """A hundred places of .1 promise ten, as do twenty of .5."""
    found = bins(np.array([0.5] * 20 + [0.1] * 100))

    assert found.tolist() == [1] * 20 + [0] * 100


@given(st.lists(st.sampled_from([0.0, 0.01, 0.2, 0.5, 1.0]) | st.floats(0, 1), min_size=1))
def test_bins_rise_with_scores_and_equal_scores_share_one(scores: list[float]) -> None:
    """There are at most ten, and a tenth of what is promised."""
    found = bins(np.array(scores)).tolist()

    by_score = sorted(zip(scores, found, strict=True))
    assert [number for _, number in by_score] == sorted(found)
    assert len(set(by_score)) == len(set(scores))
    assert len(set(found)) <= max(1, min(10, sum(scores) // 10))


def test_the_interval_of_independent_places_is_wilsons() -> None:
    """Five and none of ten, from a published table: it never shrinks to a point."""
    groups = np.arange(10)
    half = np.arange(10) < 5

    assert share_interval(half, groups) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert share_interval(np.zeros(10, dtype=bool), groups) == pytest.approx((0, 0.2775), abs=1e-4)


def test_places_that_hang_together_are_worth_fewer() -> None:
    """Each place four times over says no more than once; a single group is worth one place."""
    half = np.arange(50) < 25
    once = share_interval(half, np.arange(50))
    repeated = share_interval(np.repeat(half, 4), np.repeat(np.arange(50), 4))
    single = share_interval(half, np.zeros(50, dtype=np.int64))

    assert repeated == pytest.approx(once, abs=0.005)
    assert single == pytest.approx((0.0546, 0.9454), abs=1e-4)
    assert share_interval(np.repeat(half, 4), np.arange(200))[0] > repeated[0] + 0.05


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 400 samples of forty groups whose own shares vary, about 95 % hold the share of all."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 5)
    held = 0
    for _ in range(400):
        shares = rng.beta(0.5, 1.5, 40)
        low, high = share_interval(rng.random(200) < shares[groups], groups)
        held += low <= 0.25 <= high

    assert 0.92 <= held / 400 <= 0.98

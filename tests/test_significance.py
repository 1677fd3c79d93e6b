"""Intervals and tests, against an independent implementation and by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from evaluation.significance import bootstrap_intervals, holm, randomisation_p


def _rng() -> np.random.Generator:
    return np.random.default_rng(7)


def _alone(n: int) -> NDArray[np.int64]:
    """Every query a group of its own."""
    return np.arange(n)


def test_intervals_agree_with_scipys_bootstrap() -> None:
    """Percentile method, queries on their own: equal up to what is drawn."""
    values = np.stack([_rng().beta(1, 3, 200), _rng().random(200)])

    low, high = bootstrap_intervals(values, _alone(200), _rng(), n_resamples=20_000)

    for i, row in enumerate(values):
        oracle = stats.bootstrap(
            (row,), np.mean, n_resamples=20_000, method="percentile", rng=_rng()
        ).confidence_interval
        assert (low[i], high[i]) == pytest.approx((oracle.low, oracle.high), abs=4e-3)


def test_intervals_over_groups_agree_with_scipys_on_totals_and_sizes() -> None:
    """Groups of one to nine queries are drawn whole; the mean is over queries."""
    rng = _rng()
    sizes = rng.integers(1, 10, 60)
    groups = np.repeat(np.arange(60), sizes)
    values = rng.random(len(groups)) + np.repeat(rng.normal(0, 1, 60), sizes)
    totals = np.array([values[groups == group].sum() for group in range(60)])

    low, high = bootstrap_intervals(values[None], groups, _rng(), n_resamples=20_000)

    def mean(
        totals: NDArray[np.float64], sizes: NDArray[np.int64], axis: int
    ) -> NDArray[np.float64]:
        return totals.sum(axis=axis) / sizes.sum(axis=axis)

    oracle = stats.bootstrap(
        (totals, sizes), mean, paired=True, n_resamples=20_000, method="percentile",
        vectorized=True, rng=_rng(),
    ).confidence_interval  # fmt: skip
    assert (low[0], high[0]) == pytest.approx((oracle.low, oracle.high), abs=0.02)
    alone = bootstrap_intervals(values[None], _alone(len(values)), _rng())
    assert high[0] - low[0] > 1.5 * (alone[1][0] - alone[0][0])  # what hangs together says less


def test_intervals_cover_the_truth_as_often_as_they_claim() -> None:
    """Of 300 samples of 80 values, about 95 % of the intervals hold the true mean."""
    rng = _rng()
    samples = rng.exponential(1.0, (300, 80))

    low, high = bootstrap_intervals(samples, _alone(80), rng)

    assert 0.90 <= np.mean((low <= 1) & (high >= 1)) <= 0.98


def test_one_group_has_no_spread() -> None:
    """Nor have equal values: bounds equal the mean."""
    for values, groups in (([0.2, 0.6], [3, 3]), ([0.4, 0.4], [0, 1])):
        low, high = bootstrap_intervals(np.array([values]), np.array(groups), _rng())
        assert (low[0], high[0]) == pytest.approx((0.4, 0.4))


def test_series_share_their_draws() -> None:
    """The same series twice has the same interval."""
    values = _rng().random(50)

    low, high = bootstrap_intervals(np.stack([values, values]), _alone(50), _rng())

    assert (low[0], high[0]) == (low[1], high[1])


def test_draws_in_parts_are_all_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory is short, the bounds are as good as before."""
    values = _rng().random((1, 50))
    whole = bootstrap_intervals(values, _alone(50), _rng(), n_resamples=4000)
    monkeypatch.setattr("evaluation.significance._MAX_CELLS", 333)

    parts = bootstrap_intervals(values, _alone(50), _rng(), n_resamples=4000)

    assert np.concatenate(parts) == pytest.approx(np.concatenate(whole), abs=0.01)
    p = randomisation_p(values - 0.45, _alone(50), _rng(), n_permutations=500)
    assert 0 < p[0] < 1


def test_p_agrees_with_scipys_permutation_test() -> None:
    """Paired, two-sided, signs tossed by query."""
    rng = _rng()
    differences = rng.normal(0.1, 1.0, (3, 120))

    p = randomisation_p(differences, _alone(120), _rng(), n_permutations=20_000)

    for i, row in enumerate(differences):
        oracle = stats.permutation_test(
            (row, np.zeros(120)), lambda x, y, axis: np.mean(x - y, axis=axis), vectorized=True,
            permutation_type="samples", n_resamples=50_000, batch=2000, rng=_rng(),
        )  # fmt: skip
        assert p[i] == pytest.approx(oracle.pvalue, abs=0.015)


def test_p_agrees_with_tossing_every_way() -> None:
    """Eight groups of unequal sizes: all 256 outcomes."""
    sums = np.array([0.9, -0.2, 0.4, 0.3, 0.8, -0.1, 0.5, 0.05])
    groups = np.repeat(np.arange(8), [1, 2, 1, 3, 1, 1, 2, 1])
    sizes = np.bincount(groups)
    differences = (sums / sizes)[groups]
    exact = np.mean(
        [abs(sums @ np.array(signs)) >= sums.sum() - 1e-9 for signs in product((1, -1), repeat=8)]
    )

    p = randomisation_p(differences[None], groups, _rng(), n_permutations=50_000)

    assert p[0] == pytest.approx(exact, abs=0.005)


def test_p_is_one_where_there_is_no_difference() -> None:
    """And as small as the number of draws allows where every query agrees."""
    differences = np.stack([np.zeros(40), np.full(40, 0.1), np.full(40, -0.1)])

    p = randomisation_p(differences, _alone(40), _rng(), n_permutations=999)

    assert p.tolist() == [1.0, 0.001, 0.001]


def test_p_is_uniform_where_chance_rules() -> None:
    """Of 400 comparisons without an effect about 5 % are below .05."""
    differences = _rng().normal(0, 1, (400, 60))

    p = randomisation_p(differences, _alone(60), _rng(), n_permutations=2000)

    assert 0.02 <= np.mean(p < 0.05) <= 0.08
    assert np.mean(p) == pytest.approx(0.5, abs=0.05)


def test_holm_by_hand() -> None:
    """Three times the smallest, twice the next, and never below the one before."""
    assert holm(np.array([0.04, 0.01, 0.03])).tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert holm(np.array([0.5, 0.9])).tolist() == [1.0, 1.0]
    assert holm(np.array([])).tolist() == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_and_lies_below_bonferroni(p: list[float]) -> None:
    """And keeps the order."""
    raw = np.array(p)
    adjusted = holm(raw)

    assert (adjusted >= raw).all()
    assert (adjusted <= np.minimum(raw * len(p), 1) + 1e-12).all()
    assert (np.diff(adjusted[np.argsort(raw, kind="stable")]) >= -1e-12).all()

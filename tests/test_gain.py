"""What learning gains, and how sure that is."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Site
from evaluated_site import fill

from recommender import Recommender, Weights, gain_of_fitting
from recommender.ranking.gain import gain_of

BY_WORDS = Weights({"vectors": 1.0, "words": 0.2, "listed": 0.5})


def test_a_gain_is_the_difference_of_two_means() -> None:
    """Every list gains a tenth, so there is no doubt about it."""
    before = np.linspace(0.1, 0.8, 50)
    gain = gain_of(before, before + 0.1, np.arange(50), np.random.default_rng(0))

    assert (gain.n_lists, gain.before, gain.after) == (50, pytest.approx(0.45), pytest.approx(0.55))
    assert (gain.low, gain.difference, gain.high) == pytest.approx((0.1, 0.1, 0.1))
    assert gain.is_sure


def test_the_interval_is_as_wide_as_the_normal_one_and_wider_for_groups() -> None:
    """±1.96 standard errors of independent lists; those of a group count as one draw."""
    rng = np.random.default_rng(3)
    moved = rng.normal(0.02, 0.1, 400)
    before = np.full(400, 0.4)
    alone = gain_of(before, before + moved, np.arange(400), rng)
    expected = 1.96 * moved.std() / 20

    assert (alone.high - alone.low) / 2 == pytest.approx(expected, rel=0.1)
    repeated = np.repeat(moved[:100], 4)
    grouped = gain_of(before, before + repeated, np.arange(400) // 4, rng)
    apart = gain_of(before, before + repeated, np.arange(400), rng)
    assert (grouped.high - grouped.low) == pytest.approx(2 * (apart.high - apart.low), rel=0.15)


def test_what_may_be_chance_is_not_sure() -> None:
    """An interval around zero, or below it."""
    moved = np.tile([0.1, -0.1], 20)
    gain = gain_of(np.full(40, 0.5), 0.5 + moved, np.arange(40), np.random.default_rng(0))

    assert gain.low < 0 < gain.high
    assert not gain.is_sure


@pytest.fixture
def engine(site: Site) -> Recommender:
    """Sixty articles whose lists go by the first word of the title."""
    fill(site)
    return site.open()


def test_fitting_is_tested_on_lists_that_it_has_not_seen(engine: Recommender) -> None:
    """Every list once; progress runs from nothing to the whole, and never back."""
    told: list[tuple[int, int]] = []
    gain = gain_of_fitting(
        engine,
        lists=engine.lists,
        rng=np.random.default_rng(0),
        start=BY_WORDS,
        progress=lambda done, total: told.append((done, total)),
    )

    assert gain is not None
    assert gain.n_lists == len(engine.lists)
    assert gain.after > gain.before
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_lists_that_follow_nothing_gain_nothing(engine: Recommender) -> None:
    """Drawn by lot: what looks like a gain on the way does not last."""
    rng = np.random.default_rng(5)
    names = [article.id for article in engine.articles]
    lists = {
        name: rng.choice([n for n in names if n != name], 3, replace=False).tolist()
        for name in names
    }
    gain = gain_of_fitting(engine, lists=lists, rng=np.random.default_rng(0), start=BY_WORDS)

    assert gain is not None
    assert not gain.is_sure


def test_too_few_lists_tell_nothing(engine: Recommender) -> None:
    """Under twenty, or all hanging together."""
    few = dict(list(engine.lists.items())[:19])
    names = [article.id for article in engine.articles]
    ring = {name: [names[i - 1], names[(i + 1) % len(names)]] for i, name in enumerate(names)}
    rng = np.random.default_rng(0)

    assert gain_of_fitting(engine, lists=few, rng=rng) is None
    assert gain_of_fitting(engine, lists=ring, rng=rng) is None

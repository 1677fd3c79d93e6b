"""Groups that hang together, and folds of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.splits import folds_by_time
from recommender import ConfigError, folds_by_group, reciprocal_groups

NAN = float("nan")


def _groups(**lists: str) -> list[int]:
    return reciprocal_groups({query: tuple(ids) for query, ids in lists.items()}, [*lists]).tolist()


def test_queries_that_list_each_other_are_one_group() -> None:
    """And so on from there: a with b, b with c; d stands alone."""
    assert _groups(a="b", b="ac", c="b", d="a") == [0, 0, 0, 1]


def test_one_way_links_make_no_group() -> None:
    """A ring of them neither."""
    assert _groups(a="b", b="c", c="a") == [0, 1, 2]


def test_groups_are_numbered_by_their_first_query() -> None:
    """B belongs to d, so c comes third."""
    assert _groups(a="", b="d", c="", d="b") == [0, 1, 2, 1]


def test_articles_that_are_no_queries_make_no_group() -> None:
    """X is listed by both and lists both, but nobody asks for it."""
    lists = {"a": ("x",), "b": ("x",), "x": ("a", "b")}

    assert reciprocal_groups(lists, ["a", "b"]).tolist() == [0, 1]


GROUPS = st.lists(st.integers(0, 8), min_size=2, max_size=40).map(np.array)


@given(groups=GROUPS, n_folds=st.integers(2, 6), seed=st.integers(0, 99))
def test_each_query_is_tested_once_and_no_group_is_parted(
    groups: np.ndarray, n_folds: int, seed: int
) -> None:
    """Whatever the groups."""
    n_folds = min(n_folds, len(np.unique(groups)))
    if n_folds < 2:
        return
    folds = folds_by_group(groups, n_folds, np.random.default_rng(seed))

    assert sorted(np.concatenate([fold.test for fold in folds]).tolist()) == list(
        range(len(groups))
    )
    for fold in folds:
        assert len(fold.test) > 0
        assert sorted([*fold.train, *fold.test]) == list(range(len(groups)))
        assert not set(groups[fold.train]) & set(groups[fold.test])


def test_folds_are_as_equal_as_groups_allow() -> None:
    """One group of six, six of one: two folds of six."""
    folds = folds_by_group(np.array([0] * 6 + [1, 2, 3, 4, 5, 6]), 2, np.random.default_rng(0))

    assert [len(fold.test) for fold in folds] == [6, 6]


def test_the_generator_decides_who_falls_together() -> None:
    """The same one alike, another one otherwise."""
    first, again, other = (
        [fold.test.tolist() for fold in folds_by_group(np.arange(30), 3, np.random.default_rng(s))]
        for s in (1, 1, 2)
    )

    assert first == again != other


def test_more_folds_than_groups_are_refused() -> None:
    """As are fewer than two."""
    for n_folds in (4, 1):
        with pytest.raises(ConfigError, match=f"found 3 groups of lists for {n_folds} folds"):
            folds_by_group(np.array([0, 1, 2, 2]), n_folds, np.random.default_rng(0))


@given(
    times=st.lists(st.integers(0, 9).map(float) | st.just(NAN), min_size=4, max_size=30),
    n_folds=st.integers(1, 4),
    data=st.data(),
)
def test_what_is_learned_from_is_older(
    times: list[float], n_folds: int, data: st.DataObject
) -> None:
    """Each dated query is tested once, but for the oldest block; groups are kept apart."""
    groups = np.array(
        data.draw(st.lists(st.integers(0, 9), min_size=len(times), max_size=len(times)))
    )
    when = np.array(times)
    if len(set(when[np.isfinite(when)])) <= n_folds:
        return
    folds = folds_by_time(when, groups, n_folds)

    tested = np.concatenate([fold.test for fold in folds])
    assert len(folds) == n_folds
    assert len(set(tested.tolist())) == len(tested)
    assert np.isfinite(when[tested]).all()
    oldest = np.setdiff1d(np.flatnonzero(np.isfinite(when)), tested)
    assert when[oldest].max() < when[tested].min()
    for fold in folds:
        assert len(fold.test) > 0
        assert not set(groups[fold.train]) & set(groups[fold.test])
        if len(fold.train):
            assert when[fold.train].max() < when[fold.test].min()


def test_blocks_of_time_are_of_equal_size() -> None:
    """Twelve dates, three folds: four blocks of three."""
    times = np.arange(12.0)[::-1]

    folds = folds_by_time(times, np.arange(12), 3)

    assert [times[fold.test].tolist() for fold in folds] == [[5, 4, 3], [8, 7, 6], [11, 10, 9]]
    assert [len(fold.train) for fold in folds] == [3, 6, 9]


def test_a_group_that_reaches_into_the_tested_block_does_not_teach() -> None:
    """Query 0 and query 3 list each other."""
    folds = folds_by_time(np.arange(4.0), np.array([0, 1, 2, 0]), 1)

    assert (folds[0].train.tolist(), folds[0].test.tolist()) == ([1], [2, 3])


def test_too_few_dates_are_refused() -> None:
    """With what to do about it."""
    with pytest.raises(ConfigError, match="lists of 2 different dates; expected more than the 2"):
        folds_by_time(np.array([1.0, 2.0, 2.0, NAN]), np.arange(4), 2)

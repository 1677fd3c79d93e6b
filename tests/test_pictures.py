"""What the report draws of the vectors."""

from __future__ import annotations

import numpy as np
import pytest
from small_collection import collection_of, named

from evaluation import pictures
from evaluation.collection import Collection
from evaluation.pictures import pair_similarities, site_map


def _collection(n_articles: int, dim: int = 8) -> Collection:
    rng = np.random.default_rng(0)
    ids = [f"{i:03}" for i in range(n_articles)]
    articles = [named("a", id=article_id)[0] for article_id in ids]
    return collection_of(articles, rng.standard_normal((n_articles, dim)))


def test_curated_pairs_are_set_against_random_ones() -> None:
    """Histograms hold every pair; none is of an article with itself."""
    vectors = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [-1.0, 0.0]])
    collection = collection_of(named("abcd"), vectors, hidden="d")

    pairs = pair_similarities(collection, {0: [1], 1: [0, 2]}, np.random.default_rng(0))

    assert pairs is not None
    assert pairs["curated_mean"] == pytest.approx((0.6 + 0.6 + 0.8) / 3)
    assert sum(pairs["curated"]) == 3
    assert sum(pairs["random"]) == pictures.N_RANDOM_PAIRS
    assert len(pairs["edges"]) == len(pairs["curated"]) + 1
    assert pairs["random_mean"] == pytest.approx((0.6 + 0.8 + 0) / 3, abs=0.02)
    assert pairs["edges"][0] <= 0 <= pairs["edges"][-1] < 0.9


def test_separation_is_the_chance_that_a_curated_pair_is_more_similar() -> None:
    """Random pairs lie at .6, .8 and 0: a curated one of .6 beats a third and ties with a third."""
    vectors = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    collection = collection_of(named("abc"), vectors)

    pairs = pair_similarities(collection, {0: [1]}, np.random.default_rng(0))

    assert pairs is not None
    assert pairs["separation"] == pytest.approx(0.5, abs=0.02)


def test_articles_that_are_all_alike_fill_one_bin() -> None:
    """The last one, which holds its upper bound."""
    pairs = pair_similarities(collection_of(named("abc")), {0: [1]}, np.random.default_rng(0))

    assert pairs is not None
    assert (pairs["curated"], pairs["edges"]) == ([1], [0.975, 1.0])


def test_two_candidates_make_a_pair_and_one_does_not() -> None:
    """Without a random pair there is nothing to compare with."""
    rng = np.random.default_rng(0)

    assert pair_similarities(collection_of(named("ab"), hidden="b"), {0: [1]}, rng) is None
    assert pair_similarities(collection_of(named("ab")), {0: [1]}, rng) is not None


@pytest.mark.parametrize("n_articles", [3, 29, 30, 80])
def test_the_map_fills_its_square(n_articles: int) -> None:
    """Whole numbers from 0 to 1000, the longer side all of them; links by position."""
    collection = _collection(n_articles)

    drawn = site_map(collection, {0: [2], 2: [0, 1]}, 0, np.random.default_rng(0))

    assert drawn is not None
    assert drawn["articles"] == list(range(n_articles))
    both = [*drawn["x"], *drawn["y"]]
    assert (min(both), max(both)) == (0, 1000)
    assert drawn["links"] == [(0, 2), (2, 0), (2, 1)]
    assert drawn["n_left_out"] == 0


def test_the_map_is_drawn_alike_each_time() -> None:
    """The seed decides."""
    one, two = (site_map(_collection(60), {0: [1]}, 7, np.random.default_rng(7)) for _ in range(2))

    assert one == two


def test_articles_that_are_all_alike_lie_in_the_middle() -> None:
    """There is no direction to spread them in."""
    drawn = site_map(collection_of(named("abcd")), {0: [1]}, 0, np.random.default_rng(0))

    assert drawn is not None
    assert (drawn["x"], drawn["y"]) == ([500] * 4, [500] * 4)


def test_two_articles_make_no_map() -> None:
    """Near and far need a third."""
    assert site_map(collection_of(named("ab")), {0: [1]}, 0, np.random.default_rng(0)) is None


def test_a_large_site_is_drawn_by_its_linked_articles_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then by lot; how many are missing is told."""
    monkeypatch.setattr(pictures, "MAX_ON_MAP", 10)

    drawn = site_map(_collection(50), {40: [45, 7]}, 0, np.random.default_rng(0))

    assert drawn is not None
    assert {7, 40, 45} <= set(drawn["articles"])
    assert (len(drawn["articles"]), drawn["n_left_out"]) == (10, 40)
    assert len(drawn["links"]) == 2

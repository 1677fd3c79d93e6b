"""What kind of site it is: whether the model knows its language, and how long its texts are."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.features import TermTable
from recommender.ranking.site import USUAL_AGREEMENT, Site


def _words(n: int, n_kept: int) -> TermTable:
    """As many words kept of every article."""
    return TermTable(np.zeros((n, 96), np.int32), np.tile(np.arange(96) < n_kept, (n, 1)), 1)


def _neighbours(n: int, n_agreed: int) -> tuple[np.ndarray, np.ndarray]:
    """The next ten by vectors; by words so many of them, and others from far away."""
    rows = np.arange(n)[:, None]
    by_vectors = (rows + np.arange(1, 11)) % n
    by_words = np.where(np.arange(10) < n_agreed, by_vectors, (by_vectors + n // 2) % n)
    return by_vectors, by_words


def _strange(n: int, n_agreed: int) -> float:
    return Site.of(*_neighbours(n, n_agreed), _words(n, 50)).strange_language


def test_a_language_is_strange_as_far_as_vectors_and_words_disagree() -> None:
    """Nothing in common is wholly strange, three of ten as usual, half of that half strange."""
    assert _strange(2_000, 0) == pytest.approx(1, abs=0.02)
    assert _strange(2_000, 3) == 0
    assert _strange(2_000, 1) == pytest.approx(1 - 0.1 / USUAL_AGREEMENT, abs=0.03)


def test_few_articles_do_not_say_much() -> None:
    """A site of ten has everyone near; one of forty hardly leaves what is usual."""
    assert _strange(10, 10) == 0
    assert _strange(40, 0) < 0.7 < _strange(400, 0)


def test_nobody_is_no_neighbour() -> None:
    """Empty places agree with nothing."""
    nobody = np.full((500, 10), -1)

    assert Site.of(nobody, nobody, _words(500, 50)).strange_language > 0.9


def test_texts_are_short_by_their_number_of_words() -> None:
    """Title alone, excerpt, body; never above 1 or below -0.5."""
    near = _neighbours(100, 3)
    lengths = [Site.of(*near, _words(100, n)).short_texts for n in (0, 1, 6, 32, 96)]

    assert lengths == pytest.approx([1, 1, 0.777, 0, -0.5], abs=0.01)


def test_conditions_come_in_the_order_of_their_names() -> None:
    """After the 1 that stands for every site."""
    assert Site(0.25, -0.5).conditions().tolist() == [1, 0.25, -0.5]

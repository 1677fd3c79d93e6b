"""The report's own test for a story that is told twice."""

from __future__ import annotations

import numpy as np
import pytest
from small_collection import collection_of

from evaluation.stories import SAME_STORY, Stories
from evaluation.task import NOBODY
from recommender import Article

STORY = "The lighthouse at the point was lit again on Monday after forty years in the dark"
COPY = "The lighthouse at the point was lit again on Tuesday after forty years in the dark"
OTHER = "A chip plant opened in the dry valley and brought four hundred jobs to the town"


def _stories(*texts: str) -> Stories:
    articles = [Article(title=text, id=str(i)) for i, text in enumerate(texts)]
    return Stories(collection_of(articles))


def _resemblance(first: str, second: str) -> float:
    return float(_stories(first, second).resemblance(np.array([0]), np.array([1]))[0])


def test_resemblance_by_hand() -> None:
    """Pairs “a b”, “b c” against “b c”, “c d”, “d e”: one of four is shared."""
    assert _resemblance("a b c", "b c d e") == pytest.approx(1 / 4)


def test_a_repeated_pair_of_words_counts_once() -> None:
    """They are sets; case and signs do not matter."""
    assert _resemblance("No, no. No!", "no NO") == 1


def test_an_edited_copy_is_the_same_story_and_another_article_is_not() -> None:
    """One word of sixteen was changed."""
    assert _resemblance(STORY, COPY) > SAME_STORY
    assert _resemblance(STORY, OTHER) < 0.1


def test_where_words_are_not_divided_every_character_is_one() -> None:
    """Chinese and Japanese copies are found, too."""
    assert _resemblance("人工智能产业链迎来机遇", "人工智能产业链迎来挑战") > SAME_STORY
    assert _resemblance("人工智能产业链", "今年小麦歉收") == 0


def test_articles_of_one_word_resemble_nothing() -> None:
    """Not even each other: there is no pair of words."""
    assert _resemblance("Tides", "Tides") == 0
    assert _resemblance("Tides", STORY) == 0


def test_a_list_repeats_itself_when_any_two_of_it_do() -> None:
    """Rows 0 and 1 are one story; places that nobody takes are none."""
    stories = _stories(STORY, COPY, OTHER)
    lists = np.array([[0, 2, 1], [0, 2, NOBODY], [1, NOBODY, NOBODY], [2, 1, 0]])

    assert stories.has_repeat(lists).tolist() == [True, False, False, True]


def test_lists_that_nobody_made_repeat_nothing() -> None:
    """No lists, and lists of one place."""
    stories = _stories(STORY, COPY)

    assert stories.has_repeat(np.zeros((0, 3), dtype=np.int32)).tolist() == []
    assert stories.has_repeat(np.array([[0], [1]])).tolist() == [False, False]


def test_a_copy_that_shares_its_beginning_is_a_copy() -> None:
    """Only the first two thousand characters of a body are compared."""
    start = " ".join(f"word{i}" for i in range(400))
    articles = [
        Article(title="One", id="a", body=f"{start} and then"),
        Article(title="One", id="b", body=f"{start} " + "something else entirely " * 500),
    ]
    stories = Stories(collection_of(articles))

    assert stories.resemblance(np.array([0]), np.array([1]))[0] > 0.99

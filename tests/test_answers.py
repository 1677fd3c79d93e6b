"""How systems are asked: folds, views, and the lists that they are kept from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from small_collection import collection_of, ids_of, named

from evaluation.answers import Questions
from evaluation.collection import Collection
from evaluation.systems import CannotRank, System
from evaluation.systems.plain import Popular
from evaluation.task import Lists, Task
from evaluation.views import views_of
from recommender import Fold

LISTS = {"a": ("b",), "b": ("a", "c"), "c": ("d",), "d": ("b",)}


class _Listening(System):
    """Remembers what it was asked, and answers with ids in their order."""

    name = "listening"
    label = "Listening"

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    def rank(self, task: Task) -> Lists:
        self.tasks.append(task)
        return task.by_scores(lambda rows: np.zeros((len(rows), len(task.collection))))


class _Learning(_Listening):
    learns = True


def test_a_querys_own_list_does_not_reach_a_learning_system() -> None:
    """With the same folds, garbage in its place changes nothing of its answer."""
    collection = collection_of(named("abcdef"))
    questions = _questions(collection, [([2, 3], [0, 1]), ([0, 1], [2, 3])])
    garbage = replace(questions, lists={**LISTS, "a": ("f", "e", "d", "c")})

    before, after = questions.ask(Popular()), garbage.ask(Popular())

    assert np.array_equal(before.lists["all"][:2], after.lists["all"][:2])
    assert not np.array_equal(before.lists["all"][2:], after.lists["all"][2:])


class _Refusing(System):
    name = "refusing"
    label = "Refusing"

    def rank(self, task: Task) -> Lists:
        raise CannotRank("no article has wings")


def _questions(collection: Collection, folds: Sequence[tuple[list[int], list[int]]]) -> Questions:
    """All articles are asked; those with a list are a, b, c and d."""
    return Questions(
        collection=collection,
        views=views_of(collection, 0.0),
        asked=np.arange(len(collection)),
        members=np.arange(4),
        folds=[Fold(np.array(train), np.array(test)) for train, test in folds],
        lists=LISTS,
        seed=0,
    )


def test_a_system_that_does_not_learn_is_asked_once_and_given_no_lists() -> None:
    """For everything."""
    system = _Listening()

    answers = _questions(collection_of(named("abcdef")), []).ask(system)

    assert [task.queries.tolist() for task in system.tasks] == [[0, 1, 2, 3, 4, 5]]
    assert system.tasks[0].lists == {}
    assert answers.reason is None
    assert answers.lists["all"].shape == (6, 100)


def test_a_system_that_learns_never_sees_the_lists_of_what_it_is_asked() -> None:
    """Fold by fold; articles without a list may learn from all of them."""
    system = _Learning()
    folds = [([2, 3], [0, 1]), ([0, 1], [2, 3])]

    _questions(collection_of(named("abcdef")), folds).ask(system)

    asked = [(task.queries.tolist(), sorted(task.lists)) for task in system.tasks]
    assert asked == [([0, 1], ["c", "d"]), ([2, 3], ["a", "b"]), ([4, 5], ["a", "b", "c", "d"])]


def test_answers_stand_in_the_row_of_their_query() -> None:
    """Whatever fold they came from."""
    collection = collection_of(named("abcdef"))

    answers = _questions(collection, [([2, 3], [0, 1]), ([0, 1], [2, 3])]).ask(_Learning())

    assert ids_of(collection, answers.lists["all"][3]) == "abcef"
    assert ids_of(collection, answers.lists["all"][0]) == "bcdef"


def test_without_folds_there_are_no_lists_of_others() -> None:
    """So what learns cannot rank, and says why."""
    answers = _questions(collection_of(named("abcdef")), []).ask(_Learning())

    assert answers.reason == "there are too few lists to learn from those of others"
    assert answers.lists == {}


def test_a_system_that_cannot_rank_says_why() -> None:
    """And gives no lists."""
    answers = _questions(collection_of(named("abcdef")), []).ask(_Refusing())

    assert (answers.reason, dict(answers.lists)) == ("no article has wings", {})

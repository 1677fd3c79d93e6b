"""Weights for sites that are not known yet, learned from several corpora."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.ranking.fit import Lesson, calibrate
from recommender.ranking.listwise import Examples, fit_weights
from recommender.ranking.pairwise import refine_weights
from recommender.ranking.signals import SIGNALS
from recommender.ranking.weights import Corpus, Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECLARED = {
    "closeness_in_time": 0.25,
    "topics": 0.2,
    "author": 0.15,
    "provider": 0.1,
    "folder": 0.1,
}
"""Weights of signals that too few corpora carry to learn them."""

PENALTY = 0.05
"""What the square of each weight costs."""

REFINING = 0.15
"""What the square of its distance from there costs, when pairs refine the weights."""

N_CARRYING = 2
"""A signal's weight is learned where at least so many corpora carry it."""

_NAMES = list(SIGNALS)
_KINDS = np.array(list(SIGNALS.values()))


def fit_general(
    alone: Sequence[Lesson], with_lists: Sequence[Lesson], corpora: Sequence[Corpus]
) -> Weights:
    """Weights that put first what editors chose, each corpus counting the same.

    Those of content are learned as if there were no lists, so that a site without any is served
    best; those of lists come on top of them. A direction in time is never learned here: in-text
    links can only point back.

    Args:
        alone: Lessons of each corpus in which no list may be looked at.
        with_lists: Lessons of the same corpora in which others' lists may be looked at.
        corpora: What to say about them.
    """
    n_carrying = np.sum([_is_carried(lesson) for lesson in with_lists], axis=0)
    is_learned = n_carrying >= N_CARRYING
    declared = {name for name, learned in zip(_NAMES, is_learned, strict=True) if not learned}
    declared &= DECLARED.keys()
    before = np.array([DECLARED[name] if name in declared else 0.0 for name in _NAMES])
    content = _learned(alone, before, is_learned & (_KINDS == "content"))
    vector = _learned(with_lists, content, is_learned & (_KINDS == "lists"))
    calibration = calibrate(alone, np.where(_KINDS == "content", vector, 0.0))
    signals = {name: weight for name, weight in zip(_NAMES, vector.tolist(), strict=True) if weight}
    return Weights(signals, frozenset(declared), calibration, tuple(corpora))


def _is_carried(lesson: Lesson) -> NDArray[np.bool_]:
    """Which signals tell any two candidates of a query apart."""
    greatest: NDArray[np.float32] = np.abs(lesson.signals).max(axis=0, initial=0.0)
    return greatest > 0


def _learned(
    lessons: Sequence[Lesson], before: NDArray[np.float64], is_free: NDArray[np.bool_]
) -> NDArray[np.float64]:
    examples = [
        Examples.of(
            lesson.signals,
            lesson.is_listed,
            lesson.pools.offsets,
            np.ones(len(lesson.pools), dtype=bool),
        )
        for lesson in lessons
    ]
    fitted = fit_weights(examples, before, PENALTY, is_free)
    return refine_weights(examples, fitted, REFINING, is_free)

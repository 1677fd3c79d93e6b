"""Weights for sites that are not known yet, learned from several corpora."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.ranking.fit import Lesson, calibrate
from recommender.ranking.listwise import fit_weights
from recommender.ranking.pairwise import refine_weights
from recommender.ranking.signals import SIGNALS
from recommender.ranking.site import CONDITIONS
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
    """Weights that put first what editors chose, each lesson counting the same.

    Those of content are learned as if there were no lists, so that a site without any is served
    best, and shift with the conditions of a site; those of lists come on top of them. A direction
    in time is never learned here: in-text links can only point back.

    Args:
        alone: Lessons of each corpus in which no list may be looked at: of the corpus as it is and,
            if there are, of variants of it under other conditions.
        with_lists: A lesson of each corpus in which lists of others may be looked at.
        corpora: What to say about them.
    """
    n_carrying = np.sum([_is_carried(lesson) for lesson in with_lists], axis=0)
    is_learned = n_carrying >= N_CARRYING
    declared = {name for name, learned in zip(_NAMES, is_learned, strict=True) if not learned}
    declared &= DECLARED.keys()
    before = np.zeros((len(_NAMES), 1 + len(CONDITIONS)))
    before[:, 0] = [DECLARED[name] if name in declared else 0.0 for name in _NAMES]
    content = _learned(alone, before, _free(is_learned & (_KINDS == "content"), before.shape[1]))
    weights = _learned(with_lists, content, _free(is_learned & (_KINDS == "lists"), 1))
    return Weights(
        signals=_named(weights[:, 0]),
        shifts={name: _named(weights[:, i]) for i, name in enumerate(CONDITIONS, start=1)},
        declared=frozenset(declared),
        calibration=calibrate(
            alone, [content @ lesson.pools.site.conditions() for lesson in alone]
        ),
        corpora=tuple(corpora),
    )


def _free(is_learned: NDArray[np.bool_], n_conditions: int) -> NDArray[np.bool_]:
    """Which weights may move, shape `(n_signals, 1 + len(CONDITIONS))`."""
    column = np.arange(1 + len(CONDITIONS)) < n_conditions
    is_free: NDArray[np.bool_] = is_learned[:, np.newaxis] & column
    return is_free


def _named(weights: NDArray[np.float64]) -> dict[str, float]:
    return {name: weight for name, weight in zip(_NAMES, weights.tolist(), strict=True) if weight}


def _is_carried(lesson: Lesson) -> NDArray[np.bool_]:
    """Which signals tell any two candidates of a query apart."""
    greatest: NDArray[np.float32] = np.abs(lesson.signals).max(axis=0, initial=0.0)
    return greatest > 0


def _learned(
    lessons: Sequence[Lesson], before: NDArray[np.float64], is_free: NDArray[np.bool_]
) -> NDArray[np.float64]:
    examples = [lesson.examples(lesson.pools.site.conditions()) for lesson in lessons]
    fitted = fit_weights(examples, before, PENALTY, is_free)
    return refine_weights(examples, fitted, REFINING, is_free)

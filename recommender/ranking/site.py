"""What kind of site it is, as far as it matters how much each signal counts there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import TermTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONDITIONS = ("strange_language", "short_texts")
"""Names of what a `Site` says, in its order."""

USUAL_AGREEMENT = 0.25
"""Of the nearest by vectors so many are nearest by words, too, where the model knows the language;
on sites of any kind in English it is .25 to .45, in an unknown script .02 to .04."""

_N_ASSUMED = 20  # articles of the usual agreement, so that few articles do not say much
_N_LOOKED_AT = 5_000
_FEW, _SPREAD = 3.5, 2.0  # of ln(1 + words kept of an article)


@dataclass(frozen=True, slots=True)
class Site:
    """Conditions under which signals count differently; 0 and 0 is a site in plain English.

    Attributes:
        strange_language: 0 where words and vectors agree on who is near as they usually do, up to 1
            where they agree on nothing, as in a language that the model does not know.
        short_texts: -0.5 for long articles, 0 for those of about thirty words, up to 1 for titles
            of one word.
    """

    strange_language: float = 0.0
    short_texts: float = 0.0

    @classmethod
    def of(
        cls, by_vectors: NDArray[np.integer], by_words: NDArray[np.integer], words: TermTable
    ) -> Site:
        """Look at a collection.

        Args:
            by_vectors: The nearest of each article, shape `(n_articles, n_nearest)`; -1 for nobody.
            by_words: The same by words.
            words: The words that are kept of each article.
        """
        n = len(by_vectors)
        rows = looked_at(n)
        length = float(np.log1p((words.weights > 0).sum(axis=1)).mean())
        return cls.of_sample(by_vectors[rows], by_words[rows], n, length)

    @classmethod
    def of_sample(
        cls,
        by_vectors: NDArray[np.integer],
        by_words: NDArray[np.integer],
        n: int,
        length: float,
    ) -> Site:
        """Look at what is known of a collection.

        Args:
            by_vectors: The nearest of the articles that are `looked_at`; -1 for nobody.
            by_words: The same by words.
            n: Number of all articles.
            length: Mean of ln(1 + words kept) over all of them.
        """
        n_looked_at, n_nearest = by_vectors.shape
        ours, theirs = by_vectors[:, :, None], by_words[:, None, :]
        shares = ((ours == theirs) & (ours >= 0)).sum(axis=(1, 2)) / n_nearest
        chance = min(1.0, n_nearest / n)
        beyond = max(0.0, float(shares.mean()) - chance) / (1 - chance) if chance < 1 else 1.0
        agreement = (n_looked_at * beyond + _N_ASSUMED * USUAL_AGREEMENT) / (
            n_looked_at + _N_ASSUMED
        )
        return cls(
            strange_language=1 - min(1.0, agreement / USUAL_AGREEMENT),
            short_texts=float(np.clip((_FEW - length) / _SPREAD, -0.5, 1.0)),
        )

    def conditions(self) -> NDArray[np.float64]:
        """1, for what counts everywhere, and then the conditions, shape `(3,)`, float64."""
        return np.array([1.0, *(getattr(self, name) for name in CONDITIONS)])


def looked_at(n: int) -> NDArray[np.int64]:
    """The articles of n whose neighbours say what kind of site it is."""
    return np.unique(np.linspace(0, n - 1, min(n, _N_LOOKED_AT)).astype(np.int64))


PLAIN_ENGLISH = Site()
"""A site under no special condition."""

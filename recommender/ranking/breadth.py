"""How far a query looks for candidates: less far where many articles are to choose from."""

from __future__ import annotations

from dataclasses import dataclass

MANY = 20_000
"""From so many articles on a query looks less far."""


@dataclass(frozen=True, slots=True)
class Breadth:
    """How many are looked at in each of the ways in which candidates are found.

    Attributes:
        n_nearest: Articles that come into question by each of vectors, words, lead, letters and
            titles.
        n_terms: Terms of a query that are looked up, its weightiest ones.
        n_postings: Articles of a term that are kept to be found, those in which it weighs most.
    """

    n_nearest: int
    n_terms: int
    n_postings: int


OF_FEW = Breadth(n_nearest=100, n_terms=128, n_postings=1024)
OF_MANY = Breadth(n_nearest=64, n_terms=64, n_postings=64)


def breadth_for(n_articles: int) -> Breadth:
    """How far queries look in a collection of so many articles."""
    return OF_FEW if n_articles < MANY else OF_MANY

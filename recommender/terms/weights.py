"""Terms of many texts → tables of weights: TF-IDF, with the weightiest terms of each text kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import TermTable, falling, sums_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Bags:
    """How often each term stands in each of many texts.

    Attributes:
        terms: The distinct terms of each text, ascending, one text after the other, int64.
        counts: How often each stands there, int64.
        offsets: Where those of each text begin, and where the last ones end, int64.
        n_terms: Number of terms there are; every term is below it.
    """

    terms: NDArray[np.int64]
    counts: NDArray[np.int64]
    offsets: NDArray[np.int64]
    n_terms: int

    @classmethod
    def from_texts(cls, texts: Sequence[NDArray[np.integer]], n_terms: int) -> Bags:
        """Count the terms of texts, given as numbers from 0 to n_terms - 1."""
        n_terms = max(1, n_terms)
        flat = np.concatenate([np.zeros(0, dtype=np.int64), *texts])
        owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        places, counts = np.unique(owners * n_terms + flat, return_counts=True)
        lengths = np.bincount(places // n_terms, minlength=len(texts))
        return cls(places % n_terms, counts, np.cumsum([0, *lengths], dtype=np.int64), n_terms)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, text: int) -> NDArray[np.int64]:
        """The distinct terms of one text, ascending."""
        return self.terms[self.offsets[text] : self.offsets[text + 1]]

    def owners(self) -> NDArray[np.int64]:
        """The text of each of the terms."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def frequencies(self) -> NDArray[np.int64]:
        """In how many texts each term stands, shape `(n_terms,)`."""
        return np.bincount(self.terms, minlength=self.n_terms)

    def idf(self) -> NDArray[np.float64]:
        """Rarity of each term: `ln((1 + n) / (1 + df)) + 1`, as scikit-learn's TF-IDF has it."""
        return np.log((1 + len(self)) / (1 + self.frequencies())) + 1


def tf_idf(bags: Bags, width: int) -> TermTable:
    """`(1 + ln tf) · idf`, each text scaled to unit length before its lightest terms are left out.

    The formula is that of Salton and Buckley (1988), doi 10.1016/0306-4573(88)90021-0. A term that
    no other text has can match nothing, so it counts for the length alone.
    """
    weights = bags.idf()[bags.terms] * (1 + np.log(bags.counts))
    lengths = np.sqrt(sums_of(weights**2, bags.owners(), len(bags)))
    is_shared = bags.frequencies()[bags.terms] > 1
    return to_table(bags, np.where(is_shared, weights, 0) / _or_one(lengths)[bags.owners()], width)


def shares(bags: Bags, idf: NDArray[np.float64], width: int) -> TermTable:
    """What share of the rarity of all terms of a text each one has; together at most 1.

    Args:
        bags: The terms of each text.
        idf: Rarity of each term.
        width: How many terms are kept.
    """
    weights = idf[bags.terms]
    totals = sums_of(weights, bags.owners(), len(bags))
    return to_table(bags, weights / _or_one(totals)[bags.owners()], width)


def to_table(bags: Bags, weights: NDArray[np.float64], width: int) -> TermTable:
    """The weightiest terms of each text, at most so many; of equal ones those numbered first."""
    width = max(1, min(width, int(np.diff(bags.offsets).max(initial=0))))
    owners = bags.owners()
    order = falling(owners, weights)
    places = np.arange(len(order)) - bags.offsets[owners]
    is_kept = (places < width) & (weights[order] > 0)
    rows, places, kept = owners[is_kept], places[is_kept], order[is_kept]
    ids = np.full((len(bags), width), bags.n_terms, dtype=np.int32)
    table = np.zeros((len(bags), width), dtype=np.float32)
    ids[rows, places] = bags.terms[kept]
    table[rows, places] = weights[kept]
    return TermTable(ids, table, bags.n_terms)


def _or_one(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(totals > 0, totals, 1.0)

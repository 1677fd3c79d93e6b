"""Terms of many texts → tables of weights: TF-IDF, with the weightiest terms of each text kept."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import TermTable, falling, sums_of
from recommender.terms.texts import BLOCK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.terms.texts import Block, Texts

_HALF = 32  # bits: a text and its term in one number
_LOWER_HALF = (1 << _HALF) - 1


@dataclass(frozen=True, slots=True)
class Spread:
    """In how many texts each term stands; of these texts or of a larger collection's.

    Attributes:
        frequencies: Shape `(n_terms,)`, int64.
        n_texts: Of how many texts.
    """

    frequencies: NDArray[np.int64]
    n_texts: int

    def idf(self) -> NDArray[np.float64]:
        """Rarity of each term: `ln((1 + n) / (1 + df)) + 1`, as scikit-learn's TF-IDF has it."""
        return np.log((1 + self.n_texts) / (1 + self.frequencies)) + 1


@dataclass(frozen=True, slots=True)
class Bags:
    """How often each term stands in each of many texts.

    Attributes:
        terms: The distinct terms of each text, ascending, one text after the other, int32.
        counts: How often each stands there, int32.
        offsets: Where those of each text begin, and where the last ones end, int64.
        n_terms: Number of terms there are; every term is below it.
    """

    terms: NDArray[np.int32]
    counts: NDArray[np.int32]
    offsets: NDArray[np.int64]
    n_terms: int

    @classmethod
    def from_texts(cls, texts: Texts, n_terms: int) -> Bags:
        """Count the terms of texts; each is below n_terms."""
        return cls.from_blocks(texts.blocks(), n_terms)

    @classmethod
    def from_blocks(cls, blocks: Iterable[Block], n_terms: int) -> Bags:
        """The same for texts of which some come at a time."""
        terms, counts = array("i"), array("i")  # which grow in their place
        n_distinct = [np.zeros(1, dtype=np.int64)]
        for numbers, lengths in blocks:
            owners = np.repeat(np.arange(len(lengths)), lengths)
            places, n_times = np.unique(owners << _HALF | numbers, return_counts=True)
            terms.frombytes((places & _LOWER_HALF).astype(np.int32).tobytes())
            counts.frombytes(n_times.astype(np.int32).tobytes())
            n_distinct.append(np.bincount(places >> _HALF, minlength=len(lengths)))
        offsets = np.cumsum(np.concatenate(n_distinct), dtype=np.int64)
        return cls(np.asarray(terms), np.asarray(counts), offsets, max(1, n_terms))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, text: int) -> NDArray[np.int32]:
        """The distinct terms of one text, ascending."""
        return self.terms[self.offsets[text] : self.offsets[text + 1]]

    def part(self, start: int, end: int) -> Bags:
        """The texts from one to another, as many as there are; terms keep their numbers."""
        offsets = self.offsets[start : min(end, len(self)) + 1]
        terms = slice(offsets[0], offsets[-1])
        return Bags(self.terms[terms], self.counts[terms], offsets - offsets[0], self.n_terms)

    def owners(self) -> NDArray[np.int64]:
        """The text of each of the terms."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def frequencies(self) -> NDArray[np.int64]:
        """In how many texts each term stands, shape `(n_terms,)`."""
        return np.bincount(self.terms, minlength=self.n_terms)

    def spread(self) -> Spread:
        """How the terms are spread over these texts."""
        return Spread(self.frequencies(), len(self))


def tf_idf(bags: Bags, width: int, spread: Spread | None = None) -> TermTable:
    """`(1 + ln tf) · idf`, each text scaled to unit length before its lightest terms are left out.

    The formula is that of Salton and Buckley (1988), doi 10.1016/0306-4573(88)90021-0. A term that
    no other text has can match nothing, so it counts for the length alone.

    Args:
        bags: The terms of each text.
        width: How many terms are kept.
        spread: Over the collection that these texts are a part of; None where they are all of it.
    """
    spread = spread or bags.spread()
    idf, is_shared = spread.idf(), spread.frequencies > 1

    def weigh(part: Bags) -> NDArray[np.float64]:
        weights = idf[part.terms] * (1 + np.log(part.counts))
        owners = part.owners()
        lengths = np.sqrt(sums_of(weights**2, owners, len(part)))
        return np.where(is_shared[part.terms], weights, 0) / _or_one(lengths)[owners]

    return to_table(bags, weigh, width)


def shares(bags: Bags, idf: NDArray[np.float64], width: int) -> TermTable:
    """What share of the rarity of all terms of a text each one has; together at most 1.

    Args:
        bags: The terms of each text.
        idf: Rarity of each term.
        width: How many terms are kept.
    """

    def weigh(part: Bags) -> NDArray[np.float64]:
        weights, owners = idf[part.terms], part.owners()
        return weights / _or_one(sums_of(weights, owners, len(part)))[owners]

    return to_table(bags, weigh, width)


def to_table(bags: Bags, weigh: Callable[[Bags], NDArray[np.float64]], width: int) -> TermTable:
    """The weightiest terms of each text, at most so many; of equal ones those numbered first.

    Args:
        bags: The terms of each text.
        weigh: Gives the weight of each term of some of the texts, 0 or more. It is asked for a few
            thousand texts at a time, because what weighing takes is much larger than the table.
        width: How many terms are kept.
    """
    width = max(1, min(width, int(np.diff(bags.offsets).max(initial=0))))
    ids = np.full((len(bags), width), bags.n_terms, dtype=np.int32)
    table = np.zeros((len(bags), width), dtype=np.float32)
    for start in range(0, len(bags), BLOCK):
        part = bags.part(start, start + BLOCK)
        weights, owners = weigh(part), part.owners()
        order = falling(owners, weights)
        places = np.arange(len(order)) - part.offsets[owners]
        is_kept = (places < width) & (weights[order] > 0)
        rows, places, kept = start + owners[is_kept], places[is_kept], order[is_kept]
        ids[rows, places] = part.terms[kept]
        table[rows, places] = weights[kept]
    return TermTable(ids, table, bags.n_terms)


def _or_one(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(totals > 0, totals, 1.0)

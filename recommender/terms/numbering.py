"""Terms → numbers, and the vocabulary that numbers them the same way later on."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import term_key
from recommender.terms.texts import Texts

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Numbering:
    """Numbers terms in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)

    def of(self, texts: Iterable[Iterable[str]]) -> Texts:
        """The terms of texts by their numbers; new ones are numbered on."""
        number_of = self._numbers.__getitem__
        numbers, offsets = array("i"), array("q", [0])
        for terms in texts:
            numbers.extend(map(number_of, terms))
            offsets.append(len(numbers))
        return Texts.between(np.asarray(numbers), np.asarray(offsets))

    def terms(self) -> list[str]:
        """All terms so far; the place of each is its number."""
        return list(self._numbers)

    def ordered(self, texts: Texts) -> tuple[NDArray[np.int64], Texts]:
        """Keys of all terms, ascending, and texts numbered by the places of their terms there."""
        keys = np.array([term_key(term) for term in self._numbers], dtype=np.int64)
        order = np.argsort(keys)
        places = np.empty(len(keys), dtype=np.int32)
        places[order] = np.arange(len(keys), dtype=np.int32)
        return keys[order], texts.renumbered(places)

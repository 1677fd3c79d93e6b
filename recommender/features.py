"""What is known of each article besides its vector, as arrays; handed from room to room."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Terms = tuple["NDArray[np.int32]", "NDArray[np.float32]"]
"""Ids of some terms and the weight of each."""


@dataclass(frozen=True, slots=True)
class TermTable:
    """The weightiest terms of each article, in a fixed number of places.

    Attributes:
        ids: Shape `(n_articles, width)`, int32: which terms; `n_terms` in an empty place.
        weights: The same shape, float32, 0 or more: how much each counts; 0 in an empty place.
        n_terms: Number of terms there are, at least 1.
    """

    ids: NDArray[np.int32]
    weights: NDArray[np.float32]
    n_terms: int

    def of(self, row: int) -> Terms:
        """Ids and weights of one article, without its empty places."""
        ids, weights = self.ids[row], self.weights[row]
        is_filled = weights > 0
        return ids[is_filled], weights[is_filled]

    def take(self, rows: NDArray[np.integer]) -> TermTable:
        """The terms of some articles."""
        return TermTable(self.ids.take(rows, axis=0), self.weights.take(rows, axis=0), self.n_terms)


SAME_STORY = 0.4
"""From this share of common word pairs on, two articles tell the same story."""


def tell_same_story(sketches: NDArray[np.uint16], others: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Whether articles tell the same story, by their sketches row by row.

    Args:
        sketches: Shape `(n, n_places)`; all 0 for an article that says nothing to compare.
        others: The same shape, or one sketch for all.
    """
    n_alike = (sketches == others).sum(axis=1)
    is_same: NDArray[np.bool_] = (n_alike >= SAME_STORY * sketches.shape[1]) & (sketches[:, 0] > 0)
    return is_same


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of a collection: which number each one has, and how rare it is.

    Terms are known by a hash alone (`term_key`), so that nothing of a text must be kept to
    recognise its terms in a new one.

    Attributes:
        keys: Key of each term, ascending, int64, shape `(n_terms,)`; its place is its number.
        idf: Rarity of each, float32: `ln((1 + n) / (1 + df)) + 1`, as scikit-learn's TF-IDF has it.
        n_texts: In how many texts they were counted.
    """

    keys: NDArray[np.int64]
    idf: NDArray[np.float32]
    n_texts: int

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The number of each term, -1 for those that are not in it."""
        if not len(self):
            return np.full(len(keys), -1)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self) - 1)
        return np.where(self.keys[places] == keys, places, -1)

    def rarity(self, numbers: NDArray[np.integer]) -> NDArray[np.float64]:
        """The idf of terms by their numbers; -1 is a term that stands in no text."""
        unheard_of = np.log(1 + self.n_texts) + 1
        known = self.idf[numbers] if len(self) else unheard_of
        rarities: NDArray[np.float64] = np.where(numbers < 0, unheard_of, known)
        return rarities


def term_key(term: str) -> int:
    """A hash of a term that is the same everywhere and always, 0 or more, below 2**63."""
    digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


@dataclass(frozen=True, slots=True)
class Graph:
    """Which articles point to which.

    Attributes:
        targets: All targets one after the other, int32.
        offsets: Where those of each article begin, and where the last ones end, int64.
    """

    targets: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, row: int) -> NDArray[np.int32]:
        """Where one article points to."""
        return self.targets[self.offsets[row] : self.offsets[row + 1]]

    def out_degrees(self) -> NDArray[np.int64]:
        """To how many articles each one points."""
        return np.diff(self.offsets)

    def in_degrees(self) -> NDArray[np.int64]:
        """How many articles point to each one."""
        return np.bincount(self.targets, minlength=len(self))

    def sources(self) -> NDArray[np.int32]:
        """The article that points, for each of the targets."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.out_degrees())

    def reversed(self) -> Graph:
        """The same with every arrow turned; those who point come in ascending order."""
        order = np.argsort(self.targets, kind="stable")
        offsets = np.cumsum([0, *self.in_degrees()], dtype=np.int64)
        return Graph(self.sources()[order], offsets)

    def gather(self, rows: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The targets of several articles, and for each the place of its source in `rows`."""
        places, sources = spans(self.offsets, rows)
        return self.targets[places], sources

    @classmethod
    def from_lists(cls, lists: Sequence[Sequence[int] | NDArray[np.integer]]) -> Graph:
        """A graph from the targets of each article."""
        offsets = np.cumsum([0, *map(len, lists)], dtype=np.int64)
        empty = [np.zeros(0, dtype=np.int32)]
        return cls(np.concatenate([*empty, *lists]).astype(np.int32), offsets)

    @classmethod
    def from_pairs(
        cls, sources: NDArray[np.integer], targets: NDArray[np.integer], n: int
    ) -> Graph:
        """A graph of n articles from its arrows; targets of one source ascend."""
        order = np.lexsort((targets, sources))
        offsets = np.cumsum([0, *np.bincount(sources, minlength=n)], dtype=np.int64)
        return cls(targets[order].astype(np.int32), offsets)


def sums_of(
    values: NDArray[np.floating], owners: NDArray[np.integer], n: int
) -> NDArray[np.float64]:
    """The sum of the values of each of n owners, float64."""
    return np.bincount(owners, weights=values, minlength=n).astype(np.float64)


def falling(groups: NDArray[np.integer], weights: NDArray[np.floating]) -> NDArray[np.int64]:
    """The order by group, and in each group by falling weight, equal ones as they come.

    Args:
        groups: 0 or more, below 2**32.
        weights: The same shape, 0 or more; what single precision cannot tell apart is equal.
    """
    bits = weights.astype(np.float32).view(np.uint32)  # those of positive numbers rise with them
    return np.argsort((groups.astype(np.uint64) << _HALF) | ~bits, kind="stable")


_HALF = np.uint64(32)


def distinct(numbers: NDArray[np.integer]) -> NDArray[np.int64]:
    """The numbers without repeats, ascending.

    For so few as a query has, NumPy's own way costs more; and it imports all of `numpy.ma`.
    """
    ascending = np.sort(numbers)
    is_first = np.ones(len(numbers), dtype=bool)
    np.not_equal(ascending[1:], ascending[:-1], out=is_first[1:])
    return ascending[is_first].astype(np.int64)


def places_of(keys: NDArray[np.int64], ascending: NDArray[np.int64]) -> NDArray[np.int32]:
    """The place of each key among all keys, which are known to have it, int32.

    Keys are hashes and lie evenly, so where one would lie in even steps it is or soon follows:
    twenty times as fast as `np.searchsorted`, some thousand of them at a time.
    """
    if not len(keys):
        return np.empty(0, dtype=np.int32)
    n_bits = max(0, int(ascending[-1]).bit_length() - len(ascending).bit_length() - 2)
    steps = np.arange((int(ascending[-1]) >> n_bits) + 1) << n_bits
    firsts = np.searchsorted(ascending, steps).astype(np.int32)
    found = np.empty(len(keys), dtype=np.int32)
    for start in range(0, len(keys), _IN_CACHE):
        some = keys[start : start + _IN_CACHE]
        places = firsts.take(some >> n_bits)
        late = np.flatnonzero(ascending.take(places) != some)
        while len(late):
            places[late] += 1
            late = late[ascending[places[late]] != some[late]]
        found[start : start + _IN_CACHE] = places
    return found


_IN_CACHE = 1 << 15


def spans(
    offsets: NDArray[np.int64], rows: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places of all items of several rows of a ragged column, and whose each one is.

    Args:
        offsets: Where each row begins, and where the last one ends.
        rows: The rows wanted.

    Returns:
        Places in the column, and for each the position of its row in `rows`; int64.
    """
    rows = np.asarray(rows, dtype=np.int64)
    return places_between(offsets[rows], offsets[rows + 1])


def places_between(
    starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All places from each start to its end, and for each the position of its start; int64."""
    lengths = ends - starts
    owners = np.repeat(np.arange(len(starts)), lengths)
    firsts = np.cumsum(lengths) - lengths
    return np.arange(len(owners)) + (starts - firsts)[owners], owners


@dataclass(frozen=True, slots=True)
class Features:
    """What the texts, labels and titles of a collection say. All rows are ordered as the vectors.

    Attributes:
        words: TF-IDF of all the text, of unit length before the lightest words were left out.
        lead: The same of title and excerpt.
        letters: The same of the n-grams of letters in title and excerpt.
        titles: What share of a title's rarity each of its words has.
        topics: Rarity (idf) of each topic; `authors`, `providers` and `folders` likewise.
        authors: See `topics`.
        providers: See `topics`.
        folders: Each folder above the article's file; none for a linked article.
        languages: Its language, without what follows a hyphen; `types` likewise as written.
        types: See `languages`.
        mentions: To the articles whose title's words all stand in an article's text.
        are_names: In which of the mentions the title stands word by word, shape as their targets,
            bool.
        body_length: Natural logarithm of one more than the letters of the body, float64; NaN where
            there is none.
        published_at: Days since 1970, float64; NaN where unknown.
        vocabularies: The terms of each table but `titles`, whose terms are those of `words`.
        sketches: Of the wording of each article, shape `(n_articles, n_places)`, uint16: the share
            of places in which two agree tells how alike they are worded; 0 agrees with nothing.
    """

    words: TermTable
    lead: TermTable
    letters: TermTable
    titles: TermTable
    topics: TermTable
    authors: TermTable
    providers: TermTable
    folders: TermTable
    languages: TermTable
    types: TermTable
    mentions: Graph
    are_names: NDArray[np.bool_]
    body_length: NDArray[np.float64]
    published_at: NDArray[np.float64]
    vocabularies: Mapping[str, Vocabulary]
    sketches: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.body_length)

    def names(self) -> Graph:
        """The mentions in which the title stands word by word."""
        sources, targets = self.mentions.sources(), self.mentions.targets
        return Graph.from_pairs(sources[self.are_names], targets[self.are_names], len(self))

    def with_tables(self, tables: Mapping[str, TermTable]) -> Features:
        """The same with some of its tables, by name, in other arrays."""
        changes: dict[str, Any] = dict(tables)
        return replace(self, **changes)

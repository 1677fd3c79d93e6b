"""A `Ground` as plain arrays, for keeping, and back again, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.features import Features, Graph, TermTable, Vocabulary
from recommender.ranking.block import LABELS, TABLES, TermBlock
from recommender.ranking.breadth import breadth_for
from recommender.ranking.ground import Ground
from recommender.ranking.levels import RANKS
from recommender.ranking.neighbourhoods import N_NEAREST, NOBODY, Neighbourhoods
from recommender.ranking.numbers import NUMBERS
from recommender.ranking.retrieval import Postings
from recommender.ranking.site import CONDITIONS, Site

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    Arrays = Mapping[str, NDArray[Any]]

_SEARCHED = ("words", "lead", "letters", "titles")
_ALONE = ("letters", "languages", "types")  # the tables that no block holds
_NUMBERED = ("words", "lead", *LABELS, *_ALONE)
_PLAIN = (
    "levels",
    "numbers",
    "n_naming",
    "nearest",
)
_PERHAPS_UNKNOWN = ("published_at", "body_length")  # the numbers that NaN may stand for
_MAX_WIDTH = 1 << 16  # of a table; more would be made up
_MAX_NUMBER = 1e9  # days since 1970 are the greatest of the numbers
_SLACK = 1.01  # on the greatest rarity, for rounding
_LOOKED_AT = 1 << 25  # bytes: in larger arrays only a thorough reading looks at every number


def to_arrays(ground: Ground) -> dict[str, NDArray[Any]]:
    """Everything but the vectors, by name."""
    features = ground.features
    arrays: dict[str, NDArray[Any]] = {name: getattr(ground, name) for name in _PLAIN}
    for name in _ALONE:
        table: TermTable = getattr(features, name)
        arrays[f"{name}_ids"], arrays[f"{name}_weights"] = table.ids, table.weights
    for name in _SEARCHED:
        postings: Postings = getattr(ground, name)
        arrays[f"{name}_articles"] = postings.entries
        arrays[f"{name}_offsets"] = postings.offsets
    for name, graph in (
        ("mentions", features.mentions),
        ("mentioners", ground.mentioners),
    ):
        arrays[f"{name}_targets"], arrays[f"{name}_offsets"] = graph.targets, graph.offsets
    for name, vocabulary in features.vocabularies.items():
        arrays[f"{name}_keys"], arrays[f"{name}_idf"] = vocabulary.keys, vocabulary.idf
    block = ground.block
    return arrays | {
        "terms": block.terms,
        "terms_widths": np.array(block.widths(), dtype=np.int64),
        "are_names": features.are_names.astype(np.uint8),
        "sketches": features.sketches,
        "conditions": ground.site.conditions()[1:],
    }


@np.errstate(invalid="ignore")  # a stranger's bits may be a NaN that warns; it is refused
def from_arrays(vectors: NDArray[np.float32], arrays: Arrays, *, thorough: bool = False) -> Ground:
    """What `to_arrays` was given.

    Args:
        vectors: Those of the articles.
        arrays: By name.
        thorough: Whether every number is looked at, not only those of arrays that are not large.

    Raises:
        ValueError: An array is missing, or does not fit to the others.
    """
    kept = _Kept(arrays, len(vectors), thorough=thorough)
    vocabularies = {name: kept.vocabulary(name) for name in _NUMBERED}
    n_terms = {name: max(1, len(vocabularies[name])) for name in _NUMBERED}
    if n_terms["lead"] != n_terms["words"]:
        raise ValueError(f"“lead_keys” are {n_terms['lead']}, not {n_terms['words']}")
    n_terms["titles"] = n_terms["words"]
    block = kept.block([n_terms[name] for name in TABLES])
    tables = {name: block.table(name) for name in TABLES}
    tables |= {name: kept.table(name, n_terms[name]) for name in _ALONE}
    mentions = kept.graph("mentions")
    n = len(vectors)
    numbers = kept.numbers()
    levels = kept.floats("levels", np.float32, n, 2, len(RANKS))
    nearest = kept.rows("nearest", n, N_NEAREST)
    return Ground(
        vectors=vectors,
        features=Features(
            **tables,
            mentions=mentions,
            are_names=kept.flags("are_names", len(mentions.targets)),
            body_length=numbers[:, NUMBERS.index("body_length")],
            published_at=numbers[:, NUMBERS.index("published_at")],
            vocabularies=vocabularies,
            sketches=kept.array("sketches", np.uint16, n, -1),
        ),
        block=block,
        levels=levels,
        **{name: kept.postings(name, n_terms[name]) for name in _SEARCHED},
        numbers=numbers,
        n_naming=kept.counts("n_naming"),
        mentioners=kept.graph("mentioners"),
        nearest=nearest,
        n_near=Neighbourhoods(levels[:, 0], nearest).n_near(),
        site=Site(*kept.floats("conditions", np.float64, len(CONDITIONS)).tolist()),
    )


class _Kept:
    """Arrays of a collection, given out when they are what they must be."""

    def __init__(self, arrays: Arrays, n_articles: int, *, thorough: bool) -> None:
        self._arrays = arrays
        self._thorough = thorough
        self._n = n_articles
        self._greatest = _SLACK * (1 + float(np.log1p(n_articles)))  # a term of one article's

    def array(self, name: str, dtype: DTypeLike, *shape: int) -> NDArray[Any]:
        """An array of a type and shape; -1 stands for any length."""
        if name not in self._arrays:
            raise ValueError(f"“{name}” is missing")
        array = self._arrays[name]
        fits = array.ndim == len(shape) and all(
            wanted in (-1, found) for wanted, found in zip(shape, array.shape, strict=True)
        )
        if array.dtype != dtype or not fits:
            raise ValueError(f"“{name}” is {array.dtype} of shape {array.shape}")
        return array

    def floats(self, name: str, dtype: DTypeLike, *shape: int) -> NDArray[Any]:
        """An array of numbers that a collection can give."""
        array = self.array(name, dtype, *shape)
        self._refuse_outside_of(array, -_MAX_NUMBER, _MAX_NUMBER, name)
        return array

    def weights(self, name: str, *shape: int) -> NDArray[np.float32]:
        """How much terms weigh: from 0 to the rarity of a term that one article has."""
        array = self.array(name, np.float32, *shape)
        self._refuse_outside_of(array, 0.0, self._greatest, name)
        return array

    def numbers(self) -> NDArray[np.float64]:
        """The numbers of each article, unknown where one may be."""
        array = self.array("numbers", np.float64, self._n, len(NUMBERS))
        may_be_unknown = np.isin(NUMBERS, _PERHAPS_UNKNOWN)
        if not self._looks_at(array):
            return array
        is_possible = (np.abs(array) < _MAX_NUMBER) | (np.isnan(array) & may_be_unknown)
        if not is_possible.all() or np.any(array[:, NUMBERS.index("mention_mass")] < 0):
            raise ValueError("“numbers” holds one that cannot be")
        return array

    def rows(self, name: str, *shape: int) -> NDArray[np.int32]:
        """Rows of articles, or `NOBODY`."""
        rows = self.array(name, np.int32, *shape)
        if rows.size and not NOBODY <= rows.min() <= rows.max() < self._n:
            raise ValueError(f"“{name}” holds a number that is not from -1 to {self._n - 1}")
        return rows

    def counts(self, name: str) -> NDArray[np.int64]:
        """A count for each article, of articles."""
        counts = self.array(name, np.int64, self._n)
        self._refuse_outside(counts, self._n + 1, name)
        return counts

    def flags(self, name: str, n: int) -> NDArray[np.bool_]:
        flags = self.array(name, np.uint8, n)
        self._refuse_outside(flags, 2, name)
        return flags.view(np.bool_)

    def table(self, name: str, n_terms: int) -> TermTable:
        ids = self.array(f"{name}_ids", np.int32, self._n, -1)
        weights = self.weights(f"{name}_weights", self._n, ids.shape[1])
        return self._checked(TermTable(ids, weights, n_terms), f"{name}_ids")

    def block(self, n_terms: list[int]) -> TermBlock:
        """The tables side by side, each with its number of terms."""
        widths = self.array("terms_widths", np.int64, len(TABLES))
        if not 1 <= widths.min() <= widths.max() <= _MAX_WIDTH:
            raise ValueError(f"“terms_widths” holds a number that is not from 1 to {_MAX_WIDTH}")
        terms = self.array("terms", np.int32, self._n, 2, int(widths.sum()))
        block = TermBlock.of_array(terms, widths.tolist(), n_terms)
        for name in TABLES if self._looks_at(terms) else ():
            table = self._checked(block.table(name), "terms")
            self._refuse_outside_of(table.weights, 0.0, self._greatest, "terms")
        return block

    def vocabulary(self, name: str) -> Vocabulary:
        keys = self.array(f"{name}_keys", np.int64, -1)
        if np.any(keys[1:] <= keys[:-1]):
            raise ValueError(f"“{name}_keys” is out of order")
        return Vocabulary(keys, self.weights(f"{name}_idf", len(keys)), self._n)

    def postings(self, name: str, n_terms: int) -> Postings:
        entries = self.array(f"{name}_articles", np.int32, -1, 2)
        offsets = self._offsets(name, n_terms, len(entries))
        postings = Postings(entries, offsets, self._n, breadth_for(self._n))
        self._refuse_outside(postings.rows, self._n, f"{name}_articles")
        self._refuse_outside_of(postings.weights, 0.0, self._greatest, f"{name}_articles")
        return postings

    def graph(self, name: str) -> Graph:
        targets = self.array(f"{name}_targets", np.int32, -1)
        self._refuse_outside(targets, self._n, f"{name}_targets")
        return Graph(targets, self._offsets(name, self._n, len(targets)))

    def _offsets(self, name: str, n_rows: int, n_items: int) -> NDArray[np.int64]:
        offsets = self.array(f"{name}_offsets", np.int64, n_rows + 1)
        if offsets[0] != 0 or offsets[-1] != n_items or np.any(offsets[1:] < offsets[:-1]):
            raise ValueError(f"“{name}_offsets” is out of order")
        return offsets

    def _checked(self, table: TermTable, name: str) -> TermTable:
        """The table, if each of its terms is one, and only an empty place is none."""
        self._refuse_outside(table.ids, table.n_terms + 1, name)
        if self._looks_at(table.ids) and table.weights[table.ids == table.n_terms].any():
            raise ValueError(f"“{name}” gives a weight to an empty place")
        return table

    def _refuse_outside(self, numbers: NDArray[np.integer], limit: int, name: str) -> None:
        if self._looks_at(numbers) and not 0 <= numbers.min() <= numbers.max() < limit:
            raise ValueError(f"“{name}” holds a number that is not from 0 to {limit - 1}")

    def _refuse_outside_of(
        self, numbers: NDArray[np.floating], least: float, greatest: float, name: str
    ) -> None:
        if not self._looks_at(numbers):
            return
        if not least <= numbers.min() <= numbers.max() <= greatest:  # no NaN is
            raise ValueError(f"“{name}” holds a number that is not from {least:g} to {greatest:g}")

    def _looks_at(self, numbers: NDArray[Any]) -> bool:
        return numbers.size > 0 and (self._thorough or numbers.nbytes <= _LOOKED_AT)

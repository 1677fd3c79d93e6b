"""Terms of a query that stand in many articles, found once and counted in more than one way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Terms
from recommender.ranking.block import LABELS, TABLES, TEXTS, TermBlock
from recommender.ranking.marks import marked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Weighing = Mapping[str, tuple[str, NDArray[np.floating]]]


@dataclass(frozen=True, slots=True)
class Matches:
    """Which terms of a query stand in which places of some articles.

    A `Weighing` says what counts in some tables: the name of the query's terms that do there, and
    the weight of each. So the words of a query's title can be looked for in texts.

    Attributes:
        places: The query's terms by the name of their table, each by its place among all of them
            from 1; a word has one place, whichever text it is from, and rarer words come later.
        rarities: Of the words by these places, float32; 0 at place 0.
        found: For each term of an article the place of the query's, 0 where the query has it not,
            shape `(n_articles, width)`, of an unsigned type.
        cells: The same, with the places of all tables one after the other, int64.
        weights: Weight of each term in its article, the same shape, float32.
        block: Where the terms are from.
    """

    places: Mapping[str, NDArray[np.integer]]
    rarities: NDArray[np.float32]
    found: NDArray[np.unsignedinteger]
    cells: NDArray[np.int64]
    weights: NDArray[np.float32]
    block: TermBlock

    @classmethod
    def find(
        cls,
        wanted: Mapping[str, NDArray[np.int32]],
        block: TermBlock,
        rows: NDArray[np.integer],
        rarities: NDArray[np.float32],
    ) -> Matches:
        """Look terms up in some articles.

        Args:
            wanted: Terms of a query for each of `TABLES`, numbered as the table's.
            block: The terms of all articles.
            rows: The articles.
            rarities: Of all words, by their numbers; at least one.
        """
        labels = [wanted[name] + base for name, base in zip(LABELS, block.bases, strict=True)]
        words = np.concatenate([wanted[name] for name in TEXTS])
        words = words[np.argsort(rarities[words], kind="stable")]
        looked_at, weights = block.take(rows)
        looked_at[:, block.starts[len(TEXTS)] :] += block.column_base
        numbers = np.concatenate([words, *labels])
        with marked(numbers, block.n_numbers) as marks:
            found = marks.take(looked_at, mode="clip")  # all are in range; this is fastest
            places = {name: marks[wanted[name]] for name in TEXTS}
            places |= {name: marks[of] for name, of in zip(LABELS, labels, strict=True)}
        return cls(
            places=places,
            rarities=np.concatenate([_NOTHING, rarities[words]]),
            found=found,
            cells=(found + np.uint16(len(numbers) + 1) * block.column_table).astype(np.int64),
            weights=weights,
            block=block,
        )

    def products(self, weighing: Weighing) -> dict[str, NDArray[np.float32]]:
        """Sums of products of both weights by table, each of shape `(n_articles,)`."""
        products = self._weights(weighing)
        products *= self.weights
        return self._by_table(products, TABLES)

    def shares(self, weighing: Weighing) -> dict[str, NDArray[np.float32]]:
        """Sums of the query's weights in `TEXTS`, whatever the terms weigh in the articles."""
        return self._by_table(self._weights(weighing, self.block.starts[len(TEXTS)]), TEXTS)

    def rarest(self) -> NDArray[np.float32]:
        """Rarity of the rarest word of each text that the query has, too; 0 where there is none.

        Returns:
            Shape `(n_articles,)`, float32.
        """
        in_text = self.found[:, self.block.columns("words")]
        rarest: NDArray[np.float32] = self.rarities[in_text.max(axis=1)]
        return rarest

    def _weights(self, weighing: Weighing, width: int | None = None) -> NDArray[np.float32]:
        n_places = sum(map(len, self.places.values())) + 1
        weights = np.zeros((len(TABLES), n_places), dtype=np.float32)
        for table, (name, of_terms) in weighing.items():
            weights[TABLES.index(table), self.places[name]] = of_terms
        return weights.ravel().take(self.cells[:, :width], mode="clip")

    def _by_table(
        self, values: NDArray[np.float32], tables: Sequence[str]
    ) -> dict[str, NDArray[np.float32]]:
        sums = values @ self.block.is_of_table[: values.shape[1], : len(tables)]
        return dict(zip(tables, sums.T, strict=True))


_NOTHING = np.zeros(1, dtype=np.float32)


def shared(terms: Terms, others: Terms) -> NDArray[np.int32]:
    """Terms that two articles share, by falling product of their weights, ties by number."""
    numbers, mine, yours = np.intersect1d(
        terms[0], others[0], assume_unique=True, return_indices=True
    )
    order = np.lexsort((numbers, -(terms[1][mine] * others[1][yours])))
    weightiest: NDArray[np.int32] = numbers[order]
    return weightiest

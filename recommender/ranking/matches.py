"""Terms of a query that stand in many articles, found once and counted in more than one way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Terms, sums_of
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
        n_articles: How many articles there are.
        owners: For each term that was found the article, by its place, ascending; int64.
        tables: The place of its table in `TABLES`, the same shape, int64.
        found: The place of the query's term, the same shape, int64.
        weights: Weight of the term in the article, the same shape, float32.
    """

    places: Mapping[str, NDArray[np.integer]]
    rarities: NDArray[np.float32]
    n_articles: int
    owners: NDArray[np.int64]
    tables: NDArray[np.int64]
    found: NDArray[np.int64]
    weights: NDArray[np.float32]

    @classmethod
    def find(
        cls,
        wanted: Mapping[str, NDArray[np.int32]],
        block: TermBlock,
        terms: NDArray[np.int32],
        rarities: NDArray[np.float32],
    ) -> Matches:
        """Look terms up in some articles.

        Args:
            wanted: Terms of a query for each of `TABLES`, numbered as the table's.
            block: The terms of all articles.
            terms: Those of some articles, as in the block.
            rarities: Of all words, by their numbers; at least one.
        """
        labels = [wanted[name] + base for name, base in zip(LABELS, block.bases, strict=True)]
        words = np.concatenate([wanted[name] for name in TEXTS])
        words = words[np.argsort(rarities[words], kind="stable")]
        looked_at = terms[:, 0].copy()
        looked_at[:, block.starts[len(TEXTS)] :] += block.column_base
        numbers = np.concatenate([words, *labels])
        with marked(numbers, block.n_numbers) as marks:
            found = marks.take(looked_at, mode="clip").ravel()  # all are in range; this is fastest
            places = {name: marks[wanted[name]] for name in TEXTS}
            places |= {name: marks[of] for name, of in zip(LABELS, labels, strict=True)}
        hits = np.flatnonzero(found != 0)  # which is quicker of flags
        owners, columns = np.divmod(hits, looked_at.shape[1])
        return cls(
            places=places,
            rarities=np.concatenate([_NOTHING, rarities[words]]),
            n_articles=len(terms),
            owners=owners,
            tables=block.column_table[columns],
            found=found[hits].astype(np.int64),
            weights=terms[owners, 1, columns].view(np.float32),
        )

    def products(self, weighing: Weighing) -> dict[str, NDArray[np.float64]]:
        """Sums of products of both weights by table, each of shape `(n_articles,)`."""
        return self._by_table(self._weights(weighing) * self.weights)

    def shares(self, weighing: Weighing) -> dict[str, NDArray[np.float64]]:
        """Sums of the query's weights by table, whatever the terms weigh in the articles."""
        return self._by_table(self._weights(weighing))

    def rarest(self) -> NDArray[np.float32]:
        """Rarity of the rarest word of each text that the query has, too; 0 where there is none.

        Returns:
            Shape `(n_articles,)`, float32.
        """
        is_of_text = self.tables == TABLES.index("words")
        places = np.zeros(self.n_articles, dtype=np.int64)
        np.maximum.at(places, self.owners[is_of_text], self.found[is_of_text])
        rarest: NDArray[np.float32] = self.rarities[places]
        return rarest

    def _weights(self, weighing: Weighing) -> NDArray[np.float32]:
        """The query's weight of each term that was found; 0 where its table is not weighed."""
        n_places = sum(map(len, self.places.values())) + 1
        weights = np.zeros((len(TABLES), n_places), dtype=np.float32)
        for table, (name, of_terms) in weighing.items():
            weights[TABLES.index(table), self.places[name]] = of_terms
        return weights.ravel().take(self.tables * n_places + self.found)

    def _by_table(self, values: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        cells = self.tables * self.n_articles + self.owners
        sums = sums_of(values, cells, len(TABLES) * self.n_articles)
        return dict(zip(TABLES, sums.reshape(len(TABLES), -1), strict=True))


_NOTHING = np.zeros(1, dtype=np.float32)


def shared(terms: Terms, others: Terms) -> NDArray[np.int32]:
    """Terms that two articles share, by falling product of their weights, ties by number."""
    are_equal = terms[0][:, None] == others[0]
    mine, yours = np.divmod(np.flatnonzero(are_equal), max(1, len(others[0])))
    numbers = terms[0][mine]
    order = np.lexsort((numbers, -(terms[1][mine] * others[1][yours])))
    weightiest: NDArray[np.int32] = numbers[order]
    return weightiest

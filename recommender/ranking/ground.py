"""What ranking computes once for a collection, before any query comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Features, Graph, TermTable
from recommender.ranking.block import TABLES, TermBlock
from recommender.ranking.breadth import Breadth
from recommender.ranking.levels import RANKS
from recommender.ranking.neighbourhoods import Neighbourhoods
from recommender.ranking.numbers import numbers_of
from recommender.ranking.retrieval import Postings
from recommender.ranking.site import Site

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_MENTIONERS = 64
"""Of an article that more others mention, those are kept that mention the fewest."""


@dataclass(frozen=True, slots=True)
class Ground:
    """All that is known of a collection, ready to rank.

    Attributes:
        vectors: Shape `(n_articles, dim)`, float32, unit rows.
        features: What texts, labels and titles say.
        block: The tables of `features` that ranking compares; these are parts of it.
        levels: `levels` of each article's nearest by vectors and by words, shape
            `(n_articles, 2, len(RANKS))`, float32.
        words: The articles of each word; `lead`, `letters` and `titles` likewise.
        lead: See `words`.
        letters: See `words`.
        titles: See `words`.
        numbers: `NUMBERS` of each article side by side, so that one look finds all of them; shape
            `(n_articles, len(NUMBERS))`, float64.
        n_naming: How many texts name each article, int64.
        mentioners: From each article to those whose texts mention it, those with few mentions.
        nearest: The rows of each article's nearest by vectors, as in `Neighbourhoods`.
        n_near: To how many articles each one is among these, int64.
        site: What kind of site it is.
    """

    vectors: NDArray[np.float32]
    features: Features
    block: TermBlock
    levels: NDArray[np.float32]
    words: Postings
    lead: Postings
    letters: Postings
    titles: Postings
    numbers: NDArray[np.float64]
    n_naming: NDArray[np.int64]
    mentioners: Graph
    nearest: NDArray[np.int32]
    n_near: NDArray[np.int64]
    site: Site

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def breadth(self) -> Breadth:
        """How far queries look: as the collection's size wants it, be this a part of it only."""
        return self.words.breadth

    @classmethod
    def prepare(
        cls, vectors: NDArray[np.float32], features: Features, near: Neighbourhoods
    ) -> Ground:
        """Compute what all queries share."""
        block = TermBlock.of_tables({name: getattr(features, name) for name in TABLES})
        features = features.with_tables({name: block.table(name) for name in TABLES})
        words = Postings.from_table(features.words)
        by_words = _by_words(words, features.words)
        names = features.names()
        return cls(
            vectors=vectors,
            features=features,
            block=block,
            levels=np.stack([near.levels, by_words.levels], axis=1),
            nearest=near.nearest,
            n_near=near.n_near(),
            site=Site.of(near.nearest, by_words.nearest, features.words),
            words=words,
            lead=Postings.from_table(features.lead),
            letters=Postings.from_table(features.letters),
            titles=Postings.from_table(features.titles),
            numbers=numbers_of(
                features.mentions, names, features.published_at, features.body_length
            ),
            n_naming=names.in_degrees(),
            mentioners=mentioners_of(features.mentions),
        )


def _by_words(postings: Postings, table: TermTable) -> Neighbourhoods:
    near = Neighbourhoods.unknown(len(table.ids))
    for row in range(len(table.ids)):
        near.note(row, *postings.search(table.of(row), RANKS[-1] + 1))
    return near


def mentioners_of(mentions: Graph) -> Graph:
    """The mentions turned round, at most `MAX_MENTIONERS` of each article."""
    n_mentions = mentions.out_degrees()
    turned = mentions.reversed()
    targets, sources = turned.targets, turned.sources()
    order = np.lexsort((targets, n_mentions[targets], sources))
    ranks = np.arange(len(order)) - turned.offsets[sources]
    kept = order[ranks < MAX_MENTIONERS]
    offsets = np.cumsum([0, *np.bincount(sources[kept], minlength=len(turned))], dtype=np.int64)
    return Graph(targets[kept], offsets)

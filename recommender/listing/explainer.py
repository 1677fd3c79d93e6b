"""Finds out what speaks for the items of a list, in words: joins texts and lists with ranking."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Terms
from recommender.listing.archive import Archive
from recommender.listing.reasons import N_WORDS, Pair, reason
from recommender.ranker import Item
from recommender.ranking.ground import Ground
from recommender.ranking.lists import Lists
from recommender.ranking.matches import shared
from recommender.ranking.query import Query
from recommender.ranking.ranked import Ranked
from recommender.ranking.signals import SIGNALS
from recommender.records import Article
from recommender.terms.spelling import spelling

if TYPE_CHECKING:
    from numpy.typing import NDArray

COMMON = 0.1
"""A word says something where at most this share of all articles has it, or just three."""


class Explainer:
    """Says why each item of one article's list stands there."""

    def __init__(
        self, article: Article, query: Query, ground: Ground, lists: Lists, snapshot: Archive
    ) -> None:
        """Prepare for an article with its body, as ranking saw it."""
        self._article = article
        self._query = query
        self._ground = ground
        self._lists = lists
        self._snapshot = snapshot

    def reason(self, item: Item, candidate: Article, ranked: Ranked) -> str | None:
        """One sentence, as `reasons.reason`."""
        pair = Pair(
            article=self._article,
            candidate=candidate,
            words=self._words(item.row),
            n_naming=int(self._ground.n_naming[item.row]),
            lister=self._lister(item.row, ranked),
        )
        moved = [] if item.place is None else ranked.contributions[item.place].tolist()
        return reason(pair, dict(zip(SIGNALS, moved, strict=False)), item.origin)

    def _words(self, row: int) -> list[str]:
        """The weightiest words that both have, as the article that is read spells them."""
        numbers = shared(self._rare_words, self._ground.features.words.of(row))[:N_WORDS]
        spelt = [self._spelling.get(number, "") for number in numbers.tolist()]
        return [word for word in spelt if word]

    @cached_property
    def _rare_words(self) -> Terms:
        ids, weights = self._query.words
        vocabulary = self._ground.features.vocabularies["words"]
        n_having = (1 + vocabulary.n_texts) / np.exp(vocabulary.rarity(ids) - 1) - 1
        is_rare = n_having.round() <= max(3, COMMON * vocabulary.n_texts)
        return ids[is_rare], weights[is_rare]

    @cached_property
    def _spelling(self) -> dict[int, str]:
        return spelling(self._article, self._ground.features.vocabularies["words"])

    def _lister(self, row: int, ranked: Ranked) -> str | None:
        """Title of the best candidate whose list holds the row."""
        targets, owners = self._lists.graph.gather(ranked.rows)
        listers: NDArray[np.int64] = owners[targets == row]
        if not len(listers):
            return None
        best = listers[ranked.raw[listers].argmax()]
        return self._snapshot.titles[int(ranked.rows[best])]

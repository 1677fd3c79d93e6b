"""Articles → their words, letters and labels, counted before it is known how rare each one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from recommender.records import Article
from recommender.terms.articles import LABELS
from recommender.terms.letters import number_ngrams, spaced_words, spelt_out
from recommender.terms.numbering import Numbering
from recommender.terms.texts import Texts
from recommender.terms.tokens import tokenise
from recommender.terms.weights import Bags

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FIELDS = (attrgetter("title"), attrgetter("excerpt"), attrgetter("body"))


@dataclass(frozen=True, slots=True)
class Counted:
    """Terms of one kind.

    Attributes:
        keys: Key of each term, ascending; its place is its number.
        bags: How often each term stands in each article.
    """

    keys: NDArray[np.int64]
    bags: Bags


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some articles in their order.

    Attributes:
        keys: Key of each word, ascending; its place is its number.
        titles: Those of each title.
        leads: Those of each title and excerpt.
        texts: Those of each title, excerpt and body.
    """

    keys: NDArray[np.int64]
    titles: Texts
    leads: Texts
    texts: Texts

    @classmethod
    def of(cls, articles: Sequence[Article]) -> Words:
        """Read the texts of articles, given with bodies."""
        numbering = Numbering()
        fields = numbering.of(tokenise(of(article)) for article in articles for of in _FIELDS)
        keys, fields = numbering.ordered(fields)
        n_fields = len(_FIELDS)
        starts, ends = fields.starts[::n_fields], fields.ends
        parts = [Texts(fields.numbers, starts, ends[i::n_fields]) for i in range(n_fields)]
        return cls(keys, *parts)

    def counted(self, texts: Texts) -> Counted:
        """Those of `titles`, `leads` or `texts`."""
        return Counted(self.keys, Bags.from_texts(texts, len(self.keys)))


def count_letters(articles: Sequence[Article]) -> Counted:
    """The n-grams of letters of titles and excerpts."""
    numbering = Numbering()
    words = numbering.of(spaced_words(f"{a.title} {a.excerpt}") for a in articles)
    keys, ngrams = number_ngrams(numbering.terms())
    return Counted(keys, Bags.from_blocks(spelt_out(words, ngrams), len(keys)))


def count_labels(articles: Sequence[Article], name: str) -> Counted:
    """The labels of one kind, one of `LABELS`."""
    numbering = Numbering()
    keys, texts = numbering.ordered(numbering.of(map(LABELS[name], articles)))
    return Counted(keys, Bags.from_texts(texts, len(keys)))

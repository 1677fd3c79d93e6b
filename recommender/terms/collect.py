"""All articles of a collection → what their words, letters, labels and titles say."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Features, TermTable, Vocabulary
from recommender.records import Article
from recommender.terms.articles import LABELS, body_length, day
from recommender.terms.letters import number_ngrams, spaced_words, spelt_out
from recommender.terms.mentions import are_names, find_mentions, without_copies
from recommender.terms.numbering import Numbering
from recommender.terms.sketches import sketches_of
from recommender.terms.texts import Texts
from recommender.terms.tokens import tokenise
from recommender.terms.weights import Bags, shares, tf_idf, to_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_WORDS, N_LEAD, N_LETTERS, N_TITLE, N_LABELS = 96, 48, 128, 16, 16
"""How many terms of an article are kept."""

_FIELDS = (attrgetter("title"), attrgetter("excerpt"), attrgetter("body"))
_Known = tuple[TermTable, Vocabulary]


def collect(
    articles: Sequence[Article], known_sketches: NDArray[np.uint16] | None = None
) -> Features:
    """Read the texts and labels of all articles.

    Args:
        articles: With bodies.
        known_sketches: Those of articles that have been read before, all 0 for the others.
    """
    letters, letter_terms = _letters(articles)  # first, while nothing else is there
    keys, titles, leads, texts = _words(articles)
    in_texts, in_titles, in_leads = (
        Bags.from_texts(of_each, len(keys)) for of_each in (texts, titles, leads)
    )
    sketches = sketches_of(texts, keys, known_sketches)
    mentions = without_copies(find_mentions(in_texts, in_titles), sketches)
    labels = {name: _labels([of(article) for article in articles]) for name, of in LABELS.items()}
    return Features(
        words=tf_idf(in_texts, N_WORDS),
        lead=tf_idf(in_leads, N_LEAD),
        letters=letters,
        titles=shares(in_titles, in_texts.idf(), N_TITLE),
        **{name: table for name, (table, _) in labels.items()},
        mentions=mentions,
        are_names=are_names(mentions, texts, titles),
        body_length=np.array([body_length(article) for article in articles], dtype=np.float64),
        published_at=np.array([day(article) for article in articles], dtype=np.float64),
        vocabularies={
            "words": _vocabulary(keys, in_texts),
            "lead": _vocabulary(keys, in_leads),
            "letters": letter_terms,
            **{name: vocabulary for name, (_, vocabulary) in labels.items()},
        },
        sketches=sketches,
    )


def _words(articles: Sequence[Article]) -> tuple[NDArray[np.int64], Texts, Texts, Texts]:
    """The keys of all words, and those of titles, of these with excerpts, and with bodies."""
    numbering = Numbering()
    fields = numbering.of(tokenise(of(article)) for article in articles for of in _FIELDS)
    keys, fields = numbering.ordered(fields)
    starts = fields.starts[:: len(_FIELDS)]
    titles, leads, texts = (
        Texts(fields.numbers, starts, fields.ends[i :: len(_FIELDS)]) for i in range(len(_FIELDS))
    )
    return keys, titles, leads, texts


def _letters(articles: Sequence[Article]) -> _Known:
    numbering = Numbering()
    words = numbering.of(spaced_words(f"{a.title} {a.excerpt}") for a in articles)
    keys, ngrams = number_ngrams(numbering.terms())
    bags = Bags.from_blocks(spelt_out(words, ngrams), len(keys))
    return tf_idf(bags, N_LETTERS), _vocabulary(keys, bags)


def _labels(labels: Sequence[Sequence[str]]) -> _Known:
    numbering = Numbering()
    keys, texts = numbering.ordered(numbering.of(labels))
    bags = Bags.from_texts(texts, len(keys))
    idf = bags.idf()
    return to_table(bags, lambda part: idf[part.terms], N_LABELS), _vocabulary(keys, bags)


def _vocabulary(keys: NDArray[np.int64], bags: Bags) -> Vocabulary:
    idf = bags.idf().astype(np.float32)[: len(keys)]  # bags without any term count one
    return Vocabulary(keys, idf, len(bags))

"""All articles of a collection → what their words, letters, labels and titles say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Features, TermTable, Vocabulary
from recommender.records import Article
from recommender.terms.articles import LABELS, body_length, day
from recommender.terms.counting import Counted, Words, count_labels, count_letters
from recommender.terms.mentions import are_names, find_mentions, without_copies
from recommender.terms.sketches import sketches_of
from recommender.terms.weights import Bags, Spread, shares, tf_idf, to_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_WORDS, N_LEAD, N_LETTERS, N_TITLE, N_LABELS = 96, 48, 128, 16, 16
"""How many terms of an article are kept."""

_WIDTHS = {"words": N_WORDS, "lead": N_LEAD, "letters": N_LETTERS}


def collect(
    articles: Sequence[Article], known_sketches: NDArray[np.uint16] | None = None
) -> Features:
    """Read the texts and labels of all articles.

    Args:
        articles: With bodies.
        known_sketches: Those of articles that have been read before, all 0 for the others.
    """
    letters = _known("letters", count_letters(articles))  # first, while nothing else is there
    words = Words.of(articles)
    in_texts, in_titles, in_leads = map(words.counted, (words.texts, words.titles, words.leads))
    sketches = sketches_of(words.texts, words.keys, known_sketches)
    mentions = without_copies(find_mentions(in_texts.bags, in_titles.bags), sketches)
    known = {
        "words": _known("words", in_texts),
        "lead": _known("lead", in_leads),
        "letters": letters,
        **{name: _known(name, count_labels(articles, name)) for name in LABELS},
    }
    return Features(
        **{name: table for name, (table, _) in known.items()},
        titles=weighed("titles", in_titles.bags, in_texts.bags.spread()),
        mentions=mentions,
        are_names=are_names(mentions, words.texts, words.titles),
        body_length=np.array([body_length(article) for article in articles], dtype=np.float64),
        published_at=np.array([day(article) for article in articles], dtype=np.float64),
        vocabularies={name: vocabulary for name, (_, vocabulary) in known.items()},
        sketches=sketches,
    )


def weighed(name: str, bags: Bags, spread: Spread) -> TermTable:
    """The weightiest terms of each of some articles.

    Args:
        name: Which of the tables of `Features` it is to be.
        bags: The terms of each article.
        spread: Of these terms over all articles of the collection; for titles, over the texts.
    """
    if name in _WIDTHS:
        return tf_idf(bags, _WIDTHS[name], spread)
    idf = spread.idf()
    if name in LABELS:
        return to_table(bags, lambda part: idf[part.terms], N_LABELS)
    return shares(bags, idf, N_TITLE)


def _known(name: str, counted: Counted) -> tuple[TermTable, Vocabulary]:
    keys, spread = counted.keys, counted.bags.spread()
    idf = spread.idf().astype(np.float32)[: len(keys)]  # bags without any term count one
    return weighed(name, counted.bags, spread), Vocabulary(keys, idf, spread.n_texts)

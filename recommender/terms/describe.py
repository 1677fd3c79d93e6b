"""One article outside a collection → what its texts and labels say in the collection's terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Features, Terms, Vocabulary, term_key
from recommender.records import Article
from recommender.terms.articles import LABELS
from recommender.terms.collect import N_LABELS, N_LEAD, N_LETTERS, N_TITLE, N_WORDS
from recommender.terms.letters import letter_ngrams
from recommender.terms.tokens import tokenise

if TYPE_CHECKING:
    from numpy.typing import NDArray


def describe(article: Article, features: Features) -> dict[str, Terms]:
    """The terms of an article as `Features` has them, by the name of the table.

    Terms that the collection does not have count for the length of a text, and match nothing.
    """
    known = features.vocabularies
    title, excerpt, body = (
        _keys(tokenise(text)) for text in (article.title, article.excerpt, article.body)
    )
    lead = np.concatenate([title, excerpt])
    letters = letter_ngrams(f"{article.title} {article.excerpt}")
    return {
        "words": _tf_idf(np.concatenate([lead, body]), known["words"], N_WORDS),
        "lead": _tf_idf(lead, known["lead"], N_LEAD),
        "letters": _tf_idf(letters, known["letters"], N_LETTERS),
        "titles": _shares(title, known["words"], N_TITLE),
        **{name: _rarities(_keys(of(article)), known[name]) for name, of in LABELS.items()},
    }


def _keys(terms: Sequence[str]) -> NDArray[np.int64]:
    return np.array([term_key(term) for term in terms], dtype=np.int64)


def _tf_idf(keys: NDArray[np.int64], vocabulary: Vocabulary, width: int) -> Terms:
    distinct, counts = np.unique(keys, return_counts=True)
    numbers = vocabulary.find(distinct)
    weights = vocabulary.rarity(numbers) * (1 + np.log(counts))
    return _weightiest(numbers, weights / max(np.sqrt((weights**2).sum()), 1.0), width)


def _shares(keys: NDArray[np.int64], vocabulary: Vocabulary, width: int) -> Terms:
    numbers = vocabulary.find(np.unique(keys))
    weights = vocabulary.rarity(numbers)
    return _weightiest(numbers, weights / max(weights.sum(), 1.0), width)


def _rarities(keys: NDArray[np.int64], vocabulary: Vocabulary) -> Terms:
    numbers = vocabulary.find(np.unique(keys))
    return _weightiest(numbers, vocabulary.rarity(numbers), N_LABELS)


def _weightiest(numbers: NDArray[np.int64], weights: NDArray[np.float64], width: int) -> Terms:
    is_known = numbers >= 0
    numbers, weights = numbers[is_known], weights[is_known]
    order = np.lexsort((numbers, -weights))[:width]
    return numbers[order].astype(np.int32), weights[order].astype(np.float32)

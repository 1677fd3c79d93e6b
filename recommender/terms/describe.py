"""One article outside a collection → what its texts and labels say in the collection's terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Terms, Vocabulary, distinct, term_key
from recommender.records import Article
from recommender.terms.articles import LABELS, day
from recommender.terms.collect import N_LABELS, N_LEAD, N_LETTERS, N_TITLE, N_WORDS
from recommender.terms.letters import letter_ngrams
from recommender.terms.sketches import sketch
from recommender.terms.tokens import tokenise

if TYPE_CHECKING:
    from numpy.typing import NDArray


COMPARED = ("topics", "authors", "providers", "folders")  # other labels only filter


@dataclass(frozen=True, slots=True)
class Description:
    """What `Features` has of an article, for one outside.

    Attributes:
        terms: Name of the table to the article's terms.
        sketch: Of its wording.
        published_at: Days since 1970; NaN where unknown.
    """

    terms: Mapping[str, Terms]
    sketch: NDArray[np.uint16]
    published_at: float


def describe(article: Article, vocabularies: Mapping[str, Vocabulary]) -> Description:
    """Describe an article in the terms of a collection.

    Terms that the collection does not have count for the length of a text, and match nothing.
    """
    title, excerpt, body = (
        _keys(tokenise(text)) for text in (article.title, article.excerpt, article.body)
    )
    lead = np.concatenate([title, excerpt])
    text = np.concatenate([lead, body])
    letters = letter_ngrams(f"{article.title} {article.excerpt}")
    terms = {
        "words": _tf_idf(text, vocabularies["words"], N_WORDS),
        "lead": _tf_idf(lead, vocabularies["lead"], N_LEAD),
        "letters": _tf_idf(letters, vocabularies["letters"], N_LETTERS),
        "titles": _shares(title, vocabularies["words"], N_TITLE),
    }
    for name in COMPARED:
        terms[name] = _rarities(_keys(LABELS[name](article)), vocabularies[name])
    return Description(terms, sketch(text), day(article))


def _keys(terms: Sequence[str]) -> NDArray[np.int64]:
    return np.array([_key(term) for term in terms], dtype=np.int64)


_key = lru_cache(maxsize=1 << 16)(term_key)  # most words of an article are those of the one before


def _tf_idf(keys: NDArray[np.int64], vocabulary: Vocabulary, width: int) -> Terms:
    found, counts = np.unique(keys, return_counts=True)
    numbers = vocabulary.find(found)
    weights = vocabulary.rarity(numbers) * (1 + np.log(counts))
    return _weightiest(numbers, weights / max(np.sqrt((weights**2).sum()), 1.0), width)


def _shares(keys: NDArray[np.int64], vocabulary: Vocabulary, width: int) -> Terms:
    numbers = vocabulary.find(distinct(keys))
    weights = vocabulary.rarity(numbers)
    return _weightiest(numbers, weights / max(weights.sum(), 1.0), width)


def _rarities(keys: NDArray[np.int64], vocabulary: Vocabulary) -> Terms:
    numbers = vocabulary.find(distinct(keys))
    return _weightiest(numbers, vocabulary.rarity(numbers), N_LABELS)


def _weightiest(numbers: NDArray[np.int64], weights: NDArray[np.float64], width: int) -> Terms:
    is_known = numbers >= 0
    numbers, weights = numbers[is_known], weights[is_known]
    order = np.lexsort((numbers, -weights))[:width]
    return numbers[order].astype(np.int32), weights[order].astype(np.float32)

"""Numbers of words → the words as an article spells them."""

from __future__ import annotations

import numpy as np

from recommender.features import Vocabulary, term_key
from recommender.records import Article
from recommender.terms.tokens import as_written


def spelling(article: Article, vocabulary: Vocabulary) -> dict[int, str]:
    """How an article, given with its body, first writes each word that the collection knows."""
    written = as_written(f"{article.title}\n{article.excerpt}\n{article.body}")
    keys = np.array([term_key(word) for word in written], dtype=np.int64)
    numbers = vocabulary.find(keys).tolist()
    return dict(zip(numbers, written.values(), strict=True))

"""Systems that compare words or topics, with scikit-learn's TF-IDF and with bm25s."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender import Article

from ..task import Lists, Task
from .base import CannotRank, System


def title_and_excerpt(article: Article) -> str:
    """The text that the embedding sees, too."""
    return f"{article.title}. {article.excerpt}"


def all_text(article: Article) -> str:
    """Title, excerpt and body."""
    return f"{title_and_excerpt(article)} {article.body}"


class TfIdf(System):
    """Cosine of TF-IDF, `TfidfVectorizer` at its defaults, on one text an article."""

    name = "tfidf"
    label = "TF-IDF of title and excerpt"

    def rank(self, task: Task) -> Lists:
        """Needs a word of two letters somewhere."""
        texts = [self.text(article) for article in task.collection.articles]
        try:
            weights = self.vectorizer().fit_transform(texts).astype(np.float32)
        except ValueError as error:  # scikit-learn's "empty vocabulary"
            raise CannotRank("no article has a word") from error
        return task.by_scores(lambda queries: _products(weights, weights[queries]))

    def text(self, article: Article) -> str | Sequence[str]:
        """What is compared."""
        return title_and_excerpt(article)

    def vectorizer(self) -> TfidfVectorizer:
        """How it is cut into terms and weighted."""
        return TfidfVectorizer()


class TfIdfBody(TfIdf):
    """The same with the body."""

    name = "tfidf-body"
    label = "TF-IDF with the body"

    def rank(self, task: Task) -> Lists:
        """Needs bodies."""
        _need(task, lambda article: article.body.strip(), "no article has a body")
        return super().rank(task)

    def text(self, article: Article) -> str:
        """All of it."""
        return all_text(article)


class Topics(TfIdf):
    """Cosine of the topics, each weighted by its rarity."""

    name = "topics"
    label = "Same topics, rare ones first"

    def rank(self, task: Task) -> Lists:
        """Needs topics."""
        _need(task, lambda article: article.topics, "no article has topics")
        return super().rank(task)

    def text(self, article: Article) -> Sequence[str]:
        """The topics themselves."""
        return article.topics

    def vectorizer(self) -> TfidfVectorizer:
        """Each topic is one term."""
        return TfidfVectorizer(analyzer=_as_it_is)


class Bm25(System):
    """BM25 (bm25s at its defaults, no stop words) with the whole article as query."""

    name = "bm25"
    label = "BM25 of all words"

    def rank(self, task: Task) -> Lists:
        """Needs a word of two letters somewhere."""
        weights, counts = _bm25([all_text(article) for article in task.collection.articles])
        return task.by_scores(lambda queries: _products(weights, counts[queries]))


def _bm25(texts: Sequence[str]) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """What each term adds to each article's score, and how often each article holds each term.

    bm25s answers one query at a time; the product of its weights with the counts of many queries is
    the same sum of weights.
    """
    import bm25s

    tokens = bm25s.tokenize(list(texts), stopwords=None, show_progress=False)
    if not any(tokens.ids):
        raise CannotRank("no article has a word")
    index = bm25s.BM25()
    index.index(tokens, show_progress=False)
    parts = index.scores
    shape = (len(texts), len(parts["indptr"]) - 1)
    weights = sparse.csc_matrix((parts["data"], parts["indices"], parts["indptr"]), shape=shape)
    ends = np.cumsum([0, *map(len, tokens.ids)])
    terms = np.concatenate([np.asarray(ids, dtype=np.int64) for ids in tokens.ids])
    ones = np.ones(len(terms), dtype=np.float32)
    return weights.tocsr(), sparse.csr_matrix((ones, terms, ends), shape=shape)


def _products(weights: sparse.csr_matrix, queries: sparse.csr_matrix) -> NDArray[np.float32]:
    """Shape `(n_queries, n_articles)`; rounded so that the order of summing decides nothing."""
    products: NDArray[np.float32] = (weights @ queries.T.toarray()).T
    return products.round(6)


def _need(task: Task, has: Callable[[Article], object], otherwise: str) -> None:
    if not any(map(has, task.collection.articles)):
        raise CannotRank(otherwise)


def _as_it_is(topics: Sequence[str]) -> Sequence[str]:
    return topics

"""bm25s: the README's example, with each article's whole text as document and as query."""

from __future__ import annotations

from pathlib import Path

import bm25s

from .reading import LENGTH, Lists, read_articles, run, without_itself


def lists(folder: Path) -> Lists:
    """Index all texts without the English stop words, then ask with each of them."""
    articles = read_articles(folder)
    tokens = bm25s.tokenize(
        [article.text for article in articles], stopwords="en", show_progress=False
    )
    retriever = bm25s.BM25()
    retriever.index(tokens, show_progress=False)
    found, _ = retriever.retrieve(tokens, k=min(LENGTH + 1, len(articles)), show_progress=False)
    ids = [article.id for article in articles]
    return dict(zip(ids, without_itself(ids, found.tolist()), strict=True))


if __name__ == "__main__":
    run(lists)

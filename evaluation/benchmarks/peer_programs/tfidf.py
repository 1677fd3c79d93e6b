"""scikit-learn: `TfidfVectorizer` at its defaults on all text, cosine with every other article."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel

from .reading import LENGTH, Lists, read_articles, run, without_itself

BATCH = 500  # articles, so that memory does not grow with the square of the site


def lists(folder: Path) -> Lists:
    """As scikit-learn's user guide has it: rows are of unit length, so products are cosines."""
    articles = read_articles(folder)
    rows = TfidfVectorizer().fit_transform(article.text for article in articles)
    found = []
    for start in range(0, len(articles), BATCH):
        cosines = linear_kernel(rows[start : start + BATCH], rows)
        found += np.argsort(-cosines, axis=1, kind="stable")[:, : LENGTH + 1].tolist()
    ids = [article.id for article in articles]
    return dict(zip(ids, without_itself(ids, found), strict=True))


if __name__ == "__main__":
    run(lists)

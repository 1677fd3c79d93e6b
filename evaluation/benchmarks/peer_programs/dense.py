"""txtai with the model that ours uses, on the text that ours encodes: title and excerpt.

Each text is encoded once, and then stands in the index and asks it; txtai's own example would
encode it a second time for asking.
"""

from __future__ import annotations

import sys
from pathlib import Path

from txtai import Embeddings

from .reading import LENGTH, Lists, read_articles, run, without_itself


def lists(folder: Path) -> Lists:
    """Vectors by the model, an index of these, and a search with each."""
    articles = read_articles(folder)
    model = Embeddings(path=sys.argv[3])
    vectors = model.batchtransform([article.head for article in articles])
    index = Embeddings(method="external")
    index.index(list(enumerate(vectors)))
    found = ([int(place) for place, _ in one] for one in index.batchsearch(vectors, LENGTH + 1))
    ids = [article.id for article in articles]
    return dict(zip(ids, without_itself(ids, found), strict=True))


if __name__ == "__main__":
    run(lists)

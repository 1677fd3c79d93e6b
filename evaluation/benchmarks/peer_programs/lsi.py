"""gensim: its tutorial's chain of dictionary, TF-IDF, LSI and similarity index, on all text."""

from __future__ import annotations

from pathlib import Path

from gensim import corpora, models, similarities
from gensim.utils import simple_preprocess

from .reading import LENGTH, Lists, read_articles, run, without_itself

N_TOPICS = 300
"""The tutorial speaks of 200 to 500 as the golden standard."""


def lists(folder: Path) -> Lists:
    """All articles in the latent space, each compared with every other."""
    articles = read_articles(folder)
    texts = [simple_preprocess(article.text) for article in articles]
    dictionary = corpora.Dictionary(texts)
    counts = [dictionary.doc2bow(text) for text in texts]
    weighted = models.TfidfModel(counts)[counts]
    lsi = models.LsiModel(weighted, id2word=dictionary, num_topics=N_TOPICS, random_seed=0)
    index = similarities.MatrixSimilarity(lsi[weighted], num_best=LENGTH + 1, num_features=N_TOPICS)
    found = ([place for place, _ in similar] for similar in index)
    ids = [article.id for article in articles]
    return dict(zip(ids, without_itself(ids, found), strict=True))


if __name__ == "__main__":
    run(lists)

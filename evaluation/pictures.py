"""What the report draws of the vectors: how similar curated pairs are, and a map of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.metrics import roc_auc_score

from .collection import Collection
from .report.schema import Map, Pairs

N_RANDOM_PAIRS = 20_000
BIN_EDGES = np.linspace(-1, 1, 81)

MAX_ON_MAP = 2500
MAP_SIZE = 1000
MIN_FOR_TSNE = 30
N_COMPONENTS = 50
N_ITERATIONS = 400
ANGLE = 0.8
"""Of Barnes-Hut: as faithful on 2,000 articles as 0.5 with 500 steps, in half the time."""

Links = Mapping[int, Sequence[int]]
"""Query row to the rows of its curated list."""


def pair_similarities(
    collection: Collection, links: Links, rng: np.random.Generator
) -> Pairs | None:
    """Histogram of the similarity of curated pairs against random pairs of different candidates.

    Returns:
        None with fewer than two candidates, as there is no random pair then.
    """
    candidates = np.flatnonzero(collection.is_candidate)
    if len(candidates) < 2:  # noqa: PLR2004 - two make a pair
        return None
    first = rng.integers(len(candidates), size=N_RANDOM_PAIRS)
    second = (first + rng.integers(1, len(candidates), size=N_RANDOM_PAIRS)) % len(candidates)
    queries = np.repeat(list(links), [len(entries) for entries in links.values()])
    entries = np.concatenate([list(entries) for entries in links.values()])
    curated = _cosines(collection, queries, entries)
    random = _cosines(collection, candidates[first], candidates[second])
    is_curated = np.repeat([True, False], [len(curated), len(random)])
    edges = _edges_around(np.concatenate([curated, random]))
    return Pairs(
        edges=[round(float(edge), 3) for edge in edges],
        curated=np.histogram(curated, edges)[0].tolist(),
        random=np.histogram(random, edges)[0].tolist(),
        curated_mean=round(float(curated.mean()), 6),
        random_mean=round(float(random.mean()), 6),
        separation=round(float(roc_auc_score(is_curated, np.concatenate([curated, random]))), 6),
    )


def site_map(
    collection: Collection, links: Links, seed: int, rng: np.random.Generator
) -> Map | None:
    """Articles in two dimensions; those with a list, or in one, before others where many.

    t-SNE from principal components (L. van der Maaten, G. Hinton, 2008), with few articles the
    components themselves. Near means similar; far says little.

    Returns:
        Articles as rows of the collection. None with fewer than three.
    """
    n_articles = len(collection)
    if n_articles < 3:  # noqa: PLR2004 - two points make no map
        return None
    rows = _on_map(n_articles, links, rng)
    place = {row: i for i, row in enumerate(rows.tolist())}
    points = _projected(collection.vectors[rows], seed)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = max(float((high - low).max()), 1e-9)  # one for both, so that no direction is stretched
    x, y = np.rint((points - (low + high) / 2) / scale * MAP_SIZE + MAP_SIZE / 2).astype(int).T
    return Map(
        articles=rows.tolist(),
        x=x.tolist(),
        y=y.tolist(),
        links=[
            (place[query], place[entry])
            for query, entries in links.items()
            for entry in entries
            if query in place and entry in place
        ],
        n_left_out=n_articles - len(rows),
    )


def _on_map(n_articles: int, links: Links, rng: np.random.Generator) -> NDArray[np.int64]:
    """At most `MAX_ON_MAP` rows, ascending."""
    is_named = np.zeros(n_articles, dtype=bool)
    is_named[[*links, *(entry for entries in links.values() for entry in entries)]] = True
    order = np.lexsort((rng.permutation(n_articles), ~is_named))
    return np.sort(order[:MAX_ON_MAP])


def _projected(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float64]:
    n, dim = vectors.shape
    if not np.ptp(vectors, axis=0).any():  # all alike: there is no direction to spread them in
        return np.zeros((n, 2))
    n_components = min(N_COMPONENTS, n - 1, dim)
    components = PCA(n_components, random_state=seed).fit_transform(vectors.astype(np.float64))
    components = np.pad(components, ((0, 0), (0, max(0, 2 - n_components))))
    if n < MIN_FOR_TSNE:
        return np.asarray(components[:, :2])
    perplexity = min(30, n // 4)
    tsne = TSNE(
        init="pca",
        perplexity=perplexity,
        max_iter=N_ITERATIONS,
        angle=ANGLE,
        random_state=seed,
    )
    return np.asarray(tsne.fit_transform(components), dtype=np.float64)


def _cosines(
    collection: Collection, first: NDArray[np.integer], second: NDArray[np.integer]
) -> NDArray[np.float64]:
    vectors = collection.vectors
    products = np.einsum("ij,ij->i", vectors[first], vectors[second], dtype=np.float64)
    return np.asarray(np.clip(products, -1, 1))


def _edges_around(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The bins that hold something, and all between them."""
    first = np.searchsorted(BIN_EDGES, values.min(), side="right") - 1
    last = np.searchsorted(BIN_EDGES, values.max(), side="left")
    first = min(first, len(BIN_EDGES) - 2)
    edges: NDArray[np.float64] = BIN_EDGES[first : max(last, first + 1) + 1]
    return edges

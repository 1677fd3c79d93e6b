"""What can be said of each article in plain numbers, before any query comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Graph, sums_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

NUMBERS = (
    "published_at",
    "body_length",
    "named",
    "page_rank",
    "usual_mentions",
    "usual_names",
    "mention_mass",
)
"""`published_at` and `body_length` as in `Features`; `named` is the natural logarithm of one more
than how many texts name the article, and `page_rank` that of its PageRank over these names;
`usual_mentions` and `usual_names` are the logarithms of the shares of all texts that mention and
name it, both a little raised; `mention_mass` is the sum of 1 / (1 + mentions) over the texts that
mention it."""

FEW = 0.02
"""Added to shares of texts, so that few cases do not say much."""


def numbers_of(
    mentions: Graph,
    names: Graph,
    published_at: NDArray[np.float64],
    body_length: NDArray[np.float64],
) -> NDArray[np.float64]:
    """`NUMBERS` of all articles, shape `(n_articles, len(NUMBERS))`, float64.

    Args:
        mentions: Whose title stands in whose text.
        names: Those of the mentions in which it stands word by word.
        published_at: As in `Features`; `body_length` likewise.
        body_length: See `published_at`.
    """
    n = len(mentions)
    lightness = 1.0 / (1 + mentions.out_degrees())
    columns = {
        "published_at": published_at,
        "body_length": body_length,
        "named": np.log1p(names.in_degrees()),
        "page_rank": page_rank(names),
        "usual_mentions": np.log(mentions.in_degrees() / n + FEW),
        "usual_names": np.log(names.in_degrees() / n + FEW),
        "mention_mass": sums_of(lightness[mentions.sources()], mentions.targets, n),
    }
    return np.stack([columns[name] for name in NUMBERS], axis=1)


def page_rank(graph: Graph, *, damping: float = 0.85, n_steps: int = 30) -> NDArray[np.float32]:
    """PageRank (Page and others 1999) by power iteration; who points nowhere passes nothing on.

    Returns:
        Natural logarithm of each article's rank, float32.
    """
    n = len(graph)
    sources = graph.sources()
    shares = 1.0 / np.maximum(graph.out_degrees(), 1)
    rank = np.full(n, 1.0 / n)
    for _ in range(n_steps):
        passed_on = sums_of((rank * shares)[sources], graph.targets, n)
        rank = (1 - damping) / n + damping * passed_on
    logarithms: NDArray[np.float32] = np.log(rank).astype(np.float32)
    return logarithms

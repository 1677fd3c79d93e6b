"""How near is near for each article: at which rank a similarity would stand among its neighbours.

An article in a dense part of the site has many that are alike; what counts there is to be nearer
than the others. So for each article a few similarities of its neighbours are kept, from which the
rank of any query among them can be told, a new one's too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANKS = (1, 2, 4, 8, 16, 32, 64, 128)
"""The ranks of the neighbours whose similarities are kept."""

_LOGS = np.log1p(np.array(RANKS, dtype=np.float32))
_STEPS = np.diff(_LOGS)
_SMALL = 1e-6


def levels(similarities: NDArray[np.floating]) -> NDArray[np.float32]:
    """What is kept of an article's neighbours.

    Args:
        similarities: Those of its nearest neighbours, falling; of any number.

    Returns:
        Shape `(len(RANKS),)`, float32; 0 where there are not so many neighbours.
    """
    kept = np.zeros(len(RANKS), dtype=np.float32)
    for place, rank in enumerate(RANKS):
        if rank <= len(similarities):
            kept[place] = similarities[rank - 1]
    return kept


def log_ranks(similarities: NDArray[np.floating], kept: NDArray[np.float32]) -> NDArray[np.float32]:
    """`ln(1 + rank)` of a query among the neighbours of some articles.

    Args:
        similarities: Similarity of the query to each article, shape `(m,)`, or `(n_ways, m)` where
            it is measured in more than one way.
        kept: `levels` of each article, shape `(m, len(RANKS))` or `(m, n_ways, len(RANKS))`.

    Returns:
        The shape of the similarities, float32, from ln 2 (the nearest) to ln 129 (not among them);
        between two ranks along the straight line. Who has nothing in common, 0 or less, is not
        among them, not even where an article has no neighbours at all.
    """
    by_rank = kept.T.copy()
    upper, lower = by_rank[:-1], by_rank[1:]
    parts = (upper - similarities) / np.maximum(upper - lower, _SMALL)
    passed = np.minimum(np.maximum(parts, 0, out=parts), 1, out=parts).reshape(len(_STEPS), -1)
    ranks: NDArray[np.float32] = (_LOGS[0] + _STEPS @ passed).reshape(similarities.shape)
    ranks[similarities <= 0] = _LOGS[-1]
    return ranks

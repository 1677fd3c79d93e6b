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

_LOGS = np.log1p(np.array(RANKS))
_LAST = len(RANKS) - 1
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


def log_ranks(similarities: NDArray[np.floating], kept: NDArray[np.float32]) -> NDArray[np.float64]:
    """`ln(1 + rank)` of a query among the neighbours of some articles.

    Args:
        similarities: Similarity of the query to each article, shape `(m,)`.
        kept: `levels` of each article, shape `(m, len(RANKS))`.

    Returns:
        Shape `(m,)`, float64, from ln 2 (the nearest) to ln 129 (not among them); between two
        ranks along the straight line. Who has nothing in common, 0 or less, is not among them,
        not even where an article has no neighbours at all.
    """
    n_above = (kept > similarities[:, None]).sum(axis=1)
    before = np.clip(n_above - 1, 0, _LAST - 1)
    each = np.arange(len(kept))
    upper, lower = kept[each, before], kept[each, before + 1]
    part = np.clip((upper - similarities) / np.maximum(upper - lower, _SMALL), 0, 1)
    between: NDArray[np.float64] = _LOGS[before] + part * (_LOGS[before + 1] - _LOGS[before])
    between[n_above == 0] = _LOGS[0]
    between[similarities <= 0] = _LOGS[-1]
    return between

"""Candidates and signals of many queries, one after the other in flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.ranking.signals import SIGNALS
from recommender.ranking.site import PLAIN_ENGLISH, Site
from recommender.ranking.standard import standardise

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pools:
    """The candidates of some queries.

    Attributes:
        queries: Row of each query, shape `(n_queries,)`, int64.
        rows: The candidates of all queries, one query after the other, each ascending, int64.
        offsets: Where those of each query begin, and where the last ones end, int64.
        signals: Shape `(len(rows), len(SIGNALS))`, float32, NaN for absent.
        site: What kind of site they are from, on which weights depend.
    """

    queries: NDArray[np.int64]
    rows: NDArray[np.int64]
    offsets: NDArray[np.int64]
    signals: NDArray[np.float32]
    site: Site = PLAIN_ENGLISH

    def __len__(self) -> int:
        return len(self.queries)

    @classmethod
    def joined(
        cls,
        queries: Sequence[int],
        rows: Sequence[NDArray[np.int64]],
        signals: Sequence[NDArray[np.float32]],
        site: Site,
    ) -> Pools:
        """From the candidates and signals of each query."""
        return cls(
            queries=np.asarray(queries, dtype=np.int64),
            rows=np.concatenate([np.zeros(0, dtype=np.int64), *rows]),
            offsets=np.cumsum([0, *map(len, rows)], dtype=np.int64),
            signals=np.vstack([np.zeros((0, len(SIGNALS)), dtype=np.float32), *signals]),
            site=site,
        )

    @classmethod
    def chained(cls, parts: Sequence[Pools]) -> Pools:
        """Those of several parts of one site one after the other; there is at least one."""
        lengths = np.concatenate([np.diff(part.offsets) for part in parts])
        return cls(
            queries=np.concatenate([part.queries for part in parts]),
            rows=np.concatenate([part.rows for part in parts]),
            offsets=np.cumsum([0, *lengths], dtype=np.int64),
            signals=np.vstack([part.signals for part in parts]),
            site=parts[0].site,
        )

    def standardised(self) -> NDArray[np.float32]:
        """The signals, each in standard deviations from its mean over a query's candidates."""
        blocks = [
            standardise(self.signals[start:end]).astype(np.float32)
            for start, end in zip(self.offsets[:-1], self.offsets[1:], strict=True)
        ]
        return np.vstack([self.signals[:0], *blocks])

    def owners(self) -> NDArray[np.int64]:
        """The place in `queries` of each candidate's query."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

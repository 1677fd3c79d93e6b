"""One article for which a list is made, as ranking sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Terms
from recommender.ranking.ground import Ground

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Query:
    """What is known of the article that is being read.

    Attributes:
        row: Its row in the collection; None where it is not in it.
        vector: Shape `(dim,)`, float32, unit length.
        near: Rows of its nearest by vectors, best first, int64.
        words: Its terms, as in `Features`; `lead` and all that follow likewise.
        published_at: Days since 1970; NaN where unknown.
    """

    row: int | None
    vector: NDArray[np.float32]
    near: NDArray[np.int64]
    words: Terms
    lead: Terms
    letters: Terms
    titles: Terms
    topics: Terms
    authors: Terms
    providers: Terms
    folders: Terms
    published_at: float

    @classmethod
    def of_row(cls, ground: Ground, row: int, near: NDArray[np.int64]) -> Query:
        """An article of the collection."""
        features = ground.features
        return cls(
            row=row,
            vector=ground.vectors[row],
            near=near,
            words=features.words.of(row),
            lead=features.lead.of(row),
            letters=features.letters.of(row),
            titles=features.titles.of(row),
            topics=features.topics.of(row),
            authors=features.authors.of(row),
            providers=features.providers.of(row),
            folders=features.folders.of(row),
            published_at=float(features.published_at[row]),
        )

    @classmethod
    def of_terms(
        cls,
        vector: NDArray[np.float32],
        near: NDArray[np.int64],
        terms: Mapping[str, Terms],
        published_at: float,
    ) -> Query:
        """An article that is not in the collection, in the collection's terms."""
        return cls(None, vector, near, **terms, published_at=published_at)

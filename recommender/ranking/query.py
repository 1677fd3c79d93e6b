"""One article for which a list is made, as ranking sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Terms
from recommender.ranking.block import TABLES
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
        sketch: Of its wording.
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
    sketch: NDArray[np.uint16]

    @classmethod
    def of_row(cls, ground: Ground, row: int, near: NDArray[np.int64]) -> Query:
        """An article of the collection."""
        features = ground.features
        return cls(
            row=row,
            vector=ground.vectors[row],
            near=near,
            **{name: getattr(features, name).of(row) for name in (*TABLES, "letters")},
            published_at=float(features.published_at[row]),
            sketch=features.sketches[row],
        )

    @classmethod
    def of_outside(
        cls,
        vector: NDArray[np.float32],
        near: NDArray[np.int64],
        terms: Mapping[str, Terms],
        published_at: float,
        sketch: NDArray[np.uint16],
    ) -> Query:
        """An article that is not in the collection, in the collection's terms."""
        known = {name: terms[name] for name in (*TABLES, "letters")}
        return cls(None, vector, near, **known, published_at=published_at, sketch=sketch)

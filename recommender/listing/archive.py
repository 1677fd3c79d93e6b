"""Where the articles of lists come from: an index, or a part of a larger collection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from recommender.records import Article

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Archive(Protocol):
    """Where the articles of a list are from, by row."""

    @property
    def vectors(self) -> NDArray[np.float32]:
        """Shape `(n_articles, dim)`, unit rows."""
        ...

    @property
    def titles(self) -> Sequence[str]:
        """The title of each row."""
        ...

    def article(self, row: int) -> Article:
        """The article of a row, with its body."""
        ...

    def entry(self, row: int) -> Article:
        """The article of a row, as if it had no body."""
        ...

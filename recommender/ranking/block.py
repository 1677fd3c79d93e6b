"""All tables of terms side by side, so that one look at an article finds every term it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import TermTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

TABLES = ("words", "lead", "letters", "titles", "topics", "authors", "providers", "folders")
"""The tables of `Features` whose terms ranking compares."""


@dataclass(frozen=True, slots=True)
class TermBlock:
    """The tables one beside the other, each article's terms in one row.

    Attributes:
        ids: Shape `(n_articles, width)`, int32, numbered as in the tables; 0 in an empty place.
        weights: The same shape, float32; 0 in an empty place.
        starts: Where the columns of each of `TABLES` begin, and where the last ones end.
        n_terms: Number of terms of each table, at least 1.
        bases: Number of terms in all tables before each one, and in all of them, int64.
        column_table: The table of each column, int64.
        column_base: Number of terms in all tables before that of each column, int32.
    """

    ids: NDArray[np.int32]
    weights: NDArray[np.float32]
    starts: tuple[int, ...]
    n_terms: tuple[int, ...]
    bases: NDArray[np.int64]
    column_table: NDArray[np.int64]
    column_base: NDArray[np.int32]

    @classmethod
    def of_tables(cls, tables: Mapping[str, TermTable]) -> TermBlock:
        """Put tables side by side."""
        chosen = [tables[name] for name in TABLES]
        ids = np.concatenate([table.ids for table in chosen], axis=1)
        weights = np.concatenate([table.weights for table in chosen], axis=1)
        widths = [table.ids.shape[1] for table in chosen]
        return cls.of_arrays(ids, weights, widths, [table.n_terms for table in chosen])

    @classmethod
    def of_arrays(
        cls,
        ids: NDArray[np.int32],
        weights: NDArray[np.float32],
        widths: list[int],
        n_terms: list[int],
    ) -> TermBlock:
        """From what is kept; `widths` are the numbers of columns."""
        bases = np.cumsum([0, *n_terms], dtype=np.int64)
        return cls(
            ids=ids,
            weights=weights,
            starts=tuple(np.cumsum([0, *widths]).tolist()),
            n_terms=tuple(n_terms),
            bases=bases,
            column_table=np.repeat(np.arange(len(TABLES)), widths),
            column_base=np.repeat(bases[:-1], widths).astype(np.int32),
        )

    def table(self, name: str) -> TermTable:
        """One of the tables; it shares its arrays with the block."""
        place = TABLES.index(name)
        columns = slice(self.starts[place], self.starts[place + 1])
        return TermTable(self.ids[:, columns], self.weights[:, columns], self.n_terms[place])

    def widths(self) -> list[int]:
        """Number of columns of each table."""
        return np.diff(self.starts).tolist()

"""All tables of terms side by side, so that one look at an article finds every term it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import TermTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEXTS = ("words", "lead", "titles")
LABELS = ("topics", "authors", "providers", "folders")
TABLES = TEXTS + LABELS
"""The tables of `Features` whose terms ranking looks up, article by article."""


@dataclass(frozen=True, slots=True)
class TermBlock:
    """The tables one beside the other, each article's terms in one row.

    Attributes:
        terms: Shape `(n_articles, 2, width)`, int32, so that one look finds all of an article: ids,
            numbered as in the tables, the table's number of terms in an empty place; and the
            weights, float32 bit by bit, 0 in an empty place.
        starts: Where the columns of each of `TABLES` begin, and where the last ones end.
        n_terms: Number of terms of each table, at least 1.
        bases: Where the terms of each of `LABELS` begin when those of all tables are numbered
            together, the words of all `TEXTS` first, and each with one for empty places. int32.
        n_numbers: How many numbers there are then.
        column_table: The place of each column's table in `TABLES`, int64.
        column_base: Where the terms of the table begin, for each column of labels, int32.
    """

    terms: NDArray[np.int32]
    starts: tuple[int, ...]
    n_terms: tuple[int, ...]
    bases: NDArray[np.int32]
    n_numbers: int
    column_table: NDArray[np.int64]
    column_base: NDArray[np.int32]

    @classmethod
    def of_tables(cls, tables: Mapping[str, TermTable]) -> TermBlock:
        """Put tables side by side."""
        chosen = [tables[name] for name in TABLES]
        ids = np.concatenate([table.ids for table in chosen], axis=1)
        weights = np.concatenate([table.weights for table in chosen], axis=1)
        terms = np.stack([ids, weights.view(np.int32)], axis=1)
        widths = [table.ids.shape[1] for table in chosen]
        return cls.of_array(terms, widths, [table.n_terms for table in chosen])

    @classmethod
    def of_array(cls, terms: NDArray[np.int32], widths: list[int], n_terms: list[int]) -> TermBlock:
        """From what is kept; `widths` are the numbers of columns."""
        ends = np.cumsum([n + 1 for n in n_terms[len(TEXTS) - 1 :]], dtype=np.int32)
        column_table = np.repeat(np.arange(len(TABLES)), widths)
        return cls(
            terms=terms,
            starts=tuple(np.cumsum([0, *widths]).tolist()),
            n_terms=tuple(n_terms),
            bases=ends[:-1],
            n_numbers=int(ends[-1]),
            column_table=column_table,
            column_base=np.repeat(ends[:-1], widths[len(TEXTS) :]),
        )

    def columns(self, name: str) -> slice:
        """The columns of one of the tables."""
        place = TABLES.index(name)
        return slice(self.starts[place], self.starts[place + 1])

    def table(self, name: str) -> TermTable:
        """One of the tables; it shares its arrays with the block."""
        columns, n_terms = self.columns(name), self.n_terms[TABLES.index(name)]
        ids, weights = self.terms[:, 0, columns], self.terms[:, 1, columns]
        return TermTable(ids, weights.view(np.float32), n_terms)

    def widths(self) -> list[int]:
        """Number of columns of each table."""
        return np.diff(self.starts).tolist()

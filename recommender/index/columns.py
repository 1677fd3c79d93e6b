"""How texts, dates and lists lie in plain arrays.

A string column is all its texts as UTF-8 in one byte array, and where each one begins and ends.
Nothing is decoded before it is asked for. Lone surrogates, which a JSON front matter can bring, are
kept as they are (`surrogatepass`), so what was read is what comes back.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from operator import lt
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np

from recommender.index.damage import damage

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN_TIME = int(np.iinfo(np.int64).min)
"""Stands for no date, before every date."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_N_COMPARED = 8  # bytes at the end of a text, where titles and addresses differ most


class StringColumn(Sequence[str]):
    """The texts of an opened index, one a row.

    Args:
        blob: All texts in UTF-8, one after the other, shape `(n_bytes,)`, uint8.
        offsets: Where each text begins, and where the last one ends, shape `(n_texts + 1,)`, int64.
        path: The file that is blamed when they are damaged.

    Raises:
        IndexFormatError: The two do not fit together, or, when a text is asked for, it is no UTF-8.
    """

    def __init__(self, blob: NDArray[np.uint8], offsets: NDArray[np.int64], path: Path) -> None:
        _refuse_bad_offsets(offsets, len(blob), path)
        self._blob = blob
        self._offsets = offsets
        self.path = path

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[str, ...]: ...
    def __getitem__(self, row: int | slice) -> str | tuple[str, ...]:
        rows = range(len(self))[row]
        return self._text(rows) if isinstance(rows, int) else tuple(map(self._text, rows))

    def find(self, text: str) -> list[int]:
        """The rows that hold exactly this text, ascending."""
        wanted = _encode(text)
        rows = np.flatnonzero(np.diff(self._offsets) == len(wanted))
        for i in range(1, min(len(wanted), _N_COMPARED) + 1):
            rows = rows[self._blob[self._offsets[rows + 1] - i] == wanted[-i]]
        return [row for row in rows.tolist() if self._bytes(row) == wanted]

    def find_in_order(self, text: str) -> int | None:
        """The row of a text in a column whose texts ascend, or None."""
        wanted = _encode(text)
        row = bisect_left(range(len(self)), wanted, key=self._bytes)
        return row if row < len(self) and self._bytes(row) == wanted else None

    def is_ascending(self) -> bool:
        """Whether every text comes after the one before it, by code points."""
        whole = self._blob.tobytes()
        texts = [whole[start:end] for start, end in pairwise(self._offsets.tolist())]
        return all(map(lt, texts, texts[1:]))

    def _text(self, row: int) -> str:
        try:
            return str(self._bytes(row), "utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise damage(self.path, f"row {row}: found {error.reason}; expected UTF-8") from error

    def _bytes(self, row: int) -> bytes:
        return self._blob[self._offsets[row] : self._offsets[row + 1]].tobytes()


class ListColumn:
    """The lists of an opened index, one a row; each entry is the row of another article.

    Args:
        entries: All lists one after the other, shape `(n_entries,)`, int64.
        offsets: Where each list begins, and where the last one ends, shape `(n_articles + 1,)`.
        path: The file that is blamed when they are damaged.

    Raises:
        IndexFormatError: The two do not fit together, or an entry is no row.
    """

    def __init__(self, entries: NDArray[np.int64], offsets: NDArray[np.int64], path: Path) -> None:
        _refuse_bad_offsets(offsets, len(entries), path)
        n_articles = len(offsets) - 1
        if len(entries) and not 0 <= entries.min() <= entries.max() < n_articles:
            raise damage(path, f"found an entry that is no row; expected 0 to {n_articles - 1}")
        self._entries = entries
        self._offsets = offsets

    def __getitem__(self, row: int) -> list[int]:
        row = range(len(self._offsets) - 1)[row]
        entries: list[int] = self._entries[self._offsets[row] : self._offsets[row + 1]].tolist()
        return entries

    def by_row(self) -> Mapping[int, list[int]]:
        """The lists that are not empty, by their rows, ascending; read when they are asked for."""
        return _Filled(self, np.diff(self._offsets))

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The row of every list and an entry of it, one pair an entry; int64."""
        lengths = np.diff(self._offsets)
        return np.repeat(np.arange(len(lengths)), lengths), self._entries


class _Filled(Mapping[int, list[int]]):
    """The lists of a column that are not empty."""

    def __init__(self, lists: ListColumn, lengths: NDArray[np.int64]) -> None:
        self._lists = lists
        self._lengths = lengths

    def __getitem__(self, row: int) -> list[int]:
        if not 0 <= row < len(self._lengths) or not self._lengths[row]:
            raise KeyError(row)
        return self._lists[row]

    def __iter__(self) -> Iterator[int]:
        return iter(np.flatnonzero(self._lengths).tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(self._lengths))


def to_string_column(texts: Iterable[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The blob and the offsets of some texts, in their order."""
    blob, offsets = bytearray(), array("q", [0])
    for text in texts:
        blob += _encode(text)
        offsets.append(len(blob))
    return np.frombuffer(blob, dtype=np.uint8), np.asarray(offsets)


def to_list_column(lists: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The entries and the offsets of some lists, in their order."""
    entries = np.asarray([entry for entries in lists for entry in entries], dtype=np.int64)
    return entries, _to_offsets([len(entries) for entries in lists])


def to_seconds(moments: Iterable[datetime | None]) -> NDArray[np.int64]:
    """Aware moments as whole seconds since 1970 in UTC, rounded down; `UNKNOWN_TIME` for None."""
    seconds = [
        UNKNOWN_TIME if moment is None else (moment - _EPOCH) // timedelta(seconds=1)
        for moment in moments
    ]
    return np.asarray(seconds, dtype=np.int64)


def are_open(
    moment: datetime,
    is_published: NDArray[np.bool_],
    published_at: NDArray[np.int64],
    expires_at: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Which articles readers can open at an aware moment, on a site that hides the others.

    Args:
        moment: The moment.
        is_published: False for drafts and the like.
        published_at: As `to_seconds` gives it.
        expires_at: The same.
    """
    now = int(moment.timestamp())
    is_due = published_at <= now  # an unknown date is the smallest number
    has_expired = (expires_at <= now) & (expires_at != UNKNOWN_TIME)
    is_open: NDArray[np.bool_] = is_published & is_due & ~has_expired
    return is_open


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _to_offsets(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *lengths], dtype=np.int64)


def _refuse_bad_offsets(offsets: NDArray[np.int64], n_items: int, path: Path) -> None:
    if offsets[0] != 0 or offsets[-1] != n_items or np.any(offsets[1:] < offsets[:-1]):
        raise damage(path, f"found offsets out of order; expected a rise from 0 to {n_items}")

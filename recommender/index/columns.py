"""Articles ↔ columns: how text, dates and lists lie in plain arrays.

A string column is all its texts as UTF-8 in one byte array, and where each one ends. Nothing is
decoded before it is asked for, so opening an index of any size costs the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from recommender.records import Article, Image, Provider, RelatedLink

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN_TIME = np.iinfo(np.int64).min


class StringColumn(Sequence[str]):
    """Texts in two arrays.

    Args:
        blob: All texts in UTF-8, one after the other, shape `(n_bytes,)`, uint8. Lone surrogates,
            which only callers can bring, are kept as they are (`surrogatepass`).
        offsets: Where each text begins, and where the last one ends, shape `(n_texts + 1,)`, int64.

    Raises:
        ValueError: The two do not fit together.
    """

    def __init__(self, blob: NDArray[np.uint8], offsets: NDArray[np.int64]) -> None:
        _refuse_bad_offsets(offsets, len(blob))
        self._blob = blob
        self._offsets = offsets

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> StringColumn:
        """The column of some texts, in their order."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        blob = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        return cls(blob, to_offsets([len(data) for data in encoded]))

    @property
    def arrays(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The two arrays, as they are stored."""
        return self._blob, self._offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[str]: ...
    def __getitem__(self, row: int | slice) -> str | Sequence[str]:
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(len(self)))]
        return self.encoded(row).decode("utf-8", "surrogatepass")

    def encoded(self, row: int) -> bytes:
        """One text as UTF-8."""
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of a column of {len(self)}")
        return self._blob[self._offsets[row] : self._offsets[row + 1]].tobytes()

    def rows_equal(self, text: str) -> list[int]:
        """Rows that hold exactly this text, ascending; none for the empty text."""
        wanted = text.encode("utf-8", "surrogatepass")
        if not wanted:
            return []
        candidates = np.flatnonzero(np.diff(self._offsets) == len(wanted))
        return [row for row in candidates.tolist() if self.encoded(row) == wanted]

    def row_in_order(self, text: str) -> int | None:
        """The row of a text in a column whose texts ascend, or None."""
        wanted = text.encode("utf-8", "surrogatepass")
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.encoded(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self.encoded(low) == wanted else None

    def is_ascending(self) -> bool:
        """Whether every text is greater than the one before it, by its bytes."""
        whole = self._blob.tobytes()
        bounds = self._offsets.tolist()
        texts = [whole[start:end] for start, end in pairwise(bounds)]
        return all(one < other for one, other in pairwise(texts))


def to_offsets(lengths: Sequence[int]) -> NDArray[np.int64]:
    """Where parts of these lengths begin, and where the last one ends, shape `(n + 1,)`."""
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64)


def _refuse_bad_offsets(offsets: NDArray[np.int64], n_items: int) -> None:
    if offsets.ndim != 1 or offsets.dtype != np.int64 or len(offsets) == 0:
        raise ValueError("offsets must be one row of 64-bit integers")
    if offsets[0] != 0 or offsets[-1] != n_items or bool(np.any(offsets[1:] < offsets[:-1])):
        raise ValueError(f"offsets must rise from 0 to {n_items}")


class ListColumn:
    """Lists of rows in two arrays.

    Args:
        rows: All lists one after the other, shape `(n_entries,)`, int64.
        offsets: Where each list begins, and where the last one ends, shape `(n_articles + 1,)`.

    Raises:
        ValueError: The two do not fit together, or an entry is no row.
    """

    def __init__(self, rows: NDArray[np.int64], offsets: NDArray[np.int64]) -> None:
        _refuse_bad_offsets(offsets, len(rows))
        if len(rows) and not (rows.min() >= 0 and rows.max() < len(offsets) - 1):
            raise ValueError(f"a list names a row outside 0 to {len(offsets) - 2}")
        self._rows = rows
        self._offsets = offsets

    @classmethod
    def from_lists(cls, lists: Sequence[Sequence[int]]) -> ListColumn:
        """The column of one list an article, in row order."""
        flat = np.asarray([row for rows in lists for row in rows], dtype=np.int64)
        return cls(flat, to_offsets([len(rows) for rows in lists]))

    @property
    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The two arrays, as they are stored."""
        return self._rows, self._offsets

    def __getitem__(self, row: int) -> list[int]:
        found: list[int] = self._rows[self._offsets[row] : self._offsets[row + 1]].tolist()
        return found

    def rows_with_a_list(self) -> list[int]:
        """Rows whose list has an entry, ascending."""
        rows: list[int] = np.flatnonzero(np.diff(self._offsets)).tolist()
        return rows


def to_seconds(moments: Iterable[datetime | None]) -> NDArray[np.int64]:
    """Moments as whole seconds since 1970 in UTC, int64; `UNKNOWN_TIME` for None."""
    seconds = [UNKNOWN_TIME if moment is None else int(moment.timestamp()) for moment in moments]
    return np.asarray(seconds, dtype=np.int64)


def article_to_json(article: Article) -> str:
    """Every field but the body that is not at its default, as one JSON object."""
    facts = {
        name: value
        for name, value in asdict(replace(article, body="")).items()
        if value != _DEFAULTS.get(name)
    }
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), default=_date_to_text)


def article_from_json(text: str, body: str) -> Article:
    """The article of a JSON object, with its body.

    Raises:
        ValueError: The text is not the JSON of an article.
    """
    try:
        facts = json.loads(text)
        return Article(
            **{name: _RESTORE.get(name, _as_is)(value) for name, value in facts.items()}, body=body
        )
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"not an article: {error}") from error


_DEFAULTS: Mapping[str, Any] = {field.name: field.default for field in fields(Article)}


def _date_to_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value).__name__} does not belong in an article")


def _as_is(value: Any) -> Any:
    return value


def _date(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _provider(value: Mapping[str, Any] | None) -> Provider | None:
    return None if value is None else Provider(**value)


def _images(values: Sequence[Mapping[str, Any]]) -> tuple[Image, ...]:
    return tuple(Image(**value) for value in values)


def _link(value: Mapping[str, Any]) -> RelatedLink:
    return RelatedLink(**{name: _RESTORE.get(name, _as_is)(fact) for name, fact in value.items()})


def _links(values: Sequence[Mapping[str, Any]]) -> tuple[RelatedLink, ...]:
    return tuple(_link(value) for value in values)


_RESTORE: Mapping[str, Callable[[Any], Any]] = {
    "published_at": _date,
    "expires_at": _date,
    "provider": _provider,
    "images": _images,
    "related": _links,
    "aliases": tuple,
    "authors": tuple,
    "topics": tuple,
}

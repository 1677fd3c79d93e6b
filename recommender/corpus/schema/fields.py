"""Typed access to front matter: each reader warns of what it found where it expected another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from recommender.corpus.front_matter.values import Block, Items, Value
from recommender.corpus.plain_text import one_line
from recommender.corpus.schema.dates import read_moment
from recommender.records import Problem

N_SHOWN = 60
_YES = {"true", "yes", "on"}
_NO = {"false", "no", "off"}


def shown(value: Value) -> str:
    """A value in a message: short, on one line, without control characters."""
    match value:
        case Block():
            return "a mapping"
        case Items():
            return "a list"
        case None:
            return "nothing"
        case _:
            text = one_line(value)
            return f"“{text}”" if len(text) <= N_SHOWN else f"“{text[:N_SHOWN]}…”"


@dataclass(slots=True)
class Report:
    """The warnings about one file, at most one for each subject.

    Attributes:
        path: The file.
        problems: The warnings, in the order in which they came up.
    """

    path: str
    problems: list[Problem] = field(default_factory=list)
    _subjects: set[str] = field(default_factory=set)

    def warn(self, subject: str, line: int | None, found: str, expected: str) -> None:
        """Add a warning, unless there is one about this subject."""
        if subject not in self._subjects:
            self._subjects.add(subject)
            self.problems.append(Problem(self.path, line, "warning", found, expected))


class Entry(NamedTuple):
    """A value that is not blank, with the key and the line on which it stands."""

    key: str
    value: Value
    line: int | None

    def each(self) -> Iterator[Entry]:
        """The items of a list; any other value is its own only item."""
        if not isinstance(self.value, Items):
            yield self
            return
        for i, value in enumerate(self.value):
            yield Entry(self.key, value, self.value.lines[i] if self.value.lines else self.line)


class Fields:
    """One mapping of the front matter, read through the names of a schema.

    Each reader takes the first of the field's keys that holds something. A missing or blank value
    is None, and so is one of the wrong type, with a warning.
    """

    def __init__(
        self,
        block: Block,
        keys: Mapping[str, tuple[str, ...]],
        report: Report,
        prefix: str = "",
    ) -> None:
        """Look at a mapping; `prefix` tells its fields from others of the same name in warnings."""
        self._block = block
        self._keys = keys
        self._report = report
        self._prefix = prefix
        for key, line in block.repeated.items():
            expected = "each key once (the last one was taken)"
            report.warn("repeated keys", line, f"the key {shown(key)} more than once", expected)

    def entries(self, name: str) -> Iterator[Entry]:
        """What the keys of a field hold, in their order, without blanks."""
        for key in self._keys.get(name, ()):
            value, line = self._at(key)
            if not _is_blank(value):
                yield Entry(key, value, line)

    def entry(self, name: str) -> Entry | None:
        """The first of them."""
        return next(self.entries(name), None)

    def line(self, name: str) -> int | None:
        """Where a field's first key stands, be it blank; None where it does not or nobody knows."""
        return next(
            (self._block.lines[key] for key in self._keys[name] if key in self._block.lines), None
        )

    def text(self, name: str) -> str | None:
        """A text on one line; numbers, dates and yes-or-no words as they were written."""
        entry = self.entry(name)
        if entry is None:
            return None
        if isinstance(entry.value, str):
            return one_line(entry.value) or None
        self.refuse(name, entry, "a text")
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or of mappings with a `name`; a single one counts as a list of one."""
        entry = self.entry(name)
        return tuple(self.texts_of(name, entry)) if entry else ()

    def texts_of(self, name: str, entry: Entry) -> Iterator[str]:
        """The texts in one entry of a field."""
        for item in entry.each():
            value = item.value.get("name") if isinstance(item.value, Block) else item.value
            if isinstance(value, str):
                if text := one_line(value):
                    yield text
            elif item.value is not None:
                self.refuse(name, item, "a text")

    def number(self, name: str) -> float | None:
        """A finite number."""
        entry = self.entry(name)
        if entry is None:
            return None
        try:
            number = float(entry.value) if isinstance(entry.value, str) else math.nan
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
        self.refuse(name, entry, "a number")
        return None

    def flag(self, name: str) -> bool | None:
        """A yes or no, in or out of quotes."""
        entry = self.entry(name)
        if entry is None:
            return None
        word = entry.value.lower() if isinstance(entry.value, str) else ""
        if word in _YES or word in _NO:
            return word in _YES
        self.refuse(name, entry, "true or false")
        return None

    def date(self, name: str) -> datetime | None:
        """A moment in UTC; a missing time or offset is warned of."""
        entry = self.entry(name)
        if entry is None:
            return None
        moment = read_moment(entry.value.strip()) if isinstance(entry.value, str) else None
        if moment is None:
            self.refuse(name, entry, "a date such as 2024-03-06T01:45:00Z")
            return None
        if moment.missing == "time":
            self.warn(name, entry, "a time and its offset too (midnight UTC was taken)")
        elif moment.missing == "offset":
            self.warn(name, entry, "“Z” or an offset behind the time (UTC was taken)")
        return moment.at

    def refuse(self, name: str, entry: Entry, expected: str) -> None:
        """Warn that a value was left out."""
        self.warn(name, entry, f"{expected} (it was left out)")

    def warn(self, name: str, entry: Entry, expected: str) -> None:
        """Warn of a value, once for each field."""
        found = f"{entry.key}: {shown(entry.value)}"
        self._report.warn(f"{self._prefix}{name}", entry.line, found, expected)

    def _at(self, key: str) -> tuple[Value, int | None]:
        parent, dot, last = key.rpartition(".")
        if not dot:
            return self._block.get(key), self._block.lines.get(key)
        value, line = self._at(parent)
        if isinstance(value, Block):
            return value.get(last), value.lines.get(last, line)
        if value is not None:
            self.refuse(parent, Entry(parent, value, line), "a mapping")
        return None, line


def _is_blank(value: Value) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())

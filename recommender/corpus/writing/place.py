"""Where a list stands in the text of front matter, and how its generated entries are exchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

Plain: TypeAlias = "str | int | float | bool | datetime | Mapping[str, Plain] | Sequence[Plain]"
"""What an entry is made of: texts, numbers, moments, and mappings and lists of these."""


class UnwritableError(Exception):
    """A list that stands there in a way in which no entry can be put without touching more.

    Attributes:
        found: What stands there.
        expected: What should.
    """

    def __init__(self, found: str, expected: str) -> None:
        """Keep the facts."""
        super().__init__(f"found {found}; expected {expected}")
        self.found = found
        self.expected = expected


class Render(Protocol):
    """New entries as text: what a list holds then, or what follows the entries that stay."""

    def __call__(self, entries: Sequence[Plain], *, is_first: bool) -> str:
        """At least one entry; `is_first` where no other stays."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list: from where to where it stands, and whether it may be taken away."""

    start: int
    end: int
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A list in a text; places are counted in characters.

    Attributes:
        items: Its entries, in their order: whole lines, or what stands between commas.
        insert_at: Where the first entry goes where none stays.
        render: New entries as text that can stand there, or behind the last that stays.
        whole: Key and list together; None where they cannot go, or there is no key.
        inside: What stands between the brackets of a list whose entries are separated by commas;
            None for one on lines.
    """

    items: tuple[Item, ...]
    insert_at: int
    render: Render
    whole: tuple[int, int] | None = None
    inside: tuple[int, int] | None = None

    def rewritten(self, text: str, entries: Sequence[Plain]) -> str:
        """The text with other generated entries, behind the editors' own."""
        kept = [item for item in self.items if not item.is_ours]
        if not entries and (kept or not self.items):
            return self.without(text) if len(kept) < len(self.items) else text
        if not entries:
            return self.without(text)
        at = kept[-1].end if kept else self.insert_at
        return _spliced(text, self._cuts(text), at, self.render(entries, is_first=not kept))

    def without(self, text: str) -> str:
        """The text without generated entries, and without the key where no other entry is left."""
        if self.whole and all(item.is_ours for item in self.items):
            return text[: self.whole[0]] + text[self.whole[1] :]
        return _spliced(text, self._cuts(text), len(text), "")

    def _cuts(self, text: str) -> list[tuple[int, int]]:
        """What goes, so that what stays is still a list."""
        ours = [(item.start, item.end) for item in self.items if item.is_ours]
        kept = [place for place, item in enumerate(self.items) if not item.is_ours]
        if not self.inside or (kept and not ours):
            return ours
        cuts = self._cuts_with_commas(kept) if kept else [self.inside]
        if "#" in "".join(_outside(text, cut, ours) for cut in cuts):
            raise UnwritableError("a comment between the entries of a list in brackets", "none")
        return cuts

    def _cuts_with_commas(self, kept: Sequence[int]) -> list[tuple[int, int]]:
        """Each entry of ours with the comma before it, or behind it where no other is before it."""
        return [
            (item.start, self.items[place + 1].start)
            if place < kept[0]
            else (self.items[place - 1].end, item.end)
            for place, item in enumerate(self.items)
            if item.is_ours
        ]


def _outside(text: str, part: tuple[int, int], spans: Sequence[tuple[int, int]]) -> str:
    """A part of the text, without the spans in it."""
    within = [span for span in spans if part[0] <= span[0] < part[1]]
    return _without(text[part[0] : part[1]], within, part[0])


def _spliced(text: str, cuts: Sequence[tuple[int, int]], at: int, new: str) -> str:
    """The text without what is cut, and with something new at a place that is not within a cut."""
    before = [(start, end) for start, end in cuts if start < at]
    behind = [(start, end) for start, end in cuts if start >= at]
    return _without(text[:at], before, 0) + new + _without(text[at:], behind, at)


def _without(text: str, cuts: Sequence[tuple[int, int]], shift: int) -> str:
    parts, done = [], 0
    for start, end in sorted(cuts):
        parts.append(text[done : start - shift])
        done = end - shift
    return "".join([*parts, text[done:]])

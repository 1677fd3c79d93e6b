"""`recommender.lists.yaml` → what editors pin to a list, or ban from it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recommender.section import Section, load_mapping

EVERYWHERE = "everywhere"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SiteLists:
    """Pins and bans as rows of an index.

    Attributes:
        pins: Row of an article to those that stand at the head of its list, in this order.
        bans: Row of an article to those that never stand in its list.
        banned: Rows that stand in no list.
    """

    pins: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    bans: Mapping[int, frozenset[int]] = field(default_factory=dict)
    banned: frozenset[int] = frozenset()

    @classmethod
    def from_file(cls, path: Path, find: Callable[[str], int | None]) -> SiteLists:
        """Read the file; without one, nothing is pinned or banned.

        Whoever is named and is not in the index is passed over with a warning in the log: an
        article that is deleted must not stop the lists of all others.

        Args:
            path: `everywhere: {ban: [id, …]}`, and for each article `id: {pin: […], ban: […]}`.
            find: The row that an id, a path or a URL means, or None.

        Raises:
            ConfigError: It is not YAML, or has other parts.
        """
        if not path.exists():
            return cls()
        section = Section(load_mapping(path), path, "")
        pins: dict[int, tuple[int, ...]] = {}
        bans: dict[int, frozenset[int]] = {}
        banned: frozenset[int] = frozenset()
        for reference in map(str, section.data):
            entry = section.section(reference)
            entry.allow("ban") if reference == EVERYWHERE else entry.allow("pin", "ban")
            wanted = {key: _rows(entry.texts(key), path, find) for key in ("pin", "ban")}
            if reference == EVERYWHERE:
                banned = frozenset(wanted["ban"])
            elif rows := _rows((reference,), path, find):
                pins[rows[0]] = tuple(row for row in wanted["pin"] if row != rows[0])
                bans[rows[0]] = frozenset(wanted["ban"])
        return cls(pins, bans, banned)

    def banned_from(self, row: int | None) -> frozenset[int]:
        """What may not stand in the list of a row, or of an article outside the index."""
        return self.banned | (frozenset() if row is None else self.bans.get(row, frozenset()))


def _rows(references: tuple[str, ...], path: Path, find: Callable[[str], int | None]) -> list[int]:
    found = []
    for reference in references:
        row = find(reference)
        if row is None:
            log.warning("%s: “%s” is not in the index; it is passed over.", path, reference)
        else:
            found.append(row)
    return found

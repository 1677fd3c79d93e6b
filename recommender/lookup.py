"""What a person types → a row of the index: an id, a path, a URL or an exact title."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recommender.corpus.paths import article_id
from recommender.corpus.urls import canonical_url
from recommender.errors import UnknownArticleError
from recommender.index.snapshot import Snapshot

N_CLOSEST = 3


@dataclass(frozen=True, slots=True)
class Lookup:
    """Finds articles of one open index by what they are called.

    Attributes:
        snapshot: The open index.
        path: Its directory, against which its articles folder is relative.
    """

    snapshot: Snapshot
    path: Path

    def row_of_id(self, wanted: str) -> int:
        """The row of an id.

        Raises:
            UnknownArticleError: The index does not hold it.
        """
        row = self.snapshot.row(wanted)
        if row is None:
            raise UnknownArticleError(wanted, self._closest(wanted))
        return row

    def rows_of_lists(self, lists: Mapping[str, Sequence[str]]) -> dict[int, list[int]]:
        """Lists of ids as lists of rows; errors as for `row_of_id`."""
        row = self.row_of_id
        return {row(query): [row(entry) for entry in lists[query]] for query in lists}

    def row(self, reference: str) -> int | None:
        """The row of an id, path, URL or exact title, tried in this order.

        Returns:
            The row; None where the reference is a file that the index does not hold.

        Raises:
            UnknownArticleError: Nothing answers to it, or several articles have this title.
        """
        row = self.snapshot.row(reference)
        if row is None:
            row = self._row_of_path(reference)
        if row is not None:
            return row
        rows = self.rows_of_url(reference) or self.snapshot.rows_with_title(reference)
        if len(rows) == 1:
            return rows[0]
        if not rows and _is_file(reference):
            return None
        same_title = [self.snapshot.ids[row] for row in rows[:N_CLOSEST]]
        raise UnknownArticleError(reference, same_title or self._closest(reference))

    def row_or_none(self, reference: str) -> int | None:
        """Row of an id or a URL; None where the index has neither, or more than one."""
        row = self.snapshot.row(reference)
        rows = [row] if row is not None else self.rows_of_url(reference)
        return rows[0] if len(rows) == 1 else None

    def rows_of_url(self, url: str) -> list[int]:
        """Rows of the articles that stand at a web address, however it is spelt."""
        canonical = canonical_url(url)
        return self.snapshot.rows_with_url(canonical) if canonical else []

    def _row_of_path(self, reference: str) -> int | None:
        """Row of a path that leads into the articles folder, from here or from that folder."""
        if not _can_be_path(reference):
            return None
        articles = self.snapshot.manifest.recipe.articles_folder
        folder = Path(os.path.realpath(self.path.parent / articles))
        for start in (Path(), folder):
            path = Path(os.path.realpath(start / reference))  # `resolve` fails where links loop
            if path != folder and path.is_relative_to(folder):
                row = self.snapshot.row(article_id(path.relative_to(folder).as_posix()))
                if row is not None:
                    return row
        return None

    def _closest(self, reference: str) -> list[str]:
        """Ids whose last part looks most like the reference, best first."""
        import difflib

        wanted = reference.rsplit("/", 1)[-1]
        by_name = {name.rsplit("/", 1)[-1]: name for name in self.snapshot.ids}
        names = difflib.get_close_matches(wanted, by_name, n=N_CLOSEST, cutoff=0.5)
        return [by_name[name] for name in names]


def _can_be_path(reference: str) -> bool:
    try:
        return b"\0" not in os.fsencode(reference)
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def _is_file(reference: str) -> bool:
    try:
        return Path(reference).is_file()
    except (OSError, ValueError):  # too long for a path, or holding what no path can hold
        return False

"""Which files of a folder are its articles, and what they are called."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from recommender.records import Problem
from recommender.settings import Settings

SKIPPED_FOLDERS = {"node_modules", "_site", "public", "recommender-report"}
_DATED_NAME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})-(.+)", re.ASCII | re.DOTALL)


def article_id(path: str) -> str:
    """The id of the article in a file.

    Args:
        path: The file, relative to the articles folder and `/`-separated.

    Returns:
        The path without its ending; the folder's path for the `index` file of a folder.
    """
    plain = str(PurePosixPath(path).with_suffix(""))
    return plain.removesuffix("/index")


def split_date(name: str) -> tuple[str | None, str]:
    """Split `2024-03-06-sora` into the day and the rest; the day is None where there is none."""
    dated = _DATED_NAME.fullmatch(name)
    return (dated[1], dated[2]) if dated else (None, name)


def matches(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path matches a glob pattern, both split at `/`.

    `**` stands for any number of folders; `*`, `?` and `[…]` stay within one name.
    """
    ends = {0}  # how many names of the path the pattern can stand for so far
    for part in pattern:
        if part == "**":
            ends = set(range(min(ends), len(path) + 1)) if ends else ends
        else:
            ends = {end + 1 for end in ends if end < len(path) and fnmatchcase(path[end], part)}
    return len(path) in ends


def find_files(root: Path, settings: Settings) -> tuple[list[str], list[Problem]]:
    """Find the article files of a folder.

    Hidden files and folders are left out, and so are `SKIPPED_FOLDERS`. A link
    is followed where it leads to a place inside the folder that is not read anyway.

    Args:
        root: The articles folder.
        settings: What to include and to exclude.

    Returns:
        The files, relative to the folder and `/`-separated, in the order of their names; and an
        error for each file and folder that cannot be reached, or lies outside.
    """
    walk = _Walk(os.path.realpath(root), settings)
    walk.visit("", walk.root)
    for link in walk.links:  # which grows where a link leads to further ones
        walk.follow(link)
    return sorted(walk.files), walk.problems


class _Walk:
    """One walk through a folder: real folders first, so that no link renames what they hold."""

    def __init__(self, root: str, settings: Settings) -> None:
        self.root = root
        self.files: list[str] = []
        self.links: list[str] = []
        self.problems: list[Problem] = []
        self._included = [_parts(pattern) for pattern in settings.include]
        self._excluded = [_parts(pattern) for pattern in settings.exclude]
        self._known: set[str] = set()  # real paths of what was visited or found

    def visit(self, folder: str, real_folder: str) -> None:
        """Look through a folder and all real folders below it."""
        pending = [(folder, real_folder)]
        while pending:
            folder, real_folder = pending.pop()
            self._known.add(real_folder)
            for entry in self._entries(folder, real_folder):
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_symlink():
                    self.links.append(path)
                elif entry.is_dir():
                    pending.append((path, entry.path))
                elif self._is_included(path):
                    self._known.add(entry.path)
                    self.files.append(path)

    def follow(self, link: str) -> None:
        """Visit the folder, or take the file, to which a link leads."""
        real = os.path.realpath(f"{self.root}/{link}")
        is_folder = Path(real).is_dir()
        if real in self._known or not (is_folder or self._is_included(link)):
            return
        if not real.startswith(f"{self.root}/"):
            self._report(link, "a link that leads out of the articles folder", "a place inside it")
        elif is_folder:
            self.visit(link, real)
        else:
            self._known.add(real)
            self.files.append(link)

    def _entries(self, folder: str, real_folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(real_folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._report(
                folder or ".", f"a folder that cannot be opened ({error.strerror})", "access to it"
            )
            return []
        return [entry for entry in found if self._is_wanted(folder, entry.name)]

    def _is_wanted(self, folder: str, name: str) -> bool:
        path = f"{folder}/{name}" if folder else name
        if name.startswith(".") or name in SKIPPED_FOLDERS:
            return False
        if any(matches(path.split("/"), pattern) for pattern in self._excluded):
            return False
        if not _is_utf8(name):
            shown = os.fsencode(path).decode("utf-8", "replace")
            self._report(shown, "a name that is not UTF-8", "one that is")
            return False
        return True

    def _is_included(self, path: str) -> bool:
        return any(matches(path.split("/"), pattern) for pattern in self._included)

    def _report(self, path: str, found: str, expected: str) -> None:
        self.problems.append(Problem(path, None, "error", found, expected))


def _parts(pattern: str) -> tuple[str, ...]:
    return PurePosixPath(pattern.lstrip("/")).parts


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True

"""Articles of a folder and their lists, as plainly as a site's own script would do it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LENGTH = 10
"""Of a list."""

Lists = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Article:
    """One file: its path without the ending, and its texts."""

    id: str
    title: str
    excerpt: str
    body: str

    @property
    def head(self) -> str:
        """Title and excerpt: what our own model reads."""
        return f"{self.title}. {self.excerpt}"

    @property
    def text(self) -> str:
        """Title, excerpt and body."""
        return f"{self.head} {self.body}"


def read_articles(folder: Path) -> list[Article]:
    """Every article of a folder, ordered by id."""
    return [_article(path, folder) for path in sorted(folder.rglob("*.md"))]


def front_matter(path: Path) -> tuple[dict[str, Any], str]:
    """The fields of an article, and its body."""
    _, head, body = path.read_text("utf-8").split("---\n", 2)
    return yaml.load(head, yaml.CSafeLoader), body


def _article(path: Path, folder: Path) -> Article:
    fields, body = front_matter(path)
    return Article(
        id=path.relative_to(folder).with_suffix("").as_posix(),
        title=str(fields["title"]),
        excerpt=str(fields.get("excerpt") or ""),
        body=body,
    )


def without_itself(ids: Sequence[str], found: Iterable[Iterable[int]]) -> Iterator[list[str]]:
    """Lists from places of articles, best first, in which each may have found itself.

    Args:
        ids: The id at each place.
        found: For each article, in this order, the places of those that are most like it.
    """
    for own, places in enumerate(found):
        yield [ids[place] for place in places if place != own][:LENGTH]


def run(make_lists: Callable[[Path], Lists]) -> None:
    """Make the lists of the folder that the command line names, and write them where it says."""
    folder, output = map(Path, sys.argv[1:3])
    output.write_text(json.dumps(make_lists(folder)), "utf-8")

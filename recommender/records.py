"""The frozen types that carry the data from room to room.

Nothing here reads, writes or computes: a record is what one step hands to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Origin = Literal["ranked", "curated", "pinned"]
Severity = Literal["warning", "error"]
Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True, slots=True)
class Provider:
    """Who published an article."""

    name: str | None = None
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an article; width and height are in pixels."""

    url: str
    width: int | None = None
    height: int | None = None
    is_cached: bool | None = None


@dataclass(frozen=True, slots=True)
class RelatedLink:
    """One entry of a hand-curated related list, as it stands in the file.

    Attributes:
        target: A bare reference (an id, path, file name, slug or permalink), or None.
        title: Title of the article meant, plain text; None where the entry is only a reference.
        excerpt: Its excerpt, plain text; empty where there is none.
        url: Its web address as written, or None.
        published_at: Its date, aware, in UTC; None where unknown.
        type: Its type as written ("article", "video", …), or None.
        provider: Who published it, or None.
        quality: Its quality as the site counts it, or None.
        images: Its pictures, in file order.
        line: 1-based line of the entry in the file, or None where the format does not tell.
    """

    target: str | None = None
    title: str | None = None
    excerpt: str = ""
    url: str | None = None
    published_at: datetime | None = None
    type: str | None = None
    provider: Provider | None = None
    quality: float | None = None
    images: tuple[Image, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One document of the site, or one that exists only as an entry of a related list.

    Attributes:
        title: Plain text, never empty in an article that was read.
        id: Path relative to the articles folder, `/`-separated, without its ending; for a linked
            article its canonical URL, or, where it has none, `title:` and its title. Empty in an
            article that a caller makes for a free text.
        excerpt: Plain text, may be empty.
        body: The text below the front matter as written, without the byte-order mark; may be empty.
        path: The file, relative to the articles folder and `/`-separated; None where there is none.
        published_at: Aware, in UTC; None where unknown.
        expires_at: When it ceases to be shown, aware, in UTC; None for never.
        url: Its web address (absolute, or a path of the site made from the permalink), or None.
        original_url: Where it first appeared, or None.
        aliases: Other references by which lists may name it: slug, further permalinks; as written.
        category: As written, or None.
        type: As written ("article", "video", …), or None.
        language: As written ("en", "zh-CN", …), or None.
        quality: As the site counts it, or None.
        heat: As the site counts it, or None.
        is_published: False for a draft, or where the file says that it is not published.
        is_linked: True where it exists only as an entry of a related list.
        provider: Who published it, or None.
        authors: In file order.
        topics: In file order, without repeats.
        images: In file order.
        related: The hand-curated list, in file order.
    """

    title: str
    id: str = ""
    excerpt: str = ""
    body: str = ""
    path: str | None = None
    published_at: datetime | None = None
    expires_at: datetime | None = None
    url: str | None = None
    original_url: str | None = None
    aliases: tuple[str, ...] = ()
    category: str | None = None
    type: str | None = None
    language: str | None = None
    quality: float | None = None
    heat: float | None = None
    is_published: bool = True
    is_linked: bool = False
    provider: Provider | None = None
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    related: tuple[RelatedLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one file that its editor should know.

    Attributes:
        path: The file, relative to the articles folder and `/`-separated.
        line: 1-based line, or None where no single line is at fault.
        severity: `error`: the file was skipped. `warning`: it was read all the same.
        found: What stands there.
        expected: What should stand there, or what was made of it.
    """

    path: str
    line: int | None
    severity: Severity
    found: str
    expected: str

    @property
    def message(self) -> str:
        """`path:line: found …; expected …`, on one line."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: found {self.found}; expected {self.expected}"


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model made a set of vectors, and how.

    Attributes:
        name: The name under which it is found again: registry name, folder or hub name.
        fingerprint: SHA-256 over the names and hashes of its files, hexadecimal.
        files: File name, relative to the model's folder, to SHA-256, hexadecimal.
        precision: The numbers in which it computes; None where that is not known, or still open.
    """

    name: str
    fingerprint: str
    files: Mapping[str, str]
    precision: Precision | None = None

    def is_alike(self, other: ModelIdentity) -> bool:
        """Whether both make the same vectors, up to the noise of their numbers."""
        return (self.fingerprint, self.precision) == (other.fingerprint, other.precision)


@dataclass(frozen=True, slots=True)
class Signal:
    """What one signal says of a candidate, and how much that moved it.

    Attributes:
        value: None where the query or the candidate lacks what is compared; it then counts as the
            median of the candidates.
        contribution: What it added to the raw score, in which 1 makes an article e times as likely.
    """

    value: float | None
    contribution: float


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One item of a related list.

    Attributes:
        rank: 1 for the first.
        id: Id of the recommended article.
        title: Its title.
        url: Its web address, or None.
        score: How strongly it is recommended, 0 to 1, higher is better; None for what an editor
            chose and the recommender had not considered.
        similarity: Cosine of the two vectors, -1 to 1.
        origin: `ranked` by the recommender, `curated` by an editor, or `pinned`.
        signals: Signal name to value and contribution, of the signals that have a weight.
        reason: One sentence that says why; None where it was not asked for, or nothing can be said.
        provider: Name of the provider, or None.
        published_at: Its date, aware, in UTC; None where unknown.
    """

    rank: int
    id: str
    title: str
    url: str | None
    score: float | None
    similarity: float
    origin: Origin = "ranked"
    signals: Mapping[str, Signal] = field(default_factory=dict)
    reason: str | None = None
    provider: str | None = None
    published_at: datetime | None = None

"""Entries of related lists → articles: those of the folder, and those known only from lists."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from recommender.corpus.paths import split_date
from recommender.corpus.urls import canonical_url
from recommender.records import Article, Problem, RelatedLink

_ENDING = re.compile(r"\.(md|markdown|html?)$", re.IGNORECASE)
_UNKNOWN_SITE = "https://site.invalid"  # paths of a site are compared as its addresses
N_NAMED = 3

Ids = tuple[str, ...]
Name = tuple[str, str]
"""What kind of name it is, and the name."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the lists of a folder mean.

    Attributes:
        linked: Articles that exist only as entries of lists, ordered by id.
        lists: Article id to the ids of its list in the editors' order, without repeats and without
            itself; articles whose list names nothing are absent.
        problems: Warnings about entries that were left out, or that might mean several articles,
            ordered by path and line.
        unresolved: Those of the problems whose entry names no article.
        entries: Of each linked article the entries that name it, with the id of whose list it is.
    """

    linked: tuple[Article, ...]
    lists: Mapping[str, Ids]
    problems: tuple[Problem, ...]
    unresolved: tuple[Problem, ...]
    entries: Mapping[str, Sequence[tuple[str, RelatedLink]]]


def resolve(articles: Sequence[Article], *, site_url: str | None = None) -> Resolution:
    """Find out which article each entry of each list means.

    An entry is looked up by id, path, file name or slug, permalink and canonical URL, in this
    order; by its title only where it has no URL and the title is unique. What is found nowhere but
    has a title becomes a linked article.

    Args:
        articles: The articles of the folder, in any order, ids unique.
        site_url: Address of the site, if known: permalinks and full addresses then match.
    """
    articles = sorted(articles, key=lambda article: article.id)
    naming = Naming(site_url)
    references = _References(articles, naming)
    linked: dict[str, list[tuple[str, RelatedLink]]] = defaultdict(list)
    lists: dict[str, Ids] = {}
    problems: list[Problem] = []
    unresolved: list[Problem] = []
    for article in articles:
        entries: dict[str, None] = {}
        for link in article.related:
            answers = references.find(link, article)
            found = answers[0] if len(answers) == 1 else linked_id(link)
            complaint = _complaint(found, answers, article, entries)
            if complaint:
                problems.append(_warning(article, link, complaint))
            if found is None:
                unresolved.append(problems[-1])
            if found is None or found == article.id or found in entries:
                continue
            entries[found] = None
            if not references.has(found):
                linked[found].append((article.id, link))
        if entries:
            lists[article.id] = tuple(entries)
    for found_problems in (problems, unresolved):
        found_problems.sort(key=lambda problem: (problem.path, problem.line or 0))
    outside = tuple(
        linked_article(name, [link for _, link in linked[name]]) for name in sorted(linked)
    )
    return Resolution(outside, lists, tuple(problems), tuple(unresolved), linked)


class Naming:
    """What an article is called, and what an entry of a list may mean.

    Args:
        site_url: Address of the site, if it is known.
    """

    def __init__(self, site_url: str | None) -> None:
        site = canonical_url(site_url or "") or _UNKNOWN_SITE
        self._site = f"https://{urlsplit(site).netloc}"

    def names(self, article: Article) -> list[Name]:
        """All names under which lists may call an article; the empty name is nobody's."""
        names = [
            ("id", article.id),
            ("path", _nfc(article.id)),
            *(("file", name) for name in _file_names(article)),
            ("url", self._address(article.url)),
            *(("alias", self._address(name)) for name in article.aliases),
            ("original", self._address(article.original_url)),
            ("title", _title_key(article.title)),
        ]
        return [(kind, name) for kind, name in names if name]

    def asked(self, link: RelatedLink, linking: Article) -> Iterator[Name]:
        """The names by which the article that an entry means can be found, the surest first."""
        if link.target:
            yield "id", link.target
            yield from _paths(link.target, linking)
            yield "file", _without_ending(link.target)
            yield from self._addresses(link.target)
            yield "title", _title_key(link.target)
        if link.url:
            yield from self._addresses(link.url)
        elif link.title:
            yield "title", _title_key(link.title)
        if link.target:  # `/sora/` is somebody's address before it is a file's name
            yield "file", _without_ending(link.target.strip("/"))

    def _addresses(self, address: str) -> Iterator[Name]:
        """An article's present address comes before former ones, and those before its source's."""
        url = self._address(address)
        for kind in ("url", "alias", "original"):
            yield kind, url

    def _address(self, text: str | None) -> str:
        """Canonical form of a full address, or of a path or slug on this site."""
        if not text:
            return ""
        on_site = f"{self._site}/{_nfc(text).lstrip('/')}"
        return canonical_url(text) or canonical_url(on_site) or ""


class _References:
    """The articles of the folder under all names by which lists may call them."""

    def __init__(self, articles: Sequence[Article], naming: Naming) -> None:
        self._naming = naming
        found: dict[Name, dict[str, None]] = defaultdict(dict)
        for article in articles:
            for name in naming.names(article):
                found[name][article.id] = None
        self._ids = {name: tuple(ids) for name, ids in found.items()}

    def has(self, article_id: str) -> bool:
        return ("id", article_id) in self._ids

    def find(self, link: RelatedLink, linking: Article) -> Ids:
        """The article that an entry means; several where it does not decide between them."""
        undecided: Ids = ()
        for name in self._naming.asked(link, linking):
            answers = self._ids.get(name, ())
            if len(answers) == 1:
                return answers
            undecided = undecided or answers
        return undecided


def _paths(target: str, linking: Article) -> Iterator[Name]:
    """From the articles folder, or from the linking article's own."""
    plain = _without_ending(target)
    beside = posixpath.join(posixpath.dirname(linking.path or linking.id), plain)
    is_beside = plain.startswith(("./", "../"))
    for path in (beside,) if is_beside else (plain.lstrip("/"), beside):
        normal = posixpath.normpath(path)
        yield "path", normal
        yield "path", normal.removesuffix("/index")


def linked_id(link: RelatedLink) -> str | None:
    """Id of an article that is known only from lists; None where not even a title is known."""
    if not link.title:
        return None
    return (canonical_url(link.url) if link.url else None) or f"title:{link.title}"


def linked_article(article_id: str, links: Sequence[RelatedLink]) -> Article:
    """One article of all entries that name it: the longest excerpt, and the first of all else."""
    return Article(
        id=article_id,
        title=next(link.title for link in links if link.title),
        excerpt=max((link.excerpt for link in links), key=len),
        url=next((link.url for link in links if link.url), None),
        published_at=next((link.published_at for link in links if link.published_at), None),
        type=next((link.type for link in links if link.type), None),
        provider=next((link.provider for link in links if link.provider), None),
        quality=next((link.quality for link in links if link.quality is not None), None),
        images=next((link.images for link in links if link.images), ()),
        is_linked=True,
    )


def _file_names(article: Article) -> Ids:
    """The last part of the path, with and without the date before it."""
    name = _without_ending(article.id).rpartition("/")[2]
    return name, split_date(name)[1]


def _without_ending(path: str) -> str:
    return _ENDING.sub("", _nfc(path))


def _title_key(title: str) -> str:
    return " ".join(_nfc(title).casefold().split())


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _complaint(
    found: str | None, answers: Ids, article: Article, entries: Mapping[str, None]
) -> str | None:
    if len(answers) > 1:
        outcome = (
            "it was left out" if found is None else "it was taken for an article outside the folder"
        )
        return f"one that names a single article ({_listed(answers)} answer to it; {outcome})"
    if found is None:
        return "one that names an article of this folder, or has a title (it was left out)"
    if found == article.id:
        return "another article than the one whose list it is (it was left out)"
    if found in entries:
        return "each article once in a list (the repeat was left out)"
    return None


def _listed(ids: Ids) -> str:
    shown = [f"“{article_id}”" for article_id in ids[:N_NAMED]]
    n_more = len(ids) - len(shown)
    return " and ".join([*shown, f"{n_more} more"] if n_more else shown)


def _warning(article: Article, link: RelatedLink, complaint: str) -> Problem:
    name = link.target or link.url or link.title or ""
    return Problem(
        path=article.path or article.id,
        line=link.line,
        severity="warning",
        found=f"the related entry “{name[:120]}”",
        expected=complaint,
    )

"""Entries of related lists → articles: those of the folder, and those known only from lists."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from recommender.corpus.urls import canonical_url
from recommender.records import Article, Problem, RelatedLink

_ENDING = re.compile(r"\.(md|markdown|html?)$", re.IGNORECASE)
_DATE_PREFIX = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}-")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the lists of a folder mean.

    Attributes:
        linked: Articles that exist only as entries of lists, ordered by id.
        lists: Article id to the ids of its list in the editors' order, without repeats and without
            itself; articles whose list names nothing are absent.
        problems: Warnings about entries that were left out, ordered by path and line.
    """

    linked: tuple[Article, ...]
    lists: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...]


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
    directory = _Directory(articles, site_url)
    linked: dict[str, list[RelatedLink]] = defaultdict(list)
    lists: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for article in articles:
        entries: dict[str, None] = {}
        for link in article.related:
            found = directory.find(link, article) or _linked_id(link)
            complaint = _complaint(found, article, entries)
            if complaint or found is None:
                problems.append(_warning(article, link, complaint))
                continue
            entries[found] = None
            if not directory.has(found):
                linked[found].append(link)
        if entries:
            lists[article.id] = tuple(entries)
    outside = tuple(_linked_article(name, linked[name]) for name in sorted(linked))
    problems.sort(key=lambda problem: (problem.path, problem.line or 0))
    return Resolution(outside, lists, tuple(problems))


class _Directory:
    """The articles of the folder under all names by which lists may call them."""

    def __init__(self, articles: Sequence[Article], site_url: str | None) -> None:
        self._site_url = site_url
        self._ids = {article.id for article in articles}
        self._by_name = _unique((name, a.id) for a in articles for name in _file_names(a))
        self._by_alias = _unique(
            (self._alias(name), a.id) for a in articles for name in _aliases(a)
        )
        self._by_url = _unique(
            (url, a.id) for a in articles for url in map(self._url, _addresses(a)) if url
        )
        self._by_title = _unique((_title_key(a.title), a.id) for a in articles)

    def has(self, article_id: str) -> bool:
        return article_id in self._ids

    def find(self, link: RelatedLink, linking: Article) -> str | None:
        """Id of the article that an entry means, or None."""
        found = self._by_reference(link.target, linking) if link.target else None
        if not found and link.url:
            found = self._by_address(link.url)
        if not found and link.title and not link.url:
            found = self._by_title.get(_title_key(link.title))
        return found

    def _by_reference(self, target: str, linking: Article) -> str | None:
        if canonical_url(target):
            return self._by_address(target)
        return (
            self._by_path(target, linking)
            or self._by_name.get(_name_key(target))
            or self._by_address(target)
            or self._by_title.get(_title_key(target))
        )

    def _by_path(self, target: str, linking: Article) -> str | None:
        """By id or path, from the articles folder or from the linking article's own."""
        if target in self._ids:
            return target
        plain = _without_ending(target)
        beside = posixpath.join(posixpath.dirname(linking.path or linking.id), plain)
        for path in (plain.lstrip("/"), beside):
            normal = posixpath.normpath(path)
            for candidate in (normal, normal.removesuffix("/index")):
                if candidate in self._ids:
                    return candidate
        return None

    def _by_address(self, address: str) -> str | None:
        url = self._url(address)
        return self._by_alias.get(self._alias(address)) or (self._by_url.get(url) if url else None)

    def _url(self, address: str) -> str | None:
        whole = (
            urljoin(self._site_url, address)
            if self._site_url and address.startswith("/")
            else address
        )
        return canonical_url(whole)

    def _alias(self, name: str) -> str:
        return unicodedata.normalize("NFC", name).split("#")[0].strip("/")


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Name to id, without names that several articles share and without the empty one."""
    ids: dict[str, set[str]] = defaultdict(set)
    for name, article_id in pairs:
        ids[name].add(article_id)
    return {name: found.pop() for name, found in ids.items() if name and len(found) == 1}


def _file_names(article: Article) -> list[str]:
    """The last part of the path, with and without the date before it."""
    name = _name_key(article.id.rpartition("/")[2])
    return [name, _DATE_PREFIX.sub("", name)]


def _aliases(article: Article) -> list[str]:
    """Slugs and permalinks: whatever names the article and is no full address."""
    names = (*article.aliases, article.url or "")
    return [name for name in names if name and not canonical_url(name)]


def _addresses(article: Article) -> list[str]:
    return [url for url in (article.url, article.original_url, *article.aliases) if url]


def _name_key(name: str) -> str:
    return unicodedata.normalize("NFC", _without_ending(name.strip("/")))


def _without_ending(path: str) -> str:
    return _ENDING.sub("", path)


def _title_key(title: str) -> str:
    return " ".join(unicodedata.normalize("NFC", title).casefold().split())


def _linked_id(link: RelatedLink) -> str | None:
    """Id of an article that is known only from lists; None where not even a title is known."""
    if not link.title:
        return None
    return (canonical_url(link.url) if link.url else None) or f"title:{link.title}"


def _linked_article(article_id: str, links: Sequence[RelatedLink]) -> Article:
    """One article of all entries that name it: the longest excerpt, and the first of all else."""
    first = links[0]
    return Article(
        id=article_id,
        title=first.title or "",
        excerpt=max((link.excerpt for link in links), key=len),
        url=first.url,
        published_at=next((link.published_at for link in links if link.published_at), None),
        type=next((link.type for link in links if link.type), None),
        provider=next((link.provider for link in links if link.provider), None),
        quality=next((link.quality for link in links if link.quality is not None), None),
        images=next((link.images for link in links if link.images), ()),
        is_linked=True,
    )


def _complaint(found: str | None, article: Article, entries: Mapping[str, None]) -> str | None:
    if found is None:
        return "one that names an article of this folder, or has a title (it was left out)"
    if found == article.id:
        return "another article than the one whose list it is (it was left out)"
    if found in entries:
        return "each article once in a list (the repeat was left out)"
    return None


def _warning(article: Article, link: RelatedLink, complaint: str | None) -> Problem:
    name = link.target or link.url or link.title or ""
    return Problem(
        path=article.path or article.id,
        line=link.line,
        severity="warning",
        found=f"the related entry “{name[:120]}”",
        expected=complaint or "",
    )

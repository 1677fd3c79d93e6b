"""What the article browser of the page needs, as compact JSON inside the page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from .reading import Reading, label
from .schema import ArticleEntry, Report, SystemEntry
from .texts import clean, web_address

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
EMPTY = "."
"""Stands for a place that nobody takes."""

PLACES = 10
TEXT_BUDGET = 1_500_000
"""Bytes that titles, excerpts, ids and addresses may take together; excerpts shrink to fit."""

EXCERPT_LENGTHS = (300, 220, 160, 110, 70, 0)
N_TOPICS = 6
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def to_payload(reading: Reading) -> str:
    """JSON that can stand in a script element whatever the titles hold."""
    report = reading.report
    width = _width(len(report["articles"]))
    document = {
        "measure": reading.primary,
        "reference": reading.reference["name"] if reading.reference else None,
        "digits": DIGITS,
        "width": width,
        "places": PLACES,
        "systems": [_system(reading, system, width) for system in _in_order(reading)],
        "articles": _articles(report["articles"]),
        "queries": _queries(report),
        "map": _map(report),
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    return text


def _in_order(reading: Reading) -> list[SystemEntry]:
    """The reference first, then the others, best first."""
    return sorted(reading.with_figures, key=lambda system: system is not reading.reference)


def _system(reading: Reading, system: SystemEntry, width: int) -> dict[str, Any]:
    """A system with one value a query, in thousandths, and all of its lists in one string."""
    name = system["name"]
    lists = (query["lists"].get(name, []) for query in reading.report["queries"])
    return {
        "name": name,
        "label": label(system),
        "isInSample": system["is_in_sample"],
        "values": [round(1000 * v) for v in system["per_query"].get(reading.primary, [])],
        "lists": "".join(packed(articles, width) for articles in lists),
    }


def _width(n: int) -> int:
    """Digits that name any of n articles."""
    width = 1
    while len(DIGITS) ** width < n:
        width += 1
    return width


def packed(articles: Sequence[int], width: int) -> str:
    """`PLACES` numbers of `width` digits each in base 64, most significant first."""
    cells = [_digits(article, width) for article in articles[:PLACES]]
    return "".join(cells) + EMPTY * width * (PLACES - len(cells))


def _digits(number: int, width: int) -> str:
    base = len(DIGITS)
    return "".join(DIGITS[number // base**place % base] for place in reversed(range(width)))


def _articles(articles: Sequence[ArticleEntry]) -> dict[str, Any]:
    """Columns; providers and topics as positions in a table of their own."""
    providers: dict[str, int] = {}
    topics: dict[str, int] = {}
    texts = {
        "ids": [clean(a["id"]) for a in articles],
        "titles": [clean(a["title"]) for a in articles],
        "urls": [web_address(a["url"]) or "" for a in articles],
    }
    return {
        **texts,
        "excerpts": _excerpts(articles, TEXT_BUDGET - sum(map(_size, texts.values()))),
        "dates": [clean((a["published"] or "")[:10]) for a in articles],
        "linked": [i for i, a in enumerate(articles) if a["is_linked"]],
        "providers": [_code(providers, clean(a["provider"] or "", 60)) for a in articles],
        "topics": [
            [_code(topics, clean(topic, 40)) for topic in a["topics"][:N_TOPICS]] for a in articles
        ],
        "providerNames": list(providers),
        "topicNames": list(topics),
    }


def _code(codes: dict[str, int], name: str) -> int:
    """A number for each name; the empty one is a name too."""
    return codes.setdefault(name, len(codes))


def _excerpts(articles: Sequence[ArticleEntry], budget: int) -> list[str]:
    """All of one greatest length, the longest that fits."""
    for longest in EXCERPT_LENGTHS[:-1]:
        excerpts = [clean(article["excerpt"], longest) for article in articles]
        if _size(excerpts) <= budget:
            return excerpts
    return [""] * len(articles)


def _size(texts: Iterable[str]) -> int:
    """Bytes of UTF-8."""
    return sum(len(text.encode()) for text in texts)


def _queries(report: Report) -> dict[str, Any]:
    """Article and truth of each query; grades only where any is not 1."""
    queries = report["queries"]
    grades = [[grade for _, grade in query["truth"]] for query in queries]
    is_plain = all(grade == 1 for row in grades for grade in row)
    return {
        "articles": [query["article"] for query in queries],
        "truth": [[article for article, _ in query["truth"]] for query in queries],
        "grades": None if is_plain else grades,
    }


def _map(report: Report) -> dict[str, list[int]] | None:
    """Where articles stand on the map."""
    site = report["map"]
    return None if site is None else {"articles": site["articles"], "x": site["x"], "y": site["y"]}

"""Articles in the order of their ids, cut into ranges; their places in this order are their rows.

On one machine rows are ordered by id, too, so that what is equal is ordered alike here and there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby
from operator import itemgetter
from pathlib import Path

import numpy as np

from recommender.cluster.naming import LINKED, LISTS, ranges_of
from recommender.cluster.tables import (
    columns_of,
    read,
    read_bucket,
    save,
    texts,
    to_texts,
    write,
    write_scattered,
)
from recommender.cluster.tasks import Facts, Part
from recommender.corpus.links import linked_article
from recommender.index.record_json import from_json, to_json, to_plain
from recommender.ranking.lists import Lists
from recommender.records import Article, Problem, RelatedLink


def limits_of(parts: Sequence[Part], n_articles: int) -> list[str]:
    """The first id of each range but the first, so that each holds about so many articles."""
    n_read = sum(part.facts["n_read"] for part in parts)
    n_ranges = max(1, -(-n_read // n_articles))
    weighted = [
        (article_id, part.facts["n_read"] / len(part.facts["sample"]))
        for part in parts
        for article_id in part.facts["sample"]
    ]
    weighted.sort()
    before = np.cumsum([0, *(weight for _, weight in weighted)])[:-1]
    wanted = n_read / n_ranges * np.arange(1, n_ranges)
    places = np.minimum(np.searchsorted(before, wanted), max(0, len(weighted) - 1))
    return sorted({weighted[place][0] for place in places.tolist()})


def scatter(out: Path, limits: Sequence[str], part: Part) -> Facts:
    """Send what was read to its range."""
    table = read(part)
    columns = {"id": table["id"], "article": table["article"]}
    write_scattered(out, columns, ranges_of(to_texts(table["id"]), limits))
    return {}


def arrange(out: Path, read_parts: Sequence[Part], resolved: Sequence[Part], number: int) -> Facts:
    """Write the articles of a range in order, linked ones among them.

    Of two with one id the one that was read first stays; the others are told.
    """
    table = read_bucket(read_parts, number)
    found: dict[str, str] = {}
    problems = []
    for article_id, text in zip(to_texts(table["id"]), to_texts(table["article"]), strict=True):
        if found.setdefault(article_id, text) is not text:
            problems.append(_taken(from_json(Article, text), from_json(Article, found[article_id])))
    read_ids = set(found)
    for article in _linked(resolved, number):
        found[article.id] = to_json(article)
    ids = sorted(found)
    columns = {
        "id": texts(ids),
        "article": texts(found[article_id] for article_id in ids),
        "is_read": np.array([article_id in read_ids for article_id in ids], dtype=bool),
    }
    write(out, columns)
    return {
        "n": len(ids),
        "n_read": len(read_ids),
        "problems": [to_plain(problem) for problem in problems],
    }


def starts_of(parts: Sequence[Part]) -> list[int]:
    """The first row of each range, and where the last one ends."""
    return [0, *accumulate(part.facts["n"] for part in parts)]


def n_gone(before: Iterable[Part], after: Iterable[Part]) -> int:
    """How many articles that were read before are read no more; both go through ids in order."""
    left = _ids_read(after)
    here = next(left, None)
    n = 0
    for article_id in _ids_read(before):
        while here is not None and here < article_id:
            here = next(left, None)
        n += here != article_id
    return n


def place_sources(
    out: Path, resolved: Sequence[Part], limits: Sequence[str], part: Part, number: int, start: int
) -> Facts:
    """Lists by the row of whose list it is, on their way to the ranges of their entries."""
    table = read_bucket(resolved, number, file=LISTS)
    rows = _rows(part, start)
    columns = {
        "source": np.array([rows[name] for name in to_texts(table["source"])], dtype=np.int64),
        "place": table["place"],
        "entry": table["entry"],
    }
    write_scattered(out, columns, ranges_of(to_texts(table["entry"]), limits))
    return {}


def place_entries(out: Path, placed: Sequence[Part], part: Part, number: int, start: int) -> Facts:
    """The same with the rows of the entries."""
    table = read_bucket(placed, number)
    rows = _rows(part, start)
    entries = np.array([rows[name] for name in to_texts(table["entry"])], dtype=np.int64)
    write(out, {"source": table["source"], "place": table["place"], "entry": entries})
    return {}


def gather_lists(out: Path, parts: Sequence[Part], n: int) -> Facts:
    """All lists as plain arrays: in the editors' order, and as ranking wants them.

    What editors make by hand is little beside the articles, so one task may hold all of it.
    """
    sources, places, entries = columns_of(parts, ("source", "place", "entry"))
    order = np.lexsort((places, sources))
    known = Lists.from_pairs(sources, entries, n)
    arrays = {
        "sources": sources[order],
        "entries": entries[order],
        "targets": known.graph.targets,
        "offsets": known.graph.offsets,
        "only_entry": known.only_entry,
        "n_listing": known.n_listing,
        "n_listing_only": known.n_listing_only,
    }
    save(out, arrays)
    return {"n_lists": known.n_lists}


def _ids_read(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        table = read(part, ["id", "is_read"])
        yield from to_texts(table.filter(table["is_read"])["id"])


def _rows(part: Part, start: int) -> Mapping[str, int]:
    ids = to_texts(read(part, ["id"])["id"])
    return {article_id: row for row, article_id in enumerate(ids, start=start)}


def _linked(resolved: Sequence[Part], number: int) -> list[Article]:
    """Linked articles of all entries that name them."""
    table = read_bucket(resolved, number, file=LINKED)
    entries = list(
        zip(to_texts(table["id"]), to_texts(table["linking"]), to_texts(table["link"]), strict=True)
    )
    entries.sort(key=itemgetter(0, 1))  # those of one list stay in its order
    return [
        linked_article(article_id, [from_json(RelatedLink, link) for _, _, link in of_one])
        for article_id, of_one in groupby(entries, key=itemgetter(0))
    ]


def _taken(article: Article, first: Article) -> Problem:
    found = f"the id “{article.id}”, which {first.path or 'another record'} has"
    expected = "an id of its own (rename or exclude one)"
    return Problem(article.path or article.id, None, "error", found, expected)

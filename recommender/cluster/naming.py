"""The editors' lists: which article each entry means, found by a join over names.

names of all articles, names that entries ask for → those who answer → lists, as on one machine
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from recommender.cluster.tables import numbers, read, read_bucket, texts, to_texts, write_scattered
from recommender.cluster.tasks import Facts, Part
from recommender.corpus.links import Name, Naming, Resolution, linked_id, resolve
from recommender.features import term_key
from recommender.index.record_json import from_json, to_json, to_plain
from recommender.records import Article, RelatedLink

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_TOLD = 200
ASKED, NAMED, LISTS, LINKED = "asked", "named", "lists", "linked"
"""Files of parts that are folders."""


def read_articles(part: Part) -> list[Article]:
    """The articles of a part, in its order."""
    return [from_json(Article, text) for text in to_texts(read(part, ["article"])["article"])]


def name_articles(out: Path, site_url: str | None, n: int, part: Part, number: int) -> Facts:
    """Say what articles are called, and what entries ask for; by the name's bucket of n.

    Args:
        out: Where to write.
        site_url: Address of the site, if it is known.
        n: Number of buckets.
        part: What was read.
        number: Its place among those that were read.
    """
    naming, articles = Naming(site_url), read_articles(part)
    named: list[tuple[int, str]] = []
    asked: set[int] = set()
    for article in articles:
        stub = to_json(_stub(article))
        named += [(_key(name), stub) for name in naming.names(article)]
        for link in article.related:
            asked.update(_key(name) for name in _asked(link, article, naming))
    out.mkdir()
    keys = _int64([key for key, _ in named])
    _write_keys(out / NAMED, keys, {"stub": texts(stub for _, stub in named)}, n)
    wanted = _int64(sorted(asked))
    _write_keys(out / ASKED, wanted, {"part": np.full(len(wanted), number, np.int64)}, n)
    return {}


def answer_names(out: Path, parts: Sequence[Part], bucket: int) -> Facts:
    """Send to each part that asked for a name whoever has it."""
    asked = read_bucket(parts, bucket, file=ASKED)
    askers: dict[int, list[int]] = defaultdict(list)
    pairs = zip(numbers(asked, "key").tolist(), numbers(asked, "part").tolist(), strict=True)
    for key, asker in pairs:
        askers[key].append(asker)
    to, stubs = [], []
    for part in parts:
        named = read_bucket([part], bucket, file=NAMED)
        is_wanted = np.isin(numbers(named, "key"), list(askers))
        found = named.filter(pa.array(is_wanted))
        for key, stub in zip(numbers(found, "key").tolist(), to_texts(found["stub"]), strict=True):
            to += askers[key]
            stubs += [stub] * len(askers[key])
    write_scattered(out, {"stub": texts(stubs)}, _int64(to))
    return {}


def resolve_part(
    out: Path,
    answers: Sequence[Part],
    site_url: str | None,
    limits: Sequence[str],
    part: Part,
    number: int,
) -> Facts:
    """Find out what the entries of a part's lists mean; by the range of ids they go to.

    Args:
        out: Where to write.
        answers: Those who have the names that were asked for.
        site_url: Address of the site, if it is known.
        limits: The first id of each range but the first.
        part: What was read.
        number: Its place among those that were read.
    """
    own = [article for article in read_articles(part) if article.related]
    stubs = set(to_texts(read_bucket(answers, number)["stub"]))
    known = {article.id: article for article in (from_json(Article, stub) for stub in stubs)}
    known |= {article.id: article for article in own}
    resolution = resolve(list(known.values()), site_url=site_url)
    out.mkdir()
    _write_lists(out / LISTS, resolution, limits)
    _write_linked(out / LINKED, resolution, limits)
    return {
        "n_lists": len(resolution.lists),
        "n_warned": len({problem.path for problem in resolution.problems}),
        "problems": [to_plain(problem) for problem in resolution.problems[:N_TOLD]],
        "unresolved": [to_plain(problem) for problem in resolution.unresolved[:N_TOLD]],
    }


def ranges_of(ids: Sequence[str], limits: Sequence[str]) -> NDArray[np.int64]:
    """The range in which each id lies."""
    # compared as bytes, which UTF-8 orders as code points
    firsts = np.array([_bytes(limit) for limit in limits], dtype=object)
    found = np.searchsorted(firsts, np.array([_bytes(i) for i in ids], dtype=object), side="right")
    return found.astype(np.int64)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _write_lists(out: Path, resolution: Resolution, limits: Sequence[str]) -> None:
    entries = [
        (source, place, entry)
        for source, of_one in resolution.lists.items()
        for place, entry in enumerate(of_one)
    ]
    columns: dict[str, Any] = {
        "source": texts(source for source, _, _ in entries),
        "place": _int64([place for _, place, _ in entries]),
        "entry": texts(entry for _, _, entry in entries),
    }
    write_scattered(out, columns, ranges_of([source for source, _, _ in entries], limits))


def _write_linked(out: Path, resolution: Resolution, limits: Sequence[str]) -> None:
    """The entries that make linked articles; others of the same one may stand in other parts."""
    found = [
        (linked, linking, link)
        for linked, entries in resolution.entries.items()
        for linking, link in entries
    ]
    columns = {
        "id": texts(linked for linked, _, _ in found),
        "linking": texts(linking for _, linking, _ in found),
        "link": texts(to_json(link) for _, _, link in found),
    }
    write_scattered(out, columns, ranges_of([linked for linked, _, _ in found], limits))


def _stub(article: Article) -> Article:
    """All that resolving looks at."""
    return Article(
        title=article.title,
        id=article.id,
        path=article.path,
        url=article.url,
        original_url=article.original_url,
        aliases=article.aliases,
    )


def _asked(link: RelatedLink, linking: Article, naming: Naming) -> list[Name]:
    linked = linked_id(link)
    return [*naming.asked(link, linking), *([("id", linked)] if linked else [])]


def _key(name: Name) -> int:
    return term_key(f"{name[0]} {name[1]}")


def _int64(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def _write_keys(out: Path, keys: NDArray[np.int64], columns: dict[str, Any], n: int) -> None:
    write_scattered(out, {"key": keys, **columns}, keys % n)

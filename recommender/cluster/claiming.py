"""An article's web address is its own: of several that have one, the first in the order of names.

Those who come later are told and left out, as on one machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from recommender.cluster.naming import read_articles
from recommender.cluster.tables import (
    numbers,
    read,
    read_bucket,
    texts,
    to_texts,
    write,
    write_scattered,
)
from recommender.cluster.tasks import Facts, Part
from recommender.corpus.schema.addresses import is_made_address
from recommender.corpus.urls import canonical_url
from recommender.features import term_key
from recommender.index.record_json import to_plain
from recommender.records import Article, Problem


def claim(out: Path, site_url: str | None, n: int, part: Part, number: int) -> Facts:
    """Say which addresses the articles of a part have; by the address's bucket of n."""
    found = []
    for article in read_articles(part):
        url = canonical_url(article.url) if article.url else None
        if url and not is_made_address(article, site_url):
            found.append((term_key(url), article.path or article.id, article.id, article.url or ""))
    keys = np.array([key for key, *_ in found], dtype=np.int64)
    columns = {
        "key": keys,
        "part": np.full(len(found), number),
        "path": texts(path for _, path, _, _ in found),
        "id": texts(article_id for *_, article_id, _ in found),
        "url": texts(url for *_, url in found),
    }
    write_scattered(out, columns, keys % n)
    return {}


def decide(out: Path, claims: Sequence[Part], bucket: int) -> Facts:
    """Find those whose address another one has; by the part in which each was read."""
    table = read_bucket(claims, bucket)
    keys, paths = numbers(table, "key"), to_texts(table["path"])
    first: dict[int, int] = {}
    lost = []
    for place in sorted(range(len(keys)), key=lambda i: (paths[i], i)):
        if first.setdefault(int(keys[place]), place) != place:
            lost.append(place)
    firsts = [paths[first[int(keys[place])]] for place in lost]
    of_lost = table.take(pa.array(lost, pa.int64()))
    columns = {"id": of_lost["id"], "url": of_lost["url"], "first": texts(firsts)}
    write_scattered(out, columns, numbers(of_lost, "part"))
    return {"n": len(lost)}


def keep(out: Path, decided: Sequence[Part], part: Part, number: int) -> Facts:
    """Write a part that was read without those who have lost their address."""
    table = read_bucket(decided, number)
    urls, firsts = to_texts(table["url"]), to_texts(table["first"])
    lost = dict(zip(to_texts(table["id"]), zip(urls, firsts, strict=True), strict=True))
    rows = read(part)
    ids = to_texts(rows["id"])
    is_kept = pa.array([article_id not in lost for article_id in ids])
    problems = [
        to_plain(_taken(article, *lost[article.id]))
        for article in read_articles(part)
        if article.id in lost
    ]
    kept = rows.filter(is_kept)
    write(out, {name: kept[name] for name in kept.column_names})
    return {"problems": problems}


def _taken(article: Article, url: str, first: str) -> Problem:
    found = f"the web address “{url}”, which {first} has"
    return Problem(article.path or article.id, None, "error", found, "an address of its own")

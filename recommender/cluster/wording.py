"""Articles → terms: counted part by part, and weighed by how rare they are in all parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.cluster.naming import read_articles
from recommender.cluster.tables import (
    Joined,
    key_ranges,
    load,
    matrix,
    numbers,
    ragged,
    read,
    read_bucket,
    texts,
    write,
    write_scattered,
)
from recommender.cluster.tasks import Facts, Part
from recommender.features import TermTable
from recommender.index.columns import to_seconds
from recommender.index.record_json import to_json
from recommender.records import Article
from recommender.terms.articles import LABELS, body_length, day
from recommender.terms.collect import weighed
from recommender.terms.counting import Counted, Words, count_labels, count_letters
from recommender.terms.sketches import sketches_of
from recommender.terms.weights import Spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.terms.texts import Texts

KINDS = ("words", "lead", "letters", *LABELS)
"""The kinds of terms; titles have words."""

TABLES = ("words", "lead", "letters", "titles", *LABELS)
KIND_OF = {name: "words" if name == "titles" else name for name in TABLES}
ROWS, WORDS = "rows", "words"
"""Files of what is weighed: all that is known of each article, and its words in their order."""

_ALONE_COUNTS_NOT = {"words", "lead", "letters"}  # what one text has, no vocabulary need tell


def count_terms(out: Path, n: int, part: Part) -> Facts:
    """Write in how many articles of a part each term stands; by its key's bucket of n."""
    articles = read_articles(part)
    words = Words.of(articles)
    columns: dict[str, list[NDArray[np.int64]]] = {"kind": [], "key": [], "frequency": []}
    for kind, name in enumerate(KINDS):
        counted = _count(name, articles, words)
        n_terms = len(counted.keys)
        columns["kind"].append(np.full(n_terms, kind))
        columns["key"].append(counted.keys)
        columns["frequency"].append(counted.bags.frequencies()[:n_terms])
    joined = {name: np.concatenate(of).astype(np.int64) for name, of in columns.items()}
    write_scattered(out, joined, key_ranges(joined["key"], n))
    return {}


def sum_terms(out: Path, parts: Sequence[Part], bucket: int) -> Facts:
    """Add up the parts' frequencies; of each kind in the order of keys."""
    table = read_bucket(parts, bucket)
    kinds, keys, found = (numbers(table, name) for name in ("kind", "key", "frequency"))
    order = np.lexsort((keys, kinds))
    kinds, keys, found = kinds[order], keys[order], found[order]
    is_first = np.ones(len(keys), dtype=bool)
    is_first[1:] = (keys[1:] != keys[:-1]) | (kinds[1:] != kinds[:-1])
    starts = np.flatnonzero(is_first)
    sums = np.add.reduceat(found, starts) if len(starts) else found
    may_be_alone = ~np.isin(kinds[starts], [KINDS.index(name) for name in _ALONE_COUNTS_NOT])
    is_kept = (sums > 1) | may_be_alone
    columns = {"kind": kinds[starts], "key": keys[starts], "frequency": sums}
    write(out, {name: column[is_kept] for name, column in columns.items()})
    return {}


def gather_vocabulary(out: Path, parts: Sequence[Part]) -> Facts:
    """The keys of all terms of a kind, ascending, and their frequencies, as plain arrays."""
    kinds = [numbers(read(part, ["kind"]), "kind") for part in parts]
    counts = np.sum([np.bincount(of, minlength=len(KINDS)) for of in kinds], axis=0).tolist()
    lengths: dict[str, int] = {}
    for name, n_terms in zip(KINDS, counts, strict=True):
        lengths |= {f"{name}_key": n_terms, f"{name}_frequency": n_terms}
    joined = Joined(out, lengths, dict.fromkeys(lengths, np.int64))
    for part, of_part in zip(parts, kinds, strict=True):
        table = read(part)
        for kind, name in enumerate(KINDS):
            for column in ("key", "frequency"):
                joined.add(f"{name}_{column}", numbers(table, column)[of_part == kind])
    return {}


def frequencies(vocabulary: Part, kind: str, keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """In how many texts terms stand that stand in at least one."""
    known = load(vocabulary, f"{kind}_key")
    if not len(known):
        return np.ones(len(keys), dtype=np.int64)
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    found = load(vocabulary, f"{kind}_frequency")[places]
    return np.where(known[places] == keys, found, 1)


def weigh(out: Path, vocabulary: Part, n: int, part: Part) -> Facts:
    """Write what a part's articles say, weighed by the spread of terms over all n articles."""
    articles = read_articles(part)
    words = Words.of(articles)
    columns: dict[str, Any] = {
        "id": texts(article.id for article in articles),
        "entry": texts(to_json(replace(article, body="")) for article in articles),
        "body_length": np.array([body_length(article) for article in articles], dtype=np.float64),
        "published_at": np.array([day(article) for article in articles], dtype=np.float64),
        "is_published": np.array([article.is_published for article in articles]),
        "is_linked": np.array([article.is_linked for article in articles]),
        "published_second": to_seconds(article.published_at for article in articles),
        "expires_second": to_seconds(article.expires_at for article in articles),
        "sketch": matrix(sketches_of(words.texts, words.keys)),
    }
    for name in TABLES:
        counted = _count(name, articles, words)
        spread = _spread(counted, KIND_OF[name], vocabulary, n)
        columns |= _columns(name, weighed(name, counted.bags, spread), counted.keys)
    out.mkdir()
    write(out / ROWS, columns)
    running = {"title": words.titles, "text": words.texts}
    write(out / WORDS, {name: _running(of, words.keys) for name, of in running.items()})
    return {}


def _count(name: str, articles: Sequence[Article], words: Words) -> Counted:
    """The terms of one of `TABLES`."""
    if name == "letters":
        return count_letters(articles)
    if name in LABELS:
        return count_labels(articles, name)
    return words.counted(getattr(words, _OF_WORDS[name]))


_OF_WORDS = {"words": "texts", "lead": "leads", "titles": "titles"}


def _spread(counted: Counted, kind: str, vocabulary: Part, n: int) -> Spread:
    """How terms of some articles are spread over all n; bags without any term count one."""
    found = np.ones(counted.bags.n_terms, dtype=np.int64)
    found[: len(counted.keys)] = frequencies(vocabulary, kind, counted.keys)
    return Spread(found, n)


def _columns(name: str, table: TermTable, keys: NDArray[np.int64]) -> dict[str, Any]:
    is_filled = table.weights > 0
    lengths = is_filled.sum(axis=1)
    return {
        f"{name}_keys": ragged(keys[table.ids[is_filled]], lengths),
        f"{name}_weights": ragged(table.weights[is_filled], lengths),
    }


def _running(texts: Texts, keys: NDArray[np.int64]) -> Any:
    numbers_of_words, lengths = texts.gather(np.arange(len(texts)))
    return ragged(keys[numbers_of_words], lengths)

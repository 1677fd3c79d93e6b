"""Terms → the articles in which they weigh most, of all parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from recommender.cluster.tables import (
    Joined,
    key_ranges,
    load,
    numbers,
    read,
    read_bucket,
    to_ragged,
    write,
    write_scattered,
)
from recommender.cluster.tasks import Facts, Part
from recommender.cluster.wording import ROWS
from recommender.features import spans
from recommender.ranking.retrieval import Postings

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEARCHED = ("words", "lead", "letters", "titles")
"""The tables whose terms articles are searched by."""


def post(out: Path, n: int, n_buckets: int, part: Part, start: int) -> Facts:
    """Write which articles of a part each term weighs most in; by the bucket of its key.

    Args:
        out: Where to write.
        n: Number of all articles.
        n_buckets: Number of buckets.
        part: What is weighed.
        start: Row of its first article.
    """
    columns: dict[str, list[NDArray[Any]]] = {"kind": [], "key": [], "row": [], "weight": []}
    for kind, name in enumerate(SEARCHED):
        table = read(part, [f"{name}_keys", f"{name}_weights"], ROWS)
        keys, lengths = to_ragged(table[f"{name}_keys"])
        weights, _ = to_ragged(table[f"{name}_weights"])
        rows = start + np.repeat(np.arange(len(lengths)), lengths)
        _add(columns, kind, keys, rows, weights, n)
    joined = {name: np.concatenate(of) for name, of in columns.items()}
    write_scattered(out, joined, key_ranges(joined["key"], n_buckets))
    return {}


def merge_posts(out: Path, parts: Sequence[Part], n: int, bucket: int) -> Facts:
    """The same over all parts."""
    table = read_bucket(parts, bucket)
    kinds, keys, rows, weights = (numbers(table, name) for name in ("kind", "key", "row", "weight"))
    columns: dict[str, list[NDArray[Any]]] = {"kind": [], "key": [], "row": [], "weight": []}
    for kind in range(len(SEARCHED)):
        is_one = kinds == kind
        _add(columns, kind, keys[is_one], rows[is_one], weights[is_one], n)
    write(out, {name: np.concatenate(of) for name, of in columns.items()})
    return {}


def gather_postings(out: Path, parts: Sequence[Part]) -> Facts:
    """All terms and their articles as plain arrays, which workers map and look up."""
    counts = np.sum([_counts(part) for part in parts], axis=0).tolist()
    lengths: dict[str, int] = {}
    for name, (n_terms, n_entries) in zip(SEARCHED, counts, strict=True):
        lengths |= {f"{name}_keys": n_terms, f"{name}_offsets": n_terms + 1}
        lengths |= {f"{name}_rows": n_entries, f"{name}_weights": n_entries}
    joined = Joined(out, lengths, {name: _TYPES[name.rpartition("_")[2]] for name in lengths})
    for part in parts:
        table = read(part)
        for kind, name in enumerate(SEARCHED):
            of_kind = table.filter(pa.array(numbers(table, "kind") == kind))
            keys = numbers(of_kind, "key")
            firsts = _firsts(keys)
            start = joined.add(f"{name}_rows", numbers(of_kind, "row"))
            joined.add(f"{name}_weights", numbers(of_kind, "weight"))
            joined.add(f"{name}_keys", keys[firsts])
            joined.add(f"{name}_offsets", start + firsts)
    for name, (_, n_entries) in zip(SEARCHED, counts, strict=True):
        joined.add(f"{name}_offsets", np.array([n_entries]))
    return {}


_TYPES = {"keys": np.int64, "offsets": np.int64, "rows": np.int32, "weights": np.float32}


def _counts(part: Part) -> NDArray[np.int64]:
    """The number of terms and of entries of each kind."""
    table = read(part, ["kind", "key"])
    kinds, keys = numbers(table, "kind"), numbers(table, "key")
    of_kinds = [keys[kinds == kind] for kind in range(len(SEARCHED))]
    return np.array([(len(_firsts(of)), len(of)) for of in of_kinds], dtype=np.int64)


def _firsts(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each key begins in keys that lie together."""
    is_first = np.ones(len(keys), dtype=bool)
    is_first[1:] = keys[1:] != keys[:-1]
    return np.flatnonzero(is_first)


def look_up(
    postings: Part, name: str, keys: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """The articles of some terms.

    Args:
        postings: As they were gathered.
        name: One of `SEARCHED`.
        keys: Keys of terms, ascending.

    Returns:
        For each entry the place of its term in `keys`, the article's row, and the weight; those of
        one term stay together, where it weighs most first.
    """
    known = load(postings, f"{name}_keys")
    places = np.minimum(np.searchsorted(known, keys), max(0, len(known) - 1))
    is_known = known[places] == keys if len(known) else np.zeros(len(keys), dtype=bool)
    entries, owners = spans(load(postings, f"{name}_offsets"), places[is_known])
    rows, weights = load(postings, f"{name}_rows"), load(postings, f"{name}_weights")
    return np.flatnonzero(is_known)[owners], rows[entries], weights[entries]


def _add(
    columns: dict[str, list[NDArray[Any]]],
    kind: int,
    keys: NDArray[np.int64],
    rows: NDArray[np.int64],
    weights: NDArray[np.float32],
    n: int,
) -> None:
    distinct, terms = np.unique(keys, return_inverse=True)
    postings = Postings.of_entries(terms, rows, weights, max(1, len(distinct)), n)
    counts = np.diff(postings.offsets)[: len(distinct)]
    columns["kind"].append(np.full(len(postings.entries), kind, dtype=np.int8))
    columns["key"].append(np.repeat(distinct, counts))
    columns["row"].append(postings.rows.astype(np.int64))
    columns["weight"].append(postings.weights.copy())

"""Terms → the articles in which they weigh most, of all parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.cluster.tables import (
    key_ranges,
    load,
    numbers,
    read,
    read_bucket,
    save,
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
    arrays: dict[str, NDArray[Any]] = {}
    tables = [read(part) for part in parts]
    for kind, name in enumerate(SEARCHED):
        of_kind = [numbers(table, "kind") == kind for table in tables]
        key, row, weight = (
            np.concatenate(
                [numbers(t, column)[is_one] for t, is_one in zip(tables, of_kind, strict=True)]
            )
            for column in ("key", "row", "weight")
        )
        is_first = np.ones(len(key), dtype=bool)
        is_first[1:] = key[1:] != key[:-1]
        firsts = np.flatnonzero(is_first)
        arrays[f"{name}_keys"] = key[firsts]
        arrays[f"{name}_offsets"] = np.append(firsts, len(key)).astype(np.int64)
        arrays[f"{name}_rows"] = row.astype(np.int32)
        arrays[f"{name}_weights"] = weight
    save(out, arrays)
    return {}


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

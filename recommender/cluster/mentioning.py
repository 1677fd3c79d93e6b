"""Which titles stand in which texts: a join over the rarest word of each title.

titles by their rarest word, texts by the words that are one → pairs → those whose every word is
there → at most so many a text → those that tell another story → who mentions whom
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.cluster.sifting import Running, SiftedTexts
from recommender.cluster.tables import (
    Joined,
    columns_of,
    load,
    matrix,
    numbers,
    read,
    read_bucket,
    save,
    to_matrix,
    to_ragged,
    write,
    write_all_scattered,
    write_scattered,
)
from recommender.cluster.tasks import Facts, Part
from recommender.cluster.wording import ROWS, WORDS, frequencies
from recommender.features import Graph, places_between, tell_same_story
from recommender.ranking.ground import mentioners_of
from recommender.ranking.numbers import numbers_of
from recommender.terms.mentions import rarest, stands_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.cluster.tables import Columns


def ask_titles(out: Path, vocabulary: Part, n: int, part: Part, start: int) -> Facts:
    """Send the row of each title to the bucket of its rarest word."""
    keys, lengths = _titles(part)
    owners = np.repeat(np.arange(len(lengths)), lengths)
    order = np.lexsort((keys, frequencies(vocabulary, "words", keys), owners))
    firsts = (np.cumsum(lengths) - lengths)[lengths > 0]
    rarest_keys = keys[order[firsts]]
    rows = np.flatnonzero(lengths > 0)
    write_scattered(out, {"key": rarest_keys, "row": start + rows}, rarest_keys % n)
    return {}


def gather_titles(out: Path, weighed: Sequence[Part]) -> Facts:
    """The words of all titles, one title after the other, which workers map."""
    lengths = [_titles(part)[1] for part in weighed]
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    of_each = {"keys": int(offsets[-1]), "offsets": len(offsets)}
    joined = Joined(out, of_each, dict.fromkeys(of_each, np.int64))
    joined.add("offsets", offsets)
    for part in weighed:
        joined.add("keys", _titles(part)[0])
    return {}


def _titles(part: Part) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The words of a part's titles, and how many each has."""
    return to_ragged(read(part, ["title"], WORDS)["title"])


def gather_asked(out: Path, parts: Sequence[Part]) -> Facts:
    """All words that are the rarest of a title, ascending."""
    keys = [np.unique(numbers(read(part, ["key"]), "key")) for part in parts]
    save(out, {"keys": np.unique(np.concatenate(keys))})
    return {}


def hold_words(out: Path, asked: Part, n: int, part: Part, start: int) -> Facts:
    """Send each text to the buckets of those of its words that are some title's rarest."""
    keys, lengths = to_ragged(read(part, ["text"], WORDS)["text"])
    wanted = load(asked, "keys")
    if len(wanted):
        places = np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)
        is_wanted = wanted[places] == keys
    else:
        is_wanted = np.zeros(len(keys), dtype=bool)
    owners = np.repeat(np.arange(len(lengths)), lengths)[is_wanted]
    pairs = np.unique(np.stack([owners, keys[is_wanted]]), axis=1)
    columns = {"key": pairs[1], "row": start + pairs[0]}
    write_scattered(out, columns, pairs[1] % n)
    return {}


def meet(
    out: Path, titles: Sequence[Part], texts: Sequence[Part], starts: Sequence[int], bucket: int
) -> Facts:
    """Pair each title with the texts that have its rarest word; by the range of the text."""
    asked, held = read_bucket(titles, bucket), read_bucket(texts, bucket)
    keys = numbers(held, "key")
    order = np.argsort(keys, kind="stable")
    keys, holders = keys[order], numbers(held, "row")[order]
    wanted, rows = numbers(asked, "key"), numbers(asked, "row")
    starts_of, ends = (np.searchsorted(keys, wanted, side=side) for side in ("left", "right"))
    n_pieces = 1 + int((ends - starts_of).sum()) // _A_PIECE

    def pieces() -> Iterator[tuple[Columns, NDArray[np.integer]]]:
        for some in np.array_split(np.arange(len(wanted)), n_pieces):
            places, owners = places_between(starts_of[some], ends[some])
            sources, targets = holders[places], rows[some][owners]
            is_other = sources != targets
            columns = {"source": sources[is_other], "target": targets[is_other]}
            yield columns, ranges_of_rows(sources[is_other], starts)

    write_all_scattered(out, pieces())
    return {}


_A_PIECE = 1 << 20  # pairs


def verify(
    out: Path, titles: Part, met: Sequence[Part], part: Part, number: int, start: int
) -> Facts:
    """Keep the pairs in which all words of the title stand in the text, and see if in a row.

    Args:
        out: Where to write.
        titles: The words of all titles.
        met: Pairs, those of this range among them.
        part: The texts of a range.
        number: Its number.
        start: Row of its first article.
    """
    texts = SiftedTexts(*to_ragged(read(part, ["text"], WORDS)["text"]))
    words = Running(*(np.asarray(load(titles, name)) for name in ("keys", "offsets")))
    kept: list[tuple[int, int, bool]] = []
    for of_one in met:  # there are many more pairs than mentions
        pairs = read_bucket([of_one], number)
        sources, targets = numbers(pairs, "source"), numbers(pairs, "target")
        for pair in np.flatnonzero(texts.may_hold(sources - start, targets, words)).tolist():
            text, title = texts.words.of(sources[pair] - start), words.of(targets[pair])
            if np.isin(title, text).all():
                is_name = stands_in(text.tobytes(), title)
                kept.append((int(sources[pair]), int(targets[pair]), is_name))
    write(out, _edges(np.array(sorted(kept), dtype=np.int64).reshape(-1, 3)))
    return {}


def count_mentioning(out: Path, parts: Sequence[Part], n: int) -> Facts:
    """How many texts mention each of n articles."""
    counts = np.zeros(n, dtype=np.int64)
    for part in parts:
        counts += np.bincount(numbers(read(part, ["target"]), "target"), minlength=n)
    save(out, {"counts": counts})
    return {}


def cut(
    out: Path, counts: Part, starts: Sequence[int], found: Part, part: Part, start: int
) -> Facts:
    """Keep the rarest mentions of each text, and send them to the ranges of those mentioned."""
    table = read(found)
    sources, targets = numbers(table, "source") - start, numbers(table, "target")
    names = numbers(table, "is_name").astype(bool)
    sketches = to_matrix(read(part, ["sketch"], ROWS)["sketch"])
    kept = rarest(Graph.from_pairs(sources, targets, len(sketches)), load(counts, "counts"))
    is_kept = np.isin(_pair_keys(sources, targets), _pair_keys(kept.sources(), kept.targets))
    sources, targets, names = sources[is_kept], targets[is_kept], names[is_kept]
    columns = {
        **_edges(np.stack([sources + start, targets, names], axis=1)),
        "sketch": matrix(sketches[sources]),
    }
    write_scattered(out, columns, ranges_of_rows(targets, starts))
    return {}


def tell_apart(out: Path, parts: Sequence[Part], part: Part, number: int, start: int) -> Facts:
    """Drop the mentions of the same story: a near-copy has the title in it because it is one."""
    table = read_bucket(parts, number)
    sketches = to_matrix(read(part, ["sketch"], ROWS)["sketch"])
    others = sketches[numbers(table, "target") - start]
    is_other = ~tell_same_story(to_matrix(table["sketch"]), others)
    write(out, {name: numbers(table, name)[is_other] for name in ("source", "target", "is_name")})
    return {}


def gather_mentions(out: Path, parts: Sequence[Part], weighed: Sequence[Part], n: int) -> Facts:
    """Who mentions whom among n articles, and what that says of each, as plain arrays.

    One task holds the arrows and a few numbers of each article, and nothing else.
    """
    sources, targets, are_names = columns_of(parts, ("source", "target", "is_name"))
    order = np.lexsort((targets, sources))
    mentions = Graph.from_pairs(sources, targets, n)
    is_name = are_names[order].astype(bool)
    names = Graph.from_pairs(sources[order][is_name], targets[order][is_name], n)
    published_at, body_length = columns_of(weighed, ("published_at", "body_length"), ROWS)
    mentioners = mentioners_of(mentions)
    arrays: dict[str, NDArray[Any]] = {
        "targets": mentions.targets,
        "offsets": mentions.offsets,
        "are_names": is_name,
        "mentioners": mentioners.targets,
        "mentioner_offsets": mentioners.offsets,
        "numbers": numbers_of(mentions, names, published_at, body_length),
        "n_naming": names.in_degrees(),
    }
    save(out, arrays)
    return {}


def ranges_of_rows(rows: NDArray[np.integer], starts: Sequence[int]) -> NDArray[np.int64]:
    """The range in which each row lies."""
    return np.searchsorted(np.array(starts), rows, side="right").astype(np.int64) - 1


def _edges(edges: NDArray[np.integer]) -> dict[str, NDArray[Any]]:
    return {
        "source": edges[:, 0].astype(np.int64),
        "target": edges[:, 1].astype(np.int64),
        "is_name": edges[:, 2].astype(np.uint8),
    }


def _pair_keys(sources: NDArray[np.integer], targets: NDArray[np.integer]) -> NDArray[np.int64]:
    return (sources.astype(np.int64) << 32) + targets

"""Which articles' titles stand in which articles' texts: the links that nobody had to make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Graph, tell_same_story
from recommender.terms.texts import BLOCK, Texts
from recommender.terms.weights import Bags

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_MENTIONS = 64
"""Of an article that mentions more, those are kept that the fewest others mention."""

_N_COMPARED = 50_000  # mentions whose sketches are compared at a time


def find_mentions(texts: Bags, titles: Bags) -> Graph:
    """From each article to those whose title's words all stand in its text, in any order."""
    holders = _holders(texts)
    frequencies = holders.out_degrees()
    found = [
        _holding(titles.of(row), holders, frequencies, besides=row) for row in range(len(titles))
    ]
    mentions = Graph.from_lists(found).reversed()
    return rarest(mentions, mentions.in_degrees())


def without_copies(mentions: Graph, sketches: NDArray[np.uint16]) -> Graph:
    """The mentions of other stories: a near-copy has the title in it because it is a copy.

    Args:
        mentions: What `find_mentions` gave.
        sketches: Of the wording of each text.
    """
    sources, targets = mentions.sources(), mentions.targets
    is_other = np.concatenate(
        [
            ~tell_same_story(sketches[sources[part]], sketches[targets[part]])
            for part in np.array_split(np.arange(len(sources)), 1 + len(sources) // _N_COMPARED)
        ]
    )
    return Graph.from_pairs(sources[is_other], targets[is_other], len(mentions))


def are_names(mentions: Graph, texts: Texts, titles: Texts) -> NDArray[np.bool_]:
    """In which of the mentions the title stands word by word, shape as `mentions.targets`.

    Args:
        mentions: What `find_mentions` gave.
        texts: The words of each text.
        titles: The words of each title.
    """
    found = []
    for row in range(len(mentions)):
        targets = mentions.of(row).tolist()
        running = texts.of(row).tobytes() if targets else b""
        found += [stands_in(running, titles.of(target)) for target in targets]
    return np.array(found, dtype=bool)


def stands_in(running: bytes, title: NDArray[np.integer]) -> bool:
    """Whether the words of a title come one after the other in a text, given as bytes."""
    wanted, place = title.tobytes(), -1
    while (place := running.find(wanted, place + 1)) >= 0:
        if place % title.itemsize == 0:  # else it is made of parts of other words' numbers
            return True
    return False


def _holders(texts: Bags) -> Graph:
    """From each term to the texts that have it, ascending.

    It is put together from some thousand texts at a time; to sort all would take several times the
    memory of the graph.
    """
    offsets = np.concatenate([[0], np.cumsum(texts.frequencies())])
    ends = offsets[:-1].copy()  # so far
    holders = np.empty(len(texts.terms), dtype=np.int32)
    for start in range(0, len(texts), BLOCK):
        part = texts.part(start, start + BLOCK)
        order = np.argsort(part.terms, kind="stable")
        terms, firsts, lengths = np.unique(part.terms[order], return_index=True, return_counts=True)
        shifts = np.repeat(ends[terms] - firsts, lengths)
        holders[np.arange(len(order)) + shifts] = start + part.owners()[order]
        ends[terms] += lengths
    return Graph(holders, offsets)


def _holding(
    terms: NDArray[np.int32], holders: Graph, frequencies: NDArray[np.int64], *, besides: int
) -> NDArray[np.int32]:
    """The articles that hold all of some terms, besides one; none where there is no term."""
    if not len(terms):
        return np.zeros(0, dtype=np.int32)
    first, *others = terms[np.argsort(frequencies[terms], kind="stable")].tolist()
    rows = holders.of(first)
    for term in others:
        if len(rows) == 1:  # the article that has the title, which has all its words
            break
        rows = rows[_are_in(rows, holders.of(term))]
    others_rows: NDArray[np.int32] = rows[rows != besides]
    return others_rows


def _are_in(rows: NDArray[np.int32], holders: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which rows are among the holders, of which there are more; both ascend, none is empty."""
    places = np.searchsorted(holders, rows)
    are_in: NDArray[np.bool_] = holders.take(places, mode="clip") == rows
    return are_in


def rarest(mentions: Graph, n_mentioning: NDArray[np.integer]) -> Graph:
    """At most `MAX_MENTIONS` of each article: of those that the fewest mention.

    Args:
        mentions: Of some articles.
        n_mentioning: How many texts of the collection mention each of its articles.
    """
    sources, targets = mentions.sources(), mentions.targets
    order = np.lexsort((targets, n_mentioning[targets], sources))
    places = np.arange(len(order)) - mentions.offsets[sources]  # sources ascend before and after
    kept = order[places < MAX_MENTIONS]
    return Graph.from_pairs(sources[kept], targets[kept], len(mentions))

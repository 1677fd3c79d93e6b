"""Which articles' titles stand in which articles' texts: the links that nobody had to make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Graph, tell_same_story
from recommender.terms.weights import Bags

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_MENTIONS = 64
"""Of an article that mentions more, those are kept that the fewest others mention."""

_BLOCK = 50_000  # mentions whose sketches are compared at a time


def find_mentions(texts: Bags, titles: Bags) -> Graph:
    """From each article to those whose title's words all stand in its text, in any order."""
    holders = Graph.from_pairs(texts.terms, texts.owners(), texts.n_terms)
    frequencies = texts.frequencies()
    found = [
        _holding(titles.of(row), holders, frequencies, besides=row) for row in range(len(titles))
    ]
    return _rarest(Graph.from_lists(found).reversed())


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
            for part in np.array_split(np.arange(len(sources)), 1 + len(sources) // _BLOCK)
        ]
    )
    return Graph.from_pairs(sources[is_other], targets[is_other], len(mentions))


def are_names(
    mentions: Graph, texts: Sequence[NDArray[np.int32]], titles: Sequence[NDArray[np.int32]]
) -> NDArray[np.bool_]:
    """In which of the mentions the title stands word by word, shape as `mentions.targets`.

    Args:
        mentions: What `find_mentions` gave.
        texts: The words of each text, in their order.
        titles: The words of each title, in their order.
    """
    running, wanted = [list(map(_spelt, words)) for words in (texts, titles)]
    pairs = zip(mentions.sources().tolist(), mentions.targets.tolist(), strict=True)
    return np.array([wanted[to] in running[by] for by, to in pairs], dtype=bool)


def _spelt(words: NDArray[np.int32]) -> str:
    return f" {' '.join(map(str, words.tolist()))} "


def _holding(
    terms: NDArray[np.int32], holders: Graph, frequencies: NDArray[np.int64], *, besides: int
) -> NDArray[np.int32]:
    """The articles that hold all of some terms, besides one; none where there is no term."""
    if not len(terms):
        return np.zeros(0, dtype=np.int32)
    first, *others = terms[np.argsort(frequencies[terms], kind="stable")].tolist()
    rows = holders.of(first)
    for term in others:
        rows = rows[_are_in(rows, holders.of(term))]
    others_rows: NDArray[np.int32] = rows[rows != besides]
    return others_rows


def _are_in(rows: NDArray[np.int32], holders: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which rows are among the holders, of which there are more; both ascend, none is empty."""
    places = np.searchsorted(holders, rows)
    are_in: NDArray[np.bool_] = holders.take(places, mode="clip") == rows
    return are_in


def _rarest(graph: Graph) -> Graph:
    """At most `MAX_MENTIONS` arrows of each article, to those who have the fewest."""
    sources, targets = graph.sources(), graph.targets
    order = np.lexsort((targets, graph.in_degrees()[targets], sources))
    places = np.arange(len(order)) - graph.offsets[sources]  # sources ascend before and after
    kept = order[places < MAX_MENTIONS]
    return Graph.from_pairs(sources[kept], targets[kept], len(graph))

"""What each signal is worth: what is lost on an unseen corpus when weights must do without it.

usage: python -m evaluation.benchmarks.signals --corpora FOLDER [--output FILE]

FOLDER holds corpora, each a folder of articles or a folder with a `.tar.gz` of one. For every
signal, and for whole families, general weights are fitted anew without it on all corpora but one
and tried on that one, over the same candidates. A signal that others can replace loses little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import Indexed, indexed
from recommender import (
    SIGNALS,
    Corpus,
    Lesson,
    Recommender,
    fit_general,
    lesson_by_groups,
    lesson_from,
)

RESULTS = Path(__file__).parent / "results" / "signals.json"
N_LISTS = 500
"""Of each corpus, drawn; where lists may be looked at, these are."""

SEED = 5
_ALL_OF = "all of: "
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "vectors": ("vectors", "vector_rank", "vector_rank_back"),
    "words": ("words", "word_rank_back", "rarest_word"),
    "letters": ("letters",),
    "titles and mentions": (
        *("title_in_query", "query_title_in_text", "query_title_in_lead", "named"),
        *("neighbours_mention", "neighbours_name", "mentioned_together"),
    ),
    "labels and dates": ("topics", "author", "provider", "folder", "closeness_in_time"),
    "popularity": ("named", "page_rank", "body_length"),
    "lists": (
        *("listed", "neighbours_list", "neighbours_list_more"),
        *("near_and_listed", "near_and_neighbours_list", "near_and_neighbours_list_more"),
    ),
}
"""What belongs together; a signal may belong to two."""


@dataclass(frozen=True, slots=True)
class Taught:
    """What a sample of one corpus teaches: `alone` without any list to look at."""

    corpus: Corpus
    alone: Lesson
    with_lists: Lesson

    @classmethod
    def by(cls, corpus: Indexed, n_lists: int) -> Taught:
        """Draw lists and take down their candidates."""
        lists = corpus.engine.lists
        order = np.random.default_rng(SEED).permutation(sorted(lists))
        drawn = {str(query): lists[str(query)] for query in order[:n_lists]}
        return cls(
            Corpus(corpus.name, corpus.engine.corpus_hash, len(drawn)),
            lesson_from(corpus.engine, lists=drawn, known={}),
            _with_lists(corpus.engine, drawn),
        )

    def without(self, names: Sequence[str]) -> Taught:
        """The same where some signals say nothing."""
        return Taught(self.corpus, _blind(self.alone, names), _blind(self.with_lists, names))


def _with_lists(engine: Recommender, lists: Mapping[str, Sequence[str]]) -> Lesson:
    lesson = lesson_by_groups(engine, lists=lists, rng=np.random.default_rng(SEED))
    if lesson is None:
        raise SystemExit("the lists of a corpus all hang together; expected two groups or more")
    return lesson


def _blind(lesson: Lesson, names: Sequence[str]) -> Lesson:
    says_something = np.array([name not in names for name in SIGNALS], dtype=np.float32)
    return replace(lesson, signals=lesson.signals * says_something)


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Every signal and family on all corpora of a folder, of which there must be three."""
    taught = [Taught.by(corpus, N_LISTS) for corpus in indexed(corpora, scratch)]
    return {"lists": N_LISTS, "seed": SEED, **worth(taught, FAMILIES)}


def worth(taught: Sequence[Taught], families: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What weights reach with everything, and what they lose without each signal and family."""
    usual = _reached(taught)
    left_out = {name: (name,) for name, kind in SIGNALS.items() if kind != "direction"}
    groups = {f"{_ALL_OF}{name}": tuple(names) for name, names in families.items()}
    return {
        "reached": {name: of.mean(axis=1).round(4).tolist() for name, of in usual.items()},
        "without": {
            name: _lost(usual, _reached([one.without(names) for one in taught]))
            for name, names in {**groups, **left_out}.items()
        },
    }


def _reached(taught: Sequence[Taught]) -> dict[str, NDArray[np.float64]]:
    """NDCG@10 of each list of each corpus by weights of the others, without and with lists."""
    found = {}
    for one in taught:
        others = [other for other in taught if other is not one]
        weights = fit_general(
            [other.alone for other in others],
            [other.with_lists for other in others],
            [other.corpus for other in others],
        )
        here = weights.at(one.alone.pools.site)
        alone = one.alone.ndcg(here.without_lists().vector())
        found[one.corpus.name] = np.stack([alone, one.with_lists.ndcg(here.vector())])
    return found


def _lost(
    usual: Mapping[str, NDArray[np.float64]], without: Mapping[str, NDArray[np.float64]]
) -> dict[str, Any]:
    """Means over corpora, each counting the same, with one standard error; and each corpus's own.

    Every pair holds what is lost without lists and with them.
    """
    losses = [usual[name] - without[name] for name in usual]
    means = [of.mean(axis=1) for of in losses]
    errors = np.array([of.std(axis=1) / np.sqrt(of.shape[1]) for of in losses])
    return {
        "lost": np.mean(means, axis=0).round(4).tolist(),
        "error": (np.sqrt((errors**2).sum(axis=0)) / len(losses)).round(4).tolist(),
        "corpora": {name: of.round(4).tolist() for name, of in zip(usual, means, strict=True)},
    }


def table(result: dict[str, Any]) -> str:
    """What is lost, families and signals alike, the dearest first, as a Markdown table."""
    return _table(result, result["without"])


def families_table(result: dict[str, Any]) -> str:
    """The same of families alone, for the README."""
    return _table(result, [name for name in result["without"] if name.startswith(_ALL_OF)])


def _table(result: dict[str, Any], names: Iterable[str]) -> str:
    lines = ["| left out | nDCG@10 lost | with lists |", "|---|---:|---:|"]
    without = result["without"]
    for name in sorted(names, key=lambda name: -max(without[name]["lost"])):
        found = zip(without[name]["lost"], without[name]["error"], strict=True)
        cells = (f"{lost:.3f} ± {error:.3f}" for lost, error in found)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)

"""Edited copies: whether lists tell a story twice on a site that holds many stories twice.

usage: python -m evaluation.benchmarks.copies --corpora FOLDER [--output FILE]

FOLDER holds corpora, each a folder of articles or a folder with a `.tar.gz` of one. Of some of its
articles one or two copies are put beside them, short ones too: a word more in the title, and every
seventh or every twentieth word of excerpt and body replaced by any word of the corpus. Whether two
articles are one story is for the report's own test to say (`evaluation/stories.py`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import Indexed, indexed
from evaluation.benchmarks.policy import POLICIES
from evaluation.benchmarks.process import FLOAT32
from evaluation.benchmarks.reports import as_file
from evaluation.benchmarks.shown import FIRST, OFF, Lists, Readers, ndcg
from recommender import Article, Recommender, Settings, build

RESULTS = Path(__file__).parent / "results" / "copies.json"
N_COPIED = 200
STRENGTHS = (20, 7)
"""Every so-manieth word is replaced; in turn from article to article."""

SEED = 3
_WORD = re.compile(r"\S+")


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """The trial on every corpus of a folder."""
    return {
        "copied": N_COPIED,
        "strengths": STRENGTHS,
        "seed": SEED,
        "corpora": [tried(corpus, scratch, N_COPIED) for corpus in indexed(corpora, scratch)],
    }


def tried(corpus: Indexed, scratch: Path, n_copied: int) -> dict[str, Any]:
    """Repeats and nDCG@10 with copies and without, with near-copies kept and collapsed."""
    site = scratch / "copies" / corpus.name
    shutil.copytree(corpus.articles, site, dirs_exist_ok=True)
    rng = np.random.default_rng(SEED)
    originals = write_copies(corpus.engine.articles, site, n_copied, rng)
    index = scratch / "copies" / f"{corpus.name}.index"
    shutil.copytree(scratch / corpus.name, index, dirs_exist_ok=True)  # only copies are encoded
    build(site, index=index, settings=Settings.from_file(FLOAT32))
    copied = Recommender.open(index, settings=Settings(), weights=corpus.weights)
    return {
        "name": corpus.name,
        "sha256": corpus.engine.corpus_hash,
        "copies": len(originals),
        "clean": _figures(corpus.engine, corpus.engine.lists, {}),
        "with_copies": _figures(copied, corpus.engine.lists, originals),
    }


def write_copies(
    articles: Sequence[Article], site: Path, n_copied: int, rng: np.random.Generator
) -> dict[str, str]:
    """Write copies of some articles into their folder.

    Returns:
        Id of each copy to that of its original.
    """
    in_folder = [article for article in articles if not article.is_linked]
    words = [word for one in in_folder for word in f"{one.excerpt} {one.body}".split()]
    chosen = rng.choice(len(in_folder), size=min(n_copied, len(in_folder)), replace=False)
    originals = {}
    for turn, place in enumerate(chosen.tolist()):
        original = in_folder[place]
        for number in range(1 + turn // len(STRENGTHS) % 2):
            copy = edited(original, STRENGTHS[turn % len(STRENGTHS)], words, rng)
            copy = replace(copy, id=f"{original.id}-copy-{number}")
            (site / f"{copy.id}.md").write_text(as_file(copy, []), "utf-8")
            originals[copy.id] = original.id
    return originals


def edited(article: Article, every: int, words: Sequence[str], rng: np.random.Generator) -> Article:
    """A copy with every so-manieth word of excerpt and body replaced, from a drawn one on."""
    replacing = _replacing(int(rng.integers(every)), every, words, rng)

    def replaced(text: str) -> str:
        return _WORD.sub(lambda found: next(replacing) or found.group(), text)

    title = f"{article.title} {words[int(rng.integers(len(words)))]}"
    return replace(
        article, title=title, excerpt=replaced(article.excerpt), body=replaced(article.body)
    )


def _replacing(
    first: int, every: int, words: Sequence[str], rng: np.random.Generator
) -> Iterator[str]:
    """For one word after the other the new one; nothing where it stays."""
    place = 0
    while True:
        yield words[int(rng.integers(len(words)))] if place % every == first else ""
        place += 1


def _figures(engine: Recommender, truth: Lists, originals: Mapping[str, str]) -> dict[str, Any]:
    readers = Readers.of(engine)
    return {
        policy.same_story: {
            f"repeats@{FIRST}": round(readers.repeats(lists, FIRST), 4),
            "nDCG@10": round(ndcg(truth, as_originals(lists, originals)), 4),
        }
        for policy in (OFF, POLICIES["defaults"])
        for lists in [readers.lists(policy)]
    }


def as_originals(lists: Lists, originals: Mapping[str, str]) -> Lists:
    """Lists in which the first of a family stands for the original, and the others for nothing."""
    return {query: _counted_once(ids, originals) for query, ids in lists.items()}


def _counted_once(ids: Sequence[str], originals: Mapping[str, str]) -> list[str]:
    families = [originals.get(one, one) for one in ids]
    return [
        f"{family} again, {place}" if family in families[:place] else family
        for place, family in enumerate(families)
    ]


def table(result: dict[str, Any]) -> str:
    """The result as a Markdown table."""
    lines = [
        f"| corpus | copies | repeats in {FIRST}, kept | collapsed "
        "| nDCG@10 without copies | with copies, kept | collapsed |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for corpus in result["corpora"]:
        clean, copied = corpus["clean"], corpus["with_copies"]
        cells = (
            corpus["name"],
            f"{corpus['copies']:,}",
            *(f"{copied[way][f'repeats@{FIRST}']:.1%}" for way in ("keep", "collapse")),
            f"{clean['collapse']['nDCG@10']:.3f}",
            *(f"{copied[way]['nDCG@10']:.3f}" for way in ("keep", "collapse")),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)

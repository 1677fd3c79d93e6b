"""Sites that lack something: what is left of the order when topics, bodies or words are gone.

usage: python -m evaluation.benchmarks.variants --corpora FOLDER [--output FILE]

FOLDER holds corpora, each a folder of articles or a folder with a `.tar.gz` of one. Each is written
anew without one of its parts, or with every Latin letter replaced by a Georgian one, which makes a
language that the model does not know; then the shipped ranking is measured beside every single
signal. On a corpus that the shipped weights were fitted on, those are taken that have not seen it.
"""

from __future__ import annotations

import shutil
import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from evaluation import read_report
from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import unpacked, unseen_file
from evaluation.benchmarks.process import FLOAT32, recommender
from evaluation.benchmarks.reports import as_file
from recommender import Article, Recommender, Settings, Weights, build

RESULTS = Path(__file__).parent / "results" / "variants.json"
MEASURE = "nDCG@10"
SINGLE = ("topics", "tfidf", "tfidf-body", "bm25", "embedding")
PRODUCT = "shipped"
_LATIN = string.ascii_lowercase
_GEORGIAN = "".join(chr(0x10D0 + i) for i in range(len(_LATIN)))
_TO_GEORGIAN = str.maketrans(_LATIN + _LATIN.upper(), _GEORGIAN * 2)


def _in_another_script(article: Article) -> Article:
    fields = ("title", "excerpt", "body")
    return replace(article, **{f: getattr(article, f).translate(_TO_GEORGIAN) for f in fields})


VARIANTS: Mapping[str, Callable[[Article], Article]] = {
    "as it is": lambda article: article,
    "no topics, authors, folders": lambda article: replace(
        article, id=article.id.replace("/", "-"), topics=(), authors=()
    ),
    "no bodies": lambda article: replace(article, body=""),
    "titles only": lambda article: replace(article, excerpt="", body=""),
    "unknown language": _in_another_script,
}


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Every variant of every corpus of a folder."""
    found = {}
    for name, articles in unpacked(corpora, scratch):
        index = scratch / "indexes" / name
        recommender("index", articles, "--index", index)
        source = Recommender.open(index, weights=Weights({}))
        found[name] = {
            variant: ndcg_of(source, change, unseen_file(name), index, scratch / "variant")
            for variant, change in VARIANTS.items()
        }
    return {"measure": MEASURE, "corpora": found}


def ndcg_of(
    source: Recommender,
    change: Callable[[Article], Article],
    weights: Path | None,
    index: Path,
    folder: Path,
) -> dict[str, float | None]:
    """System to nDCG@10 on a changed site; None where it lacks what a system needs."""
    indexed_variant(source, change, index, folder)
    recommender(
        *("evaluate", folder / "articles", "--index", folder / "index"),
        *("--output", folder / "report", "--systems", ",".join((*SINGLE, PRODUCT))),
        *(("--weights", weights) if weights else ()),
    )
    systems = read_report(folder / "report")["systems"]
    return {system["name"]: system["measures"][MEASURE]["mean"] for system in systems}


def indexed_variant(
    source: Recommender, change: Callable[[Article], Article], index: Path, folder: Path
) -> Recommender:
    """A changed site, written and indexed in a folder that is made anew.

    Args:
        source: The site as it is.
        change: What becomes of each article.
        index: The index of the site as it is: texts that stay the same are not encoded again.
        folder: Gets `articles` and `index`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    write_variant(source, change, folder / "articles")
    shutil.copytree(index, folder / "index")
    build(folder / "articles", index=folder / "index", settings=Settings.from_file(FLOAT32))
    return Recommender.open(folder / "index", weights=Weights({}))


def write_variant(source: Recommender, change: Callable[[Article], Article], folder: Path) -> None:
    """The articles of an index and their lists as files in the seed's schema, changed."""
    new_ids = {article.id: change(article).id for article in source.articles}
    lists = source.lists
    for article in source.articles:
        if not article.is_linked:
            path = folder / f"{new_ids[article.id]}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            related = [new_ids[entry] for entry in lists.get(article.id, ())]
            changed = change(article)
            text = as_file(changed, related, authors=list(changed.authors))
            path.write_text(text, "utf-8")


def table(result: dict[str, Any]) -> str:
    """Shipped against the best single signal, a line a variant."""
    corpora = result["corpora"]
    lines = [
        f"| {result['measure']}, shipped (best single signal) | {' | '.join(corpora)} |",
        f"|---|{'---:|' * len(corpora)}",
    ]
    for variant in VARIANTS:
        cells = [_cell(of_corpus[variant]) for of_corpus in corpora.values()]
        lines.append(f"| {variant} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(ndcg: Mapping[str, float | None]) -> str:
    best = max(SINGLE, key=lambda name: ndcg[name] or 0.0)
    return f"{ndcg[PRODUCT]:.3f} ({best} {ndcg[best]:.3f})"


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)

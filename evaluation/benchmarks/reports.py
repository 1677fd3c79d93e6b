"""How long a report takes: 2,000 articles that all have a list, nine systems, all files written.

usage: python -m evaluation.benchmarks.reports --corpora FOLDER [--output FILE]

Of the first corpus with 2,000 dated articles, the first 2,000 by path are taken, and each is given
a list of one to six articles drawn from its thirty nearest. All is indexed first, so that nothing
is encoded while the clock runs; then the installed command evaluates it three times. What learns,
or makes lists one place after the other, is left out: that is ranking's time, not the report's.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from evaluation import read_report
from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import unpacked
from evaluation.benchmarks.process import recommender
from recommender import Article, Recommender

RESULTS = Path(__file__).parent / "results" / "reports.json"
N_ARTICLES = 2000
N_RUNS = 3
SYSTEMS = "random,newest,popular,topics,tfidf,tfidf-body,bm25,embedding,shipped"
N_NEAREST = 30
LONGEST = 6


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Make the site from a folder's corpora and evaluate it."""
    return timed(large_enough(corpora, scratch), scratch)


def large_enough(corpora: Path, scratch: Path) -> Recommender:
    """The index of the first corpus with enough dated articles."""
    for name, articles in unpacked(corpora, scratch):
        recommender("index", articles, "--index", scratch / "sources" / name)
        source = Recommender.open(scratch / "sources" / name)
        if sum(article.published_at is not None for article in source.articles) >= N_ARTICLES:
            return source
    raise SystemExit(f"no corpus in {corpora} has {N_ARTICLES:,} dated articles")


def timed(source: Recommender, scratch: Path) -> dict[str, Any]:
    """Seconds and memory of each run, and where the time went in the median one."""
    site, index, output = scratch / "site", scratch / "index", scratch / "report"
    write_site(source, site)
    recommender("index", site, "--index", index)
    runs = []
    for _ in range(N_RUNS):
        cost = recommender(
            *("evaluate", site, "--index", index, "--output", output, "--systems", SYSTEMS)
        )
        runs.append((cost, read_report(output)["timings"]))
    runs.sort(key=lambda pair: pair[0].wall_seconds)
    report = read_report(output)
    return {
        "articles": report["corpus"]["n_articles"],
        "queries": report["truth"]["n_queries"],
        "systems": [s["name"] for s in report["systems"] if s["reason"] is None],
        "wall_seconds": [cost.wall_seconds for cost, _ in runs],
        "cpu_seconds": [cost.cpu_seconds for cost, _ in runs],
        "peak_megabytes": max(cost.peak_megabytes for cost, _ in runs),
        "timings_of_the_median": runs[len(runs) // 2][1],
        "html_megabytes": round((output / "report.html").stat().st_size / 1e6, 2),
        "json_megabytes": round((output / "report.json").stat().st_size / 1e6, 2),
    }


def write_site(source: Recommender, folder: Path) -> None:
    """Articles of an index as files in the seed's schema, each with a drawn list."""
    rng = np.random.default_rng(0)
    articles = [article for article in source.articles if not article.is_linked][:N_ARTICLES]
    vectors = source.vectors([article.id for article in articles])
    nearest = np.argsort(-(vectors @ vectors.T), axis=1)[:, 1 : N_NEAREST + 1]
    folder.mkdir(parents=True)
    for i, article in enumerate(articles):
        chosen = rng.choice(
            nearest[i], size=min(len(nearest[i]), int(rng.integers(1, LONGEST + 1))), replace=False
        )
        related = [f"{row:04}" for row in chosen]
        (folder / f"{i:04}.md").write_text(as_file(article, related), "utf-8")


def as_file(article: Article, related: list[str], **further: list[str]) -> str:
    """An article file in the seed's schema; further fields as they shall be written."""
    fields = {
        "title": article.title,
        "excerpt": article.excerpt,
        "publishedDateTime": article.published_at,
        "topics": list(article.topics),
        "provider": {"name": article.provider.name} if article.provider else None,
        "related": related,
        **further,
    }
    return f"---\n{yaml.safe_dump(fields, allow_unicode=True)}---\n{article.body}"


def sentence(result: dict[str, Any]) -> str:
    """What the README says of it."""
    seconds = statistics.median(result["wall_seconds"])
    return (
        f"{len(result['systems'])} systems over {result['queries']:,} queries and "
        f"{result['articles']:,} articles: {seconds:.1f} s (median of {len(result['wall_seconds'])}"
        f"), {result['peak_megabytes']:,.0f} MB at the peak, a page of "
        f"{result['html_megabytes']:.1f} MB."
    )


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, sentence)

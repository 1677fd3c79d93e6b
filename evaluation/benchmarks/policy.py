"""What each policy costs or gains: one line a setting, alone, against no policy at all.

usage: python -m evaluation.benchmarks.policy --corpora FOLDER [--output FILE]

FOLDER holds corpora, each a folder of articles or a folder with a `.tar.gz` of one. Every article
of each gets its list under every policy, by weights that have not seen the corpus and without a
look at any editors' list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

from evaluation.benchmarks.command import run
from evaluation.benchmarks.corpora import indexed
from evaluation.benchmarks.shown import FIRST, MEASURE, OFF, Readers
from evaluation.catalogue import LIST_LENGTH
from recommender import Policy, Recommender

RESULTS = Path(__file__).parent / "results" / "policy.json"
POLICIES: Mapping[str, Policy] = {
    "none": OFF,
    "defaults": replace(Policy(), curated="ignore"),
    "same_story: collapse": replace(OFF, same_story="collapse"),
    "per_provider: 2": replace(OFF, per_provider=2),
    "diversity: 0.1": replace(OFF, diversity=0.1),
    "diversity: 0.3": replace(OFF, diversity=0.3),
    "floor: 0.005": replace(OFF, floor=0.005),
    "floor: 0.02": replace(OFF, floor=0.02),
    "floor: 0.05": replace(OFF, floor=0.05),
    "exposure: 0.1": replace(OFF, exposure=0.1),
    "exposure: 0.3": replace(OFF, exposure=0.3),
    "exposure: 1": replace(OFF, exposure=1.0),
}


def measured(corpora: Path, scratch: Path) -> dict[str, Any]:
    """Every policy on every corpus of a folder."""
    return {
        "corpora": [
            {
                **corpus.facts(),
                "policies": under_policies(corpus.engine, POLICIES),
            }
            for corpus in indexed(corpora, scratch)
        ]
    }


def under_policies(engine: Recommender, policies: Mapping[str, Policy]) -> dict[str, Any]:
    """Figures of each policy; none of one that limits providers where there is at most one."""
    readers = Readers.of(engine)
    providers = {article.provider.name for article in engine.articles if article.provider}
    return {
        name: readers.figures(readers.lists(policy))
        for name, policy in policies.items()
        if policy.per_provider is None or len(providers) > 1
    }


def table(result: dict[str, Any]) -> str:
    """NDCG@10 of each corpus, and means over the corpora of all else, as a Markdown table."""
    corpora = result["corpora"]
    names = (
        *(f"{MEASURE}, {corpus['name']}" for corpus in corpora),
        *("length", "never shown", f"repeats in {FIRST}", f"in {LIST_LENGTH}"),
        *("Gini", "diversity"),
    )
    lines = [f"| policy | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    for name in {name: None for corpus in corpora for name in corpus["policies"]}:
        found = [corpus["policies"].get(name) for corpus in corpora]
        ndcgs = (f"{of[str(MEASURE)]:.3f}" if of else "–" for of in found)
        lines.append(f"| {' | '.join((name, *ndcgs, *_means([of for of in found if of])))} |")
    return "\n".join(lines)


def _means(found: list[dict[str, Any]]) -> tuple[str, ...]:
    def mean(name: str) -> float:
        return fmean(of[name] or 0.0 for of in found)

    return (
        f"{mean('mean_length'):.1f}",
        f"{mean('never_shown_share'):.1%}",
        f"{mean(f'repeats@{FIRST}'):.1%}",
        f"{mean(f'repeats@{LIST_LENGTH}'):.1%}",
        f"{mean('gini'):.2f}",
        f"{mean('diversity'):.3f}",
    )


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)

"""Sites large enough to be evaluated, and their evaluation."""

from __future__ import annotations

import numpy as np
from conftest import NOW, Site, article_text

from evaluation import Evaluation, Plan, evaluate, standard_systems
from recommender import Weights

WORDS = [
    "tide",
    "moon",
    "wheat",
    "chip",
    "sea",
    "film",
    "drone",
    "law",
    "panda",
    "road",
    "coal",
    "rain",
]


WEIGHTS = Weights({"vectors": 1.0, "words": 1.0, "topics": 0.5, "listed": 0.5})
"""In place of the shipped ones, so that no figure here changes when these are fitted anew."""


def fill(site: Site, n_articles: int = 60, *, dated: bool = True, every: int = 1) -> None:
    """Put articles about three of twelve things each in place of those that are there, and index.

    Lists name up to three others with the same first thing, every so many articles have one.
    """
    for path in site.articles.rglob("*.md"):
        path.unlink()
    rng = np.random.default_rng(1)
    things = [rng.choice(WORDS, 3, replace=False) for _ in range(n_articles)]
    for i, (first, second, third) in enumerate(things):
        others = [j for j in range(n_articles) if j != i and things[j][0] == first]
        fields = {"topics": f"[{first}, {third}]"}
        if dated:
            fields["publishedDateTime"] = f"2024-{1 + i // 28:02}-{1 + i % 28:02}T08:00:00Z"
        if others and i % every == 0:
            fields["related"] = "[" + ", ".join(f"a{j:03}" for j in others[:3]) + "]"
        site.write(
            f"a{i:03}.md", article_text(f"{first} and {second} {i}", f"On {third}", **fields)
        )
    site.build()


def measure(site: Site, *names: str, **plan: object) -> Evaluation:
    """Evaluate the systems of some names; none named, all of them."""
    systems = standard_systems(names or None, WEIGHTS)
    return evaluate(site.open(), Plan(systems, **plan), corpus="site", now=NOW)  # type: ignore[arg-type]

"""Where the time of one list goes: each step from an article to its recommendations by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from recommender import Policy, shipped_weights
from recommender.index.snapshot import Snapshot
from recommender.index.store import Store
from recommender.listing.recommendations import recommendations_of
from recommender.ranker import Item, Ranker
from recommender.ranking.lists import Lists
from recommender.ranking.policy import choose
from recommender.ranking.query import Query
from recommender.ranking.ranked import Ranked
from recommender.ranking.signals import signals
from recommender.settings import Filters
from recommender.terms.describe import describe

K = 10
SEED = 7
T = TypeVar("T")


class Watch:
    """CPU milliseconds of this thread, by what was done."""

    def __init__(self) -> None:
        self._spent: dict[str, list[float]] = {}

    def __call__(self, name: str, call: Callable[[], T]) -> T:
        """Do something and note what it took."""
        before = time.thread_time()
        found = call()
        self._spent.setdefault(name, []).append(1e3 * (time.thread_time() - before))
        return found

    def medians(self, n_left_out: int) -> dict[str, float]:
        """Of each name, without the first so many."""
        return {
            name: round(float(np.median(spent[n_left_out:])), 3)
            for name, spent in self._spent.items()
        }


def parts(index: Path, n: int, n_warming: int) -> dict[str, float]:
    """Median CPU milliseconds of each step, for n articles of an index, each asked for once."""
    snapshot = Store(index).open()
    n_articles = snapshot.n_articles
    ranker = Ranker.of_snapshot(snapshot, np.ones(n_articles, dtype=bool), Filters(), 0.0)
    known = Lists.from_pairs(*snapshot.list_pairs(), n_articles)
    watch = Watch()
    size = min(n_articles, n + n_warming)
    rows = np.random.default_rng(SEED).choice(n_articles, size=size, replace=False)
    for row in rows.tolist():
        _make(row, snapshot, ranker, known, watch)
    return watch.medians(n_warming)


def _make(row: int, snapshot: Snapshot, ranker: Ranker, known: Lists, watch: Watch) -> None:
    """One list, step by step, as `ListMaker` makes it."""
    ground, policy = ranker.ground, Policy(curated="ignore")
    weights = shipped_weights().at(ground.site)
    article = snapshot.article(row)
    vocabularies = ground.features.vocabularies
    watch("describing an article from outside", lambda: describe(article, vocabularies))
    (near,) = watch("nearest by vectors", lambda: ranker.near(snapshot.vectors[[row]], K))
    query = watch("the article's terms", lambda: Query.of_row(ground, row, near))
    pool = watch("candidates by terms and lists", lambda: ranker.candidates(query, known))
    values = watch("signals", lambda: signals(query, pool, ground, known))
    ranked = watch("weighing", lambda: Ranked.weighed(pool.rows, values, weights))
    places = watch("policy", lambda: choose(ranked, query.sketch, ground, policy, K))
    items = [Item(int(pool.rows[place]), "ranked", place) for place in places]
    watch("recommendations", lambda: recommendations_of(items, ranked, query, snapshot))

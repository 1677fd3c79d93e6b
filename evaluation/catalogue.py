"""What no measure of accuracy shows: what readers would meet in the lists of a whole site."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .collection import Collection
from .report.schema import Catalogue
from .stories import Stories
from .task import NOBODY
from .views import DAY, Rows

LIST_LENGTH = 10
N_MOST_SHOWN = 10
LORENZ_AT = np.linspace(0, 1, 21)


@dataclass(frozen=True, slots=True)
class Shown:
    """Lists as readers see them, and the articles that could have stood in them.

    Attributes:
        collection: The articles.
        stories: The test for repeats.
        queries: Rows of the articles whose lists these are, shape `(n_lists,)`.
        lists: Rows, shape `(n_lists, LIST_LENGTH)`, ended by `NOBODY`.
    """

    collection: Collection
    stories: Stories
    queries: Rows
    lists: NDArray[np.int32]

    def catalogue(self) -> Catalogue:
        """All figures; each one's meaning stands in `Catalogue`.

        A share of nothing is null: lists without an article have no diversity, no age and no
        agreement, and a site without candidates has no coverage.
        """
        times = self._times_shown()
        return Catalogue(
            n_lists=len(self.queries),
            coverage=_share(times > 0),
            n_never_shown=int((times == 0).sum()) if len(times) else None,
            gini=gini(times),
            lorenz=_lorenz(times),
            most_shown=self._most_shown(),
            diversity=self._diversity(),
            repeats=_share(self.stories.has_repeat(self.lists)),
            median_age_days=self._median_age(),
            same_provider=self._same_provider(),
            shared_topic=self._shared_topic(),
        )

    def _pairs(self) -> tuple[Rows, Rows]:
        """Query and shown article of every place that is taken."""
        is_taken = self.lists != NOBODY
        queries = np.broadcast_to(self.queries[:, None], self.lists.shape)
        return queries[is_taken].astype(np.int64), self.lists[is_taken].astype(np.int64)

    def _times_shown(self) -> NDArray[np.int64]:
        """How often each candidate stands in a list."""
        _, shown = self._pairs()
        times = np.bincount(shown, minlength=len(self.collection))
        return np.asarray(times[self.collection.is_candidate])

    def _most_shown(self) -> list[tuple[int, int]]:
        _, shown = self._pairs()
        rows, times = np.unique(shown, return_counts=True)
        order = np.lexsort((rows, -times))[:N_MOST_SHOWN]
        return [(int(rows[i]), int(times[i])) for i in order]

    def _diversity(self) -> float | None:
        """By the length of the sum of a list's vectors, which holds all their products."""
        is_taken = self.lists != NOBODY
        lengths = is_taken.sum(axis=1)
        has_pairs = lengths >= 2  # noqa: PLR2004 - two articles make a pair
        if not has_pairs.any():
            return None
        similarities = []
        for rows, length in zip(self.lists[has_pairs], lengths[has_pairs], strict=True):
            total = self.collection.vectors[rows[rows != NOBODY]].sum(axis=0, dtype=np.float64)
            similarities.append((total @ total - length) / (length * (length - 1)))
        return float(1 - np.mean(similarities))

    def _median_age(self) -> float | None:
        queries, shown = self._pairs()
        published_at = self.collection.published_at
        ages = published_at[queries] - published_at[shown]
        ages = ages[np.isfinite(ages)]
        return float(np.median(ages) / DAY) if len(ages) else None

    def _same_provider(self) -> float | None:
        articles = self.collection.articles
        names = [a.provider and (a.provider.domain or a.provider.name) for a in articles]
        queries, shown = self._pairs()
        codes = _codes(names)
        is_known = (codes[queries] >= 0) & (codes[shown] >= 0)
        return _share((codes[queries] == codes[shown])[is_known])

    def _shared_topic(self) -> float | None:
        topics = [frozenset(article.topics) for article in self.collection.articles]
        queries, shown = self._pairs()
        shares = [
            not topics[query].isdisjoint(topics[article])
            for query, article in zip(queries.tolist(), shown.tolist(), strict=True)
            if topics[query] and topics[article]
        ]
        return _share(shares)


def gini(times: NDArray[np.integer]) -> float | None:
    """Gini coefficient of how often articles are shown; null where nothing is shown.

    0: all equally often; towards 1: all places go to one. With x ascending and i from 1,
    `sum((2i - n - 1) x_i) / (n sum(x))`, the mean difference over twice the mean (C. Gini, 1912).
    """
    n, total = len(times), int(times.sum())
    if total == 0:
        return None
    weights = 2 * np.arange(1, n + 1) - n - 1
    return float((weights * np.sort(times)).sum() / (n * total))


def _lorenz(times: NDArray[np.integer]) -> list[float] | None:
    """Share of the places that the most shown 0, 5, …, 100 % of articles take."""
    total = int(times.sum())
    if total == 0:
        return None
    taken = np.concatenate([[0], np.cumsum(np.sort(times)[::-1])]) / total
    at = np.interp(LORENZ_AT * len(times), np.arange(len(taken)), taken)
    return [round(float(share), 6) for share in at]


def _share(claims: Iterable[bool] | NDArray[np.bool_]) -> float | None:
    values = np.asarray(claims, dtype=float)
    return float(values.mean()) if len(values) else None


def _codes(names: Iterable[Hashable | None]) -> NDArray[np.int64]:
    """One number a name, -1 for none."""
    codes: dict[Hashable, int] = {}
    found = [-1 if not name else codes.setdefault(name, len(codes)) for name in names]
    return np.asarray(found, dtype=np.int64)

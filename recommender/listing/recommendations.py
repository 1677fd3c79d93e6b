"""Rows of a list → the recommendations that callers get."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import numpy as np

from recommender.listing.archive import Archive
from recommender.listing.explainer import Explainer
from recommender.ranker import Item
from recommender.ranking.query import Query
from recommender.ranking.ranked import DECIMALS, Ranked
from recommender.ranking.signals import SIGNALS
from recommender.records import Article, Recommendation, Signal


def recommendations_of(
    items: Sequence[Item],
    ranked: Ranked,
    query: Query,
    snapshot: Archive,
    explainer: Explainer | None = None,
) -> list[Recommendation]:
    """One recommendation an item, ranks from 1; without an explainer, reasons are left out."""
    found = []
    places = [item.place for item in items if item.place is not None]
    signals = iter(_signals(ranked, places))
    for rank, item in enumerate(items, start=1):
        article = snapshot.article(item.row) if explainer else snapshot.entry(item.row)
        found.append(
            Recommendation(
                rank=rank,
                id=article.id,
                title=article.title,
                url=article.url,
                score=None if item.place is None else float(ranked.scores[item.place]),
                similarity=_similarity(item, query, snapshot),
                origin=item.origin,
                signals={} if item.place is None else next(signals),
                reason=explainer.reason(item, article, ranked) if explainer else None,
                provider=_provider(article),
                published_at=article.published_at,
            )
        )
    return found


def _similarity(item: Item, query: Query, snapshot: Archive) -> float:
    return round(float(snapshot.vectors[item.row] @ query.vector), DECIMALS)


def _provider(article: Article) -> str | None:
    return article.provider.name if article.provider else None


def _signals(ranked: Ranked, places: Sequence[int]) -> list[dict[str, Signal]]:
    """Those of some candidates that have a weight and tell candidates apart."""
    values = ranked.signals[places].astype(np.float64).round(DECIMALS).astype(object)
    values[np.isnan(ranked.signals[places])] = None
    moved = ranked.contributions[places]
    of_each = zip(values.tolist(), moved.round(DECIMALS).tolist(), moved.tolist(), strict=True)
    return [
        dict(compress(zip(SIGNALS, map(Signal, said, shown), strict=True), counts))
        for said, shown, counts in of_each
    ]

"""Settings → which articles may be recommended at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.features import Features, term_key
from recommender.settings import Filters

if TYPE_CHECKING:
    from numpy.typing import NDArray


def passing(features: Features, filters: Filters, today: float) -> NDArray[np.bool_]:
    """Which articles pass, shape `(n_articles,)`.

    Args:
        features: What is known of them.
        filters: What the site wants.
        today: Days since 1970.
    """
    passes = np.ones(len(features), dtype=bool)
    for table, names in (("languages", filters.languages), ("types", filters.types)):
        if names:
            is_unknown = getattr(features, table).weights[:, 0] == 0
            passes &= _has_any(features, table, names) | is_unknown
    if filters.providers:
        passes &= _has_any(features, "providers", filters.providers)
    for table, names in (
        ("providers", filters.without_providers),
        ("topics", filters.without_topics),
        ("folders", filters.without_folders),
    ):
        if names:
            passes &= ~_has_any(features, table, names)
    if filters.max_age_days is not None:
        passes &= ~(features.published_at < today - filters.max_age_days)  # undated ones stay
    return passes


def _has_any(features: Features, table: str, names: Sequence[str]) -> NDArray[np.bool_]:
    """Which articles have one of some labels."""
    levelled = [name.strip("/") if table == "folders" else name.casefold() for name in names]
    keys = np.array([term_key(name) for name in levelled], dtype=np.int64)
    wanted = features.vocabularies[table].find(keys)
    labels = getattr(features, table)
    has_any: NDArray[np.bool_] = (
        np.isin(labels.ids, wanted[wanted >= 0]) & (labels.weights > 0)
    ).any(axis=1)
    return has_any

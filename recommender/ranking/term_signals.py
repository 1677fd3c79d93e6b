"""What words and labels say of each candidate: all terms are found in one look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from recommender.ranking.block import LABELS, TABLES
from recommender.ranking.ground import Ground
from recommender.ranking.matches import Matches
from recommender.ranking.query import Query

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signals = dict[str, NDArray[np.floating]]


def of_terms(
    query: Query,
    rows: NDArray[np.int64],
    ground: Ground,
    facts: Mapping[str, NDArray[np.float64]],
) -> Signals:
    """Signals by name; those of labels are NaN where the query or the candidate has none."""
    terms = {name: getattr(query, name) for name in TABLES}
    rarities = ground.features.vocabularies["words"].idf
    found = Matches.find({name: of[0] for name, of in terms.items()}, ground.block, rows, rarities)
    product = found.products(
        {
            "words": ("words", query.words[1]),
            "titles": ("words", _ONE),  # how much of each title the query speaks of
            **{name: (name, terms[name][1]) for name in LABELS},
            # so that each that both have counts 1; the least rarity is 1, whatever a stranger says
            "folders": ("folders", 1 / np.maximum(query.folders[1], 1)),
        }
    )
    of_title = ("titles", query.titles[1])
    share = found.shares({"words": of_title, "lead": of_title})
    has_no_body = np.isnan(facts["body_length"])
    return {
        "words": product["words"],
        "title_in_query": product["titles"],
        "query_title_in_text": np.where(has_no_body, np.nan, share["words"]),
        "query_title_in_lead": share["lead"],
        "rarest_word": found.rarest(),
        **_of_labels(query, found, product),
    }


_ONE = np.ones(1, dtype=np.float32)


def _of_labels(query: Query, found: Matches, product: dict[str, NDArray[np.float32]]) -> Signals:
    """What labels have in common; NaN where either has none."""
    n_labels = np.array([len(getattr(query, name)[0]) for name in LABELS])
    firsts = [found.block.columns(name).start for name in LABELS]
    common = [
        np.sqrt(product["topics"]),
        np.sign(product["authors"]),
        np.sign(product["providers"]),
        product["folders"] / max(1, n_labels[-1]),
    ]
    is_known = (found.weights[:, firsts] > 0) & (n_labels > 0)
    known = np.where(is_known.T, common, np.nan)
    return dict(zip(("topics", "author", "provider", "folder"), known, strict=True))

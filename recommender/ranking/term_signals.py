"""What words and labels say of each candidate: all terms are found in one look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from recommender.ranking.block import LABELS, TABLES, TEXTS
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
    terms, block = ground.block.terms.take(rows, axis=0), ground.block
    wanted = {name: getattr(query, name) for name in TABLES}
    rarities = ground.features.vocabularies["words"].idf
    found = Matches.find({name: of[0] for name, of in wanted.items()}, block, terms, rarities)
    product = found.products(
        {
            "words": ("words", query.words[1]),
            "titles": ("words", _ONE),  # how much of each title the query speaks of
            **{name: (name, wanted[name][1]) for name in LABELS},
            # so that each that both have counts 1; the least rarity is 1, whatever a stranger says
            "folders": ("folders", 1 / np.maximum(query.folders[1], 1)),
        }
    )
    of_title = ("titles", query.titles[1])
    share = found.shares({"words": of_title, "lead": of_title})
    has_no_body = np.isnan(facts["body_length"])
    has_label = terms[:, 1, block.starts[len(TEXTS) : -1]] != 0  # the bits of a weight
    return {
        "words": product["words"],
        "title_in_query": product["titles"],
        "query_title_in_text": np.where(has_no_body, np.nan, share["words"]),
        "query_title_in_lead": share["lead"],
        "rarest_word": found.rarest(),
        **_of_labels(query, product, has_label.T),
    }


_ONE = np.ones(1, dtype=np.float32)


def _of_labels(
    query: Query, product: dict[str, NDArray[np.float64]], has_label: NDArray[np.bool_]
) -> Signals:
    """What labels have in common; NaN where either has none."""
    n_labels = np.array([len(getattr(query, name)[0]) for name in LABELS])
    common = [
        np.sqrt(product["topics"]),
        np.sign(product["authors"]),
        np.sign(product["providers"]),
        product["folders"] / max(1, n_labels[-1]),
    ]
    known = np.where(has_label & (n_labels > 0)[:, np.newaxis], common, np.nan)
    return dict(zip(("topics", "author", "provider", "folder"), known, strict=True))

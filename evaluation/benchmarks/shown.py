"""What readers would meet on a whole site under one policy or another, and how good it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ir_measures
import numpy as np
from ir_measures import Measure, Qrel, ScoredDoc, nDCG
from numpy.typing import NDArray

from evaluation.catalogue import LIST_LENGTH, Shown
from evaluation.collection import Collection
from evaluation.stories import Stories
from evaluation.task import NOBODY
from recommender import Policy, Pools, Recommender

MEASURE = nDCG @ 10
FIRST = 5
"""Places that most sites show."""

OFF = Policy(same_story="keep", curated="ignore", floor=0.0)
"""Nothing comes between order and list."""

Lists = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Readers:
    """Looks at the lists of a site with the report's own eyes.

    Attributes:
        engine: The open index; its editors' lists judge and are not looked at.
        collection: Its articles, as an evaluation sees them.
        stories: The report's own test for repeats.
        pages: Ids of the articles that have a page and so a list.
        pools: Their candidates, made without a look at any editors' list.
    """

    engine: Recommender
    collection: Collection
    stories: Stories
    pages: Sequence[str]
    pools: Pools

    @classmethod
    def of(cls, engine: Recommender) -> Readers:
        """Those of an open index."""
        collection = Collection.from_engine(engine)
        linked = {article.id for article in engine.articles if article.is_linked}
        pages = [page for page in engine.candidates if page not in linked]
        return cls(engine, collection, Stories(collection), pages, engine.pools(pages, {}))

    def lists(self, policy: Policy) -> Lists:
        """Every article's list, ten long at most, made without any editors' list."""
        weights = self.engine.weights.without_lists()
        made = self.engine.choose(self.pools, LIST_LENGTH, weights=weights, policy=policy)
        return {
            page: self.collection.ids(rows) for page, rows in zip(self.pages, made, strict=True)
        }

    def rows(self, lists: Lists) -> NDArray[np.int32]:
        """Lists as rows of articles, shape `(n_lists, LIST_LENGTH)`, ended by `NOBODY`."""
        rows = np.full((len(lists), LIST_LENGTH), NOBODY, dtype=np.int32)
        for place, ids in enumerate(lists.values()):
            rows[place, : len(ids)] = [self.collection.rows[one] for one in ids]
        return rows

    def repeats(self, lists: Lists, k: int) -> float:
        """The share of lists whose first k places tell a story twice, 0 to 1."""
        return float(self.stories.has_repeat(self.rows(lists)[:, :k]).mean())

    def figures(self, lists: Lists) -> dict[str, Any]:
        """What the lists are worth and what readers meet in them."""
        queries = np.array([self.collection.rows[query] for query in lists], dtype=np.int64)
        seen = Shown(self.collection, self.stories, queries, self.rows(lists)).catalogue()
        return {
            str(MEASURE): round(ndcg(self.engine.lists, lists), 4),
            "mean_length": round(float(np.mean([len(ids) for ids in lists.values()])), 2),
            "never_shown": seen["n_never_shown"],
            "never_shown_share": round(1 - (seen["coverage"] or 0.0), 4),
            f"repeats@{FIRST}": round(self.repeats(lists, FIRST), 4),
            f"repeats@{LIST_LENGTH}": round(seen["repeats"] or 0.0, 4),
            "gini": round(seen["gini"] or 0.0, 4),
            "diversity": round(seen["diversity"] or 0.0, 4),
        }


def ndcg(truth: Lists, lists: Lists, measure: Measure = MEASURE) -> float:
    """Mean nDCG over the queries of the truth; one without a list counts 0."""
    qrels = [Qrel(query, doc, 1) for query, docs in truth.items() for doc in docs]
    run = [
        ScoredDoc(query, doc, -rank)
        for query, docs in lists.items()
        if query in truth
        for rank, doc in enumerate(docs)
    ]
    return float(ir_measures.calc_aggregate([measure], qrels, run)[measure])

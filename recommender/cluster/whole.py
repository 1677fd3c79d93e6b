"""What is known of a whole collection, beside what is known of each article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.cluster.tasks import Part


@dataclass(frozen=True, slots=True)
class Whole:
    """Plain arrays that workers map, and a few numbers.

    Attributes:
        n: Number of articles.
        vectors: Those of all rows.
        cells: All rows in the order of cells, and these in the order of groups.
        vocabulary: Terms and their frequencies.
        postings: The articles of each term.
        mentions: Who mentions whom, and numbers of each article.
        nearness: To how many each article is near, and how near its nearest are.
        lists: The editors' lists.
        conditions: What kind of site it is.
        n_lists: Number of lists.
    """

    n: int
    vectors: Part
    cells: Part
    vocabulary: Part
    postings: Part
    mentions: Part
    nearness: Part
    lists: Part
    conditions: Sequence[float]
    n_lists: int

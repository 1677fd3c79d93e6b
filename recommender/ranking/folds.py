"""Which lists may teach and which may test: groups that hang together, and folds of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from recommender.errors import ConfigError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fold:
    """Positions of queries, ascending: those that teach and those that test."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def reciprocal_groups(
    lists: Mapping[str, Sequence[str]], queries: Sequence[str]
) -> NDArray[np.int64]:
    """The group of each query: queries that list each other belong together, and so on from there.

    A list that is learned from tells the answer to an article that it names and that names it back.
    One-way links are not followed: over all links nearly every site is one single group.

    Args:
        lists: Article id to the ids of its list.
        queries: Ids.

    Returns:
        Shape `(n_queries,)`, numbered from 0 in the order of each group's first query.
    """
    place = {query: i for i, query in enumerate(queries)}
    pairs = [
        (place[query], place[entry])
        for query in queries
        for entry in lists.get(query, ())
        if entry in place and query in lists.get(entry, ())
    ]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(ends.shape[1]), ends), shape=(len(queries), len(queries)))
    _, labels = connected_components(graph, directed=False)
    _, first, groups = np.unique(labels, return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    return np.asarray(number[groups], dtype=np.int64)


def folds_by_group(groups: NDArray[np.int64], n_folds: int, rng: np.random.Generator) -> list[Fold]:
    """Folds of whole groups, as equal in queries as the groups allow; each query is tested once.

    Args:
        groups: Group of each query.
        n_folds: At least 2, at most the number of groups.
        rng: Shuffles the groups; the largest are then dealt first, each to the smallest fold.

    Raises:
        ConfigError: There are fewer groups than folds, or fewer than two folds.
    """
    names, sizes = np.unique(groups, return_counts=True)
    if not 2 <= n_folds <= len(names):  # noqa: PLR2004 - one to learn from, one to test
        raise ConfigError(
            f"found {len(names)} groups of lists for {n_folds} folds; expected two folds or more, "
            "and a group for each.",
            key="folds",
        )
    order = rng.permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    loads = np.zeros(n_folds, dtype=np.int64)
    fold_of = np.empty(len(names), dtype=np.int64)
    for group in order:
        fold_of[group] = loads.argmin()
        loads[fold_of[group]] += sizes[group]
    is_in = fold_of[np.searchsorted(names, groups)]
    return [
        Fold(np.flatnonzero(is_in != fold), np.flatnonzero(is_in == fold))
        for fold in range(n_folds)
    ]

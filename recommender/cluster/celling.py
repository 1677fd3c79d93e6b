"""Vectors → cells, and cells → groups of neighbouring ones, each of which is one worker's part."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recommender.cluster.tables import columns_of, load, read, save, to_matrix, write
from recommender.cluster.tasks import Facts, Part
from recommender.index.cells import A_CELL, centroids_of, n_cells_for, nearest_cells
from recommender.index.codes import learned_codebook

if TYPE_CHECKING:
    from numpy.typing import NDArray


def n_cells_of(n: int) -> int:
    """Number of cells for n articles; few have some, too, since work is shared out by cells."""
    return n_cells_for(n) or min(n, 2 ** round(np.log2(4 * np.sqrt(n))))


def train(out: Path, parts: Sequence[Part], n: int) -> Facts:
    """Find the middles of cells and what codes stand for, from a sample of all vectors."""
    n_cells = n_cells_of(n)
    step = max(1, n // (n_cells * A_CELL))
    sample = np.concatenate([to_matrix(read(part, ["vector"])["vector"])[::step] for part in parts])
    arrays = {"centroids": centroids_of(sample, n_cells)}
    if n_cells_for(n):  # few are searched without codes
        arrays["codebook"] = learned_codebook(sample)
    save(out, arrays)
    return {}


def assign(out: Path, trained: Part, part: Part) -> Facts:
    """Write the cell of each vector of a part."""
    vectors = to_matrix(read(part, ["vector"])["vector"])
    cells = nearest_cells(vectors, load(trained, "centroids"), np.arange(len(vectors)))
    write(out, {"cell": cells})
    return {}


def gather_cells(out: Path, parts: Sequence[Part], trained: Part, n_articles: int) -> Facts:
    """The cell of each row, and groups of cells that hold about so many articles each."""
    (cells,) = columns_of(parts, ("cell",))
    centroids = load(trained, "centroids")
    groups = groups_of(centroids, np.bincount(cells, minlength=len(centroids)), n_articles)
    save(out, {"cells": cells, "groups": groups})
    return {"n_groups": int(groups.max()) + 1}


def groups_of(
    centroids: NDArray[np.float32], sizes: NDArray[np.integer], n_articles: int
) -> NDArray[np.int32]:
    """The group of each cell: cells are taken nearest first, until a group is full.

    The next group begins with the cell that is least like all that are left, so that no group is
    made of what others have left over in all directions.

    Args:
        centroids: The middle of each cell.
        sizes: How many articles each cell has.
        n_articles: From how many on a group is full.
    """
    groups = np.full(len(centroids), -1, dtype=np.int32)
    left = np.arange(len(centroids))
    group = 0
    while len(left):
        first = left[(centroids[left] @ centroids[left].mean(axis=0)).argmin()]
        order = left[np.argsort(-(centroids[left] @ centroids[first]), kind="stable")]
        before = np.cumsum(sizes[order]) - sizes[order]
        groups[order[before < n_articles]] = group
        left = np.sort(order[before >= n_articles])
        group += 1
    return groups

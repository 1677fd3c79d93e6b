"""Vectors → cells, and cells → groups of neighbouring ones, each of which is one worker's part."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recommender.cluster.tables import (
    columns_of,
    load,
    matrices_of,
    matrix,
    new_array,
    read,
    save,
    to_matrix,
    write,
)
from recommender.cluster.tasks import Facts, Part
from recommender.index.cells import A_CELL, centroids_of, n_cells_for, nearest_cells
from recommender.index.codes import code_width, encoded, learned_codebook

if TYPE_CHECKING:
    from numpy.typing import NDArray


def n_cells_of(n: int) -> int:
    """Number of cells for n articles; few have some, too, since work is shared out by cells."""
    return n_cells_for(n) or min(n, 2 ** round(np.log2(4 * np.sqrt(n))))


def train(out: Path, parts: Sequence[Part], n: int) -> Facts:
    """Find the middles of cells and what codes stand for, from a sample of all vectors."""
    n_cells = n_cells_of(n)
    step = max(1, n // (n_cells * A_CELL))
    sample = np.concatenate([_every(step, part) for part in parts])
    arrays = {"centroids": centroids_of(sample, n_cells)}
    if n_cells_for(n):  # few are searched without codes
        arrays["codebook"] = learned_codebook(sample)
    save(out, arrays)
    return {}


def _every(step: int, part: Part) -> NDArray[np.float32]:
    """Some vectors of a part, evenly spread, which keep no others in memory."""
    return to_matrix(read(part, ["vector"])["vector"])[::step].copy()


def assign(out: Path, trained: Part, n: int, part: Part) -> Facts:
    """Write the cell of each vector of a part, and its code where all n are searched by codes."""
    vectors = to_matrix(read(part, ["vector"])["vector"])
    cells = nearest_cells(vectors, load(trained, "centroids"), np.arange(len(vectors)))
    columns = {"cell": cells}
    if n_cells_for(n):
        columns["code"] = matrix(encoded(vectors, load(trained, "codebook")))
    write(out, columns)
    return {}


def gather_cells(out: Path, parts: Sequence[Part], trained: Part, n_articles: int) -> Facts:
    """All articles in the order of their cells, and these in the order of their groups.

    Args:
        out: Where to write: the group of each cell; the cell of each row; rows in order, and the
            place of each; `centroids`, `offsets` and `codes` as in `Cells`.
        parts: The cells of all articles.
        trained: The middles of cells, which get other numbers.
        n_articles: About so many are to be in a group.
    """
    (cells,) = columns_of(parts, ("cell",))
    centroids = load(trained, "centroids")
    groups = groups_of(centroids, np.bincount(cells, minlength=len(centroids)), n_articles)
    order = np.argsort(groups, kind="stable")
    cells = _inverse(order)[cells]
    rows = np.argsort(cells, kind="stable").astype(np.int32)
    places = _inverse(rows)
    arrays = {
        "groups": groups[order],
        "centroids": centroids[order],
        "cells": cells,
        "rows": rows,
        "places": places,
        "offsets": np.cumsum([0, *np.bincount(cells, minlength=len(order))], dtype=np.int64),
    }
    save(out, arrays)
    if n_cells_for(len(cells)):
        codes = new_array(out, "codes", np.uint8, (len(rows), code_width(centroids.shape[1])))
        for of_part, codes_of_part in matrices_of(parts, "code"):
            codes[places[of_part]] = codes_of_part
    return {"n_groups": int(groups.max()) + 1}


def _inverse(order: NDArray[np.integer]) -> NDArray[np.int32]:
    """The place of each number in an order of all of them."""
    places = np.empty(len(order), dtype=np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places


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

"""From which articles a list may be made: everything, what was there by then, folder, linked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .collection import Collection

DAY = 86_400.0

Rows: TypeAlias = NDArray[np.int64]
View: TypeAlias = Callable[[Rows], NDArray[np.bool_]]
"""Query rows, shape `(m,)`, to what each may be answered with, shape `(m, n_articles)`."""

ALL = "all"
AS_OF = "as_of"
FOLDER = "folder"
LINKED = "linked"


def views_of(collection: Collection, tolerance_days: float) -> Mapping[str, View]:
    """The views that a collection has; a query is never a candidate of its own.

    `as_of` is there when a folder article has a date, `folder` and `linked` when both kinds are.

    Args:
        collection: The articles.
        tolerance_days: How much newer than the query a candidate of `as_of` may be.
    """
    views: dict[str, View] = {ALL: _among(collection.is_candidate)}
    if np.isfinite(collection.published_at[~collection.is_linked]).any():
        views[AS_OF] = _published_by(collection, tolerance_days * DAY)
    if collection.is_linked.any() and not collection.is_linked.all():
        views[FOLDER] = _among(collection.is_candidate & ~collection.is_linked)
        views[LINKED] = _among(collection.is_candidate & collection.is_linked)
    return views


def _among(is_allowed: NDArray[np.bool_]) -> View:
    def view(queries: Rows) -> NDArray[np.bool_]:
        allowed = np.tile(is_allowed, (len(queries), 1))
        allowed[np.arange(len(queries)), queries] = False
        return allowed

    return view


def _published_by(collection: Collection, tolerance: float) -> View:
    """Undated candidates stay, as nothing says that they are newer; undated queries have none."""
    everything = _among(collection.is_candidate)
    published_at = collection.published_at

    def view(queries: Rows) -> NDArray[np.bool_]:
        asked_at = published_at[queries][:, None]
        is_newer = published_at[None, :] > asked_at + tolerance  # never true where one is unknown
        return everything(queries) & ~is_newer & np.isfinite(asked_at)

    return view

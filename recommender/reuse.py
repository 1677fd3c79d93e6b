"""What the last index has that need not be made again."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.corpus.reader import KnownFile
from recommender.embedding.encoder import open_encoder
from recommender.embedding.registry import Model
from recommender.embedding.texts import text_key
from recommender.errors import IndexFormatError, IndexMismatchError
from recommender.index.manifest import Recipe
from recommender.index.snapshot import Snapshot
from recommender.index.store import Store
from recommender.ranking.ground import Ground
from recommender.ranking.neighbourhoods import Earlier, Neighbourhoods
from recommender.ranking.stored import from_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.embedding.encoder import Encoder
    from recommender.records import Article, ModelIdentity, Problem

log = logging.getLogger(__name__)


def open_previous(store: Store) -> Snapshot | None:
    """The index as it is; None where there is none that can be used."""
    if not store.exists():
        return None
    try:
        return store.open(thorough=True)  # what is copied on must be whole
    except (IndexFormatError, IndexMismatchError) as error:
        log.warning("%s Making it anew.", error)
        return None


def ground_of(previous: Snapshot) -> Ground | None:
    """What was kept for ranking, if it fits together."""
    try:
        return from_arrays(previous.vectors, previous.kept)
    except ValueError as error:
        log.warning("%s", previous.damaged(f"found that {error}"))
        return None


def known_files(previous: Snapshot, recipe: Recipe) -> dict[str, KnownFile]:
    """What need not be parsed again if its bytes are the same."""
    made_by = previous.manifest.recipe
    if (made_by.recommender, made_by.reading) != (recipe.recommender, recipe.reading):
        return {}
    warnings: dict[str, list[Problem]] = defaultdict(list)
    for problem in previous.warnings():
        warnings[problem.path].append(problem)
    digests = previous.digests()
    return {
        path: KnownFile(digests[path], article, tuple(warnings[path]))
        for path, article in previous.articles_by_path().items()
    }


def rows_before(
    texts: Sequence[str], model: ModelIdentity, previous: Snapshot | None
) -> NDArray[np.int64]:
    """The row at which the last index holds each text's vector by the same model, or -1."""
    if previous is None or not previous.manifest.recipe.model.is_alike(model):
        return np.full(len(texts), -1)
    return previous.rows_with_text_keys([text_key(text) for text in texts])


def earlier_state(
    articles: Sequence[Article],
    rows_of_texts: NDArray[np.int64],
    previous: Snapshot | None,
    ground: Ground | None,
) -> Earlier | None:
    """What ranking may take over: an article's row is that of its id, if its vector is the same."""
    if previous is None or ground is None or not np.any(rows_of_texts >= 0):
        return None
    row_of_id = {article_id: row for row, article_id in enumerate(previous.ids)}
    rows = np.array([row_of_id.get(article.id, -1) for article in articles])
    keys = previous.text_keys
    is_same = (rows >= 0) & (rows_of_texts >= 0) & (keys[rows] == keys[rows_of_texts]).all(axis=1)
    near = Neighbourhoods(ground.levels[:, 0], ground.nearest)
    return Earlier(previous.vectors, near, np.where(is_same, rows, -1))


def vectors_of(
    texts: Sequence[str],
    rows_before: NDArray[np.int64],
    source: Encoder | Model,
    previous: Snapshot | None,
    progress: Callable[[int, int], None] | None,
) -> tuple[NDArray[np.float32], int]:
    """The vector of each text, and how many of them had to be encoded."""
    is_new = rows_before < 0
    new = sorted({text for text, new in zip(texts, is_new.tolist(), strict=True) if new})
    parts = []
    if new:
        encoder = open_encoder(source) if isinstance(source, Model) else source
        encoded = encoder.encode(new, progress=progress)
        place = {text: i for i, text in enumerate(new)}
        parts.append(encoded[[place[texts[i]] for i in np.flatnonzero(is_new).tolist()]])
    if previous and not is_new.all():
        parts.append(previous.vectors[rows_before[~is_new]])
    order = np.argsort(~is_new, kind="stable")  # the new ones stand first
    vectors = np.empty((len(texts), parts[0].shape[1]), dtype=np.float32)
    vectors[order] = np.concatenate(parts)
    return vectors, len(new)

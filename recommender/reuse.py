"""What the last index has that need not be made again."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.corpus.reader import KnownFile
from recommender.embedding.light import open_encoder_for
from recommender.embedding.registry import Model
from recommender.embedding.texts import text_key
from recommender.errors import IndexFormatError, IndexMismatchError
from recommender.index.cells import Cells
from recommender.index.manifest import Recipe
from recommender.index.snapshot import Snapshot
from recommender.index.store import Store
from recommender.ranking.ground import Ground
from recommender.ranking.neighbourhoods import Earlier, Neighbourhoods
from recommender.ranking.stored import from_arrays
from recommender.terms.sketches import N_PLACES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.embedding.encoder import Encoder
    from recommender.records import Article, ModelIdentity, Problem

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Previous:
    """The last index, if there is one that can be used.

    Attributes:
        snapshot: What it holds, every byte of it compared; None where there is none.
        ground: What it kept for ranking; None where that does not fit together.
    """

    snapshot: Snapshot | None
    ground: Ground | None

    @classmethod
    def open(cls, store: Store) -> Previous:
        """The index that is there; one that is damaged, or of another format, counts as none."""
        if not store.exists():
            return cls(None, None)
        try:
            snapshot = store.open(thorough=True)  # what is copied on must be whole
        except (IndexFormatError, IndexMismatchError) as error:
            log.warning("%s Making it anew.", error)
            return cls(None, None)
        return cls(snapshot, _ground(snapshot))

    @property
    def made_with(self) -> ModelIdentity | None:
        """The model that made its vectors."""
        return self.snapshot.manifest.recipe.model if self.snapshot else None

    def digests(self) -> Mapping[str, bytes]:
        """Those of every file that was read, by its path."""
        return self.snapshot.digests() if self.snapshot else {}

    def is_up_to_date(self, recipe: Recipe, digests: Mapping[str, bytes]) -> bool:
        """Whether it is what would be made in this way from files of these digests."""
        if self.snapshot is None or self.ground is None:
            return False
        return self.snapshot.manifest.recipe == recipe and self.digests() == digests

    def known_files(self, recipe: Recipe) -> dict[str, KnownFile]:
        """What need not be parsed again if its bytes are the same."""
        if self.snapshot is None or not self._has_read_as(recipe):
            return {}
        warnings: dict[str, list[Problem]] = defaultdict(list)
        for problem in self.snapshot.warnings():
            warnings[problem.path].append(problem)
        digests = self.digests()
        return {
            path: KnownFile(digests[path], article, tuple(warnings[path]))
            for path, article in self.snapshot.articles_by_path().items()
        }

    def rows(self, texts: Sequence[str], model: ModelIdentity) -> NDArray[np.int64]:
        """The row at which it holds each text's vector by the same model, or -1."""
        if self.snapshot is None or not self.snapshot.manifest.recipe.model.is_alike(model):
            return np.full(len(texts), -1)
        return self.snapshot.rows_with_text_keys([text_key(text) for text in texts])

    def vectors(
        self,
        texts: Sequence[str],
        rows: NDArray[np.int64],
        source: Encoder | Model,
        progress: Callable[[int, int], None] | None,
    ) -> tuple[NDArray[np.float32], int]:
        """The vector of each text, and how many of them had to be encoded; `rows` as above."""
        is_new = rows < 0
        new = sorted({texts[i] for i in np.flatnonzero(is_new).tolist()})
        parts = []
        if new:
            encoder = open_encoder_for(source, len(new)) if isinstance(source, Model) else source
            encoded = encoder.encode(new, progress=progress)
            place = {text: i for i, text in enumerate(new)}
            places = [place[texts[i]] for i in np.flatnonzero(is_new).tolist()]
            parts.append((is_new, encoded[places]))
        if self.snapshot and not is_new.all():
            parts.append((~is_new, self.snapshot.vectors[rows[~is_new]]))
        vectors = np.empty((len(texts), parts[0][1].shape[1]), dtype=np.float32)
        for is_of_part, part in parts:
            vectors[is_of_part] = part
        return vectors, len(new)

    def cells(self, vectors: NDArray[np.float32], rows: NDArray[np.int64]) -> Cells | None:
        """Cells for vectors, those of before where they do; `rows` as above."""
        return Cells.of(vectors, self.snapshot.cells if self.snapshot else None, rows)

    def earlier(self, articles: Sequence[Article], rows: NDArray[np.int64]) -> Earlier | None:
        """What ranking may take over: an article's row is that of its id, if its text is the same.

        Args:
            articles: Those of now.
            rows: Of their texts, as above.
        """
        if self.snapshot is None or self.ground is None or not np.any(rows >= 0):
            return None
        row_of_id = {article_id: row for row, article_id in enumerate(self.snapshot.ids)}
        own = np.array([row_of_id.get(article.id, -1) for article in articles])
        keys = self.snapshot.text_keys
        is_same = (own >= 0) & (rows >= 0) & (keys[own] == keys[rows]).all(axis=1)
        near = Neighbourhoods(self.ground.levels[:, 0], self.ground.nearest)
        return Earlier(self.snapshot.vectors, near, np.where(is_same, own, -1))

    def sketches(
        self, articles: Sequence[Article], recipe: Recipe, digests: Mapping[str, bytes]
    ) -> NDArray[np.uint16] | None:
        """The sketch of each article whose file is as it was, all 0 for the others.

        Args:
            articles: Those of now.
            recipe: How they are read.
            digests: Those of their files, by path.
        """
        if self.snapshot is None or self.ground is None or not self._has_read_as(recipe):
            return None
        kept, rows = self.ground.features.sketches, self.snapshot.rows_by_path
        if kept.shape[1] != N_PLACES:  # a stranger's
            return None
        before = self.digests()
        sketches = np.zeros((len(articles), N_PLACES), dtype=np.uint16)
        for i, article in enumerate(articles):
            path = article.path
            if path is not None and before.get(path) == digests[path]:
                sketches[i] = kept[rows[path]]
        return sketches

    def _has_read_as(self, recipe: Recipe) -> bool:
        """Whether it made of files what would be made of them in this way."""
        if self.snapshot is None:
            return False
        made_by = self.snapshot.manifest.recipe
        return (made_by.recommender, made_by.reading) == (recipe.recommender, recipe.reading)


def _ground(snapshot: Snapshot) -> Ground | None:
    try:
        return from_arrays(snapshot.vectors, snapshot.kept)
    except ValueError as error:
        log.warning("%s", snapshot.damaged(f"found that {error}"))
        return None

"""Answers from an index: `Recommender` joins the rooms.

a reference → an article and its vector → neighbours in the index → recommendations
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recommender.errors import ConfigError, IndexMismatchError
from recommender.index.columns import UNKNOWN_TIME
from recommender.index.snapshot import Snapshot
from recommender.index.store import Store
from recommender.index.vectors import Neighbours, VectorIndex
from recommender.lookup import Lookup
from recommender.records import Article, Recommendation
from recommender.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.embedding.encoder import Encoder
    from recommender.records import ModelIdentity

BATCH = 1024


@dataclass(frozen=True, slots=True)
class _Query:
    """An article to find neighbours for, with the rows that are the article itself."""

    vector: NDArray[np.float32]
    own_rows: frozenset[int]


class Recommender:
    """An open index that answers; the state it was opened at, until `refresh`."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        encoder: Encoder | None = None,
        now: datetime | None = None,
    ) -> None:
        """Prefer `Recommender.open`."""
        self._store = store
        self._settings = settings
        self._encoder = encoder
        self._fixed_now = now
        self.refresh()

    @classmethod
    def open(
        cls,
        index: str | Path | None = None,
        *,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        now: datetime | None = None,
    ) -> Recommender:
        """Open an index for answering.

        Args:
            index: The index directory; None takes the one that the settings name.
            settings: None reads `recommender.yaml` of the working directory, if it is there.
            encoder: The one that made the index's vectors, for texts that it does not hold; None,
                or another one, opens the index's own model when the first such text comes.
            now: Aware; decides which articles are due or expired. None means the time of opening.

        Raises:
            IndexNotFoundError: There is no index at that place.
            IndexFormatError: It is damaged.
            IndexMismatchError: It was made by another format version or text recipe.
            ConfigError: The settings file is wrong.
        """
        settings = settings or Settings.from_file()
        return cls(Store(Path(index or settings.index)), settings, encoder=encoder, now=now)

    def refresh(self) -> None:
        """Take over the newest state of the index directory."""
        self._snapshot = self._store.open()
        self._refuse_other_recipe()
        self._lookup = Lookup(self._snapshot, self._store.path)
        self._shown = _shown_rows(self._snapshot, self._fixed_now or datetime.now(UTC))
        self._neighbourhood = VectorIndex(self._snapshot.vectors, self._shown)

    @property
    def articles(self) -> Sequence[Article]:
        """Every article of the index, linked ones included, ordered by id."""
        return self._snapshot.articles

    @property
    def lists(self) -> Mapping[str, tuple[str, ...]]:
        """The editors' lists: article id to ids in their order; no list, no entry."""
        return self._snapshot.lists()

    @property
    def candidates(self) -> Sequence[str]:
        """Ids of the articles that may be recommended now, linked ones included, ascending."""
        ids = self._snapshot.ids
        return list(ids) if self._shown is None else [ids[row] for row in self._shown.tolist()]

    @property
    def model(self) -> ModelIdentity:
        """The embedding model that made the vectors."""
        return self._snapshot.manifest.recipe.model

    @property
    def corpus_hash(self) -> str:
        """SHA-256 over paths and bytes of all files that were read, hexadecimal."""
        digest = hashlib.sha256()
        for path, of_bytes in sorted(self._snapshot.digests().items()):
            digest.update(f"{path}\0".encode() + of_bytes)
        return digest.hexdigest()

    def knows(self, article_id: str) -> bool:
        """Whether the index holds an article of this id."""
        return self._snapshot.row(article_id) is not None

    def curated(self, article_id: str) -> list[Article]:
        """The editors' list of one article, in their order; empty where there is none.

        Raises:
            UnknownArticleError: The id is not in the index.
        """
        rows = self._snapshot.list_rows(self._lookup.row_of_id(article_id))
        return [self._snapshot.article(row) for row in rows]

    def vectors(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of articles.

        Returns:
            Shape `(len(ids), dim)`, float32, unit rows, row i for `ids[i]`.

        Raises:
            UnknownArticleError: An id is not in the index.
        """
        rows = [self._lookup.row_of_id(article_id) for article_id in ids]
        return np.asarray(self._snapshot.vectors[rows])

    def find(self, reference: str | Path) -> Article:
        """The article that an id, a path, a URL or an exact title means.

        A path to a file that is not in the index is read from disk.

        Raises:
            UnknownArticleError: Nothing, or more than one title, answers to it.
            ArticleError: The file outside the index cannot be read.
        """
        row = self._lookup.row(str(reference))
        return self._snapshot.article(row) if row is not None else self._read(Path(reference))

    def recommend(self, article: str | Path | Article, k: int = 10) -> list[Recommendation]:
        """The related list of one article.

        Args:
            article: An id, path, URL or exact title of an indexed article, the path of any article
                file, or an `Article`, which need only have a title.
            k: Length of the list, at least 1.

        Returns:
            At most k recommendations, best first, ties by id; never the article itself.

        Raises:
            UnknownArticleError: A string means no article.
            ConfigError: k is below 1.
            ArticleError: A file outside the index cannot be read.
            ModelError: A text must be encoded and the model cannot be had.
        """
        _refuse_bad_k(k)
        query = self._query(article if isinstance(article, Article) else self.find(article))
        neighbours = self._neighbourhood.search(query.vector, k + len(query.own_rows))
        return self._recommendations(neighbours, 0, query.own_rows, k)

    def recommend_all(self, k: int = 10) -> Iterator[tuple[str, list[Recommendation]]]:
        """The related list of every article of the folder, ordered by id.

        Linked articles have no page, so they have no list. Unpublished ones have none either where
        the site hides them.

        Args:
            k: Length of each list, at least 1.

        Yields:
            The article's id and what `recommend` gives for it.

        Raises:
            ConfigError: k is below 1.
        """
        _refuse_bad_k(k)
        everything = np.arange(self._snapshot.n_articles) if self._shown is None else self._shown
        queries = everything[~self._snapshot.is_linked[everything]]
        for start in range(0, len(queries), BATCH):
            rows = queries[start : start + BATCH]
            neighbours = self._neighbourhood.search(self._snapshot.vectors[rows], k + 1)
            for i, row in enumerate(rows.tolist()):
                yield (
                    self._snapshot.ids[row],
                    self._recommendations(neighbours, i, frozenset({row}), k),
                )

    def _recommendations(
        self, neighbours: Neighbours, i: int, own_rows: frozenset[int], k: int
    ) -> list[Recommendation]:
        pairs = zip(neighbours.rows[i].tolist(), neighbours.similarities[i].tolist(), strict=True)
        others = [(row, similarity) for row, similarity in pairs if row not in own_rows]
        return [
            _recommendation(rank, self._snapshot.article(row), similarity)
            for rank, (row, similarity) in enumerate(others[:k], start=1)
        ]

    def _query(self, article: Article) -> _Query:
        row = self._snapshot.row(article.id) if article.id else None
        if row is not None:
            return _Query(self._snapshot.vectors[[row]], frozenset({row}))
        return _Query(self._vector(article), frozenset(self._lookup.rows_of_url(article.url or "")))

    def _vector(self, article: Article) -> NDArray[np.float32]:
        from recommender.embedding.texts import embedding_text, text_key

        text = embedding_text(article.title, article.excerpt)
        known = self._snapshot.rows_with_text_keys([text_key(text)])
        if known[0] >= 0:
            return self._snapshot.vectors[known]
        return self._own_encoder().encode([text])

    def _own_encoder(self) -> Encoder:
        """The encoder that made the index's vectors; no other gives any that compare with them."""
        made_with = self._snapshot.manifest.recipe.model
        if self._encoder is None or self._encoder.identity.fingerprint != made_with.fingerprint:
            self._encoder = self._open_encoder(made_with)
        return self._encoder

    def _open_encoder(self, made_with: ModelIdentity) -> Encoder:
        from recommender.embedding.encoder import open_encoder
        from recommender.embedding.registry import find_model

        model = find_model(made_with.name)
        if model.identity.fingerprint != made_with.fingerprint:
            raise IndexMismatchError(
                f"the index {self._store.path} was made with other files of the model "
                f"“{made_with.name}” than are here now: run `recommender index` again.",
                path=self._store.path,
            )
        return open_encoder(model)

    def _read(self, path: Path) -> Article:
        from recommender.corpus.reader import read_file
        from recommender.corpus.schema.presets import schema_from_settings

        schema = schema_from_settings(self._settings.schema)
        article, _ = read_file(path, root=path.parent, schema=schema)
        return replace(
            article, id=path.as_posix()
        )  # an id from elsewhere may be taken in this folder

    def _refuse_other_recipe(self) -> None:
        from recommender.embedding.texts import TEXT_RECIPE

        recipe = self._snapshot.manifest.recipe.text_recipe
        if recipe != TEXT_RECIPE:
            raise IndexMismatchError(
                f"the index {self._store.path} holds vectors of texts made as “{recipe}”; this "
                f"version makes “{TEXT_RECIPE}”: run `recommender index` again.",
                path=self._store.path,
            )


def recommend(article: str | Path | Article, k: int = 10) -> list[Recommendation]:
    """The related list of one article, from the index that the settings name.

    Opens the index each time; for many calls keep a `Recommender` open.
    Arguments, result and errors are those of `Recommender.recommend` and `Recommender.open`.
    """
    return Recommender.open().recommend(article, k)


def _recommendation(rank: int, article: Article, similarity: float) -> Recommendation:
    return Recommendation(
        rank=rank,
        id=article.id,
        title=article.title,
        url=article.url,
        score=max(0.0, similarity),
        similarity=similarity,
        provider=article.provider.name if article.provider else None,
        published_at=article.published_at,
    )


def _shown_rows(snapshot: Snapshot, now: datetime) -> NDArray[np.int64] | None:
    """Rows that may be recommended, ascending; None for all of them."""
    if not snapshot.manifest.recipe.hides_unpublished:
        return None
    moment = int(now.timestamp())
    is_due = snapshot.published_at <= moment  # an unknown date is the smallest number
    has_expired = (snapshot.expires_at <= moment) & (snapshot.expires_at != UNKNOWN_TIME)
    return np.flatnonzero(snapshot.is_published & is_due & ~has_expired)


def _refuse_bad_k(k: int) -> None:
    if k < 1:
        raise ConfigError(f"k is {k}; expected a list length of at least 1.", key="k")

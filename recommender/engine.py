"""Answers from an index: `Recommender` joins the rooms.

a reference → an article and its vector → neighbours in the index → recommendations

What it answers from is one `State`, which each method takes once. So several threads may ask while
another refreshes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from recommender.errors import ConfigError
from recommender.index.store import Store
from recommender.outside import Outside
from recommender.ranking.weights import Weights
from recommender.records import Article, Recommendation
from recommender.settings import Policy, Settings
from recommender.site_weights import site_weights
from recommender.state import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.embedding.encoder import Encoder
    from recommender.ranking.pools import Pools
    from recommender.records import ModelIdentity

log = logging.getLogger(__name__)


class Recommender:
    """An open index that answers; the state it was opened at, until `refresh`.

    Safe to use from several threads, which get the answers that one would get. One that refreshes
    disturbs no other: an answer is wholly of the state before or wholly of the new one, and a
    `recommend_all` that has begun ends in the state in which it began. Only several calls whose
    results belong together (`positions`, `pools`, `choose`) want an engine that nobody refreshes
    between them.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        encoder: Encoder | None = None,
        weights: Weights | None = None,
        now: datetime | None = None,
    ) -> None:
        """Prefer `Recommender.open`."""
        self._weights = weights or site_weights(settings)
        self._settings = settings
        self._store = store
        self._outside = Outside(store.path, settings.schema, encoder)
        self._fixed_now = now
        self._refreshing = Lock()
        self.refresh()

    @classmethod
    def open(
        cls,
        index: str | Path | None = None,
        *,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        weights: Weights | None = None,
        now: datetime | None = None,
    ) -> Recommender:
        """Open an index for answering.

        Args:
            index: The index directory; None takes the one that the settings name.
            settings: None reads `recommender.yaml` of the working directory, if it is there.
            encoder: The one that made the index's vectors, for texts that it does not hold; None,
                or another one, opens the index's own model when the first such text comes.
            weights: How much each signal counts; None takes `recommender.weights.yaml` beside the
                settings, if it is there, and else the weights that are shipped.
            now: Aware; decides which articles are due or expired. None means the time of opening.

        Raises:
            IndexNotFoundError: There is no index at that place.
            IndexFormatError: It is damaged.
            IndexMismatchError: It was made by another format version or text recipe.
            ConfigError: The settings file is wrong, or the weights file is.
        """
        settings = settings or Settings.from_file()
        return cls(
            Store(Path(index or settings.index)),
            settings,
            encoder=encoder,
            weights=weights,
            now=now,
        )

    def refresh(self) -> None:
        """Take over the newest state of the index directory, and what the time is now.

        Nothing else looks for a new state. Where it cannot be taken over, the one before goes on
        answering.

        Raises:
            IndexNotFoundError: The index is gone.
            IndexFormatError: It is damaged.
            IndexMismatchError: It was made by another format version or text recipe.
            ConfigError: The file of pins and bans is wrong.
        """
        with self._refreshing:  # else one that was slow could bring an older state back
            snapshot = self._store.open()
            self._outside.refuse_other_recipe(snapshot)
            now = self._fixed_now or datetime.now(UTC)
            path, settings = self._store.path, self._settings
            self._state = State.of(snapshot, path, settings, self._weights, now)
            n_shown = np.count_nonzero(self._state.ranker.is_shown)
        log.debug(
            "%s: %s opened, articles %d, of which may be recommended %d",
            *(path, snapshot.manifest.generation, snapshot.n_articles, n_shown),
        )

    @property
    def articles(self) -> Sequence[Article]:
        """Every article of the index, linked ones included, ordered by id."""
        return self._state.snapshot.articles

    @property
    def lists(self) -> Mapping[str, tuple[str, ...]]:
        """The editors' lists: article id to ids in their order; no list, no entry."""
        return self._state.snapshot.lists()

    @property
    def candidates(self) -> Sequence[str]:
        """Ids of the articles that may be recommended now, linked ones included, ascending."""
        state = self._state
        return [state.snapshot.ids[row] for row in np.flatnonzero(state.ranker.is_shown).tolist()]

    @property
    def model(self) -> ModelIdentity:
        """The embedding model that made the vectors."""
        return self._state.snapshot.manifest.recipe.model

    @property
    def corpus_hash(self) -> str:
        """SHA-256 over paths and bytes of all files, generated entries left out, hexadecimal."""
        return self._state.snapshot.corpus_hash()

    @property
    def digests_outside_lists(self) -> Mapping[str, bytes]:
        """SHA-256 of every file's bytes, entries that `write` made left out, by the file's path."""
        return self._state.snapshot.digests_outside_lists()

    @property
    def weights(self) -> Weights:
        """How much each signal counts here: the site's own weights, or those that are shipped."""
        return self._state.usual_way.weights

    @property
    def policy(self) -> Policy:
        """From ranked candidates to lists, as the settings say."""
        return self._settings.policy

    def knows(self, article_id: str) -> bool:
        """Whether the index holds an article of this id."""
        return self._state.snapshot.row(article_id) is not None

    def curated(self, article_id: str) -> list[Article]:
        """The editors' list of one article, in their order; empty where there is none.

        Raises:
            UnknownArticleError: The id is not in the index.
        """
        state = self._state
        rows = state.snapshot.list_rows(state.lookup.row_of_id(article_id))
        return [state.snapshot.article(row) for row in rows]

    def positions(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """Where articles stand in `articles`, int64.

        Raises:
            UnknownArticleError: An id is not in the index.
        """
        return self._state.positions(ids)

    def vectors(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of articles.

        Returns:
            Shape `(len(ids), dim)`, float32, unit rows, row i for `ids[i]`.

        Raises:
            UnknownArticleError: An id is not in the index.
        """
        state = self._state
        return np.asarray(state.snapshot.vectors[state.positions(ids)])

    def find(self, reference: str | Path) -> Article:
        """The article that an id, a path, a URL or an exact title means.

        A path to a file that is not in the index is read from disk.

        Raises:
            UnknownArticleError: Nothing, or more than one title, answers to it.
            ArticleError: The file outside the index cannot be read.
        """
        return self._find(self._state, reference)

    def recommend(
        self,
        article: str | Path | Article,
        k: int = 10,
        *,
        vector: NDArray[np.float32] | None = None,
        explain: bool = True,
    ) -> list[Recommendation]:
        """The related list of one article.

        Args:
            article: An id, path, URL or exact title of an indexed article, the path of any article
                file, or an `Article`, which need only have a title.
            k: Length of the list, at least 1.
            vector: What the index's model makes of the article's title and excerpt, shape `(dim,)`,
                float32, unit length; None encodes them. The index's own articles need none.
            explain: Whether to give reasons, which takes reading the articles' texts.

        Returns:
            At most k recommendations, best first, ties by id; never the article itself.

        Raises:
            UnknownArticleError: A string means no article.
            ConfigError: k is below 1, or the vector is none of this index's.
            ArticleError: A file outside the index cannot be read.
            ModelError: A text must be encoded and the model cannot be had.
            IndexFormatError: What is needed for this list is damaged.
        """
        _refuse_bad_k(k)
        state = self._state
        with state.naming_damage():
            row = self._row(state, article)
            if row is not None:
                read = state.snapshot.article(row) if explain else None
                return state.maker.make(state.query(row, k), state.usual_way, k, article=read)
            found = article if isinstance(article, Article) else self._outside.read(Path(article))
            own = self._outside.vector(found, state.snapshot, vector)
            query, besides = state.outsider(found, own, k)
            read = found if explain else None
            return state.maker.make(query, state.usual_way, k, besides, article=read)

    def recommend_all(
        self,
        k: int = 10,
        *,
        weights: Weights | None = None,
        lists: Mapping[str, Sequence[str]] | None = None,
        policy: Policy | None = None,
        explain: bool = False,
    ) -> Iterator[tuple[str, list[Recommendation]]]:
        """The related list of every article of the folder, ordered by id.

        Linked articles have no page, so they have no list. Unpublished ones have none either where
        the site hides them.

        Args:
            k: Length of each list, at least 1.
            weights: How much each signal counts; None: as the engine was opened.
            lists: The editors' lists that may be looked at, article id to ids; None: the index's.
            policy: From ranked candidates to lists; None: what the settings say.
            explain: Whether to give reasons, which takes reading the articles' texts.

        Returns:
            For each its id and, with reasons and nothing else that differs, what `recommend` gives
            for it; all of the state that counts now.

        Raises:
            ConfigError: k is below 1.
            UnknownArticleError: An id is not in the index.
        """
        _refuse_bad_k(k)
        state = self._state
        return state.lists(state.way(weights, lists, policy), k, explain=explain)

    def pools(
        self,
        ids: Sequence[str],
        lists: Mapping[str, Sequence[str]],
        progress: Callable[[int, int], None] | None = None,
    ) -> Pools:
        """Candidates and signals of articles of the index, for fitting and for experiments.

        Args:
            ids: The articles for which lists are made.
            lists: The editors' lists that may be looked at, article id to ids. They are an
                argument; the index's own are not looked at. What a query's own list holds changes
                nothing for it.
            progress: Called now and then with the queries done and their total.

        Returns:
            Pools whose queries and candidates are positions in `articles`.

        Raises:
            UnknownArticleError: An id is not in the index.
        """
        state = self._state
        known = state.lookup.rows_of_lists(lists)
        return state.ranker.pools(state.positions(ids), known, progress)

    def choose(
        self,
        pools: Pools,
        k: int = 10,
        *,
        weights: Weights | None = None,
        policy: Policy | None = None,
        is_allowed: NDArray[np.bool_] | None = None,
    ) -> list[NDArray[np.int64]]:
        """Lists from pools under a policy, for experiments; nothing of the editors' is in them.

        What a policy says of `curated` changes nothing, and pins and bans are not looked at. Of
        lists, only those count that were handed to `pools`.

        Args:
            pools: Candidates and signals, as `pools` gives them.
            k: Length of each list, at least 1.
            weights: How much each signal counts; None: as the engine was opened.
            policy: From ranked candidates to lists; None: what the settings say.
            is_allowed: Which candidates may stand in a list, shape as `pools.rows`; None: all. They
                count as they were weighed among all candidates.

        Returns:
            For each query positions in `articles`, best first: at most k, and fewer or none where
            the policy leaves no more.

        Raises:
            ConfigError: k is below 1.
        """
        _refuse_bad_k(k)
        state = self._state
        weights = weights or state.usual_way.weights
        return state.ranker.choose_from(pools, weights, policy or self.policy, k, is_allowed)

    def _find(self, state: State, reference: str | Path) -> Article:
        row = state.lookup.row(str(reference))
        return self._outside.read(Path(reference)) if row is None else state.snapshot.article(row)

    def _row(self, state: State, article: str | Path | Article) -> int | None:
        """The row of what is to be read; None where the index does not hold it."""
        if isinstance(article, Article):
            return state.snapshot.row(article.id) if article.id else None
        return state.lookup.row(str(article))


def recommend(article: str | Path | Article, k: int = 10) -> list[Recommendation]:
    """The related list of one article, from the index that the settings name.

    Opens the index each time; for many calls keep a `Recommender` open.
    Arguments, result and errors are those of `Recommender.recommend` and `Recommender.open`.
    """
    return Recommender.open().recommend(article, k)


def _refuse_bad_k(k: int) -> None:
    if k < 1:
        raise ConfigError(f"k is {k}; expected a list length of at least 1.", key="k")

"""A part of a collection, as ranking sees a whole one: its articles, and all they may list.

Rows and terms are numbered anew, in the same order. What is said of each article is what the whole
collection says of it. A last row, which is nobody, stands for all articles elsewhere: who points to
them points to it, so that it is still known to how many each one points.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from recommender.cluster.posting import SEARCHED, look_up
from recommender.cluster.searching import postings_of, table_of
from recommender.cluster.tables import load, numbers, to_matrix, to_ragged, to_texts
from recommender.cluster.whole import Whole
from recommender.cluster.wording import KIND_OF, KINDS, TABLES, frequencies
from recommender.features import Features, Graph, Vocabulary, distinct, spans
from recommender.index.columns import are_open
from recommender.index.record_json import from_json
from recommender.ranking.block import TABLES as COMPARED
from recommender.ranking.block import TermBlock
from recommender.ranking.breadth import breadth_for
from recommender.ranking.ground import Ground
from recommender.ranking.lists import MANY, NONE, Lists
from recommender.ranking.neighbourhoods import N_NEAREST, NOBODY
from recommender.ranking.numbers import NUMBERS
from recommender.ranking.retrieval import Postings
from recommender.ranking.site import Site
from recommender.records import Article
from recommender.terms.weights import Spread

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Plot:
    """A part of a collection.

    Args:
        table: What is known of its articles, in any order.
        whole: The collection.
        queries: Rows of those for which lists are made: only their terms will be searched.
    """

    def __init__(self, table: pa.Table, whole: Whole, queries: NDArray[np.int64]) -> None:
        self._table = table
        self._order = np.argsort(numbers(table, "row"))
        self.rows = numbers(table, "row")[self._order]
        self._places = np.full(whole.n, len(self.rows), dtype=np.int32)
        self._places[self.rows] = np.arange(len(self.rows))
        self._whole = whole
        self._queries = queries

    def __len__(self) -> int:
        return len(self.rows)

    def local(self, rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """The places of rows of the collection; that of nobody for those elsewhere."""
        places: NDArray[np.int64] = self._places[rows].astype(np.int64)
        return places

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """Of all, and a made up one of nobody."""
        vectors = load(self._whole.vectors, "vectors")[self.rows]
        nobody = np.zeros((1, vectors.shape[1]), dtype=np.float32)
        nobody[0, 0] = 1.0
        return np.concatenate([vectors, nobody])

    def entry(self, row: int) -> Article:
        """The article of a place, without its body."""
        return from_json(Article, to_texts(self._table["entry"].slice(int(self._order[row]), 1))[0])

    def article(self, row: int) -> Article:
        """The same: reasons, which need bodies, are not given here."""
        return self.entry(row)

    @property
    def titles(self) -> Sequence[str]:
        """The title of each place."""
        return [self.entry(row).title for row in range(len(self))]

    def ids(self, places: NDArray[np.int64]) -> list[str]:
        """The ids at some places."""
        return to_texts(self._table["id"].take(pa.array(self._order[places])))

    def are_open(self, moment: datetime | None) -> NDArray[np.bool_]:
        """Which articles readers can open, nobody not; at any moment where None is given."""
        is_open = np.zeros(len(self) + 1, dtype=bool)
        times = (self._numbers(name) for name in ("published_second", "expires_second"))
        is_open[:-1] = moment is None or are_open(moment, self._flags("is_published"), *times)
        return is_open

    def are_linked(self) -> NDArray[np.bool_]:
        """Which exist in lists only; shape `(len(self),)`."""
        return self._flags("is_linked")

    def ground(self) -> Ground:
        """All that ranking wants to know."""
        features, whole = self._features(), self._whole
        block = TermBlock.of_tables({name: getattr(features, name) for name in COMPARED})
        mentioners = Graph(
            load(whole.mentions, "mentioners"), load(whole.mentions, "mentioner_offsets")
        )
        return Ground(
            vectors=self.vectors,
            features=features.with_tables({name: block.table(name) for name in COMPARED}),
            block=block,
            levels=_with_nobody(load(whole.nearness, "levels")[self.rows], 0),
            **{name: self._postings(name, features) for name in SEARCHED},
            numbers=_with_nobody(load(whole.mentions, "numbers")[self.rows], 0),
            n_naming=_with_nobody(load(whole.mentions, "n_naming")[self.rows], 0),
            mentioners=self._graph(mentioners)[0],
            nearest=np.full((len(self) + 1, N_NEAREST), NOBODY, dtype=np.int32),
            n_near=_with_nobody(load(whole.nearness, "n_near")[self.rows], 0),
            site=Site(*whole.conditions),
        )

    def lists(self) -> Lists:
        """The editors' lists, counted over the whole collection."""
        whole = self._whole.lists
        graph, _ = self._graph(Graph(load(whole, "targets"), load(whole, "offsets")))
        only_entry = load(whole, "only_entry")[self.rows]
        is_one = only_entry >= 0
        local = self.local(only_entry[is_one])
        only_entry[is_one] = np.where(local < len(self), local, MANY)  # it is not the query
        return Lists(
            graph=graph,
            only_entry=_with_nobody(only_entry, NONE),
            n_listing=_with_nobody(load(whole, "n_listing")[self.rows], 0),
            n_listing_only=_with_nobody(load(whole, "n_listing_only")[self.rows], 0),
            n_lists=self._whole.n_lists,
        )

    def _features(self) -> Features:
        whole, table = self._whole, self._table
        places = self.local(numbers(table, "row"))
        keys = {name: self._keys(name) for name in KINDS}
        mentions = Graph(load(whole.mentions, "targets"), load(whole.mentions, "offsets"))
        graph, of_graph = self._graph(mentions)
        facts = load(whole.mentions, "numbers")[self.rows]
        return Features(
            **{name: table_of(table, name, keys[KIND_OF[name]], places) for name in TABLES},
            mentions=graph,
            are_names=load(whole.mentions, "are_names")[of_graph],
            body_length=_with_nobody(facts[:, NUMBERS.index("body_length")], np.nan),
            published_at=_with_nobody(facts[:, NUMBERS.index("published_at")], np.nan),
            vocabularies={name: self._vocabulary(name, keys[name]) for name in KINDS},
            sketches=_with_nobody(to_matrix(table["sketch"])[self._order], 0),
        )

    def _keys(self, kind: str) -> NDArray[np.int64]:
        """All terms of a kind that the articles have, ascending."""
        tables = ("words", "lead", "titles") if kind in ("words", "lead") else (kind,)
        found = [to_ragged(self._table[f"{name}_keys"])[0] for name in tables]
        return distinct(np.concatenate(found))

    def _vocabulary(self, kind: str, keys: NDArray[np.int64]) -> Vocabulary:
        spread = Spread(frequencies(self._whole.vocabulary, kind, keys), self._whole.n)
        return Vocabulary(keys, spread.idf().astype(np.float32), self._whole.n)

    def _postings(self, name: str, features: Features) -> Postings:
        """As far as the queries have the terms, and the articles are here."""
        asked = KIND_OF[name]
        queries = self.local(self._queries)
        own = getattr(features, asked).take(queries)
        numbers_asked = distinct(own.ids[own.weights > 0])
        keys = features.vocabularies[asked].keys[numbers_asked]
        terms, rows, weights = look_up(self._whole.postings, name, keys)
        local = self.local(rows)
        is_here = local < len(self)
        table = getattr(features, name)
        return postings_of(
            numbers_asked[terms[is_here]],
            local[is_here],
            weights[is_here],
            table.n_terms,
            len(self) + 1,
            breadth_for(self._whole.n),
        )

    def _graph(self, graph: Graph) -> tuple[Graph, NDArray[np.int64]]:
        """Arrows from the articles, and the places of these among all arrows."""
        places, owners = spans(graph.offsets, self.rows)
        targets = self.local(graph.targets[places]).astype(np.int32)
        lengths = np.bincount(owners, minlength=len(self) + 1)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return Graph(targets, offsets), places

    def _flags(self, name: str) -> NDArray[np.bool_]:
        flags: NDArray[np.bool_] = self._numbers(name).astype(bool)
        return flags

    def _numbers(self, name: str) -> NDArray[Any]:
        found: NDArray[Any] = numbers(self._table, name)[self._order]
        return found


def _with_nobody(values: NDArray[Any], of_nobody: float) -> NDArray[Any]:
    last = np.full((1, *values.shape[1:]), of_nobody, dtype=values.dtype)
    return np.concatenate([np.asarray(values), last])

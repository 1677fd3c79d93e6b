"""What a generation is made from, and how it lies in arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.index.cells import Cells
from recommender.index.columns import to_list_column, to_seconds, to_string_column
from recommender.index.manifest import FORMAT, ArrayFacts, Counts, FileFacts, Manifest, Recipe
from recommender.index.record_json import to_json
from recommender.index.vectors import refuse_bad_vectors
from recommender.records import Article, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGEST_BYTES = 32
CELLS = "cells_"
"""What the files of `Cells` begin with."""

KEPT = "kept_"
"""What the files of arrays that others want kept begin with."""

_NO_DIGESTS = bytes(2 * DIGEST_BYTES)


@dataclass(frozen=True, slots=True)
class Contents:
    """All that one state of an index holds.

    Attributes:
        articles: Those of the folder and the linked ones, in any order, each with an id of its own.
        vectors: Shape `(n_articles, dim)`, float32, unit rows, row i for the i-th article.
        text_keys: SHA-256 of each article's embedded text, 32 bytes, in the same order.
        canonical_urls: The form under which each article's address is found, in the same order;
            empty where it has none.
        digests: SHA-256 of the bytes of each article's file, and of those outside generated
            entries, 64 bytes together, by path.
        lists: The editors' lists: article id to ids in their order.
        warnings: What was found in the files that were read with a warning.
        recipe: How all this was made.
        cells: Of the vectors, where there are many; their rows are those above, which must be
            ordered by id then.
        kept: Arrays that ranking wants kept, by name; rows are articles ordered by id, not those
            above.

    Raises:
        ValueError: They do not fit together.
    """

    articles: Sequence[Article]
    vectors: NDArray[np.float32]
    text_keys: Sequence[bytes]
    canonical_urls: Sequence[str]
    digests: Mapping[str, bytes]
    lists: Mapping[str, Sequence[str]]
    warnings: Sequence[Problem]
    recipe: Recipe
    cells: Cells | None = None
    kept: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        refuse_bad_vectors(self.vectors)
        n = len(self.articles)
        if not n == len(self.vectors) == len(self.text_keys) == len(self.canonical_urls):
            raise ValueError(f"{n} articles with other numbers of vectors, text keys or URLs")
        ids = {article.id for article in self.articles}
        if len(ids) < n or "" in ids:
            raise ValueError("an article has no id, or that of another")
        if strange := {*self.lists, *chain(*self.lists.values())} - ids:
            raise ValueError(f"a list names “{min(strange)}”; expected the id of an article")

    def to_manifest(self, generation: str, files: Mapping[str, FileFacts]) -> Manifest:
        """The manifest of these contents, once they are written."""
        counts = Counts(
            articles=len(self.articles),
            linked_articles=sum(article.is_linked for article in self.articles),
            lists=sum(map(bool, self.lists.values())),
            warnings=len(self.warnings),
        )
        dim = self.vectors.shape[1]
        kept = {name: ArrayFacts(a.dtype.str, a.shape) for name, a in self.kept.items()}
        return Manifest(FORMAT, generation, self.recipe, dim, counts, files, kept)

    def arrays(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """The arrays of a generation and their names, rows ordered by id.

        Each is made when it is its turn, so that all of them are never there at once.
        """
        order = sorted(range(len(self.articles)), key=lambda i: self.articles[i].id)
        articles = [self.articles[i] for i in order]
        yield "vectors", self.vectors if order == [*range(len(order))] else self.vectors[order]
        yield "text_keys", _to_matrix([self.text_keys[i] for i in order])
        yield "digests", _to_matrix([self._digests(article) for article in articles], 2)
        yield "published_at", to_seconds(article.published_at for article in articles)
        yield "expires_at", to_seconds(article.expires_at for article in articles)
        yield "is_published", np.asarray([a.is_published for a in articles], dtype=bool)
        yield "is_linked", np.asarray([article.is_linked for article in articles], dtype=bool)
        for name, texts in self._texts(articles, order).items():
            yield from _named(name, to_string_column(texts))
        yield from _named("lists", to_list_column(self._list_rows(articles)))
        if self.cells:
            for name, array in self.cells.to_arrays().items():
                yield f"{CELLS}{name}", array
        for name, array in self.kept.items():
            yield f"{KEPT}{name}", array

    def _texts(self, articles: Sequence[Article], order: Sequence[int]) -> dict[str, Iterable[str]]:
        return {
            "ids": (article.id for article in articles),
            "titles": (article.title for article in articles),
            "paths": (article.path or "" for article in articles),
            "urls": (self.canonical_urls[i] for i in order),
            "articles": (to_json(replace(article, body="")) for article in articles),
            "bodies": (article.body for article in articles),
            "warnings": (to_json(problem) for problem in self.warnings),
        }

    def _list_rows(self, articles: Sequence[Article]) -> list[list[int]]:
        row_of = {article.id: row for row, article in enumerate(articles)}
        lists = (self.lists.get(article.id, ()) for article in articles)
        return [[row_of[entry] for entry in entries] for entries in lists]

    def _digests(self, article: Article) -> bytes:
        return _NO_DIGESTS if article.path is None else self.digests[article.path]


def _named(
    name: str, column: tuple[NDArray[Any], NDArray[np.int64]]
) -> Iterator[tuple[str, NDArray[Any]]]:
    items, offsets = column
    yield name, items
    yield f"{name}_offsets", offsets


def _to_matrix(digests: Sequence[bytes], n: int = 1) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, n * DIGEST_BYTES)

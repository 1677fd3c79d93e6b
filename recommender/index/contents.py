"""What a generation is made from: articles and their vectors, laid out as the files of an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.index.columns import ListColumn, StringColumn, article_to_json, to_seconds
from recommender.index.manifest import Recipe
from recommender.records import Article, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Contents:
    """All that one state of an index holds, ready to be written.

    Attributes:
        articles: Those of the folder and the linked ones, ordered by id, ids unique.
        vectors: Shape `(n_articles, dim)`, float32, unit rows, row i for the i-th article.
        text_keys: SHA-256 of each article's embedded text, 32 bytes each, in the same order.
        canonical_urls: The form under which each article's address is looked up, empty for none.
        digests: SHA-256 of each file's bytes, by path; linked articles have none.
        lists: The editors' lists, article id to ids.
        warnings: What is to be said of the files each time, although they are not parsed again.
        recipe: How the index is made.
    """

    articles: Sequence[Article]
    vectors: NDArray[np.float32]
    text_keys: Sequence[bytes]
    canonical_urls: Sequence[str]
    digests: Mapping[str, bytes]
    lists: Mapping[str, Sequence[str]]
    warnings: Sequence[Problem]
    recipe: Recipe

    def files(self) -> dict[str, Any]:
        """File name to what it holds: an array for `.npy`, a plain value for `.json`."""
        articles = self.articles
        texts = {
            "ids": [article.id for article in articles],
            "titles": [article.title for article in articles],
            "urls": self.canonical_urls,
            "articles": [article_to_json(article) for article in articles],
            "bodies": [article.body for article in articles],
        }
        arrays = {
            "published_at": to_seconds(article.published_at for article in articles),
            "expires_at": to_seconds(article.expires_at for article in articles),
            "is_published": np.asarray([article.is_published for article in articles], dtype=bool),
            "is_linked": np.asarray([article.is_linked for article in articles], dtype=bool),
            "digests": _to_matrix(
                [self.digests.get(article.path or "", b"") for article in articles]
            ),
            "text_keys": _to_matrix(self.text_keys),
            "vectors": np.ascontiguousarray(self.vectors, dtype=np.float32),
        }
        for name, column in texts.items():
            blob, offsets = StringColumn.from_texts(column).arrays
            arrays |= {name: blob, f"{name}_offsets": offsets}
        arrays["lists"], arrays["lists_offsets"] = self._list_column().arrays
        files: dict[str, Any] = {f"{name}.npy": array for name, array in arrays.items()}
        return files | {"warnings.json": [asdict(problem) for problem in self.warnings]}

    def _list_column(self) -> ListColumn:
        row_of = {article.id: row for row, article in enumerate(self.articles)}
        lists = (self.lists.get(article.id, ()) for article in self.articles)
        return ListColumn.from_lists([[row_of[entry] for entry in entries] for entries in lists])


def _to_matrix(digests: Sequence[bytes]) -> NDArray[np.uint8]:
    """Shape `(n, 32)`; zeros where there is no digest."""
    padded = b"".join(digest.ljust(DIGEST_BYTES, b"\0") for digest in digests)
    return np.frombuffer(padded, dtype=np.uint8).reshape(-1, DIGEST_BYTES)

"""One generation, opened for reading: checked on opening, decoded where it is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np

from recommender.errors import IndexFormatError
from recommender.index.cells import Cells
from recommender.index.codes import code_width, codebook_shape
from recommender.index.columns import are_open, to_seconds
from recommender.index.contents import CELLS, DIGEST_BYTES, KEPT
from recommender.index.damage import damage
from recommender.index.files import ANY_LENGTH, GenerationFiles
from recommender.index.manifest import Manifest
from recommender.index.record_json import from_json
from recommender.index.vectors import refuse_bad_vectors
from recommender.records import Article, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.index.columns import StringColumn

T = TypeVar("T", Article, Problem)

_ORDERED_ON_OPENING = 100_000  # ids; of more, a thorough reading alone looks at the order
_CONTRADICTION = "found something else than another file has of the article; expected the same"


class Snapshot:
    """What an index held when it was opened, whatever becomes of it since. Rows are ordered by id.

    Safe to use from several threads.

    Args:
        folder: The folder of the generation.
        manifest: The manifest that names it.
        thorough: Whether to read every byte and compare it, not only small files and structure.

    Attributes:
        manifest: What the index says of itself.
        n_articles: Number of rows, linked articles included.
        ids: The id of each row, ascending by code point.
        titles: The title of each row.
        text_keys: SHA-256 of the embedded text of each row, shape `(n_articles, 32)`, uint8.
        published_at: Seconds since 1970 in UTC, int64; `UNKNOWN_TIME` where there is no date.
        expires_at: The same for the end of publication.
        is_published: False for drafts and the like, bool.
        is_linked: True for articles that exist only in lists, bool.
        cells: Of the vectors, where there are many.
        kept: The arrays that ranking wants kept, by name.

    Raises:
        FileNotFoundError: A file is missing, perhaps because newer generations have come.
        IndexFormatError: A file is not what the manifest says, or not what an index needs.
    """

    def __init__(self, folder: Path, manifest: Manifest, *, thorough: bool = False) -> None:
        files = GenerationFiles(folder, manifest.files, thorough)
        n = manifest.counts.articles
        self.manifest = manifest
        self.n_articles = n
        self.ids = files.texts("ids", n)
        self.titles = files.texts("titles", n)
        self.text_keys = files.array("text_keys", np.uint8, n, DIGEST_BYTES)
        self.published_at = files.array("published_at", np.int64, n)
        self.expires_at = files.array("expires_at", np.int64, n)
        self.is_published = files.array("is_published", np.bool_, n)
        self.is_linked = files.array("is_linked", np.bool_, n)
        self._files = files
        self._vectors = files.array("vectors", np.float32, n, manifest.dim)
        self._digests = files.array("digests", np.uint8, n, 2 * DIGEST_BYTES)
        self._paths = files.texts("paths", n)
        self._urls = files.texts("urls", n)
        self._articles = files.texts("articles", n)
        self._bodies = files.texts("bodies", n)
        self._warnings = files.texts("warnings", manifest.counts.warnings)
        self._lists = files.lists("lists", n)
        self.cells = self._cells(files, n)
        self.kept: Mapping[str, NDArray[Any]] = {
            name: files.array(f"{KEPT}{name}", array.dtype, *array.shape)
            for name, array in manifest.kept.items()
        }
        looks_at_order = thorough or n <= _ORDERED_ON_OPENING
        if looks_at_order and not self.ids.is_ascending():
            raise damage(folder / "ids.npy", "found ids out of order; expected them ascending")
        if thorough:
            self._refuse_bad_vectors()

    def _cells(self, files: GenerationFiles, n: int) -> Cells | None:
        if f"{CELLS}rows.npy" not in self.manifest.files:
            return None
        dim, offsets = self.manifest.dim, files.array(f"{CELLS}offsets", np.int64, ANY_LENGTH)
        cells = Cells(
            centroids=files.array(f"{CELLS}centroids", np.float32, max(0, len(offsets) - 1), dim),
            rows=files.array(f"{CELLS}rows", np.int32, n),
            offsets=offsets,
            codes=files.array(f"{CELLS}codes", np.uint8, n, code_width(dim)),
            codebook=files.array(f"{CELLS}codebook", np.float32, *codebook_shape(dim)),
        )
        if not cells.are_whole():
            found = "found rows that are not each in one cell; expected all of them to be"
            raise damage(files.folder / f"{CELLS}rows.npy", found)
        return cells

    def refuse_contradictions(self) -> None:
        """Decode everything, and compare what is kept in more than one form.

        Raises:
            IndexFormatError: A text, an article, a date or a count contradicts another.
        """
        self._refuse_bad_vectors()
        for row in range(self.n_articles):
            article = self.article(row)
            of_columns = self.ids[row], self.titles[row], self._paths[row], *self._flags(row)
            itself = article.id, article.title, article.path or ""
            if of_columns != (*itself, article.is_linked, article.is_published):
                raise damage(self._articles.path, f"row {row}: {_CONTRADICTION}")
            self._urls[row]
        articles = self.articles
        dates = (
            ("published_at", self.published_at, (a.published_at for a in articles)),
            ("expires_at", self.expires_at, (a.expires_at for a in articles)),
        )
        for name, seconds, moments in dates:
            if not np.array_equal(seconds, to_seconds(moments)):
                raise damage(self._files.folder / f"{name}.npy", _CONTRADICTION)
        counts = self.manifest.counts
        linked_and_lists = int(self.is_linked.sum()), len(self.lists())
        if linked_and_lists != (counts.linked_articles, counts.lists):
            raise damage(self._files.folder, "found other counts than the manifest; expected its")
        self.warnings()

    def _flags(self, row: int) -> tuple[bool, bool]:
        return bool(self.is_linked[row]), bool(self.is_published[row])

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """Shape `(n_articles, dim)`, float32, unit rows; memory-mapped where large.

        Raises:
            IndexFormatError: A row is not finite or not of unit length; seen when first asked for,
                where there are not so many that they are sorted into cells.
        """
        if self.cells is None:
            self._refuse_bad_vectors()
        return self._vectors

    def _refuse_bad_vectors(self) -> None:
        try:
            refuse_bad_vectors(self._vectors)
        except ValueError as error:
            raise damage(self._files.folder / "vectors.npy", f"found that {error}") from error

    def is_open_at(self, moment: datetime) -> NDArray[np.bool_]:
        """Which articles readers can open at an aware moment; all where the site hides none."""
        if not self.manifest.recipe.hides_unpublished:
            return np.ones(self.n_articles, dtype=bool)
        return are_open(moment, self.is_published, self.published_at, self.expires_at)

    def damaged(self, complaint: str) -> IndexFormatError:
        """The error for kept arrays that do not fit together."""
        return damage(self._files.folder, complaint)

    def row(self, article_id: str) -> int | None:
        """The row of an id, or None."""
        return self.ids.find_in_order(article_id)

    def rows_with_title(self, title: str) -> list[int]:
        """The rows whose title is exactly this, ascending."""
        return self.titles.find(title)

    def rows_with_url(self, canonical_url: str) -> list[int]:
        """The rows whose canonical address is this, ascending; none for an empty one."""
        return self._urls.find(canonical_url) if canonical_url else []

    def rows_with_text_keys(self, text_keys: Iterable[bytes]) -> NDArray[np.int64]:
        """For each key, in order, a row whose embedded text has it, or -1; int64."""
        rows = [self._row_of_text_key.get(text_key, -1) for text_key in text_keys]
        return np.asarray(rows, dtype=np.int64)

    @cached_property
    def _row_of_text_key(self) -> Mapping[bytes, int]:
        whole = self.text_keys.tobytes()
        starts = range(0, len(whole), DIGEST_BYTES)
        return {whole[start : start + DIGEST_BYTES]: row for row, start in enumerate(starts)}

    @property
    def articles(self) -> Sequence[Article]:
        """Every article in row order, decoded when it is asked for; errors as for `article`."""
        return _Articles(self)

    def article(self, row: int) -> Article:
        """The article of a row, with its body.

        Raises:
            IndexFormatError: Its bytes are damaged.
        """
        return replace(self.entry(row), body=self._bodies[row])

    def entry(self, row: int) -> Article:
        """The article of a row, as if it had no body; errors as for `article`."""
        return self._record(Article, self._articles, row)

    def list_rows(self, row: int) -> list[int]:
        """The editors' list of one article, as rows in their order; may be empty."""
        return self._lists[row]

    def lists_by_row(self) -> Mapping[int, list[int]]:
        """The editors' lists, as rows in their order; articles without one are absent."""
        return self._lists.by_row()

    def list_pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The row of every list's owner and the row of the entry, one pair an entry; int64."""
        return self._lists.pairs()

    def lists(self) -> dict[str, tuple[str, ...]]:
        """The editors' lists: article id to ids in their order; articles without one are absent."""
        return {
            self.ids[row]: tuple(self.ids[entry] for entry in entries)
            for row, entries in self._lists.by_row().items()
        }

    def digests(self) -> dict[str, bytes]:
        """The digests of every file that was read, by its path, as they were written."""
        return {path: self._digests[row].tobytes() for path, row in self.rows_by_path.items()}

    def digests_outside_lists(self) -> dict[str, bytes]:
        """SHA-256 of the bytes of every file that was read, generated entries left out, by path."""
        return {path: both[DIGEST_BYTES:] for path, both in self.digests().items()}

    def corpus_hash(self) -> str:
        """SHA-256 over paths and bytes of all files, generated entries left out, hexadecimal."""
        digest = hashlib.sha256()
        for path, of_bytes in sorted(self.digests_outside_lists().items()):
            digest.update(f"{path}\0".encode() + of_bytes)
        return digest.hexdigest()

    def articles_by_path(self) -> dict[str, Article]:
        """The articles of the folder, by the path of their file."""
        return {path: self.article(row) for path, row in self.rows_by_path.items()}

    def warnings(self) -> list[Problem]:
        """What was found in the files that were read with a warning, in the order it was given."""
        rows = range(len(self._warnings))
        return [self._record(Problem, self._warnings, row) for row in rows]

    @cached_property
    def rows_by_path(self) -> Mapping[str, int]:
        """The rows of the articles of the folder, by the path of their file."""
        return {path: row for row, path in enumerate(self._paths) if path}

    def _record(self, kind: type[T], column: StringColumn, row: int) -> T:
        text = column[row]
        try:
            return from_json(kind, text)
        except ValueError as error:
            raise damage(column.path, f"row {row}: {error}") from error


class _Articles(Sequence[Article]):
    """The articles of a snapshot, decoded as they are asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def __len__(self) -> int:
        return self._snapshot.n_articles

    @overload
    def __getitem__(self, row: int) -> Article: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Article, ...]: ...
    def __getitem__(self, row: int | slice) -> Article | tuple[Article, ...]:
        rows = range(len(self))[row]
        article = self._snapshot.article
        return article(rows) if isinstance(rows, int) else tuple(map(article, rows))

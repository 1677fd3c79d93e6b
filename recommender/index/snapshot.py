"""One generation, opened for reading: checked on opening, decoded only where it is asked."""

from __future__ import annotations

import contextlib
import hashlib
import json
import stat
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, overload

import numpy as np

from recommender.errors import IndexFormatError
from recommender.index.columns import ListColumn, StringColumn, article_from_json
from recommender.index.contents import DIGEST_BYTES
from recommender.index.manifest import Manifest
from recommender.records import Article, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

HASHED_ON_OPENING = (
    1 << 20
)  # bytes; larger files have their structure checked, and all bytes by `verify`
TEXT_COLUMNS = ("ids", "titles", "urls", "articles", "bodies")
UNIT_TOLERANCE = 1e-3


class Snapshot:
    """What an index held when it was opened. Rows are ordered by id.

    Attributes:
        manifest: What the index says of itself.
        ids: Id of each row, ascending by code point.
        titles: Title of each row.
        vectors: Shape `(n_articles, dim)`, float32, unit rows, memory-mapped.
        text_keys: SHA-256 of each embedded text, shape `(n_articles, 32)`, uint8.
        published_at: Seconds since 1970 in UTC, int64; `UNKNOWN_TIME` where there is no date.
        expires_at: The same for the end of publication.
        is_published: False for drafts and the like, bool.
        is_linked: True for articles that exist only in lists, bool.

    Raises:
        FileNotFoundError: A file is missing, perhaps replaced by a newer generation.
        IndexFormatError: A file is not what the manifest says, or not what an index needs.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._folder = folder
        self.manifest = manifest
        self._refuse_strange_files()
        n = manifest.n_articles
        self.ids, self.titles, self._urls, self._articles, self._bodies = map(
            self._texts, TEXT_COLUMNS
        )
        self.vectors = self._array("vectors", np.float32, (n, manifest.dim))
        self.text_keys = self._array("text_keys", np.uint8, (n, DIGEST_BYTES))
        self._digests = self._array("digests", np.uint8, (n, DIGEST_BYTES))
        self.published_at = self._array("published_at", np.int64, (n,))
        self.expires_at = self._array("expires_at", np.int64, (n,))
        self.is_published = self._array("is_published", np.bool_, (n,))
        self.is_linked = self._array("is_linked", np.bool_, (n,))
        self._lists = self._list_column()
        with self._blaming("ids.npy"):
            if not self.ids.is_ascending():
                raise ValueError("ids must ascend")

    @property
    def n_articles(self) -> int:
        """Rows, linked articles included."""
        return len(self.ids)

    def row(self, article_id: str) -> int | None:
        """Row of an id, or None."""
        return self.ids.row_in_order(article_id)

    def rows_with_title(self, title: str) -> list[int]:
        """Rows whose title is exactly this, ascending."""
        return self.titles.rows_equal(title)

    def rows_with_url(self, canonical_url: str) -> list[int]:
        """Rows whose canonical address is this, ascending."""
        return self._urls.rows_equal(canonical_url)

    def rows_with_text_keys(self, text_keys: Sequence[bytes]) -> NDArray[np.int64]:
        """For each key a row whose embedded text has it, -1 for none; shape `(len(text_keys),)`."""
        rows = [self._row_of_text_key.get(key, -1) for key in text_keys]
        return np.asarray(rows, dtype=np.int64)

    @cached_property
    def _row_of_text_key(self) -> Mapping[bytes, int]:
        return {key.tobytes(): row for row, key in enumerate(self.text_keys)}

    @property
    def articles(self) -> Sequence[Article]:
        """Every article in row order, each decoded when it is asked for."""
        return _Articles(self)

    def article(self, row: int) -> Article:
        """The article of a row, with its body.

        Raises:
            IndexFormatError: Its bytes are damaged.
        """
        with self._blaming("articles.npy"):
            return article_from_json(self._articles[row], self._bodies[row])

    def lists(self) -> dict[str, tuple[str, ...]]:
        """The editors' lists, article id to ids; articles without a list are absent."""
        return {
            self.ids[row]: tuple(self.ids[entry] for entry in self._lists[row])
            for row in self._lists.rows_with_a_list()
        }

    def list_rows(self, row: int) -> list[int]:
        """The editors' list of one article, as rows in their order."""
        return self._lists[row]

    def digests(self) -> dict[str, bytes]:
        """SHA-256 of each file's bytes, by its path."""
        return {path: self._digests[row].tobytes() for row, path in self._paths()}

    def articles_by_path(self) -> dict[str, Article]:
        """The articles of the folder, by the path of their file."""
        return {path: self.article(row) for row, path in self._paths()}

    def warnings(self) -> list[Problem]:
        """What was said of the files when they were parsed."""
        with self._blaming("warnings.json"):
            entries = json.loads((self._folder / "warnings.json").read_bytes())
            return [Problem(**entry) for entry in entries]

    def verify(self) -> None:
        """Read every byte and compare it with what the manifest promises.

        Raises:
            IndexFormatError: A file differs, or a vector is not of unit length.
        """
        for name in self.manifest.files:
            self._check_hash(name)
        lengths = np.linalg.norm(self.vectors, axis=1)
        if not np.all(np.abs(lengths - 1.0) <= UNIT_TOLERANCE):
            self._refuse("vectors.npy", "a row that is not of unit length")

    def _texts(self, name: str) -> StringColumn:
        blob = self._array(name, np.uint8, (None,))
        offsets = self._array(f"{name}_offsets", np.int64, (self.manifest.n_articles + 1,))
        with self._blaming(f"{name}_offsets.npy"):
            return StringColumn(blob, offsets)

    def _list_column(self) -> ListColumn:
        rows = self._array("lists", np.int64, (None,))
        offsets = self._array("lists_offsets", np.int64, (self.manifest.n_articles + 1,))
        with self._blaming("lists.npy"):
            return ListColumn(rows, offsets)

    def _array(
        self, name: str, dtype: type[np.generic], shape: tuple[int | None, ...]
    ) -> NDArray[Any]:
        """A memory-mapped array whose type and shape are as they must be; None is any length."""
        file = f"{name}.npy"
        with self._blaming(file):
            array = np.load(self._folder / file, mmap_mode="r", allow_pickle=False)
            fits = array.ndim == len(shape) and all(
                wanted in {None, found} for wanted, found in zip(shape, array.shape, strict=True)
            )
            whole = array.offset + array.nbytes == self.manifest.files[file].bytes
            if array.dtype != dtype or not fits or not whole or not array.flags.c_contiguous:
                raise ValueError(f"{array.dtype} of shape {array.shape}")
        return np.asarray(array)

    def _refuse_strange_files(self) -> None:
        """Refuse all but plain files of the promised sizes, and small ones of other content."""
        if not stat.S_ISDIR(self._folder.lstat().st_mode):
            self._refuse(self._folder.name, "something that is no folder")
        for name, facts in self.manifest.files.items():
            status = (self._folder / name).lstat()
            if not stat.S_ISREG(status.st_mode):
                self._refuse(name, "something that is no plain file")
            if status.st_size != facts.bytes:
                self._refuse(name, f"{status.st_size:,} bytes instead of {facts.bytes:,}")
            if facts.bytes <= HASHED_ON_OPENING:
                self._check_hash(name)

    def _check_hash(self, name: str) -> None:
        with (self._folder / name).open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != self.manifest.files[name].sha256:
            self._refuse(name, "other bytes than were written")

    def _paths(self) -> Iterator[tuple[int, str]]:
        for row in np.flatnonzero(~self.is_linked).tolist():
            yield row, self.article(row).path or ""

    @contextlib.contextmanager
    def _blaming(self, name: str) -> Iterator[None]:
        """Say of which file a low-level complaint is."""
        try:
            yield
        except FileNotFoundError:
            raise
        except (
            ValueError,
            EOFError,
            OSError,
            KeyError,
            TypeError,
            SyntaxError,
            RecursionError,
        ) as error:
            self._refuse(name, f"damaged content ({error})", error)

    def _refuse(self, name: str, found: str, cause: Exception | None = None) -> NoReturn:
        path = self._folder / name
        raise IndexFormatError(
            f"{path}: found {found}: run `recommender index` again, which replaces it.", path=path
        ) from cause


class _Articles(Sequence[Article]):
    """The articles of a snapshot as a sequence that decodes as it goes."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def __len__(self) -> int:
        return self._snapshot.n_articles

    @overload
    def __getitem__(self, row: int) -> Article: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Article]: ...
    def __getitem__(self, row: int | slice) -> Article | Sequence[Article]:
        rows = range(len(self))[row]
        if isinstance(rows, range):
            return [self._snapshot.article(i) for i in rows]
        return self._snapshot.article(rows)

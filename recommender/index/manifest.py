"""The manifest: the one file that says what an index is, and which generation of it counts."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from math import prod
from pathlib import Path
from typing import Any

from recommender.errors import IndexMismatchError
from recommender.index.damage import damage
from recommender.index.record_json import from_plain, to_plain
from recommender.records import ModelIdentity

FORMAT = 7
MAX_BYTES = 1 << 20
MAX_NUMBER = 1 << 40
"""Every count, length of a vector and number of items is less."""

MAX_DIMENSIONS = 3
GENERATION = re.compile(r"generation-[0-9]{6,18}")

KEPT_TYPES = ("|u1", "<u2", "<i4", "<i8", "<f4", "<f8")
"""Types of arrays that may be kept for others."""

_FILE_NAME = re.compile(r"[a-z_]+\.npy")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an index is made. Where it stays the same, only changed files mean work.

    Attributes:
        recommender: Version of this program.
        model: The model that makes the vectors.
        text_recipe: Names how the embedded texts are put together.
        reading: Fingerprint of the settings under which files are read.
        articles_folder: The folder that is read, relative to the one around the index.
        hides_unpublished: Whether unpublished articles are kept out of lists.
    """

    recommender: str
    model: ModelIdentity
    text_recipe: str
    reading: str
    articles_folder: str
    hides_unpublished: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What an index holds.

    Attributes:
        articles: Rows, linked articles included.
        linked_articles: Those that exist only as entries of lists.
        lists: Articles whose list has an entry.
        warnings: Warnings of the files that were read with one.
    """

    articles: int
    linked_articles: int
    lists: int
    warnings: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file of a generation must be: its size in bytes and its SHA-256, hexadecimal."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ArrayFacts:
    """What an array that other rooms have asked to keep must be: its NumPy type and its shape."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index is.

    Attributes:
        format: Version of the layout on disk.
        generation: Name of the folder that holds the files.
        recipe: How it was made.
        dim: Length of a vector.
        counts: What it holds.
        files: What each file of the generation must be, by name.
        kept: The arrays that are kept for ranking, by name.
    """

    format: int
    generation: str
    recipe: Recipe
    dim: int
    counts: Counts
    files: Mapping[str, FileFacts]
    kept: Mapping[str, ArrayFacts]

    def to_json(self) -> str:
        """The text of the manifest's file, which holds a checksum of itself."""
        facts = to_plain(self)
        return json.dumps(facts | {"sha256": _checksum(facts)}, indent=2) + "\n"

    @classmethod
    def from_json(cls, data: bytes, path: Path) -> Manifest:
        """The manifest that some bytes hold.

        Args:
            data: Content of the file.
            path: The file, for messages.

        Raises:
            IndexFormatError: They are not the bytes of a manifest as it was written.
            IndexMismatchError: They are, but of another format version.
        """
        facts = _facts(data, path)
        if facts.get("format") != FORMAT:
            raise IndexMismatchError(
                f"{path}: found an index of format {facts.get('format')}; this version reads "
                f"format {FORMAT}: run `recommender index` again.",
                path=path,
            )
        try:
            manifest = from_plain(cls, facts)
        except ValueError as error:
            raise damage(path, str(error)) from error
        manifest._refuse_impossible(path)
        return manifest

    def _refuse_impossible(self, path: Path) -> None:
        if not GENERATION.fullmatch(self.generation):
            raise damage(path, f"found “{self.generation}”; expected the name of a generation")
        numbers = (self.dim - 1, *astuple(self.counts))
        if not 0 <= min(numbers) <= max(numbers) < MAX_NUMBER:
            raise damage(path, f"found dim {self.dim}, {self.counts}; expected none below 0")
        for name, file in self.files.items():
            if not (_FILE_NAME.fullmatch(name) and _SHA256.fullmatch(file.sha256)):
                raise damage(path, f"found the file “{name}”; expected a plain name and SHA-256")
        for name, array in self.kept.items():
            if array.dtype not in KEPT_TYPES or len(array.shape) > MAX_DIMENSIONS:
                raise damage(path, f"found “{name}” as “{array.dtype}”; expected plain numbers")
            n_items = prod(max(1, length) for length in array.shape)
            if min(array.shape, default=0) < 0 or n_items >= MAX_NUMBER:
                raise damage(
                    path, f"found “{name}” of shape {array.shape}; expected a possible one"
                )


def _facts(data: bytes, path: Path) -> dict[str, Any]:
    """What the JSON says, without its checksum, which must fit in every format version."""
    try:
        facts = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise damage(path, f"found no JSON ({error}); expected a manifest") from error
    if not isinstance(facts, dict) or facts.pop("sha256", None) != _checksum(facts):
        raise damage(path, "found other content than its checksum promises; expected a manifest")
    return facts


def _checksum(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

"""The manifest: the one file that says what an index is, and which generation of it counts."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from recommender.errors import IndexFormatError, IndexMismatchError
from recommender.records import ModelIdentity

FILE_NAME = "manifest.json"
FORMAT = 1
MAX_BYTES = 1_000_000
_GENERATION = re.compile(r"generation-\d{6,}")
_FILE = re.compile(r"[a-z_]+\.(npy|json)")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Size and SHA-256 (hexadecimal) of one file."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an index is made: another recipe means another index, from the same articles.

    Attributes:
        recommender: Version of the program.
        model: Which model makes the vectors.
        text_recipe: How texts are put together from articles.
        reading: Fingerprint of how files are read; another one means that they are parsed again.
        articles_folder: Where the articles lie, relative to the folder around the index.
        hides_unpublished: Whether unpublished articles are kept out of lists.
    """

    recommender: str
    model: ModelIdentity
    text_recipe: str
    reading: str
    articles_folder: str
    hides_unpublished: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index is.

    Attributes:
        format: Version of the layout on disk.
        generation: Folder that holds the files.
        recipe: How it was made.
        dim: Length of a vector.
        n_articles: Rows, linked articles included.
        files: Name of each file to its facts.
    """

    format: int
    generation: str
    recipe: Recipe
    dim: int
    n_articles: int
    files: Mapping[str, FileFacts]

    def to_json(self) -> str:
        """The text of the manifest's file, with a checksum of itself."""
        facts = asdict(self)
        return json.dumps(facts | {"sha256": _checksum(facts)}, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_file(cls, path: Path) -> Manifest:
        """Read and check a manifest.

        Raises:
            FileNotFoundError: There is none.
            IndexFormatError: It is not a manifest.
            IndexMismatchError: Its format is of another version.
        """
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            _refuse(path, f"more than {MAX_BYTES:,} bytes", "a manifest")
        try:
            facts = json.loads(data.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            _refuse(path, "text that is not JSON", "a manifest", error)
        if not isinstance(facts, dict) or not isinstance(facts.get("format"), int):
            _refuse(path, "no format version", "a manifest")
        if facts["format"] != FORMAT:
            raise IndexMismatchError(
                f"{path}: found an index of format {facts['format']}; this version reads format "
                f"{FORMAT}: run `recommender index` again.",
                path=path,
            )
        if facts.pop("sha256", None) != _checksum(facts):
            _refuse(path, "another content than its checksum promises", "the manifest as written")
        return _from_facts(facts, path)


def _checksum(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _from_facts(facts: dict[str, Any], path: Path) -> Manifest:
    try:
        recipe = Recipe(**facts["recipe"] | {"model": ModelIdentity(**facts["recipe"]["model"])})
        files = {name: FileFacts(**file) for name, file in facts["files"].items()}
        manifest = Manifest(**facts | {"recipe": recipe, "files": files})
    except (AttributeError, KeyError, TypeError) as error:
        _refuse(path, "keys that a manifest does not have, or lacks some", "a manifest", error)
    for name, is_sound in _soundness(manifest).items():
        if not is_sound:
            _refuse(path, f"a value that cannot be for “{name}”", "a manifest")
    return manifest


def _soundness(manifest: Manifest) -> dict[str, bool]:
    """Whether each value is of the type and range that it must be of."""
    recipe = manifest.recipe
    texts = ("recommender", "text_recipe", "reading", "articles_folder")
    return {
        **{name: isinstance(getattr(recipe, name), str) for name in texts},
        "hides_unpublished": isinstance(recipe.hides_unpublished, bool),
        "model": _is_sound_model(recipe.model),
        "generation": bool(_GENERATION.fullmatch(str(manifest.generation))),
        "dim": _is_count(manifest.dim),
        "n_articles": _is_count(manifest.n_articles),
        "files": all(map(_is_sound_file, manifest.files, manifest.files.values())),
    }


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_sound_model(model: Any) -> bool:
    texts = (model.name, model.fingerprint)
    return all(isinstance(text, str) for text in texts) and isinstance(model.files, dict)


def _is_sound_file(name: str, file: Any) -> bool:
    return bool(
        _FILE.fullmatch(name) and _is_count(file.bytes) and _SHA256.fullmatch(str(file.sha256))
    )


def _refuse(path: Path, found: str, expected: str, cause: Exception | None = None) -> NoReturn:
    raise IndexFormatError(
        f"{path}: found {found}; expected {expected}: run `recommender index` again.",
        path=path,
    ) from cause

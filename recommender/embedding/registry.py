"""Model names → verified files."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from recommender.embedding.sources import (
    WEIGHTS_ENDING,
    FolderSource,
    HubSource,
    PackageSource,
    Source,
    fingerprint,
    hash_file,
    loaded_files,
)
from recommender.errors import (
    MissingDependencyError,
    ModelError,
    ModelIntegrityError,
    ModelNotFoundError,
)
from recommender.records import ModelIdentity, Precision
from recommender.section import load_mapping
from recommender.shipped import models_folder

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
Verdict = Literal["ok", "missing", "differs"]


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be asked for its files.

    Attributes:
        identity: Its name and the hashes that its files must have.
        sources: Where they may lie, in the order in which they are tried.
    """

    identity: ModelIdentity
    sources: tuple[Source, ...]

    def at(self, precision: Precision | None) -> Model:
        """The same model, to be computed in a precision; None leaves that open."""
        return replace(self, identity=replace(self.identity, precision=precision))

    def locate(self) -> Path:
        """The first folder in which every file has its promised hash; the network is asked last.

        Raises:
            MissingDependencyError: The model is nowhere to be found.
            ModelIntegrityError: It was found, but with other bytes.
        """
        refusal: ModelIntegrityError | None = None
        cause: ModelNotFoundError | None = None
        try:
            for folder in self._folders():
                refusal = self._difference(folder)
                if refusal is None:
                    return folder
        except ModelNotFoundError as error:
            cause = error
        raise refusal or self.absence() from cause

    def _folders(self) -> Iterator[Path]:
        for source in self.sources:
            folder = source.folder()
            if folder:
                yield folder
        for source in self.sources:
            if isinstance(source, HubSource):
                yield source.fetch()

    def verdicts(self, folder: Path) -> dict[str, Verdict]:
        """What each promised file is in a folder."""
        return {
            name: _verdict(folder / name, digest) for name, digest in self.identity.files.items()
        }

    def _difference(self, folder: Path) -> ModelIntegrityError | None:
        for name, verdict in self.verdicts(folder).items():
            if verdict != "ok":
                path, expected = folder / name, self.identity.files[name]
                found = hash_file(path) if path.is_file() else "no file"
                return ModelIntegrityError(
                    f"{path}: found {found}; expected SHA-256 {expected} for the model "
                    f"“{self.identity.name}”: install it anew, or name another with --model.",
                    model=self.identity.name,
                    path=path,
                    expected=expected,
                    found=found,
                )
        return None

    def absence(self) -> ModelError:
        """The error that says where the model was looked for, and how to get it."""
        packages = [source for source in self.sources if isinstance(source, PackageSource)]
        places = ", ".join(map(str, self.sources))
        if not packages:
            return ModelNotFoundError(
                f"the model “{self.identity.name}” is not here (looked in: {places}): check the "
                "name and the network, or name a folder with --model.",
                model=self.identity.name,
            )
        return MissingDependencyError(
            f"the model “{self.identity.name}” is not installed (looked in: {places}): "
            f"run `pip install {packages[0].requirement}`.",
            model=self.identity.name,
            package=packages[0].requirement,
            extra="model",
        )


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """What the registry says of a model.

    Attributes:
        name: Its name for `--model`.
        description: What it is, in a few words.
        licence: Licence of its weights.
        dim: Length of its vectors.
        max_tokens: Longest text it reads.
        model: Its files and where they may lie.
    """

    name: str
    description: str
    licence: str
    dim: int
    max_tokens: int
    model: Model

    @property
    def found_in(self) -> str | None:
        """The installed package that carries it, or None; the hub is not asked."""
        packages = [source for source in self.model.sources if isinstance(source, PackageSource)]
        return next((source.requirement for source in packages if source.folder()), None)


@cache
def read_registry() -> Mapping[str, ModelEntry]:
    """Every model that is known by name, in the order of the registry file."""
    entries = load_mapping(models_folder() / "registry.yaml")
    return {name: _entry(name, facts) for name, facts in entries.items()}


def find_model(name: str) -> Model:
    """The model of a name, without loading it.

    Args:
        name: A name of the registry, a folder, or `organisation/name` on the hub.

    Returns:
        The model; a registry model's files are not looked at before `locate`.

    Raises:
        ModelNotFoundError: Nothing answers to the name.
        ModelIntegrityError: A folder holds no weights that may be loaded.
    """
    registry = read_registry()
    if name in registry:
        return registry[name].model
    folder = _existing_folder(name)
    if folder:
        return _model_in(folder, str(folder))
    for entry in registry.values():
        if any(
            isinstance(source, HubSource) and source.name == name for source in entry.model.sources
        ):
            return entry.model
    if _HUB_NAME.fullmatch(name) and not name.startswith("."):
        source = HubSource(name)
        return _model_in(source.folder() or source.fetch(), name)
    close = difflib.get_close_matches(name, registry, n=1)
    advice = f"did you mean “{close[0]}”?" if close else f"known are {', '.join(registry)}"
    raise ModelNotFoundError(
        f"there is no model “{name}”: {advice}; a folder or organisation/name will do too.",
        model=name,
    )


def list_models() -> tuple[ModelEntry, ...]:
    """Every model of the registry, in its order."""
    return tuple(read_registry().values())


def verify_model(name: str) -> dict[str, Verdict]:
    """Read every file of a model and compare it with the hash that it must have.

    Returns:
        File name to `ok`, `missing` or `differs`, for the first place on this machine.

    Raises:
        ModelNotFoundError: Nothing answers to the name.
        MissingDependencyError: The model is nowhere to be found.
    """
    model = find_model(name)
    for source in model.sources:
        folder = source.folder()
        if folder:
            return model.verdicts(folder)
    raise model.absence()


def _existing_folder(name: str) -> Path | None:
    try:
        path = Path(name).expanduser().resolve()
        return path if name and path.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # too long, of an unknown home, with a NUL in it
        return None


def _model_in(folder: Path, name: str) -> Model:
    """A model that no registry vouches for: its files are hashed as they are found."""
    files = loaded_files(folder)
    if not any(file.endswith(WEIGHTS_ENDING) for file in files):
        raise ModelIntegrityError(
            f"{folder}: found no {WEIGHTS_ENDING} file; expected weights in that format, because "
            "others can run code: save the model again with "
            "`save_pretrained(folder, safe_serialization=True)`, or name another with --model.",
            model=name,
            path=folder,
            expected=f"*{WEIGHTS_ENDING}",
            found="none",
        )
    hashes = {file: hash_file(folder / file) for file in files}
    return Model(ModelIdentity(name, fingerprint(hashes), hashes), (FolderSource(folder),))


def _entry(name: str, facts: Mapping[str, Any]) -> ModelEntry:
    files = dict(facts["files"])
    identity = ModelIdentity(name, fingerprint(files), files)
    return ModelEntry(
        name=name,
        description=facts["description"],
        licence=facts["licence"],
        dim=facts["dim"],
        max_tokens=facts["max_tokens"],
        model=Model(identity, tuple(map(_source, facts["sources"]))),
    )


def _source(facts: Mapping[str, str]) -> Source:
    if "package" in facts:
        return PackageSource(facts["package"], facts["folder"])
    return HubSource(facts["hub"], facts["revision"])


def _verdict(path: Path, expected: str) -> Verdict:
    if not path.is_file():
        return "missing"
    return "ok" if hash_file(path) == expected else "differs"

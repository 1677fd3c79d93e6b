"""Texts → unit vectors with sentence-transformers. The only file that imports torch, and late."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from recommender.errors import ModelError, ModelIntegrityError
from recommender.records import ModelIdentity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.embedding.registry import Model

BATCH = 32
OWN_MODULES = "sentence_transformers."
_MISSING = re.compile(r"^(\S+)[ ]*\|[^|\n]*MISSING", re.MULTILINE)  # in transformers' load report
Progress = Callable[[int, int], None]


class Encoder(Protocol):
    """Anything that turns texts into vectors."""

    @property
    def identity(self) -> ModelIdentity:
        """Which model it is."""
        ...

    @property
    def dim(self) -> int:
        """Length of its vectors."""
        ...

    def encode(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Encode texts.

        Args:
            texts: In any order; equal texts have equal vectors.
            progress: Called with the number of texts done and their total.

        Returns:
            Shape `(len(texts), dim)`, float32, C-contiguous, unit rows, row i for texts[i].

        Raises:
            ModelError: A vector is zero or not finite.
        """
        ...


def open_encoder(model: Model) -> Encoder:
    """Load a model; its files are verified first.

    Raises:
        MissingDependencyError: The model is nowhere to be found.
        ModelIntegrityError: A file is not the promised one, or the model wants code of its own.
        ModelError: Its files are sound and yet cannot be loaded.
    """
    folder = model.locate()
    with tempfile.TemporaryDirectory(prefix="recommender-model-") as scratch:
        only = Path(scratch)
        _link_files(model.identity, folder, only)
        _refuse_foreign_modules(model.identity, only)
        return SentenceEncoder(model.identity, _load(model.identity, only))


class SentenceEncoder:
    """A loaded sentence-transformers model, on the CPU, in float32."""

    def __init__(self, identity: ModelIdentity, transformer: Any) -> None:
        self.identity = identity
        self.dim = int(transformer.get_embedding_dimension())
        self._transformer = transformer

    def encode(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """See `Encoder.encode`. Batches are made by length: little is wasted on padding."""
        distinct = sorted(set(texts), key=lambda text: (-len(text), text))
        vectors = np.empty((len(distinct), self.dim), dtype=np.float32)
        for start in range(0, len(distinct), BATCH):
            batch = distinct[start : start + BATCH]
            vectors[start : start + len(batch)] = self._encode_batch(batch)
            if progress:
                progress(start + len(batch), len(distinct))
        row_of = {text: row for row, text in enumerate(distinct)}
        return vectors[[row_of[text] for text in texts]]

    def _encode_batch(self, texts: list[str]) -> NDArray[np.float32]:
        readable = [
            text.encode("utf-8", "replace").decode() for text in texts
        ]  # no lone surrogates
        vectors = self._transformer.encode(
            readable, batch_size=BATCH, show_progress_bar=False, normalize_embeddings=True
        )
        lengths = np.linalg.norm(vectors, axis=1)
        is_sound = np.isfinite(lengths) & (lengths > 0)
        if not is_sound.all():
            text = texts[int(np.argmin(is_sound))]
            raise ModelError(
                f"the model “{self.identity.name}” gave a vector that is zero or not finite for "
                f"the text “{text[:60]}”: name another model with --model.",
                model=self.identity.name,
            )
        unit: NDArray[np.float32] = (vectors / lengths[:, None]).astype(np.float32)
        return unit


def _link_files(identity: ModelIdentity, folder: Path, only: Path) -> None:
    """Give the loader a folder with the verified files and nothing else."""
    for name in identity.files:
        (only / name).parent.mkdir(parents=True, exist_ok=True)
        (only / name).symlink_to((folder / name).resolve())


def _refuse_foreign_modules(identity: ModelIdentity, folder: Path) -> None:
    path = folder / "modules.json"
    if not path.exists():
        return
    try:
        kinds = [str(module["type"]) for module in json.loads(path.read_bytes())]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _cannot_load(identity, error) from error
    for kind in kinds:
        if not kind.startswith(OWN_MODULES):
            raise ModelIntegrityError(
                f"the model “{identity.name}” wants the module “{kind}”; only modules of "
                "sentence-transformers are loaded, because others are code: name another model.",
                model=identity.name,
                path=path,
                expected=f"{OWN_MODULES}*",
                found=kind,
            )


def _load(identity: ModelIdentity, folder: Path) -> Any:
    with _reports_of_libraries() as reports:
        from sentence_transformers import SentenceTransformer

        try:
            transformer = SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except Exception as error:
            raise _cannot_load(identity, error) from error
    _refuse_missing_weights(identity, folder, "\n".join(reports))
    return transformer


def _refuse_missing_weights(identity: ModelIdentity, folder: Path, report: str) -> None:
    """Refuse a model that the library completed with random numbers, which it only logs.

    The pooler is one that sentence-transformers does not use, and many models come without it.
    """
    missing = [name for name in _MISSING.findall(report) if not name.startswith("pooler.")]
    if missing:
        raise ModelIntegrityError(
            f"the model “{identity.name}” lacks weights ({missing[0]}); expected all of them: "
            "get the whole model, or name another with --model.",
            model=identity.name,
            path=folder,
            expected="all weights",
            found=f"{len(missing)} kinds missing",
        )


def _cannot_load(identity: ModelIdentity, error: Exception) -> ModelError:
    detail = " ".join(str(error).split())[:200]
    return ModelError(
        f"the model “{identity.name}” cannot be loaded ({type(error).__name__}: {detail}): "
        "check that its folder is complete, or name another with --model.",
        model=identity.name,
    )


@contextlib.contextmanager
def _reports_of_libraries() -> Iterator[list[str]]:
    """Keep the libraries' bars and load reports off the terminal, and collect the reports."""
    from transformers.utils import logging as transformers_logging

    reports: list[str] = []
    collector = logging.Handler()
    collector.emit = lambda record: reports.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("sentence_transformers", "transformers")]
    before = [(logger, logger.handlers, logger.propagate) for logger in loggers]
    showed_bars = transformers_logging.is_progress_bar_enabled()
    for logger in loggers:
        logger.handlers, logger.propagate = [collector], False
    transformers_logging.disable_progress_bar()
    try:
        yield reports
    finally:
        for logger, handlers, propagate in before:
            logger.handlers, logger.propagate = handlers, propagate
        if showed_bars:
            transformers_logging.enable_progress_bar()

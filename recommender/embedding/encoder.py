"""Texts → unit vectors with sentence-transformers, which only this file loads, and late."""

from __future__ import annotations

import contextlib
import logging
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from recommender.embedding.forward import (
    compute_in_bfloat16,
    fastest_precision,
    raw_vectors,
    side_by_side,
)
from recommender.embedding.refusals import (
    failure,
    readable,
    refuse_foreign_parts,
    refuse_without_tokenizer,
    unit_rows,
)
from recommender.embedding.sources import one_line
from recommender.errors import ModelIntegrityError
from recommender.records import ModelIdentity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.embedding.registry import Model
    from recommender.settings import ChosenPrecision

PART = 128
"""Texts that are worked on together, by one thread where there are more of them."""

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
            texts: In any order and company, which move a vector by no more than the noise of its
                numbers: 1e-5 in float32; in bfloat16 its cosine with itself stays above .9995, also
                where a few texts are computed in float32 for an index that is in bfloat16. Equal
                texts of one call have equal vectors.
            progress: Called now and then with the number of texts done and their total, each
                distinct text counted once.

        Returns:
            Shape `(len(texts), dim)`, float32, C-contiguous, unit rows, row i for texts[i]; shape
            `(0, dim)` for no texts.

        Raises:
            ModelError: A text cannot be encoded, or its vector is zero or not finite.
        """
        ...


def with_precision(model: Model, chosen: ChosenPrecision, made_with: ModelIdentity | None) -> Model:
    """The model, with the numbers in which it is to compute.

    Left to us, an index keeps its own, even on a machine that is slow at them: its vectors stay of
    one kind, and no text is encoded again because another machine is faster at something else.

    Args:
        model: From the registry.
        chosen: The setting.
        made_with: What made the vectors of the index that is there, or None.
    """
    if chosen != "auto":
        return model.at(chosen)
    if made_with and made_with.precision and made_with.fingerprint == model.identity.fingerprint:
        return model.at(made_with.precision)
    return model.at(fastest_precision())


def open_encoder(model: Model) -> Encoder:
    """Load a model; its files are verified first, and no code that comes with them is run.

    Args:
        model: It computes in the precision of its identity; where that names none, in the fastest
            one of this machine.

    Raises:
        MissingDependencyError: The model is not installed.
        ModelIntegrityError: A file is not the promised one, asks for code or weights of others, or
            lacks weights.
        ModelError: Its files cannot be loaded, or its tokenizer is missing.
    """
    folder = model.locate()
    model = model if model.identity.precision else model.at(fastest_precision())
    refuse_foreign_parts(model.identity, folder)
    with tempfile.TemporaryDirectory(prefix="recommender-model-") as scratch:
        only = Path(scratch)
        _link_files(model.identity, folder, only)
        encoder, report = _load(model.identity, only)
    _refuse_missing_weights(model.identity, folder, report)
    refuse_without_tokenizer(encoder)
    return encoder


class SentenceEncoder:
    """A loaded sentence-transformers model, on the CPU, in the precision of its identity."""

    def __init__(self, identity: ModelIdentity, transformer: Any) -> None:
        self.identity = identity
        self.dim = int(transformer.get_embedding_dimension())
        self._transformer = transformer.eval()
        if identity.precision == "bfloat16":
            compute_in_bfloat16(transformer)

    def encode(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        distinct = sorted(set(texts), key=lambda text: (-len(text), text))
        vectors = np.empty((len(distinct), self.dim), dtype=np.float32)
        parts = [distinct[start : start + PART] for start in range(0, len(distinct), PART)]
        n_done = 0
        with contextlib.closing(side_by_side(self._encode_part, parts)) as found:
            for of_part in found:
                vectors[n_done : n_done + len(of_part)] = of_part
                n_done += len(of_part)
                if progress:
                    progress(n_done, len(distinct))
        row_of = {text: row for row, text in enumerate(distinct)}
        return vectors[[row_of[text] for text in texts]]

    def _encode_part(self, texts: list[str]) -> NDArray[np.float32]:
        words = [readable(text) for text in texts]
        try:
            vectors = raw_vectors(self._transformer, words)
        except Exception as error:  # a stranger's model may raise anything
            raise failure(self.identity, "cannot encode a text", one_line(error)) from error
        return unit_rows(self.identity, words, vectors)


def _link_files(identity: ModelIdentity, folder: Path, only: Path) -> None:
    """Give the loader a folder with the verified files and nothing else."""
    for name in identity.files:
        (only / name).parent.mkdir(parents=True, exist_ok=True)
        (only / name).symlink_to((folder / name).resolve())


def _load(identity: ModelIdentity, folder: Path) -> tuple[SentenceEncoder, str]:
    """The loaded model, and what the libraries logged meanwhile."""
    try:
        with _reports_of_libraries() as reports:
            from sentence_transformers import SentenceTransformer

            transformer = SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
            return SentenceEncoder(identity, transformer.float()), "\n".join(reports)
    except Exception as error:  # broken files make the libraries raise anything
        detail = one_line(error).replace(str(folder), "its folder")
        raise failure(identity, "cannot be loaded", detail) from error


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


@contextlib.contextmanager
def _reports_of_libraries() -> Iterator[list[str]]:
    """Keep the libraries' bars and load reports off the terminal, and collect the reports."""
    from transformers.utils import logging as transformers_logging

    reports: list[str] = []
    collector = logging.Handler()
    collector.emit = lambda record: reports.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("sentence_transformers", "transformers")]
    before = [(logger, logger.handlers, logger.propagate, logger.level) for logger in loggers]
    showed_bars = transformers_logging.is_progress_bar_enabled()
    for logger in loggers:
        logger.handlers, logger.propagate = [collector], False
        logger.setLevel(logging.WARNING)  # a user may have silenced what we must read
    transformers_logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield reports
    finally:
        for logger, handlers, propagate, level in before:
            logger.handlers, logger.propagate = handlers, propagate
            logger.setLevel(level)
        if showed_bars:
            transformers_logging.enable_progress_bar()

"""Texts → unit vectors without torch: what a few texts cost least with.

Loading torch, transformers and sentence-transformers takes seconds; a model that is a plain BERT
encoder is ready here in a quarter of one, and then takes longer for each text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from recommender.embedding.bert import Bert
from recommender.embedding.bert_files import TOKENIZER, WEIGHTS, BertFiles, Pooling
from recommender.embedding.encoder import Encoder, Progress, open_encoder
from recommender.embedding.refusals import (
    readable,
    refuse_foreign_parts,
    refuse_without_tokenizer,
    unit_rows,
)
from recommender.embedding.tensors import map_tensors
from recommender.embedding.word_pieces import WordPieces

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from recommender.embedding.registry import Model
    from recommender.records import ModelIdentity

FEW = 32
"""Distinct texts that are worth no torch, whatever their length and whichever the model.

With the default model 256 titles with excerpts cost half the CPU here, and 64 texts of the greatest
length a third; a larger model, or one in bfloat16, reaches its crossing sooner.
"""

BATCH_TOKENS = 128
"""Of texts that are worked on together, so that what is computed stays in a core's caches."""

POOLED: Mapping[Pooling, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "mean": lambda states: states.mean(axis=0),
    "cls": lambda states: states[0],
    "max": lambda states: states.max(axis=0),
}
UNUSED = frozenset({"embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias"})
"""Tensors that many files hold and sentence-transformers does not compute with."""

_COMPUTING = Lock()  # how many threads BLAS takes is a setting of the whole process
log = logging.getLogger(__name__)


def open_encoder_for(model: Model, n_texts: int) -> Encoder:
    """The encoder of a model that costs least for so many texts, its loading included.

    Args:
        model: As for `open_encoder`.
        n_texts: Distinct ones that are to be encoded.

    Raises:
        ModelError: As `open_encoder`.
    """
    light = open_light_encoder(model) if n_texts <= FEW else None
    return light or open_encoder(model)


def open_light_encoder(model: Model) -> LightEncoder | None:
    """Load a model if it is a BERT encoder of which everything is understood; else None.

    Its files are verified first, and what `open_encoder` refuses is refused.

    Raises:
        ModelError: As `open_encoder`; but files that are broken give None.
    """
    folder = model.locate()
    refuse_foreign_parts(model.identity, folder)
    try:
        encoder = _load(model.identity, folder)
    except (AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError) as error:
        log.debug("%s is left to sentence-transformers: %s", model.identity.name, error)
        return None
    refuse_without_tokenizer(encoder)
    return encoder


def _load(identity: ModelIdentity, folder: Path) -> LightEncoder:
    files = BertFiles.read(folder, identity.files)
    weights = map_tensors(folder / WEIGHTS, files.shape.weights(), ignored=UNUSED)
    data = (folder / TOKENIZER).read_bytes()
    pieces = WordPieces(data, files.spelling, files.shape.n_tokens, files.max_tokens)
    return LightEncoder(identity, Bert(files.shape, weights), pieces, files.pooling)


class LightEncoder:
    """A BERT encoder in NumPy, which computes in float32 whatever the precision of its identity.

    Its vectors may lie among those of an index in bfloat16, as `Encoder.encode` allows: of 1,800
    titles with excerpts of three sites the least cosine with what sentence-transformers gives is
    .99992 in bfloat16; in float32 no number differs by more than 3e-7. Safe to use from several
    threads.

    Args:
        identity: Of the model that it stands for.
        bert: Its encoder.
        pieces: Its tokenizer.
        pooling: How the states of a text's tokens become one vector.
    """

    def __init__(
        self, identity: ModelIdentity, bert: Bert, pieces: WordPieces, pooling: Pooling
    ) -> None:
        self.identity = identity
        self.dim = bert.shape.width
        self._bert = bert
        self._pieces = pieces
        self._pooling = pooling

    def encode(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        words = list(map(readable, rows))
        tokens = list(map(self._pieces.tokens, words))
        raw = np.empty((len(rows), self.dim), dtype=np.float32)
        with _COMPUTING, _one_thread(), np.errstate(all="ignore"):
            for start, end in batches(list(map(len, tokens))):
                states = self._bert.states(tokens[start:end])
                raw[start:end] = list(map(POOLED[self._pooling], states))
                if progress:
                    progress(end, len(rows))
            unit = unit_rows(self.identity, words, raw)
        return unit[[rows[text] for text in texts]]


def _one_thread() -> AbstractContextManager[object]:
    """Products are so small that threads of BLAS wait longer for one another than they work."""
    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits


def batches(n_tokens: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Texts that are worked on together, from first to last: no more than `BATCH_TOKENS`."""
    start, total = 0, 0
    for row, n in enumerate(n_tokens):
        if total + n > BATCH_TOKENS and row > start:
            yield start, row
            start, total = row, 0
        total += n
    if n_tokens:
        yield start, len(n_tokens)

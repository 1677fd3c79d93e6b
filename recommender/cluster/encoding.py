"""Articles → vectors, by workers that load the model once; what is known already is copied."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recommender.cluster.naming import read_articles
from recommender.cluster.tables import matrices_of, matrix, new_array, read, to_matrix, write
from recommender.cluster.tasks import Facts, Part
from recommender.embedding.encoder import open_encoder
from recommender.embedding.registry import Model
from recommender.embedding.texts import TEXT_RECIPE, embedding_text, text_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.embedding.encoder import Encoder


class Encoding:
    """What one worker has for all its tasks: an encoder, opened when the first text comes.

    Args:
        source: A model to open, or an encoder.
    """

    def __init__(self, source: Encoder | Model) -> None:
        self._source = source

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of some texts."""
        if isinstance(self._source, Model):
            self._source = open_encoder(self._source)
        return self._source.encode(texts)


def stage_name(source: Encoder | Model) -> str:
    """The folder of vectors by this model; those of another are of no use to it."""
    identity = source.identity
    return f"vectors-{identity.fingerprint[:12]}-{identity.precision or 'any'}"


def encode(out: Path, recipe: str, part: Part, tool: Encoding) -> Facts:
    """Write the vector of each article of a range.

    Args:
        out: Where to write; beside it lies what earlier runs made of the same range.
        recipe: How texts are put together, which counts for the name of `out`.
        part: The articles.
        tool: Encodes.
    """
    if recipe != TEXT_RECIPE:
        raise ValueError(f"a worker of another version: “{TEXT_RECIPE}”, expected “{recipe}”")
    texts = [embedding_text(a.title, a.excerpt) for a in read_articles(part)]
    keys = [text_key(text) for text in texts]
    known = _known(out, set(keys))
    new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if new:
        known |= dict(zip(new, tool.encode(list(new.values())), strict=True))
    vectors = np.stack([known[key] for key in keys])
    digests = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(len(keys), -1)
    write(out, {"text_key": matrix(digests), "vector": matrix(vectors)})
    return {"n_encoded": len(new), "dim": vectors.shape[1]}


def gather_vectors(out: Path, parts: Sequence[Part], n: int, dim: int) -> Facts:
    """All vectors in one file, which workers map: each looks at few of them."""
    out.mkdir()
    vectors = new_array(out, "vectors", np.float32, (n, dim))
    for rows, of_part in matrices_of(parts, "vector"):
        vectors[rows] = of_part
    return {}


def _known(out: Path, wanted: set[bytes]) -> dict[bytes, NDArray[np.float32]]:
    """The vectors of texts that an earlier run has encoded for the same range."""
    number = out.name.lstrip(".").split("-")[0]
    known: dict[bytes, NDArray[np.float32]] = {}
    for path in sorted(out.parent.glob(f"{number}-*.done")):
        table = read(Part(path.with_name(path.name.removesuffix(".done")), "", {}))
        vectors = to_matrix(table["vector"])
        for row, digest in enumerate(to_matrix(table["text_key"])):
            if (key := digest.tobytes()) in wanted:
                known[key] = vectors[row]
    return known

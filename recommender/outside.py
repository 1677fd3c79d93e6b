"""Articles that an index does not hold: read, encoded and described when they are asked about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from recommender.embedding.texts import TEXT_RECIPE, embedding_text, text_key
from recommender.errors import ConfigError, IndexMismatchError
from recommender.index.vectors import refuse_bad_vectors
from recommender.records import Article

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from recommender.embedding.encoder import Encoder
    from recommender.index.snapshot import Snapshot
    from recommender.records import ModelIdentity
    from recommender.settings import SchemaSettings


class Outside:
    """Reads and encodes what comes from outside, as the index was made.

    Safe to use from several threads: they encode one after the other, as a model's tokenizer must
    not be entered twice, and none of them opens the model a second time.
    """

    def __init__(self, index: Path, schema: SchemaSettings, encoder: Encoder | None) -> None:
        """Prepare for the index of a path; the encoder is used where it is the index's own."""
        self._index = index
        self._schema = schema
        self._encoder = encoder
        self._encoding = Lock()

    def read(self, path: Path) -> Article:
        """An article file; its id is its path, as its name may be taken in the index's folder."""
        from recommender.corpus.reader import read_file
        from recommender.corpus.schema.presets import schema_from_settings

        schema = schema_from_settings(self._schema)
        article, _ = read_file(path, root=path.parent, schema=schema)
        return replace(article, id=path.as_posix())

    def vector(
        self, article: Article, snapshot: Snapshot, given: NDArray[np.float32] | None
    ) -> NDArray[np.float32]:
        """Its vector, shape `(1, dim)`: the given one, the index's own for the same text, or new.

        Raises:
            ConfigError: What is given is no vector that the index can compare.
            ModelError: The text must be encoded and the model cannot be had.
        """
        if given is not None:
            return _usable(given, snapshot.manifest.dim)
        text = embedding_text(article.title, article.excerpt)
        known = snapshot.rows_with_text_keys([text_key(text)])
        if known[0] >= 0:
            return snapshot.vectors[known]
        with self._encoding:
            return self._encoder_of(snapshot.manifest.recipe.model).encode([text])

    def refuse_other_recipe(self, snapshot: Snapshot) -> None:
        """Stop where the index's texts were composed in another way than ours."""
        recipe = snapshot.manifest.recipe.text_recipe
        if recipe != TEXT_RECIPE:
            raise IndexMismatchError(
                f"the index {self._index} holds vectors of texts made as “{recipe}”; this "
                f"version makes “{TEXT_RECIPE}”: run `recommender index` again.",
                path=self._index,
            )

    def _encoder_of(self, made_with: ModelIdentity) -> Encoder:
        """The encoder that made the vectors; no other gives any that compare with them."""
        if self._encoder is None or not self._encoder.identity.is_alike(made_with):
            self._encoder = self._open(made_with)
        return self._encoder

    def _open(self, made_with: ModelIdentity) -> Encoder:
        from recommender.embedding.light import open_encoder_for
        from recommender.embedding.registry import find_model

        model = find_model(made_with.name)
        if model.identity.fingerprint != made_with.fingerprint:
            raise IndexMismatchError(
                f"the index {self._index} was made with other files of the model "
                f"“{made_with.name}” than are here now: run `recommender index` again.",
                path=self._index,
            )
        return open_encoder_for(model.at(made_with.precision), 1)


def _usable(vector: NDArray[np.float32], dim: int) -> NDArray[np.float32]:
    try:
        refuse_bad_vectors(vector[None])
    except ValueError as error:
        raise _unusable(str(error), dim) from error
    if len(vector) != dim:
        raise _unusable(f"dimension {len(vector)}", dim)
    return vector[None]


def _unusable(found: str, dim: int) -> ConfigError:
    return ConfigError(
        f"the vector is of no use ({found}); expected {dim} numbers of unit length, float32, from "
        "the model that the index was made with.",
        key="vector",
    )

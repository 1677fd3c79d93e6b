"""Indexes a folder with vectors that cost nothing: what a first run does besides encoding.

usage: python -m evaluation.benchmarks.unencoded FOLDER INDEX [VECTORS]

VECTORS is what `synthetic_folder` has written beside the articles; without it, chance decides.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender import ModelIdentity, build

DIM = 384
SEED = 3


class Dice:
    """An encoder that throws vectors."""

    identity = ModelIdentity("dice", "0" * 64, {})
    dim = DIM

    def encode(
        self,
        texts: Sequence[str],
        *,
        progress: Callable[[int, int], None] | None = None,  # noqa: ARG002 - an encoder's signature
    ) -> NDArray[np.float32]:
        """Unit rows of no meaning, the same whenever the same number is asked for."""
        rng = np.random.default_rng(SEED)
        vectors = rng.standard_normal((len(texts), DIM), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


class Known:
    """An encoder that knows each text by its title; it reads what it knows when it is first asked.

    Args:
        vectors: What `synthetic_folder` has written.
    """

    identity = ModelIdentity("known", "1" * 64, {})
    dim = DIM

    def __init__(self, vectors: Path) -> None:
        self._path = vectors

    def encode(
        self,
        texts: Sequence[str],
        *,
        progress: Callable[[int, int], None] | None = None,  # noqa: ARG002 - an encoder's signature
    ) -> NDArray[np.float32]:
        """The vectors of the texts, which begin with their titles."""
        vectors, rows = self._known
        of_texts: NDArray[np.float32] = vectors[[rows[text.partition(". ")[0]] for text in texts]]
        return of_texts

    @cached_property
    def _known(self) -> tuple[NDArray[np.float32], dict[str, int]]:
        with np.load(self._path) as known:
            titles = known["titles"].tolist()
            return known["vectors"], {title: row for row, title in enumerate(titles)}


def main(folder: str, index: str, vectors: str | None = None) -> None:
    """What the command line does."""
    encoder = Known(Path(vectors)) if vectors else Dice()
    build(Path(folder), index=Path(index), encoder=encoder)


if __name__ == "__main__":
    main(*sys.argv[1:])

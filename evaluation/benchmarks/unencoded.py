"""Indexes a folder with vectors that cost nothing: what a first run does besides encoding.

usage: python -m evaluation.benchmarks.unencoded FOLDER INDEX
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
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


if __name__ == "__main__":
    build(Path(sys.argv[1]), index=Path(sys.argv[2]), encoder=Dice())

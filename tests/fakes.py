"""An encoder without a download: exact, deterministic, and aware of what it was asked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.embedding.encoder import Progress
from recommender.errors import ModelError
from recommender.records import ModelIdentity


class FakeEncoder:
    """Sums one pseudo-random direction a word, so texts that share words are close.

    Attributes:
        encoded: Every text it was asked to encode, in order.
    """

    def __init__(self, name: str = "fake", dim: int = 32) -> None:
        self.identity = ModelIdentity(name, hashlib.sha256(name.encode()).hexdigest(), {})
        self.dim = dim
        self.encoded: list[str] = []

    def encode(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """One unit row a text."""
        self.encoded.extend(texts)
        rows = [self._vector(text) for text in texts]
        if progress and texts:
            progress(len(texts), len(texts))
        return np.asarray(rows, dtype=np.float32).reshape(len(texts), self.dim)

    def _vector(self, text: str) -> NDArray[np.float64]:
        words = text.lower().split() or [text]
        total = np.sum([self._direction(word.strip(".,:;!?\"'")) for word in words], axis=0)
        unit: NDArray[np.float64] = total / np.linalg.norm(total)
        return unit

    def _direction(self, word: str) -> NDArray[np.float64]:
        seed = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
        return np.random.default_rng(list(seed)).standard_normal(self.dim)


class FailingEncoder(FakeEncoder):
    """One that cannot encode."""

    def __init__(self) -> None:
        super().__init__("failing")

    def encode(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Fails."""
        raise ModelError("the model fails: name another.", model=self.identity.name)

"""The forward pass of a BERT encoder, in float32, with NumPy alone.

For a few texts: what this computes in milliseconds a process without torch need not import it for.
The network is that of Devlin et al. (2018), arXiv:1810.04805, whose layers are the encoder of
Vaswani et al. (2017), arXiv:1706.03762; names of weights are those of transformers' `BertModel`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NORM = "LayerNorm"
ATTENTION = ("query", "key", "value")


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a BERT encoder is.

    Attributes:
        n_tokens: Tokens that it knows.
        n_places: Longest text, in tokens.
        n_kinds: Kinds of texts that it tells apart; only the first is used.
        width: Numbers that stand for a token.
        inner_width: Of the layers' inner half.
        n_layers: Its depth.
        n_heads: Of each layer's attention; they share the width.
        epsilon: Added to a variance before it divides.
    """

    n_tokens: int
    n_places: int
    n_kinds: int
    width: int
    inner_width: int
    n_layers: int
    n_heads: int
    epsilon: float

    def weights(self) -> dict[str, tuple[int, ...]]:
        """The shape of every weight, by its name."""
        tables = {"word": self.n_tokens, "position": self.n_places, "token_type": self.n_kinds}
        shapes: dict[str, tuple[int, ...]] = {
            f"embeddings.{name}_embeddings.weight": (n, self.width) for name, n in tables.items()
        }
        shapes |= self._normal(f"embeddings.{NORM}")
        for i in range(self.n_layers):
            layer = f"encoder.layer.{i}"
            for name in ATTENTION:
                shapes |= _dense(f"{layer}.attention.self.{name}", self.width, self.width)
            shapes |= _dense(f"{layer}.attention.output.dense", self.width, self.width)
            shapes |= self._normal(f"{layer}.attention.output.{NORM}")
            shapes |= _dense(f"{layer}.intermediate.dense", self.inner_width, self.width)
            shapes |= _dense(f"{layer}.output.dense", self.width, self.inner_width)
            shapes |= self._normal(f"{layer}.output.{NORM}")
        return shapes

    def _normal(self, name: str) -> dict[str, tuple[int, ...]]:
        return {f"{name}.weight": (self.width,), f"{name}.bias": (self.width,)}


def _dense(name: str, n_out: int, n_in: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (n_out, n_in), f"{name}.bias": (n_out,)}


@dataclass(frozen=True, slots=True)
class Bert:
    """A BERT encoder. Safe to use from several threads: nothing in it changes.

    Attributes:
        shape: Its size.
        weights: Float32, by name, of the shapes that `shape.weights()` says.
    """

    shape: Shape
    weights: Mapping[str, NDArray[np.float32]]

    def states(self, texts: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        """What the last layer says of each token of each text.

        The tokens of all texts go through each product together, as one text alone is too short to
        keep it busy; only attention takes each text by itself, so that nothing is filled up.

        Args:
            texts: At least one, each of 1 to `shape.n_places` tokens below `shape.n_tokens`.

        Returns:
            For each text, shape `(n_tokens, shape.width)`; nothing is checked.
        """
        lengths = [len(tokens) for tokens in texts]
        bounds = np.cumsum(lengths)[:-1].tolist()
        states = self._table("word")[np.concatenate(texts)]
        states += self._table("token_type")[0]
        states += self._table("position")[np.concatenate(list(map(np.arange, lengths)))]
        states = self._normalised(f"embeddings.{NORM}", states)
        for i in range(self.shape.n_layers):
            states = self._layer(f"encoder.layer.{i}", states, bounds)
        return np.split(states, bounds)

    def _table(self, name: str) -> NDArray[np.float32]:
        return self.weights[f"embeddings.{name}_embeddings.weight"]

    def _layer(
        self, name: str, states: NDArray[np.float32], bounds: list[int]
    ) -> NDArray[np.float32]:
        seen = self._attention(f"{name}.attention.self", states, bounds)
        seen = self._dense(f"{name}.attention.output.dense", seen)
        states = self._normalised(f"{name}.attention.output.{NORM}", states + seen)
        inner = gelu(self._dense(f"{name}.intermediate.dense", states))
        inner = self._dense(f"{name}.output.dense", inner)
        return self._normalised(f"{name}.output.{NORM}", states + inner)

    def _attention(
        self, name: str, states: NDArray[np.float32], bounds: list[int]
    ) -> NDArray[np.float32]:
        """What each token sees of the others of its text, for each head by itself."""
        by_head = (len(states), self.shape.n_heads, -1)
        parts = [self._dense(f"{name}.{part}", states).reshape(by_head) for part in ATTENTION]
        texts = zip(*(np.split(part.swapaxes(0, 1), bounds, axis=1) for part in parts), strict=True)
        seen = np.concatenate([_attended(*of_text) for of_text in texts], axis=1)
        found: NDArray[np.float32] = seen.swapaxes(0, 1).reshape(states.shape)
        return found

    def _dense(self, name: str, states: NDArray[np.float32]) -> NDArray[np.float32]:
        found = states @ self.weights[f"{name}.weight"].T
        found += self.weights[f"{name}.bias"]
        return found

    def _normalised(self, name: str, states: NDArray[np.float32]) -> NDArray[np.float32]:
        """Each row with mean 0 and variance 1, then scaled: Ba et al. (2016), arXiv:1607.06450."""
        states = states - states.mean(axis=1, keepdims=True)
        variance = np.mean(states * states, axis=1, keepdims=True)
        states /= np.sqrt(variance + np.float32(self.shape.epsilon))
        states *= self.weights[f"{name}.weight"]
        states += self.weights[f"{name}.bias"]
        return states


def _attended(
    query: NDArray[np.float32], key: NDArray[np.float32], value: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Scaled dot products, softmax(q kᵀ / √d) v, of arrays of shape `(n_heads, n_tokens, d)`."""
    shares: NDArray[np.float32] = query @ key.swapaxes(1, 2)
    shares *= np.float32(query.shape[2] ** -0.5)
    shares -= shares.max(axis=2, keepdims=True)
    np.exp(shares, out=shares)
    shares /= shares.sum(axis=2, keepdims=True)
    found: NDArray[np.float32] = shares @ value
    return found


def gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """GELU of Hendrycks & Gimpel (2016), arXiv:1606.08415: x Φ(x), Φ the normal distribution.

    Computed as max(x, 0) - |x| Φ(-|x|), in which nothing cancels. The tail Φ(-|x|) is half of
    erfc(|x| / √2), which formula 7.1.26 of Abramowitz & Stegun (1964) gives to within 1.5e-7.
    """
    size = np.abs(x)
    t = np.reciprocal(1 + np.float32(0.3275911 / np.sqrt(2)) * size)
    tail = np.full_like(t, 1.061405429 / 2)
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail *= t
        tail += np.float32(factor / 2)
    tail *= t
    tail *= np.exp(np.float32(-0.5) * size * size)
    tail *= size
    found: NDArray[np.float32] = np.maximum(x, 0) - tail
    return found

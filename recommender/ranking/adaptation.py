"""Vectors seen from where a site's own articles lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SMALL = 1e-9


@dataclass(frozen=True, slots=True)
class Adaptation:
    """The cosine after what all articles of a site share is taken out.

    Vectors are centred, and directions in which the site varies much are shortened: by the fourth
    root of the variance, half of the way to whitening (see Su and others 2021, arXiv 2103.15316).

    Attributes:
        centre: Mean of the vectors, shape `(dim,)`, float32.
        metric: Shape `(dim, dim)`, float32: inner products after the shortening.
        lengths: Length of each article's vector after it, shape `(n_articles,)`, float64.
    """

    centre: NDArray[np.float32]
    metric: NDArray[np.float32]
    lengths: NDArray[np.float64]

    @classmethod
    def from_vectors(cls, vectors: NDArray[np.float32]) -> Adaptation:
        """Learn the site's centre and spread; with few articles they hardly change the cosine."""
        n, dim = vectors.shape
        centre = vectors.mean(axis=0, dtype=np.float64)
        centred = vectors - centre
        variances, axes = np.linalg.eigh(centred.T @ centred / n)
        variances = np.maximum(variances, 0)
        typical = variances.mean() or 1.0
        shrunk = (n * variances + dim * typical) / (n + dim)
        metric = (axes * np.sqrt(typical / shrunk)) @ axes.T
        squares = np.einsum("ij,ij->i", centred @ metric, centred)
        lengths = np.sqrt(np.maximum(squares, _SMALL))
        return cls(centre.astype(np.float32), metric.astype(np.float32), lengths)

    def similarities(
        self, query: NDArray[np.float32], vectors: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Cosine of a query's vector with those of some rows, -1 to 1."""
        centred = query - self.centre
        turned = self.metric @ centred
        length = math.sqrt(max(float(centred @ turned), _SMALL))
        products = (vectors @ turned).astype(np.float64) - float(self.centre @ turned)
        similarities: NDArray[np.float64] = products / (self.lengths[rows] * length)
        return similarities

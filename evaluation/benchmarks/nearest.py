"""Nearest vectors by ourselves, and by NumPy alone; asked as `peer_programs.nearest` is.

usage: python -m evaluation.benchmarks.nearest WAY VECTORS QUERIES N ANSWERS
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evaluation.benchmarks.peer_programs.nearest import Make, Search, serve
from recommender.index.cells import Cells
from recommender.index.vectors import VectorIndex

Vectors = NDArray[np.float32]


def product(vectors: Vectors) -> Search:
    """With every vector, the greatest taken in any order."""
    return lambda query, n: np.argpartition(-(vectors @ query), n)[:n]


def exact(vectors: Vectors) -> Search:
    """As small sites are searched."""
    return _asking(VectorIndex(vectors))


def cells(vectors: Vectors) -> Search:
    """As large sites are searched, however few vectors there are: what is measured is why."""
    with patch("recommender.index.cells.MANY", 0), patch("recommender.index.vectors.MANY", 0):
        index = VectorIndex(vectors, cells=Cells.of(vectors))
    index.search(vectors[:1], 1)  # which gives FAISS its copy
    return _asking(index)


def _asking(index: VectorIndex) -> Search:
    return lambda query, n: index.search(query[np.newaxis], n).rows[0]


WAYS: Mapping[str, Make] = {"product": product, "exact": exact, "cells": cells}


if __name__ == "__main__":
    serve(WAYS, sys.argv[1:], on_one_thread=lambda: threadpool_limits(limits=1))

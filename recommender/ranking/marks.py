"""Numbers marked in an array, so that many others are looked up in no time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_of_thread = threading.local()


@contextmanager
def marked(numbers: NDArray[np.integer], n: int) -> Iterator[NDArray[np.unsignedinteger]]:
    """An array in which each number finds one more than its place; 0 stands for all others.

    Making an array as long as a site for every query would take longer than all look-ups, so each
    thread keeps those that it has made; on leaving they are zeros again.

    Args:
        numbers: From 0 to n - 1; of one that comes twice the last place counts.
        n: Length of the array, at least.
    """
    dtype = np.min_scalar_type(len(numbers))  # the narrowest, which most easily stays in a cache
    kept: dict[str, list[NDArray[np.unsignedinteger]]] = _of_thread.__dict__
    free = kept.setdefault(dtype.char, [])
    marks = free.pop() if free else np.zeros(n, dtype)
    if len(marks) < n:
        marks = np.zeros(n, dtype)
    try:
        marks[numbers] = np.arange(1, len(numbers) + 1)
        yield marks
    finally:
        marks[numbers] = 0
        free.append(marks)

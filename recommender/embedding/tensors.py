"""The weights of a `.safetensors` file, looked at where they lie, without a library.

The format (https://huggingface.co/docs/safetensors): the length of a header in 8 bytes, the header
in JSON, then the numbers of each tensor, little-endian, one after the other without a gap.
"""

from __future__ import annotations

import json
import math
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LENGTH_BYTES = 8
MAX_HEADER_BYTES = 100_000_000
"""The format's own limit."""


def map_tensors(
    path: Path, shapes: Mapping[str, tuple[int, ...]], *, ignored: frozenset[str]
) -> dict[str, NDArray[np.float32]]:
    """Map the file into memory; what nobody looks at is never read.

    Args:
        path: The file.
        shapes: The tensors that it must hold, and their shapes.
        ignored: Names of tensors that it may hold besides.

    Returns:
        Every tensor of `shapes`, read-only.

    Raises:
        OSError: It cannot be read.
        ValueError: It breaks the format's rules, or holds other tensors, or not in float32.
    """
    with path.open("rb") as stream:
        data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    header_bytes = int.from_bytes(data[:LENGTH_BYTES], "little")
    start = LENGTH_BYTES + header_bytes
    if header_bytes > MAX_HEADER_BYTES or start > len(data):
        raise ValueError(f"a header of {header_bytes} bytes")
    entries = json.loads(data[LENGTH_BYTES:start])
    entries.pop("__metadata__", None)
    if shapes.keys() - entries.keys() or entries.keys() - shapes.keys() - ignored:
        raise ValueError("other tensors than expected")
    _refuse_gaps(entries, len(data) - start)
    return {name: _tensor(data, start, entries[name], shape) for name, shape in shapes.items()}


def _refuse_gaps(entries: Mapping[str, Any], n_bytes: int) -> None:
    """Stop where tensors overlap, leave bytes between them, or do not end with the file."""
    end = 0
    for first, last in sorted(tuple(entry["data_offsets"]) for entry in entries.values()):
        if not isinstance(first, int) or not isinstance(last, int) or not end == first <= last:
            raise ValueError(f"a tensor from byte {first} to {last}, after one to {end}")
        end = last
    if end != n_bytes:
        raise ValueError(f"{n_bytes} bytes of numbers; expected {end}")


def _tensor(
    data: mmap.mmap, start: int, entry: Mapping[str, Any], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    first, last = entry["data_offsets"]
    count = math.prod(shape)
    is_expected = entry["dtype"] == "F32" and entry["shape"] == list(shape)
    if not is_expected or last - first != count * np.dtype("<f4").itemsize:
        raise ValueError(f"a tensor {entry}; expected F32 of shape {shape}")
    return np.frombuffer(data, "<f4", count, start + first).reshape(shape)

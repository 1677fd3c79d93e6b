"""Tables between tasks: columns, ragged columns, matrices, and rows scattered to buckets.

They are Parquet. Rows that are on their way to another task stand in row groups, one for each
bucket that has any. A task that is made of a bucket reads its row group in each file: so data is
exchanged through files as in MapReduce (Dean and Ghemawat 2004), and who is killed has only to read
them again. Where tasks look at a few rows of everything, it lies uncompressed and is mapped: tables
as Arrow's own files, plain arrays as NumPy's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recommender.cluster.tasks import Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Columns = Mapping[str, Any]

_BUCKETS = b"buckets"
TEXT = pa.large_binary()
"""Texts are kept as UTF-8 with lone surrogates, which Parquet's own text type does not hold."""


def texts(values: Iterable[str]) -> pa.Array:
    """A column of texts."""
    return pa.array([value.encode("utf-8", "surrogatepass") for value in values], TEXT)


def to_texts(column: pa.ChunkedArray) -> list[str]:
    """The texts of a column."""
    return [str(value, "utf-8", "surrogatepass") for value in column.to_pylist()]


def ragged(values: NDArray[Any], lengths: NDArray[np.integer]) -> pa.Array:
    """A column of lists, given one after the other."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(values))


def to_ragged(column: pa.ChunkedArray) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """All items of a column of lists, and the length of each list."""
    lengths = pc.list_value_length(column).to_numpy().astype(np.int64)
    return column.combine_chunks().flatten().to_numpy(zero_copy_only=False), lengths


def matrix(rows: NDArray[Any]) -> pa.Array:
    """A column of rows of one length."""
    flat = pa.array(np.ascontiguousarray(rows).ravel())
    return pa.FixedSizeListArray.from_arrays(flat, rows.shape[1])


def to_matrix(column: pa.ChunkedArray) -> NDArray[Any]:
    """The rows of such a column."""
    width = column.type.list_size
    flat = column.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    found: NDArray[Any] = flat.reshape(-1, width)
    return found


def matrices_of(parts: Iterable[Part], name: str) -> Iterator[tuple[slice, NDArray[Any]]]:
    """Such a column part by part, and where among the rows of all parts each part's lie."""
    start = 0
    for part in parts:
        rows = to_matrix(read(part, [name])[name])
        yield slice(start, start + len(rows)), rows
        start += len(rows)


def numbers(table: pa.Table, name: str) -> NDArray[Any]:
    """A column of plain numbers."""
    found: NDArray[Any] = table[name].to_numpy()
    return found


def columns_of(parts: Iterable[Part], names: Sequence[str], file: str = "") -> list[NDArray[Any]]:
    """Columns of plain numbers over all parts, one part after the other; no other is read."""
    tables = [read(part, list(names), file) for part in parts]
    return [np.concatenate([numbers(table, name) for table in tables]) for name in names]


def write(out: Path, columns: Columns) -> None:
    """Write a table."""
    pq.write_table(pa.table(dict(columns)), out, compression="zstd")


def read(part: Part, columns: Sequence[str] | None = None, file: str = "") -> pa.Table:
    """A whole table; `file` is its name where the part is a folder."""
    path = part.path / file if file else part.path
    return pq.read_table(path, columns=columns, use_threads=False)  # a task has one processor


def write_mapped(out: Path, table: pa.Table) -> None:
    """Write a table of which others will look at some rows."""
    with pa.OSFile(str(out), "wb") as stream, pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table.combine_chunks())


def mapped(part: Part) -> pa.Table:
    """Such a table; what of it is not looked at is not read."""
    with pa.memory_map(str(part.path)) as stream:
        return pa.ipc.open_file(stream).read_all()


def write_scattered(out: Path, columns: Columns, buckets: NDArray[np.integer]) -> None:
    """Write the rows of a table, each into its bucket, where they keep their order.

    Args:
        out: Where to write.
        columns: The table.
        buckets: To which bucket each row goes.
    """
    write_all_scattered(out, [(columns, buckets)])


def write_all_scattered(out: Path, pieces: Iterable[tuple[Columns, NDArray[np.integer]]]) -> None:
    """The same of a table that comes in pieces, of which no more than one is in memory at a time.

    Args:
        out: Where to write.
        pieces: At least one: columns and buckets, as `write_scattered` takes them.
    """
    writer, names = None, []
    with ExitStack() as opened:
        for columns, buckets in pieces:
            order = np.argsort(buckets, kind="stable")
            table = pa.table(dict(columns))
            writer = writer or opened.enter_context(_writer(out, table.schema))
            present, starts = np.unique(buckets[order], return_index=True)
            for start, end in pairwise([*starts.tolist(), len(order)]):
                of_one = table.take(pa.array(order[start:end]))
                writer.write_table(of_one, row_group_size=end - start)
            names += present.tolist()
        if writer:
            writer.add_key_value_metadata({_BUCKETS: json.dumps(names).encode()})


def _writer(out: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(out, schema, compression="zstd")


def read_bucket(parts: Iterable[Part], bucket: int, file: str = "") -> pa.Table:
    """The rows of a bucket from all files, in the order of these."""
    found = []
    for part in parts:
        with pq.ParquetFile(part.path / file if file else part.path) as stored:
            names = json.loads(stored.metadata.metadata[_BUCKETS])
            groups = [group for group, name in enumerate(names) if name == bucket]
            found.append(stored.read_row_groups(groups, use_threads=False))
    return pa.concat_tables(found)


def save(out: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write plain arrays into a new folder."""
    out.mkdir()
    for name, array in arrays.items():
        np.save(out / f"{name}.npy", array, allow_pickle=False)


def new_array(folder: Path, name: str, dtype: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """An array that lies on disk, to be filled."""
    return np.lib.format.open_memmap(folder / f"{name}.npy", "w+", dtype, shape)


class Joined:
    """Plain arrays in a new folder, each of pieces that come one after the other.

    They grow on disk: no more than a piece of each is ever in memory.

    Args:
        out: The folder.
        lengths: The length of each array.
        types: The type of each.
    """

    def __init__(self, out: Path, lengths: Mapping[str, int], types: Mapping[str, Any]) -> None:
        out.mkdir()
        self._arrays = {
            name: new_array(out, name, types[name], (length,)) for name, length in lengths.items()
        }
        self._lengths = dict.fromkeys(lengths, 0)

    def add(self, name: str, piece: NDArray[Any]) -> int:
        """Write the next piece of an array; gives the place where it begins."""
        start = self._lengths[name]
        self._lengths[name] = start + len(piece)
        self._arrays[name][start : start + len(piece)] = piece
        return start


def load(part: Part, name: str) -> NDArray[Any]:
    """One of these arrays, mapped: the workers of a machine share what they look at."""
    found: NDArray[Any] = np.load(part.path / f"{name}.npy", mmap_mode="r", allow_pickle=False)
    return found


def key_ranges(keys: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """The bucket of n of each key of a term; those of one bucket lie between those of others."""
    return (keys >> _HALF) * n >> (63 - _HALF)


_HALF = 32

"""The files of an index, one at a time."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from recommender.errors import IndexFormatError
from recommender.index import files as room
from recommender.index.files import ANY_LENGTH, GenerationFiles, replace_file, write_array
from recommender.index.manifest import FileFacts

DTYPES = st.sampled_from([np.float32, np.int64, np.uint8, np.bool_])
ANY_ARRAY = DTYPES.flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(max_dims=2, min_side=0))
)
NUMBERS = np.arange(12, dtype=np.int64)
HEADER = b"\x93NUMPY\x01\0v\0{'descr': '<i8', 'fortran_order': False, 'shape': (12,), }%60s" % b"\n"


def _files(folder: Path, *, thorough: bool = False, **stored: NDArray[Any]) -> GenerationFiles:
    """Arrays, written and opened again."""
    facts = {f"{name}.npy": write_array(folder / f"{name}.npy", stored[name]) for name in stored}
    return GenerationFiles(folder, facts, thorough)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(array=ANY_ARRAY, hashed_up_to=st.sampled_from([0, 1 << 20]))
def test_an_array_comes_back_as_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, array: NDArray[Any], hashed_up_to: int
) -> None:
    """Read or mapped, of any shape, empty ones too; and other programs can load the file."""
    monkeypatch.setattr(room, "HASHED_ON_OPENING", hashed_up_to)
    path = tmp_path / "a.npy"
    path.unlink(missing_ok=True)
    facts = write_array(path, array)
    found = GenerationFiles(tmp_path, {"a.npy": facts}, thorough=True).array(
        "a", array.dtype, *array.shape
    )

    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tobytes() == np.load(path, allow_pickle=False).tobytes() == array.tobytes()
    assert not found.flags.writeable
    assert facts == FileFacts(
        bytes=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest()
    )


def test_a_large_array_is_mapped_and_a_small_one_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening an index does not grow with its vectors."""
    monkeypatch.setattr(room, "HASHED_ON_OPENING", 200)
    files = _files(tmp_path, large=NUMBERS, small=NUMBERS[:3])
    bases = {name: files.array(name, np.int64, ANY_LENGTH).base for name in ("large", "small")}
    while any(isinstance(base, np.ndarray) for base in bases.values()):
        bases = {name: getattr(base, "base", base) for name, base in bases.items()}

    assert {name: type(base).__name__ for name, base in bases.items()} == {
        "large": "mmap",
        "small": "bytes",
    }


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [
        (np.float64, (12,)),
        (np.uint8, (ANY_LENGTH,)),
        (np.int64, (3, 4)),
        (np.int64, (11,)),
        (np.int64, (10**18,)),
    ],
    ids=str,
)
def test_an_array_of_another_kind_is_damage(
    tmp_path: Path, dtype: type, shape: tuple[int, ...]
) -> None:
    """Type and shape are demanded, not taken from the file."""
    files = _files(tmp_path, a=NUMBERS)

    with pytest.raises(IndexFormatError, match=r"a\.npy: found no such array; expected "):
        files.array("a", dtype, *shape)


@pytest.mark.parametrize("hashed_up_to", [0, 1 << 20])
@pytest.mark.parametrize(
    "data",
    [b"", b"\x93NUMPY", b"PK\x03\x04" + b"\0" * 200, b"\x80" * 300, HEADER + bytes(97)],
    ids=["nothing", "cut", "archive", "pickle", "part of a number"],
)
def test_bytes_that_are_no_array_are_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, hashed_up_to: int
) -> None:
    """An archive, a pickle, nothing at all: numpy's own reader never sees them."""
    monkeypatch.setattr(room, "HASHED_ON_OPENING", hashed_up_to)
    path = tmp_path / "a.npy"
    path.write_bytes(data)
    facts = {"a.npy": FileFacts(len(data), hashlib.sha256(data).hexdigest())}

    with pytest.raises(IndexFormatError, match="found no such array"):
        GenerationFiles(tmp_path, facts, thorough=False).array("a", np.int64, ANY_LENGTH)


def test_changed_bytes_are_seen_in_small_files_and_by_thorough_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large file, opened quickly, is checked for its header only."""
    path = tmp_path / "a.npy"
    facts = _files(tmp_path, a=NUMBERS).facts
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(IndexFormatError, match="found other bytes than were written"):
        GenerationFiles(tmp_path, facts, thorough=False).array("a", np.int64, 12)
    monkeypatch.setattr(room, "HASHED_ON_OPENING", 0)
    with pytest.raises(IndexFormatError, match="found other bytes than were written"):
        GenerationFiles(tmp_path, facts, thorough=True).array("a", np.int64, 12)

    quickly = GenerationFiles(tmp_path, facts, thorough=False).array("a", np.int64, 12)
    assert quickly[:-1].tolist() == NUMBERS[:-1].tolist()


def test_a_file_of_another_size_is_damage(tmp_path: Path) -> None:
    """Both sizes are said."""
    files = _files(tmp_path, a=NUMBERS)
    (tmp_path / "a.npy").write_bytes(b"short")

    with pytest.raises(IndexFormatError, match=r"a\.npy: found 5 bytes; expected 224"):
        files.array("a", np.int64, 12)


def test_a_file_that_the_manifest_does_not_name_is_not_opened(tmp_path: Path) -> None:
    """Whatever lies in the folder besides."""
    files = _files(tmp_path, a=NUMBERS)
    write_array(tmp_path / "b.npy", NUMBERS)

    with pytest.raises(IndexFormatError, match=r"b\.npy: found nothing of it in the manifest"):
        files.array("b", np.int64, 12)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_only_plain_files_are_opened(tmp_path: Path, kind: str) -> None:
    """A link could lead anywhere, and reading a pipe would never end."""
    files = _files(tmp_path, a=NUMBERS)
    path = tmp_path / "a.npy"
    path.rename(tmp_path / "elsewhere")
    make = {
        "link": lambda: path.symlink_to(tmp_path / "elsewhere"),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }
    make[kind]()

    with pytest.raises(IndexFormatError, match="expected a plain file"):
        files.array("a", np.int64, 12)


def test_a_generation_is_no_link(tmp_path: Path) -> None:
    """It could lead out of the index."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with pytest.raises(IndexFormatError, match="link: found a link or a file; expected a folder"):
        GenerationFiles(tmp_path / "link", {}, thorough=False)


def test_a_file_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the last step fails, the old content stays and no temporary file does."""
    path = tmp_path / "manifest.json"
    replace_file(path, b"old")

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        replace_file(path, b"new")

    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {path.name: b"old"}


def test_a_planted_link_is_not_written_through(tmp_path: Path) -> None:
    """An index from a stranger cannot make us write elsewhere."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "manifest.json.new").symlink_to(victim)
    replace_file(tmp_path / "manifest.json", b"new")

    assert victim.read_bytes() == b"precious"
    assert (tmp_path / "manifest.json").read_bytes() == b"new"

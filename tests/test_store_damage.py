"""Damaged indexes, and indexes from strangers: an error of ours or the right answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sample_index import everything, sample_store

from recommender.errors import IndexFormatError, VectorIndexError
from recommender.index import files
from recommender.index.manifest import FileFacts, Manifest
from recommender.index.store import Store

N_SAMPLED = 20  # places a file


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An index of three articles, written once."""
    return sample_store(tmp_path / "index")


def _files(store: Store) -> list[Path]:
    return [store.path / "manifest.json", *sorted(store.path.glob("generation-*/*"))]


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def _cut(data: bytes, at: int) -> bytes:
    return data[:at]


def _grow(data: bytes, at: int) -> bytes:
    return data[:at] + b"0" + data[at:]


@pytest.mark.parametrize("damage", [_flip, _cut, _grow])
def test_damage_to_any_file_is_refused(store: Store, damage: Callable[[bytes, int], bytes]) -> None:
    """A flipped bit, a lost end, an added byte: an error, or white space of the manifest."""
    expected = everything(store.open())
    for path in _files(store):
        data = path.read_bytes()
        n_refused = 0
        places = range(0, len(data), max(1, len(data) // N_SAMPLED))
        for at in places:
            path.write_bytes(damage(data, at))
            try:
                assert everything(store.open()) == expected
            except IndexFormatError:
                n_refused += 1
        path.write_bytes(data)

        assert n_refused == len(places) or path.name == "manifest.json"
    assert everything(store.open()) == expected


@pytest.mark.parametrize("damage", [_flip, _cut, _grow])
def test_damage_to_large_files_never_surprises(
    store: Store, monkeypatch: pytest.MonkeyPatch, damage: Callable[[bytes, int], bytes]
) -> None:
    """What opening does not hash gives an answer or our error; thorough opening finds it all."""
    expected = everything(store.open())
    monkeypatch.setattr(files, "HASHED_ON_OPENING", 0)
    for path in _files(store)[1:]:
        data = path.read_bytes()
        for at in range(0, len(data), max(1, len(data) // N_SAMPLED)):
            path.write_bytes(damage(data, at))
            with suppress(IndexFormatError):
                everything(store.open())
            with pytest.raises(IndexFormatError, match=path.name.replace(".", r"\.")):
                store.open(thorough=True)
        path.write_bytes(data)

    assert everything(store.open(thorough=True)) == expected


def _forge(store: Store, name: str, array: object) -> None:
    """Replace an array as a stranger would, who also writes a fitting manifest."""
    manifest = store.open().manifest
    path = store.path / manifest.generation / f"{name}.npy"
    np.save(path, array, allow_pickle=True)  # type: ignore[arg-type]
    data = path.read_bytes()
    facts = FileFacts(len(data), hashlib.sha256(data).hexdigest())
    forged = replace(manifest, files={**manifest.files, path.name: facts})
    (store.path / "manifest.json").write_text(forged.to_json(), "utf-8")


def _texts(*texts: bytes) -> Any:
    return np.frombuffer(b"".join(texts), np.uint8)


IDS = b"abhttps://forbes.example/sora"


@pytest.mark.parametrize(
    ("name", "array", "complaint"),
    [
        ("vectors", np.asarray([{"code": 1}], dtype=object), "expected float32 of shape"),
        ("vectors", np.ones((3, 5), np.float32), "expected float32 of shape"),
        ("vectors", np.ones((3, 4), np.float64), "expected float32 of shape"),
        ("vectors", np.ones((3, 4), ">f4"), "expected float32 of shape"),
        ("vectors", np.asfortranarray(np.ones((3, 4), np.float32)), "expected float32 of shape"),
        ("is_linked", np.asarray([0, 1, 2], np.uint8), "expected bool of shape"),
        ("published_at", np.zeros(2, np.int64), "expected int64 of shape"),
        ("digests", np.zeros((3, 31), np.uint8), "expected uint8 of shape"),
        ("ids_offsets", np.asarray([0, 1, 2, 999], np.int64), "offsets out of order"),
        ("ids_offsets", np.asarray([0, 2, 1, 29], np.int64), "offsets out of order"),
        ("lists_offsets", np.asarray([0, -5, 2, 3], np.int64), "offsets out of order"),
        ("ids", _texts(b"b", b"a", IDS[2:]), "ids out of order"),
        ("ids", _texts(b"a", b"a", IDS[2:]), "ids out of order"),
        ("lists", np.asarray([2, 1, 7], np.int64), "an entry that is no row"),
        ("lists", np.asarray([2, 1, -1], np.int64), "an entry that is no row"),
    ],
)
def test_a_strangers_arrays_are_checked(
    store: Store, name: str, array: object, complaint: str
) -> None:
    """With every hash mended, types, shapes, bounds and order are checked; no pickle is read."""
    _forge(store, name, array)

    with pytest.raises(IndexFormatError, match=complaint):
        store.open()


@pytest.mark.parametrize("value", [0.0, 2.0, np.nan, np.inf])
def test_a_strangers_vectors_are_checked_when_they_are_asked_for(
    store: Store, value: float
) -> None:
    """Opening does not read them all; a search must never see such rows."""
    _forge(store, "vectors", np.full((3, 4), value, np.float32))
    snapshot = store.open()

    assert snapshot.article(0).id == "a"
    with pytest.raises(IndexFormatError, match=r"vectors\.npy: found that row 0 is not a finite"):
        _ = snapshot.vectors
    with pytest.raises(IndexFormatError, match=r"vectors\.npy: found that row 0 is not a finite"):
        store.open(thorough=True)


def test_a_strangers_records_are_checked_when_they_are_asked_for(store: Store) -> None:
    """JSON that is no article, and bytes that are no text, name file and row."""
    for name in ("articles", "titles"):
        blob = np.load(store.path / "generation-000001" / f"{name}.npy")
        _forge(store, name, np.full_like(blob, 0xFF if name == "titles" else ord("?")))
    snapshot = store.open()

    with pytest.raises(IndexFormatError, match=r"articles\.npy: row 1: found no JSON"):
        snapshot.article(1)
    with pytest.raises(IndexFormatError, match=r"titles\.npy: row 0: .*; expected UTF-8"):
        snapshot.titles[0]


def test_files_that_are_no_plain_files_are_refused(store: Store, tmp_path: Path) -> None:
    """A link in place of a file, of the generation or of the manifest leads nowhere."""
    for path in (_files(store)[3], store.path / "generation-000001", store.path / "manifest.json"):
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(IndexFormatError, match=f"{path.name}: found a link"):
            store.open()
        path.unlink()
        (tmp_path / "elsewhere").rename(path)

    assert store.open().n_articles == 3


def test_a_manifest_without_end_is_not_read(store: Store) -> None:
    """Its size is looked at first."""
    (store.path / "manifest.json").write_bytes(b" " * 2_000_000)

    with pytest.raises(IndexFormatError, match=r"manifest\.json: found a link, or too many bytes"):
        store.open()


def test_a_manifest_that_lacks_a_file_is_damage(store: Store) -> None:
    """Every array that an index needs must be named."""
    manifest = store.open().manifest
    names = {name: facts for name, facts in manifest.files.items() if name != "titles.npy"}
    lacking: Manifest = replace(manifest, files=names)
    (store.path / "manifest.json").write_text(lacking.to_json(), "utf-8")

    with pytest.raises(IndexFormatError, match=r"titles\.npy: found nothing of it in the manifest"):
        store.open()


def test_an_index_that_may_not_be_read_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system refuses comes out as our error, with its cause."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(VectorIndexError, match="cannot be read: Permission denied") as raised:
        store.open()

    assert isinstance(raised.value.__cause__, PermissionError)

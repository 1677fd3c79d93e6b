"""Damage of every kind, byte by byte, and what strangers make up: an error of ours, or the truth.

Small files are compared with their hash when an index is opened. To see what becomes of large ones,
which are mapped and not hashed, the limit is set to 0: then opening may answer from damaged bytes,
but never with another exception, and `verify` names every one of them.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
from conftest import NOW, Site, article_text
from fakes import FakeEncoder

from recommender import (
    Article,
    IndexFormatError,
    IndexMismatchError,
    IndexNotFoundError,
    ModelError,
    Policy,
    Recommender,
    UnknownArticleError,
    VectorIndexError,
    verify,
)
from recommender.index import files
from recommender.index.manifest import _checksum

N_SAMPLED = 12  # places a file
SECONDS = 20  # that one look at an index may take, on a slow machine

Damage = Callable[[bytes, int], bytes]


@pytest.fixture
def indexed(site: Site) -> Site:
    """Five articles, ranked by all signals and shown under the usual policy."""
    site.build()
    site.settings = replace(site.settings, policy=Policy())
    return site


@pytest.fixture
def tiny(make_site: Callable[..., Site]) -> Site:
    """Two articles and a linked one with vectors of eight numbers: 31,000 bytes in all."""
    site = make_site()
    site.encoder = FakeEncoder(dim=8)
    site.write("a.md", article_text("Wheat harvests", "Of wheat.", related="[wheat, {title: Out}]"))
    site.write("wheat.md", article_text("Wheat films", related="[a]"))
    site.build()
    site.settings = replace(site.settings, policy=Policy())
    return site


def _answers(site: Site) -> list[object]:
    """All lists with reasons, and all else that an engine says."""
    with _in_time():
        engine = Recommender.open(site.index, settings=site.settings, encoder=site.encoder, now=NOW)
        return [
            list(engine.recommend_all(k=4, explain=True)),
            engine.recommend("wheat"),
            engine.recommend(Article("Harvests of films", "About wheat.")),
            list(engine.articles),
            engine.lists,
            engine.corpus_hash,
        ]


@contextmanager
def _in_time() -> Iterator[None]:
    """A hang is a failure."""

    def stop(_: int, __: FrameType | None) -> None:
        pytest.fail(f"not done after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _files(site: Site) -> list[Path]:
    return [site.index / "manifest.json", *sorted(site.index.glob("generation-*/*"))]


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :]


def _overwrite(data: bytes, at: int) -> bytes:
    return data[:at] + b"\xff" * len(data[at : at + 8]) + data[at + 8 :]


def _cut(data: bytes, at: int) -> bytes:
    return data[:at]


def _sample(n: int, rng: np.random.Generator) -> list[int]:
    """Places in a file of n bytes: both ends, and others by chance."""
    drawn = rng.choice(n, min(n, N_SAMPLED), replace=False).tolist()
    return sorted({0, n - 1, *drawn})


def _refused_or_right(site: Site, damage: Damage, places: Callable[[int], Sequence[int]]) -> int:
    """Damage every file at some places, one at a time; how often it was refused."""
    expected = _answers(site)
    n_refused = 0
    for path in _files(site):
        data = path.read_bytes()
        for at in places(len(data)):
            path.write_bytes(damage(data, at))
            try:
                found = _answers(site)
            except IndexFormatError:
                n_refused += 1
            else:
                assert found == expected, f"{path.name}, byte {at}"
                assert path.name == "manifest.json", f"{path.name}, byte {at}: not noticed"
        path.write_bytes(data)
    assert _answers(site) == expected
    return n_refused


@pytest.mark.parametrize("damage", [_flip, _cut])
def test_a_changed_byte_is_refused_or_changes_nothing(indexed: Site, damage: Damage) -> None:
    """At places by chance in every file; only white space of the manifest may change unseen."""
    rng = np.random.default_rng(0)

    assert _refused_or_right(indexed, damage, lambda n: _sample(n, rng)) > 500


@pytest.mark.slow
@pytest.mark.parametrize("damage", [_flip, _cut])
def test_every_byte_is_refused_or_changes_nothing(tiny: Site, damage: Damage) -> None:
    """Every byte of every file flipped in turn, and every file cut at every length."""
    assert _refused_or_right(tiny, damage, range) > 20_000


def _never_surprises(site: Site, damage: Damage, places: Callable[[int], Sequence[int]]) -> int:
    """Damage files that opening does not hash; how often it answered all the same."""
    n_answered = 0
    for path in _files(site)[1:]:
        data = path.read_bytes()
        for at in places(len(data)):
            changed = damage(data, at)
            if changed == data:
                continue
            path.write_bytes(changed)
            try:
                _answers(site)
                n_answered += 1
            except IndexFormatError:
                pass
            except UnknownArticleError:  # a letter of an id has changed: it is another one
                assert path.name == "ids.npy"
            (sentence,) = verify(site.index).damages
            assert path.name in sentence
        path.write_bytes(data)
    assert verify(site.index).is_sound
    return n_answered


@pytest.mark.parametrize("damage", [_flip, _overwrite, _cut])
def test_what_opening_does_not_hash_verify_does(
    indexed: Site, monkeypatch: pytest.MonkeyPatch, damage: Damage
) -> None:
    """Damage in large files is an error of ours or an answer, and always seen by `verify`."""
    monkeypatch.setattr(files, "HASHED_ON_OPENING", 0)
    rng = np.random.default_rng(1)

    n_answered = _never_surprises(indexed, damage, lambda n: _sample(n, rng)[:: 1 + N_SAMPLED // 3])

    assert (n_answered == 0) == (damage is _cut)  # a length is always compared


@pytest.mark.slow
@pytest.mark.parametrize("damage", [_flip, _overwrite, _cut])
def test_more_of_what_opening_does_not_hash_verify_does(
    tiny: Site, monkeypatch: pytest.MonkeyPatch, damage: Damage
) -> None:
    """The same for every eleventh byte after the headers, and every fortieth of these."""
    monkeypatch.setattr(files, "HASHED_ON_OPENING", 0)

    n_answered = _never_surprises(tiny, damage, lambda n: [*range(0, 128, 40), *range(128, n, 11)])

    assert (n_answered == 0) == (damage is _cut)


@pytest.fixture
def large(make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> Site:
    """Articles that count as so many that opening reads next to nothing of them."""
    for place in ("cells", "vectors"):
        monkeypatch.setattr(f"recommender.index.{place}.MANY", 500)
    monkeypatch.setattr("recommender.ranking.stored._LOOKED_AT", 0)
    monkeypatch.setattr(files, "HASHED_ON_OPENING", 0)
    site = make_site()
    for i in range(520):
        subject = ("Wheat", "Film", "Ship")[i % 3]
        site.write(f"{i}.md", article_text(f"{subject} {i}", f"Of {subject} and {i % 7}."))
    site.build()
    return site


@pytest.mark.parametrize("damage", [_flip, _overwrite, _cut])
def test_what_opening_does_not_even_look_through_surprises_nobody(
    large: Site, damage: Damage
) -> None:
    """Of large sites, a wrong number shows when a list needs it: an error of ours or an answer."""
    rng = np.random.default_rng(2)
    n_answered = 0
    for path in _files(large)[1:]:
        data = path.read_bytes()
        for at in _sample(len(data), rng)[:: 1 + N_SAMPLED // 4]:
            path.write_bytes(damage(data, at))
            with suppress(IndexFormatError, UnknownArticleError), _in_time():
                engine = Recommender.open(large.index, settings=large.settings, now=NOW)
                lists = [engine.recommend(name, 5) for name in ("0", "7", "300")]
                assert max(map(len, lists)) <= 5
                n_answered += 1
        path.write_bytes(data)

    assert verify(large.index).is_sound
    assert (n_answered == 0) == (damage is _cut)


# What stands where a file should be


def _remove(path: Path, _: Path) -> None:
    path.rename(path.parent.parent / "moved")


def _link(path: Path, elsewhere: Path) -> None:
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def _loop(path: Path, elsewhere: Path) -> None:
    path.rename(elsewhere)
    path.symlink_to(path)


def _fifo(path: Path, elsewhere: Path) -> None:
    path.rename(elsewhere)
    os.mkfifo(path)


def _folder(path: Path, elsewhere: Path) -> None:
    path.rename(elsewhere)
    path.mkdir()


def _device(path: Path, elsewhere: Path) -> None:
    path.rename(elsewhere)
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("put", [_remove, _link, _loop, _fifo, _folder, _device])
@pytest.mark.parametrize(
    "name", ["manifest.json", "generation-000001", "titles.npy", "vectors.npy"]
)
def test_only_plain_files_are_read(
    indexed: Site, tmp_path: Path, name: str, put: Callable[[Path, Path], None]
) -> None:
    """Nothing, a link to outside, a pipe, a folder: refused at once, and made anew by `index`."""
    expected = _answers(indexed)
    folder = (
        indexed.index
        if "." not in name or "json" in name
        else indexed.index / ("generation-000001")
    )
    put(folder / name, tmp_path / "elsewhere")

    with pytest.raises((IndexFormatError, IndexNotFoundError)) as opened:
        _answers(indexed)
    if name == "manifest.json":
        with _in_time(), pytest.raises((IndexFormatError, IndexNotFoundError)):
            verify(indexed.index)
    else:
        with _in_time():
            sentences = verify(indexed.index).damages
        place = str(opened.value).partition(": ")[0]
        assert any(sentence.startswith(place) for sentence in sentences)
    if (put, name) != (_folder, "manifest.json"):
        with _in_time():
            indexed.build()
        assert _answers(indexed) == expected
    else:
        with pytest.raises(VectorIndexError, match="cannot be written: Is a directory"):
            indexed.build()


def test_what_lies_about_changes_no_answer(indexed: Site) -> None:
    """Files that no manifest names are not looked at, whatever they are."""
    expected = _answers(indexed)
    for folder in (indexed.index, indexed.index / "generation-000001"):
        (folder / "kept_more.npy").write_bytes(b"\x80\x04.")
        (folder / "index.pkl").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
        (folder / "loop").symlink_to(folder)
        os.mkfifo(folder / "pipe")

    assert _answers(indexed) == expected
    assert len(verify(indexed.index).strays) == 8


# What a stranger may write, who mends every hash


HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    70,
    10**30,
    2**39,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "..",
    "../x",
    "/etc/passwd",
    "a\0b",
    "\ud800",
    "x" * 5_000,
    "|O",
    "<f8",
    [],
    [0, 2**39, 2**39],
    [-1],
    [1] * 40_000,
    {},
    {"../x": {"bytes": 1, "sha256": "0" * 64}},
    json.loads("[" * 400 + "]" * 400),
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value of a JSON document."""
    yield path
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield from _places(value[key], (*path, key))


def _changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy: Any = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = _changed(document[path[0]], path[1:], value)
    return copy


def _some_places(document: Any) -> list[tuple[Any, ...]]:
    """All places, but of the many files and arrays two each."""
    seen: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for path in _places(document):
        is_repeated = path[:1] in (("files",), ("kept",)) and len(path) > 1
        kind = (path[0], *path[2:]) if is_repeated else path
        seen.setdefault(kind, []).append(path)
    return [path for paths in seen.values() for path in (paths[0], paths[-1])]


def test_a_strangers_manifest_never_surprises(indexed: Site) -> None:
    """Any value of any kind in any place: refused, or without any effect on an answer."""
    path = indexed.index / "manifest.json"
    document = json.loads(path.read_bytes())
    del document["sha256"]
    expected = _answers(indexed)
    n_tried, n_refused = 0, 0
    for place in _some_places(document):
        for value in HOSTILE:
            forged = _changed(document, place, value)
            if isinstance(forged, dict):
                forged["sha256"] = _checksum(forged)
            path.write_text(json.dumps(forged), "utf-8")
            n_tried += 1
            try:
                found = _answers(indexed)
            except (IndexFormatError, IndexMismatchError):
                n_refused += 1
            except ModelError:
                assert place[:2] == ("recipe", "model")
            else:
                assert found[0] == expected[0], place
                assert place[0] in ("recipe", "counts", "files", "kept"), (place, value)

    assert n_refused > 0.8 * n_tried
    assert n_tried > 500


@pytest.mark.parametrize("depth", [900, 990, 1_000, 5_000, 100_000])
def test_a_manifest_may_be_as_deep_as_it_likes(indexed: Site, depth: int) -> None:
    """Wherever reading, or comparing what was read, runs out of stack."""
    path = indexed.index / "manifest.json"
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        text = opening * depth + "0" + closing * depth
        path.write_text(f'{{"format": {text}, "sha256": "{"0" * 64}"}}', "utf-8")
        with pytest.raises(IndexFormatError, match=r"manifest\.json: found"):
            _answers(indexed)


CODE = "__import__('pathlib').Path('ran').touch()"


@pytest.mark.parametrize(
    "header",
    [
        f"{{'descr': {CODE}, 'fortran_order': False, 'shape': (5,)}}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (5,)}",
        "{'descr': '<i8', 'fortran_order': True, 'shape': (5,)}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999999,)}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (-5,)}",
        "{'descr': [('a', '<i8')], 'fortran_order': False, 'shape': (5,)}",
        "(" * 40 + ")" * 40,
    ],
)
def test_no_header_is_ever_read_as_python(
    indexed: Site, header: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headers are compared with the one that is due, so that nothing in one can run or allocate."""
    from test_verify import _mend

    monkeypatch.chdir(indexed.root)
    path = indexed.index / "generation-000001" / "published_at.npy"
    data = path.read_bytes()
    path.write_bytes(data[:10] + header.ljust(117).encode()[:117] + b"\n" + data[128:])
    _mend(indexed, "published_at")

    with pytest.raises(IndexFormatError, match=r"published_at\.npy: found no such array"):
        _answers(indexed)
    assert "published_at.npy: found no such array" in verify(indexed.index).damages[0]
    assert not (indexed.root / "ran").exists()


def test_a_pickle_is_never_opened(indexed: Site) -> None:
    """An array of objects, which NumPy would unpickle, is another array than is due."""
    from test_verify import _forge

    _forge(indexed, "published_at", lambda _: np.asarray([_Pickled()] * 5, dtype=object))

    with pytest.raises(IndexFormatError, match=r"published_at\.npy: found no such array"):
        _answers(indexed)
    assert not _Pickled.opened


class _Pickled:
    opened = 0

    def __setstate__(self, _: object) -> None:
        _Pickled.opened += 1

    def __getstate__(self) -> object:
        return {"a": 1}

"""What is kept on disk: old or new, never a mixture, and never taken on trust."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from strategies import unit_vectors

from recommender.errors import (
    IndexBusyError,
    IndexFormatError,
    IndexMismatchError,
    IndexNotFoundError,
    RecommenderError,
    VectorIndexError,
)
from recommender.index.columns import UNKNOWN_TIME
from recommender.index.contents import Contents
from recommender.index.manifest import Recipe
from recommender.index.snapshot import Snapshot
from recommender.index.store import Store
from recommender.records import Article, ModelIdentity, Problem

RECIPE = Recipe(
    recommender="1.0",
    model=ModelIdentity("fake", "f" * 64, {"weights": "0" * 64}),
    text_recipe="title/1",
    reading="r",
    articles_folder="articles",
    hides_unpublished=False,
)
WARNING = Problem("a.md", 3, "warning", "a bare day", "a time")


def _contents(n: int = 3, *, mark: str = "") -> Contents:
    """Articles `a`, `b`, … with a linked one at the end; `mark` makes one state unlike another."""
    articles = [
        Article(
            title=f"Title {name}{mark}",
            id=name,
            path=f"{name}.md",
            body=f"Body of {name}",
            published_at=datetime(2024, 3, 6, tzinfo=UTC),
        )
        for name in "abcdefghij"[: n - 1]
    ]
    linked = Article(title="Outside", id="https://x.example", is_linked=True, is_published=False)
    return Contents(
        articles=[*articles, linked],
        vectors=unit_vectors(0, n, 4),
        text_keys=[bytes([i]) * 32 for i in range(n)],
        canonical_urls=["", "https://site.example/b"][:n] + [""] * (n - 2),
        digests={article.path or "": b"\x07" * 32 for article in articles},
        lists={"a": ("https://x.example", "b")} if n > 2 else {},
        warnings=[WARNING],
        recipe=RECIPE,
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An index of three articles, written once."""
    store = Store(tmp_path / "index")
    with store.lock():
        store.write(_contents())
    return store


def _titles(store: Store) -> list[str]:
    return list(store.open().titles)


def test_what_was_written_is_read_back(store: Store) -> None:
    """Articles, lists, dates, flags, vectors, digests and warnings come back."""
    snapshot = store.open()

    assert list(snapshot.ids) == ["a", "b", "https://x.example"]
    assert [snapshot.article(row) for row in range(3)] == list(_contents().articles)
    assert snapshot.lists() == {"a": ("https://x.example", "b")}
    assert snapshot.list_rows(0) == [2, 1]
    assert snapshot.published_at.tolist() == [1709683200, 1709683200, UNKNOWN_TIME]
    assert snapshot.expires_at.tolist() == [UNKNOWN_TIME] * 3
    assert snapshot.is_published.tolist() == [True, True, False]
    assert snapshot.is_linked.tolist() == [False, False, True]
    assert np.array_equal(snapshot.vectors, _contents().vectors)
    assert snapshot.digests() == {"a.md": b"\x07" * 32, "b.md": b"\x07" * 32}
    assert list(snapshot.articles_by_path()) == ["a.md", "b.md"]
    assert snapshot.warnings() == [WARNING]
    assert snapshot.manifest.recipe == RECIPE


def test_rows_are_found_by_id_title_url_and_text(store: Store) -> None:
    """Each way of naming an article leads to its row; unknown names lead nowhere."""
    snapshot = store.open()

    assert [snapshot.row("b"), snapshot.row("zz")] == [1, None]
    assert snapshot.rows_with_title("Title b") == [1]
    assert snapshot.rows_with_url("https://site.example/b") == [1]
    assert snapshot.rows_with_text_keys([b"\x01" * 32, b"\x09" * 32]).tolist() == [1, -1]


def test_an_index_without_lists_opens(tmp_path: Path) -> None:
    """Empty arrays are as good as others."""
    store = Store(tmp_path / "index")
    with store.lock():
        store.write(_contents(2))

    assert store.open().lists() == {}


def test_no_index_is_said_with_the_command_that_makes_one(tmp_path: Path) -> None:
    """A missing directory and an empty one are the same to a reader."""
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(IndexNotFoundError, match=rf"no index at {path}.*recommender index"):
            Store(path).open()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """`--index articles/` does not turn articles into an index."""
    (tmp_path / "sora.md").write_text("---\n", "utf-8")

    foreign = r"is no index and not empty \(it holds “sora.md”\)"
    with pytest.raises(VectorIndexError, match=foreign), Store(tmp_path).lock():
        pass
    with pytest.raises(VectorIndexError, match="is a file"), Store(tmp_path / "sora.md").lock():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["sora.md"]


def test_a_second_writer_is_refused_while_the_first_writes(store: Store) -> None:
    """One writer at a time; readers do not mind."""
    with store.lock():
        busy = pytest.raises(IndexBusyError, match="another process is writing the index")
        with busy, Store(store.path).lock(timeout=0):
            pass
        assert _titles(store) == ["Title a", "Title b", "Outside"]


def test_a_reader_keeps_its_state_while_others_write(store: Store) -> None:
    """Two later generations change nothing in an open snapshot, and leave two on disk."""
    reader = store.open()
    for mark in ("!", "?"):
        with store.lock():
            store.write(_contents(mark=mark))

    assert reader.article(0).title == "Title a"
    assert np.array_equal(reader.vectors, _contents().vectors)
    assert store.open().article(0).title == "Title a?"
    assert sorted(path.name for path in store.path.glob("generation-*")) == [
        "generation-000002",
        "generation-000003",
    ]


def test_a_reader_that_comes_late_takes_the_newer_generation(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the generation vanishes between manifest and files, the fresh manifest counts."""
    stale = store._read_manifest()
    for mark in ("!", "?"):
        with store.lock():
            store.write(_contents(mark=mark))
    fresh = store._read_manifest()
    manifests = iter([stale, fresh, fresh])
    monkeypatch.setattr(store, "_read_manifest", lambda: next(manifests))

    assert store.open().article(0).title == "Title a?"


def test_a_reader_gives_up_when_generations_keep_vanishing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten tries, then one sentence instead of an endless loop."""
    manifest = store._read_manifest()
    numbers = iter(range(100, 1000))
    monkeypatch.setattr(
        store,
        "_read_manifest",
        lambda: replace(manifest, generation=f"generation-{next(numbers):06d}"),
    )

    with pytest.raises(IndexFormatError, match="generation-000118 lacks a file"):
        store.open()


def test_a_file_that_vanishes_while_it_is_opened_is_no_damage(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at its size and the reading, a newer generation may have come."""
    monkeypatch.setattr(np, "load", lambda *_, **__: (_ for _ in ()).throw(FileNotFoundError))

    with pytest.raises(FileNotFoundError):
        Snapshot(store.path / "generation-000001", store._read_manifest())


def test_an_empty_directory_becomes_an_index(tmp_path: Path) -> None:
    """Made beforehand, perhaps by a deployment."""
    store = Store(tmp_path)
    with store.lock():
        store.write(_contents())

    assert _titles(store) == ["Title a", "Title b", "Outside"]


def test_a_failure_after_the_manifest_leaves_the_new_state(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The directory could not be synced, but the generation that counts is not removed."""
    calls = iter([None, OSError("disk is gone")])

    def sync(_path: Path) -> None:
        error = next(calls)
        if error:
            raise error

    monkeypatch.setattr("recommender.index.store._sync_directory", sync)
    with store.lock(), pytest.raises(OSError, match="disk is gone"):
        store.write(_contents(mark="!"))

    assert _titles(store) == ["Title a!", "Title b!", "Outside"]


def test_an_index_is_kept_out_of_version_control_and_backups(store: Store) -> None:
    """It is a cache: git and backup programs are told so."""
    assert (store.path / ".gitignore").read_text("utf-8") == "*\n"
    assert (store.path / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172")


# Killed, interrupted, out of disk


def _write_and_die(path: Path, deadly_call: int) -> None:
    """In a child process: write another state and be killed at the n-th `fsync`."""
    calls = 0

    def fsync(_handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls == deadly_call:
            os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = fsync
    store = Store(path)
    with store.lock():
        store.write(_contents(mark="!"))


def _in_child(target: Callable[..., None], *arguments: object) -> int | None:
    child = multiprocessing.get_context("fork").Process(target=target, args=arguments)
    child.start()
    child.join()
    return child.exitcode


def test_a_writer_killed_at_any_moment_leaves_the_old_state_or_the_new(store: Store) -> None:
    """Killed at each of its steps in turn; the next writer finishes the work and sweeps up."""
    old, new = ["Title a", "Title b", "Outside"], ["Title a!", "Title b!", "Outside"]
    seen = []
    for deadly_call in range(1, 100):
        exit_code = _in_child(_write_and_die, store.path, deadly_call)
        seen.append(_titles(store))
        if exit_code == 0:
            break
        assert exit_code == -signal.SIGKILL
        with store.lock():
            store.write(_contents())
        assert _titles(store) == old
        assert len(list(store.path.glob("generation-*"))) == 2

    assert all(titles in (old, new) for titles in seen)
    assert seen[0] == old
    assert seen[-1] == new


def _write_with_little_disk(path: Path, n_bytes: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))
    store = Store(path)
    with store.lock(), pytest.raises(OSError, match="File too large"):
        store.write(_contents(mark="!"))


@pytest.mark.parametrize("n_bytes", [0, 100, 200, 1000])
def test_a_full_disk_loses_nothing(store: Store, n_bytes: int) -> None:
    """The old state stays, and the unfinished one is removed."""
    assert _in_child(_write_with_little_disk, store.path, n_bytes) == 0
    assert _titles(store) == ["Title a", "Title b", "Outside"]
    assert [path.name for path in store.path.glob("generation-*")] == ["generation-000001"]


def test_an_interrupted_write_leaves_the_old_state(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while a file is written."""
    monkeypatch.setattr(np, "save", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt), store.lock():
        store.write(_contents(mark="!"))

    assert _titles(store) == ["Title a", "Title b", "Outside"]
    assert [path.name for path in store.path.glob("generation-*")] == ["generation-000001"]


# Damaged, and from strangers


def _answers(snapshot: Snapshot) -> object:
    return (
        [snapshot.article(row) for row in range(snapshot.n_articles)],
        snapshot.lists(),
        snapshot.vectors.tolist(),
        snapshot.published_at.tolist(),
        snapshot.warnings(),
        snapshot.digests(),
        snapshot.manifest,
    )


def _files(store: Store) -> list[Path]:
    return [store.path / "manifest.json", *sorted(store.path.glob("generation-*/*"))]


@pytest.mark.parametrize("damage", ["flip", "cut", "grow"])
def test_damage_to_any_file_is_refused(store: Store, damage: str) -> None:
    """A flipped bit, a lost end or an added byte: an error of ours, never another answer."""
    expected = _answers(store.open())
    n_refused = 0
    for path in _files(store):
        whole = path.read_bytes()
        for at in range(0, len(whole), max(1, len(whole) // 25)):
            broken = {
                "flip": whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :],
                "cut": whole[:at],
                "grow": whole[:at] + b"0" + whole[at:],
            }[damage]
            path.write_bytes(broken)
            try:
                assert _answers(store.open()) == expected
            except (IndexFormatError, IndexMismatchError):
                n_refused += 1
        path.write_bytes(whole)

    assert n_refused > 10 * len(_files(store))
    assert _answers(store.open()) == expected


def _with_hashes_mended(store: Store, change: Callable[[Path], None]) -> None:
    """Change files of the generation as a stranger would, who also writes a fitting manifest."""
    snapshot = store.open()
    folder = store.path / snapshot.manifest.generation
    change(folder)
    import hashlib

    from recommender.index.manifest import FileFacts

    files = {
        path.name: FileFacts(path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in folder.iterdir()
    }
    manifest = replace(snapshot.manifest, files=files)
    (store.path / "manifest.json").write_text(manifest.to_json(), "utf-8")


def _save(name: str, array: object) -> Callable[[Path], None]:
    return lambda folder: np.save(folder / name, array, allow_pickle=True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("vectors.npy", np.asarray([{"code": 1}], dtype=object)),
        ("vectors.npy", np.ones((3, 5), np.float32)),
        ("vectors.npy", np.ones((3, 4), np.float64)),
        ("vectors.npy", np.asfortranarray(np.ones((3, 4), np.float32))),
        ("ids_offsets.npy", np.asarray([0, 1, 2, 999], np.int64)),
        ("ids_offsets.npy", np.asarray([0, 2, 1, 19], np.int64)),
        ("ids.npy", np.frombuffer(b"bahttps://x.example", np.uint8)),
        ("ids.npy", np.frombuffer(b"aahttps://x.example", np.uint8)),
        ("lists.npy", np.asarray([2, 7], np.int64)),
        ("lists.npy", np.asarray([2, -1], np.int64)),
        ("is_linked.npy", np.asarray([0, 1, 2], np.uint8)),
        ("published_at.npy", np.zeros(2, np.int64)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_strangers_arrays_are_checked(store: Store, name: str, array: object) -> None:
    """With every hash mended, types, shapes, bounds and order are checked; no pickle is read."""
    _with_hashes_mended(store, _save(name, array))

    with pytest.raises(
        IndexFormatError, match=name.split("_offsets", maxsplit=1)[0].removesuffix(".npy")
    ):
        store.open()


def test_a_strangers_article_that_is_none_is_refused_when_asked_for(store: Store) -> None:
    """Records are decoded late, and checked then."""

    def spoil(folder: Path) -> None:
        blob = np.load(folder / "articles.npy")
        np.save(folder / "articles.npy", np.full_like(blob, ord("?")))

    _with_hashes_mended(store, spoil)

    with pytest.raises(IndexFormatError, match=r"articles\.npy: found damaged content"):
        store.open().article(0)


def test_vectors_that_are_not_of_unit_length_fail_verification(store: Store) -> None:
    """Opening trusts the numbers of large arrays; `verify` does not."""
    _with_hashes_mended(store, _save("vectors.npy", np.full((3, 4), 2, np.float32)))

    with pytest.raises(IndexFormatError, match="not of unit length"):
        store.open().verify()


def test_verification_reads_every_byte(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flipped byte in a file too large to be hashed on opening is found by `verify`."""
    monkeypatch.setattr("recommender.index.snapshot.HASHED_ON_OPENING", -1)
    store.open().verify()
    path = store.path / "generation-000001" / "bodies.npy"
    path.write_bytes(path.read_bytes().replace(b"Body of a", b"Body of x"))
    snapshot = store.open()

    with pytest.raises(IndexFormatError, match=r"bodies\.npy: found other bytes"):
        snapshot.verify()


def test_links_out_of_the_directory_are_refused(store: Store, tmp_path: Path) -> None:
    """A symbolic link in place of a file or of the generation leads nowhere."""
    folder = store.path / "generation-000001"
    shutil.move(folder / "ids.npy", tmp_path / "ids.npy")
    (folder / "ids.npy").symlink_to(tmp_path / "ids.npy")
    with pytest.raises(IndexFormatError, match="no plain file"):
        store.open()
    shutil.move(folder, tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(IndexFormatError, match="no folder"):
        store.open()


def test_a_missing_file_is_named_as_such(store: Store) -> None:
    """Nothing newer has come, so it is damage."""
    (store.path / "generation-000001" / "vectors.npy").unlink()

    with pytest.raises(IndexFormatError, match="generation-000001 lacks a file"):
        store.open()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda facts: facts | {"format": 2}, IndexMismatchError),
        (lambda facts: facts | {"generation": "../../etc"}, IndexFormatError),
        (lambda facts: facts | {"n_articles": -1}, IndexFormatError),
        (lambda facts: facts | {"n_articles": True}, IndexFormatError),
        (lambda facts: facts | {"extra": 1}, IndexFormatError),
        (
            lambda facts: facts | {"files": {"../x.npy": {"bytes": 1, "sha256": "0" * 64}}},
            IndexFormatError,
        ),
        (lambda facts: facts | {"files": {"x.npy": {"bytes": 1, "sha256": "0"}}}, IndexFormatError),
        (lambda facts: facts | {"files": []}, IndexFormatError),
        (lambda facts: facts | {"recipe": {}}, IndexFormatError),
        (lambda facts: facts | {"recipe": facts["recipe"] | {"reading": 1}}, IndexFormatError),
        (lambda facts: facts | {"recipe": facts["recipe"] | {"model": 1}}, IndexFormatError),
        (lambda _: [], IndexFormatError),
        (lambda _: {}, IndexFormatError),
    ],
)
def test_a_strangers_manifest_is_checked(
    store: Store, change: Callable[[dict[str, object]], object], error: type[RecommenderError]
) -> None:
    """With its checksum mended, keys, types and names are still checked."""
    from recommender.index.manifest import _checksum

    path = store.path / "manifest.json"
    facts = json.loads(path.read_text("utf-8"))
    del facts["sha256"]
    changed = change(facts)
    if isinstance(changed, dict):
        changed = changed | {"sha256": _checksum(changed)}
    path.write_text(json.dumps(changed), "utf-8")

    with pytest.raises(error, match=r"manifest\.json: found"):
        store.open()


@pytest.mark.parametrize("data", [b"", b"\xff", b"{", b"[" * 100_000, b" " * 2_000_000])
def test_a_manifest_that_is_no_json_is_refused(store: Store, data: bytes) -> None:
    """Empty, binary, cut, deep or huge: one error."""
    (store.path / "manifest.json").write_bytes(data)

    with pytest.raises(IndexFormatError, match="expected a manifest"):
        store.open()

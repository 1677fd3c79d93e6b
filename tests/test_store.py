"""An index directory: what is written is read back, by any number of readers and one writer."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sample_index import (
    LINKED,
    RECIPE,
    WARNING,
    everything,
    sample_contents,
    sample_store,
    titles,
)
from strategies import unit_vectors

from recommender.errors import (
    IndexBusyError,
    IndexFormatError,
    IndexNotFoundError,
    VectorIndexError,
)
from recommender.index.columns import UNKNOWN_TIME
from recommender.index.manifest import FORMAT, Counts
from recommender.index.store import Store
from recommender.records import Article


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An index of three articles, written once."""
    return sample_store(tmp_path / "index")


def _generations(store: Store) -> list[str]:
    return sorted(path.name for path in store.path.glob("generation-*"))


def test_what_was_written_is_read_back_ordered_by_id(store: Store) -> None:
    """Articles, lists, dates, flags, vectors, digests, warnings and recipe come back."""
    b, linked, a = sample_contents().articles
    snapshot = store.open()

    assert list(snapshot.ids) == ["a", "b", LINKED]
    assert [snapshot.article(row) for row in range(3)] == [a, b, linked]
    assert list(snapshot.articles) == [a, b, linked]
    assert snapshot.articles[-2:] == (b, linked)
    assert list(snapshot.titles) == [a.title, b.title, linked.title]
    assert snapshot.lists() == {"a": (LINKED, "b"), "b": ("a",)}
    assert [snapshot.list_rows(row) for row in range(3)] == [[2, 1], [0], []]
    assert snapshot.published_at.tolist() == [UNKNOWN_TIME, 1709683200, UNKNOWN_TIME]
    assert snapshot.expires_at.tolist() == [UNKNOWN_TIME] * 3
    assert snapshot.is_published.tolist() == [True, True, False]
    assert snapshot.is_linked.tolist() == [False, False, True]
    assert np.array_equal(snapshot.vectors, sample_contents().vectors[[2, 0, 1]])
    assert snapshot.digests() == {"a.md": b"\x0a" * 64, "b.md": b"\x0b" * 64}
    assert snapshot.articles_by_path() == {"a.md": a, "b.md": b}
    assert snapshot.warnings() == [WARNING]
    assert snapshot.manifest.recipe == RECIPE
    assert snapshot.manifest.counts == Counts(articles=3, linked_articles=1, lists=2, warnings=1)


def test_rows_are_found_by_id_title_url_and_text(store: Store) -> None:
    """Each way of naming an article leads to its row; unknown names lead nowhere."""
    snapshot = store.open()
    known, unknown = sample_contents().text_keys[0], b"\x09" * 32

    assert [snapshot.row(article_id) for article_id in ("a", LINKED, "", "zz")] == [
        0,
        2,
        None,
        None,
    ]
    assert snapshot.rows_with_title("Title b, old") == [1]
    assert snapshot.rows_with_title("Title b") == []
    assert snapshot.rows_with_url("https://site.example/b") == [1]
    assert snapshot.rows_with_url("") == []
    assert snapshot.rows_with_text_keys([unknown, known]).tolist() == [-1, 1]


def test_the_order_of_articles_changes_no_byte(tmp_path: Path) -> None:
    """Rows are ordered by id, so the same articles make the same files."""
    contents = sample_contents()
    order = [2, 0, 1]
    shuffled = replace(
        contents,
        articles=[contents.articles[i] for i in order],
        vectors=contents.vectors[order],
        text_keys=[contents.text_keys[i] for i in order],
        canonical_urls=[contents.canonical_urls[i] for i in order],
        lists=dict(sorted(contents.lists.items())),
    )

    assert Store(tmp_path / "a").write(contents) == Store(tmp_path / "b").write(shuffled)


def test_an_empty_index_can_be_written_and_opened(tmp_path: Path) -> None:
    """No article, no list, no warning: every array is empty."""
    nothing = replace(
        sample_contents(),
        articles=[],
        vectors=np.empty((0, 4), np.float32),
        text_keys=[],
        canonical_urls=[],
        lists={},
        warnings=[],
    )
    store = Store(tmp_path / "index")
    store.write(nothing)
    snapshot = store.open(thorough=True)

    assert (snapshot.n_articles, snapshot.vectors.shape) == (0, (0, 4))
    assert (snapshot.lists(), snapshot.warnings(), snapshot.row("a")) == ({}, [], None)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"vectors": unit_vectors(0, 2, 4)}, "3 articles with other numbers"),
        ({"canonical_urls": []}, "3 articles with other numbers"),
        ({"vectors": np.zeros((3, 4), np.float32)}, "row 0 is not a finite vector"),
        ({"articles": [sample_contents().articles[0]] * 3}, "an article has no id, or that of"),
        ({"articles": [*sample_contents().articles[1:], Article("No id")]}, "an article has no id"),
        ({"lists": {"a": ("nowhere",)}}, "a list names “nowhere”; expected the id of an article"),
        ({"lists": {"nowhere": ()}}, "a list names “nowhere”"),
    ],
)
def test_contents_that_do_not_fit_together_are_refused(
    changes: dict[str, Any], complaint: str
) -> None:
    """It is a mistake of the program, found before anything is written."""
    with pytest.raises(ValueError, match=complaint):
        replace(sample_contents(), **changes)


def test_a_missing_index_is_said_with_the_command_that_makes_one(tmp_path: Path) -> None:
    """A missing directory, an empty one and a file are the same to a reader."""
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "none", tmp_path / "file"):
        with pytest.raises(
            IndexNotFoundError, match=rf"no index at {path}.*--index {path}"
        ) as raised:
            Store(path).open()

        assert raised.value.path == path
        assert not Store(path).exists()


def test_an_index_exists_once_it_is_written(store: Store) -> None:
    """Sound or not."""
    assert store.exists()


def test_an_index_is_kept_out_of_version_control_and_backups(store: Store) -> None:
    """It can be made again: git and backup programs are told so."""
    tag = (store.path / "CACHEDIR.TAG").read_text("utf-8")

    assert (store.path / ".gitignore").read_text("utf-8") == "*\n"
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")


# A directory that is not for an index


@pytest.mark.parametrize("name", ["sora.md", "manifest.json", "CACHEDIR.TAG", ".gitignore"])
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, name: str) -> None:
    """`--index articles/` makes no index of articles, nor of a web application or another cache."""
    (tmp_path / name).write_text("{}", "utf-8")
    store = Store(tmp_path)

    with pytest.raises(VectorIndexError, match="something else than an index: name a new or empty"):
        store.write(sample_contents())
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    """It is left alone too."""
    (tmp_path / "file").write_text("precious", "utf-8")

    with pytest.raises(VectorIndexError, match="file holds something else than an index"):
        Store(tmp_path / "file").write(sample_contents())
    assert (tmp_path / "file").read_text("utf-8") == "precious"


def test_a_damaged_index_is_still_ours_to_replace(store: Store) -> None:
    """With its manifest spoilt, or with its tag lost; what else lies there does not matter."""
    (store.path / ".DS_Store").touch()
    (store.path / "manifest.json").write_bytes(b"")
    store.write(sample_contents("newer"))
    (store.path / "CACHEDIR.TAG").unlink()
    store.write(sample_contents("newest"))

    assert titles(store) == ["Title a, newest", "Title b, newest", "Forbes, newest"]


def test_a_directory_made_beforehand_becomes_an_index(tmp_path: Path) -> None:
    """Empty, or with the half written tag of a writer that was killed in its first step."""
    for name, tag in (("empty", None), ("tagged", "Signature: 8a477f")):
        path = tmp_path / name
        path.mkdir()
        if tag:
            (path / "CACHEDIR.TAG").write_text(tag, "utf-8")

        assert titles(sample_store(path)) == ["Title a, old", "Title b, old", "Forbes, old"]


# Readers and writers


def test_a_second_writer_is_refused_while_the_first_writes(store: Store) -> None:
    """One writer at a time, and a sentence for the other; readers do not mind."""
    other = Store(store.path)
    with store.lock():
        busy = pytest.raises(IndexBusyError, match="another process is writing the index")
        with busy as raised, other.lock(timeout=0):
            pytest.fail("two writers")
        assert titles(other) == ["Title a, old", "Title b, old", "Forbes, old"]
    with other.lock(timeout=0):
        assert raised.value.path == store.path


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_a_lock_that_is_no_file_is_refused(store: Store, tmp_path: Path, kind: str) -> None:
    """A stranger's link would have another file opened for writing, and a pipe could block."""
    precious = tmp_path / "precious"
    precious.write_text("precious", "utf-8")
    lock = store.path / "lock"
    lock.unlink()
    {"link": partial(lock.symlink_to, precious), "folder": lock.mkdir}.get(
        kind, partial(os.mkfifo, lock)
    )()

    with pytest.raises(VectorIndexError, match="lock is a link or something else than a file"):
        store.write(sample_contents("new"))
    assert precious.read_text("utf-8") == "precious"
    assert titles(store)[0] == "Title a, old"


def test_what_is_in_the_way_is_named(store: Store) -> None:
    """A folder where the manifest should be: which file the system refused stands in the error."""
    (store.path / "manifest.json").unlink()
    (store.path / "manifest.json").mkdir()

    with pytest.raises(VectorIndexError, match=r"written: Is a directory \(manifest\.json\); what"):
        store.write(sample_contents("new"))


def test_who_holds_the_lock_may_write(store: Store) -> None:
    """Reading, encoding and writing are one turn."""
    with store.lock():
        store.write(sample_contents("new"))
        with pytest.raises(IndexBusyError), Store(store.path).lock(timeout=0):
            pytest.fail("two writers")

    assert titles(store)[0] == "Title a, new"


def test_a_reader_keeps_its_state_while_others_write(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two later generations change nothing in an open snapshot, mapped or read."""
    expected = everything(store.open())
    read = store.open()
    monkeypatch.setattr("recommender.index.files.HASHED_ON_OPENING", 0)
    mapped = store.open()
    for mark in ("newer", "newest"):
        store.write(sample_contents(mark))

    assert everything(read) == everything(mapped) == expected
    assert titles(store)[0] == "Title a, newest"


def test_the_generation_before_is_kept_until_the_next_write(store: Store) -> None:
    """For a reader that has read the manifest and not yet opened the files."""
    for mark in ("newer", "newest"):
        store.write(sample_contents(mark))

    assert _generations(store) == ["generation-000002", "generation-000003"]


def test_a_reader_that_comes_late_takes_the_newer_generation(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the files vanish between manifest and opening, the fresh manifest counts."""
    stale = store.open().manifest
    for mark in ("newer", "newest"):
        store.write(sample_contents(mark))
    manifests = [stale, store.open().manifest]
    monkeypatch.setattr(store, "_read_manifest", lambda: manifests.pop(0))

    assert store.open().article(0).title == "Title a, newest"
    assert manifests == []


def test_a_file_that_is_missing_for_good_is_damage(store: Store) -> None:
    """No newer generation has come, so nobody replaced it."""
    path = store.path / "generation-000001" / "vectors.npy"
    path.unlink()

    with pytest.raises(IndexFormatError, match=r"vectors\.npy: found no file; expected") as raised:
        store.open()
    assert raised.value.path == path


def test_what_killed_writers_left_is_swept_up(store: Store) -> None:
    """Their folders and temporary files go; links are not followed."""
    (store.path / "generation-000008").mkdir()
    (store.path / "manifest.json.new").touch()
    (store.path / "generation-000009").symlink_to(store.path.parent)
    store.write(sample_contents("new"))

    assert _generations(store) == ["generation-000001", "generation-000009", "generation-000010"]
    assert not (store.path / "manifest.json.new").exists()
    assert store.path.parent.exists()


def test_what_another_version_may_read_stays_until_ours_is_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk loses no index of a newer version either."""
    monkeypatch.setattr("recommender.index.contents.FORMAT", FORMAT + 1)
    store.write(sample_contents("of the future"))
    monkeypatch.undo()
    store.write(sample_contents("new"))

    assert _generations(store) == [f"generation-{number:06d}" for number in (1, 2, 3)]
    assert titles(store)[0] == "Title a, new"

"""`recommender verify`: every byte is read, and what is not as it was written is named."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Site, article_text
from sample_index import RECIPE

from recommender import (
    IndexFormatError,
    IndexMismatchError,
    IndexNotFoundError,
    Recommender,
    Settings,
    Verification,
    verify,
)
from recommender.index import check, files
from recommender.index.contents import Contents
from recommender.index.manifest import Counts, FileFacts, Manifest
from recommender.index.snapshot import Snapshot
from recommender.index.store import Store

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def indexed(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An indexed site, and the working directory beside it."""
    site.build()
    monkeypatch.chdir(site.root)
    return site


def _array(site: Site, name: str) -> Path:
    return site.index / "generation-000001" / f"{name}.npy"


def _forge(site: Site, name: str, change: Callable[[Any], Any]) -> None:
    """Change an array as a stranger would, who mends its hash and the manifest's."""
    path = _array(site, name)
    np.save(path, change(np.load(path)), allow_pickle=True)
    _mend(site, name)


def _mend(site: Site, name: str) -> None:
    data = _array(site, name).read_bytes()
    path = site.index / "manifest.json"
    manifest = Manifest.from_json(path.read_bytes(), path)
    facts = FileFacts(len(data), hashlib.sha256(data).hexdigest())
    forged = replace(manifest, files={**manifest.files, f"{name}.npy": facts})
    path.write_text(forged.to_json(), "utf-8")


def test_a_sound_index_is_said_in_one_line(indexed: Site, run: Run) -> None:
    """How many files, bytes and articles, which model; exit code 0, silence on stderr."""
    paths = list(indexed.index.glob("generation-*/*"))
    n_bytes = sum(path.stat().st_size for path in paths)
    code, out, err = run("verify")

    assert (code, err) == (0, "")
    assert out == (
        f"index .recommender: sound; {len(paths)} files, {n_bytes:,} bytes, 5 articles, "
        "model fake, generation-000001\n"
    )


def test_verify_is_public(indexed: Site) -> None:
    """The same as a record."""
    seen: list[tuple[int, int]] = []
    found = verify(indexed.index, progress=lambda done, total: seen.append((done, total)))

    assert found == Verification(
        index=indexed.index,
        generation="generation-000001",
        model="fake",
        n_articles=5,
        n_files=len(list(indexed.index.glob("generation-*/*"))),
        n_bytes=seen[-1][0],
        damages=(),
        others=(),
        strays=(),
    )
    assert found.is_sound
    assert {total for _, total in seen} == {found.n_bytes}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert verify(settings=Settings(index=indexed.index)) == found
    assert verify() == replace(found, index=Path(".recommender"))


def test_every_damaged_file_is_named(indexed: Site, run: Run) -> None:
    """Changed, cut, gone, a folder in its place: a sentence each, what to do, exit code 1."""
    titles, bodies, ids, lists = (
        _array(indexed, name) for name in ("titles", "bodies", "ids", "lists")
    )
    titles.write_bytes(titles.read_bytes()[:-1] + b"\0")
    bodies.write_bytes(bodies.read_bytes()[:-1])
    ids.unlink()
    lists.unlink()
    lists.mkdir()
    code, out, err = run("verify", "--index", str(indexed.index))
    lines = err.splitlines()

    assert code == 1
    assert out.startswith(f"index {indexed.index}: 4 complaints; ")
    assert [re.sub(r"\d+", "N", line.partition(f"{titles.parent}/")[2]) for line in lines] == [
        f"{complaint}: run `recommender index` again, which replaces the damaged index."
        for complaint in (
            "bodies.npy: found N bytes; expected N",
            "ids.npy: found no file; expected one",
            "lists.npy: found a link or something else; expected a plain file",
            "titles.npy: found other bytes than were written; expected its SHA-N",
        )
    ]


def test_what_does_not_belong_is_mentioned(indexed: Site, run: Run) -> None:
    """The state before, files of strangers: no damage, but said."""
    indexed.write("new.md", article_text("New"))
    indexed.build()
    for name in ("notes.txt", "manifest.json.new", "generation-000002/more.npy"):
        (indexed.index / name).touch()
    found = verify(indexed.index)
    code, _, err = run("verify")

    assert found.others == ("generation-000001",)
    assert found.strays == ("generation-000002/more.npy", "manifest.json.new", "notes.txt")
    assert code == 0
    assert err.splitlines() == [
        "generation-000001: of another write; the next change removes it.",
        "generation-000002/more.npy, manifest.json.new, notes.txt: not of this index, "
        "and not read.",
    ]
    for number in range(9):
        (indexed.index / f"x{number}").touch()
    assert "notes.txt, x0, x1 and 7 more: not of this index" in run("verify")[2]


@pytest.mark.parametrize(
    ("spoil", "error", "sentence"),
    [
        (lambda path: path.unlink(), IndexNotFoundError, "there is no index at"),
        (lambda path: path.write_bytes(b"{}"), IndexFormatError, "manifest.json: found other con"),
        (lambda path: _to_format(path, 99), IndexMismatchError, "found an index of format 99"),
    ],
)
def test_without_a_manifest_nothing_can_be_compared(
    indexed: Site,
    run: Run,
    spoil: Callable[[Path], None],
    error: type[Exception],
    sentence: str,
) -> None:
    """One sentence; as when an index is opened."""
    spoil(indexed.index / "manifest.json")
    code, _, err = run("verify")

    assert code == 1
    assert sentence in err
    with pytest.raises(error):
        verify(indexed.index)


def _to_format(path: Path, number: int) -> None:
    manifest = Manifest.from_json(path.read_bytes(), path)
    path.write_text(replace(manifest, format=number).to_json(), "utf-8")


def test_a_missing_generation_is_damage(indexed: Site, run: Run) -> None:
    """Its folder is gone, or a link."""
    folder = indexed.index / "generation-000001"
    folder.rename(indexed.root / "elsewhere")
    assert "generation-000001: found no folder; expected one: run" in run("verify")[2]
    folder.symlink_to(indexed.root / "elsewhere")

    code, _, err = run("verify")

    assert code == 1
    assert "generation-000001: found a link or a file; expected a folder: run" in err


def _with(place: Any, value: object) -> Callable[[Any], Any]:
    def change(array: Any) -> Any:
        array[place] = value
        return array

    return change


def _bits(value: float) -> np.int32:
    """The number whose bits are those of another."""
    return np.float32(value).view(np.int32)


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        ("vectors", _with((0, 0), np.nan), r"vectors\.npy: found that row 0 is not a finite"),
        ("vectors", lambda v: v * np.float32(1.002), r"vectors\.npy: found that row 0 is not"),
        ("kept_terms", _with((0, 1, 0), _bits(-0.5)), "“terms” holds a number that is not"),
        ("kept_terms", _with((0, 1, 0), _bits(np.nan)), "“terms” holds a number that is not"),
        ("kept_words_articles", _with((0, 1), _bits(np.inf)), "“words_articles” holds a number"),
        ("kept_words_articles", _with((0, 0), 5), "“words_articles” holds a number that is not"),
        ("kept_lead_idf", _with(0, -1.0), "“lead_idf” holds a number that is not from 0"),
        ("kept_words_idf", _with(0, 99.0), "“words_idf” holds a number that is not from 0 to 2.8"),
        ("kept_levels", _with((0, 0, 0), np.nan), "“levels” holds a number that is not from -1"),
        ("kept_conditions", _with(0, np.inf), "“conditions” holds a number that is not from"),
        ("kept_numbers", _with((0, 0), np.inf), "“numbers” holds one that cannot be"),
        ("kept_numbers", _with((0, 2), np.nan), "“numbers” holds one that cannot be"),
        ("kept_numbers", _with((0, 6), -1.0), "“numbers” holds one that cannot be"),
        ("kept_nearest", _with((0, 0), -2), "“nearest” holds a number that is not from -1 to 4"),
        ("kept_n_naming", _with(0, 6), "“n_naming” holds a number that is not from 0 to 5"),
        ("kept_terms_widths", _with(0, 1 << 40), "“terms_widths” holds a number that is not"),
        ("is_linked", lambda a: ~a, r"articles\.npy: row 0: found something else than another"),
        ("titles", _with(0, ord("x")), r"articles\.npy: row 0: found something else"),
        ("published_at", lambda a: a + 1, r"published_at\.npy: found something else than"),
        ("expires_at", _with(0, 5), r"expires_at\.npy: found something else than another"),
        ("urls", _with(0, 0xFF), r"urls\.npy: row \d: found .*; expected UTF-8"),
        ("bodies", _with(0, 0xFF), r"bodies\.npy: row 0: found .*; expected UTF-8"),
    ],
)
def test_a_strangers_numbers_are_looked_at(
    indexed: Site, name: str, change: Callable[[Any], Any], complaint: str
) -> None:
    """With every hash mended, values must be possible and must not contradict one another."""
    _forge(indexed, name, change)
    (sentence,) = verify(indexed.index).damages

    assert re.search(complaint, sentence)
    assert sentence.endswith("run `recommender index` again, which replaces the damaged index.")


def test_bytes_that_are_no_truth_values_are_refused(indexed: Site) -> None:
    """A flag is 0 or 1; opening says so too."""
    path = _array(indexed, "is_linked")
    path.write_bytes(path.read_bytes()[:-1] + b"\2")
    _mend(indexed, "is_linked")
    (sentence,) = verify(indexed.index).damages

    assert "is_linked.npy: found a byte that is neither 0 nor 1" in sentence
    with pytest.raises(IndexFormatError, match=r"is_linked\.npy: found a byte"):
        indexed.open()


@pytest.mark.parametrize("changes", [{"linked_articles": 2}, {"lists": 0}])
def test_counts_are_counted(indexed: Site, changes: dict[str, int]) -> None:
    """What the manifest says of the articles must be so."""
    path = indexed.index / "manifest.json"
    manifest = Manifest.from_json(path.read_bytes(), path)
    counts: Counts = replace(manifest.counts, **changes)
    path.write_text(replace(manifest, counts=counts).to_json(), "utf-8")

    assert "found other counts than the manifest" in verify(indexed.index).damages[0]


def test_large_files_are_read_whole(indexed: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What opening maps and does not hash, verify reads."""
    monkeypatch.setattr(files, "HASHED_ON_OPENING", 0)
    path = _array(indexed, "articles")
    path.write_bytes(path.read_bytes().replace(b"Wheat", b"Wheet"))

    assert indexed.open().find("wheat").title == "Wheet harvests fall"
    (sentence,) = verify(indexed.index).damages
    assert "articles.npy: found other bytes than were written; expected its SHA-256" in sentence


def test_a_writer_that_was_faster_is_no_damage(
    indexed: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that vanish under a newer generation are looked for there."""
    store = Store(indexed.index)
    stale = store.open().manifest
    for title in ("New", "Newer"):
        indexed.write("new.md", article_text(title))
        indexed.build()
    fresh = store.open().manifest
    manifests = [stale, fresh, fresh]
    monkeypatch.setattr(Store, "_read_manifest", lambda _: manifests.pop(0))
    found = verify(indexed.index)

    assert (found.generation, found.damages, manifests) == ("generation-000003", (), [])


def test_files_that_vanish_after_they_were_read_are_no_damage(
    indexed: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer came between reading and opening; without one, the file is missed."""
    real, path = check.Snapshot, _array(indexed, "ids")
    store = Store(indexed.index)
    stale = store.open().manifest
    indexed.write("new.md", article_text("New"))
    indexed.build()
    manifests = [stale, store.open().manifest]

    def gone(folder: Path, manifest: Manifest) -> Snapshot:
        if manifest == stale:
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return real(folder, manifest)

    monkeypatch.setattr(check, "Snapshot", gone)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_read_manifest", lambda _: manifests[0])
        assert "ids.npy: found no file; expected one" in verify(indexed.index).damages[0]
        turns = iter([stale, *manifests[1:] * 2])
        patch.setattr(Store, "_read_manifest", lambda _: next(turns))
        assert verify(indexed.index).damages == ()


def test_verify_changes_nothing(indexed: Site, run: Run) -> None:
    """Not even a lock file."""
    (indexed.index / "lock").unlink()
    before = {path: path.stat().st_mtime_ns for path in indexed.root.rglob("*")}
    run("verify")

    assert {path: path.stat().st_mtime_ns for path in indexed.root.rglob("*")} == before


def test_what_ranking_needs_must_be_there(tmp_path: Path) -> None:
    """An index from which nothing can be ranked is damaged, whatever its hashes."""
    nothing = Contents([], np.empty((0, 4), np.float32), [], [], {}, {}, [], RECIPE)
    Store(tmp_path / "index").write(nothing)
    (sentence,) = verify(tmp_path / "index").damages

    assert "found that “words_keys” is missing; expected what ranking had kept" in sentence


def test_verify_loads_neither_torch_nor_sklearn(indexed: Site) -> None:
    """It reads, and nothing else."""
    program = (
        "import sys, json, recommender\n"
        "assert recommender.verify(sys.argv[1]).is_sound\n"
        "heavy = {'torch', 'sentence_transformers', 'sklearn', 'scipy', 'filelock', 'faiss'}\n"
        "print(json.dumps(sorted(heavy & set(sys.modules))))\n"
    )
    command = [sys.executable, "-c", program, str(indexed.index)]
    done = subprocess.run(command, cwd=indexed.root, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == []
    assert Recommender.open(indexed.index).articles

"""Writers that are killed, interrupted or out of disk leave the old state or the new one."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sample_index import sample_contents, sample_store, titles

from recommender.errors import VectorIndexError
from recommender.index.store import Store

OLD = ["Title a, old", "Title b, old", "Forbes, old"]
NEW = ["Title a, new", "Title b, new", "Forbes, new"]
KILLER = Path(__file__).with_name("killed_writer.py")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An index in its old state."""
    return sample_store(tmp_path / "index")


def _kill_writers(path: Path, stride: int) -> list[list[str]]:
    """What readers found after each killed writer, and after the one that got through."""
    command = [sys.executable, str(KILLER), str(path), str(stride)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[list[str]] = json.loads(done.stdout)
    return found


def _check_old_then_new(found: list[list[str]]) -> None:
    n_old = found.index(NEW)

    assert found[:n_old] == [OLD] * n_old
    assert found[n_old:] == [NEW] * (len(found) - n_old)


def test_a_killed_writer_leaves_the_old_state_or_the_new(tmp_path: Path) -> None:
    """Killed at one of many lines, the old state counts up to one moment, the new one after it."""
    found = _kill_writers(tmp_path / "index", stride=43)

    assert len(found) > 30
    _check_old_then_new(found)


@pytest.mark.slow
def test_a_writer_killed_at_any_line_leaves_the_old_state_or_the_new(tmp_path: Path) -> None:
    """The same for every single line."""
    _check_old_then_new(_kill_writers(tmp_path / "index", stride=1))


@contextmanager
def _files_of_at_most(n_bytes: int) -> Iterator[None]:
    """Nothing larger can be written: what a full disk does, to any user."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("n_bytes", [0, 100, 150, 300, 1000])
def test_a_full_disk_loses_nothing(store: Store, n_bytes: int) -> None:
    """In the first file, a later one or the manifest: the old state stays, the rest is removed."""
    with _files_of_at_most(n_bytes), pytest.raises(VectorIndexError) as raised:
        store.write(sample_contents("new"))

    assert str(raised.value) == (
        f"the index {store.path} cannot be written: File too large; "
        "what it held is unchanged: put that right and try again."
    )
    assert titles(store) == OLD
    assert sorted(path.name for path in store.path.iterdir()) == [
        ".gitignore",
        "CACHEDIR.TAG",
        "generation-000001",
        "lock",
        "manifest.json",
    ]
    store.write(sample_contents("new"))
    assert titles(store) == NEW


def test_a_disk_that_is_full_from_the_start_leaves_room_for_another_try(tmp_path: Path) -> None:
    """A directory in which not even its tag could be written is still taken for an index."""
    store = Store(tmp_path / "index")
    with _files_of_at_most(0), pytest.raises(VectorIndexError, match="cannot be written"):
        store.write(sample_contents("new"))
    store.write(sample_contents("new"))

    assert titles(store) == NEW


def test_ctrl_c_leaves_the_old_state_or_the_new(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pressed while a file is forced to disk, whichever; only then does the new state count."""
    forced: list[int] = []
    found: list[list[str]] = []
    fsync = os.fsync

    def interrupted(descriptor: int) -> None:
        forced.append(descriptor)
        fsync(descriptor)
        if len(forced) == len(found) + 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    while NEW not in found:
        forced.clear()
        with pytest.raises(KeyboardInterrupt):
            store.write(sample_contents("new"))
        found.append(titles(store))

    assert len(found) > 20
    assert found == [OLD] * (len(found) - 1) + [NEW]
    assert titles(store) == NEW


def test_readers_never_see_a_mixture(tmp_path: Path) -> None:
    """While another process writes state after state, what is opened is always one of them."""
    path = tmp_path / "index"
    store = sample_store(path)
    code = (
        "import sys; from pathlib import Path; from sample_index import *\n"
        "for i in range(60): Store(Path(sys.argv[1])).write(sample_contents(str(i)))"
    )
    command = [sys.executable, "-c", code, str(path)]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(KILLER.parent), os.environ.get("PYTHONPATH", "")])
    }
    seen = []
    with subprocess.Popen(command, cwd=tmp_path, env=environment) as writer:
        while writer.poll() is None:
            snapshot = store.open()
            articles = [snapshot.article(row).title for row in range(3)]
            assert articles == list(snapshot.titles)
            seen.append(articles[0])
            assert len({title.partition(", ")[2] for title in articles}) == 1

    assert writer.returncode == 0
    assert len(set(seen)) > 1
    assert titles(store)[0] == "Title a, 59"

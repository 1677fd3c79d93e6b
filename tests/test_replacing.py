"""Files that are whole or not there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.replacing import replace_file
from recommender import RecommenderError
from recommender.cli.replacing import replacing

KILLED = Path(__file__).with_name("killed_replacing.py")
LIMITED = """
import resource, sys
from pathlib import Path
from recommender.cli.replacing import replacing
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
with replacing(Path(sys.argv[1])) as stream:
    for _ in range(9):
        stream.write("new " * 9000)
"""
UNDER_NOHUP = """
import os, signal, sys
from pathlib import Path
from recommender.cli.replacing import replacing
signal.signal(signal.SIGHUP, signal.SIG_IGN)
with replacing(Path(sys.argv[1])) as stream:
    os.kill(os.getpid(), signal.SIGHUP)
    stream.write("new")
"""


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """Its text is the new one, and nothing else is left in the folder."""
    path = tmp_path / "a.txt"
    path.write_text("old")

    replace_file(path, "größe \udc80")

    assert path.read_bytes() == "größe ".encode() + b"\\udc80"
    assert [*tmp_path.iterdir()] == [path]


def test_where_writing_fails_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no half one beside it."""
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, "new")

    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def _replace(path: Path, text: str = "new") -> None:
    with replacing(path) as stream:
        stream.write(text)


def test_a_new_file_is_like_any_other(tmp_path: Path) -> None:
    """UTF-8, its line ends as written, with the permissions that the umask leaves."""
    path = tmp_path / "a.txt"
    mask = os.umask(0o027)
    try:
        _replace(path, "größe\r\n")
    finally:
        os.umask(mask)

    assert path.read_bytes() == "größe\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    """What only its owner may read stays so."""
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o600)
    _replace(path)

    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_a_link(tmp_path: Path, exists: bool) -> None:
    """What it leads to is replaced, or made, in the folder where that lies."""
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "a.txt", tmp_path / "link.txt"
    if exists:
        real.write_text("old")
    link.symlink_to("real/a.txt")
    _replace(link)

    assert link.is_symlink()
    assert real.read_text() == "new"
    assert [*real.parent.iterdir()] == [real]


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    """And is one afterwards."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        _replace(pipe)
        assert reader.communicate()[0] == "new"

    assert pipe.is_fifo()


def _refusal(path: Path) -> str:
    with pytest.raises(RecommenderError) as caught:
        _replace(path)
    return str(caught.value)


def test_what_cannot_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the path as it was given, and what to do where something can be done."""
    monkeypatch.chdir(tmp_path)
    old = Path("old.txt")
    old.write_text("old")

    assert _refusal(Path("none/a.txt")) == (
        f"cannot write none/a.txt: there is no folder {tmp_path}/none; make it first."
    )
    assert _refusal(Path("/dev/full")) == "cannot write /dev/full: No space left on device."
    assert _refusal(Path("/proc/a.txt")) == "cannot write /proc/a.txt: No such file or directory."
    assert _refusal(old / "a.txt") == "cannot write old.txt/a.txt: Not a directory."
    assert _refusal(Path("x" * 300)).endswith("x: File name too long.")
    assert _refusal(Path()) == "cannot write .: Is a directory."
    monkeypatch.setattr("os.access", lambda *_: False)
    assert _refusal(old) == (
        "cannot write old.txt: Permission denied; the file that stood there before still does."
    )
    assert (old.read_text(), [*Path().iterdir()]) == ("old", [old])


def test_a_disk_that_gets_full_loses_nothing(tmp_path: Path) -> None:
    """A write that the system refuses half-way leaves the old file, and no other."""
    path = tmp_path / "a.txt"
    path.write_text("old")
    command = [sys.executable, "-c", LIMITED, str(path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert f"cannot write {path}: File too large; the file that stood there" in done.stderr
    assert (path.read_text(), [*tmp_path.iterdir()]) == ("old", [path])


@pytest.mark.parametrize(
    ("number", "exit_code"),
    [(signal.SIGTERM, -15), (signal.SIGHUP, -1), (signal.SIGINT, 130), (signal.SIGKILL, -9)],
)
def test_whenever_the_writer_is_ended_the_file_is_old_or_new(
    tmp_path: Path, number: signal.Signals, exit_code: int
) -> None:
    """At every line; and nothing lies beside it, unless nobody was asked."""
    command = [sys.executable, str(KILLED), str(tmp_path), str(int(number))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *ended, survived = json.loads(done.stdout)
    states = [state for _, state, _ in ended]

    assert survived == [0, "new", 0]
    assert {code for code, _, _ in ended} == {exit_code}
    assert states == sorted(states, reverse=True)  # old, and from one line on new
    assert set(states) == {"old", "new"}
    assert any(others for _, _, others in ended) == (number == signal.SIGKILL)


def test_a_terminal_that_closes_does_not_end_what_ignores_it(tmp_path: Path) -> None:
    """Under `nohup` the file is written."""
    path = tmp_path / "a.txt"
    subprocess.run([sys.executable, "-c", UNDER_NOHUP, str(path)], cwd=tmp_path, check=True)

    assert path.read_text() == "new"

"""`write` is killed, interrupted, out of disk or not alone: every file is old or new."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import Site
from evaluated_site import fill
from filelock import FileLock
from killing import Commands, Ended, Killed, Trial, command_server, kill_at_random

WRITE = ("write", "articles")


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    """What forks for each command."""
    with command_server() as server:
        yield server


class _Write:
    """What the files were before `write`, what they are after it, and which of them are found."""

    def __init__(self, site: Site, run: Commands) -> None:
        fill(site, 24)
        self.site = site
        self.run = run
        self.old = self.files()
        assert run.run(*WRITE).code == 0
        self.new = self.files()
        assert all(self.new[path] != of for path, of in self.old.items())

    def files(self) -> dict[Path, bytes]:
        """All articles; what a killed run left behind is none."""
        return {path: path.read_bytes() for path in self.site.articles.rglob("*.md")}

    def before(self) -> None:
        """Put the old files back."""
        for path, data in self.old.items():
            path.write_bytes(data)

    def check(self, ended: Ended) -> str:
        """Each file is old or new, and the next run makes them all new and tidies up."""
        found = self.files()
        assert found.keys() == self.old.keys()
        is_new = [found[path] == self.new[path] for path in found]
        assert all(found[path] in (self.old[path], self.new[path]) for path in found)
        again = self.run.run(*WRITE)
        assert (again.code, again.err) == (0, "")
        assert self.files() == self.new
        assert not list(self.site.articles.rglob(".*"))
        if not ended.is_killed and ended.code == 0:
            return "after the end"
        if not any(is_new):
            return "before anything was written"
        return "between files" if not all(is_new) else "after the last file"


def _kill(site: Site, server: subprocess.Popen[str], n: int) -> Killed:
    run = Commands(server, site.root)
    write = _Write(site, run)
    killed = kill_at_random(
        run, Trial(WRITE, write.before, write.check), n, np.random.default_rng(n)
    )
    print("write,", killed)  # noqa: T201 - shown by pytest -s
    return killed


def test_write_may_be_killed_at_any_moment(site: Site, server: subprocess.Popen[str]) -> None:
    """Twenty moments; some of them between two files."""
    killed = _kill(site, server, 20)

    assert killed.phases.total() == 20
    assert killed.phases["after the end"] <= 15  # it may be faster than it was when it was measured


@pytest.mark.slow
def test_write_may_be_killed_at_two_hundred_moments(
    site: Site, server: subprocess.Popen[str]
) -> None:
    """The same, two hundred times."""
    assert _kill(site, server, 200).phases["between files"] >= 5


def test_write_may_be_killed_at_any_line(site: Site, server: subprocess.Popen[str]) -> None:
    """Replacing a file takes a moment that chance hardly hits: its lines are gone through."""
    run = Commands(server, site.root)
    write = _Write(site, run)
    phases = []
    for line in range(1, 60, 6):
        write.before()
        phases.append(write.check(run.run(*WRITE, line=("corpus/writing/replacing", line))))

    assert {"before anything was written", "between files"} <= set(phases)


def test_ctrl_c_loses_nothing(site: Site, server: subprocess.Popen[str]) -> None:
    """Exit code 130 and one line, or it was done; nothing half-written lies about."""
    run = Commands(server, site.root)
    write = _Write(site, run)

    def check(ended: Ended) -> str:
        assert (ended.code, ended.err.lstrip("\n")) in (
            (130, "recommender: interrupted; nothing is lost.\n"),
            (0, ""),
        )
        assert not list(site.articles.rglob(".*"))
        return write.check(ended)

    trial = Trial(WRITE, write.before, check, with_signal=signal.SIGINT)
    assert kill_at_random(run, trial, 6, np.random.default_rng(3)).phases.total() == 6


def test_on_a_full_disk_each_file_that_finds_no_room_is_named(
    site: Site, server: subprocess.Popen[str]
) -> None:
    """They are as they were, and the next run finishes the work."""
    run = Commands(server, site.root)
    write = _Write(site, run)
    write.before()
    ended = run.run(*WRITE, max_file_bytes=sorted(map(len, write.new.values()))[12])
    lines = ended.err.splitlines()

    assert (ended.code, ended.out.endswith(" left alone\n")) == (0, True)
    assert lines
    assert all(
        line.endswith(
            "found a file that cannot be written (File too large); expected room and access; "
            "it is as it was"
        )
        for line in lines
    )
    write.check(ended)


def test_two_writers_do_not_meet(site: Site, server: subprocess.Popen[str]) -> None:
    """While the index is being written, `write` waits, and gives up with a sentence."""
    run = Commands(server, site.root)
    write = _Write(site, run)
    write.before()
    with FileLock(site.index / "lock"):
        ended = run.run(*WRITE)

    assert ended.code == 1
    assert ended.err == (
        "recommender: another process is writing the index .recommender: "
        "try again when it has finished.\n"
    )
    assert write.files() == write.old

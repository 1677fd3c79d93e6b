"""`index` and `fit` are killed, interrupted, out of disk or not alone: nothing is lost or mixed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from conftest import NOW, Site, article_text
from evaluated_site import WEIGHTS, fill
from filelock import FileLock
from killing import Commands, Ended, Killed, Trial, command_server, kill_at_random

from recommender import IndexBusyError, IndexNotFoundError, Recommender, Weights, verify
from recommender.index.store import Store

Answers = list[object]

INDEX = ("index", "articles")
INTERRUPTED = "recommender: interrupted; nothing is lost.\n"


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    """What forks for each command."""
    with command_server() as server:
        yield server


@pytest.fixture
def run(site: Site, server: subprocess.Popen[str]) -> Commands:
    """Runs commands beside the articles."""
    return Commands(server, site.root)


@pytest.fixture
def changing(site: Site) -> Site:
    """Eight articles and their index; two articles have changed since, one is new, one gone."""
    fill(site, 8)
    site.weights = WEIGHTS
    shutil.copytree(site.index, site.root / "before")
    for name in ("a001", "a002"):
        path = site.articles / f"{name}.md"
        path.write_text(path.read_text("utf-8").replace("On ", "More about "), "utf-8")
    site.write("new.md", article_text("tide and moon", "On rain", related="[a002, a003]"))
    (site.articles / "a007.md").unlink()
    return site


def _bytes_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _answers(engine: Recommender) -> Answers:
    articles, lists = list(engine.articles), engine.lists
    return [articles, lists, list(engine.recommend_all(k=5))]


def _open(site: Site, path: Path) -> Recommender:
    return Recommender.open(path, settings=site.settings, weights=site.weights, now=NOW)


class _Index:
    """What was before `index`, what is after it, and which of them is found."""

    def __init__(self, site: Site, run: Commands, *, is_first: bool) -> None:
        self.site = site
        self.run = run
        self.is_first = is_first
        self.files = _bytes_of(site.articles)
        self.old = None if is_first else _answers(site.open())
        self.before()
        assert run.run(*INDEX).code == 0
        self.new = _answers(site.open())

    def before(self) -> None:
        """Put the old index back."""
        shutil.rmtree(self.site.index, ignore_errors=True)
        if not self.is_first:
            shutil.copytree(self.site.root / "before", self.site.index)

    def found(self) -> Answers | None:
        """What a reader finds; None where there is no index."""
        try:
            return _answers(self.site.open())
        except IndexNotFoundError:
            return None

    def check(self, ended: Ended) -> str:
        """All that was there is there, or all that is new; the next run finishes the work."""
        found = self.found()
        assert found in (self.old, self.new)
        assert _bytes_of(self.site.articles) == self.files
        n_generations = len(list(self.site.index.glob("generation-*")))
        again = self.run.run(*INDEX)
        assert (again.code, again.err) == (0, "")
        assert self.found() == self.new
        state = verify(self.site.index)
        assert (state.damages, state.strays) == ((), ())
        assert ("nothing has changed" in again.out) == (found == self.new)
        return self._phase(ended, found, n_generations)

    def _phase(self, ended: Ended, found: Answers | None, n_generations: int) -> str:
        if not ended.is_killed and ended.code == 0:
            return "after the end"
        if found == self.new:
            return "after the new state counted"
        is_writing = n_generations > (0 if self.is_first else 1)
        return "while files were written" if is_writing else "before anything was written"


def _kill_index(site: Site, run: Commands, n: int, *, is_first: bool) -> Killed:
    index = _Index(site, run, is_first=is_first)
    trial = Trial(INDEX, index.before, index.check)
    return kill_at_random(run, trial, n, np.random.default_rng(n))


@pytest.mark.parametrize("is_first", [False, True])
def test_index_may_be_killed_at_any_moment(changing: Site, run: Commands, is_first: bool) -> None:
    """Twenty moments, ten on an index and ten where there was none: the old state or the new."""
    killed = _kill_index(changing, run, 10, is_first=is_first)
    print("index,", killed)  # noqa: T201 - shown by pytest -s

    assert killed.phases.total() == 10
    assert killed.phases["before anything was written"] >= 1


@pytest.mark.slow
@pytest.mark.parametrize("is_first", [False, True])
def test_index_may_be_killed_at_two_hundred_moments(
    changing: Site, run: Commands, is_first: bool
) -> None:
    """A hundred on an index and a hundred where there was none."""
    killed = _kill_index(changing, run, 100, is_first=is_first)
    print("index,", killed)  # noqa: T201 - shown by pytest -s

    assert killed.phases.total() == 100
    assert killed.phases["while files were written"] >= 1


class _Fit:
    """What weights were before `fit`, what they are after it, and which of them is found."""

    def __init__(self, site: Site, run: Commands, *, is_learned: bool = False) -> None:
        fill(site, 30)
        self.path = site.root / "recommender.weights.yaml"
        self.site = site
        self.run = run
        self.old = Weights({"words": 0.25}).to_yaml()
        self.before()
        self.is_learned = is_learned
        assert run.run("fit", is_learned=is_learned).code == 0
        self.new = self.path.read_text("utf-8")
        assert self.new != self.old
        self.index = _bytes_of(site.index)
        self.is_finished: dict[str, bool] = {}

    def before(self) -> None:
        """Put the old weights back."""
        self.path.write_text(self.old, "utf-8")

    def finish(self) -> Ended:
        """Run it to its end."""
        return self.run.run("fit", is_learned=self.is_learned)

    def check(self, ended: Ended) -> str:
        """The weights are the old ones or the new; the index is as it was."""
        found = self.path.read_text("utf-8")
        assert found in (self.old, self.new)
        Weights.from_file(self.path)
        assert _bytes_of(self.site.index) == self.index
        phase = self._phase(ended, found)
        if phase not in self.is_finished:  # a run is long, and one tells it for all of a phase
            self.is_finished[phase] = self.finish().code == 0
            assert self.path.read_text("utf-8") == self.new
        return phase

    def _phase(self, ended: Ended, found: str) -> str:
        leftovers = list(self.site.root.glob(".recommender-*"))
        for path in leftovers:
            path.unlink()
        if not ended.is_killed and ended.code == 0:
            return "after the end"
        if found == self.new:
            return "after the new weights counted"
        return "while weights were written" if leftovers else "before anything was written"


def _kill_fit(site: Site, run: Commands, n: int) -> Killed:
    fit = _Fit(site, run)
    trial = Trial(("fit",), fit.before, fit.check)
    return kill_at_random(run, trial, n, np.random.default_rng(n))


def test_fit_may_be_killed_at_any_moment(site: Site, run: Commands) -> None:
    """Twenty moments: the old weights or the new, and the next run finishes the work."""
    killed = _kill_fit(site, run, 20)
    print("fit,", killed)  # noqa: T201 - shown by pytest -s

    assert killed.phases.total() == 20
    assert killed.phases["before anything was written"] >= 1


@pytest.mark.slow
def test_fit_may_be_killed_at_two_hundred_moments(site: Site, run: Commands) -> None:
    """The same, two hundred times."""
    killed = _kill_fit(site, run, 200)
    print("fit,", killed)  # noqa: T201 - shown by pytest -s

    assert killed.phases.total() == 200
    assert killed.phases["before anything was written"] >= 10


def test_fit_may_be_killed_at_any_line(site: Site, run: Commands) -> None:
    """Writing takes a moment that chance hardly hits, so its lines are gone through, every third.

    The weights are there at once, because learning them writes nothing.
    """
    fit = _Fit(site, run, is_learned=True)
    phases: list[str] = []
    while "after the end" not in phases:
        fit.before()
        line = 1 + 3 * len(phases)
        phases.append(fit.check(run.run("fit", is_learned=True, line=("cli/", line))))

    assert phases == sorted(phases, key=PHASES_OF_FIT.index)
    assert set(phases) == set(PHASES_OF_FIT)


PHASES_OF_FIT = [
    "before anything was written",
    "while weights were written",
    "after the new weights counted",
    "after the end",
]


# Ctrl-C


def test_ctrl_c_loses_nothing(changing: Site, run: Commands) -> None:
    """At eight moments of `index`: exit code 130 and one line, or it was done; old state or new."""
    index = _Index(changing, run, is_first=False)

    def check(ended: Ended) -> str:
        assert (ended.code, ended.err.lstrip("\n")) in ((130, INTERRUPTED), (0, ""))
        phase = index.check(ended)
        assert phase != "while files were written"  # an interrupted writer tidies up
        return phase

    trial = Trial(INDEX, index.before, check, with_signal=signal.SIGINT)
    killed = kill_at_random(run, trial, 8, np.random.default_rng(5))

    assert killed.phases["before anything was written"] >= 1


def test_ctrl_c_leaves_the_weights(site: Site, run: Commands) -> None:
    """In the midst of `fit`: exit code 130, one line, no leftover."""
    fit = _Fit(site, run)
    fit.before()
    ended = run.run("fit", kill_after=0.3, with_signal=signal.SIGINT)

    assert (ended.code, ended.err.lstrip("\n"), ended.out) == (130, INTERRUPTED, "")
    assert fit.check(ended) == "before anything was written"


# A full disk


@pytest.mark.parametrize("n_bytes", [0, 200, 1_000, 4_000])
def test_index_on_a_full_disk_is_one_sentence(changing: Site, run: Commands, n_bytes: int) -> None:
    """In the first file or a later one: exit code 1, the old index, and later the new one."""
    index = _Index(changing, run, is_first=False)
    index.before()
    ended = run.run(*INDEX, max_file_bytes=n_bytes)

    assert ended.code == 1
    assert ended.err == (
        "recommender: the index .recommender cannot be written: File too large; "
        "what it held is unchanged: put that right and try again.\n"
    )
    assert index.found() == index.old
    assert index.check(ended) == "before anything was written"


def test_fit_on_a_full_disk_is_one_sentence(site: Site, run: Commands) -> None:
    """Exit code 1, the old weights, no leftover."""
    fit = _Fit(site, run, is_learned=True)
    fit.before()
    ended = run.run("fit", is_learned=True, max_file_bytes=100)

    assert ended.code == 1
    assert ended.err == (
        "recommender: cannot write recommender.weights.yaml: File too large; "
        "the file that stood there before still does.\n"
    )
    assert fit.check(ended) == "before anything was written"


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 900 kB, where one can be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", str(folder)]
    if (
        not shutil.which("mount")
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("no file system can be mounted here; RLIMIT_FSIZE stands for a full disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_index_on_a_small_disk_keeps_what_was_there(changing: Site, run: Commands) -> None:
    """With no room for a second generation, then with room for it."""
    index = _Index(changing, run, is_first=False)
    with _small_disk(changing.root / "disk") as disk:
        path = disk / "index"
        shutil.copytree(changing.root / "before", path)
        n_free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        for n_left in (0, 8_192, 65_536):
            (disk / "filler").write_bytes(bytes(n_free - n_left))
            ended = run.run(*INDEX, "--index", "disk/index")
            assert ended.code == 1
            assert "cannot be written: No space left on device; what it held is" in ended.err
            assert _answers(_open(changing, path)) == index.old
            (disk / "filler").unlink()
        assert run.run(*INDEX, "--index", "disk/index").code == 0
        assert _answers(_open(changing, path)) == index.new


# Not alone


def test_a_second_writer_waits_for_the_first(changing: Site, run: Commands) -> None:
    """For up to ten seconds, and then works; readers are not kept waiting."""
    index = _Index(changing, run, is_first=False)
    index.before()
    with Store(changing.index).lock():
        run.begin(*INDEX)
        time.sleep(0.5)
        assert run.is_running()
        assert index.found() == index.old
    ended = run.end()

    assert (ended.code, ended.err) == (0, "")
    assert index.found() == index.new


def test_a_writer_that_waits_too_long_is_refused(
    changing: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence that names the index; after ten seconds, here after none."""
    acquire = FileLock.acquire

    def impatient(lock: FileLock, timeout: float) -> object:
        assert timeout == 10
        return acquire(lock, timeout=0)

    with Store(changing.index).lock():
        monkeypatch.setattr(FileLock, "acquire", impatient)
        with pytest.raises(IndexBusyError) as raised:
            changing.build()

    assert str(raised.value) == (
        f"another process is writing the index {changing.index}: try again when it has finished."
    )


def test_readers_answer_while_the_index_is_rebuilt(changing: Site, run: Commands) -> None:
    """Engines opened, and engines refreshed, during ten rebuilds: the old lists or the new."""
    index = _Index(changing, run, is_first=False)
    index.before()
    path = changing.articles / "a001.md"
    texts = [path.read_text("utf-8"), path.read_text("utf-8").replace("tide", "moon, the")]
    known = []
    for text in texts:
        path.write_text(text + "more", "utf-8")
        assert run.run(*INDEX).code == 0
        known.append(_answers(changing.open()))
    refreshed = changing.open()
    n_looks = 0
    for turn in range(10):
        path.write_text(texts[turn % 2] + "more", "utf-8")
        run.begin(*INDEX)
        while run.is_running():
            refreshed.refresh()
            assert _answers(refreshed) in known
            assert _answers(changing.open()) in known
            n_looks += 1
        assert run.end().code == 0

    assert n_looks >= 10


# Other users


@pytest.fixture(scope="module")
def weak_server() -> Iterator[subprocess.Popen[str]]:
    """As `server`, but it may not write what its user may not, even where that is root."""
    prefix = []
    if not os.geteuid():
        if not shutil.which("setpriv"):
            pytest.skip("root may write everything, and setpriv is not here to take that away")
        prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]
    with command_server(prefix) as server:
        yield server


def _set_modes(folder: Path, of_folders: int, of_files: int) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(of_folders if path.is_dir() else of_files)


def test_a_read_only_index_answers(changing: Site, weak_server: subprocess.Popen[str]) -> None:
    """Lists, exports and checks need no writing; `index` says in a sentence that it does."""
    expected = _answers(changing.open())
    _set_modes(changing.index, 0o555, 0o444)
    try:
        run = Commands(weak_server, changing.root)
        for argv in (("neighbours", "a000"), ("export",), ("verify",)):
            ended = run.run(*argv)
            assert (ended.code, ended.err) == (0, ""), argv
            assert ended.out
        ended = run.run(*INDEX)
    finally:
        _set_modes(changing.index, 0o755, 0o644)

    assert ended.code == 1
    assert ended.err == (
        "recommender: the index .recommender cannot be written: Permission denied (lock); "
        "what it held is unchanged: put that right and try again.\n"
    )
    assert _answers(changing.open()) == expected


@pytest.mark.parametrize(
    ("of_folders", "of_files", "complaint"),
    [
        (0o755, 0o644, "cannot be written: Permission denied"),
        (0o777, 0o644, "cannot be written: Permission denied"),
        (0o777, 0o600, "cannot be"),
    ],
)
def test_an_index_of_another_user(
    changing: Site,
    weak_server: subprocess.Popen[str],
    of_folders: int,
    of_files: int,
    complaint: str,
) -> None:
    """What may not be written or read is said in a sentence, and left as it is."""
    if os.geteuid():
        pytest.skip("only root can give files to another user")
    for path in [changing.index, *changing.index.rglob("*")]:
        os.chown(path, 65534, 65534)
    _set_modes(changing.index, of_folders, of_files)
    before = _bytes_of(changing.index)
    run = Commands(weak_server, changing.root)
    read, written = run.run("neighbours", "a000"), run.run(*INDEX)

    assert read.code == (1 if of_files == 0o600 else 0)
    assert read.err == "" or "cannot be read: Permission denied" in read.err
    assert written.code == 1
    assert written.err.count("\n") == 1
    assert complaint in written.err
    assert _bytes_of(changing.index) == before

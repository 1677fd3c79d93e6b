"""On Ray, on a cluster of several node processes of this machine."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest
from fakes import FakeEncoder

from evaluation.benchmarks.cluster import overlap
from evaluation.benchmarks.corpora import unpacked
from evaluation.benchmarks.shown import ndcg
from recommender import ClusterError, Recommender, Settings, build
from recommender.cluster.on_ray import _failed, _imported, _not_connected

HERE = Path(__file__).parent
CORPORA = Path(os.environ.get("CORPORA", HERE.parents[1] / "shared" / "corpora"))
SAMPLE = HERE.parent / "evaluation/datasets/ai-news/articles"
Lists = dict[str, list[tuple[str, float]]]
N_TRIES = 3
"""Ray gives a node thirty seconds to start, which on a busy machine is not enough."""


class RunningCluster:
    """The program of `ray_cluster.py`, and what a driver of it needs."""

    def __init__(self) -> None:
        paths = [str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
        token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self.environment = {**os.environ, **token, "PYTHONPATH": os.pathsep.join(paths)}
        self._program = subprocess.Popen(
            [sys.executable, HERE / "ray_cluster.py"],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.address = self._line()

    def tell(self, what: str) -> str:
        """Have something killed, and wait until it is."""
        assert self._program.stdin is not None
        self._program.stdin.write(f"{what}\n")
        self._program.stdin.flush()
        return self._line()

    def end(self) -> None:
        """End all that was started."""
        self._program.communicate(timeout=60)  # which closes stdin

    def _line(self) -> str:
        assert self._program.stdout is not None
        return self._program.stdout.readline().strip()


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    """Three nodes of one processor each."""
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    for _ in range(N_TRIES):
        running = RunningCluster()
        if running.address:
            break
        running.end()
    assert running.address
    yield running
    running.end()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Lists:
    """The lists that one machine makes."""
    index = tmp_path_factory.mktemp("one") / "index"
    build(SAMPLE, index=index, settings=Settings(), encoder=FakeEncoder())
    engine = Recommender.open(index, settings=Settings())
    return {
        name: [(item.id, item.score or 0.0) for item in items]
        for name, items in engine.recommend_all(10)
    }


def _drive(
    cluster: RunningCluster,
    scratch: Path,
    watch: Callable[[str], None] = lambda _: None,
    what: tuple[Path, ...] = (),
) -> tuple[Lists, list[str]]:
    """Index and make lists; gives them, and what was said meanwhile."""
    articles, *settings = what or (SAMPLE,)
    arguments = [cluster.address, articles, scratch / "index", scratch / "lists.json", *settings]
    said = []
    with subprocess.Popen(
        [sys.executable, HERE / "spread_driver.py", *map(str, arguments)],
        env=cluster.environment,
        cwd=scratch,
        stdout=subprocess.PIPE,
        text=True,
    ) as driver:
        assert driver.stdout is not None
        for line in driver.stdout:
            said.append(line.strip())
            watch(said[-1])
    assert driver.returncode == 0
    return json.loads((scratch / "lists.json").read_text("utf-8")), said


def _plain(lists: Lists) -> dict[str, list[tuple[str, object]]]:
    return {
        name: [(entry, pytest.approx(score or 0.0, abs=1e-5)) for entry, score in items]
        for name, items in lists.items()
    }


def test_lists_are_those_of_one_machine(
    cluster: RunningCluster, expected: Lists, tmp_path: Path
) -> None:
    """Every list of the sample, to the last item; and a second run encodes nothing."""
    found, said = _drive(cluster, tmp_path)
    _, said_again = _drive(cluster, tmp_path)

    assert _plain(found) == _plain(expected)
    assert said[-1] == "encoded 105 105"
    assert said_again == ["encoded 0 105"]


def test_a_real_corpus_gets_lists_as_good_as_those_of_one_machine(
    cluster: RunningCluster, tmp_path: Path
) -> None:
    """Made by the model, without a look at the editors' lists, which judge both."""
    if not (CORPORA / "github-topics").exists():
        pytest.skip(f"no corpora at {CORPORA}")
    (articles,) = (path for name, path in unpacked(CORPORA, tmp_path) if name == "github-topics")
    file = tmp_path / "recommender.yaml"
    file.write_text("precision: float32\npolicy: {curated: ignore}\n")
    settings = Settings.from_file(file)
    build(articles, index=tmp_path / "one", settings=settings)
    engine = Recommender.open(tmp_path / "one", settings=settings)
    one = {name: [item.id for item in items] for name, items in engine.recommend_all(10)}

    found, _ = _drive(cluster, tmp_path, what=(articles, file))

    many = {name: [entry for entry, _ in items] for name, items in found.items()}
    assert (len(many), many.keys()) == (1255, one.keys())
    assert overlap(one, many) >= 0.98
    assert ndcg(engine.lists, one) > 0.4
    assert ndcg(engine.lists, many) == pytest.approx(ndcg(engine.lists, one), abs=0.005)


def test_a_worker_and_a_node_may_die(
    cluster: RunningCluster, expected: Lists, tmp_path: Path
) -> None:
    """Killed in mid-run, one after the other: lists are complete, and the same."""
    kills = {"vectors 1": "worker", "search 2": "node", "make 2": "worker"}
    killed = []

    def watch(line: str) -> None:
        stage = " ".join(line.split()[:2])
        if stage in kills:
            killed.append(cluster.tell(kills.pop(stage)))

    found, said = _drive(cluster, tmp_path, watch)

    assert len(killed) == 3
    assert "a node is gone" in killed
    assert "worker 0 is gone" not in killed
    assert _plain(found) == _plain(expected)
    assert said[-1] == "encoded 105 105"


def test_what_a_worker_raises_is_what_is_raised_here(
    cluster: RunningCluster, tmp_path: Path
) -> None:
    """An error of ours, with its facts, in one sentence: not a wall of text from elsewhere."""
    program = (
        "import sys\nfrom fakes import FailingEncoder\nfrom recommender import *\n"
        "try:\n    build_on(Cluster(sys.argv[1]), sys.argv[2], index='index', settings=Settings(), "
        "source=FailingEncoder())\n"
        "except ModelError as error:\n    print(error.model, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, cluster.address, str(SAMPLE)],
        cwd=tmp_path,
        env=cluster.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "failing the model fails: name another.\n"


@pytest.mark.model
def test_the_command_line_says_which_record_is_bad_and_goes_on(
    cluster: RunningCluster, tmp_path: Path
) -> None:
    """By file and line; all others have their lists."""
    articles = ({"id": f"a{i}", "title": f"Rye {i}", "excerpt": "It is dear."} for i in range(30))
    records = list(map(json.dumps, articles))
    records[16] = '{"id": "a16", "title": '
    (tmp_path / "many.jsonl").write_text("\n".join(records), "utf-8")
    index, lists, on = tmp_path / "index", tmp_path / "lists.jsonl", f"ray://{cluster.address}"
    where = ("--index", str(index), "--on", on)
    indexed = _run("index", str(tmp_path / "many.jsonl"), *where, env=cluster.environment)
    exporting = ("export", *where, "-k", "3", "--format", "jsonl", "--output", str(lists))
    exported = _run(*exporting, env=cluster.environment)

    assert (indexed[0], exported[0]) == (0, 0)
    assert indexed[1] == (
        "error: many.jsonl:17: found broken JSON (Expecting value); expected valid JSON\n"
    )
    found = [json.loads(line) for line in lists.read_text("utf-8").splitlines()]
    assert {row["id"] for row in found} == {f"a{i}" for i in range(30)} - {"a16"}
    assert any(row["related"] for row in found)


def _run(*arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "recommender", *arguments],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        (
            "127.0.0.1:1",
            "no cluster answers at 127.0.0.1:1 ([Errno 111] Connection refused): start",
        ),
        ("127.0.0.1:port", "“127.0.0.1:port” is no address of a cluster; expected HOST or"),
    ],
)
def test_where_no_cluster_is_one_sentence_says_so(
    tmp_path: Path, address: str, complaint: str
) -> None:
    """At once, and nothing is written."""
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    index = tmp_path / "index"
    code, said = _run("index", str(SAMPLE), "--index", str(index), "--on", f"ray://{address}")

    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith(f"recommender: {complaint}")
    assert not index.exists()


def test_without_ray_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing and how it is had; or which version there is instead."""
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match=r"Ray is not installed: .*recommender\[ray\]"):
        _imported("127.0.0.1:1")
    other = ModuleType("ray")
    other.__version__ = "2.9.3"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ray", other)
    with pytest.raises(ClusterError, match=r"found Ray 2\.9\.3; expected 2\.60: install"):
        _imported(None)


def test_other_versions_and_lost_clusters_are_told() -> None:
    """What Ray says at length is one sentence."""
    mismatch = RuntimeError("Version mismatch: The cluster was started with:\n    Ray: 2.59.0")
    lost = RuntimeError("broken")
    lost.__cause__ = ModuleNotFoundError("none", name="recommender")

    assert str(_not_connected(mismatch, "a:1")).startswith(
        "the cluster at a:1 runs other versions than this process, which has Ray 2.60 and Python 3."
    )
    assert "of which this machine is a node" in str(_not_connected(OSError("no raylet"), "a:1"))
    assert "a worker has no module “recommender”" in str(_failed(lost, None))
    assert str(_failed(RuntimeError("gone\nall"), "a:1")) == (
        "the cluster at a:1 could not finish (gone all): run the same command again, which goes on "
        "from what is done."
    )

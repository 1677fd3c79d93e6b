"""What benchmarks of costs run, and what they make of it; nothing here is timed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import Site

from evaluation.benchmarks import (
    peers,
    scale,
    serving,
    startup,
    synthetic_folder,
    unencoded,
)
from evaluation.benchmarks.corpora import source_of
from evaluation.benchmarks.peer_environment import versions
from evaluation.benchmarks.peer_programs import bm25, tfidf
from evaluation.benchmarks.peer_programs.reading import read_articles, without_itself
from evaluation.benchmarks.process import Run, run_process
from evaluation.benchmarks.synthetic_folder import write_folder
from evaluation.benchmarks.unencoded import Dice
from recommender import Recommender, build


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixty made-up articles."""
    write_folder(60, tmp_path / "articles", np.random.default_rng(0))
    return tmp_path / "articles"


def _run(seconds: float, megabytes: float = 10.0) -> Run:
    return Run(seconds, seconds, megabytes, ("of this machine",))


def test_a_made_up_folder_reads_as_it_was_made(folder: Path, tmp_path: Path) -> None:
    """No problem, all metadata, and a list for every fifth article, of others that are there."""
    built = build(folder, index=tmp_path / "index", encoder=Dice())
    engine = Recommender.open(tmp_path / "index")

    assert (built.n_read, built.n_lists, built.n_linked, built.problems) == (60, 12, 0, ())
    assert all(0 < len(entries) <= 4 for entries in engine.lists.values())
    for article in engine.articles:
        assert article.published_at
        assert article.provider
        assert (len(article.topics), len(article.authors)) == (2, 1)


def test_a_change_is_one_text(folder: Path, tmp_path: Path) -> None:
    """Of the article that is changed; all others stay as they are."""
    build(folder, index=tmp_path / "index", encoder=Dice())
    startup.change(min(folder.rglob("*.md")), 7)
    again = build(folder, index=tmp_path / "index", encoder=Dice())
    changed = Recommender.open(tmp_path / "index").articles[0]

    assert (again.n_read, again.n_encoded, again.problems) == (60, 1, ())
    assert changed.excerpt.startswith("again7 ")


def test_ratios_are_those_of_medians() -> None:
    """Of the rounds; the first run is one."""
    names = {
        "python -c pass": 1,
        "recommender --help": 4,
        "import numpy, faiss": 10,
        "recommender neighbours": 15,
        "recommender neighbours DRAFT": 25,
        "loading the model": 50,
        "unchanged": 20,
        "one changed": 70,
    }
    rounds = [{name: _run(n * by) for name, n in names.items()} for by in (1, 2, 9)]
    once = {"first": _run(4000.0), "first, without encoding": _run(400.0)}
    found = startup.summary(rounds, once)

    assert found["ratios"] == {
        "help to python": 4,
        "neighbours to numpy and faiss": 1.5,
        "a draft to loading the model": 0.5,
        "unchanged to first": 0.01,
        "model loads for one changed": 1,
        "without encoding to first": 0.1,
    }
    table = startup.table({"once": startup._costs(once), **found})
    assert "| `recommender neighbours` | 30 s | 10 MB | 1.50 × " in table
    assert "| `recommender --help` | 8 s |  | 4.0 × " in table
    assert len(table.splitlines()) == 2 + 7
    assert "| `recommender index`, a new folder | 4e+03 s | 10 MB |  |" in table


def test_a_process_is_paid_for_what_it_does(tmp_path: Path) -> None:
    """Its own CPU time and memory, where it runs and what it says."""
    program = "import os; x = bytearray(90_000_000); print(os.getcwd())"
    run = run_process([sys.executable, "-c", program], folder=tmp_path)

    assert run.said == (str(tmp_path),)
    assert run.peak_megabytes > 90
    assert 0 < run.cpu_seconds < 30


def test_a_process_is_not_paid_for_who_starts_it() -> None:
    """Its peak is its own, however much is held here; no last line is lost, nor a failure."""
    held = bytearray(150_000_000)
    run = run_process([sys.executable, "-c", "print('a\\n\\nb', end='')"])

    assert len(held) / 1e6 > 3 * run.peak_megabytes > 0
    assert run.said == ("a", "", "b")
    with pytest.raises(subprocess.CalledProcessError, match="status 3"):
        run_process([sys.executable, "-c", "raise SystemExit(3)"])


def test_peers_read_the_articles_that_we_read(folder: Path, tmp_path: Path) -> None:
    """By the same ids, with the same texts."""
    build(folder, index=tmp_path / "index", encoder=Dice())
    ours = Recommender.open(tmp_path / "index").articles
    theirs = read_articles(folder)

    assert [a.id for a in theirs] == [a.id for a in ours]
    assert [(a.title, a.excerpt, a.body.split()) for a in theirs] == [
        (a.title, a.excerpt, a.body.split()) for a in ours
    ]


def test_no_peer_lists_an_article_in_its_own_list() -> None:
    """Wherever it stands among those that are most like it; ten are kept."""
    ids = [str(place) for place in range(12)]
    found = [[0, 1, 2], [2, 1, 0], list(range(11)), *[list(range(12))] * 9]
    lists = list(without_itself(ids, found))

    assert lists[:2] == [["1", "2"], ["2", "0"]]
    assert lists[2] == ["0", "1", "3", "4", "5", "6", "7", "8", "9", "10"]
    assert {len(entries) for entries in lists[2:]} == {10}


@pytest.mark.parametrize("program", [tfidf, bm25])
def test_a_peer_finds_copies_first(folder: Path, program: object) -> None:
    """A program that misreads its tool's answer would not; and it lists ten others."""
    first, *_ = sorted(folder.rglob("*.md"))
    copy = first.with_name("copy.md")
    copy.write_text(first.read_text("utf-8"), "utf-8")
    lists = program.lists(folder)  # type: ignore[attr-defined]
    name = first.relative_to(folder).with_suffix("").as_posix()
    copied = copy.relative_to(folder).with_suffix("").as_posix()

    assert lists[name][0] == copied
    assert lists[copied][0] == name
    assert all(len(set(entries) - {own}) == 10 for own, entries in lists.items())


def test_written_lists_are_read_back(tmp_path: Path) -> None:
    """Addresses end in the names of files; an article without the key has no list."""
    (tmp_path / "sea").mkdir()
    for name, entries in (("sea/a", "[/post/B/]"), ("B", "[/post/a/, /post/c/]"), ("c", "")):
        key = f"recommendations: {entries}\n" if entries else ""
        (tmp_path / f"{name}.md").write_text(f"---\ntitle: x\n{key}---\nBody.\n", "utf-8")

    assert peers.written_lists(tmp_path) == {"sea/a": ["B"], "B": ["sea/a", "c"], "c": []}


def test_a_site_is_described_with_what_was_paid_and_reached(site: Site, tmp_path: Path) -> None:
    """Medians, the greatest peak, nDCG by the editors' lists; who failed has a reason alone."""
    site.build()
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "index").symlink_to(site.index)
    one = peers.Site("site", site.articles, {"source": "here"}, tmp_path / "scratch")
    for peer in peers.PEERS.values():
        (one.scratch / f"{peer.program}.json").write_text(json.dumps(site.open().lists), "utf-8")
    found = {
        name: peers.Costs([_run(1.0), _run(4.0, 30.0), _run(2.0)])
        for name in (peers.FIRST, peers.LATER, *peers.PEERS)
    }
    found["prelims"] = peers.Costs(failure="it ended with -9")
    described = peers.described(one, found)
    ideal = described["systems"]["bm25s"]

    assert (described["name"], described["source"], described["lists"]) == ("site", "here", 1)
    assert (ideal["cpu_seconds"], ideal["peak_megabytes"]) == (2, 30)
    assert (ideal["nDCG@5"], ideal["nDCG@10"]) == (1, 1)
    assert 0 < described["systems"][peers.LATER]["nDCG@10"] < 1
    assert "of this machine" not in str(described)
    table = peers.table({"corpora": [described]})
    assert f"here (sha256 {site.open().corpus_hash[:12]}…)" in table
    assert "|  | bm25s | all text | 2.0 s | 30 MB | 1.000 | 1.000 |" in table
    assert "|  | prelims | bodies | it ended with -9 |  |  |  |" in table
    assert "a later run" not in table
    corpora = [described | {"later run to prelims": ratio} for ratio in (0.5, 0.25)]
    assert (
        "\nOf the CPU time of prelims, a later run takes 0.50 on site, 0.25 on site.\n"
        in peers.table({"corpora": corpora})
    )


def test_who_takes_long_or_fails_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All others in every round, and ours once more, before it has anything to build on."""
    asked: list[str] = []

    def theirs(peer: peers.Peer, *_: object) -> Run:
        asked.append(peer.program)
        if peer.program == "bm25":
            raise subprocess.CalledProcessError(-9, "bm25")
        return _run(1.0)

    monkeypatch.setattr(peers, "ours", lambda _: _run(2.0))
    monkeypatch.setattr(peers, "theirs", theirs)
    found = peers.costs_on(None, None, 3)  # type: ignore[arg-type]

    assert asked == [
        "tfidf",
        "front_matter",
        "bm25",
        "lsi",
        "dense",
        *["tfidf", "front_matter"] * 2,
    ]
    assert found["bm25s"].failure == "it ended with -9"
    assert {name: len(costs.runs) for name, costs in found.items()} == {
        peers.FIRST: 1,
        peers.LATER: 3,
        "scikit-learn TF-IDF": 3,
        "prelims": 3,
        "bm25s": 0,
        "gensim LSI": 1,
        "txtai, same model": 1,
    }


def test_a_made_up_site_can_be_served(tmp_path: Path) -> None:
    """Vectors are those of the articles, which are asked for as their own and as strangers."""
    articles, vectors, index = (tmp_path / name for name in ("articles", "vectors.npz", "index"))
    synthetic_folder.main("60", str(articles), "0", str(vectors))
    unencoded.main(str(articles), str(index), str(vectors))
    engine = Recommender.open(index)
    with np.load(vectors) as known:
        assert [article.title for article in engine.articles] == known["titles"].tolist()
        ids = [article.id for article in engine.articles]
        assert np.array_equal(engine.vectors(ids), known["vectors"])
    found = serving.measured(index, vectors, 10)

    assert found["open_seconds"] > 0
    assert found["lists"]["p50"] <= found["lists"]["p99"]
    cost = {"cpu_seconds": 3.0, "peak_megabytes": 20.0}
    site = {"articles": 60, "index": cost, "export": cost, "index_megabytes": 1.0, **found}
    row, _, steps = scale.table({"sites": [site]}).splitlines()[2:]
    assert row.startswith("| 60 | 3 s | 20 MB | 3 s | 20 MB | ")
    assert steps.startswith("CPU milliseconds of the steps of one list among 60: describing an ")


@pytest.mark.parametrize(
    ("benchmark", "first", "expected"),
    [
        ("peers", "torch", {"prelims", "bm25s", "gensim", "scikit-learn", "txtai"}),
        ("search", "hnswlib", {"hnswlib", "usearch", "scann"}),
    ],
)
def test_what_peers_need_is_pinned(benchmark: str, first: str, expected: set[str]) -> None:
    """By exact versions, torch first; whoever is compared is there."""
    pinned = versions(benchmark)
    names = [line.split("==")[0] for line in pinned]

    assert names[0] == first
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", line) for line in pinned)
    assert expected <= set(names)


def test_a_source_is_quoted_from_the_readme_of_a_corpus(tmp_path: Path) -> None:
    """Where it has one."""
    assert source_of(tmp_path) == {}
    (tmp_path / "README.md").write_text(
        "# Corpus\n\n| | |\n|---|---|\n| source | example.org |\n| dates | none |\n", "utf-8"
    )
    assert source_of(tmp_path) == {"source": "example.org"}

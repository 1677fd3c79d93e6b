"""`recommender export`: complete, the same bytes each time, whole or not there."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest
from conftest import BY_SIMILARITY, Site, article_text

from recommender import Policy, Settings
from recommender.cli.export_formats import FORMATS

Run = Callable[..., tuple[int, str, str]]
EXPORT = (sys.executable, "-m", "recommender", "export")


@pytest.fixture
def indexed(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An indexed site with weights of its own, its root as the working directory."""
    site.build()
    (site.root / "recommender.weights.yaml").write_text(BY_SIMILARITY.to_yaml(), "utf-8")
    monkeypatch.chdir(site.root)
    return site


def test_json_gives_every_list(indexed: Site, run: Run) -> None:
    """One object, ids to lists, the same as the Python call gives."""
    code, out, _ = run("export", "-k", "2")
    expected = {
        name: [
            {"id": item.id, "title": item.title, "url": item.url, "score": item.score}
            for item in items
        ]
        for name, items in indexed.open().recommend_all(k=2, policy=Policy())
    }

    assert code == 0
    assert json.loads(out) == expected
    assert list(json.loads(out)) == ["chips", "news/panda", "news/sora", "wheat"]


def test_lines_and_csv_say_the_same(indexed: Site, run: Run) -> None:
    """An object a line; a recommendation a line, numbered from 1."""
    whole = json.loads(run("export")[1])
    lines = [json.loads(line) for line in run("export", "--format", "jsonl")[1].splitlines()]
    rows = list(csv.DictReader(io.StringIO(run("export", "--format", "csv")[1])))

    assert {line["id"]: line["related"] for line in lines} == whole
    assert [(row["id"], row["rank"], row["related_id"], row["score"]) for row in rows] == [
        (name, str(rank), item["id"], str(item["score"]))
        for name, items in whole.items()
        for rank, item in enumerate(items, start=1)
    ]


def test_articles_with_an_empty_list_are_there_too(indexed: Site, run: Run) -> None:
    """Every article that readers can open, and neither drafts nor what lies outside the folder."""
    indexed.settings = Settings(unpublished="hide")
    indexed.write("draft.md", article_text("A draft on wheat", published="false"))
    indexed.build()
    (indexed.root / "recommender.yaml").write_text("policy: {floor: 0.999}\n", "utf-8")
    whole = json.loads(run("export")[1])
    lines = [json.loads(line) for line in run("export", "--format", "jsonl")[1].splitlines()]

    assert {name: [item["id"] for item in items] for name, items in whole.items()} == {
        "chips": [],
        "news/panda": [],
        "news/sora": ["news/panda", "https://outside.example/drones"],
        "wheat": [],
    }
    assert {line["id"]: line["related"] for line in lines} == whole
    assert [row[:3] for row in csv.reader(run("export", "--format", "csv")[1].splitlines())] == [
        ["id", "rank", "related_id"],
        ["chips", "", ""],
        ["news/panda", "", ""],
        ["news/sora", "1", "news/panda"],
        ["news/sora", "2", "https://outside.example/drones"],
        ["wheat", "", ""],
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_two_processes_write_the_same_bytes(indexed: Site, form: str) -> None:
    """Whatever the order of their sets and the language of their terminal."""
    indexed.write("müll.md", article_text("Müll fällt an 垃圾", "Farmers fear a dry summer."))
    indexed.build()

    def exported(**environment: str) -> bytes:
        command = [*EXPORT, "--format", form]
        return subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, check=True
        ).stdout

    first = exported(PYTHONHASHSEED="1", PYTHONIOENCODING="utf-8")
    assert "Müll fällt an 垃圾".encode() in first
    assert exported(PYTHONHASHSEED="2", PYTHONIOENCODING="ascii") == first


def test_how_an_index_came_about_changes_nothing(indexed: Site, run: Run) -> None:
    """Made anew, or grown and shrunk and grown again, it gives the same bytes."""
    first = run("export")[1]
    texts = {path: path.read_text("utf-8") for path in indexed.articles.rglob("*.md")}
    for path in (indexed.articles / "wheat.md", indexed.articles / "news/sora.md"):
        path.unlink()
        indexed.build()
    assert run("export")[1] != first
    for path, text in reversed(texts.items()):
        path.write_text(text, "utf-8")
        indexed.build()

    assert run("export")[1] == first
    other = Site(indexed.root / "copy", indexed.encoder, indexed.settings)
    for path, text in texts.items():
        other.write(str(path.relative_to(indexed.articles)), text)
    other.build()
    assert run("export", "--index", str(other.index))[1] == first


def test_a_file_is_all_or_nothing(indexed: Site, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes each time; a failure leaves the old file and no other."""
    target = indexed.root / "related.json"
    assert run("export", "--output", "related.json") == (0, "", "")
    first = target.read_bytes()
    assert run("export", "--output", "related.json")[0] == 0
    assert target.read_bytes() == first == run("export")[1].encode()
    before = sorted(indexed.root.iterdir())
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))

    assert run("export", "--output", "related.json", "-k", "1") == (
        1,
        "",
        "recommender: cannot write related.json: No space left; the file that stood there before "
        "still does.\n",
    )
    assert (target.read_bytes(), sorted(indexed.root.iterdir())) == (first, before)


def test_where_nothing_can_be_written_is_one_sentence(indexed: Site, run: Run) -> None:
    """A missing folder; a folder is wrong usage."""
    assert run("export", "--output", "none/a.json") == (
        1,
        "",
        f"recommender: cannot write none/a.json: there is no folder {indexed.root}/none; "
        "make it first.\n",
    )
    code, _, err = run("export", "--output", "articles")
    assert code == 2
    assert "'articles' is a directory" in err


@pytest.mark.parametrize(
    ("shell", "code", "out", "err"),
    [
        ("{} | head -c 1", 0, "{", ""),
        ("{} -k 1 2>&- | tail -1", 0, "}\n", ""),
        ("{} >/dev/full", 1, "", "recommender: cannot write to stdout: No space left on device.\n"),
        ("{} >&-", 1, "", "recommender: stdout is closed: name a file with --output.\n"),
        (
            "(echo a; {} -k 1 --format csv --output /dev/stdout | head -1; echo b) >x; cat x",
            0,
            "a\nid,rank,related_id,title,url,score\nb\n",
            "",
        ),
        ("(echo a; {} --output /dev/stdout; echo b) >x; sed -n '1p;2p;$p' x", 0, "a\n{\nb\n", ""),
    ],
)
def test_stdout_is_what_the_shell_makes_of_it(
    indexed: Site, shell: str, code: int, out: str, err: str
) -> None:
    """A reader who leaves is no error, a full disk is one; others may write there too."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", shell.replace("{}", " ".join(EXPORT))],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (code, out, err)


@pytest.mark.parametrize("output", [("--output", "related.json"), ()])
def test_progress_is_drawn_where_it_disturbs_nothing(indexed: Site, output: Sequence[str]) -> None:
    """On a terminal's stderr, unless the export itself goes to the terminal."""
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    leader, follower = pty.openpty()
    subprocess.run(
        [*EXPORT, "-k", "1", *output],
        stdout=follower,
        stderr=follower,
        env=environment,
        check=True,
    )
    os.close(follower)
    drawn = os.read(leader, 100_000).decode()
    os.close(leader)

    assert ("4/4" in drawn) == bool(output)
    assert ('"news/sora": [' in drawn) != bool(output)

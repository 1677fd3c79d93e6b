"""Beyond one machine: the lists are those of one, whatever is spread, interrupted or changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from fakes import FakeEncoder

from recommender import (
    ArticleError,
    BuildReport,
    ConfigError,
    Filters,
    IndexFormatError,
    IndexMismatchError,
    IndexNotFoundError,
    Policy,
    Recommendation,
    Recommender,
    Settings,
    build,
)
from recommender.cli.export_formats import write_jsonl

pytest.importorskip("pyarrow", reason="the extra `ray` is not installed")

from recommender.cluster.exporting import make_all_lists
from recommender.cluster.indexing import build_collection
from recommender.cluster.listing import Form
from recommender.cluster.tasks import Job, Part, Task, key_of
from recommender.cluster.workplace import Here, Workplace

SAMPLE = Path(__file__).parents[1] / "evaluation/datasets/ai-news/articles"
NOW = datetime(2024, 6, 1, tzinfo=UTC)
A_PART = 25
Lists = dict[str, list[Recommendation]]


class Counting(Here):
    """Counts the tasks that it does, and gives up before one of them."""

    def __init__(self, n_before: int = 10**9) -> None:
        self.n_done = 0
        self._n_before = n_before

    def run(self, job: Job, tasks: Sequence[Task], progress: Callable[[int], None]) -> None:
        """See `Runner.run`."""
        for task in tasks:
            if self.n_done == self._n_before:
                raise KeyboardInterrupt
            job.do(task, job.tools())
            self.n_done += 1
        progress(len(tasks))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's articles, of which tests change none."""
    folder = tmp_path_factory.mktemp("sample") / "articles"
    shutil.copytree(SAMPLE, folder)
    return folder


def _on_one(articles: Path, scratch: Path, settings: Settings) -> Lists:
    """The lists that one machine makes."""
    build(articles, index=scratch / "one", settings=settings, encoder=FakeEncoder())
    engine = Recommender.open(scratch / "one", settings=settings, now=NOW)
    return dict(engine.recommend_all(10))


def _index(
    articles: Path, index: Path, settings: Settings, runner: Here | None = None
) -> tuple[BuildReport, FakeEncoder]:
    encoder = FakeEncoder()
    index.mkdir(exist_ok=True)
    place = Workplace(index, runner or Here())
    return build_collection(articles, settings, encoder, place, A_PART), encoder


def _spread(articles: Path, index: Path, settings: Settings) -> Lists:
    _index(articles, index, settings)
    return _lists(index, settings)


def _lists(index: Path, settings: Settings) -> Lists:
    made = make_all_lists(settings, Workplace(index, Here()), 10, Form(), now=NOW)
    return dict(made)


def _plain(lists: Lists) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """All that is told of lists but what each signal says; numbers to the fifth decimal."""
    return [
        (
            article_id,
            [
                (
                    *(i.rank, i.id, i.title, i.url, i.origin, i.provider, i.published_at),
                    *(pytest.approx(of, abs=1e-5) for of in (i.score, i.similarity)),
                )
                for i in items
            ],
        )
        for article_id, items in lists.items()
    ]


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(unpublished="hide"),
        Settings(policy=Policy(curated="ignore", per_provider=1, diversity=0.3, exposure=1.0)),
        Settings(filters=Filters(without_topics=("Chips",), max_age_days=90.0)),
    ],
    ids=["as they are", "hidden", "policy", "filters"],
)
def test_lists_are_those_of_one_machine(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """Articles of four parts, linked ones among them: every item of every list is the same.

    Lists are made ten at a time, from what these need.
    """
    monkeypatch.setattr("recommender.cluster.listing.A_BLOCK", 10)
    expected = _plain(_on_one(sample, tmp_path, settings))

    found = _plain(_spread(sample, tmp_path / "spread", settings))

    assert len(found) > 90 or settings.unpublished == "hide"
    assert found == expected


@pytest.mark.parametrize(
    "settings", [Settings(), Settings(filters=Filters(max_age_days=90.0))], ids=["all", "some"]
)
def test_queries_look_as_far_as_the_whole_collection_wants_it(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """A part of a large collection is small, and is ranked as a part of a large one.

    Where some are filtered out, it looks beyond the nearest for others.
    """
    few = _plain(_on_one(sample, tmp_path, settings))
    n = build(sample, index=tmp_path / "one", encoder=FakeEncoder()).n_articles
    monkeypatch.setattr("recommender.ranking.breadth.MANY", n)
    expected = _plain(_on_one(sample, tmp_path / "many", settings))

    found = _plain(_spread(sample, tmp_path / "spread", settings))

    assert found == expected
    assert found != few


def test_pins_and_bans_hold(sample: Path, tmp_path: Path) -> None:
    """Who is named by id in the file of pins and bans may live in any part."""
    names = sorted(path.stem for path in sample.glob("*.md"))
    wishes = {"everywhere": {"ban": [names[3]]}, names[0]: {"pin": [names[-1]], "ban": [names[1]]}}
    (tmp_path / "lists.yaml").write_text(yaml.safe_dump(wishes), "utf-8")
    settings = Settings(lists=tmp_path / "lists.yaml")
    expected = _on_one(sample, tmp_path, settings)

    found = _spread(sample, tmp_path / "spread", settings)

    assert found[names[0]][0].id == names[-1]
    assert found[names[0]][0].origin == "pinned"
    assert _plain(found) == _plain(expected)


def _records(folder: Path) -> list[dict[str, Any]]:
    """The front matter of all articles, with path and body."""
    records = []
    for path in sorted(folder.glob("*.md")):
        _, front_matter, body = path.read_text("utf-8").split("---\n", 2)
        fields = yaml.load(front_matter, yaml.BaseLoader)  # noqa: S506 - texts as they are written
        related = fields.get("related") or ()  # a column has items of one kind
        fields["related"] = [{"ref": of} if isinstance(of, str) else of for of in related]
        records.append({"path": path.name, **fields, "body": body})
    return records


def test_json_lines_and_parquet_say_what_files_say(sample: Path, tmp_path: Path) -> None:
    """The same fields in another form of files: the same lists."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines, parquet = tmp_path / "articles.jsonl", tmp_path / "parquet" / "articles.parquet"
    records = _records(sample)
    lines.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    parquet.parent.mkdir()
    names = sorted({name for record in records for name in record})
    table = pa.Table.from_pylist([{name: record.get(name) for name in names} for record in records])
    pq.write_table(table, parquet, row_group_size=30)
    expected = _plain(_spread(sample, tmp_path / "spread", Settings()))

    assert _plain(_spread(lines, tmp_path / "from-lines", Settings())) == expected
    assert _plain(_spread(parquet.parent, tmp_path / "from-parquet", Settings())) == expected


def test_a_bad_record_is_told_by_file_and_line_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with lines, the others are read; lines are counted through the file."""
    monkeypatch.setattr("recommender.cluster.sources.BYTES_A_CHUNK", 150)
    good = [json.dumps({"id": f"a{i}", "title": f"Wheat {i}"}).encode() for i in range(40)]
    bad = {3: b"{broken", 11: b'{"id": "x"}', 24: b"\xff\xfe", 33: b"[1]", 37: b'{"title": "?"}'}
    lines = [bad.get(number, line) for number, line in enumerate(good, start=1)]
    lines[4] = b""
    (tmp_path / "many.jsonl").write_bytes(b"\n".join(lines))

    report, _ = _index(tmp_path / "many.jsonl", tmp_path / "index", Settings())

    errors = [problem for problem in report.problems if problem.severity == "error"]
    assert [(problem.path, problem.line) for problem in errors] == [
        ("many.jsonl", line) for line in bad
    ]
    assert errors[1].message == "many.jsonl:11: found no title; expected a title"
    assert (report.n_files, report.n_read, report.n_skipped) == (39, 34, 5)
    assert len(_lists(tmp_path / "index", Settings())) == 34


def test_one_id_stands_for_one_article(tmp_path: Path) -> None:
    """The record that comes first has it; the other one is told."""
    records = [{"id": "a", "title": "First"}, {"id": "b", "title": "B"}, {"id": "a", "title": "2"}]
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")

    report, _ = _index(tmp_path / "x.jsonl", tmp_path / "index", Settings())

    assert [problem.found for problem in report.problems if problem.severity == "error"] == [
        "the id “a”, which a has"
    ]
    assert _lists(tmp_path / "index", Settings())["b"][0].title == "First"


def test_one_address_stands_for_one_article(tmp_path: Path) -> None:
    """Whose address an earlier file has is told and left out, and no list names it, as on one."""
    articles = tmp_path / "articles"
    articles.mkdir()
    for number in range(40):
        url = f"https://www.example.org/{number % 37}/"
        text = f"title: Wheat {number}\nwebUrl: {url}\nrelated: [a{(number + 5) % 40:02}]"
        (articles / f"a{number:02}.md").write_text(f"---\n{text}\n---\nSome text.\n", "utf-8")
    expected = _plain(_on_one(articles, tmp_path, Settings()))
    report, _ = _index(articles, tmp_path / "index", Settings())

    assert [problem.message for problem in report.problems if problem.severity == "error"] == [
        f"a{37 + i}.md: found the web address “https://www.example.org/{i}/”, which a0{i}.md has; "
        "expected an address of its own"
        for i in range(3)
    ]
    assert (report.n_files, report.n_read, report.n_skipped) == (40, 37, 3)
    assert _plain(_lists(tmp_path / "index", Settings())) == expected


def test_nothing_is_done_twice(sample: Path, tmp_path: Path) -> None:
    """A second run does no task; a changed article is encoded alone."""
    articles = tmp_path / "articles"
    shutil.copytree(sample, articles)
    first, _ = _index(articles, tmp_path / "index", Settings())
    idle = Counting()
    second, encoder = _index(articles, tmp_path / "index", Settings(), idle)
    path = next(articles.glob("*sora.md"))
    path.write_text(path.read_text("utf-8").replace("Sora", "Sora Two"), "utf-8")
    third, changed = _index(articles, tmp_path / "index", Settings())

    assert (first.is_changed, second.is_changed, third.is_changed) == (True, False, True)
    assert (idle.n_done, second.n_encoded, encoder.encoded) == (0, 0, [])
    assert third.n_encoded == len(changed.encoded) == 1
    assert "Sora Two" in changed.encoded[0]


@pytest.mark.parametrize("n_before", [1, 9, 30, 70])
def test_an_interrupted_run_goes_on(sample: Path, tmp_path: Path, n_before: int) -> None:
    """What was done before the interruption is not done again, and the lists are the same."""
    whole = Counting()
    _index(sample, tmp_path / "whole", Settings(), whole)
    with pytest.raises(KeyboardInterrupt):
        _index(sample, tmp_path / "index", Settings(), Counting(n_before))
    rest = Counting()
    _index(sample, tmp_path / "index", Settings(), rest)

    assert n_before + rest.n_done == whole.n_done
    assert _plain(_lists(tmp_path / "index", Settings())) == _plain(
        _lists(tmp_path / "whole", Settings())
    )


def test_a_run_leaves_nothing_that_does_not_count(sample: Path, tmp_path: Path) -> None:
    """What an earlier state had, and this one has not, is removed; and what killed workers left."""
    articles, index = tmp_path / "articles", tmp_path / "index"
    shutil.copytree(sample, articles)
    _index(articles, index, Settings())
    (index / "weigh" / ".00000-left-ab12").write_bytes(b"half")
    next(articles.glob("*sora.md")).unlink()
    report, _ = _index(articles, index, Settings())
    _index(articles, tmp_path / "anew", Settings())

    def names(of: Path) -> list[str]:
        stages = [folder for folder in of.iterdir() if folder.is_dir()]
        return sorted(f"{path.parent.name}/{path.name[:5]}" for f in stages for path in f.iterdir())

    assert names(index) == names(tmp_path / "anew")
    assert report.n_removed == 1


def test_lists_are_written_for_others(sample: Path, tmp_path: Path) -> None:
    """As Parquet and as JSON lines, part by part, together all lists in the order of ids."""
    import pyarrow.parquet as pq

    _index(sample, tmp_path, Settings())
    made = make_all_lists(
        Settings(), Workplace(tmp_path, Here()), 3, Form("jsonl", write_jsonl), now=NOW
    )
    expected = {name: [(i.id, i.score) for i in items] for name, items in made}

    texts = [(part.path / "lists.jsonl").read_text("utf-8") for part in made.parts]
    from_lines = [json.loads(line) for text in texts for line in text.splitlines()]
    from_parquet = [
        row for part in made.parts for row in pq.read_table(part.path / "lists.parquet").to_pylist()
    ]

    assert len(made.parts) > 2
    assert [row["id"] for row in from_parquet] == sorted(expected)
    for rows in (from_lines, from_parquet):
        found = {row["id"]: [(i["id"], i["score"]) for i in row["related"]] for row in rows}
        assert found == expected


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    """No articles, no file of a kind that is known, no index: what, where and what to do."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.jsonl").write_text("{}\n", "utf-8")
    (tmp_path / "bad.parquet").write_bytes(b"no")
    for name, expected in {
        "nothing": "nothing; expected a folder of articles",
        "empty": "no article file; expected files that match",
        "bad.jsonl": "1 records of which none can be read",
        "bad.parquet": "found no Parquet",
    }.items():
        with pytest.raises(ArticleError, match=expected):
            _index(tmp_path / name, tmp_path / "index", Settings())
    with pytest.raises(IndexNotFoundError, match="that was made on a cluster: make one with"):
        _lists(tmp_path, Settings())


def test_a_damaged_index_is_one_sentence(sample: Path, tmp_path: Path) -> None:
    """A part that is gone, a manifest that is none, and one of another format."""
    _index(sample, tmp_path, Settings())
    manifest = tmp_path / "cluster.json"
    whole = manifest.read_text("utf-8")
    next((tmp_path / "search").glob("00001-*[!e]")).unlink()
    with pytest.raises(IndexFormatError, match=r"search/00001-\w+: found nothing; expected what"):
        _lists(tmp_path, Settings())
    manifest.write_text(whole[:-9], "utf-8")
    with pytest.raises(IndexFormatError, match="found no manifest"):
        _lists(tmp_path, Settings())
    manifest.write_text(json.dumps({**json.loads(whole), "format": 0}), "utf-8")
    with pytest.raises(IndexMismatchError, match="found an index of format 0; this version reads"):
        _lists(tmp_path, Settings())


def test_what_reads_an_index_of_one_machine_says_that_this_is_none(
    sample: Path, tmp_path: Path
) -> None:
    """Not that there is nothing: somebody has waited for it."""
    _index(sample, tmp_path, Settings())

    with pytest.raises(IndexMismatchError, match=r"was made with --on, for `recommender export"):
        Recommender.open(tmp_path, settings=Settings())


def _double(out: Path, shared: Part | int, number: int) -> dict[str, int]:
    out.write_text(str(2 * number), "utf-8")
    return {"shared": int(shared) if isinstance(shared, int) else 0}


def test_tasks_are_known_by_what_they_depend_on(tmp_path: Path) -> None:
    """Equal arguments and bytes give one name; what a part told does not count."""
    place = Workplace(tmp_path, Here())
    (part,) = place.stage("doubled", _double, [(4,)], (1,))
    other = replace(part, facts={"shared": 7})

    assert part.path.read_text("utf-8") == "8"
    assert part.facts == {"shared": 1}
    assert key_of("x", part) == key_of("x", other)
    assert key_of("x", part) != key_of("x", replace(part, digest="0"))
    assert place.stage("doubled", _double, [(4,)], (1,))[0] == part
    assert place.stage("doubled", _double, [(5,)], (1,))[0].path != part.path
    with pytest.raises(TypeError, match="object cannot tell"):
        key_of(object())


def test_what_is_not_whole_does_not_count(tmp_path: Path) -> None:
    """A file without its mark is made anew, and so is one whose mark is alone."""
    place = Workplace(tmp_path, Here())
    (part,) = place.stage("doubled", _double, [(4,)], (1,))
    for gone in (part.path.with_name(f"{part.path.name}.done"), part.path):
        part.path.write_text("half", "utf-8")
        gone.unlink()
        assert place.stage("doubled", _double, [(4,)], (1,))[0] == part
        assert part.path.read_text("utf-8") == "8"


def test_where_work_is_spread_is_said_in_one_way() -> None:
    """`ray`, or `ray://` and an address."""
    from recommender import Cluster

    assert Cluster.from_text("ray").address is None
    assert Cluster.from_text("ray://10.0.0.1:6379").address == "10.0.0.1:6379"
    for wrong in ("spark", "ray://", "ray:/x", ""):
        with pytest.raises(ConfigError, match="names nothing that work can be spread on"):
            Cluster.from_text(wrong)


def test_wrong_calls_are_told_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No articles named, and lists longer than what is known of each article."""
    from recommender import build_on, recommend_all_on

    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="no articles are named: give a folder or a file"):
        build_on("ray", settings=Settings())
    for k in (0, 101):
        with pytest.raises(ConfigError, match=f"k is {k}; expected a list length from 1 to 100"):
            recommend_all_on("ray", k=k, settings=Settings())
    assert list(tmp_path.iterdir()) == []

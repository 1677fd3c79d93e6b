"""Reports on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Site
from evaluated_site import measure

from evaluation import Evaluation, ReportError, read_report, write_report
from evaluation.report.schema import Report


@pytest.fixture
def evaluation(site: Site) -> Evaluation:
    """Two systems on four articles."""
    site.build()
    return measure(site, "random", "embedding")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for reports."""
    (tmp_path / "report").mkdir()
    return tmp_path / "report"


def _as_json(report: Report) -> object:
    return json.loads(json.dumps(report))


def test_a_report_is_read_as_it_was_written(evaluation: Evaluation, folder: Path) -> None:
    """From its folder or from the file itself."""
    page = write_report(evaluation, folder / "new" / "folder")

    assert page == folder / "new" / "folder" / "report.html"
    for path in (page.parent, page.parent / "report.json"):
        assert _as_json(read_report(path)) == _as_json(evaluation.report)


def test_the_files_are_those_that_are_promised(evaluation: Evaluation, folder: Path) -> None:
    """And nothing besides, no temporary one either."""
    write_report(evaluation, folder)

    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert files == [
        "qrels.trec", "report.html", "report.json", "report.md",
        "runs/embedding.trec", "runs/random.trec",
    ]  # fmt: skip


def test_stale_runs_go_and_foreign_files_stay(evaluation: Evaluation, folder: Path) -> None:
    """What the last report wrote and this one does not is removed; nobody else's file is."""
    write_report(evaluation, folder)
    (folder / "runs" / "mine.trec").write_text("mine")
    fewer = replace(evaluation, runs={"random": evaluation.runs["random"]})

    write_report(fewer, folder)

    assert sorted(path.name for path in (folder / "runs").iterdir()) == [
        "mine.trec",
        "random.trec",
    ]


def test_a_strangers_report_removes_nothing_elsewhere(evaluation: Evaluation, folder: Path) -> None:
    """A name that leads out of the folder is not followed."""
    (folder / "precious.trec").write_text("precious")
    inner = folder / "report"
    write_report(evaluation, inner)
    document = json.loads((inner / "report.json").read_text("utf-8"))
    document["systems"] = [{"name": "../../precious"}, {"name": "random"}]
    (inner / "report.json").write_text(json.dumps(document))

    write_report(evaluation, inner)

    assert (folder / "precious.trec").read_text() == "precious"


@pytest.mark.parametrize("systems", [None, [1], [{}]])
def test_a_broken_last_report_is_written_over(
    evaluation: Evaluation, folder: Path, systems: object
) -> None:
    """It hinders nobody."""
    write_report(evaluation, folder)
    document = json.loads((folder / "report.json").read_text("utf-8"))
    (folder / "report.json").write_text(json.dumps({**document, "systems": systems}))

    write_report(evaluation, folder)

    assert _as_json(read_report(folder)) == _as_json(evaluation.report)


def test_a_lone_surrogate_comes_back(evaluation: Evaluation, folder: Path) -> None:
    """The file is UTF-8 all the same."""
    evaluation.report["articles"][0]["title"] = "lone \udc80 surrogate"

    write_report(evaluation, folder)

    (folder / "report.json").read_text("utf-8")
    assert read_report(folder)["articles"][0]["title"] == "lone \udc80 surrogate"


def test_what_is_no_report_is_refused_with_a_sentence(folder: Path) -> None:
    """Nothing there, no JSON, too deep, another format, not whole."""
    file = folder / "report.json"
    with pytest.raises(ReportError, match=r"report\.json: found no report \(No such file"):
        read_report(folder)
    for text, message in (
        ("{", "found no JSON"),
        ("[" * 100_000, "found no JSON"),
        ("\udc80", "found no JSON"),
        ("[]", "found format None; expected a report of format 1"),
        ('{"format": 9}', "found format 9"),
        ('{"format": 1}', "the report: found no “made”; expected one"),
        ('{"format": NaN}', "found no JSON"),
    ):
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(ReportError, match=message):
            read_report(file)


def test_a_full_disk_leaves_the_last_report(
    evaluation: Evaluation, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error goes on, and no half file stays."""
    write_report(evaluation, folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_report(evaluation, folder)

    assert {path: path.read_bytes() for path in folder.rglob("*.*")} == before

"""`recommender evaluate` and `recommender compare`, as they are typed."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from conftest import Site
from evaluated_site import fill

from evaluation import read_report
from evaluation.trec import read_qrels, write_run
from recommender import indexing
from recommender.cli import reports
from recommender.cli.report_table import short

Run = Callable[..., tuple[int, str, str]]
SEED = (
    Path(__file__).parents[1]
    / "evaluation/datasets/ai-news/articles/2024-03-06-ai-industrial-chain-spurred-on-by-sora.md"
)


@pytest.mark.parametrize(("share", "text"), [(0.0, ".000"), (0.2559, ".256"), (1.0, "1.000")])
def test_a_share_is_short_but_one_stays_one(share: float, text: str) -> None:
    """Where all is right, the table must not read like nothing is."""
    assert short(share) == text


def test_the_seeds_link_counts_and_is_found(
    site: Site, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """The owner's own article: its one entry lies outside the folder, and every system finds it."""
    for path in site.articles.rglob("*.md"):
        path.unlink()
    shutil.copy(SEED, site.articles / "sora.md")
    site.build()
    monkeypatch.setattr(indexing, "build", partial(indexing.build, encoder=site.encoder))
    monkeypatch.chdir(site.root)

    code, out, _ = run("evaluate", "articles", "--systems", "tfidf,linked-first,embedding")

    assert code == 0
    assert "1 article with a list of 1.0 on average, 1 candidate each" in out
    assert "embedding" in out
    for system in read_report(site.root / "recommender-report")["systems"]:
        assert system["measures"]["hit_rate@1"]["mean"] == 1
    report = read_report(site.root / "recommender-report")
    assert report["folder"]["reason"] == "no list names another article of the folder"
    assert report["linked"] == {"n_queries": 1, "n_left_out": 0, "reason": None}
    qrels = read_qrels(site.root / "recommender-report" / "qrels.trec")
    assert [next(iter(entries)).split("/")[2] for entries in qrels.values()] == ["forbes.com"]


@pytest.fixture
def large(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Sixty articles, and a program that encodes without a model, working beside them."""
    fill(site)
    monkeypatch.setattr(indexing, "build", partial(indexing.build, encoder=site.encoder))
    monkeypatch.chdir(site.root)
    return site


def test_evaluate_prints_the_table_and_writes_the_report(large: Site, run: Run) -> None:
    """One line a system, the figures those of report.json; what has no figures says why."""
    code, out, err = run("evaluate", "articles")

    assert (code, err) == (0, "")
    report = read_report(large.root / "recommender-report")
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    for system in report["systems"]:
        mean = system["measures"]["nDCG@10"]["mean"]
        if mean is not None:
            assert f"{mean:.3f}"[1:] == lines[system["name"]].split()[1]
    assert lines["linked-first:"] == (
        "linked-first: not measured, every list names articles of the folder only."
    )
    assert "report: recommender-report/report.html" in out
    assert f"{report['truth']['n_queries']} articles with a list" in out


def test_the_index_is_brought_up_to_date_first(large: Site, run: Run) -> None:
    """A list that was added since counts."""
    before = len(large.open().lists)
    new = 'title: "New"\nrelated: [a001]'
    large.write("new.md", f"---\n{new}\n---\n")

    code, _, _ = run("evaluate", "articles", "--systems", "random", "--output", "report")

    assert code == 0
    assert read_report(large.root / "report")["truth"]["n_queries"] == before + 1


def test_systems_are_chosen_and_runs_added(large: Site, run: Run) -> None:
    """The run of another system stands beside ours under the name that it was given."""
    perfect = dict(large.open().lists)
    write_run(large.root / "their run.trec", perfect, "theirs")

    code, out, _ = run(
        "evaluate", "articles", "--systems", "tfidf, embedding", "--run", "theirs=their run.trec"
    )

    assert code == 0
    report = read_report(large.root / "recommender-report")
    assert [system["name"] for system in report["systems"]] == ["tfidf", "embedding", "theirs"]
    assert report["systems"][-1]["measures"]["nDCG@10"]["mean"] == 1
    assert report["systems"][-1]["label"] == "Run their run.trec"
    assert "theirs" in out


def test_fail_under_makes_the_exit_code_three(large: Site, run: Run) -> None:
    """Below is below, equal is not; a system may be named; several are all told."""
    evaluate = ("evaluate", "articles", "--systems", "random,newest,shipped")

    assert run(*evaluate, "--fail-under", "nDCG@10=0")[0] == 0
    code, _, err = run(
        *evaluate, "--fail-under", "hit_rate@10=1.0", "--fail-under", "random:nDCG@10=0.95"
    )

    assert code == 3
    assert err.count("recommender: ") == 2
    assert "hit_rate@10 of shipped is 0." in err
    assert "nDCG@10 of random is 0." in err
    assert "below 0.95." in err


def test_what_cannot_be_measured_does_not_reach_its_threshold(large: Site, run: Run) -> None:
    """And says why."""
    code, _, err = run(
        "evaluate", "articles", "--systems", "linked-first,shipped",
        "--fail-under", "linked-first:nDCG@10=0", "--fail-under", "judged@10=0",
    )  # fmt: skip

    assert code == 3
    assert "of linked-first cannot be measured: every list names" in err
    assert "judged@10 of shipped cannot be measured: the judgements hold no zero grades." in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--fail-under", "nDCG@10"), "expected [SYSTEM:]MEASURE=VALUE"),
        (("--fail-under", "nDCG@10=1.5"), "a value from 0 to 1"),
        (("--fail-under", "nDCG@7=0.3"), "there is no measure “nDCG@7”; expected one of nDCG@5"),
        (("--fail-under", "embeding:nDCG@10=0.3"), "there is no system “embeding”"),
        (("--run", "mine"), "expected NAME=FILE"),
        (("--run", "mine=gone.trec"), "expected NAME=FILE with a file that is there"),
        (("--judgements", "gone.tsv"), "'gone.tsv' does not exist"),
        (("--folds", "1"), "1 is not in the range"),
    ],
)
def test_wrong_use_is_told_before_any_work(
    large: Site, run: Run, arguments: tuple[str, ...], message: str
) -> None:
    """Exit code 2."""
    code, out, err = run("evaluate", "articles", *arguments)

    assert (code, out) == (2, "")
    assert message in " ".join(err.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--systems", "tfidf,bm52"), "there is no system “bm52”: did you mean “bm25”?"),
        (("--run", "Mine Own=articles/a001.md"), "expected a name of small letters"),
        (("--run", "tfidf=articles/a001.md"), "the name “tfidf” is taken"),
        (("--run", "mine=articles/a001.md"), "a001.md:1: found 1 of 6 columns"),
        (("--judgements", "articles/a001.md"), "a001.md:1: found 1 of 4 columns"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    large: Site, run: Run, arguments: tuple[str, ...], message: str
) -> None:
    """Exit code 1, and no report is left."""
    code, _, err = run("evaluate", "articles", *arguments)

    assert code == 1
    assert message in err
    assert err.count("\n") == 1
    assert not (large.root / "recommender-report").exists()


def test_a_run_of_another_site_is_refused(large: Site, run: Run) -> None:
    """Its articles are named, the first three of them."""
    write_run(large.root / "theirs.trec", {"x1": ["x2", "x3", "x4", "a001"]}, "theirs")

    code, _, err = run("evaluate", "articles", "--run", "theirs=theirs.trec")

    assert code == 1
    assert "articles that the index does not hold: “x1”, “x2”, “x3” and 1 more" in err


def test_skipped_files_are_told(large: Site, run: Run) -> None:
    """A report about half a site should not look like one about all of it."""
    large.write("broken.md", "no fence")

    _, _, err = run("evaluate", "articles", "--systems", "random")

    assert err == "1 file skipped; `recommender index` says why.\n"


def test_compare_says_what_changed(large: Site, run: Run) -> None:
    """A site that lost its words is worse for words, and lots are still lots."""
    run("evaluate", "articles", "--systems", "random,tfidf", "--output", "before")
    report = json.loads((large.root / "before" / "report.json").read_text("utf-8"))
    for values in report["systems"][1]["per_query"].values():
        values[:] = [0.0] * len(values)
    (large.root / "after.json").write_text(json.dumps(report), "utf-8")

    code, out, err = run("compare", "before", "after.json")
    _, as_json, _ = run("compare", "before", "after.json", "--format", "json")

    assert (code, err) == (0, "")
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert lines["tfidf"].split()[-2:] == ["<.001", "worse"]
    assert lines["random"].endswith("unchanged")
    document = json.loads(as_json)
    assert [change["verdict"] for change in document["changes"]] == ["unchanged", "worse"]
    assert document["changes"][1]["difference"]["is_significant"]


def test_compare_refuses_what_is_no_report(large: Site, run: Run) -> None:
    """With the path and what was expected."""
    code, _, err = run("compare", "articles", "articles")

    assert code == 1
    assert "found no report" in err


def test_a_users_own_folder_called_evaluation_is_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """A clear error, and nothing of it is imported."""
    (tmp_path / "evaluation").mkdir()
    (tmp_path / "evaluation" / "__init__.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "evaluation"]:
        monkeypatch.delitem(sys.modules, name)

    code, _, err = run("evaluate", str(tmp_path))

    assert code == 1
    assert f"found {tmp_path / 'evaluation'} under the name of the package `evaluation`" in err


def test_a_missing_package_is_named_with_the_extra(
    monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """As after an installation without `[evaluation]`."""
    monkeypatch.setattr(reports, "_NEEDED", ("ir_measures", "no_such_package"))

    code, _, err = run("compare", "one", "two")

    assert code == 1
    assert "not installed (no_such_package): pip install" in err
    assert "[evaluation]" in err

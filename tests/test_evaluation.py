"""An evaluation as a whole, on small sites whose figures can be worked out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import ir_measures
import numpy as np
import pytest
from conftest import NOW, Site, article_text
from evaluated_site import fill, measure
from ir_measures import AP, RR, R, Success, nDCG

from evaluation import (
    Plan,
    QrelsError,
    Task,
    evaluate,
    harness,
    standard_systems,
    write_report,
)
from evaluation.measures import STANDARD
from evaluation.systems import PRODUCT, System
from evaluation.task import Lists
from evaluation.trec import read_qrels, read_run
from recommender import ConfigError

GOLDEN = Path(__file__).parent / "golden" / "report" / "report.json"


def test_figures_equal_those_of_ir_measures_on_the_written_files(
    site: Site, tmp_path: Path
) -> None:
    """Read back from disk by the library itself, ties and all: every mean to six decimals."""
    fill(site)
    evaluation = measure(site)
    write_report(evaluation, tmp_path / "report")
    library = dict(
        zip(STANDARD, [nDCG @ 5, nDCG @ 10, R @ 5, R @ 10, R @ 50, RR, AP @ 100, Success @ 1,
                       Success @ 5, Success @ 10], strict=True)
    )  # fmt: skip
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "report/qrels.trec")))

    for entry in evaluation.report["systems"]:
        if entry["reason"]:
            continue
        run = list(ir_measures.read_trec_run(str(tmp_path / f"report/runs/{entry['name']}.trec")))
        means = ir_measures.calc_aggregate(list(library.values()), qrels, run)
        for name, measure_ in library.items():
            assert entry["measures"][name]["mean"] == pytest.approx(means[measure_], abs=1e-6)
    assert sum(entry["reason"] is None for entry in evaluation.report["systems"]) == 11


def test_the_files_hold_what_was_measured(site: Site, tmp_path: Path) -> None:
    """Qrels and runs, read back, are those of the evaluation."""
    fill(site)
    evaluation = measure(site, "random", "embedding")

    write_report(evaluation, tmp_path)

    assert read_qrels(tmp_path / "qrels.trec") == evaluation.qrels
    for name, run in evaluation.runs.items():
        assert read_run(tmp_path / "runs" / f"{name}.trec") == {q: tuple(d) for q, d in run.items()}


def test_the_same_site_and_seed_give_the_same_report(site: Site) -> None:
    """But for what time it took."""
    fill(site)

    one, two = (measure(site).report for _ in range(2))

    for report in (one, two):
        report["timings"] = {}
        for entry in report["systems"]:
            entry["seconds"] = 0
    assert json.dumps(one) == json.dumps(two)


def test_queries_without_a_list_are_left_out_and_counted(site: Site) -> None:
    """Every second article has none."""
    fill(site, every=2)

    report = measure(site, "random").report

    n_lists = len(site.open().lists)
    assert report["truth"]["n_queries"] == n_lists
    assert report["truth"]["n_without_list"] == 60 - n_lists
    assert len(report["queries"]) == n_lists


def test_a_querys_own_list_changes_no_byte_of_its_runs(site: Site) -> None:
    """Replaced by garbage, the truth is another one, and every answer the same."""
    names = ("random", "newest", "topics", "tfidf", "tfidf-body", "bm25", "embedding", "shipped")
    fill(site)
    before = measure(site, *names)
    query = "a007"
    path = site.articles / f"{query}.md"
    text = path.read_text("utf-8")
    old = next(line for line in text.splitlines() if line.startswith("related:"))
    path.write_text(text.replace(old, "related: [a001, a050, a002, a044]"), "utf-8")
    site.build()

    after = measure(site, *names)

    assert before.qrels[query] != after.qrels[query]
    for name in names:
        assert json.dumps(before.runs[name][query]) == json.dumps(after.runs[name][query])


def test_an_outside_link_counts_and_can_be_found(site: Site) -> None:
    """The list names panda and an article that exists only as its entry; both are in the truth."""
    site.build()

    evaluation = measure(site, "embedding", "linked-first")

    outside = "https://outside.example/drones"
    assert evaluation.qrels == {"news/sora": {"news/panda": 1, outside: 1}}
    assert outside in evaluation.runs["embedding"]["news/sora"]
    assert evaluation.runs["linked-first"]["news/sora"][0] == outside


def test_folder_and_linked_articles_are_judged_apart(site: Site) -> None:
    """Each among its own kind: of the linked ones there is only one, so it is found."""
    site.build()

    report = measure(site, "embedding").report

    linked, folder = report["systems"][0]["linked"], report["systems"][0]["folder"]
    assert linked is not None
    assert folder is not None
    assert linked["nDCG@10"]["mean"] == 1
    assert folder["hit_rate@10"]["mean"] == 1
    assert (report["folder"]["n_queries"], report["linked"]["n_queries"]) == (1, 1)
    assert report["articles"][report["queries"][0]["truth"][1][0]]["is_linked"]


def test_a_folder_without_linked_articles_is_not_split(site: Site) -> None:
    """The report says why, and linked-first has no figures."""
    fill(site)

    report = measure(site, "embedding", "linked-first").report

    assert report["linked"] == {
        "n_queries": 0,
        "n_left_out": 0,
        "reason": "every list names articles of the folder only",
    }
    assert report["systems"][0]["linked"] is None
    assert report["systems"][1]["measures"]["nDCG@10"] == {"mean": None, "low": None, "high": None}
    assert report["systems"][1]["reason"] == "every list names articles of the folder only"


def test_as_of_figures_stand_beside_the_full_ones(site: Site) -> None:
    """What is newer than the query is no candidate there, and no truth."""
    fill(site)
    site.write("a000.md", article_text("First of all", publishedDateTime="2020-01-01T00:00:00Z",
                                       related="[a001, a002]"))  # fmt: skip
    site.build()

    report = measure(site, "newest").report

    as_of = report["systems"][0]["as_of"]
    assert as_of is not None
    assert as_of["nDCG@10"]["mean"] != report["systems"][0]["measures"]["nDCG@10"]["mean"]
    n_queries = report["truth"]["n_queries"]
    assert report["as_of"]["n_queries"] + report["as_of"]["n_left_out"] == n_queries
    assert report["as_of"]["n_left_out"] >= 1


def test_without_dates_newest_is_null_and_so_is_as_of(site: Site) -> None:
    """Both say why."""
    fill(site, dated=False)

    report = measure(site, "newest", "tfidf").report

    assert report["systems"][0]["reason"] == "no article has a date"
    assert report["systems"][0]["measures"]["nDCG@10"]["mean"] is None
    assert report["as_of"]["reason"] == "no article has a date"
    assert report["systems"][1]["as_of"] is None


def test_under_thirty_queries_nothing_is_concluded(site: Site) -> None:
    """Means, but no interval and no test."""
    fill(site, 20)

    report = measure(site, "tfidf", "shipped").report

    assert report["truth"]["n_queries"] < 30
    assert not report["is_conclusive"]
    interval = report["systems"][0]["measures"]["nDCG@10"]
    assert interval["mean"] is not None
    assert (interval["low"], interval["high"]) == (None, None)
    comparison = report["comparisons"][0]
    assert (comparison["p"], comparison["p_holm"], comparison["is_significant"]) == (None,) * 3


def test_with_thirty_queries_there_are_intervals_and_tests(site: Site) -> None:
    """Every mean lies in its interval; random is worse than words, and that is no chance."""
    fill(site)

    report = measure(site, "random", "shipped", "tfidf").report

    assert report["is_conclusive"]
    for entry in report["systems"]:
        for interval in entry["measures"].values():
            assert interval["low"] <= interval["mean"] <= interval["high"]  # type: ignore[operator]
    by_name = {comparison["system"]: comparison for comparison in report["comparisons"]}
    assert set(by_name) == {"random", "tfidf"}
    assert by_name["random"]["is_significant"]
    assert by_name["random"]["difference"] < 0
    for comparison in by_name.values():
        assert comparison["p"] <= comparison["p_holm"]  # type: ignore[operator]
        n_queries = report["truth"]["n_queries"]
        assert comparison["wins"] + comparison["ties"] + comparison["losses"] == n_queries


def test_without_the_reference_there_is_nothing_to_compare_with(site: Site) -> None:
    """Figures all the same."""
    fill(site)

    report = measure(site, "tfidf").report

    assert report["comparisons"] == []
    assert report["reference"] == PRODUCT


class _Fitted(System):
    """Weights that were fitted on given corpora."""

    name = "fitted-here"
    label = "Fitted here"

    def __init__(self, *corpora: str) -> None:
        self.fitted_on = corpora

    def rank(self, task: Task) -> Lists:
        return task.by_scores(lambda rows: np.zeros((len(rows), len(task.collection))))


def test_weights_of_the_corpus_under_test_are_marked(site: Site) -> None:
    """By its hash; those of another corpus are not."""
    site.build()
    engine = site.open()
    for corpus, is_marked in ((engine.corpus_hash, True), ("0" * 64, False)):
        report = evaluate(engine, Plan([_Fitted("1" * 64, corpus)]), now=NOW).report
        assert report["systems"][0]["is_in_sample"] is is_marked


def test_learning_systems_are_marked_as_cross_validated(site: Site) -> None:
    """Others are not."""
    fill(site)

    report = measure(site, "popular", "tfidf").report

    assert [entry["is_cross_validated"] for entry in report["systems"]] == [True, False]


def test_one_group_of_lists_teaches_nothing(site: Site) -> None:
    """There are no lists of others."""
    site.build()

    report = measure(site, "popular").report

    assert report["systems"][0]["reason"] == "there are too few lists to learn from those of others"


def test_split_by_time_tests_only_what_has_something_older(site: Site) -> None:
    """The oldest block is learned from and not tested, for any system; no list is lost twice."""
    fill(site)

    by_time = measure(site, "popular", "tfidf", split="time", folds=3)
    by_group = measure(site, "tfidf")

    assert by_time.qrels.keys() < by_group.qrels.keys()
    oldest = min(by_group.qrels)
    assert oldest not in by_time.qrels
    assert set(by_time.runs["popular"]) == set(by_time.runs["tfidf"]) == set(by_time.qrels)


def test_split_by_time_needs_dates(site: Site) -> None:
    """One sentence says so."""
    fill(site, dated=False)

    with pytest.raises(ConfigError, match="date"):
        measure(site, "popular", split="time")


def test_a_site_without_lists_cannot_be_measured(make_site: Callable[..., Site]) -> None:
    """And says what is missing."""
    site = make_site()
    site.write("a.md", article_text("One"))
    site.write("b.md", article_text("Two"))
    site.build()

    with pytest.raises(QrelsError, match="list"):
        measure(site)


def test_graded_judgements_replace_the_lists(site: Site, tmp_path: Path) -> None:
    """Zeros are judged, so judged@10 is measured, too; articles go by id, path, URL or title."""
    site.build()
    file = tmp_path / "judgements.tsv"
    file.write_text(
        "query\tarticle\tgrade\n"
        "wheat\tchips\t2\n"
        "Wheat harvests fall\tnews/panda\t0\n"
        "chips\thttps://www.news.example/sora\t1\n",
        "utf-8",
    )

    evaluation = measure(site, "embedding", judgements=file)

    assert evaluation.qrels == {"chips": {"news/sora": 1}, "wheat": {"chips": 2, "news/panda": 0}}
    assert evaluation.report["truth"]["source"] == "judgements.tsv"
    assert evaluation.report["truth"]["has_zero_grades"]
    assert evaluation.report["measures"][-1] == "judged@10"
    assert evaluation.report["systems"][0]["measures"]["judged@10"]["mean"] is not None


def test_what_the_site_hides_is_no_candidate(make_site: Callable[..., Site]) -> None:
    """A list may name a draft: that entry is left out and counted, and a draft may be a query."""
    site = make_site(unpublished="hide")
    site.write("a.md", article_text("Tides rise", related="[b, c]"))
    site.write("b.md", article_text("Tides fall", published="false", related="[a]"))
    site.write("c.md", article_text("Wheat grows"))
    site.build()

    evaluation = measure(site, "embedding")

    assert evaluation.qrels == {"a": {"c": 1}, "b": {"a": 1}}
    assert evaluation.runs["embedding"]["a"] == ["c"]
    assert evaluation.report["truth"]["n_not_recommendable"] == 1
    assert evaluation.report["corpus"]["n_candidates"] == 2


def test_unresolved_entries_are_counted_and_named(site: Site) -> None:
    """As `build` found them, each with path and line."""
    site.write("lost.md", article_text("Lost", related="[nowhere, wheat]"))
    built = site.build()

    report = evaluate(
        site.open(), Plan(standard_systems(["random"])), unresolved=built.unresolved, now=NOW
    ).report

    assert report["truth"]["n_unresolved"] == 1
    assert report["truth"]["unresolved"][0].startswith(
        "lost.md:3: found the related entry “nowhere”"
    )


def test_progress_is_told(site: Site) -> None:
    """Stages in order, done never above total."""
    fill(site)
    told: list[tuple[str, int, int]] = []

    evaluate(
        site.open(),
        Plan(standard_systems(["random", "tfidf"])),
        progress=lambda *what: told.append(what),
        now=NOW,
    )

    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["ranking", "measuring"]
    assert all(0 <= done <= total for _, done, total in told)
    assert ("ranking", 2, 2) in told


def test_the_report_names_what_it_was_made_with(site: Site) -> None:
    """Date, versions, settings, corpus and model, all of them as they are."""
    site.build()
    engine = site.open()

    report = measure(site, "embedding", seed=3).report

    assert report["made"]["at"] == "2025-01-01T00:00:00+00:00"
    assert report["made"]["packages"]["numpy"] == np.__version__
    assert report["settings"]["seed"] == 3
    assert report["corpus"]["sha256"] == engine.corpus_hash
    assert report["model"]["fingerprint"] == engine.model.fingerprint
    assert engine.model.name == report["model"]["name"]


def test_of_a_very_large_site_some_pages_are_drawn(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every query is asked all the same."""
    fill(site, every=2)
    monkeypatch.setattr(harness, "MAX_OTHERS", 5)

    report = measure(site, "embedding").report

    catalogue = report["systems"][0]["catalogue"]
    assert catalogue is not None
    assert catalogue["n_lists"] == report["truth"]["n_queries"] + 5


def _alike(golden: object, found: object, path: str = "") -> list[str]:
    """Where a document differs from the golden one; further keys are fine."""
    if isinstance(golden, dict) and isinstance(found, dict):
        lost = [f"{path}/{key} is gone" for key in golden.keys() - found.keys()]
        return lost + [
            difference
            for key in golden.keys() & found.keys()
            for difference in _alike(golden[key], found[key], f"{path}/{key}")
        ]
    if isinstance(golden, list) and isinstance(found, list) and len(golden) == len(found):
        pairs = enumerate(zip(golden, found, strict=True))
        return [d for i, (a, b) in pairs for d in _alike(a, b, f"{path}/{i}")]
    is_near = golden == pytest.approx(found, abs=1e-4) if isinstance(golden, float) else False
    return [] if golden == found or is_near else [f"{path}: {golden!r} became {found!r}"]


def test_report_json_is_stable(site: Site) -> None:
    """The golden document beside this test; keys may be added, never renamed or removed."""
    site.build()

    report = json.loads(json.dumps(measure(site).report))

    report["made"]["packages"] = report["timings"] = report["made"]["machine"] = {}
    report["made"]["python"] = report["made"]["recommender"] = ""
    report["map"]["x"] = report["map"]["y"] = []
    for entry in report["systems"]:
        entry["seconds"] = 0
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert _alike(golden, report) == []

"""Two reports side by side."""

from __future__ import annotations

from copy import deepcopy

import pytest
from conftest import Site
from evaluated_site import fill, measure

from evaluation import Change, ReportError, compare
from evaluation.report.schema import Report, SystemEntry


def _system(report: Report, name: str) -> SystemEntry:
    return next(entry for entry in report["systems"] if entry["name"] == name)


def _posing_as(report: Report, actor: str, role: str) -> Report:
    """The report, with one system's figures under another's name."""
    changed = deepcopy(report)
    _system(changed, role)["per_query"] = deepcopy(_system(report, actor)["per_query"])
    return changed


@pytest.fixture
def report(site: Site) -> Report:
    """Three systems on sixty articles."""
    fill(site)
    return measure(site, "random", "tfidf", "embedding").report


def _changes(before: Report, after: Report) -> dict[str, Change]:
    return {change.system: change for change in compare(before, after).changes}


def test_a_report_equals_itself(report: Report) -> None:
    """Everything is unchanged, and nothing was left out."""
    found = compare(report, deepcopy(report))

    assert [change.verdict for change in found.changes] == ["unchanged"] * 3
    assert (found.measure, found.n_left_out, found.is_same_corpus) == ("nDCG@10", 0, True)
    assert found.n_queries == report["truth"]["n_queries"]
    assert (found.only_before, found.only_after) == ([], [])


def test_a_clear_change_is_told_from_none(report: Report) -> None:
    """Where words took the place of lots, it is better; the other way round, worse."""
    changed = _posing_as(report, "tfidf", "random")

    better, worse = _changes(report, changed), _changes(changed, report)

    assert (better["random"].verdict, worse["random"].verdict) == ("better", "worse")
    assert better["tfidf"].verdict == "unchanged"
    change = better["random"]
    assert change.after == pytest.approx(_system(report, "tfidf")["measures"]["nDCG@10"]["mean"])
    assert change.difference.mean.mean == pytest.approx(change.after - change.before)
    assert change.difference.wins > change.difference.losses


def test_what_did_not_change_does_not_weaken_the_test_of_what_did(report: Report) -> None:
    """One system changed, so its p is not corrected for three."""
    difference = _changes(report, _posing_as(report, "tfidf", "random"))["random"].difference

    assert difference.p == difference.p_holm


def test_one_query_of_many_is_no_clear_change(report: Report) -> None:
    """It might be chance."""
    changed = deepcopy(report)
    values = _system(changed, "tfidf")["per_query"]["nDCG@10"]
    values[0] = 1.0 if values[0] < 1 else 0.0

    assert _changes(report, changed)["tfidf"].verdict == "no clear change"


def test_only_queries_that_both_judge_alike_are_compared(report: Report) -> None:
    """One has another list now, one has gone: both are left out."""
    changed = deepcopy(report)
    changed["queries"][0]["truth"] = [*changed["queries"][0]["truth"][:-1], (0, 3)]
    gone = changed["queries"].pop()
    for entry in changed["systems"]:
        for values in entry["per_query"].values():
            values.pop()

    found = compare(report, changed)

    assert gone["article"] != changed["queries"][0]["article"]
    assert found.n_left_out == 2
    assert found.n_queries == report["truth"]["n_queries"] - 2
    assert [change.verdict for change in found.changes] == ["unchanged"] * 3


def test_articles_are_matched_by_id_not_by_number(report: Report) -> None:
    """The second report counts its articles the other way round."""
    changed = deepcopy(report)
    last = len(changed["articles"]) - 1
    changed["articles"].reverse()
    for query in changed["queries"]:
        query["article"] = last - query["article"]
        query["truth"] = [(last - article, grade) for article, grade in query["truth"]]

    found = compare(report, changed)

    assert (found.n_left_out, found.changes[0].verdict) == (0, "unchanged")


def test_systems_of_one_report_only_are_named(report: Report) -> None:
    """So are in-sample figures."""
    before, after = deepcopy(report), deepcopy(report)
    before["systems"].pop(0)
    after["systems"].pop(1)
    after["corpus"]["sha256"] = "0" * 64
    _system(after, "embedding")["is_in_sample"] = True

    found = compare(before, after)

    assert ([c.system for c in found.changes], found.only_before, found.only_after) == (
        ["embedding"], ["tfidf"], ["random"],
    )  # fmt: skip
    assert found.changes[0].is_in_sample
    assert not found.is_same_corpus


def test_few_queries_are_too_few_to_conclude(site: Site) -> None:
    """Whatever changed."""
    fill(site, 20)
    report = measure(site, "random", "tfidf").report

    change = _changes(report, _posing_as(report, "tfidf", "random"))["random"]

    assert change.verdict == "too few to conclude"


def test_reports_that_share_nothing_are_refused(report: Report) -> None:
    """No query, no system, no measure: each has its sentence."""
    without_queries, without_systems = deepcopy(report), deepcopy(report)
    without_queries["queries"] = []
    for entry in without_systems["systems"]:
        entry["per_query"] = {}

    with pytest.raises(ReportError, match="share no query"):
        compare(report, without_queries)
    with pytest.raises(ReportError, match="no system in common"):
        compare(report, without_systems)
    with pytest.raises(ReportError, match="has no “nDCG@7”; expected one of nDCG@5"):
        compare(report, report, "nDCG@7")

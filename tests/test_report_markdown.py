"""The report for a pull request."""

from __future__ import annotations

import re

import pytest
from sample_report import sample_report

from evaluation.report.markdown import to_markdown
from evaluation.report.reading import Reading
from evaluation.report.schema import Report
from evaluation.report.texts import markdown_text


def _tables(text: str) -> list[list[list[str]]]:
    """Tables as rows of cells, split at bars that are no text."""
    found: list[list[list[str]]] = []
    was_table = False
    for line in text.splitlines():
        if line.startswith("| "):
            if not was_table:
                found.append([])
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            found[-1].append(cells)
        was_table = line.startswith("| ")
    return found


def _titled(text: str, title: str) -> list[list[str]]:
    """The rows below the headings of the first table after a line that begins so."""
    start = next(m.start() for m in re.finditer(rf"^#+ {re.escape(title)}", text, re.M))
    return _tables(text[start:])[0][2:]


def test_the_headline_is_the_hit_rate_of_the_reference() -> None:
    """Of five places, as an editor would say it."""
    report = sample_report()
    report["systems"][0]["measures"]["hit_rate@5"]["mean"] = 0.386

    assert to_markdown(report).splitlines()[0] == (
        "# In 4 of 10 articles, at least one of the editors’ choices stands in the first five "
        "suggestions"
    )


def test_the_table_of_systems_holds_the_figures_of_the_document() -> None:
    """Best first, the primary measure with its interval."""
    report = sample_report(n_systems=6)
    means = {s["label"]: s["measures"] for s in report["systems"]}

    rows = _titled(to_markdown(report), "Systems")
    assert [row[0] for row in rows] == sorted(
        means, key=lambda n: -(means[n]["nDCG@10"]["mean"] or 0)
    )
    for name, primary, *others in rows:
        found = means[name]
        low, high = found["nDCG@10"]["low"], found["nDCG@10"]["high"]
        bounds = f"{low:.3f}–{high:.3f}".replace("-", "−")
        assert primary == f"{found['nDCG@10']['mean']:.3f} ({bounds})"
        expected = [found[m]["mean"] for m in ("recall@10", "MRR@100", "hit_rate@5")]
        assert others == [f"{mean:.3f}" for mean in expected]


def test_comparisons_give_the_corrected_p() -> None:
    """With difference, interval, verdict and counts."""
    report = sample_report(n_systems=3)
    comparison = report["comparisons"][0]
    comparison.update(
        difference=-0.12, low=-0.2, high=-0.04, p=0.01, p_holm=0.03, is_significant=True
    )
    comparison.update(wins=3, ties=1030, losses=17)

    rows = {row[0]: row[1:] for row in _titled(to_markdown(report), "nDCG@10 against")}
    assert rows["TF-IDF of title and excerpt"] == [
        "−0.120", "−0.200 to −0.040", "0.030", "worse", "3", "1,030", "17",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("difference", "is_significant", "expected"),
    [
        (0.1, True, "does clearly better"),
        (-0.1, True, "It is clearly ahead of the next best"),
        (0.1, False, "It cannot be told apart from the best of the others"),
    ],
)
def test_the_verdict_claims_no_more_than_the_test(
    difference: float, is_significant: bool, expected: str
) -> None:
    """Better, worse or neither, about the best of the others."""
    report = sample_report(n_systems=2)
    report["comparisons"][0].update(difference=difference, is_significant=is_significant)

    assert expected in to_markdown(report).split("\n\n")[1]


def test_all_others_alike_are_said_in_one_word() -> None:
    """No “of 3, 3”."""
    report = sample_report(n_systems=4)
    for comparison in report["comparisons"]:
        comparison.update(difference=-0.1, is_significant=True)

    assert "All 3 other ways of ordering are clearly worse." in to_markdown(report)


def test_without_a_hit_rate_the_headline_gives_the_primary_measure() -> None:
    """And no verdict where there is no comparison."""
    report = sample_report(n_systems=2)
    report["comparisons"] = []
    report["systems"][0]["measures"]["nDCG@10"]["mean"] = 0.25
    for name in ("hit_rate@5", "recall@10"):
        report["measures"].remove(name)
        for system in report["systems"]:
            del system["measures"][name]

    assert to_markdown(report).startswith(
        "# Embedding similarity reaches nDCG@10 of 0.250\n\nsample"
    )


def test_others_are_counted_by_their_verdicts() -> None:
    """One sentence about all of them."""
    report = sample_report(n_systems=5)
    verdicts = [(0.1, True), (-0.1, True), (-0.2, True), (0.01, False)]
    for comparison, (difference, is_significant) in zip(
        report["comparisons"], verdicts, strict=True
    ):
        comparison.update(difference=difference, is_significant=is_significant)

    assert (
        "Of 4 other ways of ordering, 1 is clearly better, 2 clearly worse and 1 not clearly "
        "different." in to_markdown(report)
    )


def test_every_view_that_is_there_has_a_column() -> None:
    """As of the date, the folder's own and linked ones, each with its number of articles."""
    report = sample_report()
    assert report["systems"][0]["as_of"]
    mean = report["systems"][0]["as_of"]["nDCG@10"]["mean"]

    text = to_markdown(report)
    assert (
        "| System | All candidates, 40 articles | Published by then, 38 articles | Judged by the "
        "folder’s own, 39 articles | Judged by linked ones, 13 articles |" in text
    )
    assert _titled(text, "nDCG@10 from each point of view")[0][2].startswith(f"{mean:.3f} (")


def test_views_with_few_articles_say_why_they_have_no_interval() -> None:
    """Others keep theirs."""
    report = sample_report()
    for system in report["systems"]:
        assert system["linked"]
        system["linked"]["nDCG@10"].update(low=None, high=None)

    text = to_markdown(report)
    assert "No intervals where there are fewer than 30 articles." in text
    assert [len(cell.split()) for cell in _titled(text, "nDCG@10 from each")[0][1:]] == [2, 2, 2, 1]


def test_absent_views_are_explained() -> None:
    """One sentence for each reason, and no column."""
    text = to_markdown(sample_report(has_dates=False, has_linked=False))

    assert "- Figures as of each article’s date are left out: no article has a date.\n" in text
    assert (
        "- Figures for the folder’s own articles and figures for linked articles are left out: "
        "every list names articles of the folder only." in text
    )
    assert "point of view" not in text


def test_systems_without_figures_are_named_with_their_reason() -> None:
    """Outside the table."""
    text = to_markdown(sample_report(without_figures={"newest": "no article has a date"}))

    assert "- The system “newest”: not measured, no article has a date." in text
    assert all("newest" not in row[0] for row in _titled(text, "Systems"))


def test_too_few_queries_conclude_nothing() -> None:
    """The headline says so, and there are neither intervals nor verdicts."""
    text = to_markdown(sample_report(n_queries=29))

    assert text.startswith("# Too few to conclude: 29 articles with a list")
    assert not re.search(r"\d \(\d", text)
    assert {row[4] for row in _titled(text, "nDCG@10 against")} == {"too few to conclude"}
    assert not re.search(r"clearly|95 %.*interval", text.split("## Systems")[0])


def test_in_sample_figures_are_marked_and_never_best() -> None:
    """Though they are the highest of all."""
    report = sample_report(n_systems=4, in_sample=["tfidf"])
    tfidf = report["systems"][1]
    tfidf["measures"]["nDCG@10"]["mean"] = 0.999
    text = to_markdown(report)

    assert _titled(text, "Systems")[-1][0] == "in-sample: TF-IDF of title and excerpt"
    assert "TF-IDF of title and excerpt" not in text.split("## Systems")[0]
    assert "is too good" not in text
    assert "must never be quoted" in text
    rows = {row[0]: row for row in _titled(text, "nDCG@10 against")}
    assert rows["in-sample: TF-IDF of title and excerpt"][4] == "in-sample, no verdict"


def test_an_in_sample_reference_makes_no_headline() -> None:
    """Its figures prove nothing, so the first sentence says that instead."""
    text = to_markdown(sample_report(in_sample=["embedding"]))

    assert text.startswith("# Embedding similarity was fitted on these very lists")
    assert "clearly" not in text.split("## Systems")[0]


def test_a_report_without_its_reference_still_reads() -> None:
    """When only baselines were asked for."""
    report = sample_report(n_systems=3, reference="shipped")

    text = to_markdown(report)
    assert text.startswith("# 3 systems measured, but not the product’s own order")
    assert "against" not in text.split("## What readers would meet")[0]


def test_the_catalogue_ends_with_the_editors() -> None:
    """Shares and counts as in the document; a column without any figure is left out."""
    report = sample_report(has_dates=False)
    rows = _titled(to_markdown(report), "What readers would meet")

    assert len(rows[0]) == 8
    assert rows[-1][0] == "The editors’ own lists"
    assert rows[-1][2] == str(report["editors"]["n_never_shown"])
    assert rows[-1][5].replace("\N{NARROW NO-BREAK SPACE}", " ") == "1 %"


def test_zero_grades_are_judgements_and_not_lists() -> None:
    """The truth is named after its file."""
    text = to_markdown(sample_report(has_zero_grades=True))

    assert "Judged by the judgements in judgements.tsv" in text
    assert "at least one of the articles judged as related" in text.splitlines()[0]


def test_limits_are_said_plainly() -> None:
    """Unlinked may be good, clicks are not measured, entries that were left out are counted."""
    text = to_markdown(sample_report())

    assert "not how many of its suggestions are good" in text
    assert "Whether readers click, stay or return is not measured here" in text
    assert "2 list entries naming no article of the site: left out." in text
    assert r"- b.md:9: “\<b>lost\</b>” names no article." in text


def test_hostile_labels_stay_text_in_one_cell() -> None:
    """No table breaks, no HTML, no mention."""
    report = sample_report(n_systems=3)
    label = "a | b <img src=x> @here\n# heading \ud800 [x](javascript:alert(1))"
    report["systems"][1]["label"] = label
    text = to_markdown(report)

    expected = markdown_text(label, 60)
    assert expected in [row[0] for row in _titled(text, "Systems")]
    assert all(len({len(row) for row in table}) == 1 for table in _tables(text))
    assert "<img" not in text.replace(r"\<img", "")
    assert text.encode()


def test_versions_and_hashes_are_there() -> None:
    """To know what was measured with what."""
    text = to_markdown(sample_report())

    for fact in ("numpy 2.4.6", "Python 3.11.7", "a" * 64, "f" * 64, "seed 0", "2025-01-01"):
        assert fact in text


def test_the_same_document_makes_the_same_page() -> None:
    """From the document alone, which stays as it was."""
    report, copy = sample_report(), sample_report()

    assert to_markdown(report) == to_markdown(report)
    assert report == copy


def test_beside_in_sample_systems_alone_there_is_no_verdict() -> None:
    """There is nothing that the reference may be measured against."""
    report = sample_report(n_systems=3, in_sample=["tfidf", "bm25"])

    before_the_table = to_markdown(report).split("## Systems")[0]
    assert before_the_table.count("\n\n") == 2
    assert Reading(report).strongest is None


def test_in_sample_systems_are_no_strongest_baseline() -> None:
    """The reading itself leaves them out."""
    report: Report = sample_report(in_sample=["tfidf", "bm25"])

    strongest = Reading(report).strongest
    assert strongest is not None
    assert strongest["name"] == "topics"


def test_one_line_says_what_a_score_is_worth() -> None:
    """With the figures of every system that has scores; without any, there is no such line."""
    report = sample_report()
    curve = report["systems"][0].get("reliability")
    assert curve is not None
    text = to_markdown(report)

    (line,) = (line for line in text.splitlines() if line.startswith("Of suggestions with a score"))
    assert f"{curve['calibration_error']:.3f} and {curve['brier']:.3f} for “Embedding" in line
    assert "“TF-IDF of title and excerpt”." in line
    assert "score is worth" not in to_markdown(sample_report(n_queries=12))

"""The page of a report, as text: what it holds, and what no page may hold."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from parsed_page import Parsed, payload_of, unpacked
from sample_report import HOSTILE, sample_report

from evaluation.report.html import to_html
from evaluation.report.payload import packed
from evaluation.report.schema import Report
from evaluation.report.texts import clean

MEGABYTE = 1_000_000


def _prose(html: str) -> str:
    """The words of the page, without its data, scripts and styles."""
    return re.sub(r"\s+", " ", re.sub(r"<(script|style).*?</\1>", "", html, flags=re.S))


def test_policy_names_script_and_style_by_their_hashes() -> None:
    """Nothing else may run, load, or be sent anywhere."""
    html = to_html(sample_report())
    policy = next(a["content"] for t, a in Parsed(html).elements if "http-equiv" in a)

    def of(pattern: str) -> str:
        (text,) = re.findall(pattern, html, re.S)
        return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    assert policy == (
        f"default-src 'none'; script-src '{of(r'<script>(.*?)</script>')}'; style-src "
        f"'{of(r'<style>(.*?)</style>')}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_nothing_is_loaded_from_anywhere() -> None:
    """No address but those of the page itself, in any attribute, style or script."""
    html = to_html(sample_report())
    parsed = Parsed(html)

    addresses = [a.get(n) for _, a in parsed.elements for n in ("src", "href", "action", "poster")]
    assert {a for a in addresses if a and not a.startswith("#")} == {"data:,"}
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|sendBeacon|import\(", html)
    tags = {tag for tag, _ in parsed.elements}
    assert not tags & {"img", "iframe", "object", "embed", "video", "audio", "form", "base"}
    assert ("meta", {"name": "referrer", "content": "no-referrer"}) in parsed.elements


def test_hostile_titles_stay_text() -> None:
    """One script of data, one of code, no handler in an attribute, no inline style."""
    html = to_html(sample_report(n_systems=10))
    parsed = Parsed(html)

    assert [a for tag, a in parsed.elements if tag == "script"] == [
        {"type": "application/json", "id": "data"},
        {},
    ]
    assert not [n for _, a in parsed.elements for n in a if n.startswith("on") or n == "style"]
    data = re.findall(r'id="data">(.*?)</script>', html, re.S)
    assert [character for character in "<>&\u2028\u2029" if character in data[0]] == []
    assert "{{ 7 * 7 }}" in payload_of(html)["articles"]["titles"][8]
    assert html.encode()


def test_titles_of_strangers_arrive_cleaned() -> None:
    """In the data of the article browser, and in the table of what is shown most often."""
    report = sample_report()
    report["editors"]["most_shown"] = [(0, 3), (2, 2), (10, 1)]
    html = to_html(report)

    assert payload_of(html)["articles"]["titles"][: len(HOSTILE)] == [clean(t) for t in HOSTILE]
    rows = Parsed(html).tables["Shown most often: The editors’ own lists, 40 lists"]
    assert [row[0] for row in rows[1:]] == [
        "</script><script>alert(1)</script>",
        "Right to left and back",
        "2024/article-10",
    ]


def test_only_web_addresses_reach_the_page() -> None:
    """Scripts, relative addresses and addresses without a scheme do not."""
    urls = payload_of(to_html(sample_report()))["articles"]["urls"]

    assert urls[2:8] == [
        "https://www.news.example/2024/article-2", "", "", "", "",
        "https://www.news.example/2024/article-7",
    ]  # fmt: skip


def test_data_equals_the_document() -> None:
    """Values to a thousandth, lists and judgements exactly."""
    report = sample_report(n_systems=5, has_zero_grades=True)
    payload = payload_of(to_html(report))
    entries = {system["name"]: system for system in report["systems"]}

    assert payload["systems"][0]["name"] == "embedding"
    for i, system in enumerate(payload["systems"]):
        values = entries[system["name"]]["per_query"]["nDCG@10"]
        assert system["values"] == [round(1000 * value) for value in values]
        lists = [query["lists"][system["name"]] for query in report["queries"]]
        assert [unpacked(payload, i, q) for q in range(len(lists))] == lists
    assert payload["queries"]["articles"] == [q["article"] for q in report["queries"]]
    truth = zip(payload["queries"]["truth"], payload["queries"]["grades"], strict=True)
    assert [list(zip(a, g, strict=True)) for a, g in truth] == [
        q["truth"] for q in report["queries"]
    ]


def test_lists_shorter_than_ten_are_filled_up() -> None:
    """With places that nobody takes, so that every list has one length."""
    assert packed([0, 65], 2) == "AABB" + ".." * 8
    assert packed([4095], 2) == "__" + ".." * 9
    assert packed(list(range(20)), 1) == "ABCDEFGHIJ"


def test_every_table_holds_the_figures_of_the_document() -> None:
    """Systems with all measures, recall and comparisons."""
    report = sample_report(n_systems=4)
    tables = Parsed(to_html(report)).tables

    by_label = {system["label"]: system for system in report["systems"]}
    names = tables["Means over 40 articles with a list, all articles as candidates"]
    assert names[0] == ["System", *report["measures"]]
    for label, *cells in names[1:]:
        means = [by_label[label]["measures"][name]["mean"] for name in report["measures"]]
        assert [cell.split(" ")[0] for cell in cells] == [f"{mean:.3f}" for mean in means]
    for label, *cells in tables["Recall at k: share of the listed articles among the first k"][1:]:
        assert cells == [f"{value:.3f}" for value in by_label[label]["recall"]]
    rows = tables["nDCG@10 against Embedding similarity, article by article"][1:]
    counted = {row[0]: [int(cell) for cell in row[5:]] for row in rows}
    assert counted == {
        next(s["label"] for s in report["systems"] if s["name"] == c["system"]): [
            c["wins"], c["ties"], c["losses"],
        ]
        for c in report["comparisons"]
    }  # fmt: skip


def test_every_picture_has_its_numbers_and_a_name() -> None:
    """A table below each, and labels that exist."""
    html = to_html(sample_report())
    elements = Parsed(html).elements

    ids = [a["id"] for _, a in elements if "id" in a]
    assert len(ids) == len(set(ids))
    pictures = [a for tag, a in elements if tag == "svg"]
    assert len(pictures) == 1 + 2 + 2 + 2 + 3 + 2 + 2 + 1
    for attributes in pictures:
        assert {attributes["aria-labelledby"], attributes["aria-describedby"]} <= set(ids)
    for figure in re.findall(r'<figure id="\w+-figure">.*?</figure>', html, re.S):
        assert "<details" in figure
        assert "<table" in figure


def test_two_thousand_queries_fit_into_three_megabytes() -> None:
    """With 2,000 articles, ten systems and excerpts of full length."""
    report = sample_report(n_queries=2000, n_articles=2000, n_systems=10, excerpt_length=300)

    assert len(to_html(report).encode()) <= 3 * MEGABYTE


def test_long_texts_of_three_bytes_a_letter_fit_too() -> None:
    """Excerpts shrink, all to one length, and titles stay whole."""
    report = sample_report(n_queries=2000, n_articles=2000, n_systems=10, is_hostile=False)
    for article in report["articles"]:
        article["title"], article["excerpt"] = "新" * 60, "聞" * 300
    html = to_html(report)

    assert len(html.encode()) <= 3 * MEGABYTE
    articles = payload_of(html)["articles"]
    assert set(articles["titles"]) == {"新" * 60}
    assert {len(excerpt) for excerpt in articles["excerpts"]} == {160}


def test_excerpts_go_before_titles_do() -> None:
    """Where titles alone fill the page."""
    report = sample_report(n_queries=30, n_articles=2000, n_systems=1, is_hostile=False)
    for article in report["articles"]:
        article["title"], article["excerpt"] = "新" * 250, "聞" * 300

    articles = payload_of(to_html(report))["articles"]
    assert set(articles["excerpts"]) == {""}
    assert set(articles["titles"]) == {"新" * 250}


def test_too_few_queries_conclude_nothing() -> None:
    """Said in the headline, in the figure and among the limits; nothing looks like an interval."""
    html = _prose(to_html(sample_report(n_queries=12)))

    assert html.count("oo few to conclude") >= 3
    assert "95 % interval" not in html
    assert "whisker" not in html
    assert not re.search(r"\d \(\d", html)
    assert "clearly" not in html


def test_in_sample_systems_are_marked_and_never_named_best() -> None:
    """Though their mean is the highest."""
    report = sample_report(n_systems=4, in_sample=["tfidf"])
    report["systems"][1]["measures"]["nDCG@10"]["mean"] = 0.999
    html = _prose(to_html(report))

    assert "TF-IDF of title and excerpt" not in html.split("</header>")[0]
    assert "in-sample: TF-IDF of title and excerpt" in html
    assert "must never be quoted" in html


def test_systems_without_figures_are_shown_with_their_reason() -> None:
    """Below the chart, and in the table of systems."""
    html = to_html(sample_report(without_figures={"newest": "no article has a date"}))

    assert "The system “newest”: not measured, no article has a date." in html
    assert ["The system “newest”", "newest", "none: no article has a date", "no", "0.00"] in (
        Parsed(html).tables["Systems"]
    )


def test_absent_parts_are_explained_and_never_drawn() -> None:
    """No map, no pairs, no dates, no linked articles: a sentence each, no empty picture."""
    report = sample_report(has_dates=False, has_linked=False, n_systems=1)
    report["map"] = report["pairs"] = None
    html = to_html(report)

    for sentence in (
        "With fewer than three articles there is no map to draw.",
        "With fewer than two candidates there are no pairs to compare.",
        "There is nothing to compare",
        "Figures as of each article’s date are left out: no article has a date.",
        "figures for linked articles are left out",
    ):
        assert sentence in html
    assert 'id="map-figure"' not in html
    assert 'id="pairs-figure"' not in html
    assert "Published by then" not in _prose(html)


def _without_figures(report: Report) -> Report:
    """No system could be measured at all."""
    absent = sample_report(n_systems=0, without_figures={"newest": "no article has a date"})
    report["systems"] = absent["systems"]
    report["comparisons"] = []
    return report


@pytest.mark.parametrize(
    "name", ["nothing measured", "no reference", "one query", "no lorenz", "no hit rate"]
)
def test_strange_documents_make_whole_pages(name: str) -> None:
    """Every part that can be missing may be."""
    report = {
        "nothing measured": lambda: _without_figures(sample_report()),
        "no reference": lambda: sample_report(reference="shipped", n_systems=3),
        "one query": lambda: sample_report(n_queries=1),
        "no lorenz": sample_report,
        "no hit rate": sample_report,
    }[name]()
    if name == "no hit rate":
        del report["systems"][0]["measures"]["hit_rate@5"]
        report["systems"][0]["catalogue"] = None
    if name == "no lorenz":
        for catalogue in [report["editors"], *(s["catalogue"] for s in report["systems"])]:
            assert catalogue
            catalogue["lorenz"] = None
            catalogue["most_shown"] = []
            catalogue["coverage"] = catalogue["repeats"] = catalogue["n_never_shown"] = None
    html = to_html(report)

    assert html.rstrip().endswith("</html>")
    assert "None" not in _prose(html)
    assert "nan" not in _prose(html).lower().replace("finance", "")


def test_limits_and_versions_are_on_the_page() -> None:
    """What the figures cannot tell, and what they were made with."""
    html = _prose(to_html(sample_report()))

    for fact in (
        "not how many of its suggestions are good",
        "is not measured here",
        "numpy",
        "2.4.6",
        "a" * 64,
        "Setting seed",
    ):
        assert fact in html
    assert "“&lt;b&gt;lost&lt;/b&gt;” names no article." in html


def test_the_same_document_makes_the_same_page() -> None:
    """From the document alone, which stays as it was."""
    report, copy = sample_report(), sample_report()

    assert to_html(report) == to_html(report)
    assert report == copy

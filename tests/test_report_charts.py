"""Pictures of a report, as SVG."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_report import sample_report

from evaluation.report.charts import drawing
from evaluation.report.charts.differences import FRAME, difference_panels, steps
from evaluation.report.charts.lines import lorenz_chart, recall_chart
from evaluation.report.charts.map import map_chart, map_sentence
from evaluation.report.charts.pairs import pairs_chart
from evaluation.report.charts.reliability import (
    reliability_chart,
    reliability_sentences,
    why_no_curve,
)
from evaluation.report.charts.systems import systems_chart
from evaluation.report.page import Page
from evaluation.report.reading import Reading
from evaluation.report.schema import Map


def _root(picture: str | None) -> ET.Element:
    assert picture is not None
    return ET.fromstring(picture)  # noqa: S314 - our own


def _of_look(picture: str | None, look: str) -> list[ET.Element]:
    found = _root(picture).iter()
    return [element for element in found if look in element.get("class", "").split()]


def _texts(picture: str | None) -> list[str]:
    return [element.text or "" for element in _root(picture).iter("text")]


def test_systems_stand_best_first_with_their_means() -> None:
    """Dots lie where the axis says, and a better system is further up and to the right."""
    reading = Reading(sample_report(n_systems=4))
    picture = systems_chart(reading, is_wide=True)

    dots = [(float(d.get("cx", 0)), float(d.get("cy", 0))) for d in _of_look(picture, "dot")]
    assert len(dots) == 4
    assert dots == sorted(dots, key=lambda dot: (dot[1], -dot[0]))
    assert [x for x, _ in dots] == sorted((x for x, _ in dots), reverse=True)
    means = [f"{reading.mean(system):.3f}" for system in reading.with_figures]
    assert [text for text in _texts(picture) if text in means] == means


def test_whiskers_end_at_the_bounds() -> None:
    """In the proportion in which the bounds stand to the mean."""
    reading = Reading(sample_report(has_dates=False))
    picture = systems_chart(reading, is_wide=True)
    best = reading.interval(reading.with_figures[0], "nDCG@10")

    whisker, dot = _of_look(picture, "whisker")[0], _of_look(picture, "dot")[0]
    low, mean, high = (
        float(value or 0) for value in (whisker.get("x1"), dot.get("cx"), whisker.get("x2"))
    )
    assert best["mean"] is not None
    assert best["low"] is not None
    assert best["high"] is not None
    expected = (best["mean"] - best["low"]) / (best["high"] - best["low"])
    assert (mean - low) / (high - low) == pytest.approx(expected, abs=0.01)


def test_of_equal_systems_the_reference_stands_first() -> None:
    """Whatever the order asked for."""
    report = sample_report(n_systems=3, reference="bm25")
    for system in report["systems"]:
        system["measures"]["nDCG@10"]["mean"] = 0.5

    names = [system["name"] for system in Reading(report).with_figures]
    assert names == ["bm25", "embedding", "tfidf"]


def test_too_few_queries_have_no_whiskers() -> None:
    """Nothing that looks like an interval."""
    reading = Reading(sample_report(n_queries=12))

    assert _of_look(systems_chart(reading, is_wide=True), "dot")
    assert not _of_look(systems_chart(reading, is_wide=True), "whisker")


def test_in_sample_systems_are_drawn_apart_and_last() -> None:
    """Without a verdict, though their figures may be the best."""
    reading = Reading(sample_report(in_sample=["embedding"], reference="tfidf"))
    picture = systems_chart(reading, is_wide=True)

    looks = [dot.get("class") for dot in _of_look(picture, "dot")]
    assert looks == ["dot reference", "dot other", "dot other", "dot in-sample"]
    assert _texts(picture)[-1] == "in-sample"


def test_labels_of_strangers_stay_text() -> None:
    """The drawing library escapes nothing; this one place does."""
    report = sample_report(n_systems=3)
    report["systems"][0]["label"] = "</text><script>alert(1)</script>&\u202e"
    picture = systems_chart(Reading(report), is_wide=False)

    assert not list(_root(picture).iter("script"))
    assert any(text.startswith("</text><script>alert(1)") for text in _texts(picture))
    assert "\u202e" not in "".join(_texts(picture))


@pytest.mark.parametrize("is_wide", [True, False])
def test_recall_curves_end_where_their_labels_stand(is_wide: bool) -> None:
    """One curve and one label a system."""
    reading = Reading(sample_report(n_systems=5))
    picture = recall_chart(reading, is_wide=is_wide)

    assert len(_of_look(picture, "curve")) == len(_of_look(picture, "end")) == 5
    assert len(_of_look(picture, "curve")[0].get("points", "").split()) == 8


def test_exposure_has_a_curve_a_system_and_one_of_the_editors() -> None:
    """Each from the lower left to the upper right."""
    picture = lorenz_chart(Reading(sample_report(n_systems=4)), is_wide=True)

    curves = [c for c in _of_look(picture, "curve") if c.tag == "polyline"]
    assert len(curves) == 5
    ends = {(c.get("points", "").split()[0], c.get("points", "").split()[-1]) for c in curves}
    assert len(ends) == 1


@pytest.mark.parametrize("is_wide", [True, False])
def test_scores_that_keep_their_word_stand_on_the_dotted_line(is_wide: bool) -> None:
    """Where score and listed share are equal; the curve of the reference is drawn on top."""
    report = sample_report()
    for system in report["systems"]:
        for one in (system.get("reliability") or {"bins": []})["bins"]:
            one["score"] = one["listed"]
    picture = reliability_chart(Reading(report), is_wide=is_wide)

    (line,) = (e for e in _of_look(picture, "equal") if e.get("x1") != e.get("x2") and
               e.get("y1") != e.get("y2"))  # fmt: skip
    x1, x2, y1, y2 = (float(line.get(name, 0)) for name in ("x1", "x2", "y1", "y2"))
    for dot in _of_look(picture, "dot"):
        along = (float(dot.get("cx", 0)) - x1) / (x2 - x1)
        assert float(dot.get("cy", 0)) == pytest.approx(y1 + along * (y2 - y1), abs=0.2)
    looks = [dot.get("class") for dot in _of_look(picture, "dot")]
    assert looks == ["dot second"] * 2 + ["dot reference"] * 2


def test_every_bin_has_a_dot_and_its_interval() -> None:
    """From bound to bound, as high as the axis says."""
    report = sample_report()
    picture = reliability_chart(Reading(report), is_wide=True)
    curve = report["systems"][0].get("reliability")

    assert curve is not None
    whiskers = _of_look(picture, "whisker")[-len(curve["bins"]) :]
    for one, whisker, dot in zip(
        curve["bins"], whiskers, _of_look(picture, "dot")[-len(whiskers) :], strict=True
    ):
        low, mean, high = (
            float(value or 0) for value in (whisker.get("y1"), dot.get("cy"), whisker.get("y2"))
        )
        expected = (one["listed"] - one["low"]) / (one["high"] - one["low"])
        assert (low - mean) / (low - high) == pytest.approx(expected, abs=0.02)


def test_what_a_score_is_worth_is_said_of_the_reference() -> None:
    """The highest scores and the middle ones; of judgements it says so; in-sample is not quoted."""
    report = sample_report()
    curve = report["systems"][0].get("reliability")
    assert curve is not None
    curve["bins"][0]["listed"], curve["bins"][1]["listed"] = 0.12, 0.284

    (first, second) = reliability_sentences(Reading(report))
    assert first == "Of suggestions with a score around 0.30, editors had listed 28\u202f%."
    assert second.startswith("What they had not listed may still be good")
    curve["bins"] += [curve["bins"][1] | {"score": 0.6, "listed": 0.5}]
    report["truth"]["source"] = "judgements.tsv"
    assert list(reliability_sentences(Reading(report))) == [
        "Of suggestions with a score around 0.60, the judgements call related 50\u202f%; "
        "around 0.30, 28\u202f%."
    ]
    for system in report["systems"]:
        system["is_in_sample"] = True
    assert list(reliability_sentences(Reading(report))) == []
    assert _of_look(reliability_chart(Reading(report), is_wide=True), "in-sample")


def test_without_a_curve_the_page_says_why() -> None:
    """Too few queries, or no system with scores, as in reports made before there were curves."""
    few = Page(Reading(sample_report(n_queries=29)))
    old = sample_report()
    for system in old["systems"]:
        system.pop("reliability", None)  # type: ignore[misc]

    assert few.reliability.absent.startswith("Too few articles with a list")
    assert few.reliability.pictures == few.reliability_sentences == []
    assert why_no_curve(Reading(old)).startswith("No measured system gives scores")
    assert reliability_chart(Reading(old), is_wide=False) is None


def test_the_tables_hold_every_bin() -> None:
    """A row a bin, and a row a system."""
    report = sample_report()
    bins, systems = Page(Reading(report)).reliability.tables
    curves = [s.get("reliability") for s in report["systems"]]

    assert len(bins.rows) == sum(len(curve["bins"]) for curve in curves if curve)
    assert [row[0] for row in systems.rows] == [
        "Embedding similarity",
        "TF-IDF of title and excerpt",
    ]
    first = report["systems"][0].get("reliability")
    assert first is not None
    assert systems.rows[0][3:5] == [f"{first['calibration_error']:.3f}", f"{first['brier']:.3f}"]
    assert bins.rows[1][1:3] == ["0.300 to 0.300", "0.300"]


def test_the_histogram_holds_all_pairs() -> None:
    """Two areas over one axis, and both means named."""
    picture = pairs_chart(Reading(sample_report()), is_wide=True)

    assert len(_of_look(picture, "area")) == 2
    assert {"random 0.15", "curated 0.45"} <= set(_texts(picture))


def test_the_map_draws_every_point_and_every_link_once() -> None:
    """Discs are lines of no length; a link that goes both ways is one line."""
    report = sample_report()
    site = report["map"]
    assert site is not None
    site["links"].append((site["links"][0][1], site["links"][0][0]))
    picture = map_chart(Reading(report))

    n_points = sum((p.get("d") or "").count("M") for p in _of_look(picture, "points"))
    assert n_points == len(site["articles"])
    (links,) = _of_look(picture, "links")
    assert (links.get("d") or "").count("M") == len({frozenset(pair) for pair in site["links"]})
    first = site["x"][0], site["y"][0]
    assert any("M{} {}h0".format(*first) in (p.get("d") or "") for p in _of_look(picture, "points"))


def test_map_colours_say_whether_anything_was_found() -> None:
    """By the first ten of the reference."""
    report = sample_report(has_linked=False)
    site = report["map"]
    assert site is not None
    expected = sum(
        bool({a for a, grade in q["truth"] if grade} & set(q["lists"]["embedding"]))
        for q in report["queries"]
    )

    (found,) = _of_look(map_chart(Reading(report)), "found")
    assert (found.get("d") or "").count("M") == expected


def test_the_map_says_how_near_linked_articles_lie() -> None:
    """Medians of lengths, worked by hand: 3-4-5 triangles."""
    site = Map(
        articles=[0, 1, 2, 3],
        x=[0, 3, 6, 9],
        y=[0, 4, 8, 12],
        links=[(0, 1), (1, 2), (0, 2)],
        n_left_out=2,
    )

    sentence = map_sentence(site)
    assert "Linked articles lie 5 apart (median)" in sentence
    assert "2 articles are not drawn." in sentence


def test_differences_step_down_from_wins_to_losses() -> None:
    """The outline starts and ends on the middle line and never rises."""
    path = steps([1.0, 0.5, 0.0, -1.0])

    assert path == "M0 55H0V0H60V27.5H120V55H180V110H240V55Z"
    assert steps([]) == "M0 55H240V55Z"


@given(st.lists(st.floats(-1, 1), max_size=2000))
def test_outlines_stay_small(values: list[float]) -> None:
    """However many articles there are, at most one step a pixel."""
    path = steps(sorted(values, reverse=True))

    assert path.count("V") <= FRAME.width + 1


def test_every_panel_counts_what_the_report_counts() -> None:
    """Wins, ties and losses are those of the comparison."""
    report = sample_report(n_systems=3)

    panels = {panel.name: panel for panel in difference_panels(Reading(report))}
    assert {name: (int(p.wins), int(p.ties), int(p.losses)) for name, p in panels.items()} == {
        c["system"]: (c["wins"], c["ties"], c["losses"]) for c in report["comparisons"]
    }


@given(
    st.lists(st.floats(0, 300), max_size=12),
)
def test_labels_stand_apart(places: list[float]) -> None:
    """In the same order, inside the bounds, a line apart where there is room."""
    found = drawing.apart(places, 0, 300)

    assert all(-1e-6 <= place <= 300 + 1e-6 for place in found)
    ordered = sorted(found)
    distance = min(drawing.LINE, 300 / max(1, len(places) - 1))
    assert all(b - a >= distance - 1e-6 for a, b in itertools.pairwise(ordered))
    by_place = [found[i] for i in sorted(range(len(places)), key=lambda i: places[i])]
    assert by_place == sorted(by_place)


@given(st.floats(0, 1))
def test_axes_reach_what_they_show(longest: float) -> None:
    """From zero to at least the longest, in few round steps."""
    marks = drawing.ticks(longest)

    assert marks[0] == 0
    assert marks[-1] >= longest - 1e-9
    assert 2 <= len(marks) <= 7


def test_every_picture_names_itself() -> None:
    """With a title, a description, and ids that no other picture has."""
    page = Page(Reading(sample_report(n_systems=4)))
    pictures = [
        *page.systems.pictures, *page.recall.pictures, *page.pairs.pictures,
        *page.reliability.pictures, *page.exposure.pictures, *page.map.pictures,
        *(panel.picture for panel in page.panels),
    ]  # fmt: skip

    for picture in pictures:
        root = _root(picture)
        assert root.get("role") == "img"
        assert all(root.find(tag) is not None and root.find(tag).text for tag in ("title", "desc"))  # type: ignore[union-attr]
    ids = re.findall(r' id="([^"]+)"', "".join(pictures))
    assert len(ids) == len(set(ids))

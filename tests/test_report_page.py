"""The page of a report in a browser: what an editor sees, equal to the document."""

from __future__ import annotations

import pytest
from browsing import DESKTOP, PHONE, Open, texts, title, worst_first
from playwright.sync_api import expect
from sample_report import HOSTILE, sample_report

from evaluation.report.texts import clean

pytestmark = pytest.mark.browser
pytest_plugins = ["browser_fixtures"]


def test_the_summary_is_seen_without_scrolling(open_page: Open) -> None:
    """Headline, verdict and four figures, on a desktop and on a phone, each equal to the JSON."""
    report = sample_report()
    means = report["systems"][0]["measures"]
    for viewport in (DESKTOP, PHONE):
        page = open_page(report, viewport=viewport)

        expect(page.locator("h1")).to_be_in_viewport()
        expect(page.locator(".deck")).to_be_in_viewport()
        figures = [text.rstrip("\u202f%") for text in texts(page, ".tiles .figure")]
        assert figures[:2] == [
            str(round(100 * (means[name]["mean"] or 0))) for name in ("hit_rate@5", "recall@10")
        ]
        expect(page.locator(".tiles .figure").first).to_be_in_viewport()


def test_articles_stand_worst_first_with_their_figures(open_page: Open) -> None:
    """Every query is listed once; titles, values and hits equal the JSON."""
    report = sample_report()
    page = open_page(report)
    order = worst_first(report)

    assert texts(page, "#list .row-title") == [
        title(report, report["queries"][q]["article"]) for q in order
    ]
    expected = []
    for query in order:
        entry = report["queries"][query]
        value = report["systems"][0]["per_query"]["nDCG@10"][query]
        n_found = len({a for a, _ in entry["truth"]} & set(entry["lists"]["embedding"]))
        expected.append(
            f"{round(1000 * value) / 1000:.2f} · {n_found} of {len(entry['truth'])} found"
        )
    assert texts(page, "#list .row-figures") == expected
    expect(page.locator("#found")).to_have_text("40 of 40 articles")


def test_lists_stand_side_by_side_with_their_hits_marked(open_page: Open) -> None:
    """For every article: the editors' list and two systems' lists, entry by entry."""
    report = sample_report(n_systems=3)
    page = open_page(report)

    for query in worst_first(report)[:15]:
        entry = report["queries"][query]
        lists = page.locator(".lists .column")
        assert lists.locator("h4").all_text_contents() == [
            "The editors’ list", "Embedding similarity", "TF-IDF of title and excerpt",
        ]  # fmt: skip
        truth = [article for article, _ in entry["truth"]]
        wanted = [truth, entry["lists"]["embedding"], entry["lists"]["tfidf"]]
        for column, articles in enumerate(wanted):
            items = lists.nth(column).locator("li")
            shown = items.locator("bdi:first-of-type").first
            expect(shown).to_have_text(title(report, articles[0]))
            assert items.count() == len(articles)
            if column:
                value = report["systems"][column - 1]["per_query"]["nDCG@10"][query]
                figures = lists.nth(column).locator(".column-figures")
                expect(figures).to_contain_text(f"nDCG@10 {round(1000 * value) / 1000:.3f}")
                hits = [i for i, article in enumerate(articles) if article in truth]
                classes = items.evaluate_all("all => all.map(one => one.className)")
                assert [i for i, look in enumerate(classes) if "hit" in look] == hits
        page.keyboard.press("j")


def test_judged_as_not_related_is_no_hit(open_page: Open) -> None:
    """A grade of 0 is said in a system's list and left out of the editors'."""
    report = sample_report(has_zero_grades=True, n_systems=1)
    query = next(
        i
        for i, entry in enumerate(report["queries"])
        if any(grade == 0 and a in entry["lists"]["embedding"] for a, grade in entry["truth"])
    )
    page = open_page(report, f"#article={report['articles'][query]['id'].replace('/', '%2F')}")

    relevant = [a for a, grade in report["queries"][query]["truth"] if grade]
    assert page.locator(".column.editors li").count() == len(relevant)
    expect(page.locator(".column.reference li", has_text="judged as not related")).to_have_count(1)
    expect(page.locator(".column.reference li.hit", has_text="not related")).to_have_count(0)


def test_hostile_titles_stay_text(open_page: Open) -> None:
    """Each can be opened, is shown as it was written, and does nothing."""
    report = sample_report()
    page = open_page(report)

    for i, hostile in enumerate(HOSTILE):
        page.evaluate(f"location.hash = 'article=2024%2Farticle-{i}'")
        expect(page.locator("#detail h3")).to_have_text(clean(hostile) or f"2024/article-{i}")
    assert page.locator("img, iframe, main script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_only_web_addresses_are_links(open_page: Open) -> None:
    """And they tell the other side nothing."""
    report = sample_report()
    page = open_page(report)

    for i, is_link in ((2, True), (3, False), (4, False), (5, False), (6, False)):
        page.evaluate(f"location.hash = 'article=2024%2Farticle-{i}'")
        expect(page.locator("#detail .id bdi")).to_have_text(f"2024/article-{i}")
        assert page.locator("#detail h3 a").count() == is_link
    outside = page.locator("a:not([href^='#'])")
    found = outside.evaluate_all("all => all.map(a => [a.protocol, a.rel])")
    assert {tuple(pair) for pair in found} == {("https:", "noopener noreferrer")}


def test_search_finds_titles_ids_and_topics(open_page: Open) -> None:
    """Whatever the case or the accents; all words must match; Escape clears."""
    report = sample_report()
    report["articles"][20]["title"] = "Élections à Genève"
    page = open_page(report)
    search, rows = page.locator("#search"), page.locator("#list li")

    search.fill("geneve ELECTIONS")
    expect(rows).to_have_count(1)
    expect(rows.locator(".row-title")).to_have_text("Élections à Genève")
    expect(page.locator("#found")).to_have_text("1 of 40 articles")
    search.fill("article-21")
    expect(rows).to_have_count(1)
    search.fill("<script>")
    expect(rows).to_have_count(1)
    search.fill("nowhere to be found")
    expect(page.locator("#found")).to_have_text("No article matches")
    search.press("Escape")
    expect(rows).to_have_count(40)


def test_orders_put_the_largest_difference_first(open_page: Open) -> None:
    """Where another system is ahead, from its panel or from the list of orders."""
    report = sample_report(n_systems=3)
    page = open_page(report)
    ours, theirs = (report["systems"][i]["per_query"]["nDCG@10"] for i in (0, 2))
    most = max(range(40), key=lambda q: round(1000 * theirs[q]) - round(1000 * ours[q]))

    page.locator("button[data-order='ahead:bm25']").click()
    expect(page.locator("#order")).to_have_value("ahead:bm25")
    expect(page.locator("#list .row-title").first).to_have_text(title(report, most))
    page.select_option("#order", "title")
    numbers = [int(t[8:].split(":")[0]) for t in texts(page, ".row-title") if t[:8] == "Article "]
    assert numbers == sorted(numbers)


def test_an_address_opens_its_article(open_page: Open) -> None:
    """Also after the page is open; unknown and broken ones change nothing."""
    report = sample_report()
    page = open_page(report, "#article=2024%2Farticle-20")
    heading = page.locator("#detail h3")

    expect(heading).to_have_text(title(report, 20))
    expect(page.locator("#detail")).to_be_in_viewport()
    for fragment in ("article=nobody", "article=%E0%A4%A"):
        page.evaluate(f"location.hash = '{fragment}'")
        expect(heading).to_have_text(title(report, 20))
    page.evaluate("location.hash = 'article=2024%2Farticle-21'")
    expect(heading).to_have_text(title(report, 21))


def test_lists_can_be_chosen_and_excerpts_shown(open_page: Open) -> None:
    """One box a system."""
    report = sample_report(n_systems=4)
    page = open_page(report)

    page.locator("#shown input").nth(3).check()
    page.locator("#shown input").nth(0).uncheck()
    assert texts(page, ".lists h4") == [
        "The editors’ list", "TF-IDF of title and excerpt", "Same topics, rare ones first",
    ]  # fmt: skip
    assert page.locator(".item-excerpt").count() == 0
    page.locator("#with-excerpts").check()
    query = report["queries"][worst_first(report)[0]]
    excerpt = clean(report["articles"][query["truth"][0][0]]["excerpt"])
    expect(page.locator(".item-excerpt").first).to_have_text(excerpt)


def test_the_map_shows_the_chosen_article_and_chooses_by_click(open_page: Open) -> None:
    """With its list: a line and a ring for each entry that is drawn."""
    report = sample_report()
    site = report["map"]
    assert site is not None
    page = open_page(report)
    query = worst_first(report)[0]

    drawn = [a for a, _ in report["queries"][query]["truth"] if a < len(site["articles"])]
    expect(page.locator("#map-chosen line")).to_have_count(len(drawn))
    expect(page.locator("#map-caption")).to_contain_text(title(report, query))
    other = 25
    page.evaluate("document.querySelector('svg.map').scrollIntoView({behavior: 'instant'})")
    x, y = page.evaluate(
        """([x, y]) => {
          const point = new DOMPoint(x, y);
          const { x: left, y: top } = point.matrixTransform(
            document.querySelector("svg.map").getScreenCTM());
          return [left, top];
        }""",
        [site["x"][other], site["y"][other]],
    )
    page.mouse.click(x, y)
    expect(page.locator("#map-caption")).to_contain_text(title(report, other))
    expect(page.locator("#detail h3")).to_have_text(title(report, other))


def test_too_few_queries_say_so_and_show_no_interval(open_page: Open) -> None:
    """In the headline, before any figure."""
    page = open_page(sample_report(n_queries=12, has_dates=False))

    expect(page.locator("h1")).to_contain_text("Too few to conclude")
    assert page.locator(".whisker").count() == 0
    expect(page.locator("#list li")).to_have_count(12)


def test_a_page_without_figures_still_lists_its_articles(open_page: Open) -> None:
    """No system, no map, no pairs."""
    report = sample_report(n_systems=0, without_figures={"newest": "no article has a date"})
    report["map"] = report["pairs"] = None
    page = open_page(report)

    expect(page.locator("#list li")).to_have_count(40)
    expect(page.locator(".lists h4")).to_have_text(["The editors’ list"])

"""Who can use the page of a report: by keyboard, on a phone, in the dark, without scripts."""

from __future__ import annotations

import re

import pytest
from browsing import PHONE, Open, worst_first
from playwright.sync_api import expect
from sample_report import sample_report

pytestmark = pytest.mark.browser
pytest_plugins = ["browser_fixtures"]

LEAST_CONTRAST = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (rgb) => rgb.slice(0, 3)
    .map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  let worst = { contrast: 21 };
  for (const one of document.querySelectorAll("body *")) {
    const hasText = [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!hasText || !one.checkVisibility()) continue;
    const style = getComputedStyle(one);
    const colour = parse(one instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [luminance(colour), luminance(behind(one))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < worst.contrast) worst = { contrast, text: one.textContent.slice(0, 40) };
  }
  return worst;
}"""
"""The text with the least contrast to what is behind it."""


def test_the_page_is_used_by_keyboard_alone(open_page: Open) -> None:
    """Slash to search, arrows, j and k through the list, Tab to boxes and numbers."""
    report = sample_report()
    page = open_page(report)
    order = worst_first(report)
    current = page.locator("#list a[aria-current]")

    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(current).to_have_attribute("data-query", str(order[1]))
    expect(current).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    expect(current).to_have_attribute("data-query", str(order[0]))
    assert page.evaluate("location.hash").startswith("#article=")
    assert page.locator("#list a[tabindex='0']").count() == 1
    page.locator("#systems summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#systems details table")).to_be_visible()
    page.keyboard.type("j")
    expect(current).to_have_attribute("data-query", str(order[0]))


def test_every_reachable_control_has_a_name_and_shows_its_focus(open_page: Open) -> None:
    """Going through the page with Tab alone, past its end, where browsers have their own."""
    page = open_page(sample_report(n_systems=2))
    page.evaluate("document.querySelector('#articles').scrollIntoView()")
    seen = []

    for _ in range(60):
        page.keyboard.press("Tab")
        tag, name, outline = page.evaluate(
            """() => {
              const one = document.activeElement;
              const label = one.getAttribute("aria-label") || one.labels?.[0]?.textContent;
              const name = label || one.textContent.trim();
              return [one.tagName, name, getComputedStyle(one).outlineStyle];
            }"""
        )
        seen.append(tag)
        assert name
        assert outline != "none" or tag == "BODY"
    assert {"INPUT", "SELECT", "A", "SUMMARY", "BUTTON"} <= set(seen)
    assert seen.count("BODY") <= 1


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
def test_nothing_is_wider_than_the_window(open_page: Open, width: int) -> None:
    """Wide tables scroll in themselves, also with everything opened."""
    page = open_page(sample_report(n_systems=10), viewport={"width": width, "height": 800})

    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_phone_shows_the_list_or_the_article(open_page: Open) -> None:
    """And the way back leads to the row."""
    page = open_page(sample_report(), viewport=PHONE)
    rows, detail = page.locator("#list"), page.locator("#detail")

    expect(detail).to_be_hidden()
    page.locator("#list a").nth(2).click()
    expect(detail).to_be_visible()
    expect(detail).to_be_in_viewport()
    expect(rows).to_be_hidden()
    page.locator("#back").click()
    expect(rows).to_be_visible()
    expect(page.locator("#list a").nth(2)).to_be_focused()
    assert page.locator("svg.chart.wide:visible").count() == 0
    assert page.locator("svg.chart.narrow:visible").count() == 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_in_light_and_dark(open_page: Open, scheme: str) -> None:
    """Contrast of at least 4.5 to 1 wherever text stands (WCAG 2.2, level AA)."""
    page = open_page(sample_report(), color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    worst = page.evaluate(LEAST_CONTRAST)
    assert worst["contrast"] >= 4.5, worst


def test_thousands_of_articles_stay_quick(open_page: Open) -> None:
    """Few rows at a time, more when asked, and a search in well under a second."""
    page = open_page(sample_report(n_queries=2000, n_articles=2000, n_systems=3))

    expect(page.locator("#list li")).to_have_count(60)
    page.locator("#more").click()
    expect(page.locator("#list li")).to_have_count(120)
    milliseconds = page.evaluate(
        """() => {
          const search = document.getElementById("search");
          search.value = "river";
          const started = performance.now();
          search.dispatchEvent(new Event("input"));
          return performance.now() - started;
        }"""
    )
    assert milliseconds < 1000
    expect(page.locator("#found")).to_have_text(re.compile(r"^[\d,]+ of 2,000 articles$"))


def test_without_scripts_all_figures_are_there(open_page: Open) -> None:
    """Only the article browser is missing, and says so."""
    page = open_page(sample_report(), java_script_enabled=False)

    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator("#browser")).to_be_hidden()
    assert page.locator("svg.chart:visible").count() == 1 + 5 + 3 + 1


def test_motion_is_reduced_for_those_who_ask(open_page: Open) -> None:
    """Nothing scrolls by itself."""
    page = open_page(sample_report(), reduced_motion="reduce")

    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_paper_gets_the_figures_and_no_controls(open_page: Open) -> None:
    """Printing leaves out what can only be clicked."""
    page = open_page(sample_report())
    page.emulate_media(media="print")

    expect(page.locator("#browser")).to_be_hidden()
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator("#systems svg.wide")).to_be_visible()

"""What tests of a report's page ask of the report and of the page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from evaluation.report.schema import Report
from evaluation.report.texts import clean

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

Open = Callable[..., Page]
"""Opens a report; further arguments are the fragment of its address and context options."""


def worst_first(report: Report, name: str = "embedding") -> list[int]:
    """Queries, worst first: ties by the length of the list, then in the report's order."""
    system = next(s for s in report["systems"] if s["name"] == name)
    values = [round(1000 * value) for value in system["per_query"]["nDCG@10"]]
    return sorted(
        range(len(values)), key=lambda q: (values[q], -len(report["queries"][q]["truth"]))
    )


def title(report: Report, article: int) -> str:
    """What the page calls an article."""
    entry = report["articles"][article]
    return clean(entry["title"]) or entry["id"]


def texts(page: Page, selector: str) -> list[str]:
    """What all elements say."""
    return page.locator(selector).all_text_contents()

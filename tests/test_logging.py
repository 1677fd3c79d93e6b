"""The library speaks through `logging` only, and to nobody who did not ask."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import Site, article_text
from evaluated_site import WEIGHTS, fill

from recommender import fit

LIBRARY = """
import logging, sys
before = list(logging.getLogger().handlers)
import recommender
from fakes import FakeEncoder
from recommender import Recommender, Settings, build
settings = Settings.from_file(None)
build("articles", settings=settings, encoder=FakeEncoder())
engine = Recommender.open(settings=settings, encoder=FakeEncoder())
engine.recommend("wheat", 2)
list(engine.recommend_all(2))
try:
    engine.recommend("nobody")
except recommender.UnknownArticleError:
    pass
assert logging.getLogger().handlers == before
assert logging.getLogger("recommender").level == logging.NOTSET
assert [type(h) for h in logging.getLogger("recommender").handlers] == [logging.NullHandler]
"""


def test_the_library_writes_nothing(site: Site) -> None:
    """Importing, indexing, answering and failing leave stdout and stderr empty, warnings too."""
    (site.root / "recommender.lists.yaml").write_text("everywhere: {ban: nobody}\n", "utf-8")
    site.write("broken.md", "no front matter")
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", LIBRARY],
        cwd=site.root,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": f"{Path(__file__).parent}:{':'.join(sys.path)}"},
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_index_tells_what_was_done(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """What was read, encoded and written, each with its number; again, that nothing has changed."""
    site.write("broken.md", "no front matter")
    caplog.set_level(logging.INFO, "recommender")
    site.build()
    first = caplog.messages.copy()
    caplog.clear()
    site.build()

    assert first == [
        f"{site.articles}: files 5, read 4, skipped 1",
        f"{site.index}: written, articles 5, related lists 1, texts encoded 5 by fake, "
        "articles removed 0",
    ]
    assert caplog.messages == [
        f"{site.articles}: files 5, read 4, skipped 1",
        f"{site.index}: nothing has changed",
    ]


def test_a_closer_look_names_every_problem(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """At the level DEBUG, one record a problem, as the editor reads it."""
    site.write("broken.md", "no front matter")
    site.write("day.md", article_text("A day", "e", publishedDateTime="2024-03-06"))
    caplog.set_level(logging.DEBUG, "recommender")
    site.build()
    problems = [record for record in caplog.records if record.levelno == logging.DEBUG]

    assert [record.getMessage() for record in problems if "broken" in record.getMessage()] == [
        "error: broken.md:1: found no front matter; expected “---” on line 1 (“+++” for TOML), or "
        "the file left out by “exclude”"
    ]
    assert any("day.md:4: found publishedDateTime" in record.getMessage() for record in problems)
    assert {record.name.split(".")[0] for record in caplog.records} == {"recommender"}


def test_opening_and_fitting_tell_what_they_found(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """What was opened, how many lists there were to learn from, and what became of it."""
    site.build()
    caplog.set_level(logging.DEBUG, "recommender")
    engine = site.open()
    fit(engine, lists=engine.lists, rng=np.random.default_rng(0))

    assert caplog.messages == [
        f"{site.index}: generation-000001 opened, articles 5, of which may be recommended 5",
        "learning weights: related lists 1",
        "the start's weights stay: all lists hang together, or there are none",
    ]


def test_a_fit_of_many_lists_says_how_it_ended(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Either that weights were learned, or that the start's stay."""
    fill(site)
    engine = site.open()
    caplog.set_level(logging.INFO, "recommender")
    learned = fit(engine, lists=engine.lists, rng=np.random.default_rng(0), start=WEIGHTS)

    is_moved = learned.signals != WEIGHTS.without_lists().signals

    assert caplog.messages == [
        f"learning weights: related lists {len(engine.lists)}",
        "weights learned"
        if is_moved
        else "the start's weights stay: no change made unseen lists better",
    ]

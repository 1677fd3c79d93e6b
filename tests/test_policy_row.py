"""What readers see, under measurement: the policy of a site without a word of its editors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import NOW, Site, article_text
from evaluated_site import WEIGHTS, fill, measure

from evaluation import Evaluation, Plan, evaluate, standard_systems, to_html, to_markdown
from evaluation import write_report as write
from evaluation.answers import Questions
from evaluation.collection import Collection
from evaluation.systems.ranking import ShippedWithPolicy
from evaluation.views import views_of
from recommender import Policy, Recommender
from recommender.cli.report_table import print_report

NAME = "shipped+policy"
OPEN = Policy(floor=0.0)
N_STORIES = 40


def _runs(evaluation: Evaluation) -> dict[str, list[str]]:
    return {query: list(run) for query, run in evaluation.runs[NAME].items()}


def _answers(engine: Recommender, lists: dict[str, Sequence[str]]) -> dict[str, np.ndarray]:
    """The lists of all articles under every view."""
    collection = Collection.from_engine(engine)
    rows = np.arange(len(collection))
    questions = Questions(collection, views_of(collection, 2.0), rows, rows, [], lists, 0)
    return dict(questions.ask(ShippedWithPolicy(WEIGHTS)).lists)


def _stories(site: Site) -> None:
    """Long articles, each with an edited copy beside it; lists name the next story."""
    rng = np.random.default_rng(0)
    for path in site.articles.rglob("*.md"):
        path.unlink()
    words = [f"word{i}" for i in range(400)]
    for i in range(N_STORIES):
        body = rng.choice(words, 150).tolist()
        related = f"[s{(i + 1) % N_STORIES:02}]"
        text = article_text(f"{body[0]} and {body[1]}", related=related)
        site.write(f"s{i:02}.md", text.replace("Body.", " ".join(body)))
        body[::15] = ["other"] * 10
        copy = article_text(f"{body[1]} and {body[2]}")
        site.write(f"s{i:02}-copy.md", copy.replace("Body.", " ".join(body)))
    site.build()


@pytest.mark.parametrize(
    "policy",
    [OPEN, Policy(floor=0.2), Policy(floor=0.0, diversity=0.4, exposure=0.5, per_provider=3)],
    ids=["same story", "floor", "diversity, exposure, providers"],
)
def test_it_is_what_the_engine_recommends_without_any_list(
    make_site: Callable[..., Site], policy: Policy
) -> None:
    """With the same weights and policy, item by item, whatever the policy."""
    site = make_site(policy=policy)
    fill(site)
    runs = _runs(measure(site, NAME))
    found = site.open().recommend_all(10, weights=WEIGHTS.without_lists(), lists={})
    expected = {query: [item.id for item in items] for query, items in found}

    assert {query: run[:10] for query, run in runs.items()} == {q: expected[q] for q in runs}


def test_editors_have_no_word_in_it(make_site: Callable[..., Site], tmp_path: Path) -> None:
    """Curated lists, pins and bans change what readers get, and nothing of what is measured."""
    site = make_site(policy=OPEN, lists=tmp_path / "recommender.lists.yaml")
    fill(site)
    before = _runs(measure(site, NAME))
    recommended = [item.id for item in site.open().recommend("a000", 3)]
    site.settings.lists.write_text(
        "everywhere: {ban: [a001, a002]}\na000: {pin: [a059], ban: [a003]}\n", "utf-8"
    )

    assert site.open().recommend("a000", 3)[0].id == "a059" != recommended[0]
    assert _runs(measure(site, NAME)) == before


def test_garbage_in_a_list_changes_no_byte_of_it(make_site: Callable[..., Site]) -> None:
    """Nor do all lists replaced by others: it looks at none."""
    site = make_site(policy=OPEN)
    fill(site)
    engine = site.open()
    ids = [article.id for article in engine.articles]
    garbage = dict.fromkeys(ids[1:-1], (ids[-1], ids[0]))

    before, after = _answers(engine, dict(engine.lists)), _answers(engine, garbage)
    assert all(before[view].tobytes() == after[view].tobytes() for view in before)
    own = _runs(measure(site, NAME))
    for path in site.articles.glob("a00[0-4].md"):
        text = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text(
            "".join("related: [a059]\n" if x.startswith("related") else x for x in text), "utf-8"
        )
    site.build()
    again = _runs(measure(site, NAME))
    assert {query: again[query] for query in own} == own


def test_a_story_is_told_once(make_site: Callable[..., Site]) -> None:
    """Among edited copies the ranking repeats itself, and what readers see does not."""
    site = make_site(policy=OPEN)
    _stories(site)
    report = measure(site, "shipped", NAME).report

    repeats = {s["name"]: (s["catalogue"] or {}).get("repeats") for s in report["systems"]}
    assert repeats["shipped"] is not None
    assert repeats["shipped"] > 0.5
    assert repeats[NAME] == 0.0


def test_as_of_a_date_what_came_later_takes_no_place(make_site: Callable[..., Site]) -> None:
    """Of two copies the better one came later: as of then, the other one stands in the list."""
    site = make_site(policy=OPEN)
    _stories(site)
    for path in sorted(site.articles.glob("*.md")):
        day = "2024-06-01" if "copy" in path.name else "2024-01-01"
        head, rest = path.read_text("utf-8").split("\n", 1)
        path.write_text(f"{head}\npublishedDateTime: {day}T00:00:00Z\n{rest}", "utf-8")
    site.build()
    engine = site.open()
    is_copy = np.array([article.id.endswith("-copy") for article in engine.articles])
    found = _answers(engine, {})
    originals = np.flatnonzero(~is_copy)

    as_of = found["as_of"][originals]
    assert not is_copy[as_of[as_of >= 0]].any()
    assert (as_of >= 0).sum(axis=1).tolist() == [N_STORIES - 1] * N_STORIES
    everything = found["all"][originals]
    assert is_copy[everything[everything >= 0]].any()


@pytest.mark.parametrize("floor", [0.3, 1.0])
def test_short_and_empty_lists_are_reported(
    make_site: Callable[..., Site], tmp_path: Path, capsys: pytest.CaptureFixture[str], floor: float
) -> None:
    """Every page is made of them; what is empty counts as nothing found."""
    site = make_site(policy=Policy(floor=floor))
    fill(site)
    evaluation = measure(site, "embedding", "shipped", NAME)
    write(evaluation, tmp_path / "report")
    print_report(evaluation.report)
    entry = evaluation.report["systems"][2]

    assert NAME in capsys.readouterr().out
    assert entry["label"] in to_html(evaluation.report)
    assert entry["label"] in to_markdown(evaluation.report)
    lengths = [len(run) for run in evaluation.runs[NAME].values()]
    catalogue = entry["catalogue"]
    assert catalogue is not None
    if floor == 1.0:
        assert set(lengths) == {0}
        assert entry["measures"]["nDCG@10"]["mean"] == 0.0
        assert (catalogue["n_lists"], catalogue["repeats"]) == (0, None)
    else:
        assert min(lengths) < max(lengths) < 59


def test_it_is_not_the_reference(make_site: Callable[..., Site]) -> None:
    """It is compared with the ranking that it was made from."""
    site = make_site(policy=OPEN)
    fill(site, 40)
    report = evaluate(
        site.open(), Plan(standard_systems(["shipped", NAME], WEIGHTS)), now=NOW
    ).report

    assert report["reference"] == "shipped"
    assert [comparison["system"] for comparison in report["comparisons"]] == [NAME]
    assert report["settings"]["policy"]["floor"] == 0.0


def test_the_policy_of_an_engine_is_that_of_its_settings(make_site: Callable[..., Site]) -> None:
    """Or the standard one."""
    site = make_site(policy=replace(OPEN, per_provider=2))
    fill(site, 5)

    assert site.open().policy == Policy(floor=0.0, per_provider=2)

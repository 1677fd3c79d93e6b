"""The product's own ranking under measurement: what it may see, and what it is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import Site
from evaluated_site import WEIGHTS, fill, measure

from evaluation import SYSTEMS, Plan, evaluate, standard_systems
from evaluation.answers import Questions
from evaluation.collection import Collection
from evaluation.systems import Fitted, Shipped
from evaluation.views import views_of
from recommender import (
    Calibration,
    Corpus,
    Fold,
    Pools,
    Recommender,
    Weights,
    fit,
    lesson_from,
    reciprocal_groups,
)


@pytest.fixture
def engine(site: Site) -> Recommender:
    """Sixty articles with lists."""
    fill(site)
    return site.open()


def _answers(engine: Recommender, lists: dict[str, tuple[str, ...]]) -> np.ndarray:
    """What the fitted ranking answers every article, in two folds that stay as they are."""
    collection = Collection.from_engine(engine)
    members = np.array([collection.rows[query] for query in sorted(engine.lists)])
    half = np.arange(len(members)) < len(members) // 2
    folds = [
        Fold(np.flatnonzero(half), np.flatnonzero(~half)),
        Fold(np.flatnonzero(~half), np.flatnonzero(half)),
    ]
    views = views_of(collection, 2.0)
    questions = Questions(collection, views, members, members, folds, lists, 0)
    return questions.ask(Fitted(WEIGHTS)).lists["all"]


def test_what_a_fold_tests_never_teaches_it(engine: Recommender) -> None:
    """All its lists replaced by garbage, its answers are the same; those of the others are not."""
    members = sorted(engine.lists)
    tested = members[: len(members) // 2]
    rows = [row for row, article in enumerate(engine.articles) if article.id in tested]
    rng = np.random.default_rng(0)
    garbage = {
        query: tuple(rng.choice([m for m in members if m != query], 3, replace=False).tolist())
        for query in tested
    }
    before, after = (
        _answers(engine, dict(engine.lists)),
        _answers(engine, {**engine.lists, **garbage}),
    )

    assert np.array_equal(before[rows], after[rows])
    assert not np.array_equal(before, after)


def test_learning_looks_at_no_list_of_the_same_group(
    engine: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each list is learned from once, with others to look at that it has no reciprocal link to."""
    asked: list[tuple[list[str], set[str]]] = []
    pools = Recommender.pools

    def noting(self: Recommender, ids: list[str], lists: dict[str, list[str]], *more: Any) -> Pools:
        asked.append((ids, set(lists)))
        return pools(self, ids, lists, *more)

    monkeypatch.setattr(Recommender, "pools", noting)
    fit(engine, lists=engine.lists, rng=np.random.default_rng(0), start=WEIGHTS)
    queries = sorted(engine.lists)
    group = dict(zip(queries, reciprocal_groups(engine.lists, queries).tolist(), strict=True))

    assert sorted(query for ids, _ in asked for query in ids) == queries
    for ids, looked_at in asked:
        assert looked_at
        assert not {group[query] for query in ids} & {group[query] for query in looked_at}


def test_one_group_of_lists_teaches_nothing(engine: Recommender) -> None:
    """Two that name each other: what is shipped stays."""
    first, second = sorted(engine.lists)[:2]
    lists = {first: [second], second: [first]}

    for given in (lists, {}):
        learned = fit(engine, lists=given, rng=np.random.default_rng(0), start=WEIGHTS)
        assert learned == WEIGHTS.without_lists()


def test_the_shipped_ranking_answers_as_the_engine_does(site: Site) -> None:
    """The first ten of what is measured are what `recommend` gives with the same weights."""
    fill(site)
    site.weights = WEIGHTS.without_lists()
    evaluation = measure(site, "shipped")

    for query, run in evaluation.runs["shipped"].items():
        assert [item.id for item in site.open().recommend(query, 10)] == list(run[:10])


def test_a_list_is_as_deep_as_others(site: Site) -> None:
    """Behind the candidates comes everything else, by similarity."""
    fill(site)
    runs = measure(site, "shipped", "fitted").runs

    assert {len(run) for name in runs for run in runs[name].values()} == {59}


def test_weights_of_this_very_site_are_in_sample(site: Site) -> None:
    """So is what was fitted from them, though it is cross-validated."""
    fill(site)
    engine = site.open()
    own = Weights(WEIGHTS.signals, corpora=(Corpus("own", engine.corpus_hash, 60),))
    report = evaluate(engine, Plan(standard_systems(["shipped", "fitted"], own))).report

    assert [entry["is_in_sample"] for entry in report["systems"]] == [True, True]
    assert [entry["is_cross_validated"] for entry in report["systems"]] == [False, True]


def test_without_weights_the_shipped_ones_rank() -> None:
    """Their corpora are named, so that no report on one of these is believed."""
    (system,) = standard_systems(["shipped"])

    assert isinstance(system, Shipped)
    assert len(system.fitted_on) == 3
    assert SYSTEMS["shipped"] is Shipped


def test_fit_gains_on_a_site_whose_lists_follow_something(engine: Recommender) -> None:
    """Lists go by the first word of the title; similarity of vectors alone does worse."""
    start = Weights({"vectors": 1.0})
    rng = np.random.default_rng(0)
    learned = fit(engine, lists=engine.lists, rng=rng, start=start)
    lesson = lesson_from(engine, lists=engine.lists, known=engine.lists)
    before, after = (lesson.ndcg(weights.vector()).mean() for weights in (start, learned))

    assert after > before
    assert learned.calibration != start.calibration


def test_without_lists_fit_keeps_what_it_started_from(engine: Recommender) -> None:
    """Nothing to learn from, nothing learned."""
    learned = fit(engine, lists={}, rng=np.random.default_rng(0), start=WEIGHTS)

    assert learned == WEIGHTS.without_lists()


def test_the_scores_that_are_measured_are_those_that_callers_get(site: Site) -> None:
    """Place by place; what stands behind the candidates has none."""
    fill(site)
    site.weights = WEIGHTS.without_lists()
    collection = Collection.from_engine(site.open())
    rows = np.arange(len(collection))
    asked = Questions(collection, views_of(collection, 2.0), rows, rows, [], {}, 0)
    answers = asked.ask(Shipped(WEIGHTS))

    assert answers.scores is not None
    for row in (0, 30, 59):
        found = [item.score for item in site.open().recommend(collection.articles[row].id, 10)]
        assert answers.scores[row, :10].tolist() == pytest.approx(found, abs=1e-5)
    assert np.array_equal(np.isfinite(answers.scores), answers.lists["all"] >= 0)


def test_fitted_scores_come_from_the_calibration_of_their_fold(engine: Recommender) -> None:
    """Where a fold learns that nothing is ever listed, its scores say so, and others do not."""
    collection = Collection.from_engine(engine)
    members = np.arange(len(collection))
    half = members < len(members) // 2

    def learned(lists: dict[str, tuple[str, ...]], **_: object) -> Weights:
        bias = -40.0 if "a000" in lists else 0.0
        return replace(WEIGHTS, calibration=Calibration(bias=bias))

    taught = replace(collection, ranking=replace(collection.ranking, fit=learned))
    folds = [Fold(members[half], members[~half]), Fold(members[~half], members[half])]
    lists = {article.id: () for article in engine.articles}
    asked = Questions(taught, views_of(taught, 2.0), members, members, folds, lists, 0)
    scores = asked.ask(Fitted(WEIGHTS)).scores

    assert scores is not None
    assert scores[~half, 0].max() < 1e-10 < scores[half, 0].min()

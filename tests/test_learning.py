"""Weights: learned from lists, kept as readable text, and never moved without a gain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sample_ground import lists_by_subject, random_articles, ranker_of

from recommender.errors import ConfigError
from recommender.ranking.fit import N_SURE, Lesson, calibrate, learn, most_careful
from recommender.ranking.general import DECLARED, fit_general
from recommender.ranking.listwise import Examples, fit_weights
from recommender.ranking.pairwise import Pairs, refine_weights
from recommender.ranking.pools import Pools
from recommender.ranking.signals import SIGNALS
from recommender.ranking.site import PLAIN_ENGLISH, Site
from recommender.ranking.weights import Calibration, Corpus, Weights, calibration_features

NAMES = list(SIGNALS)
N_SIGNALS = len(NAMES)
ALL = np.ones((N_SIGNALS, 1), bool)
ZERO = np.zeros((N_SIGNALS, 1))
HERE = np.ones(1)


def lesson_of(
    truth: dict[str, float],
    n_queries: int = 120,
    seed: int = 0,
    *,
    absent: tuple[str, ...] = (),
    n_listed: int = 3,
) -> Lesson:
    """Queries of twenty candidates with random signals, listed as by a softmax of the truth."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n_queries * 20, N_SIGNALS)).astype(np.float32)
    values[:, [NAMES.index(name) for name in absent]] = np.nan
    weights = np.array([truth.get(name, 0.0) for name in NAMES])
    raw = np.nan_to_num(values) @ weights + rng.gumbel(size=len(values))
    offsets = np.arange(n_queries + 1) * 20
    pools = Pools(np.arange(n_queries), np.tile(np.arange(20), n_queries), offsets, values)
    best = [np.sort(np.argsort(-raw[start : start + 20])[:n_listed]) for start in offsets[:-1]]
    return Lesson.of(pools, best, np.arange(n_queries))


def test_the_loss_is_the_cross_entropy_and_its_gradient_is_right() -> None:
    """Against finite differences, and by hand for one query of two."""
    lesson = lesson_of({"words": 1.0}, 6)
    examples = lesson.examples(HERE)
    rng = np.random.default_rng(0)
    weights = rng.normal(size=N_SIGNALS)
    loss, slope = examples.loss(weights)
    for i in range(0, N_SIGNALS, 5):
        step = np.eye(N_SIGNALS)[i] * 1e-3
        rise = examples.loss(weights + step)[0] - examples.loss(weights - step)[0]
        assert slope[i] == pytest.approx(rise / 2e-3, abs=5e-3)
    is_listed, offsets = np.array([True, False]), np.array([0, 2])
    two = Examples.of(np.array([[1.0], [0.0]]), is_listed, offsets, np.array([True]), HERE)

    assert two.loss(np.array([2.0]))[0] == pytest.approx(np.log1p(np.exp(-2)))
    assert loss > 0


def test_queries_without_a_found_entry_teach_nothing() -> None:
    """A list of which nothing is among the candidates has no right answer to put first."""
    signals, offsets = np.zeros((4, 1)), np.array([0, 2, 4])
    is_listed, chosen = np.array([0, 0, 1, 0], bool), np.ones(2, bool)
    examples = Examples.of(signals, is_listed, offsets, chosen, HERE)

    assert len(examples) == 1
    assert (examples.listed.tolist(), examples.shares.tolist()) == ([0], [1])
    none = Examples.of(signals, np.zeros(4, bool), offsets, chosen, HERE)
    prior = np.array([[0.7]])
    assert fit_weights([none], prior, 0.1, np.ones((1, 1), bool)) is prior


def test_weights_come_near_to_the_truth_and_stay_near_to_what_was_before() -> None:
    """More so the dearer it is to move; what may not move does not."""
    lesson = lesson_of({"words": 1.5, "topics": -0.5}, 400, n_listed=1)
    examples = lesson.examples(HERE)
    free, dear = (fit_weights([examples], ZERO, penalty, ALL)[:, 0] for penalty in (1e-4, 10.0))
    words, topics = NAMES.index("words"), NAMES.index("topics")

    assert free[words] == pytest.approx(1.5, abs=0.2)
    assert free[topics] == pytest.approx(-0.5, abs=0.2)
    assert abs(dear[words]) < 0.1
    is_free = (np.arange(N_SIGNALS) != words)[:, None]
    assert fit_weights([examples], ZERO, 1e-4, is_free)[words] == 0
    elsewhere = fit_weights([examples], ZERO, 1e-4, ALL, first=ZERO + 1)[:, 0]
    assert elsewhere == pytest.approx(free, abs=0.02)


def test_weights_shift_with_conditions() -> None:
    """Two corpora that differ in nothing but a condition and in what counts under it."""
    usual, strange = lesson_of({"words": 1.0}, 900), lesson_of({"words": 0.4}, 900, seed=1)
    examples = [usual.examples(np.array([1.0, 0.0])), strange.examples(np.array([1.0, 0.5]))]
    both = np.ones((N_SIGNALS, 2), bool)
    found = fit_weights(examples, np.zeros((N_SIGNALS, 2)), 1e-4, both)[NAMES.index("words")]

    assert found == pytest.approx([1.0, -1.2], abs=0.25)
    here = Weights({"words": 1.0, "topics": 0.5}, shifts={"strange_language": {"words": -1.2}})
    assert here.at(Site(strange_language=0.5)) == Weights({"words": 0.4, "topics": 0.5})
    assert here.at(PLAIN_ENGLISH) == Weights({"words": 1.0, "topics": 0.5})


def test_what_lists_say_is_not_brought_back_by_a_shift() -> None:
    """Without lists their signals have no weight, whatever the condition."""
    weights = Weights({"listed": 1.0}, shifts={"short_texts": {"listed": 1.0, "words": 1.0}})

    assert weights.without_lists().at(Site(short_texts=1.0)).signals == {}


def test_a_pair_stakes_what_its_swap_would_change() -> None:
    """By hand: entries at ranks 1 and 3 of four candidates; the gradient by finite differences."""
    two = Examples.of(
        np.array([[4.0], [3.0], [2.0], [1.0]]),
        np.array([True, False, True, False]),
        np.array([0, 4]),
        np.array([True]),
        HERE,
    )
    pairs = Pairs.of(two, np.array([1.0]))
    places = 1 / np.log2(np.array([2, 3, 4, 5]))
    swaps = [places[0] - places[1], places[0] - places[3], places[1] - places[2]]
    swaps.append(places[2] - places[3])

    assert list(zip(pairs.entries.tolist(), pairs.rivals.tolist(), strict=True)) == [
        *((0, 1), (0, 3)),
        *((2, 1), (2, 3)),
    ]
    assert pairs.stakes == pytest.approx(np.array(swaps) / (places[0] + places[1]))
    loss, _ = pairs.loss(np.array([1.0]))
    assert loss == pytest.approx(pairs.stakes @ np.log1p(np.exp([-1, -3, 1, -1])))
    rng = np.random.default_rng(0)
    pairs = Pairs.of(lesson_of({"words": 1.0}, 6).examples(HERE), rng.normal(size=N_SIGNALS))
    weights = rng.normal(size=N_SIGNALS)
    slope = pairs.loss(weights)[1]
    for i in range(0, N_SIGNALS, 5):
        step = np.eye(N_SIGNALS)[i] * 1e-3
        rise = pairs.loss(weights + step)[0] - pairs.loss(weights - step)[0]
        assert slope[i] == pytest.approx(rise / 2e-3, abs=5e-3)


def test_refining_gains_ndcg_moves_only_what_may_and_nothing_without_examples() -> None:
    """From weights that point the wrong way."""
    lesson = lesson_of({"words": 1.5}, 300)
    start = np.eye(N_SIGNALS)[:, [NAMES.index("topics")]]
    words = NAMES.index("words")
    only_words = (np.arange(N_SIGNALS) == words)[:, None]
    examples = [lesson.examples(HERE)]
    refined = refine_weights(examples, start, 1e-3, only_words)
    dear = refine_weights(examples, start, 100.0, only_words)

    assert lesson.ndcg(refined[:, 0]).mean() > lesson.ndcg(start[:, 0]).mean() + 0.2
    assert refined[~only_words].tolist() == start[~only_words].tolist()
    assert abs(dear[words]) < 0.02
    assert refine_weights([], start, 0.1, only_words).tolist() == start.tolist()


def test_each_corpus_counts_the_same() -> None:
    """A large one does not outvote a small one that says the opposite."""
    many, few = lesson_of({"words": 1.0}, 900), lesson_of({"words": -1.0}, 90, seed=1)
    found = fit_weights([one.examples(HERE) for one in (many, few)], ZERO, 1e-3, ALL)

    assert abs(found[NAMES.index("words")]) < 0.1


def test_ndcg_is_that_of_the_definition() -> None:
    """Found at places 1 and 3 of a list of four, one of which is no candidate; ties by row."""
    signals = np.zeros((4, N_SIGNALS), dtype=np.float32)
    signals[:, 0] = [4, 3, 3, 1]
    pools = Pools(np.array([0]), np.array([1, 5, 7, 9]), np.array([0, 4]), signals)
    lesson = Lesson.of(pools, [np.array([1, 7, 8, 20])], np.zeros(1, dtype=np.int64))
    ideal = sum(1 / np.log2(place + 1) for place in (1, 2, 3, 4))

    assert lesson.ndcg(np.eye(N_SIGNALS)[0]) == pytest.approx([(1 + 0.5) / ideal])


def test_joined_lessons_are_as_good_as_one_after_the_other() -> None:
    """Queries follow each other, and groups of different lessons stay apart."""
    parts = [lesson_of({"words": 1.0}, n, seed=n) for n in (3, 5)]
    both, weights = Lesson.joined(parts), np.eye(N_SIGNALS)[NAMES.index("words")]

    assert both.ndcg(weights).tolist() == [v for part in parts for v in part.ndcg(weights)]
    assert both.groups.tolist() == list(range(8))
    assert both.pools.offsets.tolist() == list(range(0, 161, 20))
    assert np.array_equal(both.pools.standardised(), both.signals)


SHIPPED = Weights({"vectors": 1.0, "listed": 0.5})


def test_learning_keeps_what_is_shipped_where_nothing_is_gained() -> None:
    """The lists were made just so; the list signals say nothing and are left aside."""
    learned = learn(lesson_of({"vectors": 2.0}, 60), SHIPPED, np.random.default_rng(0))

    assert learned == SHIPPED.without_lists()


def test_learning_takes_up_what_the_lists_say() -> None:
    """Where the site's editors look at something else, the weights move there."""
    lesson = lesson_of({"vectors": 0.3, "topics": 1.5}, 200)
    learned = learn(lesson, SHIPPED, np.random.default_rng(0))
    before, after = (lesson.ndcg(w.vector()).mean() for w in (SHIPPED, learned))

    assert learned.signals["topics"] > learned.signals["vectors"]
    assert after > before + 0.2


def test_few_lists_must_say_it_more_clearly() -> None:
    """What is better by one and a half standard errors is believed of thirty lists, not of 29."""
    for n_groups, chosen in ((N_SURE, 1), (N_SURE - 1, 0)):
        lost = np.ones(n_groups)
        n_against = int((n_groups - 1.5 * np.sqrt(n_groups)) / 2)
        lost[:n_against] = -1
        tried = np.stack([np.zeros(n_groups), lost])
        assert np.sqrt(n_groups) < lost.sum() < 2 * np.sqrt(n_groups)
        assert most_careful(tried, np.arange(n_groups)) == chosen


def test_one_group_of_lists_is_too_few_to_learn_from() -> None:
    """There is nothing to test on."""
    lesson = lesson_of({"topics": 3.0}, 5)
    lesson = replace(lesson, groups=np.zeros(5, dtype=np.int64))

    assert learn(lesson, SHIPPED, np.random.default_rng(0)) == SHIPPED.without_lists()


def test_scores_say_how_often_an_editor_lists_the_article() -> None:
    """Calibrated on one half of the queries, right on the other within a few per cent."""
    truth = {"vectors": 1.5}
    vector = Weights(truth).vector()
    calibration = calibrate([lesson_of(truth, 1_200)], [vector])
    other = lesson_of(truth, 1_200, seed=9)
    scores, listed = [], []
    for start, end in zip(other.pools.offsets[:-1], other.pools.offsets[1:], strict=True):
        raw = other.signals[start:end] @ vector
        scores.append(calibration.scores(raw, other.pools.signals[start:end, 0].astype(float)))
        listed.append(other.is_listed[start:end])
    flat, truths = np.concatenate(scores), np.concatenate(listed)
    for low, high in ((0, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1)):
        chosen = (flat >= low) & (flat < high)
        assert flat[chosen].mean() == pytest.approx(truths[chosen].mean(), abs=0.06)
    assert calibration.raw > 0


def test_a_list_of_nobody_has_no_scores() -> None:
    """An article alone on its site."""
    assert Calibration().scores(np.zeros(0), np.zeros(0)).tolist() == []
    features = calibration_features(np.array([1.0, 2.0]), np.array([0.3, 0.9]))
    total = np.log(np.e + np.e**2)
    assert features.tolist() == [
        pytest.approx([1 - total, total, 0.9]),
        pytest.approx([2 - total, total, 0.9]),
    ]


def test_general_weights_learn_what_two_corpora_carry_and_declare_the_rest() -> None:
    """Topics in one corpus only: declared. Direction in time is never learned."""
    truth = {"words": 1.0, "topics": 2.0, "older": 2.0, "listed": 1.0}
    corpora = [Corpus(name, name * 32, 100) for name in ("aa", "bb")]
    alone = [
        lesson_of(truth, 200, seed=seed, absent=("listed", *rest))
        for seed, rest in ((1, ()), (2, ("topics",)))
    ]
    with_lists = [
        lesson_of(truth, 200, seed=seed, absent=rest) for seed, rest in ((1, ()), (2, ("topics",)))
    ]
    weights = fit_general(alone, with_lists, corpora)

    assert weights.corpora == tuple(corpora)
    assert weights.declared == {"topics"}
    assert weights.signals["topics"] == DECLARED["topics"]
    assert weights.signals["words"] > 0.3
    assert weights.signals["listed"] > 0.3
    assert "older" not in weights.signals
    of_lists = {name for name, kind in SIGNALS.items() if kind == "lists"}
    assert set(weights.without_lists().signals) == set(weights.signals) - of_lists


def test_weights_are_kept_as_text_and_read_back(tmp_path: Path) -> None:
    """Corpora, day, scores, calibration and all."""
    weights = Weights(
        signals={"vectors": 0.25, "topics": -0.5},
        shifts={"short_texts": {"vectors": 0.125}},
        declared=frozenset({"topics"}),
        calibration=Calibration(-1.0, 0.5, 0.25, 2.0),
        corpora=(Corpus("blog", "ab" * 32, 12),),
        made_on="2026-01-31",
        scores={"nDCG@10": 0.4321},
    )
    path = tmp_path / "weights.yaml"
    path.write_text(weights.to_yaml(), "utf-8")

    assert Weights.from_file(path) == weights
    assert weights.vector()[NAMES.index("topics")] == -0.5


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [", r"cannot be read \(.* is not valid YAML: "),
        ("[]", "is not a mapping with `format: 1`"),
        ("format: 2", "is not a mapping with `format: 1`"),
        ("format: 1\nweights: []\n", None),
        ("format: 1\nweights: 3\n", "`weights` is not a mapping"),
        (
            "format: 1\nweights: {vectors: yes}\n",
            "`weights.vectors` is True, not a number from -1,000,000",
        ),
        (
            "format: 1\nweights: {vectors: .nan}\n",
            "`weights.vectors` is nan, not a number from -1,000,000",
        ),
        ("format: 1\nweights: {vecters: 1}\n", "names the unknown signal “vecters”"),
        ("format: 1\nshifts: {short_texts: {vecters: 1}}\n", "the unknown signal “vecters”"),
        ("format: 1\nshifts: {long_texts: {words: 1}}\n", "the unknown condition “long_texts”"),
        ("format: 1\nshifts: {short_texts: 1}\n", "`short_texts` is not a mapping"),
        ("format: 1\ncalibration: {slope: 1}\n", "has other parts than expected"),
        ("format: 1\nfitted_on: [{name: x}]\n", "has other parts than expected"),
    ],
)
def test_a_file_that_holds_no_weights_says_so(
    tmp_path: Path, text: str, complaint: str | None
) -> None:
    """And what to do."""
    path = tmp_path / "weights.yaml"
    path.write_text(text, "utf-8")
    if complaint is None:
        assert Weights.from_file(path) == Weights({})
        return
    with pytest.raises(ConfigError, match=complaint + ".*run `recommender fit` again"):
        Weights.from_file(path)


def test_pools_of_articles_teach() -> None:
    """From articles to weights: lists by subject are found again better than by similarity."""
    articles = random_articles(90)
    ranker = ranker_of(articles)
    lists = lists_by_subject(articles)
    rows = np.array(sorted(lists))
    entries = [np.unique(lists[row]) for row in rows.tolist()]
    lesson = Lesson.of(ranker.pools(rows, lists), entries, np.arange(len(rows)))
    learned = learn(lesson, Weights({"vectors": 0.5}), np.random.default_rng(0))

    assert lesson.ndcg(learned.vector()).mean() >= lesson.ndcg(np.eye(N_SIGNALS)[0]).mean()

"""The standard measures, by hand, and every undefined case."""

from __future__ import annotations

from math import log2

import ir_measures
import numpy as np
import pytest
from ir_measures import AP, RR, Judged, Qrel, R, ScoredDoc, Success, nDCG

from evaluation.measures import DEPTH, MEASURES, RECALL_K, STANDARD, per_query
from evaluation.task import NOBODY


def _measured(truth: dict[int, int], ranked: list[int], *names: str) -> list[float]:
    """Measures of one query, of article 0."""
    values = per_query({0: truth}, np.array([0]), np.array([ranked], dtype=np.int32), names)
    return [float(values[name][0]) for name in names]


def test_a_perfect_list_has_ndcg_and_reciprocal_rank_one() -> None:
    """All that is right, and nothing before it."""
    assert _measured({1: 1, 2: 1}, [2, 1, 3], "nDCG@10", "MRR@100", "MAP@100") == [1, 1, 1]


def test_ndcg_by_hand() -> None:
    """Right at places 2 and 4, of three that are right."""
    gained = 1 / log2(3) + 1 / log2(5)
    ideal = 1 + 1 / log2(3) + 1 / 2

    found = _measured({1: 1, 2: 1, 9: 1}, [5, 1, 6, 2], "nDCG@10", "nDCG@5")

    assert found == pytest.approx([gained / ideal, gained / ideal], abs=1e-6)


def test_gains_are_the_grades_themselves() -> None:
    """Linear, not exponential: grade 3 first and 1 second swapped."""
    gained = 1 + 3 / log2(3)

    assert _measured({1: 1, 2: 3}, [1, 2], "nDCG@10") == pytest.approx([gained / (3 + 1 / log2(3))])


def test_the_ideal_list_comes_from_the_judgements() -> None:
    """Six are right, one is found: the ideal holds all six, though the list is one long."""
    ideal = sum(1 / log2(place + 1) for place in range(1, 7))

    assert _measured(dict.fromkeys(range(1, 7), 1), [3], "nDCG@10") == pytest.approx([1 / ideal])


def test_recall_hit_rate_and_reciprocal_rank_by_hand() -> None:
    """Right at place 3 of two that are right."""
    names = ("recall@5", "hit_rate@1", "hit_rate@5", "MRR@100", "MAP@100")

    assert _measured({1: 1, 2: 1}, [7, 8, 1], *names) == pytest.approx([0.5, 0, 1, 1 / 3, 1 / 6])


def test_what_nobody_judged_is_not_relevant() -> None:
    """Nor is what was judged as zero; judged@10 tells them apart, of those that stand there."""
    found = _measured({1: 1, 2: 0}, [2, 3, 1], "MRR@100", "judged@10")

    assert found == pytest.approx([1 / 3, 2 / 3])


def test_a_query_that_a_run_forgot_counts_zero() -> None:
    """In every measure, and in its place."""
    truth = {3: {1: 1}, 5: {2: 1}}
    lists = np.array([[NOBODY] * 3, [2, NOBODY, NOBODY]], dtype=np.int32)

    values = per_query(truth, np.array([3, 5]), lists, MEASURES)

    assert all(values[name][0] == 0 for name in MEASURES)
    assert values["nDCG@10"].tolist() == [0, 1]


def test_without_any_answer_everything_is_zero() -> None:
    """No list at all is no error."""
    values = per_query(
        {0: {1: 1}}, np.array([0]), np.full((1, DEPTH), NOBODY, dtype=np.int32), ["nDCG@10"]
    )

    assert values["nDCG@10"].tolist() == [0]


def test_values_equal_those_of_ir_measures_on_the_same_order() -> None:
    """A random trial of 40 queries, against the library fed by hand."""
    rng = np.random.default_rng(0)
    queries = np.arange(40)
    lists = np.stack([rng.permutation(300)[:DEPTH] for _ in queries]).astype(np.int32)
    truth = {
        q: {int(d): int(rng.integers(0, 4)) for d in rng.permutation(300)[:20]} for q in range(40)
    }
    qrels = [Qrel(str(q), str(d), g) for q, of in truth.items() for d, g in of.items()]
    run = [
        ScoredDoc(str(q), str(d), float(DEPTH - i))
        for q in range(40)
        for i, d in enumerate(lists[q].tolist())
    ]
    library = {
        "nDCG@10": nDCG @ 10,
        "recall@50": R @ 50,
        "MRR@100": RR,
        "MAP@100": AP @ 100,
        "hit_rate@5": Success @ 5,
        "judged@10": Judged @ 10,
    }

    values = per_query(truth, queries, lists, list(library))

    for name, measure in library.items():
        expected = {m.query_id: m.value for m in ir_measures.iter_calc([measure], qrels, run)}
        assert [expected[str(q)] for q in queries] == pytest.approx(values[name].tolist())


def test_the_measures_of_the_issue_are_there() -> None:
    """In the order of tables."""
    assert list(STANDARD) == [
        "nDCG@5", "nDCG@10", "recall@5", "recall@10", "recall@50", "MRR@100", "MAP@100",
        "hit_rate@1", "hit_rate@5", "hit_rate@10",
    ]  # fmt: skip
    assert RECALL_K[-1] == DEPTH

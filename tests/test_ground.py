"""What ranking computes once: searching by terms, levels, the site's own measure, page rank."""

from __future__ import annotations

import numpy as np
import pytest
from sample_ground import random_articles, ranker_of

from recommender.features import Graph, TermTable
from recommender.ranking.adaptation import Adaptation
from recommender.ranking.block import TABLES, TermBlock
from recommender.ranking.ground import (
    MAX_MENTIONERS,
    N_NEAREST,
    Ground,
    Neighbourhoods,
    page_rank,
)
from recommender.ranking.levels import RANKS, levels, log_ranks
from recommender.ranking.matches import Matches, merged, products_of
from recommender.ranking.retrieval import MAX_POSTINGS, Postings
from recommender.ranking.stored import from_arrays, to_arrays
from recommender.terms.collect import collect


def _table(seed: int, n: int = 50, n_terms: int = 20) -> TermTable:
    rng = np.random.default_rng(seed)
    ids = np.stack([rng.permutation(n_terms)[:6] for _ in range(n)]).astype(np.int32)
    weights = rng.random((n, 6)).astype(np.float32) * (rng.random((n, 6)) > 0.3)
    return TermTable(np.where(weights > 0, ids, 0).astype(np.int32), weights, n_terms)


def _dense(table: TermTable) -> np.ndarray:
    dense = np.zeros((len(table.ids), table.n_terms))
    for row in range(len(dense)):
        ids, weights = table.of(row)
        dense[row, ids] = weights
    return dense


def test_searching_by_terms_finds_what_multiplying_everything_finds() -> None:
    """Best first, equal ones by row, those that share nothing left out."""
    table = _table(0)
    dense = _dense(table)
    for row in range(0, 50, 7):
        rows, sums = Postings.from_table(table).search(table.of(row), 10)
        expected = dense @ dense[row]
        best = np.lexsort((np.arange(50), -expected))[:10]
        assert rows.tolist() == best[expected[best] > 0].tolist()
        assert sums == pytest.approx(expected[rows], rel=1e-6)


def test_of_a_common_term_the_articles_are_kept_in_which_it_weighs_most() -> None:
    """Searching a word that everyone has costs no more than it may."""
    n = MAX_POSTINGS + 10
    weights = np.linspace(0.1, 1, n, dtype=np.float32)[:, None]
    postings = Postings.from_table(TermTable(np.zeros((n, 1), dtype=np.int32), weights, 1))

    assert len(postings.rows) == MAX_POSTINGS
    assert postings.rows.min() == 10


def _block() -> TermBlock:
    """Eight tables of fifty articles."""
    return TermBlock.of_tables({name: _table(seed) for seed, name in enumerate(TABLES)})


def test_tables_lie_side_by_side_and_stay_what_they_are() -> None:
    """Each is a part of the block, which is kept once."""
    block = _block()
    for seed, name in enumerate(TABLES):
        table, part = _table(seed), block.table(name)

        assert np.array_equal(part.ids, table.ids)
        assert np.array_equal(part.weights, table.weights)
        assert part.n_terms == table.n_terms
        assert np.shares_memory(part.ids, block.ids)


def test_matches_count_what_dense_rows_have_in_common() -> None:
    """Products, shares and the greatest, of each table; the slots between calls are empty again."""
    block, rows = _block(), np.array([3, 3, 17])
    for row in (5, 6):
        terms = {name: _table(9 + row + i).of(row) for i, name in enumerate(TABLES)}
        weights = np.concatenate([of[1] for of in terms.values()])
        found = Matches.find({name: of[0] for name, of in terms.items()}, block, rows)
        for i, name in enumerate(TABLES):
            dense, theirs = _dense(_table(i))[rows], _dense(_table(9 + row + i))[row]
            both = (dense > 0) & (theirs > 0)

            assert found.products(weights)[:, i] == pytest.approx(dense @ theirs, rel=1e-5)
            assert found.shares(weights)[:, i] == pytest.approx(both @ theirs, rel=1e-5)
            assert found.greatest(weights, name) == pytest.approx((both * theirs).max(axis=1))
            alone = products_of(name, terms[name], block, rows)
            assert alone == pytest.approx(dense @ theirs, rel=1e-5)


def test_nothing_in_common_matches_nothing() -> None:
    """No term asked for, none in the articles, and empty places that look like term 0."""
    empty = TermTable(np.zeros((2, 3), np.int32), np.zeros((2, 3), np.float32), 5)
    block = TermBlock.of_tables(dict.fromkeys(TABLES, empty))
    for ids in (np.array([], np.int32), np.array([0, 4], np.int32)):
        found = Matches.find(dict.fromkeys(TABLES, ids), block, np.array([0, 1]))
        weights = np.ones(len(ids) * len(TABLES))

        assert found.greatest(weights, "words").tolist() == [0, 0]
        assert not found.products(weights).any()


def test_terms_of_two_fields_are_merged() -> None:
    """Each with its weight in either."""
    first = (np.array([7, 2], np.int32), np.array([0.5, 0.25], np.float32))
    second = (np.array([9, 2], np.int32), np.array([2.0, 1.0], np.float32))
    nothing = (np.array([], np.int32), np.array([], np.float32))

    def lists(*terms: tuple[np.ndarray, np.ndarray]) -> list[list[float]]:
        return [of.tolist() for of in merged(*terms)]

    assert lists(first, second) == [[7, 2, 9], [0.5, 0.25, 0], [0, 1, 2]]
    assert lists(nothing, second) == [[9, 2], [0, 0], [2, 1]]
    assert lists(first, nothing) == [[7, 2], [0.5, 0.25], [0, 0]]


def test_ranks_among_neighbours_are_exact_at_the_kept_ranks() -> None:
    """Nearer than the nearest is rank 1, farther than all is beyond the last."""
    similarities = np.linspace(1, 0, 400)
    kept = np.stack([levels(similarities)] * (len(RANKS) + 2))
    queries = np.array([2.0, *(similarities[rank - 1] for rank in RANKS), -1.0])
    found = np.expm1(log_ranks(queries, kept))

    assert found == pytest.approx([1, *RANKS, 128], rel=1e-4)


def test_between_kept_ranks_the_rank_rises_as_the_similarity_falls() -> None:
    """And articles with few neighbours have no levels below them."""
    kept = levels(np.array([0.9, 0.5, 0.3]))
    ranks = log_ranks(np.linspace(1, -1, 50), np.stack([kept] * 50))

    assert kept.tolist() == pytest.approx([0.9, 0.5, 0, 0, 0, 0, 0, 0])
    assert (np.diff(ranks) >= 0).all()


def test_who_shares_nothing_is_no_neighbour() -> None:
    """Though an article without any neighbour holds no similarity that is greater."""
    alone, other = np.zeros(len(RANKS), dtype=np.float32), levels(np.linspace(1, 0.1, 200))
    found = log_ranks(np.array([0.0, 0.0, 0.5]), np.stack([alone, other, alone]))

    assert np.expm1(found) == pytest.approx([128, 128, 1])


def test_the_adapted_measure_takes_out_what_all_share() -> None:
    """Two articles that differ from the site in the same way are alike, whatever the site is."""
    rng = np.random.default_rng(3)
    own = rng.normal(size=(2000, 8)) * np.array([5, 1, 1, 1, 1, 1, 1, 1])
    vectors = (own + np.array([9, 0, 0, 0, 0, 0, 0, 0])).astype(np.float32)
    adaptation = Adaptation.from_vectors(vectors)
    rows = np.array([0, 1, 2])
    found = adaptation.similarities(vectors[0], vectors[rows], rows)
    scaled = own[rows] - own.mean(axis=0)
    scaled[:, 0] /= np.sqrt(5)
    scaled /= np.linalg.norm(scaled, axis=1, keepdims=True)

    assert found[0] == pytest.approx(1, abs=1e-4)
    assert found == pytest.approx(scaled @ scaled[0], abs=0.03)


def test_with_few_articles_the_adapted_measure_stays_finite() -> None:
    """One article alone is its own centre."""
    vectors = np.eye(3, dtype=np.float32)[:1]
    adaptation = Adaptation.from_vectors(vectors)

    assert np.isfinite(adaptation.similarities(vectors[0], vectors, np.array([0]))).all()


def test_it_is_counted_how_many_have_an_article_near() -> None:
    """An article is not near to itself."""
    rows = np.array([[0, 1, 2], [2, 1, 0], [2, 0, 1]])
    similarities = np.array([[1.0, 0.5, 0.4], [0.9, 0.9, 0.1], [1, 0.3, 0.2]])
    near = Neighbourhoods.of(3, zip(rows, similarities, strict=True))

    assert near.n_near().tolist() == [2, 2, 2]
    assert near.nearest[:, :3].tolist() == [[1, 2, -1], [2, 0, -1], [0, 1, -1]]
    assert near.levels[:, :2] == pytest.approx(np.array([[0.5, 0.4], [0.9, 0.1], [0.3, 0.2]]))


def test_page_rank_solves_its_equation() -> None:
    """Who is named by the much named ranks high; who names nobody passes nothing on."""
    graph = Graph.from_lists([[1], [2], [0, 1], [1], []])
    rank = np.exp(page_rank(graph).astype(np.float64))
    passed_on = np.array([rank[2] / 2, rank[0] + rank[2] / 2 + rank[3], rank[1], 0, 0])

    assert rank == pytest.approx(0.15 / 5 + 0.85 * passed_on, rel=1e-2)
    assert rank.argmax() == 1


def test_of_many_mentioners_those_that_mention_few_are_kept() -> None:
    """A page that mentions everything says little about any of it."""
    n = MAX_MENTIONERS + 5
    mentions = Graph.from_lists([[], *([[0]] * MAX_MENTIONERS), *([[0, 1]] * 5)])
    vectors = np.eye(n + 1, dtype=np.float32)[:, :4] + 0.1
    features = collect(random_articles(n + 1))
    changed = type(features)(
        **{name: getattr(features, name) for name in features.__slots__} | {"mentions": mentions}
    )
    nobody = np.full((n + 1, N_NEAREST), -1)
    near = Neighbourhoods(np.zeros((n + 1, len(RANKS)), np.float32), nobody)
    ground = Ground.prepare(vectors, changed, near)

    assert ground.mentioners.of(0).tolist() == list(range(1, MAX_MENTIONERS + 1))
    assert ground.mention_mass[0] == pytest.approx(MAX_MENTIONERS / 2 + 5 / 3)
    assert ground.n_mentioning[:2].tolist() == [n, 5]


@pytest.fixture(scope="module")
def ground() -> Ground:
    """Thirty articles."""
    return ranker_of(random_articles(30)).ground


def test_a_ground_is_kept_as_arrays_and_comes_back_the_same(ground: Ground) -> None:
    """Everything but the vectors, which the index has."""
    arrays = to_arrays(ground)
    again = to_arrays(from_arrays(ground.vectors, arrays))

    assert again.keys() == arrays.keys()
    assert all(np.array_equal(again[name], arrays[name], equal_nan=True) for name in arrays)


def test_arrays_that_do_not_fit_are_refused(ground: Ground) -> None:
    """Each array missing, of another type, or of another length, in turn."""
    arrays = to_arrays(ground)
    for name, array in arrays.items():
        for wrong in (None, array.astype(np.bool_), array[1:] if len(array) > 1 else array[None]):
            changed = {k: v for k, v in arrays.items() if k != name}
            if wrong is not None:
                changed[name] = wrong
            with pytest.raises(ValueError, match="“"):
                from_arrays(ground.vectors, changed)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("terms_ids", 10**6),
        ("terms_ids", -1),
        ("terms_widths", 0),
        ("letters_articles", 30),
        ("mentions_targets", 30),
        ("names_offsets", 10**6),
        ("lead_offsets", 10**6),
        ("words_keys", 2**62),
    ],
)
def test_numbers_that_lead_outside_are_refused(ground: Ground, name: str, value: int) -> None:
    """A crafted index must not make anyone read beyond an array."""
    arrays = to_arrays(ground)
    changed = arrays[name].copy()
    changed.flat[1 if "offsets" in name else 0] = value
    with pytest.raises(ValueError, match=r"out of order|not from 0 to|below 1"):
        from_arrays(ground.vectors, arrays | {name: changed})

"""What ranking computes once: searching by terms, levels, the site's own measure, page rank."""

from __future__ import annotations

import numpy as np
import pytest
from sample_ground import random_articles, ranker_of

from recommender.features import Graph, TermTable
from recommender.ranking import retrieval
from recommender.ranking.block import TABLES, TEXTS, TermBlock
from recommender.ranking.breadth import OF_FEW, OF_MANY
from recommender.ranking.ground import MAX_MENTIONERS, Ground
from recommender.ranking.levels import RANKS, levels, log_ranks
from recommender.ranking.marks import marked
from recommender.ranking.matches import Matches, shared
from recommender.ranking.neighbourhoods import Neighbourhoods
from recommender.ranking.numbers import NUMBERS, page_rank
from recommender.ranking.retrieval import Postings
from recommender.ranking.stored import from_arrays, to_arrays
from recommender.terms.collect import collect


def _table(seed: int, n: int = 50, n_terms: int = 20) -> TermTable:
    rng = np.random.default_rng(seed)
    ids = np.stack([rng.permutation(n_terms)[:6] for _ in range(n)]).astype(np.int32)
    weights = rng.random((n, 6)).astype(np.float32) * (rng.random((n, 6)) > 0.3)
    return TermTable(np.where(weights > 0, ids, n_terms).astype(np.int32), weights, n_terms)


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
    n = OF_FEW.n_postings + 10
    weights = np.linspace(0.1, 1, n, dtype=np.float32)[:, None]
    postings = Postings.from_table(TermTable(np.zeros((n, 1), dtype=np.int32), weights, 1))

    assert len(postings.rows) == OF_FEW.n_postings
    assert postings.rows.min() == 10


def test_among_many_articles_a_query_looks_less_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer articles of each term, and of the query the weightiest terms alone."""
    monkeypatch.setattr("recommender.ranking.breadth.MANY", 100)
    n, width = OF_MANY.n_postings + 40, OF_MANY.n_terms + 30
    ids = np.tile(np.arange(width, dtype=np.int32), (n, 1))
    weights = np.linspace(1, 0.5, n * width, dtype=np.float32).reshape(n, width)
    table = TermTable(ids, weights, width)
    few, many = (
        Postings.from_table(TermTable(ids[:99], weights[:99], width)),
        Postings.from_table(table),
    )

    assert few.offsets.tolist() == [99 * term for term in range(width + 1)]
    assert many.offsets.tolist() == [OF_MANY.n_postings * term for term in range(width + 1)]
    assert few.search(table.of(0), 1)[1] == pytest.approx([weights[0] @ weights[0]])
    looked_up = weights[0, : OF_MANY.n_terms]
    assert many.search(table.of(0), 1)[1] == pytest.approx([looked_up @ looked_up])


RARITIES = np.linspace(1, 2, 20, dtype=np.float32)


@pytest.mark.parametrize("at_once", [1, 50, 1000])
def test_postings_are_the_same_however_many_are_sorted_at_once(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A term stays in one part, whatever it takes; a million articles have many parts."""
    table = collect(random_articles(60)).words
    together = Postings.from_table(table)
    monkeypatch.setattr(retrieval, "_AT_ONCE", at_once)
    in_parts = Postings.from_table(table)

    assert np.array_equal(in_parts.entries, together.entries)
    assert np.array_equal(in_parts.offsets, together.offsets)


def _block() -> TermBlock:
    """Seven tables of fifty articles."""
    return TermBlock.of_tables({name: _table(seed) for seed, name in enumerate(TABLES)})


def test_tables_lie_side_by_side_and_stay_what_they_are() -> None:
    """Each is a part of the block, which is kept once."""
    block = _block()
    for seed, name in enumerate(TABLES):
        table, part = _table(seed), block.table(name)

        assert np.array_equal(part.ids, table.ids)
        assert np.array_equal(part.weights, table.weights)
        assert part.n_terms == table.n_terms
        assert np.shares_memory(part.ids, block.terms)


def test_matches_count_what_dense_rows_have_in_common() -> None:
    """Products and shares of each table; between calls nothing is left behind."""
    block, rows = _block(), np.array([3, 3, 17])
    for row in (5, 6):
        terms = {name: _table(9 + row + i).of(row) for i, name in enumerate(TABLES)}
        wanted = {name: ids for name, (ids, _) in terms.items()}
        weighing = {name: (name, weights) for name, (_, weights) in terms.items()}
        found = Matches.find(wanted, block, block.terms[rows], RARITIES)
        products, shares = found.products(weighing), found.shares(weighing)
        for i, name in enumerate(TABLES):
            dense, theirs = _dense(_table(i))[rows], _dense(_table(9 + row + i))[row]

            assert products[name] == pytest.approx(dense @ theirs, rel=1e-5)
            if name in TEXTS:
                assert shares[name] == pytest.approx((dense > 0) @ theirs, rel=1e-5)


def test_words_of_one_text_are_looked_for_in_another() -> None:
    """Those of the query's title in texts; a word of both texts counts once in either."""
    block, rows = _block(), np.arange(50)
    words, title = _table(30).of(1), _table(31).of(1)
    nothing = np.array([], np.int32)
    wanted = dict.fromkeys(TABLES, nothing) | {"words": words[0], "titles": title[0]}
    found = Matches.find(wanted, block, block.terms[rows], RARITIES)
    in_texts = _dense(_table(0)) > 0
    of_title, of_words = np.zeros(20), np.zeros(20)
    of_title[title[0]], of_words[words[0]] = title[1], words[1]

    assert set(words[0].tolist()) & set(title[0].tolist())
    shares = found.shares({"words": ("titles", title[1])})["words"]
    assert shares == pytest.approx(in_texts @ of_title, rel=1e-5)
    shares = found.shares({"words": ("words", words[1])})["words"]
    assert shares == pytest.approx(in_texts @ of_words, rel=1e-5)
    both = np.where((of_title > 0) | (of_words > 0), RARITIES, 0)
    assert found.rarest() == pytest.approx((in_texts * both).max(axis=1), rel=1e-6)


def test_nothing_in_common_matches_nothing() -> None:
    """No term asked for, none in the articles."""
    empty = TermTable(np.full((2, 3), 20, np.int32), np.zeros((2, 3), np.float32), 20)
    block = TermBlock.of_tables(dict.fromkeys(TABLES, empty))
    for ids in (np.array([], np.int32), np.array([0, 19], np.int32)):
        found = Matches.find(dict.fromkeys(TABLES, ids), block, block.terms, RARITIES)
        weighing = {name: (name, np.ones(len(ids))) for name in TABLES}

        assert found.rarest().tolist() == [0, 0]
        assert not any(of.any() for of in found.products(weighing).values())
        assert not any(of.any() for of in found.shares(weighing).values())


def test_shared_terms_come_by_the_product_of_their_weights() -> None:
    """Ties by number; a term that a damaged index repeats is said again, and breaks nothing."""
    mine = np.array([2, 5, 7, 9], np.int32), np.array([0.5, 0.5, 0.25, 1.0], np.float32)
    yours = np.array([5, 2, 9, 11], np.int32), np.array([1.0, 1.0, 1.0, 1.0], np.float32)
    nothing = np.array([], np.int32), np.array([], np.float32)
    repeated = np.array([9, 9], np.int32), np.array([0.5, 0.5], np.float32)

    assert shared(mine, yours).tolist() == [9, 2, 5]
    assert shared(mine, nothing).tolist() == shared(nothing, mine).tolist() == []
    assert shared(repeated, nothing).tolist() == []
    assert set(shared(mine, repeated).tolist()) == {9}


def test_marks_are_wiped_whatever_happens() -> None:
    """Two at once are two arrays; a longer one than before is made when it is needed."""
    numbers = np.array([4, 2, 4])
    with marked(numbers, 6) as marks, marked(np.array([0]), 9) as others:
        assert marks[:6].tolist() == [0, 0, 2, 0, 3, 0]
        assert others[:9].tolist() == [1, *[0] * 8]
    with pytest.raises(KeyError), marked(numbers, 20) as marks:
        raise KeyError
    with marked(np.arange(0), 30) as marks:
        assert len(marks) >= 30
        assert not marks.any()
    with marked(np.arange(300), 300) as marks:
        assert marks[:300].tolist() == list(range(1, 301))


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


def test_it_is_counted_how_many_have_an_article_near() -> None:
    """An article is not near to itself."""
    rows = np.array([[0, 1, 2], [2, 1, 0], [2, 0, 1]])
    similarities = np.array([[1.0, 0.5, 0.4], [0.9, 0.9, 0.1], [1, 0.3, 0.2]])
    near = Neighbourhoods.unknown(3)
    for row, *found in zip(range(3), rows, similarities, strict=True):
        near.note(row, *found)

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
        **{name: getattr(features, name) for name in features.__slots__}
        | {"mentions": mentions, "are_names": np.zeros(len(mentions.targets), dtype=bool)}
    )
    ground = Ground.prepare(vectors, changed, Neighbourhoods.unknown(n + 1))

    assert ground.mentioners.of(0).tolist() == list(range(1, MAX_MENTIONERS + 1))
    facts = dict(zip(NUMBERS, ground.numbers[:2].T, strict=True))
    assert facts["mention_mass"][0] == pytest.approx(MAX_MENTIONERS / 2 + 5 / 3)
    assert np.exp(facts["usual_mentions"]) - 0.02 == pytest.approx([n / (n + 1), 5 / (n + 1)])


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
        ("terms", 10**6),
        ("terms", -1),
        ("terms_widths", 0),
        ("letters_articles", 30),
        ("mentions_targets", 30),
        ("mentions_offsets", 10**6),
        ("lead_offsets", 10**6),
        ("words_keys", 2**62),
    ],
)
def test_numbers_that_lead_outside_are_refused(ground: Ground, name: str, value: int) -> None:
    """A crafted index must not make anyone read beyond an array."""
    arrays = to_arrays(ground)
    changed = arrays[name].copy()
    changed.flat[1 if "offsets" in name else 0] = value
    with pytest.raises(ValueError, match=r"out of order|not from 0 to|not from 1 to"):
        from_arrays(ground.vectors, arrays | {name: changed})


def test_an_empty_place_weighs_nothing(ground: Ground) -> None:
    """A crafted index could give a weight to a term that is none."""
    arrays = to_arrays(ground)
    terms = arrays["terms"].copy()
    terms[:, 1] = np.maximum(terms[:, 1].view(np.float32), np.float32(0.5)).view(np.int32)
    letters = {"letters_weights": np.maximum(arrays["letters_weights"], 0.5)}
    for changed in (letters, {"terms": terms}):
        with pytest.raises(ValueError, match="gives a weight to an empty place"):
            from_arrays(ground.vectors, arrays | changed)
    shorter = {f"lead_{of}": arrays[f"lead_{of}"][1:] for of in ("keys", "idf")}
    with pytest.raises(ValueError, match="“lead_keys” are"):
        from_arrays(ground.vectors, arrays | shorter)

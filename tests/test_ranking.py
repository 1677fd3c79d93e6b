"""Candidates, signals and what they may see; pools."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sample_ground import lists_by_subject, random_articles, ranker_of

from recommender.ranker import Ranker
from recommender.ranking.candidates import Candidates, candidates
from recommender.ranking.fit import Lesson
from recommender.ranking.lists import Lists
from recommender.ranking.query import Query
from recommender.ranking.ranked import Ranked
from recommender.ranking.signals import SIGNALS, signals
from recommender.ranking.standard import standardise
from recommender.ranking.weights import Weights
from recommender.records import Article, Provider
from recommender.terms.describe import describe

ARTICLES = random_articles(60)
NAMES = list(SIGNALS)


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    """Sixty articles about three subjects."""
    return ranker_of(ARTICLES)


def _query(ranker: Ranker, row: int) -> Query:
    return Query.of_row(ranker.ground, row, ranker.near(ranker.ground.vectors[[row]])[0])


def _signals(ranker: Ranker, query: Query, rows: np.ndarray, lists: Lists) -> np.ndarray:
    """Of any articles, be they candidates or not."""
    pool = Candidates.of_rows(rows, query, ranker.ground)
    return signals(query, pool, ranker.ground, lists)


def _column(ranker: Ranker, name: str, row: int, rows: list[int], lists: Lists) -> list[float]:
    found = _signals(ranker, _query(ranker, row), np.array(rows), lists)
    return found[:, NAMES.index(name)].tolist()


def _no_lists(ranker: Ranker) -> Lists:
    return Lists.from_rows({}, len(ranker.ground))


def test_what_is_standardised_has_mean_zero_and_deviation_one() -> None:
    """What is absent counts as the median; a column that says nothing is zero."""
    values = np.array([[1.0, 5, np.nan, np.nan], [2, 5, 4, np.nan], [6, 5, 8, np.nan]])
    found = standardise(values)

    assert found.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-12)
    assert found.std(axis=0) == pytest.approx([1, 0, 1, 0])
    assert found[0, 2] == pytest.approx(0)  # the median of 4 and 8 is their mean here
    assert standardise(values[:0]).shape == (0, 4)


def test_candidates_are_allowed_known_once_and_never_the_query(ranker: Ranker) -> None:
    """Ascending rows; what may not be shown does not come."""
    allowed = np.ones(60, dtype=bool)
    allowed[[5, 9]] = False
    rows = candidates(_query(ranker, 5), ranker.ground, _no_lists(ranker), allowed).rows

    assert rows.tolist() == sorted(set(rows.tolist()))
    assert not {5, 9} & set(rows.tolist())


def test_candidates_come_with_what_was_found_out_on_the_way(ranker: Ranker) -> None:
    """Cosines and products of letters are those of any article, be it found or not."""
    query = _query(ranker, 5)
    lists = Lists.from_rows(lists_by_subject(ARTICLES), 60)
    found = candidates(query, ranker.ground, lists, np.arange(60) != 5)
    same = Candidates.of_rows(found.rows, query, ranker.ground)

    assert found.similarities == pytest.approx(same.similarities, abs=1e-6)
    assert found.similarities == pytest.approx(
        ranker.ground.vectors[found.rows] @ ranker.ground.vectors[5], abs=1e-6
    )
    assert found.letters.tolist() == same.letters.tolist()
    assert found.letters.max() > 0


def test_what_neighbours_list_comes_into_question() -> None:
    """Though neither vectors nor words lead there."""
    articles = [
        *(Article(title=f"ship sea {i}", id=f"a{i:03d}", excerpt="sail") for i in range(130)),
        Article(title="zebra", id="z"),
    ]
    ranker = ranker_of(articles)
    target = len(articles) - 1
    query = _query(ranker, 0)
    query = replace(query, near=query.near[query.near != target])
    allowed = np.arange(len(articles)) != 0
    without = candidates(query, ranker.ground, _no_lists(ranker), allowed)
    lists = Lists.from_rows({row: [target] for row in range(1, 130)}, len(articles))

    assert target not in without.rows
    assert target in candidates(query, ranker.ground, lists, allowed).rows


def test_what_teaches_is_exactly_what_is_ranked(ranker: Ranker) -> None:
    """The same candidates and signals in learning and in use; a listed stranger does not join."""
    lists = {row: list(entries) for row, entries in lists_by_subject(ARTICLES).items()}
    known = Lists.from_rows(lists, 60)
    pools = ranker.pools(np.array(sorted(lists)), lists)
    for place, row in enumerate(pools.queries.tolist()):
        span = slice(pools.offsets[place], pools.offsets[place + 1])
        query = _query(ranker, row)
        ranked = Ranked.of(
            query, ranker.candidates(query, known), ranker.ground, known, Weights({})
        )

        assert pools.rows[span].tolist() == ranked.rows.tolist()
        assert np.array_equal(pools.signals[span], ranked.signals, equal_nan=True)
    stranger = Lesson.of(pools, [np.array([999])] * len(pools), np.arange(len(pools)))
    assert not stranger.is_listed.any()
    assert stranger.n_listed.tolist() == [1] * len(pools)


@pytest.mark.parametrize("row", [0, 2, 7])
def test_links_from_the_query_or_to_it_change_nothing(ranker: Ranker, row: int) -> None:
    """The answer must not be in what is asked: own list garbage, absent, or named by everyone."""
    known = dict(lists_by_subject(ARTICLES))
    rng = np.random.default_rng(row)

    def seen(lists: dict[int, list[int]]) -> np.ndarray:
        made = Lists.from_rows(lists, 60)
        query = _query(ranker, row)
        pool = candidates(query, ranker.ground, made, np.arange(60) != row)
        return np.column_stack([pool.rows, signals(query, pool, ranker.ground, made)])

    without = {k: [entry for entry in v if entry != row] for k, v in known.items() if k != row}
    expected = seen(without)
    for own in ([], rng.permutation(60)[:20].tolist(), known.get(row, [])):
        for fans in (0, 40):
            lists = {k: list(v) for k, v in without.items()}
            for fan in rng.permutation(60)[:fans].tolist():
                lists[fan] = [*lists.get(fan, ()), row]
            lists[row] = own
            assert np.array_equal(seen(lists), expected, equal_nan=True)


def test_no_signal_tells_a_linked_article_from_one_that_says_little() -> None:
    """Being linked decides nothing: a bare article of the folder has the same signals."""
    bare = Article(title="sea wind", id="https://x.example/a", excerpt="sail")
    linked = replace(bare, is_linked=True)
    own = replace(bare, id="zz")  # no folder either
    values = []
    for extra in (own, linked):
        made = ranker_of([*ARTICLES, extra])
        values.append(_signals(made, _query(made, 3), np.arange(4, 61), _no_lists(made)))

    assert np.array_equal(*values, equal_nan=True)


def test_an_absent_field_counts_as_the_median_of_the_candidates(ranker: Ranker) -> None:
    """So absence gives nothing away."""
    rows = np.arange(1, 60)
    values = _signals(ranker, _query(ranker, 0), rows, _no_lists(ranker))
    for name in ("body_length", "query_title_in_text"):
        column = values[:, NAMES.index(name)]
        is_absent = np.isnan(column)
        filled = np.where(is_absent, np.nanmedian(column), column)

        assert is_absent.tolist() == [not ARTICLES[row].body for row in rows]
        assert standardise(column) == pytest.approx(standardise(filled), abs=1e-6)


def test_labels_speak_where_both_have_some() -> None:
    """Shared topics by rarity, same author, same provider, same folder, days apart."""
    base = {"excerpt": "sea", "body": "wind"}
    made = [
        Article(
            title=f"ship {i}",
            id=f"{folder}/{i}",
            topics=topics,
            authors=authors,
            provider=Provider(name=provider, domain=None) if provider else None,
            published_at=datetime(2024, 1, 1 + day, tzinfo=UTC),
            **base,
        )
        for i, (folder, topics, authors, provider, day) in enumerate(
            [
                ("a", ("rare", "all"), ("Ann",), "P", 0),
                ("a", ("RARE", "all"), ("ann",), "P", 0),
                ("b", ("all",), ("Bob",), "Q", 9),
            ]
        )
    ]
    bare = Article(title="ship 3", id="c", **base)
    small = ranker_of([*made, bare])
    lists = Lists.from_rows({}, 4)

    def column(name: str) -> list[float]:
        return _column(small, name, 0, [1, 2, 3], lists)

    idf = {"rare": np.log(5 / 3) + 1, "all": np.log(5 / 4) + 1}
    both = np.sqrt(idf["rare"] ** 2 + idf["all"] ** 2)
    assert column("topics") == pytest.approx([both, idf["all"], np.nan], nan_ok=True)
    assert column("author") == pytest.approx([1, 0, np.nan], nan_ok=True)
    assert column("provider") == pytest.approx([1, 0, np.nan], nan_ok=True)
    assert column("folder") == pytest.approx([1, 0, np.nan], nan_ok=True)
    assert column("closeness_in_time") == pytest.approx([0, -np.log(10), np.nan], nan_ok=True)
    assert column("older") == pytest.approx([1, 0, np.nan], nan_ok=True)


def test_lists_of_neighbours_speak_for_what_they_name(ranker: Ranker) -> None:
    """More than for what everyone names; counts leave out the query's own."""
    known = Lists.from_rows({1: [10, 11], 2: [10], 0: [10, 12]}, 60)
    rows = [1, 2, 10, 11, 12]

    assert _column(ranker, "listed", 0, rows, known) == pytest.approx(
        np.log1p([0, 0, 2, 1, 0]).tolist()
    )
    by_list = _column(ranker, "neighbours_list", 0, rows, known)
    assert by_list[2] == pytest.approx(1)
    assert by_list[0] == by_list[1] == by_list[4] == 0
    usual = np.array([0, 0, 1, 0.5, 0])
    more = np.log((np.square(by_list) + 0.01) / (usual + 0.01))
    assert _column(ranker, "neighbours_list_more", 0, rows, known) == pytest.approx(
        more.tolist(), abs=1e-5
    )


def test_near_and_listed_is_the_product_of_both(ranker: Ranker) -> None:
    """In standard deviations; nothing without lists."""
    rows = np.arange(1, 60)
    known = Lists.from_rows(lists_by_subject(ARTICLES), 60)
    found = _signals(ranker, _query(ranker, 0), rows, known)
    kept = {name: standardise(found[:, NAMES.index(name)]) for name in NAMES}
    nearness = kept["vectors"] + kept["words"]
    for name in ("listed", "neighbours_list", "neighbours_list_more"):
        both = found[:, NAMES.index(f"near_and_{name}")]
        assert both == pytest.approx(nearness * kept[name], abs=1e-4)
        assert not np.any(_column(ranker, f"near_and_{name}", 0, [1, 2], _no_lists(ranker)))


def test_one_rare_word_says_more_than_a_common_one() -> None:
    """The rarest shared word counts, and the words of the query's title in title and excerpt."""
    texts = ["zebra wind", "zebra sea", "wind sea", "sea wind", "moon"]
    small = ranker_of(
        [
            Article(title=f"ship {i}", id=str(i), excerpt=text, body="wind")
            for i, text in enumerate(texts)
        ]
    )
    lists = Lists.from_rows({}, 5)
    rarest = _column(small, "rarest_word", 0, [1, 2, 3, 4], lists)
    in_lead = _column(small, "query_title_in_lead", 0, [1, 2], lists)

    assert rarest == pytest.approx([np.log(6 / 3) + 1, *[1.0] * 3])  # zebra in two, wind in all
    ship, number = 1.0, np.log(6 / 2) + 1
    assert in_lead == pytest.approx([ship / (ship + number)] * 2)


def test_a_text_from_outside_is_ranked_like_an_article(ranker: Ranker) -> None:
    """Its own copy comes first by vectors, by words and by letters."""
    article = ARTICLES[20]
    near = ranker.near(ranker.ground.vectors[[20]])[0]
    known = describe(article, ranker.ground.features.vocabularies)
    query = Query.of_outside(
        ranker.ground.vectors[20], near, known.terms, known.published_at, known.sketch
    )
    rows = np.arange(60)
    found = _signals(ranker, query, rows, _no_lists(ranker))

    for name in ("vectors", "words", "letters", "title_in_query"):
        assert found[:, NAMES.index(name)].argmax() == 20
    assert np.isnan(found[:, NAMES.index("mentioned_together")]).all()


def test_pools_hold_what_every_query_is_asked_alone(ranker: Ranker) -> None:
    """The candidates are the same in training and in use, and so are their signals."""
    lists = lists_by_subject(ARTICLES)
    told: list[tuple[int, int]] = []
    pools = ranker.pools(np.array([4, 9]), lists, lambda *args: told.append(args))
    known = Lists.from_rows(lists, 60)

    for place, row in enumerate((4, 9)):
        part = slice(pools.offsets[place], pools.offsets[place + 1])
        query = _query(ranker, row)
        pool = ranker.candidates(query, known)
        assert pools.rows[part].tolist() == pool.rows.tolist()
        alone = signals(query, pool, ranker.ground, known)
        assert np.allclose(pools.signals[part], alone, atol=1e-6, equal_nan=True)
        assert np.allclose(pools.standardised()[part], standardise(alone), atol=1e-4)
    assert told == [(0, 2)]


def test_no_queries_make_empty_pools(ranker: Ranker) -> None:
    """Shapes are kept."""
    pools = ranker.pools(np.array([], dtype=np.int64), {})

    assert (len(pools), pools.standardised().shape) == (0, (0, len(SIGNALS)))

"""Each system alone, on a few articles whose lists can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import bm25s
import numpy as np
import pytest
from small_collection import collection_of, ids_of, named, on_day, task_for

from evaluation.collection import Collection
from evaluation.plan import Plan
from evaluation.systems import SYSTEMS, CannotRank, System, standard_systems
from evaluation.systems.plain import Newest, Popular, Random
from evaluation.systems.vectors import Embedding, LinkedFirst
from evaluation.systems.words import Bm25, TfIdf, TfIdfBody, Topics
from recommender import Article, ConfigError


def _list(system: System, collection: Collection, query: str, **lists: str) -> str:
    """What a system answers to one query, as ids put together."""
    task = task_for(collection, [collection.rows[query]], lists=dict(lists))
    return ids_of(collection, system.rank(task)["all"][0])


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_has_its_own_name_and_label(name: str) -> None:
    """Under its name it is found."""
    system = SYSTEMS[name]()

    assert name == system.name
    assert system.label[0].isupper()


def test_systems_are_chosen_by_name() -> None:
    """In the order given; a wrong name is told with the nearest right one."""
    assert [s.name for s in standard_systems(["tfidf", "random"])] == ["tfidf", "random"]
    assert list(SYSTEMS) == [s.name for s in standard_systems()]
    with pytest.raises(ConfigError, match="no system “tfdif”: did you mean “tfidf”"):
        standard_systems(["tfdif"])
    with pytest.raises(ConfigError, match="no system “x”: expected random, newest"):
        standard_systems(["x"])
    with pytest.raises(ConfigError, match="the name “bm25” is taken"):
        Plan(standard_systems(["bm25", "bm25"]))


def test_random_draws_each_query_by_itself() -> None:
    """Its list does not depend on which others are asked, but on the seed."""
    collection = collection_of(named("abcdefghij"))
    together = Random().rank(task_for(collection))["all"]

    alone = Random().rank(task_for(collection, [3]))["all"]

    assert np.array_equal(together[3], alone[0])
    other = Random().rank(replace(task_for(collection, [3]), seed=1))["all"]
    assert not np.array_equal(alone, other)


def test_newest_puts_undated_articles_last() -> None:
    """Equal dates tie, so ids decide; dates are told apart to the second."""
    dates = {"a": None, "b": 3.0, "c": 400.0, "d": 3.0, "e": 3.00002}
    articles = [
        Article(title=name, id=name, published_at=None if day is None else on_day(day))
        for name, day in dates.items()
    ]

    assert _list(Newest(), collection_of(articles), "d") == "ceba"


def test_newest_needs_a_date() -> None:
    """One is enough."""
    with pytest.raises(CannotRank, match="no article has a date"):
        _list(Newest(), collection_of(named("ab")), "a")


def test_popular_counts_the_lists_that_it_was_given() -> None:
    """C is named twice, b once, a and d never."""
    collection = collection_of(named("abcd"))

    assert _list(Popular(), collection, "a", b="c", d="cb") == "cbd"


def test_topics_weigh_more_the_rarer_they_are() -> None:
    """B shares the rare topic, c the common one, d none."""
    articles = [
        Article(title=name, id=name, topics=tuple(topics.split()))
        for name, topics in {
            "a": "AI Tides",
            "b": "Tides",
            "c": "AI",
            "d": "Wheat",
            "e": "AI Wheat",
        }.items()
    ]

    assert _list(Topics(), collection_of(articles), "a") == "bced"


def test_topics_are_compared_whole() -> None:
    """“AI Ethics” has no word in common with “Ethics” here, and case counts."""
    topics = {"a": ("AI Ethics",), "b": ("Ethics",), "c": ("AI Ethics",)}
    articles = [Article(title=name, id=name, topics=t) for name, t in topics.items()]

    assert _list(Topics(), collection_of(articles), "a") == "cb"


def test_topics_need_topics() -> None:
    """No article has any."""
    with pytest.raises(CannotRank, match="no article has topics"):
        _list(Topics(), collection_of(named("ab")), "a")


def _texts() -> list[Article]:
    return [
        Article(title="Tides", id="a", excerpt="the moon", body="a lighthouse keeper"),
        Article(title="Wheat", id="b", excerpt="the moon", body="a dry summer"),
        Article(title="Chips", id="c", excerpt="the jobs", body="a lighthouse keeper"),
    ]


def test_tfidf_sees_title_and_excerpt() -> None:
    """B shares two words of the excerpt."""
    assert _list(TfIdf(), collection_of(_texts()), "a") == "bc"


def test_tfidf_body_sees_the_body_too() -> None:
    """C shares the rarer words of the body, and “the”."""
    assert _list(TfIdfBody(), collection_of(_texts()), "a") == "cb"


def test_tfidf_body_needs_a_body() -> None:
    """White space is none."""
    articles = [replace(article, body=" \n") for article in _texts()]

    with pytest.raises(CannotRank, match="no article has a body"):
        _list(TfIdfBody(), collection_of(articles), "a")


@pytest.mark.parametrize("system", [TfIdf(), Bm25()])
def test_words_are_needed_where_words_are_compared(system: System) -> None:
    """Signs and single letters are none."""
    articles = [Article(title="!", id="a"), Article(title="?", id="b")]

    with pytest.raises(CannotRank, match="no article has a word"):
        _list(system, collection_of(articles), "a")


def test_bm25_gives_what_the_library_gives() -> None:
    """The product over all queries equals bm25s asked one by one; a word twice counts twice."""
    articles = [*_texts(), Article(title="Moon moon", id="d", excerpt="tides the the keeper")]
    collection = collection_of(articles)
    texts = [f"{a.title}. {a.excerpt} {a.body}" for a in articles]
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, stopwords=None, show_progress=False), show_progress=False)
    words = bm25s.tokenize(texts, stopwords=None, show_progress=False, return_ids=False)

    ranked = Bm25().rank(task_for(collection))["all"]

    for row, query in enumerate(words):
        scores = index.get_scores(query).round(6)
        others = [i for i in range(len(articles)) if i != row]
        expected = sorted(others, key=lambda i: (-scores[i], i))
        assert expected == [i for i in ranked[row].tolist() if i >= 0]


def test_embedding_orders_by_cosine() -> None:
    """C points almost where a does, b away from it."""
    vectors = np.array([[1.0, 0.0], [-1.0, 0.1], [1.0, 0.2], [0.0, 1.0]])

    assert _list(Embedding(), collection_of(named("abcd"), vectors), "a") == "cdb"


def test_linked_first_puts_linked_articles_first() -> None:
    """By similarity among themselves, then the others likewise."""
    vectors = np.array([[1.0, 0.0], [0.9, 0.1], [0.5, 0.5], [-1.0, 0.0], [0.8, 0.2]])
    articles = [*named("abc"), *named("xy", is_linked=True)]

    assert _list(LinkedFirst(), collection_of(articles, vectors), "a") == "yxbc"


def test_linked_first_needs_linked_articles() -> None:
    """There are none in this folder."""
    with pytest.raises(CannotRank, match="articles of the folder only"):
        _list(LinkedFirst(), collection_of(named("ab")), "a")


@pytest.mark.parametrize("name", sorted({*SYSTEMS} - {"shipped", "shipped+policy", "fitted"}))
def test_a_system_sees_no_list_but_those_it_is_given(name: str) -> None:
    """What stands in an article's own `related` never reaches it."""
    articles = [
        replace(article, topics=("AI",), body="words", published_at=on_day(1))
        for article in [*named("abc"), *named("x", is_linked=True)]
    ]

    assert all(not article.related for article in collection_of(articles).articles)
    assert SYSTEMS[name]().rank(task_for(collection_of(articles)))["all"].shape == (4, 5)

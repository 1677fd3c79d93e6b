"""Why an article stands in a list: the sentence, and where its facts come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Site, article_text

from recommender import Article, Policy, Provider, Weights
from recommender.listing.reasons import KINDS, Pair, reason
from recommender.ranking.signals import SIGNALS
from recommender.records import Origin
from recommender.terms.tokens import as_written, tokenise

NOON = datetime(2024, 3, 6, 12, tzinfo=UTC)
READ = Article(
    title="Servers",
    id="news/asia/a",
    published_at=NOON,
    topics=("AI", "Chips", "Energy"),
    authors=("Ann", "Bo"),
)
OTHER = Article(
    title="Rent",
    id="news/asia/b",
    published_at=NOON - timedelta(days=1, hours=2),
    topics=("ai", "Money", "energy"),
    authors=("bo",),
    provider=Provider(name="Press", domain="press.example"),
)
PAIR = Pair(READ, OTHER, ("rental", "Sora", "chain", "Asia"), 12, "One more thing")


@pytest.mark.parametrize(
    ("signal", "sentence"),
    [
        ("words", "It shares the words “rental”, “Sora” and “chain”."),
        ("letters", "It shares the words “rental”, “Sora” and “chain”."),
        ("vector_rank_back", "It is close in meaning."),
        ("topics", "It has the topics AI and Energy in common."),
        ("closeness_in_time", "It appeared 1 day earlier."),
        ("author", "It is by Bo too."),
        ("provider", "It is from Press too."),
        ("folder", "It stands in the same folder, news/asia."),
        ("page_rank", "It is named by 12 other articles."),
        ("neighbours_mention", "It is spoken of by articles like this one."),
        ("listed", "It is linked by editors from “One more thing” as well."),
        ("body_length", None),
    ],
)
def test_each_kind_of_signal_has_its_words(signal: str, sentence: str | None) -> None:
    """What cannot be said in them is left out."""
    assert reason(PAIR, {signal: 1.0}, "ranked") == sentence


@pytest.mark.parametrize(
    "signal", ["words", "topics", "closeness_in_time", "author", "provider", "folder", "named"]
)
def test_what_is_not_there_is_not_said(signal: str) -> None:
    """Two articles that have nothing in common but a signal."""
    bare = Pair(Article(title="a"), Article(title="b"), (), 0, None)

    assert reason(bare, {signal: 1.0}, "ranked") is None
    assert reason(bare, {signal: 1.0, "vectors": 0.5}, "ranked") == "It is close in meaning."


def test_what_counted_most_comes_first_and_little_is_not_named() -> None:
    """At most three clauses; nothing that spoke against the article."""
    moved = {"topics": 0.5, "vectors": 2.0, "words": 0.7, "author": 0.6, "folder": -3.0}
    assert reason(PAIR, moved, "ranked") == (
        "It is close in meaning, shares the words “rental”, “Sora” and “chain”, and is by Bo too."
    )
    assert reason(PAIR, {"words": 1.0, "vectors": 0.2}, "ranked") == (
        "It shares the words “rental”, “Sora” and “chain”."
    )
    assert reason(PAIR, {"vectors": 0.4, "vector_rank": -0.5}, "ranked") is None


def test_one_of_a_kind_is_one() -> None:
    """Singular and plural, today and tomorrow."""
    one = replace(PAIR, words=("rental",), n_naming=1)
    same_day = replace(OTHER, published_at=NOON + timedelta(hours=3), topics=("AI",))

    assert reason(one, {"words": 1.0}, "ranked") == "It shares the word “rental”."
    assert reason(one, {"named": 1.0}, "ranked") == "It is named by 1 other article."
    pair = replace(one, candidate=same_day)
    assert reason(pair, {"topics": 1.0, "closeness_in_time": 0.9}, "ranked") == (
        "It has the topic AI in common and appeared at the same time."
    )
    later = replace(one, candidate=replace(OTHER, published_at=NOON + timedelta(days=1200)))
    assert reason(later, {"older": 1.0}, "ranked") == "It appeared 1,200 days later."


@pytest.mark.parametrize(
    ("origin", "sentence"),
    [
        ("pinned", "It is pinned to this list by the editors."),
        ("curated", "It was put into this list by an editor and is close in meaning."),
    ],
)
def test_who_put_it_there_is_said_first(origin: Origin, sentence: str) -> None:
    """Whatever ranking thinks."""
    assert reason(PAIR, {"vectors": 1.0}, origin) == sentence
    assert reason(PAIR, {}, "curated") == "It was put into this list by an editor."


def test_every_signal_is_of_one_kind() -> None:
    """A new signal without words for it fails here."""
    assert sorted(name for names, _ in KINDS for name in names) == sorted(SIGNALS)


def test_words_are_shown_as_the_article_writes_them() -> None:
    """Found by their levelled form, in any script, where they first stand."""
    text = "OpenAI’s Straße, openai and ＡＩ; 算力中心"

    assert as_written(text)["openai"] == "OpenAI"
    assert as_written(text)["strasse"] == "Straße"
    assert as_written(text)["ai"] == "AI"
    assert set(as_written(text)) == set(tokenise(text))


@pytest.fixture
def explained(make_site: Callable[..., Site]) -> Site:
    """Two articles about Sora, one of which an article like it lists; twenty about nothing."""
    site = make_site()
    site.weights = Weights({"words": 1.0, "listed": 0.6})
    site.write("a.md", article_text("Sora rents servers", "for films"))
    site.write("b.md", article_text("Servers for SORA", "are dear"))
    site.write("c.md", article_text("Sora again", "and again", related="[b]"))
    for i in range(20):
        site.write(f"z{i}.md", article_text(f"Nothing {i}", f"for nobody{i}"))
    site.build()
    return site


def test_reasons_name_rare_words_and_who_lists_the_article(explained: Site) -> None:
    """Not “for”, which nearly everyone has."""
    best = explained.open().recommend("a", 1)[0]

    assert best.id == "b"
    assert best.reason == (
        "It shares the words “servers” and “Sora” and is linked by editors from “Sora again” "
        "as well."
    )


def test_all_lists_have_reasons_where_they_are_asked_for(explained: Site) -> None:
    """They are those of one list at a time."""
    engine = explained.open()
    explained_lists = dict(engine.recommend_all(3, explain=True))

    assert explained_lists["a"] == engine.recommend("a", 3)
    assert {item.reason for item in dict(engine.recommend_all(3))["a"]} == {None}
    curated = dict(engine.recommend_all(1, explain=True, policy=Policy()))["c"][0]
    assert curated.reason is not None
    assert curated.reason.startswith("It was put into this list by an editor")

"""Records ↔ JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from strategies import articles

from recommender.index.record_json import from_json, to_json
from recommender.records import Article, Problem, Provider, RelatedLink


@given(articles)
def test_an_article_survives_json(article: Article) -> None:
    """Every field comes back as it was."""
    assert from_json(Article, to_json(article)) == article


def test_characters_that_json_may_not_hold_survive() -> None:
    """Lone surrogates, even two that would make a pair, control characters and NUL come back."""
    article = Article(title="\ud83d\ude00 \x1b[31m \0 \u2028", id="\udc80")

    assert from_json(Article, to_json(article)) == article


def test_what_is_at_its_default_is_left_out() -> None:
    """The JSON of an article holds no more than its file said."""
    article = Article(
        title="Sora",
        published_at=datetime(2024, 3, 6, tzinfo=UTC),
        provider=Provider(domain="d.example"),
        related=(RelatedLink(target="x"),),
    )

    assert to_json(article) == (
        '{"title":"Sora","published_at":"2024-03-06T00:00:00+00:00",'
        '"provider":{"domain":"d.example"},"related":[{"target":"x"}]}'
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "found no JSON"),
        ("[" * 100_000, "found no JSON"),
        ("[]", r"found \[\]; expected a mapping"),
        ("{}", "found the keys ; expected title, id"),
        ('{"title":"a","secured":1}', "found the keys title, secured; expected"),
        ('{"title":5}', "title: found 5; expected a text"),
        ('{"title":"a","is_linked":1}', "is_linked: found 1; expected true or false"),
        ('{"title":"a","quality":true}', "quality: found True; expected a number"),
        ('{"title":"a","topics":"ai"}', "topics: found 'ai'; expected a list"),
        ('{"title":"a","expires_at":5}', "expires_at: found 5; expected a date"),
        ('{"title":"a","expires_at":"2024-03-06"}', "expires_at: found '2024-03-06'; expected a"),
        ('{"title":"a","expires_at":"soon"}', "expires_at: Invalid isoformat"),
        ('{"title":"a","related":[{"line":1.5}]}', "related: line: found 1.5; expected a whole"),
        (f'{{"title":"a","id":[{"1," * 999}1]}}', r"id: found \[1, .{76}; expected a text"),
    ],
)
def test_json_that_is_no_article_is_refused(text: str, complaint: str) -> None:
    """The place, what was found, shortened, and what was expected are said."""
    with pytest.raises(ValueError, match=complaint):
        from_json(Article, text)


def test_a_choice_is_one_of_its_words() -> None:
    """A problem is a warning or an error."""
    problem = Problem("a.md", None, "warning", "x", "y")

    assert from_json(Problem, to_json(problem)) == problem
    with pytest.raises(ValueError, match="severity: found 'fatal'; expected warning or error"):
        from_json(Problem, to_json(replace(problem, severity="fatal")))  # type: ignore[arg-type]


def test_a_type_that_json_cannot_hold_is_a_programming_error() -> None:
    """A new field of a type nobody thought of fails at once, not in a user's index."""

    @dataclass
    class Strange:
        value: complex

    Strange.__annotations__["value"] = complex
    with pytest.raises(TypeError, match="complex"):
        from_json(Strange, "{}")

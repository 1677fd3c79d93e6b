"""Text and figures as pages show them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_report import HOSTILE

from evaluation.report import wording
from evaluation.report.schema import Interval
from evaluation.report.texts import clean, markdown_text, web_address


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("  two\n\twords\u2028 ", "two words"),
        ("Right \u202eto left\u2066 and back", "Right to left and back"),
        ("lone \ud83d, null \x00, escape \x1b[31m", "lone \ufffd, null \ufffd, escape \ufffd[31m"),
        ("مقال 🚀", "مقال 🚀"),
        ("", ""),
        ("a" * 10_000, "a" * 299 + "…"),
        ("b" * 300, "b" * 300),
    ],
)
def test_clean_text_cannot_hide_or_turn_what_stands_around_it(dirty: str, expected: str) -> None:
    """Letters of every script stay; what acts on its surroundings does not."""
    assert clean(dirty) == expected


@given(st.text(alphabet=st.characters(codec=None), max_size=700), st.integers(1, 400))
def test_clean_text_is_short_and_can_be_written(text: str, longest: int) -> None:
    """Whatever comes in, UTF-8 of at most the length asked for goes out, and stays as it is."""
    found = clean(text, longest)

    assert len(found) <= longest
    assert found.encode().decode() == found
    assert clean(found, longest) == found


@pytest.mark.parametrize("url", ["https://news.example/a?b=c#d", "http://localhost:8000/x"])
def test_web_addresses_are_kept(url: str) -> None:
    """With scheme and host they may become links."""
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "javascript://news.example/%0aalert(1)",
        "ftp://news.example/x",
        " https://news.example/",
        "https://news.example/a b",
        "https://news.example/\x00",
        "https://news.example/\u202e",
        "//evil.example/x",
        "/news/4",
        "https:evil",
        "data:text/html,<script>alert(1)</script>",
        "http://[broken",
        "https://news.example/" + "x" * 3000,
    ],
)
def test_other_addresses_are_none(url: str | None) -> None:
    """They stay text."""
    assert web_address(url) is None


@pytest.mark.parametrize("title", HOSTILE)
def test_markdown_text_holds_no_markup(title: str) -> None:
    """Every character that could begin something stands behind a backslash."""
    found = markdown_text(title)

    plain = found.replace("\\\\", "")
    for character in "`*_{}[]<#|~$&":
        assert plain.count(character) == plain.count("\\" + character)
    assert "\n" not in found


def test_markdown_text_stops_mentions_and_bare_addresses() -> None:
    """An address is no link, a name no mention; a measure is no mention either way."""
    assert markdown_text("@everyone") == r"\@everyone"
    assert markdown_text("https://a.example www.b.example") == r"https\://a.example www\.b.example"
    assert markdown_text("nDCG@10") == "nDCG@10"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (0.0, "0 %"),
        (0.001, "< 1 %"),
        (0.386, "39 %"),
        (0.999, "> 99 %"),
        (1.0, "100 %"),
    ],
)
def test_shares_never_round_to_nothing_or_all(value: float | None, expected: str) -> None:
    """Only nothing is 0 % and only all is 100 %."""
    assert wording.share(value).replace("\N{NARROW NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "none"),
        (0.01, "fewer than 1 of 20"),
        (0.05, "1 of 10"),
        (0.386, "4 of 10"),
        (0.96, "more than 19 of 20"),
        (1.0, "all"),
    ],
)
def test_shares_are_said_in_tenths(value: float, expected: str) -> None:
    """As a headline says them, never more than is true at the ends."""
    assert wording.of_ten(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "–"), (0.0421, "+0.042"), (-0.25, "−0.250"), (0.0001, "0.000"), (-0.0001, "0.000")],
)
def test_differences_carry_their_sign(value: float | None, expected: str) -> None:
    """Except where they round to zero."""
    assert wording.signed(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (0.2, "0 days"),
        (-0.2, "0 days"),
        (1.2, "1 day"),
        (32.0, "32 days"),
        (-40.0, "40 days newer"),
        (3360.3, "9.2 years"),
        (-3360.3, "9.2 years newer"),
    ],
)
def test_ages_are_days_or_years(value: float | None, expected: str) -> None:
    """And say which way they point."""
    assert wording.days(value) == expected


def test_intervals_have_bounds_or_none() -> None:
    """A mean without bounds stands alone, and nothing is a dash."""
    assert wording.with_interval(Interval(mean=0.25, low=0.2, high=0.3)) == "0.250 (0.200–0.300)"
    assert wording.with_interval(Interval(mean=0.25, low=None, high=None)) == "0.250"
    assert wording.with_interval(Interval(mean=None, low=None, high=None)) == "–"


@pytest.mark.parametrize(("p", "expected"), [(None, "–"), (0.0001, "< 0.001"), (0.04, "0.040")])
def test_small_probabilities_are_not_spelt_out(p: float | None, expected: str) -> None:
    """Below a thousandth a permutation test cannot tell more."""
    assert wording.p_value(p) == expected


def test_names_are_listed_as_in_a_sentence() -> None:
    """None, one, two and three."""
    assert [wording.listed(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]

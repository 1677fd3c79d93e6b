"""Titles, excerpts and bodies → plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.corpus.plain_text import (
    N_CHARACTERS,
    N_WORDS,
    first_paragraph,
    one_line,
    plain_excerpt,
    plain_title,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<input>: The Input element", "<input>: The Input element"),
        ("<em>: The Emphasis element", "<em>: The Emphasis element"),
        ("<em>Big</em> <CODE class='x'>small</CODE>", "Big small"),
        ("<b><i>crossed</b></i>", "crossed"),
        ("</em>never opened<em>", "</em>never opened<em>"),
        ("R&amp;D &#8212; &eacute;t&eacute;&#x21;", "R&D — été!"),
        ("&lt;em&gt;literal&lt;/em&gt;", "<em>literal</em>"),
        ("AT&T, &unknown; &copy 2024", "AT&T, &unknown; &copy 2024"),
        (f"&#{'9' * 5000};", f"&#{'9' * 5000};"),
        ("*args and __init__ `as is`", "*args and __init__ `as is`"),
        ("two\n  lines\tand\x07 a\u00a0bell ", "two lines and a bell"),
        ("safe\u202efdp.exe\u2066", "safefdp.exe"),
        ("hidden &#x202e;too", "hidden too"),
        ("a < b > c", "a < b > c"),
        ("", ""),
        ("<em></em>", ""),
    ],
)
def test_titles_lose_html_and_nothing_else(text: str, expected: str) -> None:
    """Entities and paired formatting tags go; other tags, and Markdown, are part of a title."""
    assert plain_title(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plain words.", "Plain words."),
        ("*Much* **ado** about `nothing` and ~~this~~", "Much ado about nothing and this"),
        (
            "See [the docs](https://a.example/b), <https://c.example>",
            "See the docs, https://c.example",
        ),
        ("By [name][1], [that][]", "By name, that"),
        ("![a chart](c.png) Sales rose", "Sales rose"),
        ("snake_case and 2 * 3 * 4 and \\*stars\\*", "snake_case and 2 * 3 * 4 and *stars*"),
        (
            "The <input> element, not `<em>x</em>`, <em>really</em>",
            "The <input> element, not <em>x</em>, really",
        ),
        ("first<!-- hidden -->\nsecond", "first second"),
        ('R&amp;D {% include x.html %}{{ site.name }}{{< ref "a" >}}now{: .lead}', "R&D now"),
        ("{ not a template } {}", "{ not a template } {}"),
        ("", ""),
    ],
)
def test_excerpts_lose_markdown_too(text: str, expected: str) -> None:
    """Inline Markdown, HTML and template tags go; code, and tags that stand alone, stay."""
    assert plain_excerpt(text) == expected


def test_an_endless_excerpt_is_cut() -> None:
    """What follows the first 4,096 characters of an excerpt is not looked at."""
    assert plain_excerpt("[" * 1_000_000) == "[" * 4096


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("# Heading\n\nThe *first* words,\nand [more](x).\n\nLater.", "The first words, and more."),
        ("Setext\n======\n\nText.", "Text."),
        ("![chart](a.png)\n\nText.", "Text."),
        ("```\ncode\n\nmore code\n```\n\n    indented\n\nText.", "Text."),
        ("<div>\nhtml\n</div>\n\n<!-- more -->\n\nText.", "Text."),
        ("import A from './a.js'\nexport const b = 1\n\nimport 'x.css'\n\n<A />\n\nText.", "Text."),
        ("import duties rise again.", "import duties rise again."),
        ("| a | b |\n|---|---|\n| c | d |\n\nText.", "Text."),
        ("- a\n\n  paragraph of a list\n\nText.", "Text."),
        ('{% include nav.html %}\n\n{{< figure src="a" >}}\n\nText.', "Text."),
        ("> Said *he*.\n\nText.", "Text."),
        ("> Said *he*.\n\n- list", "Said he."),
        ("[a]: https://a.example\n\nSee [it][a].", "See it."),
        ("\r\n# Heading\r\n\r\nText on\r\ntwo lines.\r\n", "Text on two lines."),
        ("# Only a heading\n\n- and a list", ""),
        ("", ""),
    ],
)
def test_the_first_paragraph_is_prose(body: str, expected: str) -> None:
    """Whatever is not prose is passed over; a quotation is better than nothing."""
    assert first_paragraph(body) == expected


def test_a_paragraph_far_down_is_found() -> None:
    """The search goes on beyond the first kilobyte, and ends at sixteen."""
    headings = "# heading\n\n"

    assert first_paragraph(headings * 200 + "Text.") == "Text."
    assert first_paragraph(headings * 2000 + "Text.") == ""


def test_a_paragraph_over_the_first_kilobyte_is_whole() -> None:
    """A paragraph is never cut where the first look ends."""
    body = "# h\n\n" * 200 + "word " * 20 + "end.\n\nLater."

    assert first_paragraph(body) == "word " * 20 + "end."


def test_a_long_paragraph_is_cut_at_a_word() -> None:
    """After 60 words, or 500 characters, an ellipsis says that there is more."""
    assert first_paragraph("word " * N_WORDS) == " ".join(["word"] * N_WORDS)
    assert first_paragraph("word " * (N_WORDS + 1)) == " ".join(["word"] * N_WORDS) + "…"
    assert first_paragraph("ninechars " * 55) == " ".join(["ninechars"] * 50) + "…"
    assert first_paragraph("字" * (N_CHARACTERS + 1)) == "字" * N_CHARACTERS + "…"


@pytest.mark.parametrize(
    "unit",
    ["[", "![", "*a ", "_a", "`", "<", "<!--", "&", ">", "> ", "- ", "|a", "[a](", "{%", "\\"],
)
def test_hostile_markdown_ends(unit: str) -> None:
    """No repeated mark sends the parser into a loop or over its stack."""
    body = unit * 100_000

    assert len(first_paragraph(body)) <= N_CHARACTERS + 1
    assert len(plain_excerpt(body)) <= 4096
    assert plain_title(body)


@given(st.text())
def test_plain_text_is_one_clean_line(text: str) -> None:
    """Whatever comes in, out comes one printable line without direction marks."""
    for plain in (plain_title(text), plain_excerpt(text), first_paragraph(text), one_line(text)):
        assert plain == " ".join(plain.split())
        assert not set(plain) & set("\0\x07\x1b\u202a\u202e\u2066\u2069\ud800")

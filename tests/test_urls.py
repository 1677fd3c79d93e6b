"""One spelling for each web address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.corpus.urls import canonical_url


@pytest.mark.parametrize(
    "spelling",
    [
        "https://example.org/a/b",
        "http://example.org/a/b",
        "HTTPS://Example.ORG/a/b",
        "https://www.example.org/a/b",
        "https://example.org:443/a/b",
        "http://example.org:80/a/b",
        "https://example.org/a/b/",
        "https://example.org/a/b#part",
        "https://example.org/a/b/index.html",
        "https://example.org/a/b?utm_source=x&utm_campaign=y",
        "https://example.org/a/b/?fbclid=1&gclid=2&mc_cid=3#x",
        "https://example.org/%61/b",
        "//example.org/a/b",
        "  https://example.org/a/b  ",
        "https://example.org./a/b",
    ],
)
def test_what_does_not_matter_is_taken_away(spelling: str) -> None:
    """All spellings of one address become one."""
    assert canonical_url(spelling) == "https://example.org/a/b"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/?p=12", "https://example.org?p=12"),
        ("https://example.org/a?b=2&a=1", "https://example.org/a?b=2&a=1"),
        ("https://example.org/a?q=", "https://example.org/a?q="),
        ("https://example.org:8080/a", "https://example.org:8080/a"),
        ("https://blog.example.org/a", "https://blog.example.org/a"),
        ("https://example.org/A", "https://example.org/A"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://example.org", "https://example.org"),
        ("https://www.com/", "https://www.com"),
        ("https://www.www.x.org/", "https://x.org"),
    ],
)
def test_what_matters_is_kept(url: str, expected: str) -> None:
    """Other parameters, ports, subdomains and the case of paths distinguish addresses."""
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sora",
        "/2024/03/06/sora/",
        "mailto:a@example.org",
        "javascript:alert(1)",
        "ftp://example.org/a",
        "https://",
        "https:///a",
        "https://exa mple.org/",
        "http://[::1/",
        "https://example.org:99999/",
        "https://example.org/" + "a" * 5000,
        "https://example.org/?\ud800",
        f"https://{'ü' * 80}.example/",
    ],
)
def test_what_is_no_web_address_has_no_canonical_form(text: str) -> None:
    """Anything but an absolute http(s) address gives None."""
    assert canonical_url(text) is None


@given(
    st.text()
    | st.builds(
        "{}://{}{}".format,
        st.sampled_from(["http", "https", "HTTP"]),
        st.sampled_from(["example.org", "www.example.org:80", "bücher.example", "user@x.example"]),
        st.text(st.sampled_from("/.?&=#%aZ2index.htmlü +\ud800"), max_size=30),
    )
)
def test_any_text_has_one_form_and_that_form_is_its_own(text: str) -> None:
    """No text raises, and the canonical form of a canonical form is itself."""
    once = canonical_url(text)

    assert once is None or canonical_url(once) == once

"""What of an article is embedded."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from recommender.embedding.texts import embedding_text, text_key


def test_title_and_excerpt_stand_on_one_line() -> None:
    """A full stop and a space between; white space collapsed."""
    assert embedding_text(" Sora \n arrives", "A new\tmodel.") == "Sora arrives. A new model."


def test_without_an_excerpt_the_title_stands_alone() -> None:
    """No full stop is added to nothing."""
    assert embedding_text("Sora", " \n") == "Sora"


def test_a_key_is_the_hash_of_the_text() -> None:
    """SHA-256 of its UTF-8, so anyone can compute it again."""
    assert text_key("é") == hashlib.sha256(b"\xc3\xa9").digest()


@given(st.text(), st.text())
def test_every_text_has_a_key_of_its_own(one: str, other: str) -> None:
    """Lone surrogates, which callers may bring, included."""
    assert (text_key(one) == text_key(other)) == (one == other)

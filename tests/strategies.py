"""Hypothesis strategies for the records; whoever adds a field to a record adds it here."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.records import Article, Image, Provider, RelatedLink

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
titles = texts.map(lambda text: " ".join(text.split())).filter(bool)
maybe_texts = st.none() | texts
moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis wants naive bounds
    lambda moment: moment.replace(microsecond=0)
)
names = st.text("abcdefghij-0123456789é中", min_size=1, max_size=8)
ids = st.lists(names, min_size=1, max_size=3).map("/".join)
numbers = st.none() | st.floats(-100, 100, allow_nan=False)

providers = st.builds(Provider, name=maybe_texts, domain=maybe_texts)
images = st.builds(
    Image,
    url=texts,
    width=st.none() | st.integers(0, 9999),
    height=st.none() | st.integers(0, 9999),
    is_cached=st.none() | st.booleans(),
)
links = st.builds(
    RelatedLink,
    target=maybe_texts,
    title=st.none() | titles,
    excerpt=texts,
    url=maybe_texts,
    published_at=st.none() | moments,
    type=maybe_texts,
    provider=st.none() | providers,
    quality=numbers,
    images=st.lists(images, max_size=2).map(tuple),
    line=st.none() | st.integers(1, 999),
)
articles = st.builds(
    Article,
    title=titles,
    id=ids,
    excerpt=texts,
    body=texts,
    path=st.none() | ids.map(lambda article_id: f"{article_id}.md"),
    published_at=st.none() | moments,
    expires_at=st.none() | moments,
    url=maybe_texts,
    original_url=maybe_texts,
    aliases=st.lists(texts, max_size=2).map(tuple),
    category=maybe_texts,
    type=maybe_texts,
    language=maybe_texts,
    quality=numbers,
    heat=numbers,
    is_published=st.booleans(),
    is_linked=st.booleans(),
    provider=st.none() | providers,
    authors=st.lists(texts, max_size=2).map(tuple),
    topics=st.lists(texts, max_size=3, unique=True).map(tuple),
    images=st.lists(images, max_size=2).map(tuple),
    related=st.lists(links, max_size=3).map(tuple),
)


def unit_vectors(seed: int, n: int, dim: int, n_distinct: int | None = None) -> NDArray[np.float32]:
    """Unit rows, shape `(n, dim)`, float32; of few distinct ones where there shall be ties."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((n_distinct or n, dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors[rng.integers(0, len(vectors), n) if n_distinct else slice(None)].astype(
        np.float32
    )

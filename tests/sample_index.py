"""A small index of two states, for the tests of what is kept on disk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from strategies import unit_vectors

from recommender.index.contents import Contents
from recommender.index.manifest import Recipe
from recommender.index.snapshot import Snapshot
from recommender.index.store import Store
from recommender.records import Article, ModelIdentity, Problem, RelatedLink

LINKED = "https://forbes.example/sora"
RECIPE = Recipe(
    recommender="1.0",
    model=ModelIdentity("fake", "f" * 64, {"weights": "0" * 64}, "bfloat16"),
    text_recipe="title/1",
    reading="r",
    articles_folder="articles",
    hides_unpublished=False,
)
WARNING = Problem("b.md", 3, "warning", "a bare day", "a time")


def sample_contents(mark: str = "old") -> Contents:
    """Two articles and a linked one, out of order; `mark` is in every title."""
    articles = [
        Article(
            title=f"Title b, {mark}",
            id="b",
            path="b.md",
            body="Body of b",
            published_at=datetime(2024, 3, 6, tzinfo=UTC),
            related=(RelatedLink(target="a", line=7),),
        ),
        Article(title=f"Forbes, {mark}", id=LINKED, is_linked=True, is_published=False),
        Article(title=f"Title a, {mark}", id="a", path="a.md", topics=("ai", "vidéo")),
    ]
    return Contents(
        articles=articles,
        vectors=unit_vectors(0, 3, 4),
        text_keys=[article.title.encode().ljust(32) for article in articles],
        canonical_urls=["https://site.example/b", LINKED, ""],
        digests={"a.md": b"\x0a" * 64, "b.md": b"\x0b" * 64},
        lists={"b": ("a",), "a": (LINKED, "b")},
        warnings=[WARNING],
        recipe=RECIPE,
    )


def sample_store(path: Path) -> Store:
    """An index of the sample contents, written once."""
    store = Store(path)
    store.write(sample_contents())
    return store


def titles(store: Store) -> list[str]:
    """The titles of what a reader finds now."""
    return list(store.open().titles)


def everything(snapshot: Snapshot) -> list[object]:
    """All that a snapshot can say, in a form that can be compared."""
    return [
        snapshot.manifest,
        [snapshot.article(row) for row in range(snapshot.n_articles)],
        snapshot.lists(),
        snapshot.digests(),
        snapshot.warnings(),
        snapshot.vectors.tolist(),
        snapshot.text_keys.tolist(),
        snapshot.published_at.tolist(),
        snapshot.expires_at.tolist(),
        snapshot.is_published.tolist(),
        snapshot.is_linked.tolist(),
        [snapshot.row(article_id) for article_id in ("a", "b", LINKED, "c")],
        [snapshot.rows_with_title(title) for title in ("Title a, old", "Title a, new")],
        snapshot.rows_with_url(LINKED),
    ]

"""Entries of related lists → articles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import articles as any_article

from recommender.corpus.links import resolve
from recommender.records import Article, Provider, RelatedLink

SORA = Article(
    title="Sora arrives",
    id="news/2024-03-06-sora",
    path="news/2024-03-06-sora.md",
    url="https://www.example.org/2024/sora/",
    original_url="https://wire.example/sora?id=7",
    aliases=("/old/sora/", "sora-video"),
)
OTHER = Article(title="Another subject", id="about/index-funds", path="about/index-funds.md")


def _list_of(link: RelatedLink, *others: Article, site_url: str | None = None) -> tuple[str, ...]:
    query = Article(title="Query", id="news/query", path="news/query.md", related=(link,))
    return resolve([query, *others], site_url=site_url).lists.get("news/query", ())


@pytest.mark.parametrize(
    "link",
    [
        RelatedLink(target="news/2024-03-06-sora"),
        RelatedLink(target="news/2024-03-06-sora.md"),
        RelatedLink(target="/news/2024-03-06-sora.md"),
        RelatedLink(target="./2024-03-06-sora.md"),
        RelatedLink(target="../news/2024-03-06-sora"),
        RelatedLink(target="2024-03-06-sora"),
        RelatedLink(target="sora"),
        RelatedLink(target="sora-video"),
        RelatedLink(target="/old/sora/"),
        RelatedLink(target="/old/sora#part"),
        RelatedLink(target="https://example.org/2024/sora"),
        RelatedLink(target="sora  ARRIVES"),
        RelatedLink(url="http://example.org/2024/sora/?utm_source=mail#top", title="Another title"),
        RelatedLink(url="https://wire.example/sora/?id=7"),
        RelatedLink(title="Sora Arrives"),
    ],
    ids=lambda link: link.target or link.url or link.title,
)
def test_an_entry_is_found_by_any_of_its_names(link: RelatedLink) -> None:
    """Id, path, file name, slug, permalink, URL and title all lead to the article."""
    assert _list_of(link, SORA, OTHER) == (SORA.id,)


def test_site_paths_and_full_addresses_match_when_the_site_is_known() -> None:
    """A permalink and the address made from it are one."""
    article = replace(SORA, url="/2024/sora/", original_url=None, aliases=())
    link = RelatedLink(url="https://site.example/2024/sora/")

    assert _list_of(link, article) == ()
    assert _list_of(link, article, site_url="https://www.site.example") == (SORA.id,)


def test_an_id_comes_before_a_slug() -> None:
    """Where one article's id is another's slug, the id wins."""
    named = Article(title="By id", id="sora", path="sora.md")

    assert _list_of(RelatedLink(target="sora"), SORA, named) == ("sora",)


@pytest.mark.parametrize(
    "link",
    [
        RelatedLink(target="https://elsewhere.example/sora"),
        RelatedLink(target="/elsewhere/sora/"),
        RelatedLink(target="elsewhere/2024-03-06-sora.md"),
    ],
    ids=lambda link: link.target,
)
def test_an_address_or_path_that_only_ends_like_an_article_is_not_it(link: RelatedLink) -> None:
    """A file name or slug counts on its own, not as the end of something else."""
    assert _list_of(link, SORA) == ()


def test_a_title_counts_only_without_a_url() -> None:
    """An entry with a URL that is not known here is an outside article, whatever its title."""
    link = RelatedLink(title="Sora arrives", url="https://elsewhere.example/x")

    assert _list_of(link, SORA) == ("https://elsewhere.example/x",)


def test_a_title_that_two_articles_share_means_neither() -> None:
    """An ambiguous title is not guessed; it becomes a linked article of that title."""
    twin = replace(OTHER, title="Sora arrives")

    assert _list_of(RelatedLink(title="Sora arrives"), SORA, twin) == ("title:Sora arrives",)


def test_a_slug_that_two_articles_share_means_neither() -> None:
    """An ambiguous slug is left out, with a warning."""
    twin = replace(OTHER, id="other/2023-01-01-sora")

    assert _list_of(RelatedLink(target="sora"), replace(SORA, aliases=()), twin) == ()


def test_paths_do_not_lead_out_of_the_folder() -> None:
    """Climbing above the articles folder finds nothing, though the name below would fit."""
    top = Article(title="Top", id="top", path="top.md")

    assert _list_of(RelatedLink(target="../../x/../../top/up"), top) == ()


def test_what_is_not_in_the_folder_becomes_a_linked_article() -> None:
    """All that the entry says is kept; its canonical URL is its id."""
    link = RelatedLink(
        title="Drones over roofs",
        excerpt="Insurers look from above.",
        url="http://www.forbes.example/drones/?utm_source=x",
        published_at=datetime(2024, 3, 7, tzinfo=UTC),
        type="article",
        provider=Provider("Forbes", "forbes.example"),
        quality=67,
    )
    query = replace(SORA, related=(link,))

    (linked,) = resolve([query]).linked

    assert linked == Article(
        id="https://forbes.example/drones",
        title="Drones over roofs",
        excerpt="Insurers look from above.",
        url="http://www.forbes.example/drones/?utm_source=x",
        published_at=datetime(2024, 3, 7, tzinfo=UTC),
        type="article",
        provider=Provider("Forbes", "forbes.example"),
        quality=67,
        is_linked=True,
    )


def test_a_linked_article_of_several_lists_takes_the_longest_excerpt() -> None:
    """The text is the longest, and every other fact the first that is known."""
    first = RelatedLink(title="Out", url="https://o.example/x", excerpt="Short.")
    second = RelatedLink(
        title="Out!", url="https://o.example/x/", excerpt="Much longer.", type="video"
    )
    articles = [replace(OTHER, related=(first,)), replace(SORA, related=(second,))]

    (linked,) = resolve(articles).linked

    assert (linked.title, linked.excerpt, linked.type) == ("Out", "Much longer.", "video")


def test_an_entry_without_a_name_for_anything_is_left_out_with_a_warning() -> None:
    """Path and line say where the dead entry stands."""
    query = replace(
        SORA, related=(RelatedLink(target="gone", line=12), RelatedLink(target="sora", line=13))
    )

    resolution = resolve([query])

    assert resolution.lists == {}
    assert [problem.message for problem in resolution.problems] == [
        "news/2024-03-06-sora.md:12: found the related entry “gone”; expected one that names an "
        "article of this folder, or has a title (it was left out)",
        "news/2024-03-06-sora.md:13: found the related entry “sora”; expected another article than "
        "the one whose list it is (it was left out)",
    ]


def test_a_repeated_entry_counts_once() -> None:
    """The editors' order is that of first mentions."""
    related = (RelatedLink(target="index-funds"), RelatedLink(target="about/index-funds"))

    resolution = resolve([replace(SORA, related=related), OTHER])

    assert resolution.lists == {SORA.id: (OTHER.id,)}
    assert len(resolution.problems) == 1


@given(st.lists(any_article, max_size=8, unique_by=lambda article: article.id), st.randoms())
def test_lists_name_known_articles_once_in_any_order_of_input(
    articles: list[Article], random: object
) -> None:
    """Every entry is an article of the folder or a linked one, never itself, never twice."""
    shuffled = sorted(articles, key=lambda _: random.random())  # type: ignore[attr-defined]
    resolution = resolve(articles)
    known = {article.id for article in (*articles, *resolution.linked)}

    assert resolve(shuffled) == resolution
    for query, entries in resolution.lists.items():
        assert query not in entries
        assert len(set(entries)) == len(entries)
        assert set(entries) <= known

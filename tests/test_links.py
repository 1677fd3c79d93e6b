"""Entries of related lists → articles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

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


def test_a_path_counts_from_the_articles_folder_before_the_lists_own() -> None:
    """Only one that begins with a dot is meant from the list's own folder alone."""
    top, beside = Article(title="A", id="x", path="x.md"), Article(title="B", id="news/x")

    assert _list_of(RelatedLink(target="x"), top, beside) == ("x",)
    assert _list_of(RelatedLink(target="./x.md"), top, beside) == ("news/x",)


def test_an_articles_own_address_comes_before_anothers_source() -> None:
    """Whoever credits an article does not take its address from it."""
    crediting = replace(OTHER, original_url=SORA.url, aliases=("/2024/sora/",))
    link = RelatedLink(title="Sora", url=SORA.url)

    assert _list_of(link, SORA, crediting, site_url="https://example.org") == (SORA.id,)


def test_a_permalink_comes_before_a_file_name_between_slashes() -> None:
    """What is written like an address is one, where an article has it."""
    permanent = replace(OTHER, url="/sora/")
    moved = replace(SORA, aliases=())

    assert _list_of(RelatedLink(target="/sora/"), permanent, moved) == (OTHER.id,)
    assert _list_of(RelatedLink(target="/sora/"), moved) == (SORA.id,)


@pytest.mark.parametrize(
    "target",
    ["/caf%C3%A9/a/", "/cafe\u0301/a", "caf\u00e9/a/index.html", "/café/a/?utm_source=mail#part"],
)
def test_paths_of_the_site_have_as_many_spellings_as_addresses(target: str) -> None:
    """Encoding, `index.html`, tracking and the last slash do not matter, site known or not."""
    article = replace(OTHER, url="/café/a/")

    assert _list_of(RelatedLink(target=target), article) == (OTHER.id,)
    assert _list_of(RelatedLink(target=target), article, site_url="https://s.ex/b") == (OTHER.id,)


def test_a_path_is_found_in_either_form_of_its_accents() -> None:
    """Some file systems take a letter and its accent apart."""
    article = Article(title="A", id="cafe\u0301/x", path="cafe\u0301/x.md")
    namesake = Article(title="B", id="tea/x", path="tea/x.md")

    assert _list_of(RelatedLink(target="caf\u00e9/x.md"), article, namesake) == (article.id,)


@pytest.mark.parametrize("site_url", [None, "https://site.example", "http://[site"])
def test_an_address_that_cannot_be_one_is_left_out(site_url: str | None) -> None:
    """Nothing that an editor or the settings may say stops the other entries."""
    broken = tuple(RelatedLink(target=target) for target in ("//[x", "/%", "//", "http://[::1"))
    query = replace(SORA, related=(*broken, RelatedLink(target="index-funds")))
    resolution = resolve([query, OTHER], site_url=site_url)

    assert resolution.lists == {SORA.id: (OTHER.id,)}
    assert len(resolution.problems) == 4


def test_a_title_counts_only_without_a_url() -> None:
    """An entry with a URL that is not known here is an outside article, whatever its title."""
    link = RelatedLink(title="Sora arrives", url="https://elsewhere.example/x")

    assert _list_of(link, SORA) == ("https://elsewhere.example/x",)


def test_a_title_that_two_articles_share_means_neither() -> None:
    """An ambiguous title is not guessed; it becomes a linked article of that title."""
    twin = replace(OTHER, title="Sora arrives")

    assert _list_of(RelatedLink(title="Sora arrives"), SORA, twin) == ("title:Sora arrives",)


def test_a_slug_that_two_articles_share_means_neither() -> None:
    """An ambiguous slug is not guessed, but may be the permalink of a third."""
    twin = replace(OTHER, id="other/2023-01-01-sora")
    third = Article(title="Third", id="third", url="/sora/")

    assert _list_of(RelatedLink(target="sora"), SORA, twin) == ()
    assert _list_of(RelatedLink(target="sora"), SORA, twin, third) == ("third",)


def test_the_warning_names_the_articles_that_share_a_name() -> None:
    """Three of them at most; what has a title is taken for an outside article all the same."""
    twins = [Article(title="Twin", id=f"{folder}/twin") for folder in "abcde"]
    related = (RelatedLink(target="twin", line=7), RelatedLink(title="Twin", line=8))

    resolution = resolve([replace(SORA, related=related), *twins])

    assert resolution.lists == {SORA.id: ("title:Twin",)}
    assert [problem.message for problem in resolution.problems] == [
        "news/2024-03-06-sora.md:7: found the related entry “twin”; expected one that names a "
        "single article (“a/twin” and “b/twin” and “c/twin” and 2 more answer to it; it was left "
        "out)",
        "news/2024-03-06-sora.md:8: found the related entry “Twin”; expected one that names a "
        "single article (“a/twin” and “b/twin” and “c/twin” and 2 more answer to it; it was taken "
        "for an article outside the folder)",
    ]


def test_paths_do_not_lead_out_of_the_folder() -> None:
    """Climbing above the articles folder finds nothing, though the name below would fit."""
    top = Article(title="Top", id="top", path="top.md")

    assert _list_of(RelatedLink(target="../../top"), top) == ()
    assert _list_of(RelatedLink(target="x/../../../top"), top) == ()


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


few = st.sampled_from(["a", "b", "x/a", "x/b", "x/y/a", "title:a", "2024-01-02-a"])
before = st.sampled_from(["", "/", "./", "../", "//[", "https://s.ex/"])
spelled = st.tuples(before, few, st.sampled_from(["", "/", ".md", "/index.html", "#y"])).map(
    "".join
)
maybe = st.none() | spelled
entries = st.builds(RelatedLink, target=maybe, title=st.none() | few, url=maybe)
colliding = st.builds(
    Article,
    title=few,
    id=few,
    url=maybe,
    original_url=maybe,
    aliases=st.lists(spelled, max_size=1).map(tuple),
    related=st.lists(entries, max_size=4).map(tuple),
)


@given(
    st.lists(any_article | colliding, max_size=8, unique_by=lambda article: article.id),
    st.sampled_from([None, "https://www.s.ex/", "https://s.ex/x", "s.ex"]),
    st.randoms(),
)
def test_lists_name_known_articles_once_in_any_order_of_input(
    articles: list[Article], site_url: str | None, random: Random
) -> None:
    """Every entry is an article of the folder or a linked one, never both, itself, or twice."""
    shuffled = sorted(articles, key=lambda _: random.random())
    resolution = resolve(articles, site_url=site_url)
    ids = {article.id for article in articles}
    linked = [article.id for article in resolution.linked]

    assert resolve(shuffled, site_url=site_url) == resolution
    assert sorted(set(linked) - ids) == linked
    assert {entry for entries in resolution.lists.values() for entry in entries} >= set(linked)
    for query, entries in resolution.lists.items():
        assert query not in entries
        assert len(set(entries)) == len(entries)
        assert set(entries) <= ids.union(linked)

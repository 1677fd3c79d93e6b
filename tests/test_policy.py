"""From ranked candidates to the list that readers see: each wish of a site by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from conftest import NOW, PLAIN, Site, article_text
from sample_ground import random_articles, ranker_of

from recommender import ConfigError, Filters, Policy, Recommendation, Recommender, Settings, Weights
from recommender.ranker import Ranker, Way
from recommender.ranking.lists import Lists
from recommender.ranking.query import Query
from recommender.records import Article, Origin, Provider

WEIGHTS = Weights({"vectors": 1.0, "words": 1.0})
COLLAPSING = Policy(floor=0.0)


def _list(
    ranker: Ranker,
    row: int,
    policy: Policy,
    k: int = 10,
    head: list[tuple[int, Origin]] | None = None,
) -> list[int]:
    """The rows of one article's list."""
    n = len(ranker.ground)
    query = Query.of_row(ranker.ground, row, ranker.near(ranker.ground.vectors[[row]])[0])
    way = Way(WEIGHTS, {}, Lists.from_rows({}, n), policy)
    items, _ = ranker.make_list(query, way, k, head or [])
    return [item.row for item in items]


def _edited(article: Article, seed: int) -> Article:
    """A copy with every twelfth word replaced, under an id of its own."""
    rng = np.random.default_rng(seed)
    words = article.body.split()
    for place in rng.permutation(len(words))[: len(words) // 12]:
        words[place] = f"other{place}"
    return replace(article, id=f"{article.id}-copy", body=" ".join(words))


@pytest.fixture(scope="module")
def stories() -> tuple[list[Article], Ranker]:
    """Thirty articles with long bodies, each followed by an edited copy of it."""
    rng = np.random.default_rng(5)
    made = []
    for article in random_articles(30):
        body = " ".join([article.body, *(f"word{i}" for i in rng.integers(2_000, size=60))])
        made += [long := replace(article, body=body), _edited(long, len(made))]
    return made, ranker_of(made)


def test_a_story_stands_in_a_list_once(stories: tuple[list[Article], Ranker]) -> None:
    """Of an article and its edited copy the better one; of the query's own copy none."""
    articles, ranker = stories
    for row in range(0, len(articles), 7):
        family = [
            articles[other].id.removesuffix("-copy") for other in _list(ranker, row, COLLAPSING)
        ]

        assert len(set(family)) == len(family) == 10
        assert articles[row].id.removesuffix("-copy") not in family


def test_an_aggregator_keeps_all(stories: tuple[list[Article], Ranker]) -> None:
    """`same_story: keep`: the copy of the query comes first, as it is most like it."""
    _, ranker = stories

    assert _list(ranker, 4, PLAIN)[0] == 5
    assert _list(ranker, 5, PLAIN)[0] == 4


def test_no_more_than_so_many_of_one_provider() -> None:
    """Others move up; articles without a provider are not counted."""
    providers = ("A", "B", None)
    articles = [
        replace(a, provider=Provider(name=providers[i % 3], domain=None) if i % 3 < 2 else None)
        for i, a in enumerate(random_articles(45))
    ]
    ranker = ranker_of(articles)
    limited = _list(ranker, 0, replace(PLAIN, per_provider=2), 20)
    free = _list(ranker, 0, PLAIN, 44)

    def count(rows: list[int], place: int) -> int:
        return sum(row % 3 == place for row in rows)

    assert (count(limited, 0), count(limited, 1), count(limited, 2)) == (2, 2, 15)
    assert limited == [row for row in free if row % 3 == 2 or row in limited][: len(limited)]


def test_diversity_takes_what_is_unlike_the_others() -> None:
    """The mean similarity within the list falls as the setting rises; the first stays the first."""
    ranker = ranker_of(random_articles(60))
    vectors = ranker.ground.vectors

    def alike(share: float) -> float:
        rows = _list(ranker, 3, replace(PLAIN, diversity=share))
        return float((vectors[rows] @ vectors[rows].T).mean())

    assert alike(0.0) > alike(0.3) > alike(1.0)
    assert _list(ranker, 3, replace(PLAIN, diversity=0.3))[0] == _list(ranker, 3, PLAIN)[0]


def test_under_the_floor_nothing_is_shown() -> None:
    """Lists become shorter as the floor rises, and may be empty."""
    ranker = ranker_of(random_articles(60))
    lengths = [len(_list(ranker, 3, replace(PLAIN, floor=floor))) for floor in (0, 0.05, 1)]

    assert lengths[0] == 10 > lengths[1] > lengths[2] == 0


def test_exposure_takes_from_those_that_are_near_to_many() -> None:
    """The ten articles that are near to most others stand in fewer lists as the setting rises."""
    ranker = ranker_of(random_articles(120))
    busiest = set(np.argsort(-ranker.ground.n_near, kind="stable")[:10].tolist())

    def n_shown(exposure: float) -> int:
        wish = replace(PLAIN, exposure=exposure)
        return sum(len(busiest & {*_list(ranker, query, wish, 5)}) for query in range(120))

    assert n_shown(0.0) > n_shown(0.3) > n_shown(1.0)


def test_the_head_counts_for_the_length_and_for_copies(
    stories: tuple[list[Article], Ranker],
) -> None:
    """What editors put there stays, whatever the policy; what tells its story again does not."""
    _, ranker = stories
    rows = _list(ranker, 0, COLLAPSING, 4, [(7, "pinned"), (9, "curated")])

    assert rows[:2] == [7, 9]
    assert len(rows) == 4
    assert not {6, 8} & set(rows)
    assert _list(ranker, 0, COLLAPSING, 1, [(7, "pinned"), (9, "curated")]) == [7]


@pytest.fixture
def labelled(make_site: Callable[..., Site]) -> Callable[..., list[str]]:
    """Asks a small site with filters for what may be recommended."""

    def ask(**filters: object) -> list[str]:
        site = make_site(filters=Filters(**filters))  # type: ignore[arg-type]
        old = (NOW - timedelta(days=400)).isoformat()
        new = (NOW - timedelta(days=4)).isoformat()
        site.write("news/a.md", article_text("One", language="en-GB", topics="[Ads]"))
        site.write("news/b.md", article_text("Two", type="video", publishedDateTime=f'"{old}"'))
        site.write("c.md", article_text("Three", language="de", publishedDateTime=f'"{new}"'))
        site.write("d.md", article_text("Four", provider="{name: Press}"))
        site.build()
        return list(site.open().candidates)

    return ask


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({}, ["c", "d", "news/a", "news/b"]),
        ({"languages": ("EN",)}, ["d", "news/a", "news/b"]),
        ({"types": ("article",)}, ["c", "d", "news/a"]),
        ({"providers": ("press",)}, ["d"]),
        ({"without_providers": ("Press",)}, ["c", "news/a", "news/b"]),
        ({"without_topics": ("ads",)}, ["c", "d", "news/b"]),
        ({"without_folders": ("news/",)}, ["c", "d"]),
        ({"without_folders": ("nowhere",)}, ["c", "d", "news/a", "news/b"]),
        ({"max_age_days": 30}, ["c", "d", "news/a"]),
    ],
)
def test_filters_say_what_may_be_recommended(
    labelled: Callable[..., list[str]], filters: dict[str, object], shown: list[str]
) -> None:
    """What names no language, no type or no date stays."""
    assert labelled(**filters) == shown


def _seen(items: list[Recommendation]) -> list[tuple[str, str]]:
    return [(item.id, item.origin) for item in items]


@pytest.fixture
def curated(make_site: Callable[..., Site], tmp_path: Path) -> Site:
    """A site with one list and its pins and bans beside it."""
    site = make_site(policy=COLLAPSING, lists=tmp_path / "recommender.lists.yaml")
    site.write("a.md", article_text("Ship", "sea", related="[c, b]"))
    for name, title in (("b", "Wheat"), ("c", "Chip"), ("d", "Sea ship"), ("e", "Rain")):
        site.write(f"{name}.md", article_text(title, f"about {title}"))
    site.build()
    return site


def test_the_editors_list_comes_first_and_is_filled(curated: Site) -> None:
    """In their order; with `ignore`, nothing of it is known."""
    engine = curated.open()

    assert _seen(engine.recommend("a", 3)) == [("c", "curated"), ("b", "curated"), ("d", "ranked")]
    assert len({item.id for item in engine.recommend("a")}) == 4
    ignoring = dict(engine.recommend_all(3, policy=PLAIN))
    assert ignoring["a"][0].id == "d"
    assert {item.origin for items in ignoring.values() for item in items} == {"ranked"}


def test_pins_stand_above_and_bans_nowhere(curated: Site) -> None:
    """A ban is stronger than an editors' list; one for everywhere holds everywhere."""
    curated.settings.lists.write_text("everywhere: {ban: e}\na: {pin: [d, a], ban: b}\n", "utf-8")
    engine = curated.open()

    assert _seen(engine.recommend("a")) == [("d", "pinned"), ("c", "curated")]
    assert all(item.id != "e" for _, items in engine.recommend_all() for item in items)
    assert "b" in [item.id for item in engine.recommend("c")]


def test_whom_the_lists_file_names_in_vain_is_passed_over(
    curated: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """An article that is gone stops no lists; the log says so."""
    curated.settings.lists.write_text("gone: {pin: [b]}\na: {pin: [gone, d]}\n", "utf-8")

    assert curated.open().recommend("a", 1)[0].id == "d"
    assert caplog.text.count("“gone” is not in the index; it is passed over.") == 2


@pytest.mark.parametrize("text", ["a: [b]", "a: {pins: b}", "everywhere: {pin: a}", "a: b: c"])
def test_a_lists_file_of_another_shape_is_refused(curated: Site, text: str) -> None:
    """With its path and the key."""
    curated.settings.lists.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"recommender\.lists\.yaml"):
        curated.open()


def test_lists_and_weights_can_be_handed_over(curated: Site) -> None:
    """For experiments; the index's own are then not looked at."""
    engine = curated.open()
    handed = dict(engine.recommend_all(2, lists={"b": ["e", "a"]}, weights=WEIGHTS))

    assert _seen(handed["b"]) == [("e", "curated"), ("a", "curated")]
    assert _seen(handed["a"])[0] == ("d", "ranked")


def test_lists_from_pools_are_those_of_articles_without_a_word_of_editors(curated: Site) -> None:
    """Neither its list nor pins and bans are looked at."""
    curated.settings.lists.write_text("everywhere: {ban: c}\na: {pin: [e], ban: d}\n", "utf-8")
    engine = curated.open()
    ids = [article.id for article in engine.articles]
    (found,) = engine.choose(engine.pools(["a"], {}), 3)

    plain = Recommender.open(
        curated.index, settings=Settings(policy=PLAIN), weights=curated.weights
    )
    assert [ids[row] for row in found] == [item.id for item in plain.recommend("a", 3)]
    assert engine.recommend("a", 1)[0].id == "e"


def test_what_is_not_allowed_takes_no_place_in_lists_from_pools(curated: Site) -> None:
    """The others move up; where nothing is allowed, the list is empty."""
    engine = curated.open()
    pools = engine.pools(["a", "b"], {})
    first, second = engine.choose(pools, 2)
    best = np.where(pools.owners() == 0, first[0], second[0])
    allowed = (pools.rows != best) & (pools.owners() == 0)
    others, none = engine.choose(pools, 2, is_allowed=allowed)

    assert others[0] == first[1]
    assert len(none) == 0
    with pytest.raises(ConfigError, match="k is 0"):
        engine.choose(pools, 0)

"""Answers: never the query, ties by id, only what may be shown."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import Site, article_text
from fakes import FakeEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import recommender
from recommender import (
    Article,
    ArticleError,
    ConfigError,
    IndexMismatchError,
    Recommender,
    Settings,
    UnknownArticleError,
)


@pytest.fixture
def indexed(site: Site) -> Site:
    """The site with its index."""
    site.build()
    return site


def _ids(items: list[recommender.Recommendation]) -> list[str]:
    return [item.id for item in items]


def test_the_list_of_an_article_is_ordered_by_similarity(indexed: Site) -> None:
    """Ranks count from 1; linked articles take part."""
    items = indexed.open().recommend("news/sora")
    encoder = FakeEncoder()
    query, panda = encoder.encode(
        [
            "Sora makes films from text. A video model from a laboratory.",
            "Panda makes films too. A video model from another laboratory.",
        ]
    )

    assert _ids(items)[0] == "news/panda"
    assert set(_ids(items)) == {"news/panda", "wheat", "chips", "https://outside.example/drones"}
    assert [item.rank for item in items] == [1, 2, 3, 4]
    assert items[0].similarity == pytest.approx(float(query @ panda), abs=1e-6)
    assert [item.similarity for item in items] == sorted(
        (item.similarity for item in items), reverse=True
    )


def test_an_item_says_what_it_is(indexed: Site) -> None:
    """Title, address, provider and date come from the article."""
    (item,) = [i for i in indexed.open().recommend("wheat") if i.id == "news/sora"]

    assert item.title == "Sora makes films from text"
    assert item.url == "https://www.news.example/sora/"
    assert item.provider == "News"
    assert item.published_at is not None
    assert item.published_at.isoformat() == "2024-03-06T01:45:00+00:00"
    assert (item.origin, item.reason) == ("ranked", "It is close in meaning.")
    assert list(item.signals) == ["vectors"]
    assert item.signals["vectors"].value == pytest.approx(item.similarity)


def test_the_query_is_removed_by_id_not_by_position(indexed: Site) -> None:
    """An exact copy under a smaller id would be the first hit; it stays, and the query goes."""
    text = (indexed.articles / "wheat.md").read_text("utf-8")
    indexed.write("a-copy.md", text)
    indexed.build()
    engine = indexed.open()

    assert _ids(engine.recommend("wheat"))[0] == "a-copy"
    assert "wheat" not in _ids(engine.recommend("wheat"))
    assert _ids(engine.recommend("a-copy"))[0] == "wheat"


def test_equal_scores_are_ordered_by_id(indexed: Site) -> None:
    """Before the cut at k."""
    for name in ("y", "b", "x", "a"):
        indexed.write(f"copy-{name}.md", article_text("Wheat harvests fall", "Dry."))
    indexed.build()

    assert _ids(indexed.open().recommend("copy-b", k=2)) == ["copy-a", "copy-x"]


@pytest.mark.parametrize(
    "reference",
    [
        "news/sora",
        "news/sora.md",
        "articles/news/sora.md",
        "https://www.news.example/sora/",
        "http://news.example/sora?utm_source=mail",
        "Sora makes films from text",
    ],
)
def test_an_article_is_known_by_id_path_url_and_title(
    indexed: Site, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths count from here and from the articles folder."""
    monkeypatch.chdir(indexed.root)

    assert indexed.open().find(reference).id == "news/sora"


def test_a_path_object_and_an_article_will_do(indexed: Site) -> None:
    """`Path` and `Article` mean the same article as its id."""
    engine = indexed.open()
    by_id = engine.recommend("chips")

    assert engine.recommend(indexed.articles / "chips" / "index.md") == by_id
    assert engine.recommend(engine.find("chips")) == by_id
    assert "chips" not in _ids(by_id)


def test_a_typo_gets_the_nearest_ids(indexed: Site) -> None:
    """The error carries them, best first."""
    with pytest.raises(UnknownArticleError, match="did you mean “news/panda”") as caught:
        indexed.open().recommend("pand")

    assert caught.value.query == "pand"
    assert caught.value.closest == ("news/panda",)


@pytest.mark.parametrize("reference", ["", "zzzzzzzz", "x" * 10_000, "a\0b", "../../no/such"])
def test_what_means_nothing_says_what_would(indexed: Site, reference: str) -> None:
    """Hostile strings end in the same sentence."""
    with pytest.raises(UnknownArticleError, match="no article is known by") as caught:
        indexed.open().recommend(reference)

    assert len(str(caught.value)) < 600


def test_a_title_of_two_articles_names_both(indexed: Site) -> None:
    """It is not guessed which one was meant."""
    indexed.write("wheat-again.md", article_text("Wheat harvests fall"))
    indexed.build()

    with pytest.raises(UnknownArticleError) as caught:
        indexed.open().find("Wheat harvests fall")
    assert caught.value.closest == ("wheat", "wheat-again")


def test_a_file_outside_the_index_is_read_and_encoded(indexed: Site, tmp_path: Path) -> None:
    """Its id is its path, so that an article of the same name is not taken for it."""
    path = tmp_path / "wheat.md"
    path.write_text(article_text("Wheat harvests rise", "Farmers hope."), "utf-8")
    indexed.encoder.encoded.clear()
    items = indexed.open().recommend(path)

    assert indexed.encoder.encoded == ["Wheat harvests rise. Farmers hope."]
    assert _ids(items)[0] == "wheat"
    assert indexed.open().find(path).id == path.as_posix()


def test_a_file_that_is_no_article_says_why(indexed: Site, tmp_path: Path) -> None:
    """The reader's own complaint."""
    path = tmp_path / "notes.md"
    path.write_text("no fence", "utf-8")

    with pytest.raises(ArticleError, match=r"notes\.md"):
        indexed.open().recommend(path)


def test_a_copy_of_an_indexed_article_never_gets_itself(indexed: Site) -> None:
    """Not indexed under its id, but its address is: that article is the query."""
    query = Article(title="Sora!", url="http://news.example/sora/#x")

    assert "news/sora" not in _ids(indexed.open().recommend(query))


def test_free_text_is_encoded_unless_its_vector_is_known(indexed: Site) -> None:
    """An article with a title is enough; the same text is not encoded again."""
    engine = indexed.open()
    indexed.encoder.encoded.clear()
    items = engine.recommend(Article(title="Wheat harvests fall. Farmers fear a dry summer."))

    assert indexed.encoder.encoded == []
    assert (_ids(items)[0], items[0].similarity) == ("wheat", 1.0)
    engine.recommend(Article(title="dry wheat"))
    assert indexed.encoder.encoded == ["dry wheat"]


@pytest.mark.parametrize("k", [0, -1])
def test_an_empty_list_cannot_be_asked_for(indexed: Site, k: int) -> None:
    """A list has at least one place."""
    engine = indexed.open()
    for ask in (lambda: engine.recommend("wheat", k), lambda: next(engine.recommend_all(k))):
        with pytest.raises(ConfigError, match=f"k is {k}"):
            ask()


def test_lists_for_everything_equal_lists_one_by_one(indexed: Site) -> None:
    """Every folder article in order of ids; the linked one has no page and no list."""
    engine = indexed.open()
    lists = dict(engine.recommend_all(k=3, explain=True))

    assert list(lists) == ["chips", "news/panda", "news/sora", "wheat"]
    assert lists == {name: engine.recommend(name, k=3) for name in lists}


def test_articles_are_a_sequence_by_id(indexed: Site) -> None:
    """Counted, sliced and asked for from either end."""
    articles = indexed.open().articles

    assert len(articles) == 5
    assert [article.id for article in articles[2:4]] == ["news/panda", "news/sora"]
    assert articles[-1].id == "wheat"
    with pytest.raises(IndexError):
        articles[5]


def test_the_editors_lists_are_there_to_be_read(indexed: Site) -> None:
    """All of them as ids, one of them as articles; none is used for the order."""
    engine = indexed.open()

    assert engine.lists == {"news/sora": ("news/panda", "https://outside.example/drones")}
    assert [article.title for article in engine.curated("news/sora")] == [
        "Panda makes films too",
        "Drones map roofs",
    ]
    assert engine.curated("wheat") == []
    assert (engine.knows("wheat"), engine.knows("barley")) == (True, False)
    with pytest.raises(UnknownArticleError):
        engine.curated("barley")


def test_positions_are_those_of_articles(indexed: Site) -> None:
    """In the order asked for; an unknown id is refused."""
    engine = indexed.open()
    found = engine.positions(["wheat", "chips"])

    assert [engine.articles[place].id for place in found.tolist()] == ["wheat", "chips"]
    with pytest.raises(UnknownArticleError):
        engine.positions(["wheat", "wheet"])


def test_vectors_come_in_the_order_asked_for(indexed: Site) -> None:
    """Unit rows; an unknown id is refused."""
    engine = indexed.open()
    both = engine.vectors(["wheat", "chips"])

    assert both.shape == (2, 32)
    assert (both[::-1] == engine.vectors(["chips", "wheat"])).all()
    with pytest.raises(UnknownArticleError, match="did you mean “wheat”"):
        engine.vectors(["wheet"])


UNPUBLISHED = {
    "draft": "draft: true",
    "off": "published: false",
    "future": "publishedDateTime: 2025-01-02T00:00:00Z",
    "gone": "expiry: 2024-12-31T00:00:00Z",
}
PUBLISHED = {
    "plain": "quality: 1",
    "today": "publishedDateTime: 2025-01-01T00:00:00Z",
    "lasting": "expiry: 2025-01-02T00:00:00Z",
}


@pytest.mark.parametrize(
    ("unpublished", "shown"),
    [
        ("hide", set(PUBLISHED)),
        ("show", {*PUBLISHED, *UNPUBLISHED}),
        (None, {*PUBLISHED, *UNPUBLISHED}),
    ],
)
def test_unpublished_articles_are_shown_or_hidden_as_the_site_says(
    make_site: Callable[..., Site], unpublished: str | None, shown: set[str]
) -> None:
    """Drafts, switched-off, future and expired ones; the seed's own schema shows them."""
    site = make_site(unpublished=unpublished)
    for name, line in (UNPUBLISHED | PUBLISHED).items():
        site.write(f"{name}.md", f"---\ntitle: About {name}\nexcerpt: e\n{line}\n---\n")
    site.build()
    engine = site.open()

    assert {*_ids(engine.recommend(Article(title="About")))} == shown
    assert {name for name, _ in engine.recommend_all()} == shown
    assert {*_ids(engine.recommend("draft"))} == shown - {"draft"}


def test_presets_for_site_generators_hide_drafts(make_site: Callable[..., Site]) -> None:
    """Without a setting, the preset decides."""
    site = make_site(schema=recommender.SchemaSettings(preset="hugo"))
    site.write("a.md", "---\ntitle: A\ndraft: true\n---\nText.\n")
    site.write("b.md", "+++\ntitle = 'B'\n+++\nText.\n")
    site.write("c.md", '{"title": "C"}\n\nText.\n')
    site.build()

    assert [name for name, _ in site.open().recommend_all()] == ["b", "c"]


def test_an_open_engine_keeps_its_state_until_it_is_refreshed(indexed: Site) -> None:
    """A rebuild beside it changes nothing before `refresh`."""
    engine = indexed.open()
    before = engine.recommend("wheat")
    indexed.write("barley.md", article_text("Barley harvests fall", "Farmers fear a dry summer."))
    indexed.build()

    assert engine.recommend("wheat") == before
    engine.refresh()
    assert _ids(engine.recommend("wheat"))[0] == "barley"


def test_another_models_encoder_is_never_used(indexed: Site) -> None:
    """After a rebuild with another model, the encoder at hand no longer fits, and is not asked."""
    engine = indexed.open()
    indexed.encoder = FakeEncoder("other")
    indexed.build()
    engine.refresh()

    with pytest.raises(recommender.ModelNotFoundError, match="there is no model “other”"):
        engine.recommend(Article(title="new text"))


def test_another_text_recipe_is_refused(indexed: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors of texts put together otherwise would be compared with ours."""
    monkeypatch.setattr("recommender.outside.TEXT_RECIPE", "title/2")

    with pytest.raises(
        IndexMismatchError, match=r"“title\. excerpt/1”; this version makes “title/2”"
    ):
        indexed.open()


@pytest.mark.model
def test_a_text_is_encoded_with_the_model_that_made_the_index(site: Site) -> None:
    """Named in the manifest, found and loaded when the first such text comes."""
    recommender.build(site.articles, index=site.index)
    engine = Recommender.open(site.index, settings=Settings())

    def nearest(title: str) -> str:
        found = engine.recommend(Article(title=title))
        return max(found, key=lambda item: item.similarity).id

    assert nearest("Grain crops") == "wheat"
    assert nearest("Semiconductors") == "chips"


@pytest.mark.model
def test_a_text_is_encoded_with_the_index_own_model_or_not_at_all(
    site: Site, tmp_path: Path
) -> None:
    """When the model's files have changed since, the index says so."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"one")
    site.encoder.identity = recommender.embedding.registry.find_model(  # type: ignore[attr-defined]
        str(tmp_path / "model")
    ).identity
    site.build()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"other")

    with pytest.raises(IndexMismatchError, match="other files of the model"):
        Recommender.open(site.index, settings=Settings()).recommend(Article(title="new text"))


def test_the_short_way_opens_the_index_of_the_settings(
    indexed: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`recommender.recommend` with nothing but an article; the site's weights lie beside it."""
    monkeypatch.chdir(indexed.root)
    Path("recommender.weights.yaml").write_text(indexed.weights.to_yaml(), "utf-8")

    assert _ids(recommender.recommend("wheat", k=2)) == _ids(indexed.open().recommend("wheat", 2))
    (indexed.root / "recommender.yaml").write_text("index: elsewhere\n", "utf-8")
    with pytest.raises(recommender.IndexNotFoundError, match="no index at elsewhere"):
        recommender.recommend("wheat")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(k=st.integers(1, 7), data=st.data())
def test_every_list_keeps_the_promises(indexed: Site, k: int, data: st.DataObject) -> None:
    """No query, no repeats, known ids, at most k, falling scores, a prefix of the longer."""
    engine = indexed.open()
    known = [article.id for article in engine.articles]
    query = data.draw(st.sampled_from(known))
    items = engine.recommend(query, k)

    assert query not in _ids(items)
    assert len(set(_ids(items))) == len(items) == min(k, len(known) - 1)
    assert set(_ids(items)) <= set(known)
    assert all(a.score >= b.score for a, b in pairwise(items))
    assert items == engine.recommend(query, k + 1)[:k]


def test_answering_loads_no_torch(indexed: Site) -> None:
    """Importing, opening and asking on an existing index stays light."""
    program = (
        "import sys, recommender\n"
        "assert not {'numpy', 'yaml'} & set(sys.modules), 'import is not light'\n"
        "recommender.Recommender.open(sys.argv[1]).recommend('wheat')\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'sklearn', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", program, str(indexed.index)]
    run = subprocess.run(command, cwd=indexed.root, capture_output=True, text=True, check=True)

    assert run.stdout == "[]\n"


def test_candidates_are_what_may_be_recommended_now(make_site: Callable[..., Site]) -> None:
    """Where the site hides drafts they are none; linked articles are."""
    site = make_site(unpublished="hide")
    site.write("a.md", article_text("One", related='[{title: "Outside"}]'))
    site.write("b.md", article_text("Two", published="false"))
    site.write("c.md", article_text("Three", publishedDateTime="2025-06-01"))
    site.build()

    assert site.open().candidates == ["a", "title:Outside"]


def test_without_hiding_every_article_is_a_candidate(site: Site) -> None:
    """In the order of the articles."""
    site.build()
    engine = site.open()

    assert engine.candidates == [article.id for article in engine.articles]


def test_the_corpus_hash_follows_paths_and_bytes(site: Site) -> None:
    """By hand; and any change of a file is another corpus."""
    site.build()
    engine = site.open()
    by_hand = hashlib.sha256()
    for path in sorted(
        site.articles.rglob("*.md"), key=lambda p: str(p.relative_to(site.articles))
    ):
        by_hand.update(f"{path.relative_to(site.articles).as_posix()}\0".encode())
        by_hand.update(hashlib.sha256(path.read_bytes()).digest())

    assert by_hand.hexdigest() == engine.corpus_hash
    site.write("wheat.md", article_text("Wheat harvests rise"))
    site.build()
    assert site.open().corpus_hash != engine.corpus_hash


def test_the_model_is_the_one_that_made_the_vectors(site: Site) -> None:
    """Name and fingerprint."""
    site.build()

    assert site.open().model == site.encoder.identity

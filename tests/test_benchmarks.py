"""Figures in the README come from result files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import PLAIN, Site
from evaluated_site import WEIGHTS, fill
from numpy.typing import NDArray

from evaluation.benchmarks import (
    copies,
    encoding,
    learning,
    policy,
    ranking,
    reports,
    signals,
    spine,
    variants,
)
from evaluation.benchmarks.corpora import Indexed, unseen_weights
from evaluation.benchmarks.readme import with_tables
from evaluation.benchmarks.shown import Readers
from recommender import SIGNALS, Article, Recommender, Settings, Weights, build, shipped_weights

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "evaluation" / "benchmarks" / "results"


def test_the_readmes_tables_are_those_of_the_result_files() -> None:
    """Made again from the files, the README is the same."""
    readme = (ROOT / "README.md").read_text("utf-8")

    assert with_tables(readme, RESULTS) == readme


def test_a_readme_without_markers_is_refused() -> None:
    """A table that silently goes nowhere would be an old one."""
    with pytest.raises(ValueError, match="“spine” 0 times"):
        with_tables("# Nothing\n", RESULTS)


def test_the_result_agrees_with_the_references_of_the_corpora() -> None:
    """Plain embedding order: .256, .445 and .43, each within .01."""
    result = json.loads((RESULTS / "spine.json").read_text("utf-8"))
    ndcg = {corpus["name"]: corpus["nDCG@10"] for corpus in result["corpora"]}

    assert ndcg == {
        "digitalgov-news": pytest.approx(0.256, abs=0.01),
        "github-topics": pytest.approx(0.445, abs=0.01),
        "mdn-web-docs": pytest.approx(0.43, abs=0.01),
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("digitalgov-news", {"tfidf": 0.229, "tfidf-body": 0.299, "embedding": 0.256}),
        ("github-topics", {"tfidf": 0.350, "tfidf-body": 0.445, "embedding": 0.445}),
        ("mdn-web-docs", {"tfidf": 0.394, "tfidf-body": 0.441, "embedding": 0.427}),
    ],
)
def test_baselines_are_as_strong_as_others_measured_them(
    name: str, expected: dict[str, float]
) -> None:
    """A weak baseline would flatter us: each within .01 of an independent measurement."""
    result = json.loads((RESULTS / "systems.json").read_text("utf-8"))
    corpus = next(corpus for corpus in result["corpora"] if corpus["name"] == name)

    for system, ndcg in expected.items():
        mean = corpus["systems"][system]["measures"]["nDCG@10"]["mean"]
        assert mean == pytest.approx(ndcg, abs=0.01)


def test_a_drawn_site_gives_every_article_a_list_of_others(site: Site, tmp_path: Path) -> None:
    """What the speed of reports is measured on: files that read as they were, but for the list."""
    site.build()
    reports.write_site(site.open(), tmp_path / "drawn")
    built = build(tmp_path / "drawn", index=tmp_path / "index", encoder=site.encoder)
    drawn = Recommender.open(tmp_path / "index").articles

    assert (built.n_read, built.n_lists, built.problems) == (4, 4, ())
    assert {a.title for a in drawn} == {a.title for a in site.open().articles if not a.is_linked}


def test_ndcg_counts_only_articles_with_a_list(site: Site) -> None:
    """One query of two relevant articles, found at ranks 1 and 4; no policy puts them first."""
    site.build()
    ranks = {item.id: item.rank for item in site.open().recommend("news/sora")}
    engine = Recommender.open(site.index, settings=Settings(), weights=site.weights)
    gains = {1: 1.0, 2: 0.630930, 3: 0.5, 4: 0.430677}
    expected = (gains[ranks["news/panda"]] + gains[ranks["https://outside.example/drones"]]) / (
        gains[1] + gains[2]
    )

    assert engine.recommend("news/sora")[1].id == "https://outside.example/drones"
    assert spine.embedding_ndcg(engine) == pytest.approx(expected, abs=1e-5)


@pytest.fixture
def filled(site: Site) -> Recommender:
    """Sixty articles with lists; nothing here was seen by the weights."""
    fill(site)
    site.weights = WEIGHTS
    return site.open()


def _results(name: str) -> list[dict[str, Any]]:
    result = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
    corpora: list[dict[str, Any]] = result["corpora"]
    return corpora


def test_a_corpus_that_nobody_knows_gets_the_shipped_weights() -> None:
    """One that they were fitted on gets others."""
    assert unseen_weights("nobody's") == shipped_weights()
    seen_by = [corpus.name for corpus in unseen_weights("github-topics").corpora]
    assert "github-topics" not in seen_by
    assert len(seen_by) >= 2


def test_a_small_site_is_not_worse_off_for_learning() -> None:
    """Up to 100 lists: on average it loses at most .003, and one draw in ten more than .02."""
    for corpus in _results("learning"):
        for point in corpus["points"]:
            if point["lists"] <= 100:
                assert point["mean_gain"] >= -0.003, corpus["name"]
                assert point["low_gain"] >= -0.02, corpus["name"]


def test_a_draw_keeps_groups_whole() -> None:
    """As many lists as asked for learn, others test, and no group does both."""
    groups = np.repeat(np.arange(30), [1, 1, 3] * 10)
    for draw in range(5):
        fold = learning.drawn(groups, 20, 15, draw)
        assert (len(fold.train), len(fold.test)) == (20, 15)
        assert not set(groups[fold.train]) & set(groups[fold.test])


def test_a_curve_has_a_point_wherever_enough_lists_remain(filled: Recommender) -> None:
    """A gain is the mean of the draws' gains, and what was learned from is a share of them."""
    n = len(filled.lists)
    points = learning.curve(filled, WEIGHTS, {20: 3, n: 3}, 10)

    assert [(point["lists"], point["draws"]) for point in points] == [(20, 3)]
    assert points[0]["mean_gain"] == pytest.approx(np.mean(points[0]["gains"]), abs=1e-4)
    assert points[0]["learned"] in {0, 0.33, 0.67, 1}
    shown = learning.table({"corpora": [{"name": "site", "points": points}]})
    assert shown.splitlines()[-1].startswith("| site | 20 | 3 | 0.")


def test_no_first_five_tell_a_story_twice() -> None:
    """Though hundreds of edited copies are about; and they cost at most a twentieth of nDCG@10."""
    for corpus in _results("copies"):
        clean, copied = corpus["clean"]["collapse"], corpus["with_copies"]
        assert copied["keep"]["repeats@5"] > 0.1
        assert copied["collapse"]["repeats@5"] == 0
        assert copied["collapse"]["nDCG@10"] >= 0.95 * clean["nDCG@10"]


def test_an_edited_copy_has_every_so_manieth_word_replaced() -> None:
    """Through excerpt and body, lines and all; the title has one word more."""
    article = Article(title="Sea", excerpt="a b c d", body="e f\n\ng h i j")
    copy = copies.edited(article, 5, ["X"], np.random.default_rng(0))
    words = f"{copy.excerpt} {copy.body}".split()

    assert (copy.title, copy.body.count("\n\n"), words.count("X")) == ("Sea X", 1, 2)
    assert np.diff([place for place, word in enumerate(words) if word == "X"]) == [5]


def test_the_first_of_a_family_stands_for_the_original() -> None:
    """What follows of the family takes a place and is right for nobody."""
    lists = copies.as_originals({"q": ["b", "a-copy-0", "a", "a-copy-1"]}, {"a-copy-0": "a"})

    assert lists == {"q": ["b", "a", "a again, 2", "a-copy-1"]}


def test_a_trial_puts_copies_beside_what_is_there(site: Site, filled: Recommender) -> None:
    """The first two articles that are drawn get one, the next two two each."""
    ids = [article.id for article in filled.articles]
    originals = copies.write_copies(filled.articles, site.articles, 4, np.random.default_rng(0))
    site.build()

    assert [copy.rsplit("-", 1)[1] for copy in originals] == ["0", "0", "0", "1", "0", "1"]
    assert {a.id for a in site.open().articles} == {*ids, *originals}
    assert site.open().lists == filled.lists


def test_a_policy_on_providers_needs_two_of_them(filled: Recommender) -> None:
    """Every other has its line; a floor makes lists shorter, and a share is one of all articles."""
    policies = {name: policy.POLICIES[name] for name in ("none", "per_provider: 2", "floor: 0.05")}
    found = policy.under_policies(filled, policies)

    assert list(found) == ["none", "floor: 0.05"]
    assert found["none"]["mean_length"] == 10 > found["floor: 0.05"]["mean_length"]
    assert found["none"]["never_shown_share"] == pytest.approx(
        found["none"]["never_shown"] / len(filled.candidates), abs=1e-4
    )
    shown = policy.table({"corpora": [{"name": "site", "policies": found}]})
    assert [line.split(" | ")[0] for line in shown.splitlines()[2:]] == ["| none", "| floor: 0.05"]


def test_readers_lists_are_made_without_the_editors(filled: Recommender) -> None:
    """They judge, so they may not help."""
    lists = Readers.of(filled).lists(PLAIN)
    blind = filled.recommend_all(10, lists={}, weights=WEIGHTS.without_lists(), policy=PLAIN)

    assert lists == {query: [item.id for item in items] for query, items in blind}


def test_every_signal_belongs_to_a_family() -> None:
    """So that a new one is not forgotten; a direction in time is never fitted."""
    in_families = {name for names in signals.FAMILIES.values() for name in names}

    assert in_families == {name for name, kind in SIGNALS.items() if kind != "direction"}


def test_what_is_left_out_is_lost(site: Site, filled: Recommender) -> None:
    """Without any signal the order is that of rows; one that is always absent is not missed."""
    corpora = [Indexed(name, site.articles, filled, WEIGHTS) for name in ("a", "b")]
    taught = [signals.Taught.by(corpus, 30) for corpus in corpora]
    found = signals.worth(taught, {"everything": tuple(SIGNALS)})
    by_row = taught[0].alone.ndcg(np.zeros(len(SIGNALS))).mean()

    lost = found["without"]["all of: everything"]["corpora"]["a"][0]
    assert lost == pytest.approx(found["reached"]["a"][0] - by_row, abs=2e-4)
    assert found["without"]["provider"]["lost"] == [0, 0]
    assert signals.table(found).count("all of: everything") == 1
    assert len(signals.families_table(found).splitlines()) == 3


def test_ranking_is_timed_over_pools_of_one_size() -> None:
    """Whatever is found is cut, or filled up with others, never with the query."""
    rng = np.random.default_rng(0)
    ranker = ranking.made_up(300, rng)
    lists = ranking.made_up_lists(ranker, rng)
    for n in (20, 290):
        query = ranking.asked(ranker, np.array([7]))[0]
        rows = ranking.pool_of(n, query, ranker, lists, rng).rows
        assert len(set(rows.tolist())) == n
        assert 7 not in rows
        assert np.all(np.diff(rows) > 0)
    found = ranking.timed(ranker, 5, 50, rng)

    assert all(0 < of["median"] <= of["p99"] for of in found.values())


def test_encoding_is_fast_and_costs_no_quality() -> None:
    """In what this machine chooses, at least 2.5 times the library; nDCG@10 stays within .002."""
    result = json.loads((RESULTS / "encoding.json").read_text("utf-8"))

    assert result["ways"][result["chosen_here"]]["ratio"] >= 2.5
    assert result["ways"]["float32"]["least_cosine"] > 0.999999
    assert result["ways"]["bfloat16"]["least_cosine"] > 0.9995
    for corpus in result["corpora"].values():
        assert abs(corpus["shipped"]["gain"]) <= 0.002
        assert abs(corpus["embedding"]["gain"]) <= 0.002


def test_ways_of_encoding_take_turns() -> None:
    """Each round begins with another; every figure is beside the first way's."""
    begun: list[str] = []

    def way(name: str, shift: float) -> encoding.Encode:
        def encode(texts: Sequence[str]) -> NDArray[np.float32]:
            begun.append(f"{name}{len(texts)}")
            return np.array([[1, shift]] * len(texts), dtype=np.float32)

        return encode

    ways = {name: way(name, shift) for name, shift in {"a": 0.0, "b": 0.0, "c": 1.0}.items()}
    found = encoding.timed(ways, ["text"] * 300, 2)

    assert begun == ["a256", "b256", "c256", "a300", "b300", "c300", "b300", "c300", "a300"]
    assert [found[name]["least_cosine"] for name in ways] == [1, 1, round(0.5**0.5, 6)]
    assert (found["a"]["ratio"], found["a"]["cpu_ratio"]) == (1, 1)
    assert all(len(of_one["texts_a_second"]) == 2 for of_one in found.values())


def test_vectors_that_are_alike_rank_alike(site: Site, filled: Recommender) -> None:
    """The same index twice: nothing is gained, and the table says what is reached."""
    plain = Recommender.open(site.index, settings=Settings(), weights=Weights({"vectors": 1}))
    found = encoding.quality({"float32": filled, "bfloat16": filled}, "nobody's")
    way = {"median": 2.0, "ratio": 1.0, "cpu_median": 1.0, "cpu_ratio": 1.0}
    shown = encoding.table({"ways": {encoding.LIBRARY: way}, "corpora": {"site": found}})

    assert found["least_cosine"] == 1
    assert found["shipped"]["gain"] == found["embedding"]["gain"] == 0
    assert found["embedding"]["float32"] == pytest.approx(spine.embedding_ndcg(plain), abs=1e-4)
    assert f"| site | {found['shipped']['float32']:.4f} |" in shown
    assert f"| `{encoding.LIBRARY}` | 2 | 1.0 |" in shown


def test_a_variant_is_the_site_without_one_of_its_parts(site: Site, tmp_path: Path) -> None:
    """Lists and all else stay; letters of another script keep what is the same the same."""
    site.build()
    source = site.open()
    for name, change in variants.VARIANTS.items():
        variants.write_variant(source, change, tmp_path / name)
        build(tmp_path / name, index=tmp_path / f"{name}.index", encoder=site.encoder)
        found = Recommender.open(tmp_path / f"{name}.index")
        articles = {article.id: article for article in found.articles}
        sora = articles["news-sora" if "folders" in name else "news/sora"]

        assert len(articles) == 5 - 1  # the linked one is named by its address alone
        assert [len(of) for of in found.lists.values()] == [1]
        assert (sora.body == "") == (name in {"no bodies", "titles only"})
        assert sora.title.isascii() == (name != "unknown language")
    assert len(set("Sora sora".translate(variants._TO_GEORGIAN).split())) == 1


def test_the_table_of_variants_names_the_best_single_signal() -> None:
    """Beside ours, a line a variant."""
    ndcg = dict.fromkeys(variants.SINGLE) | {"bm25": 0.25, "shipped": 0.5}
    table = variants.table(
        {"measure": "nDCG@10", "corpora": {"a": dict.fromkeys(variants.VARIANTS, ndcg)}}
    )

    assert table.count("| 0.500 (bm25 0.250) |") == len(variants.VARIANTS)

"""Figures in the README come from result files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Site

from evaluation.benchmarks import reports, spine
from evaluation.benchmarks.readme import with_tables
from recommender import Recommender, build

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
    """One query of two relevant articles, found at ranks 1 and 4: worked out by hand."""
    site.build()
    engine = site.open()
    ranks = {item.id: item.rank for item in engine.recommend("news/sora")}
    gains = {1: 1.0, 2: 0.630930, 3: 0.5, 4: 0.430677}
    expected = (gains[ranks["news/panda"]] + gains[ranks["https://outside.example/drones"]]) / (
        gains[1] + gains[2]
    )

    assert spine.embedding_ndcg(engine) == pytest.approx(expected, abs=1e-5)

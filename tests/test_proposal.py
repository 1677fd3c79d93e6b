"""Settings for a folder that has none."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Site, article_text

from recommender import ArticleError, Settings, propose_settings


def test_a_proposal_shows_ten_articles_spread_over_the_folder(tmp_path: Path) -> None:
    """First ones of each tenth, as they are understood."""
    for i in range(40):
        (tmp_path / f"{i:02d}.md").write_text(article_text(f"Title {i}", "E."), "utf-8")
    proposal = propose_settings(tmp_path)

    assert [article.id for article in proposal.articles] == [f"{i:02d}" for i in range(0, 40, 4)]
    assert proposal.n_files == 40
    assert proposal.settings.schema.preset == "seed"


def test_what_is_written_is_read_back(site: Site) -> None:
    """The proposed file is a settings file, comments and all."""
    site.write("README.md", "# Read me\n")
    proposal = propose_settings(site.articles)
    path = site.root / "recommender.yaml"
    path.write_text(proposal.to_yaml(site.root), "utf-8")

    assert Settings.from_file(path) == Settings(
        articles=site.articles,
        index=site.root / ".recommender",
        exclude=("**/README.md",),
        weights=site.root / "recommender.weights.yaml",
        lists=site.root / "recommender.lists.yaml",
    )
    assert [problem.path for problem in proposal.problems] == ["README.md"]


def test_looking_changes_nothing(site: Site) -> None:
    """No file is written."""
    before = sorted(site.root.rglob("*"))
    propose_settings(site.articles)

    assert sorted(site.root.rglob("*")) == before


@pytest.mark.parametrize("text", [None, "no fence"])
def test_a_folder_without_articles_is_one_sentence(tmp_path: Path, text: str | None) -> None:
    """Empty, or with nothing that can be read."""
    if text:
        (tmp_path / "a.md").write_text(text, "utf-8")

    with pytest.raises(ArticleError, match=r"no article that can be read among [01] Markdown"):
        propose_settings(tmp_path)


def test_a_folder_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    """The same complaint, with its path."""
    with pytest.raises(ArticleError, match=r"none: found no article"):
        propose_settings(tmp_path / "none")


def test_a_file_without_a_title_is_passed_over(tmp_path: Path) -> None:
    """It has front matter, but is no article."""
    (tmp_path / "a.md").write_text("---\nquality: 1\n---\n", "utf-8")
    (tmp_path / "b.md").write_text(article_text("B"), "utf-8")

    assert [article.id for article in propose_settings(tmp_path).articles] == ["b"]

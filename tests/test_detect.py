"""Which preset a folder was written for."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.corpus.detect import articles_folder, detect_preset
from recommender.corpus.front_matter.document import FrontMatter, read_front_matter

SEED = "---\ntitle: A\npublishedDateTime: 2024-03-06T01:45:00Z\nwebUrl: x\ntopics: [a]\n---\n"
JEKYLL = "---\nlayout: post\ntitle: A\ndate: 2024-03-06 01:45:00 +0200\ncategories: a b\n---\n"
HUGO = "+++\ntitle = 'A'\ndate = 2024-03-06\ndraft = false\n+++\n"
ELEVENTY = "---\ntitle: A\ndate: 2024-03-06\ntags: [posts, x]\n---\n"
ASTRO = "---\ntitle: A\ndescription: b\npubDate: Mar 06 2024\nheroImage: x.jpg\n---\n"


def _samples(text: str, *names: str) -> dict[str, FrontMatter]:
    return {name: read_front_matter(text.encode(), name) for name in names or ("a.md", "b.md")}


@pytest.mark.parametrize(
    ("text", "names", "preset"),
    [
        (SEED, (), "seed"),
        (JEKYLL, ("_posts/2024-03-06-a.md", "_posts/2024-03-07-b.md"), "jekyll"),
        (HUGO, (), "hugo"),
        (ELEVENTY, (), "eleventy"),
        (ASTRO, (), "astro"),
    ],
)
def test_the_files_tell_the_preset(
    tmp_path: Path, text: str, names: tuple[str, ...], preset: str
) -> None:
    """Without any settings file of a generator."""
    assert detect_preset(tmp_path, _samples(text, *names)).preset == preset


@pytest.mark.parametrize(
    ("marker", "preset"),
    [
        ("_config.yml", "jekyll"),
        ("hugo.toml", "hugo"),
        ("hugo.yml", "hugo"),
        (".eleventy.js", "eleventy"),
        ("eleventy.config.cjs", "eleventy"),
        ("astro.config.mjs", "astro"),
        ("astro.config.mts", "astro"),
    ],
)
def test_a_generators_own_file_decides(tmp_path: Path, marker: str, preset: str) -> None:
    """Front matter that all of them might have, and a marker up to three folders above."""
    folder = tmp_path / "src" / "content" / "blog"
    folder.mkdir(parents=True)
    (tmp_path / marker).touch()
    detection = detect_preset(folder, _samples("---\ntitle: A\ndate: 2024-03-06\n---\n"))

    assert detection.preset == preset
    assert f"{marker} lies in {tmp_path}" in detection.evidence


def test_a_file_of_a_common_name_tells_beside_hugos_content_only(tmp_path: Path) -> None:
    """Any program may have a `config.toml`."""
    samples = _samples("---\ntitle: A\ndate: 2024-03-06\n---\n")
    (tmp_path / "config.toml").touch()
    (tmp_path / "posts").mkdir()

    assert detect_preset(tmp_path / "posts", samples).preset == "jekyll"
    assert articles_folder(tmp_path) == tmp_path

    (tmp_path / "content").mkdir()

    assert detect_preset(tmp_path / "content", samples).preset == "hugo"
    assert articles_folder(tmp_path) == tmp_path / "content"


def test_evidence_counts_what_was_found(tmp_path: Path) -> None:
    """Only what speaks for the preset is named."""
    samples = _samples(SEED, "a.md") | _samples("---\ntitle: B\n---\n", "b.md")

    assert detect_preset(tmp_path, samples).evidence == (
        "the seed preset knows its keys",
        "1 of 2 files have “publishedDateTime”",
    )


def test_of_equals_the_first_preset_wins(tmp_path: Path) -> None:
    """A title alone fits all; the seed's schema is the product's own."""
    assert detect_preset(tmp_path, _samples("---\ntitle: A\n---\n")).preset == "seed"


def test_a_sites_own_folder_leads_to_its_articles(tmp_path: Path) -> None:
    """Where a generator's settings lie, articles lie in a folder below."""
    assert articles_folder(tmp_path) == tmp_path
    (tmp_path / "_config.yml").touch()
    assert articles_folder(tmp_path) == tmp_path
    (tmp_path / "_posts").mkdir()
    assert articles_folder(tmp_path) == tmp_path / "_posts"

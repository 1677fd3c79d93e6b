"""The index follows the folder, and does no work twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Site, article_text
from fakes import FakeEncoder

from recommender import (
    ArticleError,
    ConfigError,
    IndexBusyError,
    Recommender,
    SchemaSettings,
    Settings,
    build,
)
from recommender.index.store import Store
from recommender.reuse import Previous
from recommender.terms import sketches
from recommender.terms.sketches import sketch


def _files(index: Path) -> dict[str, int]:
    return {
        path.relative_to(index).as_posix(): path.stat().st_mtime_ns
        for path in index.rglob("*")
        if path.name != "lock"
    }


def test_a_first_run_reads_and_encodes_everything(site: Site) -> None:
    """Folder articles and the linked one; the report counts them."""
    report = site.build()

    assert (report.n_files, report.n_read, report.n_skipped, report.n_linked) == (4, 4, 0, 1)
    assert (report.n_lists, report.n_encoded, report.n_removed) == (1, 5, 0)
    assert report.is_changed
    assert sorted(site.encoder.encoded) == [
        "A chip plant opens. Jobs for a dry valley.",
        "Drones map roofs. Seen from above.",
        "Panda makes films too. A video model from another laboratory.",
        "Sora makes films from text. A video model from a laboratory.",
        "Wheat harvests fall. Farmers fear a dry summer.",
    ]
    assert [article.id for article in site.open().articles] == [
        "chips",
        "https://outside.example/drones",
        "news/panda",
        "news/sora",
        "wheat",
    ]


def test_a_second_run_over_an_unchanged_folder_touches_nothing(site: Site) -> None:
    """No text is encoded and no file of the index is written."""
    site.build()
    before = _files(site.index)
    report = site.build()

    assert not report.is_changed
    assert report.n_encoded == 0
    assert site.encoder.encoded == []
    assert _files(site.index) == before


def test_one_changed_title_encodes_one_text(site: Site) -> None:
    """And the answers are those of an index made anew."""
    site.build()
    site.write("wheat.md", article_text("Wheat harvests rise", "Farmers fear a dry summer."))
    report = site.build()

    assert site.encoder.encoded == ["Wheat harvests rise. Farmers fear a dry summer."]
    assert (report.n_encoded, report.n_removed, report.is_changed) == (1, 0, True)
    updated = [*site.open().recommend_all()]
    build(site.articles, index=site.root / "anew", settings=site.settings, encoder=site.encoder)
    assert updated == [
        *Recommender.open(
            site.root / "anew", settings=site.settings, weights=site.weights
        ).recommend_all()
    ]


def test_a_changed_body_encodes_nothing(site: Site) -> None:
    """The new body is kept, under the old vector."""
    site.build()
    path = site.articles / "wheat.md"
    path.write_text(path.read_text("utf-8") + "More.\n", "utf-8")
    report = site.build()

    assert (report.n_encoded, report.is_changed) == (0, True)
    assert site.open().find("wheat").body.endswith("Body.\nMore.\n")


def test_an_index_after_changes_is_to_the_byte_one_made_anew(site: Site) -> None:
    """A changed body, a changed title and a new file among others that stay as they are."""
    site.build()
    site.write(
        "wheat.md", article_text("Wheat harvests fall", "Farmers fear.", body="Other words.")
    )
    site.write("chips.md", article_text("A chip plant shuts", "Jobs for a dry valley."))
    site.write("bees.md", article_text("Bees in town", "Honey from roofs."))
    site.build()
    build(site.articles, index=site.root / "anew", settings=site.settings, encoder=site.encoder)

    assert _arrays(site.index) == _arrays(site.root / "anew")


def _arrays(index: Path) -> dict[str, bytes]:
    folder = max(index.glob("generation-*"))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_only_files_that_were_parsed_are_sketched(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the linked article, whose text is short."""
    site.build()
    site.write("wheat.md", article_text("Wheat harvests fall", "Farmers fear a wet summer."))
    made: list[int] = []
    monkeypatch.setattr(sketches, "sketch", lambda keys: made.append(len(keys)) or sketch(keys))
    site.build()

    assert len(made) == 2


def test_sketches_of_another_width_are_made_anew(site: Site) -> None:
    """A stranger's index may hold what this version would not have written."""
    site.build()
    found = Previous.open(Store(site.index))
    assert found.snapshot
    assert found.ground
    narrow = replace(found.ground.features, sketches=found.ground.features.sketches[:, :8])
    strange = Previous(found.snapshot, replace(found.ground, features=narrow))
    asked = found.snapshot.articles, found.snapshot.manifest.recipe, found.digests()

    assert strange.sketches(*asked) is None
    assert np.array_equal(found.sketches(*asked)[0], found.ground.features.sketches[0])


def test_a_deleted_file_is_gone_from_every_answer(site: Site) -> None:
    """From the articles, the lists and the neighbours; and its lost target may become linked."""
    site.build()
    (site.articles / "news/panda.md").unlink()
    report = site.build()
    engine = site.open()

    assert report.n_removed == 1
    assert report.n_encoded == 0
    assert engine.lists == {"news/sora": ("https://outside.example/drones",)}
    assert "news/panda" not in {item.id for _, items in engine.recommend_all() for item in items}


def test_a_new_article_takes_the_place_of_a_linked_one(site: Site) -> None:
    """What an entry means is found out anew when a file comes, though its own file is unchanged."""
    site.build()
    site.write(
        "drones.md",
        article_text("Drones over roofs", webUrl='"http://outside.example/drones"'),
    )
    site.build()

    assert site.open().lists == {"news/sora": ("news/panda", "drones")}


def test_warnings_of_unchanged_files_are_said_again(site: Site) -> None:
    """The file is not parsed, but its editor is still told."""
    site.write("bare.md", article_text("Bare day", "Text.", publishedDateTime="2024-03-06"))
    first = site.build()
    second = site.build()

    assert first.n_warned == second.n_warned == 1
    assert first.problems == second.problems
    assert first.problems[0].path == "bare.md"


def test_a_broken_file_stops_no_other(site: Site) -> None:
    """It is counted as skipped; mended, it is read."""
    site.write("broken.md", "---\ntitle: a: b\n---\n")
    assert (site.build().n_read, site.build().n_skipped) == (4, 1)
    site.write("broken.md", article_text("Mended"))

    assert (site.build().n_read, site.build().n_skipped) == (5, 0)


def test_another_schema_means_reading_again_but_not_encoding(site: Site) -> None:
    """Settings of the reader are part of what makes an index."""
    site.build()
    site.settings = replace(site.settings, schema=SchemaSettings(fields={"topics": ("excerpt",)}))
    report = site.build()

    assert (report.is_changed, report.n_encoded) == (True, 0)
    assert site.open().find("wheat").topics == ("Farmers fear a dry summer.",)


def test_another_model_means_encoding_again(site: Site) -> None:
    """Vectors of two models are never mixed."""
    site.build()
    site.encoder = FakeEncoder("other", dim=16)
    report = site.build()

    assert report.n_encoded == 5
    assert site.open().vectors(["wheat"]).shape == (1, 16)


def test_a_damaged_index_is_made_anew(site: Site) -> None:
    """It is a cache: what is broken is replaced, and nothing of it is used."""
    site.build()
    (site.index / "generation-000001" / "vectors.npy").write_bytes(b"broken")
    report = site.build()

    assert (report.is_changed, report.n_encoded) == (True, 5)
    assert len(site.open().recommend("wheat")) == 4


def test_the_order_in_which_files_come_changes_nothing(
    site: Site, make_site: Callable[..., Site], tmp_path: Path
) -> None:
    """Rows are ordered by id: two indexes of the same files are equal byte for byte."""
    site.build()
    mirror = tmp_path / "mirror"
    for path in sorted(site.articles.rglob("*.md"), reverse=True):
        copy = mirror / path.relative_to(site.articles)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    build(mirror, index=tmp_path / "other", settings=site.settings, encoder=site.encoder)
    one, other = (Store(path).open() for path in (site.index, tmp_path / "other"))

    assert one.manifest.files == other.manifest.files
    assert np.array_equal(one.vectors, other.vectors)


def test_without_a_folder_the_settings_name_it(site: Site) -> None:
    """`articles` of the settings, or one sentence."""
    settings = Settings(articles=site.articles, index=site.index)

    assert build(settings=settings, encoder=site.encoder).n_read == 4
    with pytest.raises(ConfigError, match="no articles folder is named"):
        build(settings=Settings(), encoder=site.encoder)


def test_a_wrong_folder_does_not_empty_an_index(site: Site, tmp_path: Path) -> None:
    """No article that can be read means that something else is wrong."""
    site.build()
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    with pytest.raises(ArticleError, match="no article file"):
        build(wrong, index=site.index, settings=site.settings, encoder=site.encoder)
    (wrong / "notes.md").write_text("no fence", "utf-8")
    with pytest.raises(ArticleError, match=r"1 files of which none can be read \(the first: notes"):
        build(wrong, index=site.index, settings=site.settings, encoder=site.encoder)

    assert len(site.open().articles) == 5


def test_progress_names_its_stages(site: Site) -> None:
    """Reading, then encoding, each up to its total."""
    calls: list[tuple[str, int, int]] = []
    build(
        site.articles,
        index=site.index,
        settings=site.settings,
        encoder=site.encoder,
        progress=lambda *call: calls.append(call),
    )

    assert calls == [*(("reading", i, 4) for i in range(1, 5)), ("encoding", 5, 5)]


def test_a_build_waits_for_no_reader_and_refuses_a_second_writer(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One writer at a time."""
    site.build()
    real_lock = Store.lock
    monkeypatch.setattr(Store, "lock", lambda store: real_lock(store, timeout=0))

    with real_lock(Store(site.index)), pytest.raises(IndexBusyError):
        site.build()


@pytest.mark.model
def test_an_unchanged_folder_loads_no_torch(site: Site) -> None:
    """With the real model: the first run asks torch what the CPU is fast at, the second nobody."""
    program = (
        "import sys, recommender\n"
        "report = recommender.build(sys.argv[1], index=sys.argv[2])\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)\n"
        "print(report.n_encoded, report.is_changed, sorted(heavy))\n"
    )
    command = [sys.executable, "-c", program, str(site.articles), str(site.index)]
    runs = [
        subprocess.run(command, cwd=site.root, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]

    assert runs[0] == "5 True ['torch']\n"
    assert runs[1] == "0 False []\n"


def test_entries_that_name_nothing_are_told_apart_from_other_problems(site: Site) -> None:
    """They are among the problems; a repeat is a problem, too, but names an article."""
    site.write("lost.md", article_text("Lost", related="[nowhere, wheat, wheat]"))

    report = site.build()

    assert [problem.found for problem in report.unresolved] == ["the related entry “nowhere”"]
    assert set(report.unresolved) < set(report.problems)
    assert len(report.problems) == 3  # and that there is no excerpt

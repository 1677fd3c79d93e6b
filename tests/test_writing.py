"""`write`: lists into the article files of a site that people depend on."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Site, article_text

from recommender import (
    Article,
    ConfigError,
    Recommender,
    SchemaSettings,
    Settings,
    WriteReport,
    write,
)
from recommender.corpus.marks import MARK, SUGGESTED, is_generated, mark_of
from recommender.corpus.reader import read_file
from recommender.corpus.schema.presets import schema_from_settings
from recommender.corpus.writing.entries import to_entry
from recommender.corpus.writing.replacing import replace_bytes
from recommender.errors import ArticleError
from recommender.records import Image, Provider


def _write(site: Site, **options: object) -> WriteReport:
    return write(site.articles, index=site.index, settings=site.settings, **options)  # type: ignore[arg-type]


def _bytes(site: Site) -> dict[str, bytes]:
    return {
        path.relative_to(site.articles).as_posix(): path.read_bytes()
        for path in sorted(site.articles.rglob("*.md"))
    }


def _read(site: Site, name: str) -> Article:
    schema = schema_from_settings(site.settings.schema)
    return read_file(site.articles / name, root=site.articles, schema=schema)[0]


@pytest.fixture
def written(site: Site) -> Site:
    """Four articles, indexed, each with its list."""
    site.build()
    _write(site)
    return site


def test_lists_stand_in_the_files_and_nowhere_else(site: Site) -> None:
    """Whoever has no list gets one; the next run has nothing to do."""
    site.build()
    before = _bytes(site)
    report = _write(site, k=2)
    after = _bytes(site)

    assert [change.path for change in report.changes] == [
        "chips/index.md",
        "news/panda.md",
        "wheat.md",
    ]
    assert (report.n_unchanged, report.problems) == (1, ())  # sora has two entries of its own
    assert {c.path: (c.before, c.after) for c in report.changes} == {
        path: (before[path], after[path]) for path in before if path != "news/sora.md"
    }
    assert after["wheat.md"].count(MARK.encode()) == 2
    again = _write(site, k=2)
    assert (again.changes, again.n_unchanged) == ((), 4)


def test_an_editors_entries_stay_first_and_ours_fill_up(written: Site) -> None:
    """In brackets as they were; what the editor listed is not listed twice."""
    text = (written.articles / "news/sora.md").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("related:"))

    assert line.startswith(
        'related: [panda, {title: "Drones map roofs", excerpt: "Seen from above.", '
        'webUrl: "https://www.outside.example/drones/?utm_source=x"}, {"title": '
    )
    assert line.count(MARK) == 2
    assert "Panda makes films too" not in line


def test_nobody_learns_from_what_was_written(written: Site) -> None:
    """Neither an index made anew nor one brought up to date takes our entries for an editor's."""
    lists = Recommender.open(written.index, settings=written.settings).lists
    written.build()
    updated = Recommender.open(written.index, settings=written.settings)
    for path in sorted(written.index.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    written.build()
    anew = Recommender.open(written.index, settings=written.settings)

    assert lists == updated.lists == anew.lists
    assert lists.keys() == {"news/sora"}
    assert updated.corpus_hash == anew.corpus_hash
    assert _write(written).changes == ()


def test_our_own_lists_do_not_change_a_corpus_hash(site: Site) -> None:
    """So weights fitted on a corpus are known as such after its lists were written."""
    site.build()
    before = site.open().corpus_hash
    _write(site)
    assert site.build().is_changed

    assert site.open().corpus_hash == before
    assert not site.encoder.encoded


def test_an_entry_that_an_editor_edits_is_the_editors(written: Site) -> None:
    """Its mark is wrong from then on; it stays, comes first, and counts as chosen."""
    path = written.articles / "wheat.md"
    text = path.read_text("utf-8")
    second = text.split("  - title: ")[2].splitlines()[0]
    path.write_text(text.replace(second, '"By hand"'), "utf-8")
    written.build()
    _write(written)
    after = path.read_text("utf-8")

    assert [link.title for link in _read(written, "wheat.md").related] == ["By hand"]
    assert after.split("  - title: ")[1].startswith('"By hand"')
    assert after.count(MARK) == 4
    assert written.open().curated("wheat")
    assert _write(written).changes == ()


def test_quotes_and_order_do_not_make_an_entry_an_editors(written: Site) -> None:
    """A formatter is no editor."""
    path = written.articles / "wheat.md"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace('title: "A chip plant opens"', "title: A chip plant opens"), "utf-8"
    )

    assert path.read_text("utf-8") != text
    assert _read(written, "wheat.md").related == ()
    _write(written)
    assert path.read_text("utf-8") == text


def test_an_entry_with_a_comment_stays_as_it_is(written: Site) -> None:
    """Nothing that somebody wrote is lost, and nothing comes twice."""
    path = written.articles / "wheat.md"
    text = path.read_text("utf-8")
    noted = text.replace('title: "A chip plant opens"', 'title: "A chip plant opens" # why?')
    path.write_text(noted, "utf-8")
    written.build()
    _write(written)
    after = path.read_text("utf-8")

    assert "# why?" in after
    assert after.count("A chip plant opens") == 1
    assert after.count(MARK) == 4
    assert _write(written).changes == ()


@pytest.mark.parametrize("touch", ["Body.", "title:", "excerpt:"])
def test_a_file_that_has_changed_since_it_was_indexed_is_left_alone(
    written: Site, touch: str
) -> None:
    """Even by one space; the others are written."""
    path = written.articles / "wheat.md"
    path.write_text(
        path.read_text("utf-8").replace(touch, f" {touch}", 1).replace("\n ", "\n"), "utf-8"
    )
    path.write_text(path.read_text("utf-8") + " ", "utf-8")
    before = path.read_bytes()
    report = _write(written, k=1)

    (problem,) = report.problems
    assert problem.message == (
        "wheat.md: found a file that has changed; expected the one that was indexed: run "
        "`recommender index`, then `write` again"
    )
    assert path.read_bytes() == before
    assert len(report.changes) == 3


def test_where_entries_are_bare_ours_have_a_key_of_their_own(site: Site) -> None:
    """References like the editors', who can be told from us by the key alone."""
    site.write("news/sora.md", article_text("Sora makes films from text", related="[panda, wheat]"))
    site.build()
    lists = site.open().lists
    _write(site, k=3)
    text = (site.articles / "news/sora.md").read_text("utf-8")

    assert "related: [panda, wheat]\n" in text
    assert f'{SUGGESTED}:\n  - "chips"\n---' in text
    assert f"{SUGGESTED}:" in (site.articles / "wheat.md").read_text("utf-8")
    site.build()
    assert site.open().lists == lists


def test_a_trial_changes_nothing(site: Site) -> None:
    """And tells what a real run would do."""
    site.build()
    before = _bytes(site)
    trial = _write(site, dry_run=True)

    assert _bytes(site) == before
    assert trial == _write(site)


def test_mode_and_owner_of_a_file_are_kept(site: Site) -> None:
    """Whoever may read it today may read it tomorrow."""
    path = site.articles / "wheat.md"
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 12, 34)
    site.build()
    before = path.stat()
    assert "wheat.md" in [change.path for change in _write(site).changes]
    after = path.stat()

    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_a_read_only_file_is_refused(site: Site) -> None:
    """By its mode, whoever asks."""
    site.build()
    path = site.articles / "wheat.md"
    path.chmod(0o444)
    before = path.read_bytes()
    (problem,) = _write(site).problems

    assert problem.message == "wheat.md: found a read-only file; expected one that may be written"
    assert path.read_bytes() == before


def test_a_link_stays_a_link_and_leads_to_the_new_file(site: Site) -> None:
    """Inside the folder its target is replaced."""
    (site.articles / "wheat.md").rename(site.articles / "wheat.txt")
    (site.articles / "wheat.md").symlink_to("wheat.txt")
    site.build()
    _write(site)

    assert (site.articles / "wheat.md").is_symlink()
    assert MARK in (site.articles / "wheat.txt").read_text("utf-8")


def test_nothing_is_written_outside_the_folder(site: Site) -> None:
    """Not even where a file became a link after it was indexed."""
    site.build()
    outside = site.root / "wheat.md"
    (site.articles / "wheat.md").rename(outside)
    (site.articles / "wheat.md").symlink_to(outside)
    before = outside.read_bytes()
    (problem,) = _write(site).problems

    assert problem.message == "wheat.md: found a link out of the folder; expected a file inside it"
    assert outside.read_bytes() == before


def test_who_saves_meanwhile_wins(tmp_path: Path) -> None:
    """What was read is compared once more, right before the file is replaced."""
    path = tmp_path / "a.md"
    path.write_bytes(b"saved just now")
    with pytest.raises(ArticleError, match="somebody else is writing"):
        replace_bytes(path, tmp_path, b"read before", b"ours", "a.md")

    assert path.read_bytes() == b"saved just now"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_run_left_behind_goes(site: Site) -> None:
    """A half-written file has a name of ours, which no reader takes for an article."""
    site.build()
    leftover = site.articles / "news" / ".sora.md.recommender-x1"
    leftover.write_bytes(b"---\ntit")
    _write(site)

    assert not leftover.exists()


def test_on_a_full_disk_every_file_is_old_or_new(site: Site) -> None:
    """A file that finds no room stays as it was, and the run says so."""
    for i in range(5):
        site.write(f"long/{i}.md", article_text(f"Long {i}", "Farmers") + "x" * 20_000)
    site.build()
    before = _bytes(site)
    code = (
        "import resource, sys; from recommender import write\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"report = write({str(site.articles)!r}, index={str(site.index)!r})\n"
        "print(len(report.changes), *{p.found for p in report.problems}, sep='|')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=site.root, capture_output=True, text=True, check=True
    )
    after = _bytes(site)

    assert done.stdout.strip() == "4|a file that cannot be written (File too large)"
    changed = {path for path in before if after[path] != before[path]}
    assert changed == {"chips/index.md", "news/panda.md", "news/sora.md", "wheat.md"}
    assert all(MARK in after[path].decode() for path in changed)
    assert not list(site.articles.rglob(".*"))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 10_000


def test_a_list_that_cannot_be_written_to_is_reported(site: Site) -> None:
    """A single reference is no list; the file is left alone."""
    site.write("odd.md", article_text("Odd", "Farmers fear", related='{title: "One"}'))
    site.build()
    (problem,) = _write(site).problems

    assert problem.message == "odd.md: found “related” that is no list; expected a list"


def test_an_entry_speaks_the_words_of_the_schema() -> None:
    """The seed's fields, those of a blog, or what the site sets; what is unknown is left out."""
    article = Article(
        title="T",
        id="a/b",
        path="a/b.md",
        url="https://x.example/b",
        excerpt="E",
        type="article",
        quality=67.0,
        provider=Provider("News", None),
        images=(Image("https://x.example/i.png", 3, None, True),),
    )

    def entry(one: Article, **schema: object) -> dict[str, object]:
        return dict(to_entry(one, schema_from_settings(SchemaSettings(**schema))))  # type: ignore[arg-type]

    assert entry(article) == {
        "title": "T",
        "excerpt": "E",
        "webUrl": "https://x.example/b",
        "type": "article",
        "provider": {"name": "News"},
        "quality": 67,
        "images": [{"url": "https://x.example/i.png", "width": 3, "isCached": True}],
    }
    assert entry(article, preset="hugo") == {"title": "T", "url": "https://x.example/b"}
    assert entry(Article("T", id="a"), preset="hugo") == {"title": "T", "id": "a"}
    assert entry(article, entry={"url": "link.to", "title": "name"}) == {
        "link": {"to": "https://x.example/b"},
        "name": "T",
    }
    with pytest.raises(ConfigError, match=r"schema\.entry\.titel: .*did you mean “title”"):
        entry(article, entry={"titel": "x"})


def test_a_mark_is_that_of_the_values() -> None:
    """Any other value makes another mark; how a date is written makes none."""
    from recommender.corpus.front_matter.values import Block, Scalar

    entry = Block({"title": "T", "at": Scalar("2024-03-06T01:45:00Z", "timestamp")})
    same = Block({"at": "2024-03-06T01:45:00+00:00", "title": "T", MARK: "whatever"})

    assert mark_of(entry) == mark_of(same)
    assert mark_of(Block(entry | {"title": "U"})) != mark_of(entry)
    assert is_generated(Block(entry | {MARK: mark_of(entry)}))
    assert not is_generated(same)
    assert not is_generated("recommender")


def test_no_folder_is_one_sentence(site: Site) -> None:
    """Nothing to write to."""
    site.build()
    with pytest.raises(ConfigError, match=r"the articles folder is none: give one"):
        write(index=site.index, settings=Settings())
    with pytest.raises(ConfigError, match=r"the articles folder is “.*gone”: give one"):
        write(site.root / "gone", index=site.index, settings=site.settings)


def test_the_command_shows_a_diff_and_then_writes(
    site: Site, run: Callable[..., tuple[int, str, str]]
) -> None:
    """`--dry-run` prints what would change; summaries and complaints go beside it."""
    site.build()
    arguments = ("write", str(site.articles), "--index", str(site.index), "-k", "1")
    code, out, err = run(*arguments, "--dry-run")
    lines = out.splitlines()

    assert (code, err) == (0, "3 files would change, 1 unchanged\n")
    assert lines[:2] == ["--- a/chips/index.md", "+++ b/chips/index.md"]
    assert all(line[:1] in ("-", "+", " ", "@") for line in lines)
    assert sum(line.startswith("+ ") and MARK in line for line in lines) == 3
    (site.articles / "wheat.md").chmod(0o444)
    code, out, err = run(*arguments, "--strict")
    assert (code, out) == (1, "2 files written, 1 unchanged, 1 left alone\n")
    assert err == "left alone: wheat.md: found a read-only file; expected one that may be written\n"

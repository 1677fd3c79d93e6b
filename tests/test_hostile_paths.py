"""Hostile paths: what names a file outside the folder, loops, or is no name, is nobody."""

from __future__ import annotations

import os
import threading

import pytest
from conftest import Site, article_text
from hostile import TEXTS
from limited import run_limited

from recommender import RecommenderError, Settings
from recommender.corpus.paths import find_files, matches
from recommender.plain_files import UnfitFileError, read_plain_file

WORD = "confidential"


@pytest.fixture
def walled(site: Site) -> Site:
    """A site beside a folder whose files nobody asked for."""
    outside = site.root / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text(article_text(f"{WORD} plans", WORD), "utf-8")
    return site


REFERENCES = (
    "../outside/secret",
    "../outside/secret.md",
    "/etc/passwd",
    "..\\outside\\secret.md",
    "C:\\secret.md",
    "\\\\server\\share\\secret.md",
    "file:///etc/passwd",
    "./../../../../../../etc/passwd",
    "a/../../outside/secret",
    "x" * 5000,
    "%2e%2e/outside/secret",
    "loop/loop/loop",
    ".",
    "..",
    "/",
    "~/secret",
    "CON",
    *(text for text in TEXTS.values() if "\x00" not in text),
)


def test_references_never_lead_out_of_the_folder(walled: Site) -> None:
    """Related entries, ids, permalinks, aliases and pictures are names; none is a file to read."""
    (walled.articles / "loop").symlink_to("loop")
    for i, reference in enumerate(REFERENCES):
        quoted = "'" + " ".join(reference.replace("'", "''").split()) + "'"
        text = article_text(
            f"Article {i}",
            "e",
            id=quoted,
            related=f"[{quoted}]",
            permalink=quoted,
            aliases=f"[{quoted}]",
            webUrl=quoted,
            images=f"[{quoted}]",
        )
        (walled.articles / f"r{i}.md").write_bytes(text.encode("utf-8", "ignore"))
    walled.build()
    engine = walled.open()

    everything = [article.title + article.body + article.excerpt for article in engine.articles]
    assert not [text for text in everything if WORD in text or "root:" in text]
    folder_files = {article.id for article in engine.articles if not article.is_linked}
    assert {name for name in folder_files if ".." in name or name.startswith("/")} == set()


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda text: ascii(text[:20]))
def test_asking_by_a_strange_reference_is_an_error_of_ours(walled: Site, reference: str) -> None:
    """No crash of the system's comes out; only a path of a real file is read, as the user asked."""
    (walled.root / "loop").symlink_to("loop")
    walled.build()
    engine = walled.open()

    with pytest.raises(RecommenderError):
        engine.recommend(reference)


def test_a_link_that_loops_is_nobody(walled: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As articles folder, as index, as article and as settings file."""
    (walled.root / "loop").symlink_to("loop")
    walled.build()
    loop = walled.root / "loop"
    for arguments in (
        ("index", "loop"),
        ("init", "loop"),
        ("neighbours", "loop"),
        ("neighbours", "loop/x"),
        ("neighbours", "wheat", "--index", "loop"),
        ("--config", "loop", "neighbours", "wheat"),
        ("index", "articles", "--index", "loop/x"),
    ):
        code, out, err, _ = run_limited(*arguments, cwd=walled.root)

        assert (arguments, code, out, err.count("\n")) == (arguments, 1, "", 1)
        assert "unexpected" not in err
    assert loop.is_symlink()


def test_patterns_never_lead_out_of_the_folder(walled: Site) -> None:
    """The walk stays inside; a pattern that names another place matches nothing."""
    patterns = (
        "../**/*.md",
        "/etc/*",
        "../outside/*",
        "..\\**\\*.md",
        "articles/../../*",
        "**/../*",
    )
    for pattern in patterns:
        assert find_files(walled.articles, Settings(include=(pattern,))) == ([], [])
    for pattern in patterns:
        found, _ = find_files(walled.articles, Settings(exclude=(pattern,)))
        assert "wheat.md" in found


def test_a_pattern_of_many_stars_takes_no_time(walled: Site) -> None:
    """What would try every way to share thirty folders among twenty stars looks at each once."""
    path = ["a"] * 30
    stars = [part for _ in range(20) for part in ("**", "a")]

    assert matches([*path, "b.md"], [*stars, "**", "*.md"])
    assert not matches([*path, "b.md"], [*stars, "**", "*.txt"])
    assert not matches(["a" * 200], ["*a" * 12 + "b"])


def test_strange_names_are_read_or_refused_by_name(site: Site) -> None:
    """Backslashes, drive letters and 252 letters are names; bytes that are no text are none."""
    names = [
        "C:\\a\\b.md",
        "a\\..\\up.md",
        "a b .md",
        "x" * 252 + ".md",
        "-rf.md",
        "*.md",
        "a%2fb.md",
    ]
    for name in names:
        site.write(name, article_text(f"Called {len(name)}", "e"))
    os.close(os.open(os.fsencode(site.articles) + b"/caf\xe9.md", os.O_CREAT | os.O_WRONLY))
    report = site.build()

    assert {name.removesuffix(".md") for name in names} <= {a.id for a in site.open().articles}
    assert [p.message for p in report.problems if p.severity == "error"] == [
        "caf\ufffd.md: found a name that is not UTF-8; expected one that is"
    ]


def test_a_file_that_turns_into_a_pipe_is_not_waited_for(site: Site) -> None:
    """Between the walk and the reading: the file is opened without waiting, and then looked at."""
    os.mkfifo(site.articles / "later.md")
    done: list[str] = []

    def read() -> None:
        try:
            read_plain_file(site.articles / "later.md", 10)
        except UnfitFileError as error:
            done.append(error.found)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(timeout=10)

    assert done == ["something that is not a file"]

"""A folder of article files → articles, digests and problems."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.corpus import reader
from recommender.corpus.reader import MAX_BYTES, KnownFile, Reading, read_file, read_folder
from recommender.corpus.schema.presets import schema_from_settings
from recommender.errors import ArticleError, ConfigError
from recommender.records import Problem
from recommender.settings import SchemaSettings, Settings

SCHEMA = schema_from_settings(SchemaSettings())


def _write(root: Path, **texts: str) -> Path:
    """Write `name=front matter` as files `name.md`; a double underscore makes a folder."""
    for name, front_matter in texts.items():
        file = root / f"{name.replace('__', '/')}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\n{front_matter}\n---\nBody.\n", "utf-8")
    return root


def _complete(title: str, *lines: str) -> str:
    return "\n".join((f"title: {title}", "excerpt: E", *lines))


def _ids(reading: Reading) -> list[str]:
    return [article.id for article in reading.articles]


def _known(reading: Reading) -> dict[str, KnownFile]:
    return {
        article.path: KnownFile(
            reading.digests[article.path],
            article,
            tuple(problem for problem in reading.problems if problem.path == article.path),
        )
        for article in reading.articles
    }


def test_a_folder_becomes_articles(tmp_path: Path) -> None:
    """Articles come ordered by id, each with the digests of its file's bytes."""
    root = _write(tmp_path, a__z=_complete("Z"), a__index=_complete("A"))
    (root / "a-b.md").write_text("---\ntitle: B\nexcerpt: E\n---\n")
    reading = read_folder(root, Settings())

    assert [(article.id, article.title, article.path) for article in reading.articles] == [
        ("a", "A", "a/index.md"),
        ("a-b", "B", "a-b.md"),
        ("a/z", "Z", "a/z.md"),
    ]
    assert reading.digests == {
        path: 2 * hashlib.sha256((root / path).read_bytes()).digest()
        for path in ("a/index.md", "a/z.md", "a-b.md")
    }
    assert (reading.problems, reading.n_parsed, reading.n_files) == ((), 3, 3)


def test_trouble_never_stops_the_others(tmp_path: Path) -> None:
    """Each bad file is one error, each doubtful one is read with a warning, in order of path."""
    root = _write(tmp_path, good=_complete("Good"), late="title: Late", bad="title: A: B")
    (root / "empty.md").write_bytes(b"")
    (root / "latin.md").write_bytes(b"---\ntitle: \xe9t\xe9\n---\n")
    (root / "open.md").write_text("---\ntitle: A\n")
    (root / "huge.md").write_bytes(b"x" * (MAX_BYTES + 1))
    reading = read_folder(root, Settings())

    assert _ids(reading) == ["good", "late"]
    assert set(reading.digests) == {"good.md", "late.md"}
    assert [(found.path, found.line, found.severity) for found in reading.problems] == [
        ("bad.md", 2, "error"),
        ("empty.md", None, "error"),
        ("huge.md", None, "error"),
        ("late.md", None, "warning"),
        ("latin.md", 2, "error"),
        ("open.md", 1, "error"),
    ]
    assert reading.problems[2].message == (
        "huge.md: found a file of 5,000,001 bytes; expected at most 5,000,000"
    )
    assert (reading.n_parsed, reading.n_files) == (6, 7)


def test_warnings_of_one_file_come_in_order_of_line(tmp_path: Path) -> None:
    """Warnings about the file as a whole come first."""
    root = _write(tmp_path, a="title: T\ntopics: a, b\nquality: x")
    lines = [problem.line for problem in read_folder(root, Settings()).problems]

    assert lines == [None, 3, 4]


def test_unchanged_files_are_not_parsed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that hash the same bring back the article and the warnings of the last reading."""
    root = _write(tmp_path, a="title: A", b=_complete("B"), c=_complete("C"))
    first = read_folder(root, Settings())
    _write(root, b=_complete("B2"))
    (root / "c.md").unlink()
    parsed: list[str] = []
    read = reader.read_front_matter
    monkeypatch.setattr(
        reader, "read_front_matter", lambda data, path: parsed.append(path) or read(data, path)
    )
    second = read_folder(root, Settings(), known=_known(first))

    assert parsed == ["b.md"]
    assert [article.title for article in second.articles] == ["A", "B2"]
    assert [problem.path for problem in second.problems] == ["a.md"]
    assert (second.n_parsed, second.n_files) == (1, 2)


def test_reading_twice_is_reading_once(tmp_path: Path) -> None:
    """With everything known, the result is the same but for the count."""
    root = _write(tmp_path, a="title: A\nquality: x", b=_complete("B"))
    first = read_folder(root, Settings())

    assert read_folder(root, Settings(), known=_known(first)) == replace(first, n_parsed=0)


@pytest.mark.parametrize("again", [False, True])
def test_an_id_is_taken_once(tmp_path: Path, *, again: bool) -> None:
    """The second file of the same id is skipped, and told which was first, known or not."""
    root = _write(tmp_path, post=_complete("First"), post__index=_complete("Second"))
    (root / "post.markdown").write_text("---\ntitle: Third\n---\n")
    reading = read_folder(root, Settings())
    if again:
        reading = read_folder(root, Settings(), known=_known(reading))

    assert [(article.id, article.title) for article in reading.articles] == [("post", "Third")]
    assert reading.problems[1:] == (
        Problem(
            "post.md",
            None,
            "error",
            "the id “post”, which post.markdown has",
            "an id of its own (rename or exclude one)",
        ),
        Problem(
            "post/index.md",
            None,
            "error",
            "the id “post”, which post.markdown has",
            "an id of its own (rename or exclude one)",
        ),
    )


def test_an_address_is_taken_once(tmp_path: Path) -> None:
    """Two spellings of one webUrl are the same; the file that comes later is skipped."""
    root = _write(
        tmp_path,
        a=_complete("A", "webUrl: https://www.x.example/p/?utm_source=feed#top"),
        b=_complete("B", "webUrl: http://x.example/p"),
        c=_complete("C", "webUrl: http://x.example/p?id=2"),
    )
    reading = read_folder(root, Settings())

    assert _ids(reading) == ["a", "c"]
    assert [problem.message for problem in reading.problems] == [
        "b.md: found the web address “http://x.example/p”, which a.md has; "
        "expected an address of its own"
    ]


@pytest.mark.parametrize("site_url", [None, "https://x.example"])
def test_addresses_made_from_a_pattern_may_meet(tmp_path: Path, site_url: str | None) -> None:
    """Only an address that an editor wrote is claimed."""
    root = _write(tmp_path, en__a=_complete("A"), fr__a=_complete("A"))
    schema = SchemaSettings(permalink="/:slug/", site_url=site_url)
    reading = read_folder(root, Settings(schema=schema))

    assert _ids(reading) == ["en/a", "fr/a"]
    assert reading.problems == ()
    assert {article.url for article in reading.articles} == {f"{site_url or ''}/a/"}


def test_progress_counts_every_file(tmp_path: Path) -> None:
    """Skipped files count too."""
    root = _write(tmp_path, a=_complete("A"), b="title:", c=_complete("C"))
    calls: list[tuple[int, int]] = []
    read_folder(root, Settings(), progress=lambda n_done, n: calls.append((n_done, n)))

    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    """Nothing, a file, and a folder without articles are three different errors."""
    file = tmp_path / "file"
    file.write_text("x")
    empty = tmp_path / "empty"
    empty.mkdir()
    messages = []
    for root in (tmp_path / "none", file, empty):
        with pytest.raises(ArticleError) as caught:
            read_folder(root, Settings())
        messages.append(str(caught.value))

    assert messages == [
        f"{tmp_path}/none: found nothing; expected a folder of articles",
        f"{file}: found a file; expected a folder of articles",
        f"{empty}: found no article file; expected files that match **/*.md or **/*.markdown",
    ]


def test_a_bad_schema_stops_at_once(tmp_path: Path) -> None:
    """What the settings say wrong is no fault of the files."""
    root = _write(tmp_path, a=_complete("A"))

    with pytest.raises(ConfigError, match="no preset “jekyl”"):
        read_folder(root, Settings(schema=SchemaSettings(preset="jekyl")))


def test_what_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    """Dangling links and pipes are reported; a pipe is not waited for."""
    root = _write(tmp_path, a=_complete("A"))
    (root / "gone.md").symlink_to(root / ".nothing.md")
    os.mkfifo(root / "pipe.md")
    reading = read_folder(root, Settings())

    assert _ids(reading) == ["a"]
    assert [problem.message for problem in reading.problems] == [
        "gone.md: found a file that cannot be opened (No such file or directory); "
        "expected access to it",
        "pipe.md: found something that is not a file; expected a regular file",
    ]


def test_a_file_without_permission_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is the system's."""
    root = _write(tmp_path, a=_complete("A"), b=_complete("B"))
    open_ = os.open

    def refuse_b(path: object, *args: int) -> int:
        if str(path).endswith("b.md"):
            raise PermissionError(13, "Permission denied", str(path))
        return open_(path, *args)

    monkeypatch.setattr(os, "open", refuse_b)
    reading = read_folder(root, Settings())

    assert _ids(reading) == ["a"]
    assert [problem.found for problem in reading.problems] == [
        "a file that cannot be opened (Permission denied)"
    ]


def test_one_file_can_be_read_alone(tmp_path: Path) -> None:
    """Its id is counted from the root; what is wrong with it is raised."""
    root = _write(tmp_path, sub__a="title: A", sub__b="title: [B]")
    article, warnings = read_file(root / "sub/a.md", root=root, schema=SCHEMA)
    with pytest.raises(ArticleError) as caught:
        read_file(root / "sub/b.md", root=root, schema=SCHEMA)
    with pytest.raises(ArticleError, match=r"^sub: found a file that cannot be opened"):
        read_file(root / "sub", root=root, schema=SCHEMA)

    assert (article.id, article.path, article.excerpt) == ("sub/a", "sub/a.md", "Body.")
    assert [warning.found for warning in warnings] == ["no excerpt"]
    assert (caught.value.path, caught.value.line) == ("sub/b.md", 2)


def test_a_file_of_just_five_megabytes_is_read(tmp_path: Path) -> None:
    """The limit is on what exceeds it."""
    root = _write(tmp_path, a=_complete("A"))
    head = (root / "a.md").read_bytes()
    (root / "a.md").write_bytes(head + b"x" * (MAX_BYTES - len(head)))
    reading = read_folder(root, Settings())

    assert len(reading.articles[0].body) == MAX_BYTES - len(head) + len("Body.\n")

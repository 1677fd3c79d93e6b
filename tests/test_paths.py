"""Which files are articles, and what they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.corpus.paths import article_id, find_files, matches, split_date
from recommender.records import Problem
from recommender.settings import Settings


def _tree(root: Path, *paths: str) -> Path:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("---\ntitle: A\n---\n")
    return root


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("sora.md", "sora"),
        ("2024/v1.2.md", "2024/v1.2"),
        ("post/index.md", "post"),
        ("post/index.markdown", "post"),
        ("index.md", "index"),
        ("post/_index.md", "post/_index"),
        ("post/my-index.md", "post/my-index"),
        ("a/README", "a/README"),
    ],
)
def test_the_id_is_the_path_without_its_ending(path: str, expected: str) -> None:
    """A folder's `index` file goes by the folder's name."""
    assert article_id(path) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024-03-06-sora", ("2024-03-06", "sora")),
        ("2024-3-6-a-b", ("2024-3-6", "a-b")),
        ("sora", (None, "sora")),
        ("2024-03-06", (None, "2024-03-06")),
    ],
)
def test_a_date_before_the_name_is_split_off(name: str, expected: tuple[str | None, str]) -> None:
    """Only a day that is followed by a name is a date of the article."""
    assert split_date(name) == expected


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("a.md", "**/*.md", True),
        ("x/y/a.md", "**/*.md", True),
        ("x/a.md", "*.md", False),
        ("x/a.md", "x/*.md", True),
        ("x/y/a.md", "x/**", True),
        ("x", "x/**", True),
        ("x/y/z/a.md", "x/**/a.md", True),
        ("y/x/a.md", "x/**", False),
        ("a.mdx", "**/*.md", False),
        ("A.md", "a.md", False),
        ("a1.md", "a[0-9].m?", True),
        ("x/a1.md", "x?a1.md", False),
    ],
)
def test_globs_stay_within_a_name(path: str, pattern: str, *, expected: bool) -> None:
    """Only `**` crosses folders; case counts."""
    assert matches(path.split("/"), pattern.split("/")) is expected


def test_files_are_found_in_order(tmp_path: Path) -> None:
    """Both endings, at any depth; hidden and generated folders are left out."""
    _tree(
        tmp_path,
        *("b.md", "a/c.markdown", "a.md", "a/deep/er/d.md", "note.txt", "E.MD"),
        *(
            ".hidden.md",
            ".git/a.md",
            "a/node_modules/a.md",
            "_site/a.md",
            "a/public/a.md",
            "recommender-report/report.md",
        ),
    )

    assert find_files(tmp_path, Settings()) == (
        ["a.md", "a/c.markdown", "a/deep/er/d.md", "b.md"],
        [],
    )


def test_a_root_of_any_name_is_read(tmp_path: Path) -> None:
    """Names that are skipped below the folder do not matter for the folder itself."""
    root = _tree(tmp_path / "public" / ".posts", "a.md")

    assert find_files(root, Settings()) == (["a.md"], [])


def test_include_and_exclude_choose(tmp_path: Path) -> None:
    """A pattern may name files or whole folders, with or without slashes around it."""
    _tree(tmp_path, "posts/a.md", "posts/drafts/b.md", "posts/README.md", "pages/c.md", "d.txt")
    settings = Settings(
        include=("./posts/**/*.md", "/*.txt"), exclude=("**/drafts/", "**/README.md")
    )

    assert find_files(tmp_path, settings) == (["d.txt", "posts/a.md"], [])


def test_links_inside_add_only_what_is_not_read_anyway(tmp_path: Path) -> None:
    """A real file keeps its own name; a link to something hidden is followed; loops end."""
    _tree(tmp_path, "real/a.md", ".store/b.md", ".store/sub/c.md", ".store/d.md")
    (tmp_path / "again").symlink_to(tmp_path / "real")
    (tmp_path / "again.md").symlink_to(tmp_path / "real/a.md")
    (tmp_path / "linked").symlink_to(tmp_path / ".store/sub")
    (tmp_path / "b.md").symlink_to(".store/b.md")
    (tmp_path / "real" / "loop").symlink_to(tmp_path)
    (tmp_path / ".store/sub/loop").symlink_to(tmp_path / ".store/sub")
    (tmp_path / "self").symlink_to("self")

    assert find_files(tmp_path, Settings()) == (["b.md", "linked/c.md", "real/a.md"], [])


def test_links_that_lead_out_are_errors(tmp_path: Path) -> None:
    """Neither a file nor a folder from outside the articles folder is read."""
    outside = _tree(tmp_path / "outside", "a.md", "note.txt")
    root = _tree(tmp_path / "root", "b.md")
    (root / "folder").symlink_to(outside)
    (root / "file.md").symlink_to(outside / "a.md")
    (root / "up").symlink_to(tmp_path)
    (root / "note.txt").symlink_to(outside / "note.txt")
    found, problems = find_files(root, Settings())

    assert found == ["b.md"]
    assert problems == [
        Problem(
            path, None, "error", "a link that leads out of the articles folder", "a place inside it"
        )
        for path in ("file.md", "folder", "up")
    ]


def test_names_that_are_not_utf8_are_errors(tmp_path: Path) -> None:
    """Such a name cannot be an id; the file is named as well as can be."""
    _tree(tmp_path, "a.md")
    bad = Path(str(tmp_path) + "/\udce9.md")
    bad.write_text("x")
    found, problems = find_files(tmp_path, Settings())

    assert found == ["a.md"]
    assert problems == [
        Problem("\ufffd.md", None, "error", "a name that is not UTF-8", "one that is")
    ]


def test_a_folder_that_cannot_be_opened_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are read all the same."""
    import os

    _tree(tmp_path, "a.md", "locked/b.md")
    scandir = os.scandir

    def refuse_locked(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse_locked)
    found, problems = find_files(tmp_path, Settings())

    assert found == ["a.md"]
    assert [problem.message for problem in problems] == [
        "locked: found a folder that cannot be opened (Permission denied); expected access to it"
    ]

"""Hostile files: refused in one sentence, in bounded time and memory."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import BY_SIMILARITY, Site
from limited import run_limited

from recommender import ConfigError, Settings
from recommender.bounded_yaml import MAX_BYTES, MAX_DEPTH, read_bounded_yaml
from recommender.embedding import registry

MEGABYTE = 1_000_000
PEAK = 250 * MEGABYTE
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def _huge(path: Path) -> None:
    """A hundred megabytes that take no place on disk."""
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(100 * MEGABYTE)


def _endless(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


def _pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def _socket(path: Path) -> None:
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        before = Path.cwd()
        os.chdir(path.parent)  # the names of sockets are short
        listener.bind(path.name)
        os.chdir(before)


def _text(text: str) -> Callable[[Path], None]:
    return lambda path: (path.unlink(missing_ok=True), path.write_text(text, "utf-8"))[0]


UNFIT: dict[str, Callable[[Path], None]] = {
    "huge": _huge,
    "endless": _endless,
    "pipe": _pipe,
    "socket": _socket,
    "aliases": _text(BOMB),
    "deep": _text("a: " + "[" * 900_000),
    "deep blocks": _text("- " * 450_000),
    "long line": _text("a: [" + "x," * 450_000),
    "many keys": _text("".join(f"k{i}: 1\n" for i in range(90_000))),
    "directives": _text("".join(f"%TAG !a{i}! x\n" for i in range(40_000))),
    "long number": _text("index: " + "9" * 990_000),
    "long hexadecimal": _text("index: 0x" + "f" * 990_000),
    "minutes": _text("index: 1" + ":1" * 490_000),
    "long float": _text("index: 0." + "1" * 990_000),
}


@pytest.fixture
def indexed(site: Site) -> Site:
    """An indexed site with weights of its own."""
    site.build()
    (site.root / "recommender.weights.yaml").write_text(BY_SIMILARITY.to_yaml(), "utf-8")
    return site


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("recommender.yaml", kind) for kind in UNFIT),
        ("recommender.weights.yaml", "huge"),
        ("recommender.weights.yaml", "aliases"),
        ("recommender.lists.yaml", "endless"),
        ("recommender.lists.yaml", "many keys"),
    ],
)
def test_a_file_of_the_site_is_refused_before_it_is_too_much(
    indexed: Site, name: str, kind: str
) -> None:
    """Settings, weights, pins and bans: one line that names the file, whatever it is."""
    UNFIT[kind](indexed.root / name)
    code, out, err, peak = run_limited("neighbours", "wheat", cwd=indexed.root)

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("recommender: ")
    assert name in err
    assert "unexpected" not in err
    assert peak < PEAK


ARTICLES: dict[str, Callable[[Path], None]] = {
    **{name: UNFIT[name] for name in ("huge", "endless", "pipe", "socket")},
    **{
        f"{fence} {name}": _text(f"{fence}\n{text}\n{fence[:3]}\n")
        for fence, name, text in (
            ("---", "aliases", BOMB),
            ("---", "deep", "a: " + "[" * 900_000),
            ("+++", "deep", "a = " + "[" * 900_000),
            ("---json", "deep", '{"a":' * 180_000),
            ("+++", "long number", "title = " + "9" * 990_000),
            ("---", "too long", "title: " + "x" * 4_900_000),
        )
    },
}


@pytest.mark.parametrize("kind", ARTICLES)
def test_an_article_is_refused_before_it_is_too_much(indexed: Site, kind: str) -> None:
    """One line for the file; the others are as they were."""
    ARTICLES[kind](indexed.articles / "bad.md")
    (indexed.root / "recommender.yaml").write_text("schema: {preset: seed}\n", "utf-8")
    code, out, err, peak = run_limited("init", "articles", "--force", cwd=indexed.root)

    assert code == 0
    assert err.startswith("error: bad.md")
    assert err.count("\n") == 1
    assert "A chip plant opens" in out
    assert peak < PEAK


@pytest.mark.parametrize("kind", ["huge", "endless", "deep"])
def test_a_report_is_refused_before_it_is_too_much(indexed: Site, kind: str) -> None:
    """`compare` reads what somebody sends."""
    maker = _text("[" * MEGABYTE) if kind == "deep" else UNFIT[kind]
    maker(indexed.root / "report.json")
    code, out, err, peak = run_limited("compare", "report.json", "report.json", cwd=indexed.root)

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("recommender: report.json: found no JSON (")
    assert peak < PEAK


def test_a_registry_of_a_hundred_megabytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is ours; a damaged installation is no reason to fill the memory."""
    _huge(tmp_path / "registry.yaml")
    monkeypatch.setattr(registry, "models_folder", lambda: tmp_path)
    registry.read_registry.cache_clear()

    with pytest.raises(ConfigError, match=r"registry\.yaml: found a file of 100,000,000 bytes"):
        registry.read_registry()


def test_ten_thousand_tiny_files_are_just_files(indexed: Site) -> None:
    """Memory grows with what is kept of an article, not with the number of names."""
    folder = indexed.articles / "tiny"
    folder.mkdir()
    for i in range(10_000):
        (folder / f"{i}.md").write_bytes(b"")
    (indexed.root / "recommender.yaml").unlink(missing_ok=True)
    code, out, _, peak = run_limited("init", "articles", cwd=indexed.root)

    assert code in {0, 1}
    assert "10,004 files" in out or code == 1
    assert peak < PEAK


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (BOMB, "line 6: found more than 100,000 values, aliases counted; expected fewer"),
        ("a: &a [*a]", "line 1: found an alias to nothing, or to what it stands in"),
        ("a: *b", "line 1: found an alias to nothing"),
        (
            "[" * (MAX_DEPTH + 1),
            "line 1: found more than 32 levels of nesting; expected at most 32",
        ),
        ("a: !!python/name:os.system x", "found the tag “tag:yaml.org,2002:python/name:os.system”"),
        ("a: !!bool x", "found the tag “tag:yaml.org,2002:bool”; expected plain values"),
        ("%TAG ! x\n---\na: b", "line 1: found a directive; expected “key: value” lines only"),
        (
            "a: " + "x" * 10_001,
            "line 1: found a value of 10,001 characters; expected at most 10,000",
        ),
        ("a: 2024-13-45", "month must be in 1..12"),
        ("a: " + "9" * 5000, "Exceeds the limit"),
        ("x" * (MAX_BYTES + 1), "found a file of 1,000,001 bytes; expected at most 1,000,000"),
    ],
    ids=lambda value: value[:12],
)
def test_bombs_in_our_own_yaml_say_what_they_are(tmp_path: Path, text: str, complaint: str) -> None:
    """With the file, and the line where there is one."""
    path = tmp_path / "recommender.yaml"
    path.write_text(text, "utf-8")

    with pytest.raises(ConfigError) as caught:
        read_bounded_yaml(path)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)


def test_aliases_and_merge_keys_are_no_bombs_by_themselves(tmp_path: Path) -> None:
    """Editors may write a list of bans once; 32 levels and 100,000 values are enough for all."""
    path = tmp_path / "lists.yaml"
    path.write_text("a: {ban: &b [x, y]}\nc: &c {ban: *b}\nd: {<<: *c, pin: z}\n", "utf-8")

    assert read_bounded_yaml(path) == {
        "a": {"ban": ["x", "y"]},
        "c": {"ban": ["x", "y"]},
        "d": {"ban": ["x", "y"], "pin": "z"},
    }
    path.write_text("[" * MAX_DEPTH + "]" * MAX_DEPTH, "utf-8")
    assert str(read_bounded_yaml(path)) == "[" * MAX_DEPTH + "]" * MAX_DEPTH


@pytest.mark.parametrize("character", ["\\0", "\\n", "\\x1b", "\\x9b"])
@pytest.mark.parametrize("key", ["articles", "index", "model", "include"])
def test_no_setting_holds_what_no_path_can(tmp_path: Path, key: str, character: str) -> None:
    """A NUL byte would end in an error of the system's, far from its cause."""
    path = tmp_path / "recommender.yaml"
    path.write_text(f'{key}: "a{character}b"\n', "utf-8")

    with pytest.raises(ConfigError, match=rf": {key} holds the character U\+00"):
        Settings.from_file(path)

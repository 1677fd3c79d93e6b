"""Hostile files, folders and paths: refused in one sentence, in bounded time and memory."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import BY_SIMILARITY, Site, article_text
from hostile import TEXTS

from recommender import ConfigError, RecommenderError, Settings
from recommender.bounded_yaml import MAX_BYTES, MAX_DEPTH, read_bounded_yaml
from recommender.corpus.paths import find_files, matches
from recommender.embedding import registry

MEGABYTE = 1_000_000
ADDRESS_SPACE = 1_500 * MEGABYTE
PEAK = 250 * MEGABYTE
CPU_SECONDS = 30
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def _limited(*arguments: str, cwd: Path) -> tuple[int, str, str, int]:
    """The program under limits of the system: exit code, stdout, stderr, peak bytes of memory."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))

    with (
        Path(cwd, ".out").open("w+") as out,
        Path(cwd, ".err").open("w+") as err,
    ):
        process = subprocess.Popen(
            [sys.executable, "-m", "recommender", *arguments],
            cwd=cwd,
            stdout=out,
            stderr=err,
            preexec_fn=limit,  # noqa: PLW1509 - it takes no lock: only limits are set
            env={
                **os.environ,
                "COLUMNS": "200",
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
            },
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return process.returncode, out.read(), err.read(), usage.ru_maxrss * 1024


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
    code, out, err, peak = _limited("neighbours", "wheat", cwd=indexed.root)

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
    code, out, err, peak = _limited("init", "articles", "--force", cwd=indexed.root)

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
    code, out, err, peak = _limited("compare", "report.json", "report.json", cwd=indexed.root)

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
    code, out, _, peak = _limited("init", "articles", cwd=indexed.root)

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
        code, out, err, _ = _limited(*arguments, cwd=walled.root)

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
    from recommender.plain_files import UnfitFileError, read_plain_file

    _pipe(site.articles / "later.md")
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

"""Wrong calls of the program: one line on stderr, the right exit code, a traceback on demand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Site, article_text

from recommender import RecommenderError
from recommender.cli.main import main

Run = Callable[..., tuple[int, str, str]]
USAGE, OURS = 2, 1
CALLS: tuple[tuple[tuple[str, ...], int, str], ...] = (
    (("nieghbours",), USAGE, "No such command 'nieghbours'"),
    (("write", "none"), OURS, "the articles folder is “none”: give one that is there"),
    (("write", "articles", "--index", "none"), OURS, "none"),
    (("--nope",), USAGE, "No such option"),
    (("neighbours",), USAGE, "give either ARTICLE or --text"),
    (("neighbours", "x", "--text", "y"), USAGE, "give either ARTICLE or --text"),
    (("neighbours", "wheat", "-k", "0"), USAGE, "-k"),
    (("neighbours", "wheat", "-k", "many"), USAGE, "'many' is not a valid integer"),
    (("neighbours", "wheat", "--format", "xml"), USAGE, "'xml' is not one of"),
    (("neighbours", "wheat", "wheat"), USAGE, "unexpected extra argument"),
    (("neighbours", "wheat", "--index"), USAGE, "requires an argument"),
    (("export", "--format", "xml"), USAGE, "'xml' is not one of"),
    (("evaluate", "articles", "--folds", "1"), USAGE, "--folds"),
    (("evaluate", "articles", "--fail-under", "x"), USAGE, "expected [SYSTEM:]MEASURE=VALUE"),
    (("evaluate", "articles", "--run", "x"), USAGE, "expected NAME=FILE"),
    (("evaluate", "articles", "--judgements", "none"), USAGE, "does not exist"),
    (("compare", "one"), USAGE, "Missing argument 'AFTER'"),
    (("models", "verfy"), USAGE, "No such command"),
    (("--config", "articles", "neighbours", "wheat"), USAGE, "is a directory"),
    (("neighbours", "news/snora"), OURS, "did you mean “news/sora”?"),
    (("neighbours", "wheat", "--index", "none"), OURS, "there is no index at none"),
    (("neighbours", "wheat", "--index", "articles"), OURS, "there is no index at articles"),
    (("--config", "none.yaml", "neighbours", "wheat"), OURS, "cannot read none.yaml: No such file"),
    (("index", "none"), OURS, "none: found nothing; expected a folder of articles"),
    (("index", "articles/wheat.md"), OURS, "found a file; expected a folder of articles"),
    (("index", "articles", "--index", "articles"), OURS, "something else than an index"),
    (("index", "articles", "--model", "none"), OURS, "there is no model “none”"),
    (("init", "none", "--force"), OURS, "no article that can be read"),
    (("init", "articles"), OURS, "recommender.yaml exists: replace it with --force"),
    (("export", "--output", "none/x.json"), OURS, "none"),
    (("evaluate", "articles", "--systems", "best"), OURS, "best"),
    (("compare", "none", "none"), OURS, "none: found no report (No such file or directory)"),
    (("models", "verify", "none"), OURS, "there is no model “none”"),
    (("fit", "--index", "none"), OURS, "there is no index at none"),
)


@pytest.fixture
def settled(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An indexed site with a settings file, whose root is the working directory."""
    site.build()
    monkeypatch.chdir(site.root)
    Path("recommender.yaml").write_text("articles: articles\n", "utf-8")
    return site


@pytest.mark.parametrize(("call", "code", "complaint"), CALLS, ids=lambda value: str(value)[:40])
def test_a_wrong_call_is_one_line_on_stderr(
    settled: Site, run: Run, call: tuple[str, ...], code: int, complaint: str
) -> None:
    """Nothing on stdout, no traceback, and the exit code says whose fault it was."""
    found, out, err = run(*call)

    assert (found, out, err.count("\n")) == (code, "", 1)
    assert err.startswith("recommender: ")
    assert complaint in err
    assert "Traceback" not in err
    assert (" --help`.\n" in err) == (code == USAGE)


@pytest.mark.parametrize("call", [call for call, code, _ in CALLS if code == OURS], ids=str)
def test_debug_shows_the_traceback_of_an_error_of_ours(
    settled: Site, monkeypatch: pytest.MonkeyPatch, call: tuple[str, ...]
) -> None:
    """It leaves `main` as it was raised, and the interpreter shows it; see the next test."""
    monkeypatch.setattr(sys, "argv", ["recommender", "--debug", *call])
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)

    with pytest.raises((RecommenderError, OSError)):
        main()


def test_the_traceback_is_on_stderr(settled: Site) -> None:
    """And the exit code is the same with `--debug` and without."""
    command = [sys.executable, "-m", "recommender"]
    call = ["neighbours", "wheat", "--index", "none"]
    plain, debugged = (
        subprocess.run([*command, *flags, *call], capture_output=True, text=True, check=False)
        for flags in ([], ["--debug"])
    )

    assert (plain.returncode, debugged.returncode) == (1, 1)
    assert plain.stderr.count("\n") == 1
    assert debugged.stderr.startswith("Traceback (most recent call last):\n")
    assert plain.stderr.removeprefix("recommender: ") in debugged.stderr


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            KeyError("a\x1b[31m"),
            "unexpected KeyError ('a\\x1b[31m'): this is a fault of the program; please report "
            "what `recommender --debug …` shows.",
        ),
        (
            MemoryError(),
            "there is not enough memory: end other programs, or give it fewer articles.",
        ),
        (
            OSError(28, "No space left on device", "x.json"),
            "x.json cannot be used: No space left on device; put that right and try again.",
        ),
        (
            OSError(5, "Input/output error"),
            "the system refused: Input/output error; put that right and try again.",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_faults_of_ours_and_of_the_system_are_one_line_too(
    settled: Site, run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, line: str
) -> None:
    """A fault of the program says that it is one, and how to show it; exit code 1."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("recommender.engine.Recommender.recommend", fail)

    assert run("neighbours", "wheat") == (1, "", f"recommender: {line}\n")


def test_without_arguments_the_help_is_shown(run: Run) -> None:
    """Not an error line: who asks nothing wants to know what can be asked."""
    code, out, err = run()

    assert (code, out) == (2, "")
    assert err.startswith("Usage: recommender")


def test_a_broken_file_is_told_once_and_the_rest_is_indexed(
    settled: Site, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors of files are the editor's to read: one line each, and the exit code is 0."""
    settled.write("bad.md", article_text("x").replace("---", "--"))
    monkeypatch.setattr("recommender.indexing.find_model", lambda _: settled.encoder)
    code, _, err = run("index", "articles")

    assert code == 0
    assert [line for line in err.splitlines() if line.startswith("error: ")] == [
        "error: bad.md:1: found no front matter; expected “---” on line 1 (“+++” for TOML), or the "
        "file left out by “exclude”"
    ]

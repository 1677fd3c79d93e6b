"""Hostile texts through everything that the program writes: nothing but readable text comes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import BY_SIMILARITY, NOW, Site, article_text
from evaluated_site import WEIGHTS
from hostile import STEERING, TEXTS, written_as
from hypothesis import given
from hypothesis import strategies as st
from parsed_page import Parsed

from evaluation import Plan, evaluate, standard_systems, write_report
from recommender.cli.terminal import MAX_MESSAGE, harmless, shortened, to_json_text

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hostile_site(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The four articles of `site`, and one of each hostile text, in two formats; indexed."""
    for i, (name, text) in enumerate(TEXTS.items()):
        form = "json" if "\x00" not in text and i % 2 else "yaml"
        (site.articles / f"h{i:02}.md").write_bytes(
            written_as(text, form).encode("utf-8", "replace")
        )
        site.write(f"odd/{_file_name(name, text)}.md", article_text(f"Named after {name}"))
    monkeypatch.chdir(site.root)
    (site.root / "recommender.weights.yaml").write_text(BY_SIMILARITY.to_yaml(), "utf-8")
    (site.root / "recommender.yaml").write_text("policy: {same_story: keep, floor: 0}\n", "utf-8")
    monkeypatch.setattr("recommender.indexing.find_model", lambda _: site.encoder)
    return site


def _file_name(name: str, text: str) -> str:
    """The text as a name that UTF-8 and the file system can hold."""
    plain = text.encode("utf-8", "ignore").decode()[:50]
    return f"{name} {plain}".translate({0: None, ord("/"): "_"}).strip(". ")


def _steering(text: str) -> list[str]:
    return STEERING.findall(text)


COMMANDS = {
    "index": ("index", "articles", "--verbose"),
    "table": ("neighbours", "wheat", "-k", "1000"),
    "explained": ("neighbours", "wheat", "-k", "1000", "--explain"),
    "json": ("neighbours", "wheat", "-k", "1000", "--format", "json"),
    "fit": ("fit",),
    "init": ("init", "articles", "--force"),
    "trial": ("write", "articles", "--dry-run", "-k", "1000"),
    "write": ("write", "articles"),
    "verify": ("verify",),
}


def test_no_command_lets_a_hostile_text_through(hostile_site: Site, run: Run) -> None:
    """On stdout and stderr: text, line ends, and nothing that steers, hides or turns around."""
    hostile_site.build()
    for name, command in COMMANDS.items():
        code, out, err = run(*command)

        assert (name, code) == (name, 0)
        assert (name, _steering(out + err)) == (name, [])
        assert out


def test_most_hostile_texts_are_read(hostile_site: Site) -> None:
    """The site above is no site of refused files: only what no parser takes is left out."""
    report = hostile_site.build()
    refused = {problem.path for problem in report.problems if problem.severity == "error"}

    assert refused == {f"h{list(TEXTS).index('noncharacter'):02}.md"}
    assert report.n_read == 4 + 2 * len(TEXTS) - 1


def test_json_says_what_the_index_holds(hostile_site: Site, run: Run) -> None:
    """Escapes keep ids and titles as they are, so that a program finds what they name."""
    hostile_site.build()
    engine = hostile_site.open()
    document = json.loads(run(*COMMANDS["json"])[1])
    entries = document["recommendations"]

    assert len(entries) == len(engine.candidates) - 1
    for entry in entries:
        assert engine.find(entry["id"]).title == entry["title"]
        assert (entry["title"], _steering(entry["title"])) != ("", [])


ARGUMENTS = {
    "article": lambda text: ("neighbours", text),
    "index": lambda text: ("neighbours", "x", "--index", text),
    "config": lambda text: ("--config", text, "neighbours", "x"),
    "articles": lambda text: ("index", f"none/{text}"),
    "model": lambda text: ("index", "articles", "--model", text),
    "format": lambda text: ("neighbours", "x", "--format", text),
    "command": lambda text: (f"x{text}",),
    "option": lambda text: ("neighbours", f"--{text}", "x"),
    "systems": lambda text: ("evaluate", "articles", "--systems", text),
    "threshold": lambda text: ("evaluate", "articles", "--fail-under", text),
    "run": lambda text: ("evaluate", "articles", "--run", text),
    "report": lambda text: ("compare", text, text),
    "verified": lambda text: ("models", "verify", text),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_no_argument_comes_back_as_it_was(
    site: Site, run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """An error quotes what was typed, on one line of bounded length, harmless."""
    site.build()
    monkeypatch.chdir(site.root)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for text in TEXTS.values():
        if "\0" in text:
            continue  # no system hands such an argument over
        code, out, err = run(*ARGUMENTS[name](text))

        assert (code in {1, 2}, out) == (True, "")
        assert err.startswith("recommender: ")
        assert (err.count("\n"), _steering(err)) == (1, [])
        assert len(err) < MAX_MESSAGE + 100


def test_bytes_that_are_no_text_are_arguments_too(site: Site) -> None:
    """The shell hands over any bytes: an error is one line of UTF-8, and JSON is UTF-8."""
    site.build()
    for arguments in ([b"caf\xe9"], [b"x", b"--index", b"caf\xe9"], [b"x", b"--format", b"\xff"]):
        done = subprocess.run(
            [sys.executable, "-m", "recommender", "neighbours", *arguments],
            cwd=site.root,
            capture_output=True,
            check=False,
        )

        assert (done.stdout, done.stderr.count(b"\n")) == (b"", 1)
        assert "�" in done.stderr.decode("utf-8") or r"\udcff" in done.stderr.decode("utf-8")


def test_json_for_programs_and_terminals_is_one() -> None:
    """Equal to what was given, but for halves of surrogate pairs."""
    for text in TEXTS.values():
        written = to_json_text({text: [text]}, indent=2)
        whole = text.encode("utf-8", "replace").decode().replace("?", "�")

        assert _steering(written) == []
        assert str(json.loads(written)).replace("?", "�") == str({whole: [whole]})


@given(st.text())
def test_any_text_becomes_harmless_and_json_means_the_same(text: str) -> None:
    """Harmless once is harmless for good; JSON brings back every text that UTF-8 can hold."""
    plain = harmless(text)

    assert (_steering(plain), harmless(plain)) == ([], plain)
    assert "\n" not in plain
    assert json.loads(to_json_text(text)) == text
    assert _steering(to_json_text(text)) == []


def test_a_heap_of_accents_is_cut_down() -> None:
    """Eight on a letter are more than any language needs."""
    assert harmless("z" + "\u0335" * 100 + "a") == "z" + "\u0335" * 8 + "a"


def test_a_long_message_keeps_its_ends() -> None:
    """What went wrong stands at the start, what to do at the end."""
    message = shortened("start " + "x" * 100_000 + " end")

    assert len(message) == MAX_MESSAGE + 3
    assert (message[:6], message[-4:]) == ("start ", " end")


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "POSIX"])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_pipe_gets_utf8_whatever_the_locale(site: Site, locale: str, encoding: str) -> None:
    """A report of a machine without a locale is as readable as any other."""
    site.write("chinese.md", article_text("Wheat 小麦 “falls”", "e"))
    site.build()
    done = subprocess.run(
        [sys.executable, "-m", "recommender", "neighbours", "wheat", "--format", "json"],
        cwd=site.root,
        capture_output=True,
        check=True,
        env={**os.environ, "LC_ALL": locale, "PYTHONIOENCODING": encoding},
    )

    titles = [item["title"] for item in json.loads(done.stdout)["recommendations"]]
    assert "Wheat 小麦 “falls”" in titles
    assert "小麦" in done.stdout.decode("utf-8")


def test_a_traceback_quotes_nothing_that_steers(
    site: Site, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--debug` shows lines of ours, and of whatever an error says."""
    site.build()
    done = subprocess.run(
        [sys.executable, "-m", "recommender", "--debug", "neighbours", TEXTS["clipboard"]],
        cwd=site.root,
        capture_output=True,
        check=False,
    )
    text = done.stderr.decode("utf-8")

    assert done.returncode == 1
    assert (text.startswith("Traceback"), _steering(text)) == (True, [])
    assert text.splitlines()[-1].startswith("recommender.errors.UnknownArticleError: no article")


def test_warnings_of_the_library_are_one_harmless_line(
    site: Site, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pins that name nobody are told of by the command line, not by Python's last resort."""
    site.build()
    monkeypatch.chdir(site.root)
    Path("recommender.lists.yaml").write_text('everywhere: {ban: ["x\u202ey"]}\n', "utf-8")
    code, _, err = run("neighbours", "wheat")

    assert (code, err) == (
        0,
        "warning: recommender.lists.yaml: “x�y” is not in the index; it is passed over.\n",
    )


@pytest.fixture
def report(hostile_site: Site) -> Path:
    """The folder of a report about the hostile site."""
    hostile_site.build()
    systems = standard_systems(["random", "topics", "tfidf", "shipped"], WEIGHTS)
    name = TEXTS["colour"] + TEXTS["script"]
    found = evaluate(hostile_site.open(), Plan(systems), corpus=name, now=NOW)
    return write_report(found, hostile_site.root / "report").parent


def test_no_file_of_a_report_lets_a_hostile_text_through(report: Path) -> None:
    """HTML with its pictures, Markdown, and TREC files; JSON is data, which must be kept."""
    files = [path for path in report.rglob("*") if path.is_file()]

    assert {path.suffix for path in files} == {".html", ".md", ".json", ".trec"}
    for path in files:
        text = path.read_text("utf-8")
        if path.suffix == ".html":  # to a page, marks are typography
            text = text.translate(dict.fromkeys(map(ord, "\u061c\u200b\u200e\u200f\u2060\ufeff")))
        if path.suffix == ".json":
            assert json.loads(text)["articles"]
        else:
            assert (path.name, _steering(text)) == (path.name, [])


def test_no_hostile_text_is_markup_of_a_report(report: Path) -> None:
    """Two scripts, ours; no handler, no address but those of the web; no HTML in Markdown."""
    parsed = Parsed((report / "report.html").read_text("utf-8"))
    markdown = (report / "report.md").read_text("utf-8")

    assert [tag for tag, _ in parsed.elements].count("script") == 2
    assert not {"img", "iframe", "object", "embed"} & {tag for tag, _ in parsed.elements}
    assert not [n for _, a in parsed.elements for n in a if n.startswith("on")]
    assert not [a for _, a in parsed.elements if "script:" in str(a.get("href"))]
    assert not [line for line in markdown.splitlines() if "<script" in line.replace("\\<", "")]

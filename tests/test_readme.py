"""What the README shows is what happens."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "evaluation" / "datasets" / "ai-news" / "articles"
SEED = "2024-03-06-ai-industrial-chain-spurred-on-by-sora"


def _block(language: str, nth: int = 0) -> str:
    readme = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    return [text for name, text in blocks if name == language][nth]


DEMO = ("-m", "recommender", "--config", str(ROOT / "evaluation" / "benchmarks" / "float32.yaml"))
"""As `make demo` has it."""


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.model
def test_the_python_example_runs(tmp_path: Path) -> None:
    """On the sample, as printed."""
    shutil.copytree(SAMPLE, tmp_path / "articles")
    (tmp_path / "example.py").write_text(_block("python") + "print(len(everything))\n", "utf-8")
    lines = _run(tmp_path, "example.py").splitlines()

    assert lines[0] == "105 articles, 105 texts encoded"
    assert lines[1].startswith("1 AI Integration In Aerial Imagery")
    assert "It was put into this list by an editor" in lines[1]
    assert [line.split()[0] for line in lines[1:6]] == ["1", "2", "3", "4", "5"]
    assert lines[6] == "97"


@pytest.mark.model
def test_the_demo_prints_what_the_readme_shows(tmp_path: Path) -> None:
    """Line by line, up to the lines that are left out there."""
    index = str(tmp_path / "index")
    printed = _run(tmp_path, *DEMO, "index", str(SAMPLE), "--index", index)
    printed += _run(tmp_path, *DEMO, "neighbours", SEED, "--index", index)
    printed = printed.replace(index, ".demo/index")
    shown = [line.rstrip() for line in _block("").splitlines() if line.strip() != "…"]

    assert [line.rstrip() for line in printed.splitlines() if line.rstrip() in shown] == shown
    asked = ("neighbours", SEED, "--index", index, "--explain")
    explained = _run(tmp_path, *DEMO, *asked)
    assert _block("text").rstrip() in explained


@pytest.mark.model
def test_the_demo_measures_what_the_readme_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line of the table, on a terminal of 80 columns, in the numbers of every machine."""
    monkeypatch.setenv("COLUMNS", "80")
    folders = ("--index", str(tmp_path / "index"), "--output", str(tmp_path / "report"))
    printed = _run(tmp_path, *DEMO, "evaluate", str(SAMPLE), *folders)
    printed = printed.replace(str(tmp_path), ".demo")
    shown = [line.rstrip() for line in _block("", 1).splitlines() if line]

    assert [line.rstrip() for line in printed.splitlines() if line.rstrip() in shown] == shown


def test_the_settings_example_is_a_settings_file(tmp_path: Path) -> None:
    """Every key in it is known."""
    from recommender import Policy, Settings

    (tmp_path / "recommender.yaml").write_text(_block("yaml"), "utf-8")
    settings = Settings.from_file(tmp_path / "recommender.yaml")

    assert (settings.unpublished, settings.schema.preset) == ("hide", "hugo")
    assert settings.policy == Policy()
    assert settings.filters.without_topics == ("advertisement",)
    assert settings.schema.fields["excerpt"] == ("summary", "teaser")

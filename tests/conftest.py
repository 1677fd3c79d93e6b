"""Sites to work on, and an index of one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from fakes import FakeEncoder

from recommender import BuildReport, Policy, Recommender, Settings, Weights, build
from recommender.cli.main import main

hypothesis.settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("untimed")

NOW = datetime(2025, 1, 1, tzinfo=UTC)
BY_SIMILARITY = Weights({"vectors": 1.0})
"""Nothing counts but the cosine, so that the order of small lists can be told by hand."""
PLAIN = Policy(same_story="keep", curated="ignore", floor=0.0)
"""Nothing comes between ranking and list."""


def article_text(title: str, excerpt: str = "", **fields: str) -> str:
    """An article file in the seed's schema; further fields as they shall be written."""
    lines = [f'title: "{title}"', f'excerpt: "{excerpt}"'] if excerpt else [f'title: "{title}"']
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "---\n" + "\n".join(lines) + "\n---\n\nBody.\n"


@dataclass
class Site:
    """A folder of articles with an index beside it, and the encoder that made its vectors."""

    root: Path
    encoder: FakeEncoder
    settings: Settings
    weights: Weights = BY_SIMILARITY

    @property
    def articles(self) -> Path:
        """The articles folder."""
        return self.root / "articles"

    @property
    def index(self) -> Path:
        """The index directory."""
        return self.root / ".recommender"

    def write(self, name: str, text: str) -> Path:
        """Put a file into the articles folder."""
        path = self.articles / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def build(self) -> BuildReport:
        """Bring the index up to date; forgets what was encoded before."""
        self.encoder.encoded.clear()
        return build(self.articles, index=self.index, settings=self.settings, encoder=self.encoder)

    def open(self) -> Recommender:
        """Open the index on New Year's Day of 2025."""
        return Recommender.open(
            self.index,
            settings=self.settings,
            encoder=self.encoder,
            weights=self.weights,
            now=NOW,
        )


@pytest.fixture
def make_site(tmp_path: Path) -> Callable[..., Site]:
    """A maker of empty sites; settings as arguments."""

    def make(**settings: object) -> Site:
        (tmp_path / "articles").mkdir()
        return Site(tmp_path, FakeEncoder(), Settings(**{"policy": PLAIN, **settings}))  # type: ignore[arg-type]

    return make


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """Four articles, one of them with a list that names another and an outside one; not indexed."""
    site = make_site()
    site.write(
        "news/sora.md",
        article_text(
            "Sora makes films from text",
            "A video model from a laboratory.",
            publishedDateTime="2024-03-06T01:45:00Z",
            webUrl='"https://www.news.example/sora/"',
            provider='{name: "News", domain: news.example}',
            related='[panda, {title: "Drones map roofs", excerpt: "Seen from above.", '
            'webUrl: "https://www.outside.example/drones/?utm_source=x"}]',
        ),
    )
    site.write(
        "news/panda.md",
        article_text("Panda makes films too", "A video model from another laboratory."),
    )
    site.write("wheat.md", article_text("Wheat harvests fall", "Farmers fear a dry summer."))
    site.write("chips/index.md", article_text("A chip plant opens", "Jobs for a dry valley."))
    return site


@pytest.fixture
def run(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command line in this process: exit code, stdout, stderr."""

    def run_main(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["recommender", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        return (exit_.value.code, *capfd.readouterr())  # type: ignore[return-value]

    return run_main

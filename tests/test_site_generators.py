"""The templates of the README in real sites: what is exported is what the built pages link to."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from fakes import FakeEncoder

from recommender import Recommender, Settings, build

ROOT = Path(__file__).parents[1]
SITES = ROOT / "tests" / "sites"
HOSTILE = "<script>alert(1)</script> & \"quotes\", 'more' \u200fقمح\u200f 🌾 {{ site }} {% raw %}"
ODD = "Notes on version 1.2 of wheat"
OUTSIDE = 'https://outside.example/wheat?a=1&b="><script>alert(2)</script>'


@dataclass(frozen=True)
class Generator:
    """How one kind of site is laid out and built.

    Attributes:
        name: The program, and the folder below `tests/sites`.
        articles: The folder of articles, from the root of the site.
        data: Where the export goes.
        template: The file that the README shows.
        pages: Where the built pages go.
    """

    name: str
    articles: str
    data: str
    template: str
    pages: str
    command: tuple[str, ...]


GENERATORS = [
    Generator(
        "jekyll",
        "_posts",
        "_data/recommended.json",
        "_includes/related.html",
        "_site",
        ("build", "--disable-disk-cache"),
    ),
    Generator(
        "hugo",
        "content/posts",
        "data/recommended.json",
        "layouts/partials/related.html",
        "public",
        (),
    ),
    Generator("eleventy", "posts", "_data/recommended.json", "_includes/related.njk", "_site", ()),
    Generator(
        "astro",
        "src/content/posts",
        "src/data/recommended.json",
        "src/components/Related.astro",
        "dist",
        ("build",),
    ),
]
each_generator = pytest.mark.parametrize("generator", GENERATORS, ids=lambda found: found.name)


class Page(HTMLParser):
    """Which elements a built page has, its heading, and the links of its related list."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.heading = ""
        self.related: list[tuple[str | None, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element; a link of the list with its address."""
        self.tags.append(tag)
        self._open.append(tag)
        if tag == "a" and "aside" in self._open:
            address = dict(attrs).get("href")
            self.related.append((address and unquote(address), ""))

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Fill the heading, or the link that is open."""
        if self._open[-1:] == ["h1"]:
            self.heading += data
        elif self._open[-1:] == ["a"] and self.related:
            address, text = self.related[-1]
            self.related[-1] = (address, text + data)


def _front_matter(title: str, day: int, related: str = "[]") -> str:
    return (
        f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n"
        f"date: 2024-01-{day:02}T08:00:00Z\n"
        f"description: Wheat harvests and films.\nrelated: {related}\n---\n\nBody.\n"
    )


def _articles(generator: Generator) -> dict[str, str]:
    """Files of a site, by name: below a folder, with odd names, one with a list by hand."""
    outside = f"{{title: Far away, url: {json.dumps(OUTSIDE)}}}"
    by_hand = f"[{outside}, {{title: A leaflet, excerpt: On paper.}}, 2024-01-03-wheat]"
    files = {
        "2024-01-02-hostile.md": _front_matter(HOSTILE, 2, by_hand),
        "2024-01-03-wheat.md": _front_matter("Wheat harvests fall", 3),
        "2024-01-04-v1.2-Notes é.md": _front_matter(ODD, 4),
        "news/2024-01-05-films.md": _front_matter("Films of wheat harvests", 5),
    }
    if generator.name != "jekyll":  # whose posts are files with a date in their name
        files["plain.md"] = _front_matter("Plain films", 6)
        files["bundle/index.md"] = _front_matter("A bundle of wheat", 7)
    return files


def _program(generator: Generator) -> str:
    """The program of a generator, or the test ends here: tests install nothing."""
    found = shutil.which(generator.name)
    if found:
        return found
    if generator.name in os.environ.get("REQUIRE_GENERATORS", "").split():
        pytest.fail(
            f"there is no {generator.name} to build a site, and REQUIRE_GENERATORS names it"
        )
    pytest.skip(f"there is no {generator.name} to build a site")


def _make_site(generator: Generator, root: Path) -> Recommender:
    """A site with its articles, an index and the folder for its data file."""
    shutil.copytree(SITES / generator.name, root, dirs_exist_ok=True)
    for name, text in _articles(generator).items():
        path = root / generator.articles / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (root / generator.data).parent.mkdir(exist_ok=True)
    settings = Settings.from_file(root / "recommender.yaml")
    report = build(settings=settings, encoder=FakeEncoder())
    assert report.n_read == len(_articles(generator))
    return Recommender.open(settings=settings)


def _build_site(generator: Generator, program: str, root: Path) -> None:
    environment = {**os.environ, "ASTRO_TELEMETRY_DISABLED": "1", "HUGO_CACHEDIR": str(root / "c")}
    if generator.name == "astro":  # whose sites import from it by name
        modules = next(p for p in Path(program).resolve().parents if p.name == "node_modules")
        (root / "node_modules").symlink_to(modules)
    done = subprocess.run(
        [program, *generator.command],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _is_page(pages: Path, url: str) -> bool:
    path = pages / unquote(url).lstrip("/")
    return (path / "index.html" if url.endswith("/") else path).is_file()


@each_generator
def test_built_pages_link_to_what_was_exported(
    generator: Generator,
    tmp_path: Path,
    run: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every list in its order, titles as text however hostile, and links that lead to pages."""
    program = _program(generator)
    monkeypatch.chdir(tmp_path)
    engine = _make_site(generator, tmp_path)
    assert run("export", "--output", generator.data) == (0, "", "")
    exported = json.loads((tmp_path / generator.data).read_text("utf-8"))
    _build_site(generator, program, tmp_path)
    built = [Page(path.read_text("utf-8")) for path in (tmp_path / generator.pages).rglob("*.html")]
    shown = {item["title"]: item["url"] for items in exported.values() for item in items}

    assert len(built) == len(exported) == len(_articles(generator))
    assert {page.heading: page.related for page in built} == {
        engine.find(article_id).title: [
            (item["url"] and unquote(item["url"]), item["title"]) for item in items
        ]
        for article_id, items in exported.items()
    }
    assert all("script" not in page.tags for page in built)
    assert HOSTILE in shown
    assert shown.pop("A leaflet") is None
    assert shown.pop("Far away") == quote(OUTSIDE, safe=":/?=&()")
    shown.pop(ODD)  # each generator turns odd names into addresses by rules of its own
    assert all(_is_page(tmp_path / generator.pages, url) for url in shown.values())


@each_generator
def test_the_readme_shows_what_is_built_here(generator: Generator) -> None:
    """Template and settings, letter for letter, and where each file goes."""
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme.split("\n## Site generators\n", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"^```\S+\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    settings = (SITES / generator.name / "recommender.yaml").read_text("utf-8").splitlines()

    assert (SITES / generator.name / generator.template).read_text("utf-8") in blocks
    for shown in (generator.template, generator.data, *settings):
        assert f"`{shown}`" in section

"""Front matter → articles, with the warnings that editors see."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.corpus.front_matter.document import read_front_matter
from recommender.corpus.schema.article import to_article
from recommender.corpus.schema.presets import PRESETS, schema_from_settings
from recommender.errors import ConfigError, FrontMatterError
from recommender.records import Article, Image, Provider, RelatedLink
from recommender.settings import SchemaSettings

GOLDEN = Path(__file__).parent / "golden" / "articles"
GOLDEN_ARTICLES = sorted(path for path in GOLDEN.rglob("*.md"))


def _read(
    front_matter: str, body: str = "Body.\n", *, path: str = "a.md", **settings: object
) -> tuple[Article, list[str]]:
    """An article and its warnings; of settings, all but the preset's `seed` must be given."""
    data = f"---\n{front_matter}\n---\n{body}".encode()
    schema = schema_from_settings(SchemaSettings(**settings))
    article, problems = to_article(read_front_matter(data, path), path, schema)
    assert {problem.severity for problem in problems} <= {"warning"}
    return article, [problem.message for problem in problems]


def _read_seed(front_matter: str) -> tuple[Article, list[str]]:
    return _read(f"title: T\nexcerpt: E\n{front_matter}")


@pytest.mark.parametrize(
    "path", GOLDEN_ARTICLES, ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_golden_articles(path: Path) -> None:
    """Each golden file, under the preset that its folder names, is the article beside it."""
    schema = schema_from_settings(SchemaSettings(preset=path.parent.name))
    name = path.relative_to(path.parents[1]).as_posix()
    article, problems = to_article(read_front_matter(path.read_bytes(), name), name, schema)
    found = {
        "article": dataclasses.asdict(article),
        "warnings": [problem.message for problem in problems],
    }

    assert json.loads(path.with_suffix(".json").read_text("utf-8")) == json.loads(
        json.dumps(found, default=datetime.isoformat)
    )


def test_every_golden_file_is_read() -> None:
    """No golden file lies there unread, and every preset has one."""
    expected = {name for path in GOLDEN_ARTICLES for name in (path, path.with_suffix(".json"))}

    assert {path for path in GOLDEN.rglob("*") if path.is_file()} == expected
    assert {path.parent.name for path in GOLDEN_ARTICLES} == set(PRESETS)


@pytest.mark.parametrize(
    ("front_matter", "expected_line", "expected_found"),
    [
        ("excerpt: E", None, "no title"),
        ("excerpt: E\ntitle:", 3, "an empty title"),
        ("title: ~", 2, "an empty title"),
        ("title: '  '", 2, "an empty title"),
        ("title: '<em></em>'", 2, "a title without any text"),
        ("title: [A]", 2, "a list as title"),
        ("title: {de: A}", 2, "a mapping as title"),
    ],
)
def test_without_a_title_there_is_no_article(
    front_matter: str, expected_line: int | None, expected_found: str
) -> None:
    """A missing, empty or structured title is an error with its line."""
    with pytest.raises(FrontMatterError) as caught:
        _read(front_matter)

    assert (caught.value.path, caught.value.line, caught.value.found) == (
        "a.md",
        expected_line,
        expected_found,
    )


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("1.10", "a number"),
        ("0123", "a number"),
        ("2024-03-06", "a date"),
        ("no", "a yes or no"),
    ],
)
def test_a_title_that_yaml_reads_otherwise_is_taken_as_written(written: str, meaning: str) -> None:
    """The text counts, and the editor is told to quote it."""
    article, warnings = _read(f"title: {written}\nexcerpt: E")

    assert article.title == written
    assert warnings == [
        f"a.md:2: found title: “{written}”; expected quotes around it: "
        f"as it stands it is {meaning} (the text was taken)"
    ]


def test_other_texts_may_look_like_anything() -> None:
    """Norwegian is a language, 2024 a topic and 1.10 a category."""
    text = "language: no\ntopics: [2024, yes, AI, AI, ~, '']\ncategory: 1.10"
    article, warnings = _read_seed(text)

    assert (article.language, article.topics, article.category) == (
        "no",
        ("2024", "yes", "AI"),
        "1.10",
    )
    assert warnings == []


@pytest.mark.parametrize(
    ("written", "expected", "expected_warning"),
    [
        ("2024-03-06T03:45:00+02:00", datetime(2024, 3, 6, 1, 45, tzinfo=UTC), None),
        ("'2024-03-06 01:45:00 +0000'", datetime(2024, 3, 6, 1, 45, tzinfo=UTC), None),
        (
            "2024-03-06T01:45:00",
            datetime(2024, 3, 6, 1, 45, tzinfo=UTC),
            "“Z” or an offset behind the time (UTC was taken)",
        ),
        (
            "2024-03-06",
            datetime(2024, 3, 6, tzinfo=UTC),
            "a time and its offset too (midnight UTC was taken)",
        ),
        ("tomorrow", None, "a date such as 2024-03-06T01:45:00Z (it was left out)"),
        ("[2024]", None, "a date such as 2024-03-06T01:45:00Z (it was left out)"),
    ],
)
def test_dates_are_utc_or_warned_of(
    written: str, expected: datetime | None, expected_warning: str | None
) -> None:
    """Only an offset time passes in silence; a bad date leaves the article without one."""
    article, warnings = _read_seed(f"publishedDateTime: {written}")

    assert article.published_at == expected
    assert [warning.split("; expected ")[1] for warning in warnings] == (
        [expected_warning] if expected_warning else []
    )
    assert all(warning.startswith("a.md:4: found publishedDateTime: ") for warning in warnings)


@pytest.mark.parametrize(
    ("front_matter", "expected_found", "expected_expected"),
    [
        ("quality: high", "quality: “high”", "a number (it was left out)"),
        ("quality: .inf", "quality: “.inf”", "a number (it was left out)"),
        ("quality: inf", "quality: “inf”", "a number (it was left out)"),
        ("provider:\n  name: [A]", "provider.name: a list", "a text (it was left out)"),
        ("heat: nan", "heat: “nan”", "a number (it was left out)"),
        ("heat: [1]", "heat: a list", "a number (it was left out)"),
        ("published: maybe", "published: “maybe”", "true or false (it was left out)"),
        ("draft: {a: b}", "draft: a mapping", "true or false (it was left out)"),
        ("category: [a]", "category: a list", "a text (it was left out)"),
        ("authors: [[a]]", "authors: a list", "a text (it was left out)"),
        ("provider: Reuters", "provider: “Reuters”", "a mapping (it was left out)"),
        ("images: [[]]", "images: a list", "an address, or a mapping with a url (it was left out)"),
        (
            "images: {width: 1}",
            "images: a mapping",
            "an address, or a mapping with a url (it was left out)",
        ),
        ("related: {items: [a]}", "related: a mapping", "a list (it was left out)"),
        (
            "related: [[a]]",
            "a related entry that is a list",
            "a reference, or a mapping with a title or one (it was left out)",
        ),
        (
            "related: [~]",
            "a related entry that is nothing",
            "a reference, or a mapping with a title or one (it was left out)",
        ),
        (
            "related: [{type: video}]",
            "a related entry that is a mapping",
            "a reference, or a mapping with a title or one (it was left out)",
        ),
        ("topics: 'AI, Ethics'", "topics: “AI, Ethics”", "a list (it was split at its commas)"),
        (
            "category: a\ncategory: b",
            "the key “category” more than once",
            "each key once (the last one was taken)",
        ),
        (
            f"quality: '{'x' * 99}\x85\u202e'",
            f"quality: “{'x' * 60}…”",
            "a number (it was left out)",
        ),
    ],
)
def test_wrong_types_are_left_out_with_a_warning(
    front_matter: str, expected_found: str, expected_expected: str
) -> None:
    """An optional field of the wrong type costs a warning, never the article."""
    article, warnings = _read_seed(front_matter)
    line = 4 + front_matter.count("\n")

    assert article.title == "T"
    assert warnings == [f"a.md:{line}: found {expected_found}; expected {expected_expected}"]


def test_each_field_is_warned_of_once() -> None:
    """A list of a hundred bad entries is one warning, about the first."""
    article, warnings = _read_seed(
        "related:\n  - []\n  - []\n  - title: R\n    quality: x\n  - title: S\n    quality: y"
    )

    assert [link.title for link in article.related] == ["R", "S"]
    assert [warning.split(": found ")[0] for warning in warnings] == ["a.md:5", "a.md:8"]


def test_a_missing_excerpt_is_the_first_paragraph() -> None:
    """The seed's editor is told; a generator's never had to write one."""
    article, warnings = _read("title: T", "# Head\n\nSome *words*.\n")
    empty, more_warnings = _read("title: T\nexcerpt: ' '", "# Head\n")
    hugo, no_warnings = _read("title: T", "Some words.", preset="hugo")

    assert (article.excerpt, empty.excerpt, hugo.excerpt) == ("Some words.", "", "Some words.")
    assert warnings == [
        "a.md: found no excerpt; expected one (the body's first paragraph was taken)"
    ]
    assert more_warnings == ["a.md: found no excerpt; expected one (the body has no paragraph)"]
    assert no_warnings == []


def test_a_day_in_the_file_name_is_the_last_resort() -> None:
    """It counts where the front matter has no date; under the seed's schema with a warning."""
    text, day = "title: T\nexcerpt: E", datetime(2024, 3, 6, tzinfo=UTC)
    seed, warnings = _read(text, path="x/2024-03-06-sora.md")
    jekyll, no_warnings = _read(text, path="_posts/2024-03-06-sora/index.md", preset="jekyll")
    hugo, _ = _read(text, path="2024-03-06-sora.md", preset="hugo")
    dated, _ = _read(f"{text}\ndate: 2023-01-01T00:00:00Z", path="2024-03-06-a.md", preset="jekyll")
    impossible, _ = _read(text, path="2024-13-06-sora.md", preset="jekyll")

    assert (seed.published_at, jekyll.published_at, hugo.published_at) == (day, day, None)
    assert dated.published_at == datetime(2023, 1, 1, tzinfo=UTC)
    assert impossible.published_at is None
    assert no_warnings == []
    assert warnings == [
        "x/2024-03-06-sora.md: found a date in the file name only, 2024-03-06; "
        "expected one in the front matter (midnight UTC of that day was taken)"
    ]


@pytest.mark.parametrize(
    ("front_matter", "expected"),
    [
        ("published: true", True),
        ("published: no", False),
        ("published: 'False'", False),
        ("draft: true", False),
        ("draft: false", True),
        ("published: true\ndraft: yes", False),
        ("", True),
    ],
)
def test_drafts_are_unpublished(front_matter: str, *, expected: bool) -> None:
    """Either key can say that an article is not out yet."""
    assert _read_seed(front_matter)[0].is_published is expected


@pytest.mark.parametrize(
    ("preset", "front_matter", "expected"),
    [
        ("jekyll", "tags: one two\ncategory: three four", ("one", "two", "three four")),
        ("jekyll", "tags: one two, three", ("one two", "three")),
        ("hugo", "tags: [one, two]\ncategories: [two, three]", ("one", "two", "three")),
        ("eleventy", "tags: [post, posts, nav, all, one]", ("one",)),
        ("astro", "tags: [one]\ncategory: two words", ("one", "two words")),
    ],
)
def test_topics_follow_the_generator(
    preset: str, front_matter: str, expected: tuple[str, ...]
) -> None:
    """Several keys are united; Jekyll splits at spaces; Eleventy's collections are no topics."""
    article, warnings = _read(f"title: T\n{front_matter}", preset=preset)

    assert article.topics == (expected)
    assert warnings == []


def test_images_come_in_many_shapes() -> None:
    """A list, a single text or mapping; odd sizes are left out."""
    many, warnings = _read_seed(
        "images:\n  - {url: a.png, width: 10, height: '20', isCached: true}\n  - b.png\n"
        "  - {src: c.png, width: wide}"
    )
    one, _ = _read("title: T\nimage: {path: d.png}", preset="jekyll")
    text, _ = _read("title: T\nheroImage: ./e.png", preset="astro")

    assert many.images == (
        Image("a.png", 10, 20, is_cached=True),
        Image("b.png"),
        Image("c.png"),
    )
    assert warnings == ["a.md:7: found width: “wide”; expected a number (it was left out)"]
    assert (one.images, text.images) == ((Image("d.png"),), (Image("./e.png"),))


def test_authors_may_be_mappings() -> None:
    """A name counts wherever it stands; a single author is a list of one."""
    several, _ = _read_seed("authors: [Ada, {name: Bo, url: x}]")
    single, _ = _read("title: T\nauthor: Ada", preset="jekyll")

    assert (several.authors, single.authors) == (("Ada", "Bo"), ("Ada",))


def test_related_entries_keep_what_they_say() -> None:
    """References, addresses and miniature articles, each with its line."""
    article, warnings = _read_seed(
        "related:\n"
        "  - other/post\n"
        "  - https://a.example/b\n"
        "  - slug: third\n"
        "  - title: '<b>Fourth</b> &amp; last'\n"
        "    excerpt: Some *words*\n"
        "    url: /2024/fourth/\n"
        "    webUrl: http://b.example/4?utm_source=x\n"
        "    publishedDateTime: 2024-03-07T11:15:00Z\n"
        "    type: article\n"
        "    provider: {name: Forbes, domain: forbes.example}\n"
        "    quality: 67\n"
        "    images: [{url: i.png}]\n"
    )

    assert warnings == []
    assert article.related == (
        RelatedLink(target="other/post", line=5),
        RelatedLink(url="https://a.example/b", line=6),
        RelatedLink(target="third", line=7),
        RelatedLink(
            target="/2024/fourth/",
            title="Fourth & last",
            excerpt="Some words",
            url="http://b.example/4?utm_source=x",
            published_at=datetime(2024, 3, 7, 11, 15, tzinfo=UTC),
            type="article",
            provider=Provider("Forbes", "forbes.example"),
            quality=67.0,
            images=(Image("i.png"),),
            line=8,
        ),
    )


def test_a_single_related_reference_is_a_list_of_one() -> None:
    """Nobody has to write brackets around one name."""
    assert _read_seed("related: other")[0].related == (RelatedLink(target="other", line=4),)


SEED, JEKYLL, HUGO, ELEVENTY, ASTRO = ({"preset": name} for name in PRESETS)
PATTERN = {**SEED, "permalink": "/:year/:slug/"}
ON_SITE = {**JEKYLL, "site_url": "https://a.example/"}


@pytest.mark.parametrize(
    ("settings", "front_matter", "expected_url", "expected_aliases"),
    [
        (SEED, "webUrl: https://a.example/b", "https://a.example/b", ()),
        (SEED, "slug: sora", None, ("sora",)),
        (
            PATTERN,
            "webUrl: https://b.example/",
            "https://b.example/",
            ("/2024/sora/",),
        ),
        (PATTERN, "", "/2024/sora/", ()),
        (JEKYLL, "", "/2024/03/06/sora.html", ()),
        (JEKYLL, "categories: [Big News]", "/big%20news/2024/03/06/sora.html", ()),
        (JEKYLL, "permalink: /s/", "/s/", ()),
        (JEKYLL, "permalink: /:categories/:title/\ncategories: n", "/n/sora/", ()),
        (JEKYLL, "permalink: /s/\nredirect_from: [/o/, /p/]", "/s/", ("/o/", "/p/")),
        (ON_SITE, "permalink: /s/", "https://a.example/s/", ("/s/",)),
        (ON_SITE, "permalink: http://b.example/s", "http://b.example/s", ()),
        (HUGO, "slug: s\naliases: [/old/]", "/p/s/", ("s", "/old/")),
        (HUGO, "url: /u/", "/u/", ()),
        (ELEVENTY, "", "/p/sora/", ()),
        (ELEVENTY, "permalink: false", None, ()),
        (ELEVENTY, "permalink: '/{{ title | slug }}/'", None, ()),
        (ASTRO, "", "/p/2024-03-06-sora/", ()),
    ],
)
def test_addresses_are_read_or_made(
    settings: dict[str, str],
    front_matter: str,
    expected_url: str | None,
    expected_aliases: tuple[str, ...],
) -> None:
    """An address of its own wins, then a permalink, then the pattern; other names are aliases."""
    article, warnings = _read(
        f"title: T\nexcerpt: E\npublishedDateTime: 2024-03-06T00:00:00Z\n{front_matter}",
        path="p/2024-03-06-sora.md",
        **settings,
    )

    assert (article.url, article.aliases) == (expected_url, expected_aliases)
    assert warnings == []


def test_an_unknown_placeholder_is_the_files_fault_or_the_settings() -> None:
    """In front matter it is a warning; in the settings nothing can be read."""
    article, warnings = _read("title: T\npermalink: /:slugg/", preset="jekyll")
    with pytest.raises(ConfigError, match="“:slugg”"):
        _read("title: T", permalink="/:slugg/")

    assert article.url is None
    assert warnings == [
        "a.md:3: found permalink: “/:slugg/”; "
        "expected placeholders that are known (it was left out)"
    ]


def test_own_keys_may_lie_deep() -> None:
    """Dots descend into mappings, and a later key is taken where an earlier one is blank."""
    article, warnings = _read(
        "seo: {title: '', deep: {title: T}}\nname: N\nexcerpt: E",
        fields={
            "title": ("seo.title", "seo.deep.title", "name"),
            "category": ("excerpt.x", "name"),
        },
    )

    assert (article.title, article.category) == ("T", "N")
    assert warnings == ["a.md:4: found excerpt: “E”; expected a mapping (it was left out)"]


def test_secured_appears_nowhere() -> None:
    """Not in the article, not in a message, not even when the settings ask for it."""
    article, warnings = _read(
        "title: T\nsecured: hush\nquality: x\n"
        "related:\n  - title: R\n    secured: hush\n  - secured: hush",
        fields={"excerpt": ("secured",), "category": ("secured",)},
    )

    assert len(warnings) == 3
    assert "hush" not in f"{article!r} {warnings}"


def test_every_format_gives_the_same_article() -> None:
    """YAML, TOML and JSON are three ways to say one thing."""
    schema = schema_from_settings(SchemaSettings())
    texts = (
        "---\ntitle: T\nexcerpt: E\nquality: 39\npublished: false\ntopics: [AI]\n"
        "publishedDateTime: 2024-03-06T01:45:00Z\nprovider: {name: P}\n---\nB",
        '+++\ntitle = "T"\nexcerpt = "E"\nquality = 39\npublished = false\ntopics = ["AI"]\n'
        'publishedDateTime = 2024-03-06T01:45:00Z\n[provider]\nname = "P"\n+++\nB',
        '{"title": "T", "excerpt": "E", "quality": 39, "published": false, "topics": ["AI"],\n'
        '"publishedDateTime": "2024-03-06T01:45:00Z", "provider": {"name": "P"}}\nB',
    )
    yaml, toml, json_ = (
        to_article(read_front_matter(text.encode(), "a.md"), "a.md", schema) for text in texts
    )

    assert yaml == toml == json_
    assert yaml[0].quality == 39.0
    assert yaml[1] == []

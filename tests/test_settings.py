"""recommender.yaml → Settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender import ConfigError, Filters, Policy, SchemaSettings, Settings


def _read(tmp_path: Path, text: str) -> Settings:
    (tmp_path / "recommender.yaml").write_text(text, "utf-8")
    return Settings.from_file(tmp_path / "recommender.yaml")


def test_a_missing_file_means_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has to be set."""
    monkeypatch.chdir(tmp_path)

    assert Settings.from_file() == Settings()
    assert Settings().index == Path(".recommender")


def test_an_empty_file_means_the_defaults_beside_it(tmp_path: Path) -> None:
    """The index lies where the settings lie."""
    assert _read(tmp_path, "# nothing\n") == Settings(
        index=tmp_path / ".recommender",
        weights=tmp_path / "recommender.weights.yaml",
        lists=tmp_path / "recommender.lists.yaml",
    )


def test_every_setting_is_read(tmp_path: Path) -> None:
    """Paths are relative to the file; one text will do for a list of one."""
    text = """
articles: content
index: cache/index
model: ./models/own
precision: bfloat16
include: "**/*.md"
exclude: [drafts/**, "**/README.md"]
unpublished: hide
policy:
  same_story: keep
  curated: ignore
  per_provider: 2
  diversity: 0.5
  floor: 0.1
  exposure: 1
filters: {languages: en, without_topics: [ads, jobs], max_age_days: 365}
schema:
  preset: hugo
  fields: {excerpt: [summary, teaser], topics: tags}
  permalink: /:slug/
  site_url: https://site.example
"""
    assert _read(tmp_path, text) == Settings(
        articles=tmp_path / "content",
        index=tmp_path / "cache/index",
        model=str(tmp_path / "models/own"),
        precision="bfloat16",
        include=("**/*.md",),
        exclude=("drafts/**", "**/README.md"),
        unpublished="hide",
        weights=tmp_path / "recommender.weights.yaml",
        lists=tmp_path / "recommender.lists.yaml",
        policy=Policy("keep", "ignore", 2, 0.5, 0.1, 1.0),
        filters=Filters(languages=("en",), without_topics=("ads", "jobs"), max_age_days=365.0),
        schema=SchemaSettings(
            preset="hugo",
            fields={"excerpt": ("summary", "teaser"), "topics": ("tags",)},
            permalink="/:slug/",
            site_url="https://site.example",
        ),
    )


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("artikles: x", "artikles", "is not a setting: did you mean “articles”?"),
        ("zzz: x", "zzz", "is not a setting: known are articles, index"),
        ("schema: {perset: x}", "schema.perset", "did you mean “preset”?"),
        ("index: 5", "index", "is 5; expected a text"),
        ("exclude: {a: b}", "exclude", "expected a text or a list of texts"),
        ("include: [1]", "include", "expected a text or a list of texts"),
        ("unpublished: maybe", "unpublished", "is 'maybe'; expected show or hide"),
        ("precision: int8", "precision", "is 'int8'; expected auto or float32 or bfloat16"),
        ("policy: {floor: 2}", "policy.floor", "is 2; expected a number from 0 to 1"),
        ("policy: {exposure: yes}", "policy.exposure", "is True; expected a number from 0 to 10"),
        ("policy: {per_provider: 0}", "policy.per_provider", "expected a number from 1 to 1000"),
        ("policy: {same_story: no}", "policy.same_story", "expected collapse or keep"),
        ("filters: {language: en}", "filters.language", "did you mean “languages”?"),
        ("schema: jekyll", "schema", "is 'jekyll'; expected a mapping"),
        ("schema: {fields: {title: 1}}", "schema.fields.title", "expected a text or a list"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(
    tmp_path: Path, text: str, key: str, message: str
) -> None:
    """File, dotted key, what was found and what would do."""
    with pytest.raises(ConfigError) as caught:
        _read(tmp_path, text)

    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'recommender.yaml'}: {key} ")
    assert (caught.value.path, caught.value.key) == (tmp_path / "recommender.yaml", key)


@pytest.mark.parametrize("text", ["a: b: c", "\ta: 1", "[" * 5000, "- a\n- b", "just text"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    """Bad YAML, and good YAML of another shape."""
    with pytest.raises(ConfigError, match=r"recommender\.yaml (is not valid YAML|holds a )"):
        _read(tmp_path, text)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """Not UTF-8."""
    (tmp_path / "recommender.yaml").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match="is not valid YAML"):
        Settings.from_file(tmp_path / "recommender.yaml")


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """Only the default one may be missing."""
    with pytest.raises(ConfigError, match=r"cannot read .*none\.yaml: No such"):
        Settings.from_file(tmp_path / "none.yaml")

"""Presets, and a site's own schema on top of one."""

from __future__ import annotations

import dataclasses

import pytest

from recommender.corpus.schema.permalinks import expand
from recommender.corpus.schema.presets import PRESETS, schema_from_settings
from recommender.errors import ConfigError
from recommender.records import Article
from recommender.settings import SchemaSettings

FIELDS = {field.name for field in dataclasses.fields(Article)} - {
    *("id", "path", "body", "is_linked", "is_published", "provider")
} | {"provider_name", "provider_domain", "published", "draft", "slug", "permalink", "categories"}


def test_the_presets_are_those_of_the_design() -> None:
    """Five kinds of site; only the seed's own shows unpublished articles and is strict."""
    assert list(PRESETS) == ["seed", "jekyll", "hugo", "eleventy", "astro"]
    assert [name for name, preset in PRESETS.items() if not preset.hides_unpublished] == ["seed"]
    assert [name for name, preset in PRESETS.items() if preset.is_strict] == ["seed"]


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_preset_has_every_field(preset: object) -> None:
    """A field that a preset forgot could be neither read nor set."""
    assert set(preset.fields) == FIELDS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("seed", None),
        ("jekyll", "/2024/03/06/sora.html"),
        ("hugo", "/news/sora/"),
        ("eleventy", "/news/sora/"),
        ("astro", "/news/sora/"),
    ],
)
def test_permalinks_are_the_generators_defaults(name: str, expected: str | None) -> None:
    """Each pattern is one that can be filled in."""
    from datetime import UTC, datetime

    pattern = PRESETS[name].permalink
    path = pattern and expand(
        pattern,
        article_id="news/sora",
        slug="sora",
        published_at=datetime(2024, 3, 6, tzinfo=UTC),
        categories=(),
    )

    assert path == expected


def test_settings_override_a_preset() -> None:
    """Own keys replace the preset's for that field only; the rest is the preset's."""
    schema = schema_from_settings(
        SchemaSettings(
            preset="hugo",
            fields={"title": ("headline", "meta.title")},
            permalink="/:slug/",
            site_url="https://a.example",
        )
    )
    hugo = PRESETS["hugo"]

    assert schema.fields == {**hugo.fields, "title": ("headline", "meta.title")}
    assert (schema.permalink, schema.site_url) == ("/:slug/", "https://a.example")
    assert (schema.name, schema.hides_unpublished, schema.is_strict) == ("hugo", True, False)


@pytest.mark.parametrize("name", PRESETS)
def test_without_overrides_a_schema_is_its_preset(name: str) -> None:
    """Nothing of a preset gets lost on the way."""
    schema = dataclasses.asdict(schema_from_settings(SchemaSettings(preset=name)))
    site_url = schema.pop("site_url")

    assert schema == dataclasses.asdict(PRESETS[name])
    assert site_url is None


@pytest.mark.parametrize(
    ("settings", "expected_key", "expected_message"),
    [
        (
            SchemaSettings(preset="hugoo"),
            "schema.preset",
            "schema.preset: there is no preset “hugoo”: did you mean “hugo”?",
        ),
        (
            SchemaSettings(preset="x"),
            "schema.preset",
            "schema.preset: there is no preset “x”: known are astro, eleventy, hugo, jekyll, seed.",
        ),
        (
            SchemaSettings(fields={"topic": ("t",)}),
            "schema.fields.topic",
            "schema.fields.topic: there is no field “topic”: did you mean “topics”?",
        ),
    ],
)
def test_unknown_names_are_refused(
    settings: SchemaSettings, expected_key: str, expected_message: str
) -> None:
    """The error names the setting and the nearest name that exists."""
    with pytest.raises(ConfigError) as caught:
        schema_from_settings(settings)

    assert (caught.value.key, str(caught.value)) == (expected_key, expected_message)

"""What each site generator calls things, as data; and a site's own schema on top of it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from recommender.errors import ConfigError
from recommender.settings import SchemaSettings


@dataclass(frozen=True, slots=True)
class Preset:
    """How one kind of site writes its front matter.

    Attributes:
        name: Its name in `recommender.yaml`.
        fields: Field to the keys that may hold it, first match wins, dots descend; the keys of
            `topics` are united. The fields are those of `Article`, with the provider in two parts,
            `draft` beside `published`, and `slug`, `permalink` and `categories`, which make
            addresses.
        permalink: Pattern of the site's addresses; None where they are not made from one.
        hides_unpublished: Whether drafts, future and expired articles stay out of lists.
        date_in_file_name: Whether `2024-03-06-title.md` dates an article that has no other date.
        is_strict: Whether a missing date or excerpt, where another source must do, is the editor's
            slip and not the generator's custom.
        topics_end_at_spaces: Whether `a b` as topics means two.
        ignored_topics: Topics that steer the generator and say nothing of the article.
        entry: What a written entry of a related list tells of its article, and under which key;
            dots make mappings.
    """

    name: str
    fields: Mapping[str, tuple[str, ...]]
    permalink: str | None
    hides_unpublished: bool = True
    date_in_file_name: bool = False
    is_strict: bool = False
    topics_end_at_spaces: bool = False
    ignored_topics: frozenset[str] = frozenset()
    entry: Mapping[str, str] = field(default_factory=lambda: {"title": "title", "url": "url"})


@dataclass(frozen=True, slots=True)
class Schema(Preset):
    """A preset with what the site sets itself put in.

    Attributes:
        site_url: Address of the site, put before permalinks; None leaves them as paths.
    """

    site_url: str | None = None


ENTRY_FIELDS = (
    *("title", "excerpt", "published_at", "url", "type", "quality", "images", "language"),
    *("provider_name", "provider_domain"),
)
"""What a written entry can tell of its article."""

_COMMON: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "slug": ("slug",),
    "permalink": ("permalink",),
    "aliases": ("aliases",),
    "original_url": ("originalUrl", "original_url"),
    "category": ("category",),
    "categories": ("categories", "category"),
    "type": ("type",),
    "language": ("language", "lang"),
    "quality": ("quality",),
    "heat": ("heat",),
    "published": ("published",),
    "draft": ("draft",),
    "provider_name": ("provider.name",),
    "provider_domain": ("provider.domain",),
    "authors": ("authors", "author"),
}
_BLOG_TOPICS = ("tags", "categories", "category")

PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="seed",
            fields={
                **_COMMON,
                "excerpt": ("excerpt",),
                "published_at": ("publishedDateTime",),
                "expires_at": ("expiryDateTime", "expiry", "expires"),
                "url": ("webUrl",),
                "original_url": ("originalUrl",),
                "topics": ("topics",),
                "images": ("images",),
                "related": ("related",),
            },
            permalink=None,
            hides_unpublished=False,
            date_in_file_name=True,
            is_strict=True,
            entry={
                "title": "title",
                "excerpt": "excerpt",
                "published_at": "publishedDateTime",
                "url": "webUrl",
                "type": "type",
                "provider_name": "provider.name",
                "provider_domain": "provider.domain",
                "quality": "quality",
                "images": "images",
            },
        ),
        Preset(
            name="jekyll",
            fields={
                **_COMMON,
                "excerpt": ("excerpt", "description", "summary"),
                "published_at": ("date",),
                "expires_at": ("expires", "expiry"),
                "url": ("canonical_url",),
                "aliases": ("redirect_from",),
                "topics": _BLOG_TOPICS,
                "images": ("image", "images"),
                "related": ("related", "related_posts"),
            },
            permalink="/:categories/:year/:month/:day/:title.html",
            date_in_file_name=True,
            topics_end_at_spaces=True,
        ),
        Preset(
            name="hugo",
            fields={
                **_COMMON,
                "excerpt": ("description", "summary"),
                "published_at": (
                    *("date", "publishDate", "publishdate", "pubDate", "pubdate"),
                    *("published", "lastmod", "modified"),
                ),
                "expires_at": ("expiryDate", "expirydate", "unpublishDate", "unpublishdate"),
                "url": ("canonicalURL", "canonical_url"),
                "permalink": ("url",),
                "published": (),  # to Hugo it is a date
                "topics": ("tags", "categories"),
                "images": ("images", "image"),
                "related": ("related", "related_posts"),
            },
            permalink="/:sections/:slugorcontentbasename/",
        ),
        Preset(
            name="eleventy",
            fields={
                **_COMMON,
                "excerpt": ("description", "excerpt", "summary"),
                "published_at": ("date",),
                "expires_at": ("expires", "expiry"),
                "url": ("canonicalUrl", "canonical_url"),
                "slug": (),  # the file's name without its date
                "topics": ("tags",),
                "images": ("images", "image"),
                "related": ("related", "related_posts"),
            },
            permalink="/:sections/:slug/",
            date_in_file_name=True,
            ignored_topics=frozenset({"all", "nav", "post", "posts"}),
        ),
        Preset(
            name="astro",
            fields={
                **_COMMON,
                "excerpt": ("description", "excerpt"),
                "published_at": ("pubDate", "date", "publishDate"),
                "expires_at": ("expiryDate", "expires"),
                "url": ("canonicalURL", "canonicalUrl"),
                "topics": _BLOG_TOPICS,
                "images": ("heroImage", "image", "images"),
                "related": ("related", "relatedPosts"),
            },
            permalink="/:path/",
        ),
    )
}


def schema_from_settings(settings: SchemaSettings) -> Schema:
    """Put a site's settings on top of the preset it names.

    Raises:
        ConfigError: There is no such preset, or no such field.
    """
    _check_name(settings.preset, PRESETS, "preset", key="schema.preset")
    preset = PRESETS[settings.preset]
    for name in settings.fields:
        _check_name(name, preset.fields, "field", key=f"schema.fields.{name}")
    for name in settings.entry:
        _check_name(name, ENTRY_FIELDS, "field", key=f"schema.entry.{name}")
    return Schema(
        name=preset.name,
        fields={**preset.fields, **settings.fields},
        permalink=settings.permalink or preset.permalink,
        hides_unpublished=preset.hides_unpublished,
        date_in_file_name=preset.date_in_file_name,
        is_strict=preset.is_strict,
        topics_end_at_spaces=preset.topics_end_at_spaces,
        ignored_topics=preset.ignored_topics,
        entry=settings.entry or preset.entry,
        site_url=settings.site_url,
    )


def _check_name(name: str, known: Collection[str], kind: str, *, key: str) -> None:
    if name in known:
        return
    close = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean “{close[0]}”?" if close else f"known are {', '.join(sorted(known))}."
    raise ConfigError(f"{key}: there is no {kind} “{name}”: {advice}", key=key)

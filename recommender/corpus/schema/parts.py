"""The smaller things that an article's front matter holds: provider, pictures, related entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recommender.corpus.front_matter.values import Block
from recommender.corpus.marks import is_generated
from recommender.corpus.plain_text import one_line, plain_excerpt, plain_title
from recommender.corpus.schema.fields import Entry, Fields, Report, shown
from recommender.corpus.schema.presets import Schema
from recommender.corpus.urls import canonical_url
from recommender.records import Image, Provider, RelatedLink

_IMAGE_KEYS = {
    "url": ("url", "src", "path"),
    "width": ("width",),
    "height": ("height",),
    "is_cached": ("isCached", "is_cached"),
}
_REFERENCE_KEYS = ("url", "link", "href", "id", "path", "slug", "ref", "permalink")


def read_provider(fields: Fields) -> Provider | None:
    """Who published it; None where neither name nor domain is known."""
    name, domain = fields.text("provider_name"), fields.text("provider_domain")
    return Provider(name, domain) if name or domain else None


def read_images(fields: Fields, report: Report) -> tuple[Image, ...]:
    """The pictures, in file order: addresses, or mappings that hold one."""
    entry = fields.entry("images")
    images = []
    for item in entry.each() if entry else ():
        image = _image(item, report)
        if image:
            images.append(image)
        else:
            fields.refuse("images", item, "an address, or a mapping with a url")
    return tuple(images)


def _image(item: Entry, report: Report) -> Image | None:
    if isinstance(item.value, str):
        url = one_line(item.value)
        return Image(url) if url else None
    if not isinstance(item.value, Block):
        return None
    fields = Fields(item.value, _IMAGE_KEYS, report, "images.")
    url = fields.text("url") or ""
    size = _pixels(fields, "width"), _pixels(fields, "height")
    return Image(url, *size, fields.flag("is_cached")) if url else None


def _pixels(fields: Fields, name: str) -> int | None:
    number = fields.number(name)
    return None if number is None else round(number)


def read_related(fields: Fields, schema: Schema, report: Report) -> tuple[RelatedLink, ...]:
    """The hand-curated list, in file order; entries that name nothing are warned of.

    Entries that the recommender wrote are passed over, or it would learn from itself.
    """
    entry = fields.entry("related")
    if entry and isinstance(entry.value, Block):
        fields.refuse("related", entry, "a list")
        return ()
    keys = {**schema.fields, "references": (*schema.fields["url"], *_REFERENCE_KEYS)}
    links = []
    for item in entry.each() if entry else ():
        if is_generated(item.value):
            continue
        link = _related_link(item, keys, report)
        if link:
            links.append(link)
        else:
            expected = "a reference, or a mapping with a title or one (it was left out)"
            report.warn(
                "related", item.line, f"a related entry that is {shown(item.value)}", expected
            )
    return tuple(links)


def _related_link(
    item: Entry, keys: Mapping[str, tuple[str, ...]], report: Report
) -> RelatedLink | None:
    if isinstance(item.value, str):
        url, target = _url_and_target([one_line(item.value)])
        return RelatedLink(target=target, url=url, line=item.line) if url or target else None
    if not isinstance(item.value, Block):
        return None
    fields = Fields(item.value, keys, report, "related.")
    title = plain_title(fields.text("title") or "") or None
    references = [entry.value for entry in fields.entries("references")]
    url, target = _url_and_target([one_line(text) for text in references if isinstance(text, str)])
    if not (title or url or target):
        return None
    return RelatedLink(
        target=target,
        title=title,
        excerpt=plain_excerpt(fields.text("excerpt") or ""),
        url=url,
        published_at=fields.date("published_at"),
        type=fields.text("type"),
        provider=read_provider(fields),
        quality=fields.number("quality"),
        images=read_images(fields, report),
        line=item.line,
    )


def _url_and_target(references: Sequence[str]) -> tuple[str | None, str | None]:
    """The first that is a web address, and the first that is something else."""
    url = target = None
    for reference in references:
        if canonical_url(reference):
            url = url or reference
        else:
            target = target or reference or None
    return url, target

"""Where an article stands on its site, and what else it is called by."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from recommender.corpus.front_matter.values import Scalar
from recommender.corpus.paths import split_date
from recommender.corpus.schema.fields import Fields
from recommender.corpus.schema.permalinks import expand
from recommender.corpus.schema.presets import Schema
from recommender.corpus.urls import canonical_url
from recommender.errors import ConfigError
from recommender.records import Article


def read_addresses(
    fields: Fields, article_id: str, published_at: datetime | None, schema: Schema
) -> tuple[str | None, tuple[str, ...]]:
    """Read or make an article's web address.

    Args:
        fields: Its front matter.
        article_id: Its id.
        published_at: Its date, for patterns that want one.
        schema: The pattern, and the address of the site.

    Returns:
        Its own address, else one made from its permalink or the site's pattern, or None; and its
        other names: slug, permalink, path on the site, former addresses.

    Raises:
        ConfigError: The schema's pattern has a placeholder that is not known.
    """
    path = _site_path(fields, article_id, published_at, schema)
    url = fields.text("url") or (path and _on_site(path, schema.site_url))
    names = (fields.text("slug"), path, *fields.texts("aliases"))
    return url, tuple(dict.fromkeys(name for name in names if name and name != url))


def is_made_address(article: Article, site_url: str | None) -> bool:
    """Whether the article's URL was put together from its path on the site."""
    return article.url in {_on_site(alias, site_url) for alias in article.aliases}


def _on_site(path: str, site_url: str | None) -> str:
    return f"{site_url.rstrip('/')}{path}" if site_url and path.startswith("/") else path


def _site_path(
    fields: Fields, article_id: str, published_at: datetime | None, schema: Schema
) -> str | None:
    name = article_id.rpartition("/")[2]
    fill = partial(
        expand,
        article_id=article_id,
        slug=fields.text("slug") or (split_date(name)[1] if schema.date_in_file_name else name),
        published_at=published_at,
        categories=fields.texts("categories"),
    )
    written = fields.entry("permalink")
    if written is None:
        return fill(schema.permalink) if schema.permalink else None
    permalink = fields.text("permalink")
    if permalink is None or isinstance(written.value, Scalar) or "{" in permalink:
        return None  # `false` means nowhere, and a template is the generator's to fill
    if canonical_url(permalink):
        return permalink
    try:
        return fill(permalink)
    except ConfigError:
        fields.refuse("permalink", written, "placeholders that are known")
        return None

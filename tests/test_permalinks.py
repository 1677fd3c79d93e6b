"""The pattern of a site's addresses, filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from recommender.corpus.schema.permalinks import expand, slugify
from recommender.errors import ConfigError


def _expand(
    pattern: str, published_at: datetime | None = datetime(2024, 3, 6, tzinfo=UTC)
) -> str | None:
    return expand(
        pattern,
        article_id="news/ai/2024-03-06-sora",
        slug="sora",
        published_at=published_at,
        categories=("AI News", "Vidéo"),
    )


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/:year/:month/:day/:title/", "/2024/03/06/sora/"),
        ("/:year/:i_month/:i_day/:slug.html", "/2024/3/6/sora.html"),
        ("pretty", "/ai%20news/vidéo/2024/03/06/sora/"),
        ("date", "/ai%20news/vidéo/2024/03/06/sora.html"),
        ("ordinal", "/ai%20news/vidéo/2024/066/sora.html"),
        ("/:slugified_categories/:short_month/:weekdayname/", "/ai-news/vidéo/Mar/Wednesday/"),
        ("/:yearday/:hour:minute/", "/66/0000/"),
        ("/:sections/:slugorcontentbasename/", "/news/ai/sora/"),
        ("/:section/:filename", "/news/2024-03-06-sora"),
        ("/:path/", "/news/ai/2024-03-06-sora/"),
        (":slug", "/sora"),
        ("/p/:title:output_ext", "/p/sora.html"),
    ],
)
def test_a_pattern_is_filled_in(pattern: str, path: str) -> None:
    """Dates, slugs, folders and categories go where the pattern wants them."""
    assert _expand(pattern) == path


def test_dates_are_taken_in_utc() -> None:
    """An article of the first hour in Shanghai stands under the day before."""
    shanghai = datetime(2024, 3, 6, 1, tzinfo=timezone(timedelta(hours=8))).astimezone(UTC)

    assert _expand("/:day/", shanghai) == "/05/"


def test_a_pattern_that_needs_a_date_gives_nothing_without_one() -> None:
    """No date, no dated address; an undated pattern does not mind."""
    assert _expand("/:year/:slug/", None) is None
    assert _expand("/:slug/", None) == "/sora/"


def test_empty_parts_leave_no_doubled_slash() -> None:
    """An article at the top has no section."""
    path = expand("/:sections/:slug/", article_id="x", slug="x", published_at=None, categories=())

    assert path == "/x/"


def test_an_unknown_placeholder_is_refused_with_the_nearest_known() -> None:
    """A typo in the settings is named."""
    with pytest.raises(ConfigError, match=r"“:yaer”.*did you mean “:year”\?") as caught:
        _expand("/:yaer/:slug/")

    assert caught.value.key == "schema.permalink"


def test_slugs_keep_letters_of_any_script() -> None:
    """Punctuation and spaces become single hyphens; letters stay."""
    assert slugify("  Čína & AI: 中国_2024! ") == "čína-ai-中国-2024"

"""Where a site generator puts an article: the pattern of its addresses, filled in."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from recommender.errors import ConfigError

NAMED_STYLES = {  # Jekyll's names for common patterns
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}
_PLACEHOLDER = re.compile(r":([a-z_]+)")


@dataclass(frozen=True, slots=True)
class _Place:
    """What the placeholders of a pattern can be filled from."""

    article_id: str
    slug: str
    published_at: datetime | None
    categories: Sequence[str]

    def date(self, form: str, padding: str = "") -> str | None:
        """A part of the date in UTC, without its padding; None where there is no date."""
        return self.published_at.strftime(form).lstrip(padding) if self.published_at else None

    @property
    def folders(self) -> list[str]:
        return self.article_id.split("/")[:-1]

    @property
    def file_name(self) -> str:
        return self.article_id.rsplit("/", 1)[-1]


_DATE_PARTS = {  # of Jekyll and of Hugo, in the letters of strftime
    "year": "%Y",
    "short_year": "%y",
    "w_year": "%G",
    "month": "%m",
    "short_month": "%b",
    "long_month": "%B",
    "monthname": "%B",
    "week": "%V",
    "day": "%d",
    "y_day": "%j",
    "short_day": "%a",
    "long_day": "%A",
    "weekdayname": "%A",
    "hour": "%H",
    "minute": "%M",
    "second": "%S",
}
_UNPADDED = {"i_month": "%m", "i_day": "%d", "yearday": "%j"}
_FILLERS: Mapping[str, Callable[[_Place], str | None]] = {
    **{name: partial(_Place.date, form=form) for name, form in _DATE_PARTS.items()},
    **{name: partial(_Place.date, form=form, padding="0") for name, form in _UNPADDED.items()},
    "title": lambda place: place.slug,
    "slug": lambda place: place.slug,
    "slugorcontentbasename": lambda place: place.slug,
    "slugorfilename": lambda place: place.slug,
    "filename": lambda place: place.file_name,
    "contentbasename": lambda place: place.file_name,
    "basename": lambda place: place.file_name,
    "categories": lambda place: "/".join(place.categories).lower().replace(" ", "%20"),
    "slugified_categories": lambda place: "/".join(map(slugify, place.categories)),
    "section": lambda place: place.folders[0] if place.folders else "",
    "sections": lambda place: "/".join(place.folders),
    "path": lambda place: place.article_id,
    "output_ext": lambda _: ".html",
}


def expand(
    pattern: str,
    *,
    article_id: str,
    slug: str,
    published_at: datetime | None,
    categories: Sequence[str],
) -> str | None:
    """The site path of an article, such as `/2024/03/06/sora/`.

    Args:
        pattern: Text with placeholders (`:year`, `:title`, …), or the name of a Jekyll style.
        article_id: Its id; folders and file name are taken from it.
        slug: The last part of its address, without a date.
        published_at: Its date; placeholders take its parts in UTC.
        categories: For `:categories`.

    Returns:
        A path that begins with `/`; None where the pattern needs a date and there is none.

    Raises:
        ConfigError: The pattern has a placeholder that is not known.
    """
    place = _Place(article_id, slug, published_at, categories)
    parts = []
    for i, part in enumerate(_PLACEHOLDER.split(NAMED_STYLES.get(pattern, pattern))):
        filled = _filler(part)(place) if i % 2 else part
        if filled is None:
            return None
        parts.append(filled)
    return re.sub(r"/{2,}", "/", "/" + "".join(parts))


def _filler(name: str) -> Callable[[_Place], str | None]:
    if name not in _FILLERS:
        close = difflib.get_close_matches(name, _FILLERS, n=1)
        advice = f"did you mean “:{close[0]}”?" if close else f"known are :{', :'.join(_FILLERS)}."
        raise ConfigError(
            f"schema.permalink has the placeholder “:{name}”, which is not known: {advice}",
            key="schema.permalink",
        )
    return _FILLERS[name]


def slugify(text: str) -> str:
    """Lower-case letters and digits of any script, with single hyphens between."""
    plain = unicodedata.normalize("NFC", text).lower()
    return re.sub(r"[\W_]+", "-", plain).strip("-")

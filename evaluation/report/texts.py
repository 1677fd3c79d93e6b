"""Text of strangers made harmless: titles, ids and addresses are data, never markup or commands."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 300
"""Characters of a title or an id that a page shows."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<#|~$&]|@(?=[A-Za-z])|:(?=//)|(?<=www)\.)")


def clean(text: str, longest: int = LONGEST) -> str:
    """One line of text that cannot reverse, break or hide what stands around it.

    White space becomes one space, characters that turn the direction of text are dropped, control
    characters and lone surrogates become U+FFFD, and what is too long ends with an ellipsis.

    Returns:
        At most `longest` characters, which can be written as UTF-8. Empty stays empty.
    """
    text = " ".join(_DIRECTION.sub("", text[: 4 * longest]).split())
    text = _UNPRINTABLE.sub(REPLACEMENT, text)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def web_address(url: str | None) -> str | None:
    """The address, where it is one that a page may link to: `http` or `https`, with a host.

    Returns:
        None for every other scheme, for relative addresses and for what is no address at all.
    """
    if not url or len(url) > 8 * LONGEST or clean(url, 8 * LONGEST) != url or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:  # a broken IPv6 host
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def markdown_text(text: str, longest: int = LONGEST) -> str:
    """Clean text in which nothing is Markdown, HTML, a mention or the end of a table cell."""
    return _MARKDOWN.sub(r"\\\1", clean(text, longest))

"""One spelling for each web address."""

from __future__ import annotations

import re
from urllib.parse import (
    SplitResult,
    parse_qsl,
    quote,
    unquote_to_bytes,
    urlencode,
    urlsplit,
    urlunsplit,
)

TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|msclkid|yclid|igshid|twclid|mc_[ce]id|_hs(enc|mi)|mkt_tok|ref_src|ref_url",
    re.IGNORECASE,
)
"""Query parameters that say how a reader came, never what is shown."""
_KEPT_IN_PATHS = "/:@!$&'()*+,;=~-._"
_WWW = re.compile(r"^(www\.)+(?=[^.]+\.)")
_END_OF_PATH = re.compile(r"(/(index\.html?)?)+$")
MAX_CHARACTERS = 4096


def canonical_url(url: str) -> str | None:
    """The form under which two spellings of one address are equal.

    Scheme, `www.`, default ports, letter case of the host, percent-encoding, tracking parameters,
    `index.html`, the fragment and a trailing slash do not matter; other parameters do.

    Returns:
        An https address; None where the text is not an absolute http(s) address of at most 4,096
        characters.
    """
    if len(url) > MAX_CHARACTERS:
        return None
    try:
        url.encode()  # a lone surrogate has no place in an address
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https", ""} or not parts.netloc:
        return None
    host = _canonical_host(parts)
    if host is None:
        return None
    if port not in {None, 80, 443}:
        host = f"{host}:{port}"
    return urlunsplit(
        ("https", host, _canonical_path(parts.path), _canonical_query(parts.query), "")
    )


def _canonical_host(parts: SplitResult) -> str | None:
    host = (parts.hostname or "").rstrip(".")
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    host = _WWW.sub("", host.lower())
    return host if re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host) else None


def _canonical_path(path: str) -> str:
    plain = quote(unquote_to_bytes(path), safe=_KEPT_IN_PATHS)
    return _END_OF_PATH.sub("", plain)


def _canonical_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="surrogateescape")
    kept = [(name, value) for name, value in pairs if not TRACKING.fullmatch(name)]
    return urlencode(kept, encoding="utf-8", errors="surrogateescape")

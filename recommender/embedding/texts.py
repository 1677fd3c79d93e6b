"""What of an article is embedded, and how a text is known again."""

from __future__ import annotations

import hashlib

TEXT_RECIPE = "title. excerpt/1"
"""Names how texts are put together; an index made by another recipe is encoded anew."""


def embedding_text(title: str, excerpt: str) -> str:
    """`title. excerpt` on one line; the title alone where there is no excerpt."""
    title, excerpt = " ".join(title.split()), " ".join(excerpt.split())
    return f"{title}. {excerpt}" if excerpt else title


def text_key(text: str) -> bytes:
    """SHA-256 of a text, 32 bytes: equal keys mean equal vectors of the same model."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

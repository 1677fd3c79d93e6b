"""Titles, excerpts and bodies → plain text on one line.

Markdown is taken off by a parser, not by patterns, so that `snake_case`, `2 * 3 * 4` and the title
`<input>: The Input element` survive.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt

N_WORDS = 60
N_CHARACTERS = 500  # for scripts that put no spaces between words

_EXCERPT_LIMIT = 4 * 1024
_BODY_LIMIT = 16 * 1024
_BODY_START = 1024  # shows nearly every body's first paragraph, for a sixteenth of the time

_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# Direction overrides make a title read as another one; halves of surrogate pairs cannot be saved.
_HARMFUL = re.compile("[\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Bounded: html.unescape refuses numbers of thousands of digits with a ValueError.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_TAG = re.compile(r"(</?[a-zA-Z][^<>]*>)")
_FORMATTING_TAG = re.compile(
    r"<(/?)(a|abbr|b|bdi|bdo|cite|code|del|dfn|em|font|i|ins|kbd|mark|p|q|s|samp|small|span|"
    r"strong|sub|sup|time|tt|u|var)\b[^<>]*>",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[\\`*_\[<&~]")
# Liquid and Jinja, Hugo's shortcodes, kramdown's attributes.
_TEMPLATE = re.compile(r"\{[{%][^{}]*[%}]\}|\{:[^{}]*\}")
# The definition of `[text][reference]` may lie beyond what is looked at.
_REFERENCE_LINK = re.compile(r"(?<!\w)\[([^\[\]]+)\]\[[^\[\]]*\]")
_MDX_STATEMENT = re.compile(
    r"import\s+(?:[^'\"\n]*\sfrom\s*)?['\"]|export\s+(?:default|const|let|function|class|async|[{*])"
)

_inlines = MarkdownIt("commonmark", {"html": True}).enable("strikethrough")
_blocks = MarkdownIt("commonmark", {"html": True}).enable("table").disable("inline")


def one_line(text: str) -> str:
    """Take out line ends, control characters and what turns the direction of reading."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACE.sub(" ", _HARMFUL.sub("", text)).strip()


def plain_title(text: str) -> str:
    """Take HTML out of a title.

    Args:
        text: The title as written.

    Returns:
        Entities as characters, formatting tags gone where they come in pairs, on one line. Other
        tags stay: a title may be about them. May be empty.
    """
    if "<" in text:
        pieces = _TAG.split(text)
        text = _without_formatting([(piece, i % 2 == 1) for i, piece in enumerate(pieces)])
    return one_line(_ENTITY.sub(lambda entity: html.unescape(entity[0]), text))


def plain_excerpt(text: str) -> str:
    """Take inline Markdown, HTML and template tags out of an excerpt.

    Args:
        text: The excerpt as written; what follows its 4,096th character is left out.

    Returns:
        The text on one line. May be empty.
    """
    text = _TEMPLATE.sub("", text[:_EXCERPT_LIMIT])
    return _inline_text(text) if _MARKUP.search(text) else one_line(text)


def first_paragraph(body: str) -> str:
    """Find the first paragraph of a Markdown body that says something.

    Headings, lists, tables, code, HTML blocks, images and MDX statements are passed over, and
    quotations too unless there is nothing else.

    Args:
        body: The body; only its first 16,384 characters are looked at.

    Returns:
        Plain text on one line, cut after 60 words or 500 characters; empty where there is none.
    """
    start = body[:_BODY_START]
    if len(body) > _BODY_START:
        start = start.replace("\r\n", "\n").rpartition("\n\n")[0]
    head = body[:_BODY_LIMIT]
    paragraph = (
        next(_paragraphs(start, level=0), "")
        or next(_paragraphs(head, level=0), "")
        or next(_paragraphs(head, level=1), "")
    )
    return _shortened(paragraph)


def _paragraphs(markdown: str, level: int) -> Iterator[str]:
    """Texts of the paragraphs that stand free (level 0) or directly in a quotation (level 1)."""
    for opening, content in pairwise(_blocks.parse(_TEMPLATE.sub("", markdown))):
        if opening.type == "paragraph_open" and opening.level == level:
            is_statement = _MDX_STATEMENT.match(content.content)
            text = "" if is_statement else _inline_text(content.content)
            if text:
                yield text


def _shortened(text: str) -> str:
    cut = " ".join(text.split(" ", N_WORDS)[:N_WORDS])[:N_CHARACTERS]
    if cut == text:
        return text
    if len(cut) == N_CHARACTERS:
        last_space = cut.rfind(" ", N_CHARACTERS - 50)
        cut = cut[:last_space] if last_space > 0 else cut
    return f"{cut}…"


def _inline_text(markdown: str) -> str:
    pieces = []
    (block,) = _inlines.parseInline(_REFERENCE_LINK.sub(r"\1", markdown))
    for token in block.children or ():
        if token.type in ("text", "code_inline"):
            pieces.append((token.content, False))
        elif token.type == "html_inline" and not token.content.startswith("<!"):
            pieces.append((token.content, True))
        elif token.type in ("softbreak", "hardbreak"):
            pieces.append((" ", False))
    return one_line(_without_formatting(pieces))


def _without_formatting(pieces: list[tuple[str, bool]]) -> str:
    """Join texts and tags (True), without the formatting tags that have a partner."""
    open_tags: dict[str, list[int]] = defaultdict(list)
    dropped = set()
    for i, (piece, is_tag) in enumerate(pieces):
        tag = _FORMATTING_TAG.fullmatch(piece) if is_tag else None
        if tag is None:
            continue
        slash, name = tag[1], tag[2].lower()
        if not slash:
            open_tags[name].append(i)
        elif open_tags[name]:
            dropped |= {i, open_tags[name].pop()}
    return "".join(piece for i, (piece, _) in enumerate(pieces) if i not in dropped)

"""Text → words, in any script."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

# Vowel signs and other marks belong to the word they stand in, but are no letters to `\w`.
_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0970-\u0dff\u0e31\u0e34-\u0e4e\u0eb1-\u0ece\u0f18-\u0fbc\u102b-\u109d"
    "\u17b4-\u17d3\u200c\u200d"
)
_WORD = re.compile(rf"[\w{_MARKS}]+")
_SPACED = {code: " " for code in range(128) if not _WORD.match(chr(code))}
_TYPESET = "“”‘’–—"  # without these signs most European texts are ASCII

# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, kana, Chinese characters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003134f]+"
)


def tokenise(text: str) -> list[str]:
    """The words of a text in their order, case and width of letters levelled.

    Where a script puts no spaces between words, every two neighbouring characters are one.
    """
    return _words(unicodedata.normalize("NFKC", text).casefold())


def as_written(text: str) -> dict[str, str]:
    """Each word of a text, as `tokenise` gives it, to how it is first written there."""
    written: dict[str, str] = {}
    for word in _words(unicodedata.normalize("NFKC", text)):
        written.setdefault(word.casefold(), word)
    return written


def _words(text: str) -> list[str]:
    for sign in _TYPESET:
        text = text.replace(sign, " ")
    if text.isascii():
        return text.translate(_SPACED).split()  # several times faster than what follows
    return [
        token
        for word in _WORD.findall(text)
        for token in ([word] if word.isascii() else _split(word))
    ]


def _split(word: str) -> list[str]:
    tokens, end = [], 0
    for run in _UNSPACED.finditer(word):
        tokens += [word[end : run.start()]] * (run.start() > end)
        characters = run.group()
        tokens += map("".join, pairwise(characters)) if len(characters) > 1 else [characters]
        end = run.end()
    return [*tokens, *([word[end:]] if end < len(word) else [])]

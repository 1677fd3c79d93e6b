"""Texts → tokens of a BERT encoder. The only file that imports tokenizers, and late."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

START, END = "[CLS]", "[SEP]"
SPECIAL_TOKENS = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": START,
    "sep_token": END,
    "mask_token": "[MASK]",
}
SPECIAL = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
"""How such a token is recognised: anywhere, as it is written."""

EXPECTED = {
    "version": "1.0",
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "model": {
        "type": "WordPiece",
        "unk_token": SPECIAL_TOKENS["unk_token"],
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
    },
}
FRAME = [
    {"SpecialToken": {"id": START, "type_id": 0}},
    {"Sequence": {"id": "A", "type_id": 0}},
    {"SpecialToken": {"id": END, "type_id": 0}},
]


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a text is changed before it is cut into words, as `tokenizer_config.json` says.

    Attributes:
        lowercase: Whether capitals count as small letters.
        strip_accents: Whether accents are dropped; None: where capitals are.
        handle_chinese_chars: Whether each Chinese character is a word.
    """

    lowercase: bool
    strip_accents: bool | None
    handle_chinese_chars: bool

    def normaliser(self) -> dict[str, Any]:
        """What `tokenizer.json` must say of it."""
        return {
            "type": "BertNormalizer",
            "clean_text": True,
            "lowercase": self.lowercase,
            "strip_accents": self.strip_accents,
            "handle_chinese_chars": self.handle_chinese_chars,
        }


class WordPieces:
    """A tokenizer of BERT, cut at a number of tokens. Safe to use from several threads.

    Args:
        data: Bytes of `tokenizer.json`.
        spelling: What it must agree with: of some versions of transformers the one counts, of some
            the other.
        n_known: Tokens that the encoder knows.
        max_tokens: Of a text, `[CLS]` and `[SEP]` among them.

    Raises:
        ValueError: It is another kind of tokenizer.
    """

    def __init__(self, data: bytes, spelling: Spelling, n_known: int, max_tokens: int) -> None:
        from tokenizers import Tokenizer

        text = data.decode()
        _refuse_others(json.loads(text), spelling, n_known)
        try:
            self._tokenizer = Tokenizer.from_str(text)
        except Exception as error:  # the library raises nothing narrower
            raise ValueError(str(error)) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)

    def tokens(self, text: str) -> list[int]:
        """The numbers of a text's tokens, `[CLS]` first and `[SEP]` last; no lone surrogates."""
        found: list[int] = self._tokenizer.encode(text).ids
        return found


def _refuse_others(facts: dict[str, Any], spelling: Spelling, n_known: int) -> None:
    vocabulary = facts["model"].pop("vocab")
    special = {
        (token, vocabulary[token]): SPECIAL | {"special": True} for token in SPECIAL_TOKENS.values()
    }
    added = {(token.pop("content"), token.pop("id")): token for token in facts.pop("added_tokens")}
    frame = facts.pop("post_processor")
    for part in ("truncation", "padding"):
        _refuse_left(facts.pop(part))
    facts.pop("decoder")  # tokens are never made into text again
    framing = {
        token: {"id": token, "ids": [vocabulary[token]], "tokens": [token]}
        for token in (START, END)
    }
    is_known = (
        facts == EXPECTED | {"normalizer": spelling.normaliser()}
        and added == special
        and (frame["type"], frame["single"]) == ("TemplateProcessing", FRAME)
        and frame["special_tokens"] == framing
        and all(isinstance(number, int) and 0 <= number < n_known for number in vocabulary.values())
    )
    if not is_known:
        raise ValueError("another tokenizer than BERT's")


def _refuse_left(setting: Mapping[str, Any] | None) -> None:
    if setting is not None and setting.get("direction", "Right") != "Right":
        raise ValueError("texts that are cut or filled up at their beginning")

"""How a generated entry of a related list is told from an editor's, by what stands in it.

The mark names us and carries a checksum of the entry's other values. Whoever edits the entry makes
the checksum wrong, and the entry is an editor's from then on.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from recommender.corpus.front_matter.values import Block, Items, Value
from recommender.corpus.schema.dates import read_moment

MARK = "suggested_by"
"""The key of the mark inside a generated entry."""

SUGGESTED = "related_suggested"
"""The key of generated entries where an editor's are bare references, which can carry no mark."""

_NAME = "recommender"
_N_DIGITS = 12
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:", re.ASCII)  # with and without quotes alike


def mark_of(entry: Block) -> str:
    """The mark of an entry, whatever mark it has now."""
    values = {key: _plain(value) for key, value in entry.items() if key != MARK}
    text = json.dumps(values, sort_keys=True, ensure_ascii=True)
    return f"{_NAME} {hashlib.sha256(text.encode()).hexdigest()[:_N_DIGITS]}"


def is_generated(value: Value) -> bool:
    """Whether an entry of a list is ours, and nobody has edited it since."""
    return isinstance(value, Block) and MARK in value and value[MARK] == mark_of(value)


def _plain(value: Value) -> Any:
    """A value as JSON has it, the same however a date was written."""
    match value:
        case Block():
            return {key: _plain(of) for key, of in value.items()}
        case Items():
            return [_plain(of) for of in value]
        case None:
            return None
    moment = read_moment(value) if _MOMENT.match(value) else None
    return moment.at.isoformat() if moment else str(value)

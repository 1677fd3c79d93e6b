"""What stands in front matter, before anyone asks what it means.

A value is a `Block`, an `Items`, a `Scalar`, a plain `str` or None, whatever the file's format.
Numbers, dates and yes-or-no words stay the text that was written: only the schema knows whether
`1.10` is a number or a title, and `no` a refusal or Norwegian.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

Kind = Literal["bool", "int", "float", "timestamp"]
Value: TypeAlias = "Block | Items | Scalar | str | None"

SECRET_KEY = "secured"  # noqa: S105 - the name of the key whose value is never read, at any depth
MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_CHARACTERS = 1_048_576


class Scalar(str):
    """A word that the format reads as something other than text, exactly as it was written.

    Attributes:
        kind: What the format takes it for.
    """

    __slots__ = ("kind",)
    kind: Kind

    def __new__(cls, text: str, kind: Kind) -> Scalar:
        """Join the written text and what the format takes it for."""
        scalar = super().__new__(cls, text)
        scalar.kind = kind
        return scalar


class Block(dict[str, Value]):
    """A mapping, in file order; of a repeated key the last value counts.

    Attributes:
        lines: Key to the 1-based line on which it stands; without the keys whose line nobody knows.
        repeated: Keys that were given more than once, to the line of the last, or None.
    """

    __slots__ = ("lines", "repeated")

    def __init__(self, values: Mapping[str, Value] | Iterable[tuple[str, Value]] = ()) -> None:
        """Take the values; lines and repeats are filled in by whoever read them."""
        super().__init__(values)
        self.lines: dict[str, int] = {}
        self.repeated: dict[str, int | None] = {}


class Items(list[Value]):
    """A list.

    Attributes:
        lines: The 1-based line of each item; empty where nobody knows them.
    """

    __slots__ = ("lines",)

    def __init__(self, values: Iterable[Value] = ()) -> None:
        """Take the values; lines are filled in by whoever read them."""
        super().__init__(values)
        self.lines: list[int] = []

"""A YAML file of ours, and typed, checked access to what it holds.

Unknown keys and wrong types are refused, because a setting that is silently ignored is worse than
none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from recommender.bounded_yaml import read_bounded_yaml
from recommender.errors import ConfigError

N_SHOWN = 80
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def load_mapping(path: Path) -> Mapping[str, Any]:
    """The mapping that a YAML file holds; an empty file holds an empty one.

    Raises:
        ConfigError: It cannot be read, is not YAML, or holds something else.
    """
    data = read_bounded_yaml(path)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path} holds a {type(data).__name__}; expected a mapping.", path=path)
    return _with_text_keys(data)


@dataclass(frozen=True, slots=True)
class Section:
    """One mapping of a file. Every method refuses what it does not expect with a `ConfigError`."""

    data: Mapping[str, Any]
    path: Path
    prefix: str

    def allow(self, *keys: str) -> None:
        """No other keys than these."""
        import difflib

        for key in self.data:
            if key not in keys:
                close = difflib.get_close_matches(key[:N_SHOWN], keys, n=1)
                advice = f"did you mean “{close[0]}”?" if close else f"known are {', '.join(keys)}."
                self._refuse(key, f"is not a setting: {advice}")

    def text(self, key: str) -> str | None:
        """A text, or None where the key is absent."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, str):
            self._refuse(key, f"is {shown(value)}; expected a text.")
        if value is not None:
            self._refuse_control(key, value)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Texts; one will do for a list of one, and none where the key is absent."""
        value = self.data.get(key)
        items = [value] if isinstance(value, str) else value
        if items is None:
            return ()
        if not isinstance(items, Sequence) or not all(isinstance(item, str) for item in items):
            self._refuse(key, f"is {shown(value)}; expected a text or a list of texts.")
        for item in items:
            self._refuse_control(key, item)
        return tuple(items)

    def choice(self, key: str, allowed: tuple[Any, ...]) -> Any:
        """One of some values, or None where the key is absent."""
        value = self.data.get(key)
        if value is not None and value not in allowed:
            self._refuse(key, f"is {shown(value)}; expected {' or '.join(allowed)}.")
        return value

    def number(self, key: str, low: float, high: float) -> float | None:
        """A number from low to high, or None where the key is absent."""
        value = self.data.get(key)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            self._refuse(key, f"is {shown(value)}; expected a number from {low:g} to {high:g}.")
        return float(value)

    def section(self, key: str) -> Section:
        """The mapping of a key; an empty one where it is absent."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, dict):
            self._refuse(key, f"is {shown(value)}; expected a mapping.")
        return Section(_with_text_keys(value or {}), self.path, f"{self.prefix}{key}.")

    def _refuse_control(self, key: str, text: str) -> None:
        """No path, pattern or name holds a line end or a NUL byte."""
        if control := _CONTROL.search(text):
            self._refuse(
                key, f"holds the character U+{ord(control[0]):04X}; expected a text without it."
            )

    def _refuse(self, key: str, complaint: str) -> NoReturn:
        name = self.prefix + (key if len(key) <= N_SHOWN else f"{key[:N_SHOWN]}…")
        raise ConfigError(f"{self.path}: {name} {complaint}", path=self.path, key=name)


def _with_text_keys(data: Mapping[Any, Any]) -> dict[str, Any]:
    """An article called `2024` is looked up by this name, although YAML takes it for a number."""
    return {key if isinstance(key, str) else shown(key): value for key, value in data.items()}


def shown(value: object) -> str:
    """A value in a message: as Python writes it, cut short."""
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write numbers of thousands of digits
        return "a number of thousands of digits"
    return text if len(text) <= N_SHOWN else f"{text[:N_SHOWN]}…"

"""A YAML file of ours, and typed, checked access to what it holds.

Unknown keys and wrong types are refused, because a setting that is silently ignored is worse than
none.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from recommender.errors import ConfigError


def load_mapping(path: Path) -> Mapping[str, Any]:
    """The mapping that a YAML file holds; an empty file holds an empty one.

    Raises:
        ConfigError: It cannot be read, is not YAML, or holds something else.
    """
    import yaml

    try:
        data = yaml.safe_load(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}.", path=path) from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        detail = " ".join(str(error).split())
        raise ConfigError(f"{path} is not valid YAML: {detail}", path=path) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path} holds a {type(data).__name__}; expected a mapping.", path=path)
    return data


@dataclass(frozen=True, slots=True)
class Section:
    """One mapping of a file. Every method refuses what it does not expect with a `ConfigError`."""

    data: Mapping[str, Any]
    path: Path
    prefix: str

    def allow(self, *keys: str) -> None:
        """No other keys than these."""
        for key in self.data:
            if key not in keys:
                close = difflib.get_close_matches(str(key), keys, n=1)
                advice = f"did you mean “{close[0]}”?" if close else f"known are {', '.join(keys)}."
                self._refuse(str(key), f"is not a setting: {advice}")

    def text(self, key: str) -> str | None:
        """A text, or None where the key is absent."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, str):
            self._refuse(key, f"is {value!r}; expected a text.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Texts; one will do for a list of one, and none where the key is absent."""
        value = self.data.get(key)
        items = [value] if isinstance(value, str) else value
        if items is None:
            return ()
        if not isinstance(items, Sequence) or not all(isinstance(item, str) for item in items):
            self._refuse(key, f"is {value!r}; expected a text or a list of texts.")
        return tuple(items)

    def choice(self, key: str, allowed: tuple[Any, ...]) -> Any:
        """One of some values, or None where the key is absent."""
        value = self.data.get(key)
        if value is not None and value not in allowed:
            self._refuse(key, f"is {value!r}; expected {' or '.join(allowed)}.")
        return value

    def number(self, key: str, low: float, high: float) -> float | None:
        """A number from low to high, or None where the key is absent."""
        value = self.data.get(key)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            self._refuse(key, f"is {value!r}; expected a number from {low:g} to {high:g}.")
        return float(value)

    def section(self, key: str) -> Section:
        """The mapping of a key; an empty one where it is absent."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, dict):
            self._refuse(key, f"is {value!r}; expected a mapping.")
        return Section(value or {}, self.path, f"{self.prefix}{key}.")

    def _refuse(self, key: str, complaint: str) -> NoReturn:
        raise ConfigError(
            f"{self.path}: {self.prefix}{key} {complaint}", path=self.path, key=self.prefix + key
        )

"""The YAML files of a site that are not articles: settings, weights, pins, the model registry.

PyYAML's loader is handed only what a first look at its events has found to be small: it would
follow aliases and merge keys without a limit, and nesting until the interpreter crashes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from recommender.errors import ConfigError
from recommender.plain_files import UnfitFileError, read_plain_file

MAX_BYTES = 1_000_000
MAX_VALUES = 100_000
MAX_DEPTH = 32
MAX_CHARACTERS = 10_000
# libyaml compares each directive with all before it: a megabyte of them takes seconds.
_DIRECTIVE = re.compile(r"^%(?:TAG|YAML)\b", re.MULTILINE)


def read_bounded_yaml(path: Path) -> Any:
    """What the one document in a file holds; None where it is empty.

    Raises:
        ConfigError: It cannot be read, is not YAML, or is larger, deeper or richer than any file of
            ours needs to be.
    """
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        text = read_plain_file(path, MAX_BYTES).decode("utf-8-sig")
        _refuse_bombs(text, loader)
        return yaml.load(text, loader)  # noqa: S506 - safe, whichever of the two it is
    except UnfitFileError as error:
        reason = error.__cause__.strerror if isinstance(error.__cause__, OSError) else error
        raise ConfigError(f"cannot read {path}: {reason}.", path=path) from error
    except (yaml.YAMLError, ValueError) as error:
        detail = " ".join(str(error).split())
        raise ConfigError(f"{path} is not valid YAML: {detail}", path=path) from error


def _refuse_bombs(text: str, loader: Any) -> None:
    import yaml

    if directive := _DIRECTIVE.search(text):
        line = text.count("\n", 0, directive.start()) + 1
        raise ValueError(f"line {line}: found a directive; expected “key: value” lines only")
    weighing = _Weighing()
    for event in yaml.parse(text, loader):
        weighing.take(event)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come: its name, and what is in it so far."""

    anchor: str | None = None
    n_values: int = 0
    height: int = 0


class _Weighing:
    """Counts levels and values as if every alias were written out. Refusals are `ValueError`s."""

    def __init__(self) -> None:
        self._stack = [_Open()]
        self._anchored: dict[str, tuple[int, int]] = {}

    def take(self, event: Any) -> None:
        """Take the next event of the parser."""
        import yaml

        if getattr(event, "tag", None):
            self._refuse(event, f"the tag “{event.tag[:60]}”", "plain values, which need no tag")
        match event:
            case yaml.CollectionStartEvent():
                self._stack.append(_Open(event.anchor))
                self._add(event, 0, 0, None)
            case yaml.CollectionEndEvent():
                done = self._stack.pop()
                self._add(event, done.n_values + 1, done.height + 1, done.anchor)
            case yaml.ScalarEvent():
                if len(event.value) > MAX_CHARACTERS:  # PyYAML reads `1:1:1…` in squared time
                    found = f"a value of {len(event.value):,} characters"
                    self._refuse(event, found, f"at most {MAX_CHARACTERS:,}")
                self._add(event, 1, 0, event.anchor)
            case yaml.AliasEvent():
                if event.anchor not in self._anchored:
                    self._refuse(event, "an alias to nothing, or to what it stands in", "neither")
                self._add(event, *self._anchored[event.anchor], None)

    def _add(self, event: Any, n_values: int, height: int, anchor: str | None) -> None:
        top = self._stack[-1]
        top.n_values += n_values
        top.height = max(top.height, height)
        if top.n_values > MAX_VALUES:
            self._refuse(event, f"more than {MAX_VALUES:,} values, aliases counted", "fewer")
        if len(self._stack) - 1 + height > MAX_DEPTH:
            self._refuse(event, f"more than {MAX_DEPTH} levels of nesting", f"at most {MAX_DEPTH}")
        if anchor:
            self._anchored[anchor] = n_values, height

    def _refuse(self, event: Any, found: str, expected: str) -> NoReturn:
        line = event.start_mark.line + 1
        raise ValueError(f"line {line}: found {found}; expected {expected}")

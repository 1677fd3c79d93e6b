"""The manifest of an index beyond one machine: which of the parts count, and what they are.

It is replaced in one step; what it does not name does not count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NoReturn

from recommender.cluster.tasks import FORMAT, Part
from recommender.cluster.whole import Whole
from recommender.errors import IndexFormatError, IndexMismatchError
from recommender.index.files import replace_file
from recommender.index.record_json import from_plain, to_plain
from recommender.index.store import SPREAD
from recommender.records import ModelIdentity


@dataclass(frozen=True, slots=True)
class Collection:
    """What lists are made of.

    Attributes:
        model: The model that made the vectors.
        hides_unpublished: Whether unpublished articles are kept out of lists.
        starts: The first row of each range of ids, and where the last one ends.
        limits: The first id of each range but the first.
        whole: What is known of all articles together.
        arranged: The articles of each range.
        settled: What is known of each article, by group of cells.
        searched: Who comes into question for each article, by group.
    """

    model: ModelIdentity
    hides_unpublished: bool
    starts: tuple[int, ...]
    limits: tuple[str, ...]
    whole: Whole
    arranged: tuple[Part, ...]
    settled: tuple[Part, ...]
    searched: tuple[Part, ...]

    def paths(self) -> Iterator[Path]:
        """Of all parts."""
        whole = (getattr(self.whole, of.name) for of in fields(self.whole))
        for part in (*whole, *self.arranged, *self.settled, *self.searched):
            if isinstance(part, Part):
                yield part.path

    def write(self, index: Path) -> None:
        """Let this be what the directory holds."""
        facts = {of.name: _plain(getattr(self, of.name), index) for of in fields(self)}
        facts["model"] = to_plain(self.model)
        replace_file(index / SPREAD, json.dumps({"format": FORMAT, **facts}).encode())

    @classmethod
    def read(cls, index: Path) -> Collection | None:
        """What a directory holds; None where it holds nothing of this kind.

        Raises:
            IndexFormatError: It is no manifest as it was written.
            IndexMismatchError: It is of another version.
        """
        path = index / SPREAD
        if not path.exists():
            return None
        try:
            facts = json.loads(path.read_bytes())
            return (
                cls._of_facts(facts, index) if facts["format"] == FORMAT else _refuse(path, facts)
            )
        except IndexMismatchError:
            raise
        except (ValueError, KeyError, TypeError) as error:
            raise IndexFormatError(
                f"{path}: found no manifest ({error}): run `recommender index … --on ray` again.",
                path=path,
            ) from error

    @classmethod
    def _of_facts(cls, facts: Mapping[str, Any], index: Path) -> Collection:
        return cls(
            model=from_plain(ModelIdentity, facts["model"]),
            hides_unpublished=facts["hides_unpublished"],
            starts=tuple(facts["starts"]),
            limits=tuple(facts["limits"]),
            whole=_whole(facts["whole"], index),
            **{name: _parts(facts[name], index) for name in _OF_PARTS},
        )


_OF_PARTS = ("arranged", "settled", "searched")


def _plain(value: object, index: Path) -> Any:
    if isinstance(value, Part):
        path = value.path.relative_to(index).as_posix()
        return {"path": path, "digest": value.digest, "facts": value.facts}
    if isinstance(value, Whole):
        return {of.name: _plain(getattr(value, of.name), index) for of in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item, index) for item in value]
    return None if isinstance(value, ModelIdentity) else value


def _part(facts: Mapping[str, Any], index: Path) -> Part:
    return Part(index / facts["path"], facts["digest"], facts["facts"])


def _parts(facts: Sequence[Mapping[str, Any]], index: Path) -> tuple[Part, ...]:
    return tuple(_part(of_one, index) for of_one in facts)


def _whole(facts: Mapping[str, Any], index: Path) -> Whole:
    values: dict[str, Any] = {
        name: _part(value, index) if isinstance(value, dict) else value
        for name, value in facts.items()
    }
    return Whole(**values | {"conditions": tuple(values["conditions"])})


def _refuse(path: Path, facts: Mapping[str, Any]) -> NoReturn:
    raise IndexMismatchError(
        f"{path}: found an index of format {facts['format']}; this version reads format "
        f"{FORMAT}: run `recommender index … --on ray` again.",
        path=path,
    )

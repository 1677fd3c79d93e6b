"""A task makes one file of others; once it is done, it is never done again.

What a task makes is written under another name and renamed when it is whole; then a mark of what it
is comes beside it. So whatever is killed whenever, a file with a mark is whole, and a run that is
begun anew goes on from what has one. Nothing is kept in anybody's memory between two tasks.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

FORMAT = 2
"""Of all that tasks write; whoever changes what a task makes counts this up."""

Facts = Mapping[str, Any]
"""What a task tells of its work beside the file: a few plain values, as JSON has them."""

Work = Callable[..., Facts]
_PIECE = 1 << 22  # bytes read at once


@dataclass(frozen=True, slots=True)
class Part:
    """What a task has made.

    Attributes:
        path: The file, or a folder of files.
        digest: SHA-256 of its bytes, hexadecimal.
        facts: What the task told.
    """

    path: Path
    digest: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of a job.

    Attributes:
        arguments: Its own: plain values, parts and records of these.
        out: Where what it makes is to lie.
    """

    arguments: tuple[Any, ...]
    out: Path

    def part(self) -> Part | None:
        """What was made, if it is done."""
        try:
            facts = json.loads(_mark(self.out).read_bytes())
        except FileNotFoundError:
            return None
        return Part(self.out, facts["digest"], facts["facts"]) if self.out.exists() else None


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is done in many tasks.

    Attributes:
        work: A function of a module; called with the path to write to, what is shared, the
            arguments of the task, and the tool.
        shared: Arguments of all tasks.
        tool: Called once a worker, for what is handed to the work of every task; or None.
    """

    work: Work
    shared: tuple[Any, ...] = ()
    tool: Callable[[], object] | None = None

    def tools(self) -> tuple[object, ...]:
        """What a worker makes once, and keeps for all its tasks."""
        return () if self.tool is None else (self.tool(),)

    def do(self, task: Task, tools: tuple[object, ...]) -> None:
        """Do a task, unless it is done."""
        if task.part():
            return
        task.out.parent.mkdir(parents=True, exist_ok=True)
        made = task.out.with_name(f".{task.out.name}-{secrets.token_hex(4)}")
        try:
            facts = self.work(made, *self.shared, *task.arguments, *tools)
            mark = {"digest": _digest(made), "facts": facts}
            _put(made, task.out)
        finally:
            _remove(made)
        text = made.with_name(f"{made.name}.mark")
        text.write_text(json.dumps(mark), "utf-8")
        text.replace(_mark(task.out))


def key_of(*what: object) -> str:
    """A hash of plain values, parts and records of these: equal keys mean equal files."""
    text = json.dumps([FORMAT, _fingerprint(what)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def slim(value: Any) -> Any:
    """The same without what parts tell, which workers need not know, in tuples and lists too."""
    if isinstance(value, Part):
        return replace(value, facts={})
    if isinstance(value, tuple | list):
        return tuple(map(slim, value))
    return value


def _fingerprint(value: object) -> Any:
    match value:
        case None | str() | int() | float():
            found: Any = value
        case Part():
            found = value.digest
        case Path() | datetime():
            found = str(value)
        case Mapping():
            found = {str(key): _fingerprint(of_one) for key, of_one in value.items()}
        case frozenset():
            found = sorted(map(_fingerprint, value))
        case tuple() | list():
            found = [_fingerprint(item) for item in value]
        case _ if is_dataclass(value):
            found = {of.name: _fingerprint(getattr(value, of.name)) for of in fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} cannot tell a task from others")
    return found


def _mark(out: Path) -> Path:
    return out.with_name(f"{out.name}.done")


def is_mark(path: Path) -> bool:
    """Whether a file says of another that it is whole."""
    return path.name.endswith(".done")


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        digest.update(file.name.encode() if path.is_dir() else b"")
        with file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
            os.fsync(stream.fileno())
    return digest.hexdigest()


def _put(made: Path, out: Path) -> None:
    """Let what is made be what counts; another try of the same task may have been faster."""
    if out.is_dir():
        _remove(out)
    made.replace(out)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)

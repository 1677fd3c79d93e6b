"""Ends a writer of a file at one line after another; run by test_replacing.py in its own process.

usage: python killed_replacing.py FOLDER SIGNAL

A child replaces `FOLDER/a.txt` and gets the signal before the n-th line that it executes in the
module under test, for n = 1, 2, … until it gets through. Prints one JSON list: after each, how the
child ended, what the file holds, and how many other files there are.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

from recommender.cli import replacing

OLD, NEW = "old\n", "new\n" * 9999


def main(folder: Path, number: int) -> None:
    """End writers until one survives."""
    target = folder / "a.txt"
    found = []
    for line in count(1):
        target.write_text(OLD, "utf-8")
        child = os.fork()
        if not child:
            _write(target, line, number)
        _, status = os.waitpid(child, 0)
        text = target.read_text("utf-8")
        state = {OLD: "old", NEW: "new"}.get(text, "torn")
        others = [path for path in folder.iterdir() if path != target]
        found.append((os.waitstatus_to_exitcode(status), state, len(others)))
        for path in others:
            path.unlink()
        if not status:
            break
    print(json.dumps(found))  # noqa: T201


def _write(target: Path, line: int, number: int) -> None:
    try:
        _signal_at(line, number)
        with replacing.replacing(target) as stream:
            stream.write(NEW)
        sys.settrace(None)
    except KeyboardInterrupt:
        os._exit(130)
    os._exit(0)


def _signal_at(line: int, number: int) -> None:
    n_lines = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal n_lines
        if frame.f_code.co_filename != replacing.__file__:
            return None
        n_lines += event == "line"
        if n_lines == line and event == "line":
            os.kill(os.getpid(), number)
        return trace

    sys.settrace(trace)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

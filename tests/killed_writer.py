"""Kills a writer at one line after another; run by test_store_crashes.py in a process of its own.

usage: python killed_writer.py INDEX STRIDE

A child writes a new state and is killed by SIGKILL before the n-th line that it executes in the
index room, for n = 1, 1 + STRIDE, … until it gets through. After each, what a reader finds is noted
and the old state is written again. Prints one JSON list: what was found, in this order.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

from sample_index import sample_contents, sample_store, titles

import recommender.index
from recommender.index.store import Store

ROOM = str(Path(recommender.index.__file__).parent)


def main(path: Path, stride: int) -> None:
    """Kill until a writer survives."""
    store = sample_store(path)
    found = []
    for line in count(1, stride):
        child = os.fork()
        if not child:
            die_at(line, ROOM)
            Store(path).write(sample_contents("new"))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        found.append(titles(store))
        store.write(sample_contents("old"))
        if not os.WIFSIGNALED(status):
            break
    print(json.dumps(found))  # noqa: T201


def die_at(line: int, place: str) -> None:
    """Be killed before the n-th line that is executed in files whose path begins so."""
    n_lines = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal n_lines
        if not frame.f_code.co_filename.startswith(place):
            return None
        n_lines += event == "line"
        if n_lines == line:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

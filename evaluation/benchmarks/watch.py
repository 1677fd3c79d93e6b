"""Looks at a process and all that it has started, several times a second, stage by stage."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

SECONDS = 0.2
WORKER = "ray::"
"""What the names of Ray's workers begin with."""


@dataclass(slots=True)
class Stage:
    """What a stage has cost.

    Attributes:
        tasks: In how many pieces it was done.
        wall_seconds: From the end of the stage before to its own.
        cpu_seconds: Of this process and its workers.
        worker_megabytes: The most that a worker held by itself (10^6 bytes), without mapped files.
        driver_megabytes: The same of this process.
    """

    tasks: int = 0
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    worker_megabytes: float = 0.0
    driver_megabytes: float = 0.0

    def add(self, other: Stage) -> None:
        """Count what comes after."""
        self.tasks = max(self.tasks, other.tasks)
        self.wall_seconds += other.wall_seconds
        self.cpu_seconds += other.cpu_seconds
        self.worker_megabytes = max(self.worker_megabytes, other.worker_megabytes)
        self.driver_megabytes = max(self.driver_megabytes, other.driver_megabytes)


@dataclass(slots=True)
class _Looks:
    """What was seen since a stage was last told of."""

    at: float = field(default_factory=time.perf_counter)
    stage: Stage = field(default_factory=Stage)


class Watch:
    """Watches this process and its workers, until the end of a `with` block.

    Attributes:
        stages: What each stage has cost, in the order in which they were first told of.
        engine_megabytes: The most that all other processes which were started held together.
    """

    def __init__(self) -> None:
        self.stages: dict[str, Stage] = {}
        self.engine_megabytes = 0.0
        self._seen = _Looks()
        self._spent: dict[tuple[int, float], float] = {}
        self._guard = threading.Lock()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def tell(self, stage: str, _done: int, total: int) -> None:
        """Say which stage all belongs to that was seen since the last time, and its tasks."""
        with self._guard:
            self._look()
            seen, self._seen = self._seen, _Looks()
            seen.stage.tasks = total
            seen.stage.wall_seconds = self._seen.at - seen.at
            self.stages.setdefault(stage, Stage()).add(seen.stage)

    def _look_on(self) -> None:
        while not self._is_over.wait(SECONDS):
            with self._guard:
                self._look()

    def _look(self) -> None:
        stage, engine = self._seen.stage, 0.0
        for process, kind in _family():
            with suppress(psutil.Error):
                memory, times = process.memory_info(), process.cpu_times()
                megabytes = (memory.rss - memory.shared) / 1e6
                if kind == "engine":
                    engine += megabytes
                    continue
                key = process.pid, process.create_time()
                spent = times.user + times.system
                stage.cpu_seconds += spent - self._spent.get(key, 0.0)
                self._spent[key] = spent
                name = f"{kind}_megabytes"
                setattr(stage, name, max(getattr(stage, name), megabytes))
        self.engine_megabytes = max(self.engine_megabytes, engine)


def _family() -> Iterator[tuple[psutil.Process, str]]:
    here = psutil.Process()
    yield here, "driver"
    for process in here.children(recursive=True):
        with suppress(psutil.Error):
            name = " ".join(process.cmdline()[:1])
            yield process, "worker" if name.startswith(WORKER) else "engine"

"""Runs a command in a process of its own and says what that cost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FLOAT32 = Path(__file__).parent / "float32.yaml"
"""Settings under which figures are the same whatever numbers a CPU multiplies fastest."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process cost: seconds of wall clock and of CPU, peak memory in MB (10^6 bytes).

    The peak is never less than that of the process that started it. `said` is its standard output,
    line by line.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float
    said: tuple[str, ...]


def recommender(*arguments: object) -> Run:
    """Run `recommender` in float32 and wait for it; errors as for `run_process`."""
    command = [sys.executable, "-m", "recommender", "--config", FLOAT32, *arguments]
    return run_process(command)


def run_process(
    command: Sequence[object],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Run:
    """Run a command and wait for it.

    Args:
        command: Program and arguments.
        folder: Where it runs; None: here.
        environment: What it knows; None: what we know.

    Raises:
        CalledProcessError: It failed.
    """
    words = list(map(str, command))
    started = time.perf_counter()
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment
    ) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
    return Run(
        wall_seconds=round(time.perf_counter() - started, 2),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 4),
        peak_megabytes=round(usage.ru_maxrss * 1024 / 1e6, 1),
        said=tuple(said.splitlines()),
    )

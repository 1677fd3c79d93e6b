"""Runs the installed command in a process of its own and says what that cost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """What one process cost: seconds of wall clock and of CPU, peak memory in MB (10^6 bytes).

    `said` is its standard output, line by line.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float
    said: tuple[str, ...]


def recommender(*arguments: object) -> Run:
    """Run `recommender` with arguments and wait for it.

    Raises:
        CalledProcessError: It failed.
    """
    command = [sys.executable, "-m", "recommender", *map(str, arguments)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(
        wall_seconds=round(time.perf_counter() - started, 2),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 2),
        peak_megabytes=round(usage.ru_maxrss * 1024 / 1e6, 1),
        said=tuple(said.splitlines()),
    )

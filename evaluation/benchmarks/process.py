"""Runs a command in a process of its own and says what that cost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FLOAT32 = Path(__file__).parent / "float32.yaml"
"""Settings under which figures are the same whatever numbers a CPU multiplies fastest."""

LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True)
class Run:
    """What one process cost: seconds of wall clock and of CPU, peak memory in MB (10^6 bytes).

    The peak is never less than that of the launcher, some 10 MB. `said` is its standard output,
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
    launched = subprocess.run(
        [sys.executable, "-I", "-S", LAUNCHER, *words],
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment,
        check=True,
    )
    said, _, cost = launched.stdout.rstrip("\n").rpartition("\n")
    seconds, cpu_seconds, peak_kib, code = cost.split()
    if int(code):
        raise subprocess.CalledProcessError(int(code), words)
    return Run(
        wall_seconds=round(float(seconds), 2),
        cpu_seconds=round(float(cpu_seconds), 4),
        peak_megabytes=round(int(peak_kib) * 1024 / 1e6, 1),
        said=tuple(said.splitlines()),
    )

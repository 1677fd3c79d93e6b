"""Runs commands in processes of their own and kills them at moments spread over their duration.

What is checked after a kill is up to the caller: a `Trial` is a command line, a function that puts
the state before in place, and one that looks at what the killed command left.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SERVER = Path(__file__).with_name("command_server.py")
N_MEASURED = 2


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, or minus the signal that killed it."""

    code: int
    seconds: float
    out: str
    err: str

    @property
    def is_killed(self) -> bool:
        """Whether it was killed before it was done."""
        return self.code == -signal.SIGKILL


class Commands:
    """Runs commands, one after the other; see command_server.py.

    Args:
        server: The process that forks for each of them.
        folder: Where they run.
    """

    def __init__(self, server: subprocess.Popen[str], folder: Path) -> None:
        self._server = server
        self._folder = folder

    def run(
        self,
        *argv: str,
        kill_after: float | None = None,
        with_signal: int = signal.SIGKILL,
        max_file_bytes: int | None = None,
        line: tuple[str, int] | None = None,
        is_learned: bool = False,
    ) -> Ended:
        """Run one command.

        Args:
            argv: What follows `recommender`.
            kill_after: Seconds after its beginning; None lets it end.
            with_signal: What is sent then.
            max_file_bytes: It cannot write a larger file, as on a disk that is full.
            line: Part of the package and n: killed before the n-th line that is executed there.
            is_learned: Whether `fit` has the weights at once, without learning.
        """
        self.begin(
            *argv,
            kill_after=kill_after,
            with_signal=with_signal,
            max_file_bytes=max_file_bytes,
            line=line,
            is_learned=is_learned,
        )
        return self.end()

    def begin(self, *argv: str, **how: object) -> None:
        """As `run`, without waiting."""
        assert self._server.stdin
        usual = dict.fromkeys(("kill_after", "max_file_bytes", "line", "is_learned"))
        asked = {**usual, "with_signal": signal.SIGKILL, **how}
        asked["signal"] = asked.pop("with_signal")
        request = {"argv": argv, "cwd": str(self._folder), **asked}
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()

    def is_running(self) -> bool:
        """Whether what was begun is not yet done."""
        return not select.select([self._server.stdout], [], [], 0)[0]

    def end(self) -> Ended:
        """Wait for what was begun."""
        assert self._server.stdout
        return Ended(**json.loads(self._server.stdout.readline()))


@contextmanager
def command_server(prefix: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
    """What `Commands` needs; the prefix is a program that runs what follows it.

    It is not measured by coverage, whose own lock a Ctrl-C would leave taken for ever.
    """
    inherited = {name: of for name, of in os.environ.items() if not name.startswith("COV")}
    paths = [str(SERVER.parent), os.environ.get("PYTHONPATH", "")]
    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    environment = {**inherited, **alone, "PYTHONPATH": os.pathsep.join(paths)}
    with subprocess.Popen(
        [*prefix, sys.executable, str(SERVER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as server:
        yield server
        assert server.stdin
        server.stdin.close()


@dataclass(frozen=True)
class Killed:
    """What became of commands that were to be killed: how many ended where, and how long they take.

    Attributes:
        phases: Number of commands by what the check called the phase in which they ended.
        seconds: What an undisturbed run takes.
    """

    phases: Counter[str]
    seconds: float

    def __str__(self) -> str:
        phases = ", ".join(f"{n} {phase}" for phase, n in sorted(self.phases.items()))
        return f"kills over {self.seconds:.3f} s: {phases}"


@dataclass(frozen=True)
class Trial:
    """A command that shall be killed.

    Attributes:
        argv: The command line, without `recommender`.
        before: Puts in place what was there before; called before each run.
        check: Looks at what was left, and names the phase in which the command ended.
        with_signal: What kills it.
    """

    argv: tuple[str, ...]
    before: Callable[[], None]
    check: Callable[[Ended], str]
    with_signal: int = signal.SIGKILL


def kill_at_random(run: Commands, trial: Trial, n: int, rng: np.random.Generator) -> Killed:
    """Kill a command n times, once by chance in each n-th part of the time that it takes."""
    measured = []
    for _ in range(N_MEASURED):
        trial.before()
        ended = run.run(*trial.argv)
        assert ended.code == 0, ended.err
        measured.append(ended.seconds)
    seconds = min(measured)
    phases: Counter[str] = Counter()
    for part in rng.permutation(n).tolist():
        trial.before()
        moment = seconds * (part + rng.random()) / n
        ended = run.run(*trial.argv, kill_after=moment, with_signal=trial.with_signal)
        phases[trial.check(ended)] += 1
    return Killed(phases, seconds)

"""The program under limits of the system, in a process of its own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

ADDRESS_SPACE = 1_500_000_000
CPU_SECONDS = 30


def run_limited(*arguments: str, cwd: Path) -> tuple[int, str, str, int]:
    """The program under limits of the system: exit code, stdout, stderr, peak bytes of memory."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))

    with (
        Path(cwd, ".out").open("w+") as out,
        Path(cwd, ".err").open("w+") as err,
    ):
        process = subprocess.Popen(
            [sys.executable, "-m", "recommender", *arguments],
            cwd=cwd,
            stdout=out,
            stderr=err,
            preexec_fn=limit,  # noqa: PLW1509 - it takes no lock: only limits are set
            env={
                **os.environ,
                "COLUMNS": "200",
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
            },
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return process.returncode, out.read(), err.read(), usage.ru_maxrss * 1024

"""The program under limits of the system, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ADDRESS_SPACE = 1_500_000_000
CPU_SECONDS = 30

# The new process sets its limits and tells its peak: a fork of a large one has no room to set them,
# and what the system says of a child's peak counts its parent's.
PROGRAM = f"""
import atexit, re, resource
from pathlib import Path
def tell():
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    Path(".peak").write_text(peak[1])
atexit.register(tell)
resource.setrlimit(resource.RLIMIT_AS, ({ADDRESS_SPACE}, {ADDRESS_SPACE}))
resource.setrlimit(resource.RLIMIT_CPU, ({CPU_SECONDS}, {CPU_SECONDS}))
from recommender.cli.main import main
main()
"""


def run_limited(*arguments: str, cwd: Path) -> tuple[int, str, str, int]:
    """Run a command line: exit code, stdout, stderr, peak bytes of memory."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "COLUMNS": "200", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    kilobytes = int(Path(cwd, ".peak").read_text()) if done.returncode >= 0 else 0
    return done.returncode, done.stdout, done.stderr, kilobytes * 1000

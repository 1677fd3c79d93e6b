"""Where other tools run: a virtual environment of their own, beside ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from evaluation.benchmarks.process import Run, run_process

PROGRAMS = Path(__file__).parent / "peer_programs"
FIRST = "torch=="  # alone, so that what needs it takes the build that is there


class PeerEnvironment:
    """The peers' programs, ready to run.

    Args:
        environment: The virtual environment, made here where it is not there yet; what it lacks is
            installed.
        scratch: A folder in which the programs are laid out and run, so that they find nothing but
            themselves and what their environment holds.
        benchmark: The one whose requirements these are.
    """

    def __init__(self, environment: Path, scratch: Path, benchmark: str) -> None:
        self._python = environment.absolute() / "bin" / "python"
        self._folder = scratch
        if not self._python.exists():
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        first = [line for line in versions(benchmark) if line.startswith(FIRST)]
        for wanted in filter(None, (first, versions(benchmark))):
            subprocess.run([self._python, "-m", "pip", "install", "--quiet", *wanted], check=True)
        shutil.copytree(PROGRAMS, scratch / PROGRAMS.name, dirs_exist_ok=True)

    def run(self, program: str, *arguments: object) -> Run:
        """Run one of the programs; errors as for `run_process`."""
        command = self.command(program, *arguments)
        return run_process(command, folder=self._folder, environment=self.variables)

    def start(self, program: str, *arguments: object) -> subprocess.Popen[str]:
        """Start one of the programs, which reads and writes lines."""
        return subprocess.Popen(
            self.command(program, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=self._folder,
            env=self.variables,
        )

    def command(self, program: str, *arguments: object) -> list[str]:
        """What runs one of the programs in the folder."""
        return [str(self._python), "-m", f"{PROGRAMS.name}.{program}", *map(str, arguments)]

    @property
    def variables(self) -> Mapping[str, str]:
        """Ours without what would lead to our own packages or to the network."""
        hidden = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
        ours = {name: value for name, value in os.environ.items() if name not in hidden}
        return ours | {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}


def requirements(benchmark: str) -> Path:
    """The file that names what a benchmark installs for the peers."""
    return PROGRAMS / f"requirements-{benchmark}.txt"


def versions(benchmark: str) -> list[str]:
    """What the environment holds, by that file: `name==version`."""
    lines = requirements(benchmark).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]

"""Where the peers run: a virtual environment of their own, beside ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluation.benchmarks.process import Run, run_process

PROGRAMS = Path(__file__).parent / "peer_programs"
REQUIREMENTS = PROGRAMS / "requirements.txt"


class PeerEnvironment:
    """The peers' programs, ready to run.

    Args:
        environment: The virtual environment; made here where it is not there yet.
        scratch: A folder in which the programs are laid out and run, so that they find nothing but
            themselves and what their environment holds.
    """

    def __init__(self, environment: Path, scratch: Path) -> None:
        self._python = environment.absolute() / "bin" / "python"
        self._folder = scratch
        if not self._python.exists():
            _make(environment)
        shutil.copytree(PROGRAMS, scratch / PROGRAMS.name, dirs_exist_ok=True)

    def run(self, program: str, *arguments: object) -> Run:
        """Run one of the programs; errors as for `run_process`."""
        command = [self._python, "-m", f"{PROGRAMS.name}.{program}", *arguments]
        hidden = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        environment |= {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
        return run_process(command, folder=self._folder, environment=environment)


def versions() -> list[str]:
    """What the environment holds, by the file of its requirements: `name==version`."""
    lines = REQUIREMENTS.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _make(environment: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    torch = next(line for line in versions() if line.startswith("torch=="))
    for wanted in ([torch], ["--requirement", str(REQUIREMENTS)]):
        _install(environment, wanted)


def _install(environment: Path, wanted: Sequence[str]) -> None:
    python = str(environment / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)

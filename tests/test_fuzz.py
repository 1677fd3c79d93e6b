"""What the fuzzer found once is tried each time; and the fuzzer itself runs, where it is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from fuzz.targets import TARGETS, ask_everything, sound_index

from recommender import IndexFormatError

FUZZ = Path(__file__).parent / "fuzz"
CORPUS = sorted(path for path in (FUZZ / "corpus").glob("*/*"))
SECONDS = 2


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_kept_inputs_end_in_documented_errors(path: Path) -> None:
    """Hand-written cases and finds: none gets any other exception, or a warning, out."""
    TARGETS[path.parent.name](path.read_bytes())


def test_the_corpus_is_small_and_every_target_has_one() -> None:
    """Under a hundred files a target, of a few kilobytes each."""
    names = [path.parent.name for path in CORPUS]

    assert set(names) == set(TARGETS)
    assert all(10 < names.count(name) < 100 for name in TARGETS)
    assert max(path.stat().st_size for path in CORPUS) <= 4096


def test_the_unchanged_index_answers() -> None:
    """The target starts from an index that gives answers, not from one that is refused."""
    files = sound_index()
    ask_everything(files)

    with pytest.raises(IndexFormatError):
        ask_everything({**files, "manifest.json": b"{}"})


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("target", TARGETS)
def test_the_fuzzer_runs_and_finds_nothing(target: str) -> None:
    """For a moment; `.ci/full` gives it ten minutes."""
    done = subprocess.run(
        [sys.executable, FUZZ / "fuzz.py", target, "--seconds", str(SECONDS)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COVERAGE_PROCESS_START": ""},
    )
    tried = re.search(r"number_of_executed_units: (\d+)", done.stderr)

    assert (done.returncode, done.stderr[-2000:] if done.returncode else "") == (0, "")
    assert tried is not None
    assert int(tried[1]) > 10

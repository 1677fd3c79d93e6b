"""The command that every benchmark is: corpora in, a result file and a few lines out."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evaluation.circumstances import circumstances

Result = dict[str, Any]


def run(
    description: str | None,
    results: Path,
    measure: Callable[..., Result],
    shown: Callable[[Result], str],
    folders: Sequence[str] = (),
) -> None:
    """Measure, write the result file with its circumstances, print what the README says of it.

    Args:
        description: What `--help` says.
        results: The result file, unless `--output` names another.
        measure: Folder of corpora and an empty folder to work in, to the result.
        shown: The result in words or as a table.
        folders: Further folders that the command line may name, each an argument of `measure`.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=results)
    for name in folders:
        parser.add_argument(f"--{name}", type=Path)
    arguments = parser.parse_args()
    further = {name: getattr(arguments, name) for name in folders}
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        result = measure(arguments.corpora, Path(scratch), **further)
    seconds = round(time.perf_counter() - started)
    result = {"made": circumstances(datetime.now(UTC)) | {"seconds": seconds}, **result}
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(shown(result))

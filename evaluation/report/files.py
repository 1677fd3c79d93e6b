"""A report as files in a folder, and back."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

from ..errors import ReportError
from ..replacing import replace_file
from ..trec import write_qrels, write_run
from .html import to_html
from .markdown import to_markdown
from .schema import FORMAT, SYSTEM_NAME, Report
from .validation import first_fault

JSON_NAME = "report.json"
MAX_BYTES = 50_000_000
"""Of a report that is read; one about 2,000 articles with a list has 3 million."""


class Evaluated(Protocol):
    """A report, and the judgements and runs behind it."""

    @property
    def report(self) -> Report:
        """The document."""

    @property
    def qrels(self) -> Mapping[str, Mapping[str, int]]:
        """Query id to article id to grade."""

    @property
    def runs(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """System to query id to article ids."""


def write_report(evaluated: Evaluated, folder: str | Path) -> Path:
    """Write `report.json`, `report.md`, `report.html`, `qrels.trec` and `runs/NAME.trec`.

    Each file is replaced in one step. Runs of systems that the folder's last report had, and this
    one has not, are removed; whatever else lies there stays.

    Args:
        evaluated: What `evaluate` returned.
        folder: Made where it is missing.

    Returns:
        The path of `report.html`.

    Raises:
        OSError: The folder cannot be written.
    """
    folder = Path(folder)
    runs = folder / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    stale = _systems_of_last(folder) - evaluated.runs.keys()
    write_qrels(folder / "qrels.trec", evaluated.qrels)
    for name, run in evaluated.runs.items():
        write_run(runs / f"{name}.trec", run, name)
    for name in stale:
        (runs / f"{name}.trec").unlink(missing_ok=True)
    replace_file(folder / "report.md", to_markdown(evaluated.report))
    replace_file(folder / "report.html", to_html(evaluated.report))
    replace_file(folder / JSON_NAME, to_json(evaluated.report))
    return folder / "report.html"


def to_json(report: Report) -> str:
    """The document on one line."""
    return json.dumps(report, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def read_report(path: str | Path) -> Report:
    """Read a report back.

    Args:
        path: A `report.json`, or the folder that holds one.

    Raises:
        ReportError: There is none, or it is no report of a format that this version knows.
    """
    path = Path(path)
    file = path / JSON_NAME if path.is_dir() else path
    try:
        document = json.loads(_bytes(file), parse_constant=_refuse)
    except OSError as error:
        raise ReportError(
            f"found no report ({error.strerror}); expected a report.json or the folder that "
            "`recommender evaluate` wrote.",
            path=file,
        ) from error
    except (ValueError, RecursionError) as error:
        raise ReportError(f"found no JSON ({error}); expected a report.", path=file) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        found = document.get("format") if isinstance(document, dict) else None
        raise ReportError(
            f"found format {found!r}; expected a report of format {FORMAT}: run "
            "`recommender evaluate` again.",
            path=file,
        )
    fault = first_fault(document)
    if fault:
        raise ReportError(f"{fault}.", path=file)
    return cast("Report", document)


def _bytes(file: Path) -> bytes:
    """All bytes of a regular file, if they are not too many for a report.

    Raises:
        OSError: It cannot be read.
        ValueError: It is something else, which might never end, or too large.
    """
    status = file.stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
        raise ValueError(f"no regular file of at most {MAX_BYTES:,} bytes")
    return file.read_bytes()


def _systems_of_last(folder: Path) -> set[str]:
    """Names of the systems that have a run in a folder, by the report that lies there."""
    try:
        last = read_report(folder)
    except ReportError:
        return set()
    names = {system["name"] for system in last["systems"]}
    return {name for name in names if re.fullmatch(SYSTEM_NAME, name)}  # never another folder


def _refuse(constant: str) -> None:
    """NaN and infinities are no JSON, though Python would read them."""
    raise ValueError(f"{constant} is no number")

"""What goes wrong inside, on stderr: the library's warnings, and tracebacks for `--debug`."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

import click

from recommender.cli.terminal import harmless, shortened


def show_warnings() -> None:
    """Say what the library warns of from now on, one line each."""
    log = logging.getLogger("recommender")
    if not any(isinstance(handler, _Handler) for handler in log.handlers):
        log.addHandler(_Handler(logging.WARNING))


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        click.echo(f"warning: {harmless(shortened(record.getMessage()))}", err=True)


def show_traceback(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Write a traceback, which may quote anything, line by line."""
    for part in traceback.format_exception(kind, error, trace):
        for line in part.splitlines():
            click.echo(harmless(line), err=True)

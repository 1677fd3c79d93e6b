"""Where the words of the program go: standard output and error, and the library's log."""

from __future__ import annotations

import io
import logging
import sys
import traceback
from types import TracebackType

import click

from recommender.cli.terminal import harmless, shortened


def prepare_streams() -> None:
    """Make sure that every text can be written, and that warnings of the library are seen.

    Files and pipes get UTF-8 whatever the locale, because that is what readers of JSON expect; a
    terminal that cannot show a character shows another one.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if not stream.isatty():
                stream.reconfigure(encoding="utf-8")
            stream.reconfigure(errors="replace")
    log = logging.getLogger("recommender")
    if not any(isinstance(handler, _Handler) for handler in log.handlers):
        log.addHandler(_Handler(logging.WARNING))


class _Handler(logging.Handler):
    """Says what the library warns of, one line each."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(f"warning: {harmless(shortened(record.getMessage()))}", err=True)


def show_traceback(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Write a traceback, which may quote anything, line by line."""
    for part in traceback.format_exception(kind, error, trace):
        for line in part.splitlines():
            click.echo(harmless(line), err=True)

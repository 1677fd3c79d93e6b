"""Standard output and error, made fit for every text."""

from __future__ import annotations

import io
import sys


def prepare_streams() -> None:
    """Make sure that every text can be written.

    Files and pipes get UTF-8 whatever the locale, because that is what readers of JSON expect; a
    terminal that cannot show a character shows another one.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if not stream.isatty():
                stream.reconfigure(encoding="utf-8")
            stream.reconfigure(errors="replace")

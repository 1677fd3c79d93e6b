"""The report as one self-contained page, for an editor first and a data scientist second."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from .page import Page
from .payload import to_payload
from .reading import Reading
from .schema import Report

STYLES = ("base.css", "charts.css", "browser.css")
SCRIPTS = ("data.js", "list.js", "detail.js", "map.js", "page.js")


def to_html(report: Report) -> str:
    """The report as one HTML file, from the document alone.

    The page asks for nothing over the network and runs only the scripts it carries: its policy
    names them by hash. Titles, labels and addresses of strangers stay text.
    """
    reading = Reading(report)
    style, script = _joined(STYLES), _strict(_joined(SCRIPTS))
    return (
        _environment()
        .get_template("page.html")
        .render(
            page=Page(reading),
            payload=to_payload(reading),
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
    )


@cache
def _environment() -> Environment:
    """Templates beside this module; whatever is not marked safe there is escaped."""
    return Environment(
        loader=PackageLoader(__package__ or "", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _joined(names: Sequence[str]) -> str:
    """Files of the templates folder, rendered: they hold no word of a report."""
    return "\n".join(_environment().get_template(name).render() for name in names)


def _strict(script: str) -> str:
    """One block, so that the page's scripts share their names with nobody."""
    return f'"use strict";\n{{\n{script}\n}}\n'


def _hash(text: str) -> str:
    """What a content security policy calls an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

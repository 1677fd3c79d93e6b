"""What the YAML parser says → what an editor can act on."""

from __future__ import annotations

import yaml

from recommender.errors import FrontMatterError

# A part of the parser's complaint; whether the fault lies where it began to look; found; expected.
_ADVICE = (
    ("tab character", False, "a tab", "spaces instead of the tab"),
    (
        "mapping values are not allowed",
        False,
        "a “: ” where none can stand",
        "one “key: value” a line, and a value with “: ” in quotes",
    ),
    ("could not find expected ':'", True, "a line without “: ”", "“key: value”"),
    (
        "cannot start any token",
        False,
        "a value that begins with a special character",
        "quotes around it",
    ),
    ("unexpected end of stream", True, "a quotation mark that is never closed", "its partner"),
    (
        "unknown escape",
        False,
        "a “\\” that begins no known escape",
        "“\\\\”, or single quotation marks",
    ),
    ("',' or", True, "a bracket that is never closed, or a missing comma", "“[a, b]” or “{a: b}”"),
    (
        "expected key",
        False,
        "text after a closing quotation mark or bracket, or a line that begins in another column",
        "whole values in quotes, and keys that begin in the same column",
    ),
    (
        "expected <document start>",
        False,
        "a line that begins further left than the first",
        "keys that begin in the same column",
    ),
)


def explained(error: yaml.MarkedYAMLError, text: str, path: str) -> FrontMatterError:
    """Say what is wrong in the editor's words, and where.

    Args:
        error: The parser's complaint.
        text: The document; its line 1 is line 1 of the file.
        path: The file, for the message.
    """
    problem, mark = _problem(error, text)
    for part, at_start, found, expected in _ADVICE:
        if part in problem:
            place = error.context_mark if at_start and error.context_mark else mark
            return FrontMatterError(path, place.line + 1 if place else None, found, expected)
    return FrontMatterError(
        path, mark.line + 1 if mark else None, f"broken YAML ({problem})", "valid YAML"
    )


def _problem(error: yaml.MarkedYAMLError, text: str) -> tuple[str, yaml.Mark | None]:
    mark = error.problem_mark or error.context_mark
    if mark and text[mark.index : mark.index + 1] == "\t":
        return "tab character", mark
    # libyaml and PyYAML's own parser name these two faults differently.
    problem = str(error.problem).replace("expected <block end>", "expected key")
    return problem.replace("expected '<document start>'", "expected <document start>"), mark

"""What can be wrong with the input of an evaluation.

RecommenderError
└── EvaluationError (ValueError)
    ├── QrelsError      judgements cannot be read, or there are none
    ├── RunError        an outside system's run cannot be read, or names what is not there
    └── ReportError     a report cannot be read, or two of them cannot be compared
"""

from __future__ import annotations

from pathlib import Path

from recommender import RecommenderError


class EvaluationError(RecommenderError, ValueError):
    """Root of the errors of this room.

    Attributes:
        path: The file at fault, or None where there is none.
        line: 1-based line in it, or None.
    """

    def __init__(self, message: str, *, path: Path | None = None, line: int | None = None) -> None:
        """Put the place, if there is one, before the message."""
        place = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(f"{place}{message}")
        self.path = path
        self.line = line


class QrelsError(EvaluationError):
    """Judgements cannot be read, or there are none to measure by."""


class RunError(EvaluationError):
    """A run cannot be read, or names articles that are not there."""


class ReportError(EvaluationError):
    """A report cannot be read, or two reports cannot be compared."""

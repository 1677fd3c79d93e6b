"""A system from outside: its lists as a TREC run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recommender import ConfigError

from ..collection import Collection
from ..errors import RunError
from ..report.schema import SYSTEM_NAME
from ..task import Lists, Task
from ..trec import read_run
from .base import System

N_NAMED = 3


@dataclass
class OutsideRun(System):
    """Lists that were made elsewhere and are judged like the others.

    Under a view that allows less, what is not allowed is left out of them, so they may be shorter.

    Attributes:
        name: As the caller calls it.
        path: A TREC run, as `evaluation.trec` reads it.
    """

    name: str
    path: Path

    def __post_init__(self) -> None:
        """Refuse a name that cannot be a file's.

        Raises:
            ConfigError: The name does not fit `SYSTEM_NAME`.
        """
        if not re.fullmatch(SYSTEM_NAME, self.name):
            raise ConfigError(
                f"a run is called “{self.name[:200]}”; expected a name of small letters, digits, "
                "“-”, “_” and “+”, such as “mine”.",
                key="run",
            )

    @property
    def label(self) -> str:  # type: ignore[override]
        """The file's own name."""
        return f"Run {self.path.name}"

    def rank(self, task: Task) -> Lists:
        """Read the file.

        Raises:
            RunError: It cannot be read, or names an article that the index does not hold.
        """
        run = read_run(self.path, task.depth + 1)  # one more, as the query itself may be in it
        self._refuse_unknown(run, task.collection)
        rows = task.collection.rows
        return task.by_lists(
            {rows[query]: [rows[article] for article in run[query]] for query in run}
        )

    def _refuse_unknown(self, run: Mapping[str, Sequence[str]], collection: Collection) -> None:
        named = {*run, *(article for articles in run.values() for article in articles)}
        unknown = sorted(named - collection.rows.keys())
        if unknown:
            shown = ", ".join(f"“{name[:200]}”" for name in unknown[:N_NAMED])
            more = f" and {len(unknown) - N_NAMED:,} more" if len(unknown) > N_NAMED else ""
            raise RunError(
                f"found articles that the index does not hold: {shown}{more}; expected ids of this "
                "corpus, white space and % percent-encoded: make the run from these articles.",
                path=self.path,
            )

"""What every system is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from ..task import Lists, Scored, Task


class CannotRank(Exception):  # noqa: N818 - it says something about a corpus and is not an error
    """A system cannot be fed by a corpus; the message is the reason, as a clause."""


class System(ABC):
    """One way of making related lists. A subclass of a few lines is a new system.

    Attributes:
        name: Stable name in reports and files, `[a-z0-9+_-]+`.
        label: What an editor calls it.
        learns: Whether it looks at `Task.lists`. Those that do are asked fold by fold.
        fitted_on: Hashes of the corpora on which its weights were fitted; on these it is in-sample.
    """

    name: str
    label: str
    learns: ClassVar[bool] = False
    fitted_on: tuple[str, ...] = ()

    @abstractmethod
    def rank(self, task: Task) -> Lists | Scored:
        """Answer with `task.by_scores`, `task.by_lists` or another of its ways.

        Raises:
            CannotRank: The corpus lacks what the system needs.
        """

"""One directory that all workers see, in which the stages of a run lie one beside the other.

In `read/`, say, lies what each task of that stage has made: `00003-3f…a1` is that of task 3, named
by a hash of all that it depends on, and `00003-3f…a1.done` says that it is whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from recommender.cluster.tasks import Job, Part, Task, Work, is_mark, key_of, slim
from recommender.errors import VectorIndexError

Progress = Callable[[str, int, int], None]


class Runner(Protocol):
    """Whoever does tasks, in any order, perhaps elsewhere, perhaps more than once."""

    def run(self, job: Job, tasks: Sequence[Task], progress: Callable[[int], None]) -> None:
        """Do all of them.

        Args:
            job: What is to be done.
            tasks: In which pieces.
            progress: Called with the number of those that are done.
        """
        ...


class Here:
    """Does tasks in this process, one after the other."""

    def run(self, job: Job, tasks: Sequence[Task], progress: Callable[[int], None]) -> None:
        """See `Runner.run`."""
        tools = job.tools()
        for n_done, task in enumerate(tasks, start=1):
            job.do(task, tools)
            progress(n_done)


class Workplace:
    """A directory in which stages are run.

    Args:
        path: The directory, which all workers see.
        runner: Whoever does the tasks.
        progress: Called with the name of a stage, the tasks done and their total.

    Attributes:
        path: See above.
        made: What was not there before, and is now.
    """

    def __init__(self, path: Path, runner: Runner, progress: Progress | None = None) -> None:
        self.path = path
        self._runner = runner
        self._progress = progress
        self.made: set[Path] = set()
        self._kept: set[Path] = set()
        self._stages: set[Path] = set()

    def stage(
        self,
        name: str,
        work: Work,
        items: Iterable[tuple[Any, ...]],
        shared: tuple[Any, ...] = (),
        tool: Callable[[], object] | None = None,
    ) -> list[Part]:
        """Run a stage: what is done already is taken as it is.

        Args:
            name: Its folder.
            work: What is done for each item.
            items: The arguments of each task. They and what is shared decide what it makes, and
                nothing else does.
            shared: Arguments of all tasks, which come before their own.
            tool: As for a `Job`.

        Returns:
            What was made, in the order of the items.
        """
        folder, of_all = self.path / name, key_of(name, shared)
        tasks = [
            Task(slim(item), folder / f"{i:05}-{key_of(of_all, item)}")
            for i, item in enumerate(items)
        ]
        self._stages.add(folder)
        self._kept.update(task.out for task in tasks)
        missing = [task for task in tasks if task.part() is None]
        n_before = len(tasks) - len(missing)

        def advance(n_done: int) -> None:
            if self._progress:
                self._progress(name, n_before + n_done, len(tasks))

        if missing:
            self._runner.run(Job(work, slim(shared), tool), missing, advance)
            self.made.update(task.out for task in missing)
        return [self._made(task) for task in tasks]

    def alone(self, name: str, work: Work, *arguments: object) -> Part:
        """Run a stage of one task."""
        return self.stage(name, work, [arguments])[0]

    def tidy(self) -> None:
        """Remove what earlier runs have made in the stages of this one, and it has not."""
        for folder in self._stages:
            for path in folder.iterdir() if folder.is_dir() else ():
                plain = path.with_name(path.name.removesuffix(".done")) if is_mark(path) else path
                if plain in self._kept:
                    continue
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def _made(self, task: Task) -> Part:
        part = task.part()
        if part is None:
            raise VectorIndexError(
                f"{task.out}: found nothing after a worker had written it; expected a directory "
                "that all nodes of the cluster see under this path: name one with --index.",
                path=task.out,
            )
        return part

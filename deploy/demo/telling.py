"""How the demonstration tells its story: in colours with a bar on a terminal, in plain lines anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Bar(Protocol):
    """How far something is."""

    def reached(self, done: int, now: str = "") -> None:
        """So many are done; `now` says what is going on."""
        ...


class Story:
    """Writes lines; `aim` shows how far something is while it lasts."""

    def __init__(self, file: TextIO) -> None:
        self._console = Console(file=file, highlight=False, soft_wrap=True)

    def say(self, line: str, style: str = "") -> None:
        """One line. Square brackets in it are text."""
        self._console.print(line, style=style or None, markup=False)

    @contextmanager
    def aim(self, what: str, total: int) -> Iterator[Bar]:
        """A bar on a terminal, gone at the end; nothing in a pipe."""
        if not self._console.is_terminal:
            yield _Nothing()
            return
        columns = (
            TextColumn(what),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[now]}"),
        )
        with Progress(*columns, console=self._console, transient=True) as progress:
            yield _Shown(progress, progress.add_task(what, total=total, now=""))


class _Nothing:
    def reached(self, done: int, now: str = "") -> None:
        """There is nobody to show it to."""


class _Shown:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def reached(self, done: int, now: str = "") -> None:
        self._progress.update(self._task, completed=done, now=now)

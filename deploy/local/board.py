"""What `kakehashi up` shows: a live table on a terminal, a line for each piece of news in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from deploy.local.member import Condition, Member

_COLOURS: dict[Condition, str] = {
    "ready": "green",
    "starting": "yellow",
    "restarting": "red",
    "not ready": "red",
    "stopped": "dim",
}
_PIPE_WIDTH = 180

Row = tuple[str | Text, ...]


def screen() -> Console:
    """Where commands print: as wide as the terminal is, and in a pipe wide enough for ids not to be broken."""
    return Console() if sys.stdout.isatty() else Console(width=_PIPE_WIDTH)


class ConsoleBoard:
    """Shows the stack on a console. A context manager: the table is there within it, and stays as it was last."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: Sequence[Row] = ()
        # Without a thread of its own: processes are started from this one, and a fork beside threads is a risk.
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._live is not None:
            self._live.update(_table(self._shown), refresh=True)
            self._live.stop()

    def say(self, text: str) -> None:
        """One line of news, above the table. Lost where it cannot be written, as into a file on a full disk."""
        with suppress(OSError):
            self._console.print(f"{time.strftime('%H:%M:%S')} {text}", markup=False, highlight=False, soft_wrap=True)

    def show(self, members: Sequence[Member]) -> None:
        """Draws the table anew if there is something new in it."""
        rows = [_row(member) for member in members]
        if self._live is not None and rows != self._shown:
            self._shown = rows
            self._live.update(_table(rows, "Ctrl-C stops everything"), refresh=True)


def _row(member: Member) -> Row:
    condition = Text(member.condition, _COLOURS[member.condition])
    return (member.name, member.url, condition, str(member.process.pid or ""), str(member.restarts or ""))


def _table(rows: Sequence[Row], caption: str | None = None) -> Table:
    table = Table(caption=caption, caption_justify="left")
    for heading in ("what", "where", "state"):
        table.add_column(heading)
    for heading in ("pid", "restarts"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*row)
    return table

"""A local stack in the background, for as long as something needs it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.process import Process
from deploy.local.state import NotRunningError, State

START_TIMEOUT = 600.0
"""Seconds; the first start of all fetches the broker."""
STOP_TIMEOUT = 40.0


@contextmanager
def running(state: State, ports_from: int, say: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """The stack of a state folder is ready: one that runs there, or else one that runs until the end of the block.

    `say` gets each line that the supervisor says while it starts. To be entered from the main thread. Raises
    StartFailedError, NotRunningError.
    """
    if state.holder() is not None:
        _wait_for_another(state)
        yield
        return
    command = [sys.executable, "-m", "deploy.local.cli", "up", "--state", str(state.folder)]
    supervisor = Process("the stack", [*command, "--ports-from", str(ports_from)], log=state.logs / "stack.log")
    news = _News(supervisor.log)
    supervisor.start()

    def ready() -> bool:
        for line in news.read():
            say(line)
        return is_ready(state)

    try:
        supervisor.wait_ready(ready, START_TIMEOUT)
        yield
    finally:
        supervisor.stop(STOP_TIMEOUT)


def is_ready(state: State) -> bool:
    """Whether everything in it was ready at the same time since it was started."""
    try:
        return state.running().ready
    except NotRunningError:
        return False


class _News:
    """The lines that are added to a file from now on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = path.stat().st_size if path.exists() else 0

    def read(self) -> list[str]:
        """Those not read yet; one still being written comes next time."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        return whole.decode(errors="replace").splitlines()


def _wait_for_another(state: State) -> None:
    """Somebody else has started it, and it may still be coming up. Raises NotRunningError."""
    while not is_ready(state):
        if state.holder() is None:
            raise NotRunningError(f"The stack in {state.folder} has ended.")
        time.sleep(0.2)

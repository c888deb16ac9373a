"""A child process: in a group of its own, its output in a log file, gone when we are gone."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

READY_TIMEOUT = 60.0
"""Seconds that something may take from its start until it answers."""
_PR_SET_PDEATHSIG = 1


class StartFailedError(Exception):
    """A process ended, or did not answer in time. Says which, and shows the end of its log."""


class Process:
    """One child process. `start` it; then `stop` or `kill` it, after which it can be started again.

    Obligation: start it from a thread that lives as long as the child shall: the kernel ends the child when the
    thread that started it ends, however that comes (kill -9 included).
    """

    def __init__(
        self, name: str, argv: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._argv = list(argv)
        self.environment = dict(environment or {})
        """What it gets beside our own environment."""
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._swept = True

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self.running else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How it ended: the code, or minus the signal. None while it runs, or before it was started."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Starts it. Does not wait until it is ready."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.kill()  # whatever an earlier one left in its group
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
            )
        self._swept = False

    def wait_ready(self, ready: Callable[[], bool], timeout: float = READY_TIMEOUT) -> None:
        """Asks `ready` again and again until it says so. Raises StartFailedError if the process ends or is late."""
        until = time.monotonic() + timeout
        while not ready():
            if not self.running:
                raise StartFailedError(f"{self.name} ended with code {self.exit_code}.\n{self.last_words()}")
            if time.monotonic() > until:
                raise StartFailedError(f"{self.name} did not answer within {timeout:.0f} s.\n{self.last_words()}")
            time.sleep(0.05)

    def stop(self, timeout: float = 10.0) -> None:
        """Asks it to end, waits for `timeout` seconds, then kills it. Nothing of its group is left."""
        self.ask_to_stop()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)
        self.kill()

    def ask_to_stop(self) -> None:
        """SIGTERM, without waiting."""
        if self._process is not None and self.running:
            self._signal(self._process, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to its whole group; returns when it is gone."""
        if self._process is not None and not self._swept:
            self._signal(self._process, signal.SIGKILL)
            self._process.wait()
            self._swept = True  # the number may be another's from now on

    @staticmethod
    def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # the whole group has ended by itself
            os.killpg(process.pid, number)

    def last_words(self) -> str:
        """The end of its log, to be shown to whoever wonders why it ended."""
        if not self.log.exists():
            return ""
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return "\n".join([f"The end of {self.log}:", *lines])


def _die_with(parent: int) -> Callable[[], None] | None:
    """Runs in the child before its program: has the kernel kill it when the parent ends. Linux only."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def set_death_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)

    return set_death_signal

"""One thing the supervisor keeps running."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Literal
from urllib.parse import urlsplit

from deploy.local.process import Process

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
STEADY = 10.0
"""Seconds after which something that dies is started again at once; earlier, the pause doubles each time."""
LOOK_AGAIN = 5.0
"""Seconds between two looks at something that is ready."""
TRIES = 3
"""How often something may end before it has ever been ready."""

Condition = Literal["stopped", "starting", "ready", "not ready", "restarting"]


class Member:
    """A process with its readiness and its restarts. Call `look` again and again from the main thread."""

    def __init__(
        self,
        process: Process,
        answers: Callable[[], bool],
        *,
        url: str,
        say: Callable[[str], None],
        patience: float | None = None,
    ) -> None:
        """`patience`: seconds for which it may answer no more before it is killed; None for as long as it likes."""
        self.process = process
        self.url = url
        self.restarts = 0
        self.ready = False
        self.was_ready = False
        self._answers = answers
        self._say = say
        self._patience = patience
        self._answered: float | None = None
        self._pause = FIRST_PAUSE
        self._started = 0.0
        self._look_at = 0.0
        self._restart_at: float | None = None

    @property
    def name(self) -> str:
        return self.process.name

    @property
    def condition(self) -> Condition:
        """What to show of it."""
        if self._restart_at is not None:
            return "restarting"
        if not self.process.running:
            return "stopped"
        if self.ready:
            return "ready"
        return "not ready" if self.was_ready and self.restarts == 0 else "starting"

    @property
    def failed(self) -> bool:
        """Whether it ended so often without ever being ready that another try is no use."""
        return not self.was_ready and self.restarts >= TRIES

    def start(self) -> None:
        """Starts it. Raises StartFailedError."""
        self._restart_at = None
        self._started = time.monotonic()
        self._answered = None
        self._look_at = 0.0
        try:
            self.process.start()
        except OSError as error:
            # Such as a full disk, on which its log cannot be opened: it may have room again later.
            self._again_later(f"{self.name} cannot be started: {error}")

    def look(self) -> None:
        """Starts it again if it has ended, and asks whether it is ready. Raises StartFailedError."""
        now = time.monotonic()
        if self._restart_at is not None:
            if now >= self._restart_at:
                self.start()
        elif not self.process.running:
            self._again_later(f"{self.name} ended with code {self.process.exit_code}")
        elif now >= self._look_at:
            self._ask(now)

    def _again_later(self, why: str) -> None:
        now = time.monotonic()
        steady = now - self._started >= STEADY
        self._pause = FIRST_PAUSE if steady else min(self._pause * 2, LONGEST_PAUSE)
        self._restart_at = now + self._pause
        self.restarts += 1
        self.ready = False
        self._say(f"{why}, starts again in {self._pause:.1f} s: see {self.process.log}")

    def _ask(self, now: float) -> None:
        was, self.ready = self.ready, self._answers()
        self._look_at = now + (LOOK_AGAIN if self.ready else 0.1)
        if self.ready:
            self._answered = now
        elif self._patience is not None and self._answered is not None and now - self._answered > self._patience:
            self._say(f"{self.name} (pid {self.process.pid}) answers no more: killed")
            self.process.kill()
        if self.ready and not was:
            self.was_ready = True
            self._say(f"{self.name} is ready at {self.url} (pid {self.process.pid})")
        elif was and not self.ready:
            self._say(f"{self.name} (pid {self.process.pid}) does not answer as ready")


def says_ready(url: str) -> bool:
    """Whether `/readyz` there answers 200."""
    place = urlsplit(url)
    with closing(HTTPConnection(place.hostname or "", place.port, timeout=1.0)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == HTTPStatus.OK
        except (HTTPException, OSError):
            return False


def stop_all(members: Sequence[Member], timeout: float, impatient: Callable[[], bool]) -> None:
    """Asks all to end and kills what has not within `timeout` seconds, or as soon as someone is impatient."""
    for member in members:
        member.process.ask_to_stop()
    until = time.monotonic() + timeout
    while any(member.process.running for member in members) and time.monotonic() < until and not impatient():
        time.sleep(0.05)
    for member in members:
        member.process.kill()

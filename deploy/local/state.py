"""The state folder: where the stack keeps everything, who holds it, and what runs in it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.local.program import command
from shared.security.keys import signing_key
from shared.security.tokens import Actor, Role, TokenIssuer


class InUseError(Exception):
    """Another process holds the state folder. Names its pid."""


class UnfitFolderError(Exception):
    """Nothing can be kept in what was named as the state folder."""


class NotRunningError(Exception):
    """No stack runs in the state folder."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class RunningProcess(_Told):
    """A service or a national system's stand-in. `pid` is None while it is being restarted."""

    name: str
    pid: int | None
    url: str


class RunningKafka(_Told):
    """The broker. `pid` is None where it is not ours."""

    bootstrap_servers: str
    pid: int | None
    version: str | None


class RunningDatabase(_Told):
    """The database. `pid` is None where it is not ours."""

    uri: str
    pid: int | None
    server: str


class RunningStack(_Told):
    """What runs, as the supervisor last wrote it into `stack.json`."""

    folder: Path
    pid: int
    """Of the supervisor."""
    ready: bool
    """Whether everything was ready at the same time since it was started."""
    services: tuple[RunningProcess, ...] = ()
    bridges: dict[str, RunningProcess] = {}
    """Those of the services that are bridges, by country."""
    nationals: dict[str, RunningProcess] = {}
    """Stand-ins for national systems, by country."""
    kafka: RunningKafka
    database: RunningDatabase

    def service(self, name: str) -> RunningProcess:
        """The service of this name. Raises KeyError."""
        for service in self.services:
            if service.name == name:
                return service
        raise KeyError(name)

    def token(self, role: Role, party: str | None = None, *, lifetime: timedelta = timedelta(hours=1)) -> str:
        """A token of the stack's own issuer."""
        return make_token(State(self.folder), role, party, lifetime)


class State:
    """The places within a state folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.kafka = self.folder / "kafka"
        self.database = self.folder / "database"
        self.logs = self.folder / "logs"
        self.traces = self.folder / "traces"
        self.keys = self.folder / "keys"
        self.party_keys = self.keys / "parties"
        self.issuer_private = self.keys / "issuer.private.json"
        self.issuer_public = self.keys / "issuer.json"
        self.logins = self.keys / "logins.json"
        """Operators' tokens with which the console lets in whoever opens it."""
        self._lock = self.folder / "lock"
        self._stack = self.folder / "stack.json"

    def private_keys(self, country: str) -> Path:
        """The file of a party's private keys."""
        return self.keys / f"{country}.private.json"

    def drop(self, country: str) -> Path:
        """The folder in which a country's bridge takes files."""
        return self.folder / "drop" / country

    def national(self, country: str) -> Path:
        """The folder of a national system's stand-in."""
        return self.folder / "national" / country

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder until the end of the block or of the process. Raises InUseError, UnfitFolderError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock_file = self._lock.open("a+")
        except OSError as error:
            raise UnfitFolderError(f"--state must name a folder that can be written to: {error}") from error
        with lock_file as lock:
            if not _locked(lock.fileno()):
                raise InUseError(f"A stack runs in {self.folder} already (pid {self.holder() or 'unknown'}).")
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            self._stack.unlink(missing_ok=True)  # of a holder that was killed
            yield
            self._stack.unlink(missing_ok=True)

    def holder(self) -> int | None:
        """The pid of the process that holds the folder, None if none does."""
        try:
            with self._lock.open() as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(lock.read() or 0) or None
        except FileNotFoundError:
            return None
        return None

    def write(self, stack: RunningStack) -> None:
        """Tells what runs, at once and whole."""
        new = self._stack.with_suffix(".new")
        new.write_text(json.dumps(stack.model_dump(mode="json"), indent=2))
        new.replace(self._stack)

    def running(self) -> RunningStack:
        """What runs here. Raises NotRunningError."""
        if self.holder() is not None and self._stack.exists():
            return RunningStack.model_validate_json(self._stack.read_text())
        raise NotRunningError(f"No stack runs in {self.folder}. Start one with `{command('up')}`, or name its --state.")


def _locked(descriptor: int) -> bool:
    """Takes the lock if nobody has it. Someone who only looks, as `holder` does, has it for a moment."""
    for _ in range(5):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return True
    return False


def make_token(state: State, role: Role, party: str | None, lifetime: timedelta) -> str:
    """A token of the state folder's issuer. Raises NotRunningError where there is none yet."""
    if not state.issuer_private.exists():
        raise NotRunningError(f"{state.folder} has no issuer yet: it is made by the first `{command('up')}`.")
    actor = Actor(sub=f"local-{role}", role=role, party=party)
    return TokenIssuer(signing_key(state.issuer_private)).issue(actor, lifetime)

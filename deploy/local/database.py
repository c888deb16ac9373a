"""The database server: the best of those that are on this machine, as a process of its own.

`mongod` on the path, else `secantusd-rs` (on the path, or built by `make database`), else SecantusDB from the locked
environment. The two embedded ones are under the GPL-2, so no code of ours imports them.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
from pathlib import Path
from typing import Literal

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.local.cache import cache_folder
from deploy.local.process import READY_TIMEOUT, Process, StartFailedError

Kind = Literal["mongod", "rs", "py"]
KINDS: tuple[Kind, ...] = ("mongod", "rs", "py")
"""Most wanted first."""

RUST_VERSION = "0.5.3-beta.196"
_NAMES = {"mongod": "mongod", "rs": "secantusd-rs", "py": "secantusd-py"}
_REPLICA_SET = "kakehashi"


def build_folder() -> Path:
    """Where `make database` installs secantusd-rs."""
    return cache_folder() / f"secantus-mdb-{RUST_VERSION}"


def program(kind: Kind) -> Path | None:
    """The program of a kind of server, or None where there is none."""
    found = shutil.which(_NAMES[kind])
    if found:
        return Path(found)
    beside = {"rs": build_folder() / "bin" / "secantusd-rs", "py": Path(sys.executable).with_name("secantusd-py")}
    place = beside.get(kind)
    return place if place is not None and place.exists() else None


def kinds_here() -> list[Kind]:
    """The kinds of server this machine has, most wanted first."""
    return [kind for kind in KINDS if program(kind) is not None]


class DatabaseServer(Process):
    """A database on 127.0.0.1 that keeps its data in `state`, in a folder of its kind.

    Without a `kind`: the one that `state` already holds data of, else the most wanted here. So a folder goes on with
    the server it was begun with. Raises StartFailedError if there is no such server.
    """

    def __init__(self, state: Path, port: int, *, log: Path, kind: Kind | None = None) -> None:
        self.port = port
        here = kinds_here()
        begun = [one for one in KINDS if (state / one).is_dir()]
        if kind is None and not (begun or here):
            raise StartFailedError("There is no database server: run `make setup`.")
        self.kind = kind or (begun or here)[0]
        found = program(self.kind)
        if found is None:
            raise StartFailedError(f"There is no {_NAMES[self.kind]} on this machine, which {state} needs.")
        self.state = state / self.kind
        super().__init__(f"database ({_NAMES[self.kind]})", [str(found), *self._flags()], log=log)

    @property
    def uri(self) -> str:
        """For MONGODB_URI."""
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"

    @property
    def server(self) -> str:
        """The name of its program."""
        return _NAMES[self.kind]

    def start(self) -> None:
        """Starts it on the data it finds, or on none."""
        self.state.mkdir(parents=True, exist_ok=True)
        super().start()

    def answers(self) -> bool:
        """Whether it takes writes now."""
        if self.kind == "mongod":
            self._initiate()
        return answers_at(self.uri)

    def wait_until_ready(self, timeout: float = READY_TIMEOUT) -> None:
        """Returns when it takes writes. Raises StartFailedError."""
        self.wait_ready(self.answers, timeout)

    def _flags(self) -> list[str]:
        place = ["--port", str(self.port)]
        if self.kind == "mongod":
            return [*place, "--bind_ip", "127.0.0.1", "--dbpath", str(self.state), "--replSet", _REPLICA_SET]
        # Without --sync-on-commit a killed server loses writes it has acknowledged.
        place += ["--host", "127.0.0.1", "--storage-path", str(self.state), "--sync-on-commit"]
        return [*place, "--cache-size", "512M"]

    def _initiate(self) -> None:
        """Makes a replica set of one member, which majority writes and change streams want, unless it is one."""
        member = {"_id": 0, "host": f"127.0.0.1:{self.port}"}
        client: MongoClient[dict[str, object]] = MongoClient(self.uri, serverSelectionTimeoutMS=200)
        # While it starts it does not answer, and from the second time on it says that it is initiated already.
        with client, contextlib.suppress(PyMongoError):
            client.admin.command("replSetInitiate", {"_id": _REPLICA_SET, "members": [member]})


def answers_at(uri: str) -> bool:
    """Whether a server there takes writes now."""
    client: MongoClient[dict[str, object]] = MongoClient(uri, serverSelectionTimeoutMS=500)
    with client:
        try:
            # A server whose engine has stopped, as for want of room on its disk, still says hello.
            client.admin.command("listCollections")
            return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False

"""Keeps the whole stack running, from the first start of its servers to the last stop."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from aiokafka.errors import KafkaError

from deploy.local import kafka as kafka_server
from deploy.local.database import DatabaseServer
from deploy.local.identity import ensure_identity, ensure_logins
from deploy.local.kafka import Kafka
from deploy.local.layout import (
    CONSOLE,
    Layout,
    agreements_folder,
    lay_out,
    national_process,
    service_process,
    topics_file,
)
from deploy.local.member import Member, says_ready, stop_all
from deploy.local.ports import holder, is_free
from deploy.local.process import Process, StartFailedError
from deploy.local.program import command
from deploy.local.state import RunningDatabase, RunningKafka, RunningProcess, RunningStack, State
from deploy.local.topics import ensure_topics
from shared.agreements import load_agreements
from shared.store.base import StoreUnavailable
from shared.store.mongo import Database
from shared.topics import load_topics

TICK = 0.2
"""Seconds between two looks at everything."""
SERVICES_STOP = 12.0
"""Seconds for the services to end, all together, before they are killed. Nothing is lost by that, only repeated."""
SERVER_STOP = 10.0
SERVER_PATIENCE = 20.0
"""Seconds for which a server that runs may not answer, before it is started anew."""


class PortTakenError(Exception):
    """Ports that the stack needs and somebody else has. Names each, what it is for and, if known, who has it."""


class Board(Protocol):
    """Where the supervisor shows what it does."""

    def say(self, text: str) -> None:
        """One line of news."""
        ...

    def show(self, members: Sequence[Member]) -> None:
        """How all members are at this moment. Called many times a second."""
        ...


class Supervisor:
    """Runs the stack of a state folder. `run` once, from the main thread."""

    def __init__(self, state: State, first_port: int, board: Board) -> None:
        self._state = state
        self._board = board
        self._agreements = load_agreements(agreements_folder())
        self._layout: Layout = lay_out(self._agreements, first_port)
        self._kafka: Kafka | None = None
        self._database: DatabaseServer | None = None
        self._bootstrap = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
        self._uri = os.environ.get("MONGODB_URI")
        self._servers: list[Member] = []
        self._nationals: list[Member] = []
        self._services: list[Member] = []
        self._signals = 0
        self._all_ready = False
        self._written: RunningStack | None = None

    @property
    def _members(self) -> Sequence[Member]:
        return [*self._servers, *self._nationals, *self._services]

    def run(self) -> None:
        """Starts everything, keeps it running until SIGINT, SIGTERM or SIGHUP, and stops everything.

        A second signal ends the patience with what does not stop. Raises InUseError, PortTakenError, StartFailedError
        and what is wrong with a file of ours; then nothing is left running.
        """
        with self._state.held():
            self._check_ports()
            if self._bootstrap is None and not kafka_server.is_installed():
                self._board.say(f"Fetching Apache Kafka {kafka_server.VERSION}, 44 MB, this once")
                kafka_server.class_path()
            ensure_identity(self._state, self._key_sets())
            ensure_logins(self._state, self._agreements.countries)
            previous = {number: signal.signal(number, self._told_to_stop) for number in _STOP_SIGNALS}
            try:
                self._start()
                while not self._signals:
                    self._tick()
            finally:
                self._stop()
                for number, handler in previous.items():
                    signal.signal(number, handler)

    # -- start ----------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._start_servers()
        if not self._until_ready(self._servers):
            return
        self._ensure_topics()
        self._nationals = [
            self._member(national_process(place, self._state), place.url) for place in self._layout.nationals
        ]
        self._services = [
            self._member(
                service_process(place, self._layout, self._state, self._bootstrap or "", self._uri or ""), place.url
            )
            for place in self._layout.services
        ]
        for country in self._layout.unbridged:
            self._board.say(f"There is no bridge for {country}, which the agreement files name.")
        for member in [*self._nationals, *self._services]:
            member.start()
        if self._until_ready(self._members):
            self._all_ready = True
            public, console = self._layout.url_of("publication"), self._layout.url_of(CONSOLE)
            operators = f"; for operators {console}" if console else ""
            self._board.say(f"Everything is ready: {public or 'no page to look at'}{operators}")

    def _start_servers(self) -> None:
        logs = self._state.logs
        if self._bootstrap is None:
            self._kafka = Kafka(
                self._state.kafka, self._layout.kafka_port, self._layout.controller_port, log=logs / "kafka.log"
            )
            self._bootstrap = self._kafka.bootstrap
            self._servers.append(self._server(self._kafka, self._kafka.answers, self._bootstrap))
        if self._uri is None:
            self._database = DatabaseServer(self._state.database, self._layout.database_port, log=logs / "database.log")
            self._uri = self._database.uri
            self._servers.append(self._server(self._database, self._database.answers, self._uri))
        else:
            self._check_database(self._uri)
        for server in self._servers:
            server.start()

    @staticmethod
    def _check_database(uri: str) -> None:
        database = Database(uri, "admin")
        try:
            asyncio.run(database.check())
        except StoreUnavailable as error:
            said = str(error).partition(",")[0]
            raise StartFailedError(
                f"The database of MONGODB_URI does not answer: {said}. Correct it, or unset it to have one started."
            ) from error
        finally:
            database.close()

    def _ensure_topics(self) -> None:
        topics = load_topics(topics_file(), self._agreements.countries)
        try:
            created = asyncio.run(ensure_topics(self._bootstrap or "", topics))
        except (KafkaError, OSError) as error:
            ours = "" if self._kafka else " Correct KAFKA_BOOTSTRAP_SERVERS, or unset it to have a broker started."
            said = f"The topics could not be created at {self._bootstrap}: {type(error).__name__}.{ours}"
            raise StartFailedError(said) from error
        self._board.say(f"{len(topics)} topics, {len(created)} of them new")

    def _until_ready(self, members: Sequence[Member]) -> bool:
        """Whether they all became ready before a signal came. Raises StartFailedError for one that never will."""
        while not all(member.ready for member in members):
            self._tick()
            if self._signals:
                return False
            for member in members:
                if member.failed:
                    raise StartFailedError(f"{member.name} does not start.\n{member.process.last_words()}")
        return True

    # -- run ------------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        for member in self._members:
            member.look()
        self._tell()
        self._board.show(self._members)
        time.sleep(TICK)

    def _tell(self) -> None:
        """Keeps `stack.json` true; on a full disk, as soon as there is room again."""
        now = self._running()
        if now != self._written:
            with suppress(OSError):
                self._state.write(now)
                self._written = now

    def _running(self) -> RunningStack:
        def told(member: Member) -> RunningProcess:
            return RunningProcess(name=member.name, pid=member.process.pid, url=member.url)

        by_name = {member.name: told(member) for member in [*self._services, *self._nationals]}
        layout = self._layout
        kafka, database = self._kafka, self._database
        return RunningStack(
            folder=self._state.folder,
            pid=os.getpid(),
            ready=self._all_ready,
            services=tuple(told(member) for member in self._services),
            bridges={p.country: by_name[p.name] for p in layout.services if p.country and p.name in by_name},
            nationals={p.country: by_name[p.name] for p in layout.nationals if p.country and p.name in by_name},
            kafka=RunningKafka(
                bootstrap_servers=self._bootstrap or "",
                pid=kafka.pid if kafka else None,
                version=kafka_server.VERSION if kafka else None,
            ),
            database=RunningDatabase(
                uri=self._uri or "",
                pid=database.pid if database else None,
                server=database.server if database else "given by MONGODB_URI",
            ),
        )

    # -- stop -----------------------------------------------------------------------------------------------------

    def _told_to_stop(self, number: int, _: object) -> None:
        self._signals += 1

    def _stop(self) -> None:
        """Stops the services first, while their servers are still there."""
        if self._members:
            self._board.say("Stopping.")
        heard = self._signals

        def impatient() -> bool:
            return self._signals > max(heard, 1)

        stop_all([*self._services, *self._nationals], SERVICES_STOP, impatient)
        stop_all(self._servers, SERVER_STOP, impatient)
        self._board.show(self._members)

    # -- parts ----------------------------------------------------------------------------------------------------

    def _check_ports(self) -> None:
        wanted = {place.port: place.name for place in [*self._layout.services, *self._layout.nationals]}
        if self._bootstrap is None:
            wanted |= {self._layout.kafka_port: "Kafka", self._layout.controller_port: "Kafka's controller"}
        if self._uri is None:
            wanted[self._layout.database_port] = "the database"
        taken = [
            f"Port {port}, for {name}, is taken{holder(port)}." for port, name in wanted.items() if not is_free(port)
        ]
        if taken:
            others = f"Choose other ports: {command('up', '--ports-from', '18080')}"
            raise PortTakenError("\n".join([*taken, f'{others}, or with make ARGS="--ports-from 18080".']))

    def _key_sets(self) -> dict[str, str]:
        return {
            country: party.contact_point.key_set
            for agreement in self._agreements
            for country, party in agreement.parties.items()
        }

    def _member(self, process: Process, url: str) -> Member:
        return Member(process, lambda: says_ready(url), url=url, say=self._board.say)

    def _server(self, process: Process, answers: Callable[[], bool], url: str) -> Member:
        return Member(process, answers, url=url, say=self._board.say, patience=SERVER_PATIENCE)


_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

"""A stack whose parts are started and stopped one by one, and what they take up while they run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import psutil

from deploy.local.database import DatabaseServer
from deploy.local.identity import ensure_identity
from deploy.local.kafka import Kafka
from deploy.local.layout import agreements_folder, lay_out, national_process, service_process, topics_file
from deploy.local.member import says_ready
from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.local.state import State, make_token
from deploy.local.topics import ensure_topics
from shared.agreements import load_agreements
from shared.security.tokens import Role
from shared.topics import load_topics

STARTS_WITHIN = 600.0
"""Seconds, on a machine that has much else to do."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process takes up at a moment."""

    second: float
    """Since the stack was made."""
    name: str
    rss: int
    """Bytes."""
    files: int


@dataclass
class Stack:
    """Broker and database, and services that are started when they are wanted. Stop it with `stop`."""

    folder: Path
    running: dict[str, Process] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = State(self.folder)
        agreements = load_agreements(agreements_folder())
        self.layout = lay_out(agreements, 8080)
        ports = iter(free_ports(3 + len(self.layout.services) + len(self.layout.nationals)))
        self.layout = replace(
            self.layout,
            services=[replace(place, port=next(ports)) for place in self.layout.services],
            nationals=[replace(place, port=next(ports)) for place in self.layout.nationals],
        )
        logs = self.state.logs
        self.kafka = Kafka(self.state.kafka, next(ports), next(ports), log=logs / "kafka.log", long_run=True)
        self.database = DatabaseServer(self.state.database, next(ports), log=logs / "database.log")
        key_sets = {c: party.contact_point.key_set for one in agreements for c, party in one.parties.items()}
        ensure_identity(self.state, key_sets)
        self._topics = load_topics(topics_file(), agreements.countries)
        self._begun = time.monotonic()

    @property
    def second(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._begun

    def start_servers(self) -> None:
        """The broker with its topics, and the database."""
        for name, server in (("kafka", self.kafka), ("database", self.database)):
            server.start()
            self.running[name] = server
        self.kafka.wait_until_ready(STARTS_WITHIN)
        self.database.wait_until_ready(STARTS_WITHIN)
        asyncio.run(ensure_topics(self.kafka.bootstrap, self._topics))

    def start(self, names: Iterable[str] | None = None) -> float:
        """Starts services and stand-ins, all without names; gives the seconds until the last was ready."""
        begun = time.monotonic()
        places = [*self.layout.nationals, *self.layout.services]
        chosen = [place for place in places if names is None or place.name in set(names)]
        for place in chosen:
            if place in self.layout.nationals:
                process = national_process(place, self.state)
            else:
                process = service_process(place, self.layout, self.state, self.kafka.bootstrap, self.database.uri)
            process.start()
            self.running[place.name] = process
        for place in chosen:
            self.running[place.name].wait_ready(_ready(place.url), STARTS_WITHIN)
        return time.monotonic() - begun

    def stop(self, names: Iterable[str] | None = None) -> None:
        """Stops what is named, everything without names: services first."""
        for name in list(names) if names is not None else [*reversed(self.running)]:
            self.running.pop(name).stop(20)

    def url(self, name: str) -> str:
        return next(place.url for place in (*self.layout.services, *self.layout.nationals) if place.name == name)

    def token(self, role: Role, party: str | None = None) -> str:
        return make_token(self.state, role, party, timedelta(hours=6))

    async def watch(self, every: float = 1.0) -> None:
        """Takes samples of every process until cancelled."""
        while True:
            self.sample()
            await asyncio.sleep(every)

    def sample(self) -> None:
        for name, process in self.running.items():
            if process.pid is not None:
                with suppress(psutil.Error):
                    seen = psutil.Process(process.pid)
                    self.samples.append(Sample(self.second, name, seen.memory_info().rss, seen.num_fds()))

    def of(self, name: str, since: float = 0.0, until: float = float("inf")) -> list[Sample]:
        """The samples of one process within a time."""
        return [one for one in self.samples if one.name == name and since <= one.second <= until]


def _ready(url: str) -> Callable[[], bool]:
    return lambda: says_ready(url)


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; one that goes away meanwhile counts as nothing."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total

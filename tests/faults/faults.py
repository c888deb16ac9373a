"""Every fault there is: each draws what exactly it does when it is made, does it, and takes it back."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar, Final, Literal

import httpx

from deploy.demo.killing import Victim, back, broker, database, kill, service
from tests.faults.arena import Arena
from tests.faults.tools import Tool

Server = Literal["kafka", "database"]
Stream = Literal["upstream", "downstream"]
KAFKA: Final = "kafka"
DATABASE: Final = "database"
STREAMS: Final[Sequence[Sequence[Stream]]] = (("upstream",), ("downstream",), ("upstream", "downstream"))


class Fault(ABC):
    """Made with dice and the names of the services: from then on it is settled what it does.

    `inject` brings it about and `heal` takes it back, after `seconds`; neither waits for the stack to recover.
    """

    name: ClassVar[str]
    tool: ClassVar[Tool | None] = None
    lasts: ClassVar[tuple[float, float]] = (0, 0)
    """Seconds, at least and at most."""
    joins: ClassVar[bool] = True
    """Whether it may happen together with another."""

    def __init__(self, dice: random.Random, services: Sequence[str]) -> None:
        self.seconds = dice.uniform(*self.lasts)
        self.what = ""
        """What exactly, in words."""
        self.draw(dice, services)

    @abstractmethod
    def draw(self, dice: random.Random, services: Sequence[str]) -> None: ...

    @abstractmethod
    async def inject(self, arena: Arena) -> None: ...

    async def heal(self, arena: Arena) -> None:  # noqa: B027 - most of those that kill leave it to the supervisor
        pass


# -- killed -------------------------------------------------------------------------------------------------------


async def kill_9(arena: Arena, victim: Victim) -> None:
    """Kill -9, as soon as there is something to kill."""
    async with asyncio.timeout(60):
        while True:
            if kill(arena.state, victim) is not None:
                return
            await asyncio.sleep(0.1)


class KillService(Fault):
    name = "kill -9 of a service"

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        self.what = dice.choice(services)

    async def inject(self, arena: Arena) -> None:
        await kill_9(arena, service(arena.running(), self.what))


class KillBroker(Fault):
    name = "kill -9 of the broker"

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        pass

    async def inject(self, arena: Arena) -> None:
        await kill_9(arena, broker(arena.running()))


class KillDatabase(Fault):
    name = "kill -9 of the database"

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        pass

    async def inject(self, arena: Arena) -> None:
        await kill_9(arena, database(arena.running()))


class KillTwo(Fault):
    name = "kill -9 of two at once"

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        self._chosen = dice.sample([*services, KAFKA, DATABASE], 2)
        self.what = " and ".join(self._chosen)

    async def inject(self, arena: Arena) -> None:
        servers = {KAFKA: broker, DATABASE: database}
        now = arena.running()
        await asyncio.gather(
            *(kill_9(arena, servers[name](now) if name in servers else service(now, name)) for name in self._chosen)
        )


class KillSupervisor(Fault):
    """Everything it started goes with it. Healed by starting it again on the same folder."""

    name = "kill -9 of the supervisor"
    lasts = (0, 3)
    joins = False

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        pass

    async def inject(self, arena: Arena) -> None:
        arena.stack.kill()

    async def heal(self, arena: Arena) -> None:
        arena.stack.start()


class RollingRestart(Fault):
    """Each service is told to end, and started again, one after the other."""

    name = "rolling restart"
    joins = False

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        self._order = dice.sample(services, len(services))
        self.what = ", ".join(self._order)

    async def inject(self, arena: Arena) -> None:
        for name in self._order:
            victim = service(arena.running(), name)
            pid = victim.find(arena.running())
            if pid is not None:
                os.kill(pid, signal.SIGTERM)
                await back(arena.state, victim, pid)


class Instances(Fault):
    """A second instance joins under load, and leaves again: told to, or killed."""

    name = "instance added and removed"
    lasts = (4, 10)

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        self._service = dice.choice(services)
        self._killed = dice.random() < 0.5
        self.what = f"{self._service}, {'killed' if self._killed else 'stopped'} in the end"

    async def inject(self, arena: Arena) -> None:
        self._instance = arena.plan.another(self._service)
        self._instance.start()

    async def heal(self, arena: Arena) -> None:
        if self._killed:
            self._instance.kill()
        else:
            await asyncio.to_thread(self._instance.stop, 15)


class Stop(Fault):
    """SIGSTOP, with a second instance there that is given its partitions meanwhile: it comes back as a zombie."""

    name = "SIGSTOP of a service"
    lasts = (8, 30)
    joins = False

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        self._service = dice.choice(services)
        self.what = f"{self._service} for {self.seconds:.0f} s"

    async def inject(self, arena: Arena) -> None:
        self._instance = arena.plan.another(self._service)
        self._instance.start()
        await asyncio.sleep(5)
        self._pid = arena.running().service(self._service).pid
        if self._pid is not None:
            os.kill(self._pid, signal.SIGSTOP)

    async def heal(self, arena: Arena) -> None:
        if self._pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGCONT)
        # Both write for a while, before the second one goes.
        await asyncio.sleep(1)
        await asyncio.to_thread(self._instance.stop, 15)


# -- network ------------------------------------------------------------------------------------------------------


class _OnTheNetwork(Fault):
    tool = "network"
    lasts = (3, 12)
    server: ClassVar[Server]

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        self._services = list(services) if dice.random() < 0.4 else [dice.choice(services)]
        self._streams = dice.choice(STREAMS)
        self.what = f"{'every service' if len(self._services) > 1 else self._services[0]}, {self.seconds:.0f} s"

    async def inject(self, arena: Arena) -> None:
        for name in self._services:
            self.spoil(arena, f"{name}-{self.server}")

    @abstractmethod
    def spoil(self, arena: Arena, proxy: str) -> None: ...

    async def heal(self, arena: Arena) -> None:
        arena.network.mend()


class _Cut(_OnTheNetwork):
    def spoil(self, arena: Arena, proxy: str) -> None:
        arena.network.cut(proxy)


class _Latency(_OnTheNetwork):
    def spoil(self, arena: Arena, proxy: str) -> None:
        arena.network.spoil(proxy, "latency", "downstream", latency=400, jitter=300)


class _SlowClose(_OnTheNetwork):
    """Connections end late: here all of them at once, so that there is something to close."""

    def spoil(self, arena: Arena, proxy: str) -> None:
        for stream in self._streams:
            arena.network.spoil(proxy, "slow_close", stream, delay=5_000)
            arena.network.spoil(proxy, "limit_data", stream, bytes=20_000)


class _HalfOpen(_OnTheNetwork):
    """Connections stay, and what is sent gets lost: requests, answers or both."""

    lasts = (5, 25)

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        super().draw(dice, services)
        lost = {1: "requests" if self._streams == STREAMS[0] else "answers", 2: "both ways"}[len(self._streams)]
        self.what += f", {lost} lost"

    def spoil(self, arena: Arena, proxy: str) -> None:
        for stream in self._streams:
            arena.network.spoil(proxy, "timeout", stream, timeout=0)


class CutFromBroker(_Cut):
    name, server = "network cut to the broker", KAFKA


class CutFromDatabase(_Cut):
    name, server = "network cut to the database", DATABASE


class BrokerFarAway(_Latency):
    name, server = "latency to the broker", KAFKA


class DatabaseFarAway(_Latency):
    name, server = "latency to the database", DATABASE


class BrokerClosesSlowly(_SlowClose):
    name, server = "slow close by the broker", KAFKA


class DatabaseClosesSlowly(_SlowClose):
    name, server = "slow close by the database", DATABASE


class BrokerHalfOpen(_HalfOpen):
    name, server = "half-open to the broker", KAFKA


class DatabaseHalfOpen(_HalfOpen):
    name, server = "half-open to the database", DATABASE


# -- disk, clock --------------------------------------------------------------------------------------------------


class FullDisk(Fault):
    """Nothing more can be written under the state folder, by anyone."""

    name = "full disk"
    tool = "disk"
    lasts = (3, 15)
    joins = False

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        self.what = f"{self.seconds:.0f} s"

    async def inject(self, arena: Arena) -> None:
        arena.fill_the_disk()

    async def heal(self, arena: Arena) -> None:
        arena.free_the_disk()


class ClockJump(Fault):
    """A process's wall clock jumps, stays wrong for a while, and jumps back."""

    name = "clock jump"
    tool = "clock"
    lasts = (5, 15)

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        everything = [*services, DATABASE]
        self._whose = everything if dice.random() < 0.3 else [dice.choice(everything)]
        self._by = dice.choice((-3_600, -300, -30, 30, 300, 3_600))
        whose = "everything" if len(self._whose) > 1 else self._whose[0]
        self.what = f"{whose}, {self._by:+d} s for {self.seconds:.0f} s"

    async def inject(self, arena: Arena) -> None:
        for name in self._whose:
            arena.plan.clock.set(name, self._by)

    async def heal(self, arena: Arena) -> None:
        for name in self._whose:
            arena.plan.clock.set(name, 0)
        # Until then it has not been noticed.
        await asyncio.sleep(1)


# -- national systems ---------------------------------------------------------------------------------------------


class _National(Fault):
    lasts = (3, 10)
    mode: ClassVar[str]
    delay: ClassVar[float] = 0

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        self._both = dice.random() < 0.5
        self._first = dice.random() < 0.5
        self.what = "both" if self._both else "one"

    async def inject(self, arena: Arena) -> None:
        nationals = [arena.nationals[country] for country in sorted(arena.nationals)]
        for url in nationals if self._both else nationals[:1] if self._first else nationals[-1:]:
            await self._tell(arena, url, self.mode)

    async def heal(self, arena: Arena) -> None:
        for url in arena.nationals.values():
            await self._tell(arena, url, "ok")

    async def _tell(self, arena: Arena, url: str, mode: str) -> None:
        """Insists: it may be on its way up."""
        async with asyncio.timeout(60):
            while True:
                with suppress(httpx.HTTPError):
                    body = {"mode": mode, "seconds": self.delay}
                    (await arena.client.put(f"{url}/control", json=body)).raise_for_status()
                    return
                await asyncio.sleep(0.2)


class NationalSlow(_National):
    name, mode, delay = "national system slow", "slow", 1.5


class NationalLate(_National):
    name, mode, delay = "national system answers after the timeout", "slow", 11.0
    lasts = (8, 16)


class NationalDown(_National):
    name, mode = "national system down", "down"


class NationalErrs(_National):
    name, mode = "national system answers 500", "error"


class NationalWrong(_National):
    name, mode = "national system answers with a page of HTML", "wrong"


class NationalTwice(_National):
    name, mode = "national system answers twice", "twice"


class NationalStray(_National):
    name, mode = "national system answers for something else", "stray"


class NationalDrops(_National):
    name, mode = "national system drops members of groups", "drop-members"


# -- input --------------------------------------------------------------------------------------------------------


class Doubled(Fault):
    """Each body is handed in twice at the same time, and older ones again."""

    name = "input doubled"
    lasts = (4, 8)

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        pass

    async def inject(self, arena: Arena) -> None:
        arena.load.doubled = True

    async def heal(self, arena: Arena) -> None:
        arena.load.doubled = False


class Reordered(Fault):
    """Each history is handed in from its end: all but its beginning is to be refused."""

    name = "input reordered"
    lasts = (4, 8)

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        pass

    async def inject(self, arena: Arena) -> None:
        arena.load.reordered = True

    async def heal(self, arena: Arena) -> None:
        arena.load.reordered = False


class Poisoned(Fault):
    """Records that nobody can take are written straight to the topics."""

    name = "poisoned records"
    joins = False

    def draw(self, dice: random.Random, services: Sequence[str]) -> None:
        self._copies = dice.randrange(1, 4)
        self.what = f"{self._copies} of each kind on every command topic"

    async def inject(self, arena: Arena) -> None:
        await arena.poison(self._copies)


REGISTRY: tuple[type[Fault], ...] = (
    KillService,
    KillBroker,
    KillDatabase,
    KillTwo,
    KillSupervisor,
    RollingRestart,
    Instances,
    Stop,
    CutFromBroker,
    CutFromDatabase,
    BrokerFarAway,
    DatabaseFarAway,
    BrokerClosesSlowly,
    DatabaseClosesSlowly,
    BrokerHalfOpen,
    DatabaseHalfOpen,
    FullDisk,
    ClockJump,
    NationalSlow,
    NationalLate,
    NationalDown,
    NationalErrs,
    NationalWrong,
    NationalTwice,
    NationalStray,
    NationalDrops,
    Doubled,
    Reordered,
    Poisoned,
)
"""Each as likely as the others."""

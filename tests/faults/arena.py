"""Where faults act: one stack under load, with everything at hand that can be broken in it, and a watch on it."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.demo.documents import FROM, TO
from deploy.local.state import RunningStack, State
from deploy.national.handing_in import Submitter
from deploy.reconciler.collect import texts_in
from deploy.reconciler.reconcile import DELIVERED
from shared.clock import FixedClock, rfc3339
from shared.messaging.envelope import Message
from shared.messaging.publisher import Outgoing, outgoing
from shared.security.keys import signing_key
from shared.security.tokens import Actor, Role, TokenIssuer
from tests.faults.load import Load
from tests.faults.stack import Plan, Stack
from tests.faults.tools import Network

LOOK = 0.25
"""Seconds between two looks at what national systems have received."""
PATIENCE = 240.0
"""Seconds that a submitter tries before it gives up, which is a failure."""


class Arena:
    """A running stack. `network` is there where the plan says so."""

    def __init__(self, plan: Plan, stack: Stack, client: httpx.AsyncClient, network: Network | None, seed: int) -> None:
        self.plan = plan
        self.stack = stack
        self.client = client
        self._network = network
        self.nationals = {country: place.url for country, place in self.running().nationals.items()}
        self._issued = _tokens(self.state)
        self.load = Load(self._submitter(FROM), seed=seed, patience=PATIENCE, other=self._submitter(TO))
        self.watch = Watch(client, self.nationals)
        self.poisoned: set[tuple[str, str]] = set()
        """Service and parked id of each record that is to be parked."""
        self._series = itertools.count()

    def _submitter(self, country: str) -> Submitter:
        return Submitter(self.client, self.running().bridges[country].url, lambda: self.token("submitter", country))

    @property
    def state(self) -> State:
        return self.plan.state

    @property
    def network(self) -> Network:
        if self._network is None:
            raise LookupError("this stack's network cannot be broken")
        return self._network

    def running(self) -> RunningStack:
        """What runs now."""
        return self.state.running()

    def token(self, role: Role, party: str | None) -> str:
        """A token for long, issued a while ago: no clock that jumps makes it invalid."""
        return self._issued.issue(Actor(sub=f"local-{role}", role=role, party=party), timedelta(hours=12))

    # -- disk -----------------------------------------------------------------------------------------------------

    def fill_the_disk(self) -> None:
        """Takes all that is left of it, while others take of it too."""
        place = os.statvfs(self.state.folder)
        taken, piece = 0, place.f_bavail * place.f_frsize
        with self._ballast.open("ab") as ballast:
            while piece >= place.f_frsize:
                try:
                    os.posix_fallocate(ballast.fileno(), taken, piece)
                except OSError:
                    piece //= 2
                else:
                    taken += piece

    def free_the_disk(self) -> None:
        self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        return self.state.folder / "ballast"

    # -- poison ---------------------------------------------------------------------------------------------------

    async def poison(self, copies: int) -> None:
        """Writes records that cannot be taken, `copies` of each kind, and remembers who is to park them.

        On each command topic all kinds; on event topics only what is no message, since unknown events are for others.
        """
        bootstrap = self.running().kafka.bootstrap_servers
        readers = await _readers(bootstrap)
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all")
        await producer.start()
        try:
            for topic, services in readers.items():
                for record in itertools.chain(*(self._poison(topic) for _ in range(copies))):
                    written = await producer.send_and_wait(
                        topic, key=record.key, value=record.value, headers=record.headers
                    )
                    parked_id = f"{topic}/{written.partition}/{written.offset}@{written.timestamp}"
                    self.poisoned |= {(service, parked_id) for service in services}
        finally:
            await producer.stop()

    def _poison(self, topic: str) -> list[Outgoing]:
        number = next(self._series)
        good = Message(
            id=str(uuid.uuid4()),
            source="/poison",
            type="NobodyKnowsThis",
            subject=f"poison/{number}",
            time=rfc3339(datetime.now(UTC)),
            data=b"{}",
        )
        record = outgoing(topic, good)
        bad: list[Outgoing] = [
            record._replace(key=f"{good.subject}/bare".encode(), headers=[]),
            record._replace(key=f"{good.subject}/null".encode(), value=None),
            record._replace(key=b"\xff\xfe" + str(number).encode()),
            record._replace(key=f"{good.subject}/text".encode(), headers=[*record.headers, ("ce_actor", b"\xff")]),
            record._replace(
                key=f"{good.subject}/header".encode(),
                headers=[*record.headers, ("ce_actor", None)],  # type: ignore[list-item]
            ),
        ]
        return [*bad, record] if topic.endswith(".commands.v1") else bad


class Watch:
    """What the national systems have received, as it comes in, by a clock that does not jump."""

    def __init__(self, client: httpx.AsyncClient, nationals: Mapping[str, str]) -> None:
        self._client = client
        self._nationals = nationals
        self._seen = dict.fromkeys(nationals, 0)
        self._confirmed: set[str] = set()
        self.arrivals: list[tuple[float, str, int]] = []
        """When how many had come in at whom."""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            for country, url in self._nationals.items():
                try:
                    answer = await self._client.get(f"{url}/received", params={"after": self._seen[country]})
                    page = answer.raise_for_status().json()
                except httpx.HTTPError:
                    # It may be down: that is what this is about.
                    continue
                if page["items"]:
                    self._seen[country] = page["items"][-1]["number"]
                    self.arrivals.append((time.monotonic(), country, len(page["items"])))
                if country == FROM:
                    for item in page["items"]:
                        if item["delivery"]["type"] == DELIVERED:
                            self._confirmed.update(texts_in(item["delivery"]["document"]))
            await asyncio.sleep(LOOK)

    async def confirmed(self, message_id: str, seconds: float) -> bool:
        """Whether within these seconds its sender's national system knows that it was delivered."""
        until = time.monotonic() + seconds
        while message_id not in self._confirmed:
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.05)
        return True


def _tokens(state: State) -> TokenIssuer:
    return TokenIssuer(signing_key(state.issuer_private), FixedClock(datetime.now(UTC) - timedelta(hours=2)))


async def _readers(bootstrap: str) -> Mapping[str, set[str]]:
    """Which services read which command or event topic, by the consumer groups: `<service>`, or `<service>.<topic>`."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        groups = [group for group, *_ in await admin.list_consumer_groups()]
        topics = {topic for topic in await admin.list_topics() if topic.endswith((".commands.v1", ".events.v1"))}
    finally:
        await admin.close()
    found: dict[str, set[str]] = {}
    for group in groups:
        service, _, followed = group.partition(".")
        topic = followed or f"{service}.commands.v1"
        if topic in topics:
            found.setdefault(topic, set()).add(service)
    return found

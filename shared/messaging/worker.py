"""Intents at work: what decisions want done outside is claimed, acted on and reported back as a command.

A decision never delivers, calls or waits. A worker takes due intents by lease, in groups to one addressee, oldest
first and one a stream, so that order holds; the lease's attempt number tells a late report from the present one. An
addressee that fails is left alone for a while, without holding up any other.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import orjson

from shared.clock import Clock, rfc3339
from shared.contracts.base import Contract
from shared.messaging.decider import Due, IntentHandler
from shared.messaging.envelope import Message, derived_id
from shared.messaging.publisher import BrokerUnavailable, Publisher
from shared.messaging.retrying import count_retry
from shared.messaging.stream import addressee_of, kind_of
from shared.store.base import Claims, Document, StoreUnavailable, Streams, holds
from shared.telemetry.logs import get_logger
from shared.telemetry.metrics import INTENT_LATENESS, INTENTS, INTENTS_DUE
from shared.telemetry.spans import Span, Spans

log = get_logger(__name__)

GROUP = 500
LEASE = timedelta(seconds=20)
"""How long a claim holds: what a killed worker had in work is taken up by another after that."""
HANDLER_TIMEOUT = 15.0
"""Seconds; well within the lease, so that a group is not acted on twice at once."""
POLL = 0.5
"""Seconds between looks at the clock when nothing is said to be due."""
LONGEST_PAUSE = 30.0
"""Seconds between attempts at an addressee that keeps failing."""


class Worker:
    """Acts on the due intents of one service. Several may run, here and in other instances."""

    def __init__(
        self,
        service: str,
        handlers: Mapping[str, IntentHandler],
        *,
        streams: Streams,
        claims: Claims,
        publisher: Publisher,
        spans: Spans,
        clock: Clock,
    ) -> None:
        self._service = service
        self._handlers = handlers
        self._streams = streams
        self._claims = claims
        self._publisher = publisher
        self._spans = spans
        self._clock = clock
        self._name = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        self._wake = asyncio.Event()
        self._closed: list[str] = []
        # Intents of ours in work or reported, until their lease would run out: not to be claimed again meanwhile.
        self._held: dict[str, datetime] = {}
        self._busy: set[str] = set()
        self._failures: defaultdict[str, int] = defaultdict(int)
        self._paused: dict[str, datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # Since when the oldest of what is due to each place is, as it was last read.
        self._oldest: dict[str, datetime] = {}

    def notice(self, opened: bool, closed: Sequence[str]) -> None:
        """Told by the processor: whether intents were opened, and which were closed."""
        self._closed += closed
        if opened:
            self._wake.set()

    async def run(self) -> None:
        """Works until cancelled; what is in work then is finished by whoever takes the lease later."""
        try:
            while True:
                try:
                    found = await self._round()
                except (StoreUnavailable, BrokerUnavailable) as error:
                    log.warning("intents wait", error=str(error))
                    count_retry(self._service, error)
                    found = False
                if not found:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(POLL):
                            await self._wake.wait()
                self._wake.clear()
        finally:
            for task in self._tasks:
                task.cancel()

    async def _round(self) -> bool:
        """Claims what is due and sets it to work; says whether there was anything."""
        now = await self._claims.now()
        closed, self._closed = self._closed, []
        for intent in closed:
            self._held.pop(intent, None)
        await self._claims.forget(closed)
        self._held = {intent: until for intent, until in self._held.items() if holds(until, now)}
        moment, found = max(now, self._clock.now()), False
        owed = [place for place, due in (await self._streams.places()).items() if due <= now]
        self._oldest = {place: since for place, since in self._oldest.items() if place in owed}
        for kind in self._handlers:
            if not any(kind_of(place) == kind for place in owed):
                INTENTS_DUE.labels(self._service, kind).set(0)
        for place in owed:
            # What one addressee is owed is not even read while it is left alone or busy, however much it is.
            if place in self._busy or (place in self._paused and holds(self._paused[place], now)):
                continue
            members = []
            documents = await self._streams.due(place, moment, GROUP + len(self._held))
            INTENTS_DUE.labels(self._service, kind_of(place)).set(len(documents))
            for document in documents:
                # The oldest to each addressee only: its followers wait for its result.
                intent = next(one for one in document["intents"] if one["addressee"] == addressee_of(place))
                lease = f"{document['_id']}#{intent['id']}"
                if kind_of(place) == intent["kind"] and intent["due"] <= now and lease not in self._held:
                    members.append((document["_id"], intent))
            if documents:
                intents = [intent for document in documents for intent in document["intents"]]
                self._oldest[place] = min(intent["since"] for intent in intents)
            if members:
                await self._claim(place, members[:GROUP], now)
                found = True
        return found

    def lateness(self, kind: str) -> float:
        """Seconds by which the oldest unsettled intent of a kind is late, as of the last look; 0 without one."""
        since = min((since for place, since in self._oldest.items() if kind_of(place) == kind), default=None)
        return 0.0 if since is None else max(0.0, (self._clock.now() - since).total_seconds())

    async def _claim(self, place: str, members: Sequence[tuple[str, Document]], now: datetime) -> None:
        leases = {f"{stream}#{intent['id']}": (stream, intent) for stream, intent in members}
        taken = await self._claims.claim(list(leases), self._name, now, now + LEASE)
        # Those that another worker holds are looked at again when its lease has run out.
        self._held.update((lease, now + LEASE) for lease in leases)
        if not taken:
            return
        due = []
        lateness = INTENT_LATENESS.labels(self._service, kind_of(place))
        for lease, attempt in taken.items():
            stream, intent = leases[lease]
            lateness.observe(max(0.0, (now - intent["since"]).total_seconds()))
            message = Message(**{"data": b"", **intent["message"]})
            kind, addressee = intent["kind"], intent["addressee"]
            data = orjson.loads(intent["data"])
            due.append(Due(stream, intent["id"], kind, addressee, attempt, intent["since"], data, message))
        self._busy.add(place)
        task = asyncio.create_task(self._act(place, due))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _act(self, place: str, due: Sequence[Due]) -> None:
        """One group to one addressee: act, report what is done, let go of what is not."""
        open_leases = {f"{member.stream}#{member.id}" for member in due}
        try:
            spans = {member.stream: self._begin(member) for member in due}
            due = [replace(member, message=_continued(member, spans[member.stream])) for member in due]
            failure = ""
            try:
                async with asyncio.timeout(HANDLER_TIMEOUT):
                    results = await self._handlers[kind_of(place)](due)
            except Exception as error:
                log.warning(
                    "intents failed",
                    kind=kind_of(place),
                    addressee=addressee_of(place),
                    members=len(due),
                    error=repr(error),
                )
                results, failure = [], f"{type(error).__name__}: {error}"
            commands = []
            details = {result.due.stream: result.detail for result in results}
            for result in results:
                if result.command is not None:
                    spans.pop(result.due.stream).end()
                    commands.append(self._report(result.due, result.command))
                    open_leases.discard(f"{result.due.stream}#{result.due.id}")
            for stream, span in spans.items():
                span.end(error=details.get(stream) or failure or "no result")
            self._spans.flush()
            INTENTS.labels(self._service, kind_of(place), "done").inc(len(commands))
            INTENTS.labels(self._service, kind_of(place), "failed" if failure else "retry").inc(len(open_leases))
            await self._insist(commands)
            await self._let_go(place, open_leases, moved=bool(commands))
        except (StoreUnavailable, BrokerUnavailable) as error:
            # The leases run out by themselves, and the same is done again under the same ids.
            log.warning("intents wait", kind=kind_of(place), addressee=addressee_of(place), error=str(error))
            count_retry(self._service, error)
        finally:
            self._busy.discard(place)
            self._wake.set()

    def _begin(self, member: Due) -> Span:
        attributes: dict[str, str | int | bool] = {
            "kakehashi.intent": member.id,
            "kakehashi.attempt": member.attempt,
            "kakehashi.addressee": member.addressee,
        }
        span = self._spans.start(f"act on {member.kind}", "client", member.message.traceparent, attributes)
        span.announce()
        return span

    def _report(self, member: Due, command: Contract) -> Message:
        """A handler's result as a command to the stream. It has no sequence: a closed intent's report is ignored."""
        return member.message._replace(
            id=derived_id(f"{member.stream}#{member.id}", f"{member.attempt}#{self._name}"),
            source=f"/{self._service}/worker",
            type=type(command).__name__,
            subject=member.stream,
            time=rfc3339(self._clock.now()),
            data=command.model_dump_json().encode(),
            sequence=None,
        )

    async def _insist(self, commands: Sequence[Message]) -> None:
        """Publishes the reports, trying again within the lease: what is done should not be done again for nothing."""
        for pause in (0.2, 0.5, 1.0, 2.0, None):
            try:
                await self._publisher.publish(f"{self._service}.commands.v1", commands)
            except BrokerUnavailable:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return

    async def _let_go(self, place: str, leases: set[str], *, moved: bool) -> None:
        if not leases:
            self._failures.pop(place, None)
            self._paused.pop(place, None)
            return
        self._failures[place] = 0 if moved else self._failures[place] + 1
        pause = timedelta(seconds=min(LONGEST_PAUSE, 0.25 * 2 ** min(self._failures[place], 10)))
        now = await self._claims.now()
        if not moved:
            self._paused[place] = now + pause
        await self._claims.release(list(leases), self._name, now + pause)
        for lease in leases:
            self._held[lease] = now + pause


def _continued(member: Due, span: Span) -> Message:
    """The intent's message with the attempt's span as the parent of what follows."""
    return member.message._replace(traceparent=span.traceparent)

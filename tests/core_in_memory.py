"""The core's services in memory: what one is asked, what it decides, what the others make of it, up to what is public.

The rules and reactions are those that the services run with, whatever matters they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from shared.bridge.kit import REGISTRY_COMMANDS, Matter
from shared.bridge.sealing import sealed_command
from shared.cases.rules import DEADLINE
from shared.clock import FixedClock, rfc3339
from shared.contracts.base import Contract
from shared.contracts.case import AGREEMENT, ReportDeadline
from shared.contracts.support_organization import register_stream_of
from shared.messaging.decider import Context, Intent, Refusal
from shared.messaging.envelope import Message
from shared.service import Service
from shared.store.memory import MemoryStreams
from tests import support_organization_builders as support
from tests.bridge_builders import AGREEMENTS, fixture, public_keys
from tests.case_builders import NOW
from tests.stated_matters import STATED

CORE: Final = ("registry", "reporting", "inquiry", "publication")
AUGUST, LATER = date(2026, 8, 10), date(2026, 8, 20)


@dataclass(frozen=True, slots=True)
class Handed:
    """A command as a bridge sends it."""

    topic: str
    message: Message
    data: Contract


class Asked(NamedTuple):
    """What the clock was asked: whose topic it reports to, under what envelope, and when."""

    topic: str
    message: Message
    intent: Intent


@dataclass(slots=True)
class Core:
    """Everything that its services hold after what they took."""

    states: dict[str, BaseModel] = field(default_factory=dict)
    public: dict[str, bytes] = field(default_factory=dict)
    """What the compacted topics hold, by key."""
    made_public: dict[type[Contract], set[type[Contract]]] = field(default_factory=dict)
    """By command, the events of the class `public` that came of it."""
    asked: dict[tuple[str, str], Asked] = field(default_factory=dict)
    """What the clock was asked and has still to report, by stream and id, in the order asked."""
    refused: list[Refusal] = field(default_factory=list)
    """In the order refused."""

    def take(self, handed: Handed) -> bool:
        """Whether it is not refused; then all that follows from it is done too."""
        topic, message = handed.topic, handed.message
        service = SERVICES[topic.partition(".")[0]]
        kind = message.subject.partition("/")[0]
        decider = next(one for one in service.deciders if one.kind == kind)
        state = self.states.get(message.subject) or decider.initial(message.subject)
        moment = datetime.fromisoformat(message.time)
        decided = decider.decide(state, handed.data, Context(message, moment))
        if isinstance(decided, Refusal):
            self.refused.append(decided)
            return False
        opened = dict[tuple[str, str], Asked]()
        for intent in decided.intents:
            if intent.kind == DEADLINE:
                opened[message.subject, intent.id] = Asked(topic, message, intent)
        for closed in decided.closes:
            self.asked.pop((message.subject, closed), None)
        self.asked |= opened
        for event in decided.events:
            state = decider.evolve(state, event)
        self.states[message.subject] = state
        if decider.compacted is not None:
            record = decider.compacted.record(state)
            assert record is not None
            self.public[message.subject] = record.model_dump_json().encode()
        for event in decided.events:
            self._follow(handed, service, event, decided.classification or message.classification)
        return True

    def _follow(self, handed: Handed, service: Service, event: Contract, classification: str) -> None:
        if classification == "public":
            self.made_public.setdefault(type(handed.data), set()).add(type(event))
        about = handed.message._replace(type=type(event).__name__, classification=classification)
        for reactor in (one for each in SERVICES.values() for one in each.reactors):
            if reactor.topic != f"{service.name}.events.v1" or about.type not in reactor.events:
                continue
            for command in reactor.react(event, about):
                envelope = about._replace(
                    type=type(command.data).__name__,
                    subject=command.subject,
                    classification=command.classification or classification,
                )
                self.take(Handed(command.topic, envelope, command.data))

    def let_the_clock_speak(self) -> None:
        """Of all that it was asked, and of what it is asked in consequence, once each."""
        told: set[tuple[str, str]] = set()
        while waiting := self.asked.keys() - told:
            stream, intent_id = min(waiting)
            told.add((stream, intent_id))
            topic, message, _ = self.asked[stream, intent_id]
            report = ReportDeadline(intent_id=intent_id, attempt=1, reached_at=datetime.fromisoformat(message.time))
            self.take(Handed(topic, message._replace(type="ReportDeadline"), report))


def _services() -> dict[str, Service]:
    settings = SimpleNamespace(public_url="http://public.test", kafka_bootstrap_servers="")
    runtime: Any = SimpleNamespace(
        settings=settings,
        clock=FixedClock(NOW),
        streams=MemoryStreams(),
        publisher=None,
        agreements=AGREEMENTS,
        state=None,
    )
    return {name: import_module(f"services.{name}.app").build(runtime) for name in CORE}


SERVICES: Final = _services()


def handed_in() -> Sequence[Handed]:
    """One of each message that the countries hand in, as their bridges send it on; what follows from editions; and each
    kind of case made of statements on every way that it may go.
    """
    found: list[tuple[str, Matter]] = []
    for country in AGREEMENTS.countries:
        bridge = import_module(f"services.bridge_{country}.app").BRIDGE
        for kind, inward in bridge.inward.items():
            matter = inward(fixture(country, kind)).matter
            assert matter is not None, kind
            found.append((country, matter))
    of_an_edition = [
        support.register(),
        support.suspend(),
        support.resume(),
        support.amend(AUGUST),
        support.remove(LATER),
    ]
    found += [("jp", Matter(one, REGISTRY_COMMANDS, support.STREAM, "kg")) for one in of_an_edition]
    register = register_stream_of("jp")
    found.append(("jp", Matter(support.edition(LATER, "19登-000009"), REGISTRY_COMMANDS, register, "kg")))
    for stated in STATED:
        for status, way in stated.ways.items():
            stream = stated.cases.stream(AGREEMENT, "kg", status)
            for statement, by in map(stated.statement, way):
                command = stated.command(statement.command).model_copy(update={"number": status})
                other = {"kg": "jp", "jp": "kg"}[by]
                found.append((by, Matter(command, stated.cases.commands_topic, stream, other)))
    return [_sent(number, country, matter) for number, (country, matter) in enumerate(found)]


def _sent(number: int, country: str, matter: Matter) -> Handed:
    agreement = AGREEMENTS.between(country, matter.destination)
    assert agreement is not None
    command = sealed_command(matter.command, matter.protected, matter.destination, public_keys)
    message = Message(
        id=f"receipt-{number}",
        source=f"/bridge-{country}/ledger",
        type=type(command).__name__,
        subject=matter.subject.replace(AGREEMENT, agreement.id, 1),
        time=rfc3339(NOW + timedelta(seconds=number)),
        data=b"",
        sequence=number + 1,
        agreement=agreement.id,
        originator=country,
        addressee=matter.destination,
        classification=matter.classification,
        correlationid=f"receipt-{number}",
    )
    return Handed(matter.topic, message, command)


def in_an_order_that_is_taken(every: Sequence[Handed]) -> Sequence[Handed]:
    """As many of them as the rules take in any order that can be found by trying again what was refused; then those
    that are refused all the same.
    """
    core, order, waiting = Core(), list[Handed](), list(every)
    while taken := [one for one in waiting if core.take(one)]:
        order += taken
        waiting = [one for one in waiting if one not in taken]
    return [*order, *waiting]


def after(run: Sequence[Handed]) -> Core:
    """All that follows from these messages, what the clock says in the end included."""
    core = Core()
    for handed in run:
        core.take(handed)
    core.let_the_clock_speak()
    return core

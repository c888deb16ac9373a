"""A small service for the kernel's tests: counters that can be added to, with a rule to refuse and one to fail."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count
from typing import Any, NamedTuple

from pydantic import BaseModel

from shared.contracts.base import Contract
from shared.messaging.decider import Context, Decided, Decider, Intent, Refusal
from shared.messaging.envelope import Message


class Add(Contract):
    """Adds `amount`; a negative one is refused, as is anything to a closed counter; 13 trips the rule."""

    amount: int
    padding: str = ""


class Remind(Contract):
    """Asks for something to be done outside, `seconds` from now."""

    seconds: int = 0


class Reminded(Contract):
    """It was done."""

    intent_id: str
    attempt: int


class Added(Contract):
    amount: int
    padding: str = ""


class Done(Contract):
    intent_id: str


class Counter(BaseModel):
    """What has been added."""

    total: int = 0
    amounts: list[int] = []
    padding: str = ""
    open: tuple[str, ...] = ()


def decide(state: Counter, command: Contract, context: Context) -> Decided | Refusal:
    if isinstance(command, Remind):
        intent = Intent(
            f"remind-{len(state.open)}",
            "remind",
            "outside",
            context.now + timedelta(seconds=command.seconds),
            Reminded(intent_id="", attempt=0),
        )
        return Decided([Added(amount=0)], intents=[intent])
    if isinstance(command, Reminded):
        return Decided([Done(intent_id=command.intent_id)], closes=[command.intent_id])
    assert isinstance(command, Add)
    if command.amount == 13:
        raise ArithmeticError("thirteen")
    if command.amount < 0 and state.total == 0:
        return Refusal("not-accredited", "There is nothing to take from.", clause="M7.4", state="empty")
    return Decided([Added(amount=command.amount, padding=command.padding)])


def evolve(state: Counter, event: Contract) -> Counter:
    if not isinstance(event, Added):
        return state
    return Counter(
        total=state.total + event.amount,
        amounts=[*state.amounts, event.amount][-100:],
        padding=state.padding + event.padding,
    )


def counter(rule: Any = decide) -> Decider[Counter]:
    commands: dict[str, type[Contract]] = {"Add": Add, "Remind": Remind, "Reminded": Reminded}
    return Decider("counter", Counter, commands, lambda _: Counter(), rule, evolve)


class FakeRecord(NamedTuple):
    topic: str
    partition: int
    offset: int
    key: Any
    value: Any
    headers: Sequence[tuple[str, Any]]
    timestamp: int = 0


def command(stream: str, sequence: int | None, amount: int = 1, **envelope: Any) -> Message:
    """An Add for `counter/<stream>` from the ledger of a bridge."""
    data = envelope.pop("data", Add(amount=amount))
    return Message(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{stream}/{sequence}/{envelope.get('source')}")),
        source=envelope.pop("source", "/bridge-xx/ledger"),
        type=type(data).__name__,
        subject=f"counter/{stream}",
        time="2026-01-15T09:00:00.000000Z",
        data=data.model_dump_json().encode(),
        sequence=sequence,
        **{"agreement": "xx-yy", "originator": "xx", "correlationid": f"receipt-{sequence}", **envelope},
    )


class Topic:
    """Gives records their places in a partition of a command topic."""

    def __init__(self, topic: str = "counting.commands.v1", partition: int = 0) -> None:
        self.topic, self.partition = topic, partition
        self._offsets: Iterator[int] = count()

    def skip(self, offsets: int) -> None:
        """Goes on that much further."""
        for _ in range(offsets):
            next(self._offsets)

    def record(self, message: Message) -> FakeRecord:
        headers = [(name, value.encode()) for name, value in message.headers()]
        return self.raw(message.subject.encode(), message.data, headers)

    def raw(self, key: Any, value: Any, headers: Sequence[tuple[str, Any]]) -> FakeRecord:
        return FakeRecord(self.topic, self.partition, next(self._offsets), key, value, headers)

    def records(self, *messages: Message) -> list[FakeRecord]:
        return [self.record(message) for message in messages]

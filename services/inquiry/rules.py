"""Rules that the matters of inquiry share. Pure. `clause` is the matter's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from shared.cases.rules import sent_at
from shared.contracts.base import Contract
from shared.messaging.decider import Context, Decided, Intent, Refusal


def confidential(event: Contract, *, closes: Iterable[str] = (), intents: Iterable[Intent] = ()) -> Decided:
    """M3b: what is said of a person is for those two governments alone who need it."""
    return Decided(events=[event], closes=tuple(closes), intents=list(intents), classification="confidential")


def not_in(status: str, clause: str, *statuses: str) -> Refusal | None:
    """What is said in a case fits how far it has come."""
    if status == "unknown":
        return Refusal("no-such-case", "Nothing is recorded of this case.", clause=clause, state=status)
    if status in statuses:
        return None
    return Refusal("wrong-state", f"The case is {status}.", clause=clause, state=status)


def not_yet(day: date, zone: ZoneInfo, context: Context, pointer: str, clause: str) -> Refusal | None:
    """What has happened is told on its day or later, by the calendar of the side where it happened."""
    if day <= sent_at(context).astimezone(zone).date():
        return None
    return Refusal("dates-reversed", "It was told before it happened.", clause=clause, pointer=pointer)

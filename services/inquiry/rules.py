"""Rules that the matters of inquiry share. Pure. `clause` is the matter's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from shared.cases.rules import LAST_DAY
from shared.contracts.base import Contract
from shared.messaging.decider import Decided, Intent, Refusal


def official(event: Contract, *, closes: Iterable[str] = (), intents: Iterable[Intent] = ()) -> Decided:
    """M3b: what two governments tell each other is for the two of them; public never."""
    return Decided(events=[event], closes=tuple(closes), intents=list(intents), classification="official")


def missing(detail: str, pointer: str, clause: str) -> Refusal:
    """Something is needed there."""
    return Refusal("missing-field", detail, clause=clause, pointer=pointer)


def no_such_day(day: date, pointer: str, clause: str) -> Refusal | None:
    """A day after which there is another: deadlines begin with it."""
    if day < LAST_DAY:
        return None
    return Refusal("no-such-date", f"{day} is no day to do anything by.", clause=clause, pointer=pointer)


def said(text: dict[str, str]) -> bool:
    """Whether a text by language tag says anything."""
    return any(each.strip() for each in text.values())

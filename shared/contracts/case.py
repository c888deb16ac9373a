"""What all cases between two countries have in common: their streams, what is attached, who has received what.

A case belongs to an agreement, and its stream carries that in its id: `<kind>/<agreement>/<case>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from shared.contracts.base import Contract
from shared.errors import Problem, problem

AGREEMENT: Final = "{agreement}"
"""Stands in a stream id for the agreement's, as long as the bridge that sends has not looked up which one it is."""

Party = Annotated[str, "party"]
"""A party to the agreement: ISO 3166-1 alpha-2, lower case; national documents have it in capitals."""
Digest = Annotated[str, "digest"]
"""`sha-256:` and 64 hexadecimal digits."""


class Attachment(Contract):
    """A document that is not in the message itself: known by its digest."""

    title: str
    digest: str
    """`sha-256:` and 64 hexadecimal digits, of its bytes."""
    media_type: str
    size: int
    """In bytes."""


class InCase(Contract):
    """Something said in a case, which these two members name."""

    country: str
    """That opened the case: ISO 3166-1 alpha-2, lower case."""
    number: str
    """Its own number there."""


class Sharing(Contract):
    """Something of a case goes over to the other side. In events."""

    receipt_id: str
    """Under which the sharing side's bridge accepted it."""
    shared_at: datetime
    """When that bridge accepted it."""
    recorded_at: datetime


class RecordCaseDelivery(Contract):
    """What the other side's bridge reports of an event of this case: the receipt it got, or why there is none."""

    receipt_id: str
    """Under which the sender's bridge accepted the message that led to the event."""
    event_type: str
    country: str
    """Whose national system it is."""
    receipt_number: str | None = None
    received_at: datetime | None = None
    """When the national system received it; set where there is a receipt."""
    problem: Problem | None = None


class CaseMessageDelivered(Contract):
    """The other side's national system has received an event of this case."""

    receipt_id: str
    event_type: str
    country: str
    receipt_number: str
    received_at: datetime
    recorded_at: datetime


class CaseMessageUndelivered(Contract):
    """An event of this case did not reach the other side's national system, and why."""

    receipt_id: str
    event_type: str
    country: str
    problem: Problem
    recorded_at: datetime


class Deadline(Contract):
    """What the clock is to report: the day by which something is wished, or the day before it to remind."""

    moment: datetime


class ReportDeadline(Contract):
    """The clock's report that a deadline's moment has come."""

    intent_id: str
    attempt: int
    reached_at: datetime


def stream_of(kind: str, agreement: str, country: str, number: str) -> str:
    """The stream of a case. The number is that country's own, so both sides may use the same one."""
    return f"{kind}/{agreement}/{case_of(country, number)}"


def case_of(country: str, number: str) -> str:
    """The id of a case within its agreement, from the country that opened it and its number there."""
    return f"{country}-{number}"


def country_of(case: str) -> str:
    """The country that opened a case, from its id."""
    return case.partition("-")[0]


def number_of(case: str) -> str:
    """Its number there, likewise."""
    return case.partition("-")[2]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a side may say in a case: the command it hands in, and the event that the other side is given of it."""

    command: type[InCase]
    event: type[InCase]
    """Has every member of the command, and those of `Sharing`."""
    by: Literal["opener", "other", "either"]
    """Who may say it: the side that opened the case, the other one, or both; then the event says who, in `by`."""
    ends: bool = False
    """Of what the opener says: whether it may also be said after the agreement has ended (M10a), because it brings the
    case to its end and shares nothing new, or because secrecy goes on (M3b). What the other side says may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKind:
    """All that is said in cases of one kind: what bridges translate, the owner decides and deliveries are told of."""

    kind: str
    commands_topic: str
    """The owner's."""
    statements: tuple[Statement, ...]
    by_the_clock: tuple[type[InCase], ...] = ()
    """Events that nobody has said: a deadline is near or over."""
    to_both_sides: tuple[type[InCase], ...] = ()
    """Of these, what both sides are told."""
    opened_by_the_clock: tuple[type[InCase], ...] = ()
    """Of these, what opens a case, and so is not said any more when the agreement has ended (M10a)."""
    classification: Literal["official", "confidential"] = "official"
    sealed: Mapping[str, type[Contract]] = field(default_factory=dict)
    """By `Sealed` member of commands and events: what is inside."""

    @property
    def commands(self) -> tuple[type[InCase], ...]:
        """That sides hand in."""
        return tuple(one.command for one in self.statements)

    @property
    def shared(self) -> tuple[type[InCase], ...]:
        """Events of which the case is told when the other side's national system received them."""
        return tuple(one.event for one in self.statements)

    @property
    def events(self) -> tuple[type[InCase], ...]:
        """All that a bridge may have to deliver."""
        return (*self.shared, *self.by_the_clock)

    @property
    def after_the_end(self) -> tuple[Statement, ...]:
        """M10a: statements by which an open case can be closed once the agreement has ended."""
        return tuple(one for one in self.statements if one.ends or one.by != "opener")

    def said(self, command: type[Contract]) -> Statement:
        """What the command is. Raises KeyError for one of another kind of case."""
        for one in self.statements:
            if one.command is command:
                return one
        raise KeyError(command.__name__)

    def stream(self, agreement: str, country: str, number: str) -> str:
        """The stream of a case."""
        return stream_of(self.kind, agreement, country, number)


# -- examples -----------------------------------------------------------------------------------------------------

_ABOUT = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "event_type": "NoticeSubmitted", "country": "xb"}
_RECEIPT = {"receipt_number": "XB-000417", "received_at": datetime(2026, 1, 6, 9, 0, 4, tzinfo=UTC)}
_REFUSED = problem("refused-by-national-system", "The national system does not know the field.")
_RECORDED_AT = datetime(2026, 1, 6, 9, 0, 6, tzinfo=UTC)

EXAMPLES: tuple[Contract, ...] = (
    RecordCaseDelivery(**_ABOUT, **_RECEIPT),
    ReportDeadline(intent_id="overdue", attempt=1, reached_at=datetime(2026, 2, 13, 15, 0, tzinfo=UTC)),
    CaseMessageDelivered(**_ABOUT, **_RECEIPT, recorded_at=_RECORDED_AT),
    CaseMessageUndelivered(**_ABOUT, problem=_REFUSED, recorded_at=_RECORDED_AT),
)
"""One of each command and event."""

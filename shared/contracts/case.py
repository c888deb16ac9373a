"""What all cases between two countries have in common: their streams, what is attached, who has received what.

A case belongs to an agreement, and its stream carries that in its id: `<kind>/<agreement>/<case>`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from shared.contracts.base import Contract
from shared.errors import Problem

AGREEMENT: Final = "{agreement}"
"""Stands in a stream id for the agreement's, as long as the bridge that sends has not looked up which one it is."""


class Attachment(Contract):
    """A document that is not in the message itself: known by its digest."""

    title: str
    digest: str
    """`sha-256:` and 64 hexadecimal digits, of its bytes."""
    media_type: str
    size: int
    """In bytes."""


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

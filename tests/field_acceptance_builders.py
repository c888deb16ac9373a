"""Builders for acceptance by field, as the registry gets it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.registry.field_acceptance.decisions import decide
from services.registry.field_acceptance.model import FieldAcceptanceRecord, evolve
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.field_acceptance import (
    FieldSuspension,
    ResumeFieldAcceptance,
    Resumption,
    SuspendFieldAcceptance,
    Withdrawal,
    WithdrawFieldSuspension,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Refusal
from shared.messaging.envelope import Message

FIELD = "food-service"
STREAM = stream_of("jp", FIELD)
NOW = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
WITHDRAWN, SUSPENDED, RESUMED = date(2026, 3, 20), date(2026, 4, 1), date(2026, 10, 1)


def suspension(on: date = SUSPENDED, **changes: Any) -> FieldSuspension:
    facts: dict[str, Any] = {
        "country": "jp",
        "field": FIELD,
        "suspended_from": on,
        "articles": ("出入国管理及び難民認定法第7条の2第3項",),
        "ground": {"ja": "必要とされる人材が確保されたため。"},
    }
    return FieldSuspension(**facts | changes)


def suspend(on: date = SUSPENDED, **changes: Any) -> SuspendFieldAcceptance:
    return SuspendFieldAcceptance(suspension=suspension(on, **changes))


def resume(on: date = RESUMED, *, field: str = FIELD, **changes: Any) -> ResumeFieldAcceptance:
    facts: dict[str, Any] = {"resumed_on": on, "ground": {"ja": "再び人材が不足しているため。"}}
    return ResumeFieldAcceptance(country="jp", field=field, resumption=Resumption(**facts | changes))


def withdraw(
    on: date = WITHDRAWN, *, first: date = SUSPENDED, field: str = FIELD, **changes: Any
) -> WithdrawFieldSuspension:
    facts: dict[str, Any] = {"withdrawn_on": on, "ground": {"ja": "人材の確保の見込みが変わったため。"}}
    return WithdrawFieldSuspension(
        country="jp", field=field, suspended_from=first, withdrawal=Withdrawal(**facts | changes)
    )


def context(now: datetime = NOW, **envelope: Any) -> Context:
    """Of a command that the country which accepts workers sends the other side."""
    attributes: dict[str, Any] = {
        "id": "5b0c1f0e-0000-4000-8000-000000000004",
        "source": "/bridge-jp/ledger",
        "type": "SuspendFieldAcceptance",
        "subject": STREAM,
        "time": rfc3339(now),
        "data": b"{}",
        "agreement": "jp-kg",
        "originator": "jp",
        "addressee": "kg",
    }
    return Context(Message(**attributes | envelope), now)


def told(state: FieldAcceptanceRecord, decided: Decided | Refusal) -> FieldAcceptanceRecord:
    """The state after a decision: a refusal leaves it as it is."""
    for event in decided.events if isinstance(decided, Decided) else ():
        state = evolve(state, event)
    return state


def record_after(*commands: Contract, now: datetime = NOW) -> FieldAcceptanceRecord:
    """The record of a field that these commands were taken for, in this order. Fails where one is refused."""
    state = FieldAcceptanceRecord()
    for command in commands:
        decided = decide(state, command, context(now))
        assert isinstance(decided, Decided), decided
        state = told(state, decided)
    return state

"""Builders for tests and their sessions, as the registry gets them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.registry.test_catalogue.decisions import decide
from services.registry.test_catalogue.model import TestRecord, evolve
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.test_catalogue import (
    AnnounceTestSession,
    Cancellation,
    CancelTestSession,
    ChangeTestSession,
    ListedTest,
    ListTest,
    Session,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Refusal
from shared.messaging.envelope import Message

NUMBER, SESSION = "SSW-FS-1", "2026-05-BSH-01"
STREAM = stream_of("jp", NUMBER)
NOW = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


def list_test(on: date = date(2026, 4, 1), **changes: Any) -> ListTest:
    """A test of skills for food service."""
    facts: dict[str, Any] = {
        "country": "jp",
        "number": NUMBER,
        "kind": "skill",
        "field": "food-service",
        "level": "1号",
        "names": {"ja": "外食業特定技能1号技能測定試験"},
    }
    return ListTest(test=ListedTest(**facts | changes), effective_on=on)


def session(**changes: Any) -> Session:
    facts: dict[str, Any] = {
        "number": SESSION,
        "country": "kg",
        "place": "Bishkek",
        "first_day": date(2026, 5, 16),
        "last_day": date(2026, 5, 17),
    }
    return Session(**facts | changes)


def announce(**changes: Any) -> AnnounceTestSession:
    return AnnounceTestSession(country="jp", test=NUMBER, session=session(**changes))


def change(on: date = date(2026, 4, 20), **changes: Any) -> ChangeTestSession:
    return ChangeTestSession(country="jp", test=NUMBER, session=session(**changes), changed_on=on)


def cancel(on: date = date(2026, 5, 1), number: str = SESSION) -> CancelTestSession:
    cancellation = Cancellation(cancelled_on=on, ground={"ja": "会場が使用できないため。"})
    return CancelTestSession(country="jp", test=NUMBER, session_number=number, cancellation=cancellation)


def context(now: datetime = NOW, **envelope: Any) -> Context:
    """Of a command that the country which conducts the test sends the other side."""
    attributes: dict[str, Any] = {
        "id": "5b0c1f0e-0000-4000-8000-000000000001",
        "source": "/bridge-jp/ledger",
        "type": "ListTest",
        "subject": STREAM,
        "time": rfc3339(now),
        "data": b"{}",
        "agreement": "jp-kg",
        "originator": "jp",
        "addressee": "kg",
    }
    return Context(Message(**attributes | envelope), now)


def told(state: TestRecord, decided: Decided | Refusal) -> TestRecord:
    """The state after a decision: a refusal leaves it as it is."""
    for event in decided.events if isinstance(decided, Decided) else ():
        state = evolve(state, event)
    return state


def record_after(*commands: Contract) -> TestRecord:
    """The record of a test that these commands were taken for, in this order. Fails where one is refused."""
    state = TestRecord()
    for command in commands:
        decided = decide(state, command, context())
        assert isinstance(decided, Decided), decided
        state = told(state, decided)
    return state

"""Builders for improvement orders, as the registry gets them. Names are invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.registry.improvement_orders.decisions import decide
from services.registry.improvement_orders.model import ImprovementOrderRecord, evolve
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.case import Attachment
from shared.contracts.improvement_order import (
    AcceptingOrganization,
    AmendImprovementOrder,
    ImprovementOrder,
    IssueImprovementOrder,
    LiftImprovementOrder,
    Lifting,
    stream_of,
)
from shared.contracts.sending_organization import Identifier
from shared.messaging.decider import Context, Decided, Refusal
from shared.messaging.envelope import Message

NUMBER = "入管改第12号"
STREAM = stream_of("jp", NUMBER)
NOW = datetime(2026, 2, 26, 0, 30, tzinfo=UTC)
ORDERED, AMENDED, LIFTED = date(2026, 2, 25), date(2026, 3, 10), date(2026, 4, 20)


def subject(corporate_number: str = "7000012050002") -> AcceptingOrganization:
    return AcceptingOrganization(
        identifier=Identifier(scheme="jp.corporate-number", value=corporate_number),
        names={"ja": "株式会社渡邊製作所"},
        address="愛知県名古屋市中区三の丸３丁目１番２号",
        representative="渡邊　花子",
    )


def order(**changes: Any) -> ImprovementOrder:
    facts: dict[str, Any] = {
        "country": "jp",
        "order_number": NUMBER,
        "subject": subject(),
        "ordered_on": ORDERED,
        "articles": ("出入国管理及び難民認定法第19条の21第1項",),
        "facts": {"ja": "特定技能外国人３名に対し、割増賃金を支払っていなかった。"},
        "measures": {"ja": "未払いの割増賃金を支払うこと。"},
        "deadline": date(2026, 4, 30),
        "attachments": (
            Attachment(title="別紙", digest=f"sha-256:{'0' * 64}", media_type="application/pdf", size=48_213),
        ),
    }
    return ImprovementOrder(**facts | changes)


def issue(**changes: Any) -> IssueImprovementOrder:
    return IssueImprovementOrder(order=order(**changes))


def amend(on: date = AMENDED, **changes: Any) -> AmendImprovementOrder:
    return AmendImprovementOrder(order=order(**{"deadline": date(2026, 5, 31)} | changes), amended_on=on)


def lift(on: date = LIFTED, **changes: Any) -> LiftImprovementOrder:
    facts: dict[str, Any] = {"outcome": "complied", "lifted_on": on, "ground": {"ja": "命じた措置が講じられた。"}}
    return LiftImprovementOrder(country="jp", order_number=NUMBER, lifting=Lifting(**facts | changes))


def context(now: datetime = NOW, **envelope: Any) -> Context:
    """Of a command that the order's own country sends the other side."""
    attributes: dict[str, Any] = {
        "id": "5b0c1f0e-0000-4000-8000-000000000003",
        "source": "/bridge-jp/ledger",
        "type": "IssueImprovementOrder",
        "subject": STREAM,
        "time": rfc3339(now),
        "data": b"{}",
        "agreement": "jp-kg",
        "originator": "jp",
        "addressee": "kg",
    }
    return Context(Message(**attributes | envelope), now)


def told(state: ImprovementOrderRecord, decided: Decided | Refusal) -> ImprovementOrderRecord:
    """The state after a decision: a refusal leaves it as it is."""
    for event in decided.events if isinstance(decided, Decided) else ():
        state = evolve(state, event)
    return state


def record_after(*commands: Contract, now: datetime = NOW) -> ImprovementOrderRecord:
    """The record of an order that these commands were taken for, in this order. Fails where one is refused."""
    state = ImprovementOrderRecord()
    for command in commands:
        decided = decide(state, command, context(now))
        assert isinstance(decided, Decided), decided
        state = told(state, decided)
    return state

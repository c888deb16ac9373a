"""Improvement orders: what a country orders an accepting organization to put right (M6.3a, M7.5; 入管法 19条の21)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.case import Attachment
from shared.contracts.sending_organization import Identifier


class AcceptingOrganization(Contract):
    """Whom an order is given to. Texts are as published."""

    identifier: Identifier
    """Its corporate number."""
    names: dict[str, str]
    """By language tag (BCP 47)."""
    address: str | None = None
    representative: str | None = None


class ImprovementOrder(Contract):
    """An order to improve, whole."""

    country: str
    """That gave it: ISO 3166-1 alpha-2, lower case."""
    order_number: str
    """The number its country knows it by; with `country` it names the stream."""
    subject: AcceptingOrganization
    ordered_on: date
    articles: tuple[str, ...] = ()
    """Of the law it rests on, as cited."""
    facts: dict[str, str] = Field(default_factory=dict)
    """What was found, by language tag."""
    measures: dict[str, str]
    """What is ordered, by language tag."""
    deadline: date | None = None
    """The last day for it."""
    attachments: tuple[Attachment, ...] = ()


class Lifting(Contract):
    """The end of an order: it was complied with, or its country has withdrawn it."""

    outcome: Literal["complied", "withdrawn"]
    lifted_on: date
    """The first day without it."""
    ground: dict[str, str] = Field(default_factory=dict)
    """Why, by language tag."""


def stream_of(country: str, order_number: str) -> str:
    """The registry's stream of an improvement order."""
    return f"improvement-order/{country}/{order_number}"


# -- commands -----------------------------------------------------------------------------------------------------


class IssueImprovementOrder(Contract):
    """M6.3a: a country has ordered an accepting organization to improve."""

    order: ImprovementOrder


class AmendImprovementOrder(Contract):
    """M6.3a: the order as it is from `amended_on` on, whole, in place of the one before."""

    order: ImprovementOrder
    amended_on: date


class LiftImprovementOrder(Contract):
    """M6.3a: the order holds no longer."""

    country: str
    order_number: str
    lifting: Lifting


# -- events -------------------------------------------------------------------------------------------------------


class ImprovementOrderIssued(Contract):
    """The registry has recorded an order. M7.5: it is published."""

    order: ImprovementOrder
    agreement: str | None = None
    """Under which it was notified: each partner is told once."""
    recorded_at: datetime


class ImprovementOrderAmended(Contract):
    """The registry has recorded a changed order."""

    order: ImprovementOrder
    amended_on: date
    agreement: str | None = None
    recorded_at: datetime


class ImprovementOrderLifted(Contract):
    """The registry has recorded the end of an order; `order` is how it last was."""

    country: str
    order_number: str
    lifting: Lifting
    order: ImprovementOrder
    agreement: str | None = None
    recorded_at: datetime


class ImprovementOrderUnchanged(Contract):
    """A command told what was known already. For its sender alone; nobody else is told."""

    country: str
    order_number: str


Change = ImprovementOrderIssued | ImprovementOrderAmended | ImprovementOrderLifted
"""What may happen to an order."""

COMMANDS: tuple[type[Contract], ...] = (IssueImprovementOrder, AmendImprovementOrder, LiftImprovementOrder)
CHANGES: tuple[type[Contract], ...] = (ImprovementOrderIssued, ImprovementOrderAmended, ImprovementOrderLifted)

# -- examples -----------------------------------------------------------------------------------------------------

_ORDER = ImprovementOrder(
    country="xa",
    order_number="入管改 第12号",
    subject=AcceptingOrganization(
        identifier=Identifier(scheme="xa.corporate-number", value="7000012050002"),
        names={"ja": "株式会社渡邊製作所"},
        address="愛知県名古屋市中区三の丸３丁目１番２号",
        representative="渡邊　花子",
    ),
    ordered_on=date(2026, 2, 25),
    articles=("出入国管理及び難民認定法第19条の21第1項", "同法第19条の20第1項"),
    facts={"ja": "特定技能外国人３名に対し、時間外労働に係る割増賃金を支払っていなかった。"},
    measures={"ja": "未払いの割増賃金を支払い、賃金台帳の写しを提出すること。"},
    deadline=date(2026, 4, 30),
    attachments=(
        Attachment(
            title="別紙",
            digest="sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            media_type="application/pdf",
            size=48_213,
        ),
    ),
)
_LIFTING = Lifting(outcome="complied", lifted_on=date(2026, 4, 20), ground={"ja": "命じた措置が講じられた。"})
_RECORDED = datetime(2026, 2, 26, 0, 15, tzinfo=UTC)

EXAMPLES: tuple[Contract, ...] = (
    IssueImprovementOrder(order=_ORDER),
    AmendImprovementOrder(order=_ORDER, amended_on=date(2026, 3, 10)),
    LiftImprovementOrder(country="xa", order_number="入管改 第12号", lifting=_LIFTING),
    ImprovementOrderIssued(order=_ORDER, agreement="xa-xb", recorded_at=_RECORDED),
    ImprovementOrderAmended(order=_ORDER, amended_on=date(2026, 3, 10), agreement="xa-xb", recorded_at=_RECORDED),
    ImprovementOrderLifted(
        country="xa",
        order_number="入管改 第12号",
        lifting=_LIFTING,
        order=_ORDER,
        agreement="xa-xb",
        recorded_at=_RECORDED,
    ),
    ImprovementOrderUnchanged(country="xa", order_number="入管改 第12号"),
)
"""One of each command and event."""

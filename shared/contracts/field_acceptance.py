"""Acceptance of workers by field: suspended for a time once the needed workforce is secured, and resumed (M8.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pydantic import Field

from shared.contracts.base import Contract


class FieldSuspension(Contract):
    """A suspension, announced or in force, whole."""

    country: str
    """That accepts workers: ISO 3166-1 alpha-2, lower case."""
    field: str
    """A code of shared.contracts.fields_of_work; with `country` it names the stream."""
    suspended_from: date
    """The first day on which no worker is newly accepted; past or to come."""
    articles: tuple[str, ...] = ()
    """Of the law it rests on, as cited."""
    ground: dict[str, str]
    """Why, by language tag (BCP 47)."""


class Resumption(Contract):
    """The end of a suspension."""

    resumed_on: date
    """The first day on which workers are accepted again; past or to come."""
    ground: dict[str, str] = Field(default_factory=dict)
    """Why, by language tag."""


class Withdrawal(Contract):
    """That a suspension which was announced does not come."""

    withdrawn_on: date
    """The day it was withdrawn, before the suspension's first."""
    ground: dict[str, str] = Field(default_factory=dict)
    """Why, by language tag."""


class FieldAcceptance(Contract):
    """A suspension with what has become of it: resumed, withdrawn, or neither."""

    suspension: FieldSuspension
    resumption: Resumption | None = None
    withdrawal: Withdrawal | None = None


def stream_of(country: str, field: str) -> str:
    """The registry's stream of a field."""
    return f"field-acceptance/{country}/{field}"


# -- commands -----------------------------------------------------------------------------------------------------


class SuspendFieldAcceptance(Contract):
    """M8.1: a country suspends acceptance in a field, or corrects what it told of a suspension."""

    suspension: FieldSuspension


class ResumeFieldAcceptance(Contract):
    """M8.1: a suspended field accepts workers again, or does so earlier than was told."""

    country: str
    field: str
    resumption: Resumption


class WithdrawFieldSuspension(Contract):
    """M8.1: a suspension that has not begun does not come."""

    country: str
    field: str
    suspended_from: date
    """Which one: its first day, as told last."""
    withdrawal: Withdrawal


# -- events -------------------------------------------------------------------------------------------------------


class FieldAcceptanceSuspended(Contract):
    """The registry has recorded a suspension; of one that was told before, its correction. It is published."""

    suspension: FieldSuspension
    agreement: str | None = None
    """Under which it was told: each partner is told once."""
    recorded_at: datetime


class FieldAcceptanceResumed(Contract):
    """The registry has recorded the end of a suspension; `suspension` is how it last was."""

    country: str
    field: str
    resumption: Resumption
    suspension: FieldSuspension
    agreement: str | None = None
    recorded_at: datetime


class FieldSuspensionWithdrawn(Contract):
    """The registry has recorded that a suspension does not come; `suspension` is how it last was."""

    country: str
    field: str
    suspended_from: date
    withdrawal: Withdrawal
    suspension: FieldSuspension
    agreement: str | None = None
    recorded_at: datetime


class FieldAcceptanceUnchanged(Contract):
    """A command told what was known already. For its sender alone; nobody else is told."""

    country: str
    field: str


Change = FieldAcceptanceSuspended | FieldAcceptanceResumed | FieldSuspensionWithdrawn
"""What may happen to acceptance in a field."""

COMMANDS: tuple[type[Contract], ...] = (SuspendFieldAcceptance, ResumeFieldAcceptance, WithdrawFieldSuspension)
CHANGES: tuple[type[Contract], ...] = (FieldAcceptanceSuspended, FieldAcceptanceResumed, FieldSuspensionWithdrawn)

# -- examples -----------------------------------------------------------------------------------------------------

_SUSPENSION = FieldSuspension(
    country="xa",
    field="food-service",
    suspended_from=date(2026, 4, 1),
    articles=("出入国管理及び難民認定法第7条の2第3項",),
    ground={"ja": "必要とされる人材が確保されたため。", "en": "The needed workforce is secured."},
)
_RESUMPTION = Resumption(resumed_on=date(2026, 10, 1), ground={"ja": "再び人材が不足しているため。"})
_WITHDRAWAL = Withdrawal(withdrawn_on=date(2026, 3, 20), ground={"ja": "人材の確保の見込みが変わったため。"})
_RECORDED = datetime(2026, 3, 2, 0, 15, tzinfo=UTC)

EXAMPLES: tuple[Contract, ...] = (
    SuspendFieldAcceptance(suspension=_SUSPENSION),
    ResumeFieldAcceptance(country="xa", field="food-service", resumption=_RESUMPTION),
    WithdrawFieldSuspension(
        country="xa", field="food-service", suspended_from=date(2026, 4, 1), withdrawal=_WITHDRAWAL
    ),
    FieldAcceptanceSuspended(suspension=_SUSPENSION, agreement="xa-xb", recorded_at=_RECORDED),
    FieldAcceptanceResumed(
        country="xa",
        field="food-service",
        resumption=_RESUMPTION,
        suspension=_SUSPENSION,
        agreement="xa-xb",
        recorded_at=_RECORDED,
    ),
    FieldSuspensionWithdrawn(
        country="xa",
        field="food-service",
        suspended_from=date(2026, 4, 1),
        withdrawal=_WITHDRAWAL,
        suspension=_SUSPENSION,
        agreement="xa-xb",
        recorded_at=_RECORDED,
    ),
    FieldAcceptanceUnchanged(country="xa", field="food-service"),
)
"""One of each command and event."""

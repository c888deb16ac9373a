"""Cases of every kind as they are told to operators. What is sealed stays sealed here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.cases.model import Step
from shared.cases.timeliness import Tally


class CaseItem(BaseModel):
    """A case in a list. What is None has not happened, or is not of this kind of case."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    kind: str
    """As its stream begins: `inquiry`, `notice` …"""
    agreement: str
    id: str
    """Within its agreement: `<country>-<number>`."""
    country: str
    """That opened it."""
    other: str
    """The other side."""
    status: str
    """In the words of its kind."""
    title: dict[str, str]
    """What it is about, by language tag (`und` for a number or a code)."""
    due_on: date | None
    """The last day on which what is owed is in time."""
    overdue: bool
    """Whether something is owed and that day is over where it is owed."""
    closed: bool
    """Whether nothing is owed any more."""
    opened_at: datetime
    """When the first of it was recorded."""
    changed_at: datetime
    """When the last of it was recorded."""
    learned_at: datetime | None
    """When the side that opened it learned of what it shares."""
    shared_at: datetime | None
    """When the first of it went over."""
    received_at: datetime | None
    """When the other side's national system had the first of it."""
    accepted_at: datetime | None
    """When the other side took it on."""
    answered_at: datetime | None
    """When the other side had said all that was asked for."""
    acted_at: datetime | None = None
    """When the other side first told what it makes of it or has done about it."""
    ended_at: datetime | None = None
    """When the other side told that it is done with it."""
    key: str
    """Its place in the list: what follows it is asked for with this as `before`."""


class CasePage(BaseModel):
    """Some cases, the latest opened first."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    items: tuple[CaseItem, ...]
    total: int
    """Of all that meet the conditions."""
    next: str | None
    """To be given as `before` for the page that follows."""
    kinds: dict[str, tuple[str, ...]]
    """Every kind of case there is here, with the statuses that its cases have now."""


class CaseResource(CaseItem):
    """A case with all that is recorded of it."""

    history: tuple[Step, ...]
    """Its steps in the order recorded."""
    record: dict[str, Any]
    """The record of its kind, without the steps."""


class Tallies(BaseModel):
    """How soon each side is, by side, month and kind of case."""

    items: tuple[Tally, ...]

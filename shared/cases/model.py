"""What the record of every case has: the steps it has taken."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Something recorded of a case."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Step(Fact):
    """One thing that happened to a case."""

    event: str
    recorded_at: datetime
    receipt_id: str | None = None
    """Under which the message that led to it was accepted, where it was a message of a side."""
    parts: tuple[int, ...] = ()
    """Numbers of the revisions or questions it is about."""


class CaseRecord(Fact):
    """The state of a case's stream."""

    history: tuple[Step, ...] = ()
    """In the order recorded; empty as long as nothing but refusals came of it."""

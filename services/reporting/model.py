"""A misconduct report as both sides have it: its revisions, how far each has come, and its end.

What counts is the highest revision, or nothing after a withdrawal; so it does not matter in which order they arrived.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from shared.cases.model import CaseRecord, Fact, Step
from shared.contracts.base import Contract
from shared.contracts.case import CaseMessageDelivered, CaseMessageUndelivered
from shared.contracts.misconduct_report import (
    Category,
    Findings,
    MisconductReport,
    MisconductReportAcknowledged,
    MisconductReportCorrected,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
    Nature,
)
from shared.errors import Problem

Status = Literal["unknown", "submitted", "delivered", "undelivered", "acknowledged", "withdrawn"]
"""Of the highest revision: shared, received or not received by the other side's national system, taken note of there.
`unknown`: nothing of it was recorded. `withdrawn` ends it, whatever was before."""


class Shared(Fact):
    """When something went over, and what came of it."""

    receipt_id: str
    shared_at: datetime
    recorded_at: datetime
    received_at: datetime | None = None
    receipt_number: str | None = None
    """Of the other side's national system."""
    undelivered: Problem | None = None


class Revision(Fact):
    """The whole report under one number; 1 is the report as submitted."""

    number: int
    nature: Literal["submission"] | Nature
    reason: dict[str, str]
    report: MisconductReport
    shared: Shared


class Acknowledgement(Fact):
    """The other side has taken note of the report up to a revision."""

    revision: int
    by: str
    reference: str | None
    note: dict[str, str]
    acknowledged_at: datetime
    recorded_at: datetime


class Withdrawal(Fact):
    """The reporting side has taken the report back."""

    ground: dict[str, str]
    shared: Shared


class Promptness(Fact):
    """M4.1, "promptly": when each thing happened first. None for what has not happened yet."""

    learned_at: datetime
    shared_at: datetime
    received_at: datetime | None
    acknowledged_at: datetime | None


class MisconductReportRecord(CaseRecord):
    """The stream's state."""

    revisions: tuple[Revision, ...] = ()
    """By number, ascending. A number may be missing: it has not arrived, or it never will."""
    acknowledgements: tuple[Acknowledgement, ...] = ()
    withdrawal: Withdrawal | None = None

    @property
    def latest(self) -> Revision | None:
        """The highest revision there is, also of a report that was withdrawn."""
        return self.revisions[-1] if self.revisions else None

    @property
    def current(self) -> MisconductReport | None:
        """What counts now: nothing, once it is withdrawn."""
        return None if self.withdrawal is not None or self.latest is None else self.latest.report

    @property
    def acknowledged(self) -> int:
        """The highest revision that the other side has taken note of, 0 before."""
        return max((each.revision for each in self.acknowledgements), default=0)

    @property
    def status(self) -> Status:
        if self.withdrawal is not None:
            return "withdrawn"
        if self.latest is None:
            return "unknown"
        if self.acknowledged >= self.latest.number:
            return "acknowledged"
        if self.latest.shared.received_at is not None:
            return "delivered"
        return "submitted" if self.latest.shared.undelivered is None else "undelivered"

    @property
    def promptness(self) -> Promptness | None:
        """None as long as nothing but a withdrawal has arrived."""
        if self.latest is None:
            return None
        received = [r.shared.received_at for r in self.revisions if r.shared.received_at is not None]
        return Promptness(
            learned_at=self.latest.report.learned_at,
            shared_at=min(r.shared.shared_at for r in self.revisions),
            received_at=min(received, default=None),
            acknowledged_at=min((a.acknowledged_at for a in self.acknowledgements), default=None),
        )

    def revision(self, number: int) -> Revision | None:
        return next((r for r in self.revisions if r.number == number), None)

    def shared_under(self, receipt_id: str) -> Shared | None:
        """What went over under this receipt."""
        shared = [r.shared for r in self.revisions]
        if self.withdrawal is not None:
            shared.append(self.withdrawal.shared)
        return next((each for each in shared if each.receipt_id == receipt_id), None)


class Found(NamedTuple):
    """One category of a report with what was found in it."""

    category: Category
    finding: Contract


def found(findings: Findings) -> tuple[Found, ...]:
    """The categories a report is in, in the memorandum's order."""
    named: tuple[tuple[Category, Contract | None], ...] = (
        ("property_control", findings.property_control),
        ("penalty_contract", findings.penalty_contract),
        ("human_rights", findings.human_rights),
        ("false_documents", findings.false_documents),
        ("opaque_fees", findings.opaque_fees),
    )
    return tuple(Found(category, finding) for category, finding in named if finding is not None)


def evolve(state: MisconductReportRecord, event: Contract) -> MisconductReportRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    name = type(event).__name__
    match event:
        case MisconductReportSubmitted():
            step = Step(event=name, recorded_at=event.recorded_at, receipt_id=event.receipt_id, parts=(1,))
            return _revised(state, Revision(
                number=1, nature="submission", reason={}, report=event.report, shared=_shared(event)
            ), step)  # fmt: skip
        case MisconductReportCorrected(revision=number):
            step = Step(event=name, recorded_at=event.recorded_at, receipt_id=event.receipt_id, parts=(number,))
            return _revised(state, Revision(
                number=number, nature=event.nature, reason=event.reason, report=event.report, shared=_shared(event)
            ), step)  # fmt: skip
        case MisconductReportWithdrawn():
            step = Step(event=name, recorded_at=event.recorded_at, receipt_id=event.receipt_id)
            withdrawal = Withdrawal(ground=event.ground, shared=_shared(event))
            return state.model_copy(update={"withdrawal": withdrawal, "history": (*state.history, step)})
        case MisconductReportAcknowledged(revision=number):
            step = Step(event=name, recorded_at=event.recorded_at, receipt_id=event.receipt_id, parts=(number,))
            acknowledgement = Acknowledgement(
                revision=number,
                by=event.by,
                reference=event.reference,
                note=event.note,
                acknowledged_at=event.acknowledged_at,
                recorded_at=event.recorded_at,
            )
            changes = {"acknowledgements": (*state.acknowledgements, acknowledgement)}
            return state.model_copy(update=changes | {"history": (*state.history, step)})
        case CaseMessageDelivered() | CaseMessageUndelivered():
            return _received(state, event)
        case _:
            raise TypeError(f"{name} is not an event of a misconduct report")


def _shared(event: MisconductReportSubmitted | MisconductReportCorrected | MisconductReportWithdrawn) -> Shared:
    return Shared(receipt_id=event.receipt_id, shared_at=event.shared_at, recorded_at=event.recorded_at)


def _revised(state: MisconductReportRecord, revision: Revision, step: Step) -> MisconductReportRecord:
    revisions = tuple(sorted((*state.revisions, revision), key=lambda each: each.number))
    return state.model_copy(update={"revisions": revisions, "history": (*state.history, step)})


def _received(
    state: MisconductReportRecord, event: CaseMessageDelivered | CaseMessageUndelivered
) -> MisconductReportRecord:
    if isinstance(event, CaseMessageDelivered):
        told: dict[str, object] = {"received_at": event.received_at, "receipt_number": event.receipt_number}
    else:
        told = {"undelivered": event.problem}

    def after(shared: Shared) -> Shared:
        return shared.model_copy(update=told) if shared.receipt_id == event.receipt_id else shared

    revisions = tuple(r.model_copy(update={"shared": after(r.shared)}) for r in state.revisions)
    withdrawal = state.withdrawal
    if withdrawal is not None:
        withdrawal = withdrawal.model_copy(update={"shared": after(withdrawal.shared)})
    step = Step(event=type(event).__name__, recorded_at=event.recorded_at, receipt_id=event.receipt_id)
    changes = {"revisions": revisions, "withdrawal": withdrawal, "history": (*state.history, step)}
    return state.model_copy(update=changes)

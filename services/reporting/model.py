"""What the records of all matters of reporting hold: revisions, how far each has come, and a withdrawal.

What counts is the highest revision, or nothing after a withdrawal; so it does not matter in which order they arrived.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Literal, Self, TypeVar

from shared.cases.model import CaseRecord, Fact, Outline, Step
from shared.contracts.case import CaseMessageDelivered, CaseMessageUndelivered, Sharing
from shared.contracts.report import (
    Acknowledged,
    Assessment,
    Corrected,
    Measure,
    Nature,
    Outcome,
    Report,
    Submitted,
    Withdrawn,
)
from shared.errors import Problem

R = TypeVar("R", bound=Report)
A = TypeVar("A", bound=Assessment)
M = TypeVar("M", bound=Measure)

Sent = Literal["submitted", "delivered", "undelivered"]
"""Of the highest revision: shared, received or not received by the other side's national system."""
Status = Literal[
    "unknown",
    "submitted",
    "delivered",
    "undelivered",
    "acknowledged",
    "assessed",
    "measures-taken",
    "closed",
    "declined",
    "withdrawn",
]
"""Of a report, by its highest revision: as `Sent` has it, or taken note of or assessed by the other side; then how far
that side has come with it. `unknown`: nothing of it was recorded. `closed` and `declined` are that side's end of it;
`withdrawn` is the end, whatever was before."""


class Shared(Fact):
    """When something went over, and what came of it."""

    receipt_id: str
    shared_at: datetime
    recorded_at: datetime
    received_at: datetime | None = None
    receipt_number: str | None = None
    """Of the other side's national system."""
    undelivered: Problem | None = None


class SharedFact(Fact):
    """Something of a case that goes over."""

    shared: Shared


class Revision(SharedFact, Generic[R]):
    """The whole report under one number; 1 is the report as submitted."""

    number: int
    nature: Literal["submission"] | Nature
    reason: dict[str, str]
    report: R

    @classmethod
    def of(cls, event: Submitted | Corrected, report: R) -> Self:
        """What the event shares. `report` is the event's."""
        shared = shared_by(event)
        if isinstance(event, Corrected):
            return cls(number=event.revision, nature=event.nature, reason=event.reason, report=report, shared=shared)
        return cls(number=1, nature="submission", reason={}, report=report, shared=shared)


class Withdrawal(SharedFact):
    """The side whose report it is has taken it back."""

    ground: dict[str, str]


class Acknowledgement(Fact):
    """The other side has taken note of the report up to a revision."""

    revision: int
    by: str
    reference: str | None
    note: dict[str, str]
    acknowledged_at: datetime
    recorded_at: datetime


class AssessmentRecord(SharedFact, Generic[A]):
    """The other side has assessed a revision."""

    assessment: A
    reference: str | None


class MeasureRecord(SharedFact, Generic[M]):
    """A measure was taken."""

    measure: M
    reference: str | None = None


class Ending(SharedFact):
    """The other side is done with a report; what it covers is still recorded where it arrives late."""

    revision: int
    measures: int
    reference: str | None


class Closing(Ending):
    """It has said what came of it."""

    outcome: Outcome
    text: dict[str, str]


class Declination(Ending):
    """M3a: it may not go on."""

    legal_basis: str
    ground: dict[str, str]


class Promptness(Fact):
    """M4.1, "promptly": when each thing happened first. None for what has not happened yet."""

    learned_at: datetime
    shared_at: datetime
    received_at: datetime | None
    acknowledged_at: datetime | None
    acted_at: datetime | None
    """When the other side told of its first measure or assessment."""
    closed_at: datetime | None
    """When it told that it closes the report, or declines it."""


class RevisedRecord(CaseRecord, Generic[R]):
    """The state of a stream in which one side shares something in revisions."""

    revisions: tuple[Revision[R], ...] = ()
    """By number, ascending. A number may be missing: it has not arrived, or it never will."""
    withdrawal: Withdrawal | None = None

    @property
    def latest(self) -> Revision[R] | None:
        """The highest revision there is, also of a report that was withdrawn."""
        return self.revisions[-1] if self.revisions else None

    @property
    def current(self) -> R | None:
        """What counts now: nothing, once it is withdrawn."""
        return None if self.withdrawal is not None or self.latest is None else self.latest.report

    @property
    def first_shared_at(self) -> datetime | None:
        """When the first of it that arrived went over."""
        return min((r.shared.shared_at for r in self.revisions), default=None)

    @property
    def first_received_at(self) -> datetime | None:
        """When the other side's national system had the first of it."""
        return min((r.shared.received_at for r in self.revisions if r.shared.received_at is not None), default=None)

    @property
    def status(self) -> str:
        """How far it has come, in the words of its matter."""
        raise NotImplementedError

    def revision(self, number: int) -> Revision[R] | None:
        return next((r for r in self.revisions if r.number == number), None)

    def shared_under(self, receipt_id: str) -> Shared | None:
        """What went over under this receipt."""
        return next((fact.shared for fact in self._went_over() if fact.shared.receipt_id == receipt_id), None)

    def _went_over(self) -> tuple[SharedFact, ...]:
        found: list[SharedFact] = []
        for name in type(self).model_fields:
            value = getattr(self, name)
            members = value if isinstance(value, tuple) else (value,)
            found += [member for member in members if isinstance(member, SharedFact)]
        return tuple(found)


class ReportRecord(RevisedRecord[R], Generic[R, A, M]):
    """The state of a report's stream: the other side takes note of it, assesses it, acts on it and closes it."""

    acknowledgements: tuple[Acknowledgement, ...] = ()
    assessments: tuple[AssessmentRecord[A], ...] = ()
    """By revision, ascending."""
    measures: tuple[MeasureRecord[M], ...] = ()
    """By number, ascending. One may be missing: it has not arrived."""
    closing: Closing | None = None
    declination: Declination | None = None

    @property
    def acknowledged(self) -> int:
        """The highest revision that the other side has taken note of, 0 before."""
        return max((each.revision for each in self.acknowledgements), default=0)

    @property
    def assessed(self) -> int:
        """The highest revision that the other side has assessed, 0 before."""
        return max((each.assessment.revision for each in self.assessments), default=0)

    @property
    def ending(self) -> Ending | None:
        """How the other side was done with it, once it is."""
        return self.closing or self.declination

    @property
    def status(self) -> Status:
        if self.withdrawal is not None:
            return "withdrawn"
        if self.latest is None:
            return "unknown"
        if self.ending is not None:
            return "declined" if self.closing is None else "closed"
        if self.measures:
            return "measures-taken"
        if self.assessed >= self.latest.number:
            return "assessed"
        return "acknowledged" if self.acknowledged >= self.latest.number else sent(self.latest.shared)

    @property
    def outline(self) -> Outline:
        closed = self.status in ("acknowledged", "assessed", "measures-taken", "closed", "declined", "withdrawn")
        outline = Outline(status=self.status, title=self.title, closed=closed)
        times = self.promptness
        if times is None:
            return outline
        heard = [at for at in (times.acknowledged_at, times.acted_at, times.closed_at) if at is not None]
        return outline.model_copy(
            update={
                "learned_at": times.learned_at,
                "shared_at": times.shared_at,
                "received_at": times.received_at,
                "accepted_at": min(heard, default=None),
                "answered_at": min(heard, default=None),
                "taken_back_at": None if self.withdrawal is None else self.withdrawal.shared.shared_at,
                "acted_at": times.acted_at,
                "ended_at": times.closed_at,
            }
        )

    @property
    def title(self) -> dict[str, str]:
        """What the latest revision is about, by language tag."""
        raise NotImplementedError

    @property
    def promptness(self) -> Promptness | None:
        """None as long as nothing but a withdrawal has arrived."""
        if self.latest is None or self.first_shared_at is None:
            return None
        acts: tuple[SharedFact, ...] = (*self.assessments, *self.measures)
        return Promptness(
            learned_at=self.latest.report.learned_at,
            shared_at=self.first_shared_at,
            received_at=self.first_received_at,
            acknowledged_at=min((a.acknowledged_at for a in self.acknowledgements), default=None),
            acted_at=min((act.shared.shared_at for act in acts), default=None),
            closed_at=None if self.ending is None else self.ending.shared.shared_at,
        )


def sent(shared: Shared) -> Sent:
    """How far something that was shared has come."""
    if shared.received_at is not None:
        return "delivered"
    return "submitted" if shared.undelivered is None else "undelivered"


# -- what happens to every matter; a matter's own `evolve` says which of its events does -----------------------------

S = TypeVar("S", bound=RevisedRecord[Any])
N = TypeVar("N", bound=ReportRecord[Any, Any, Any])


def revised(state: S, event: Submitted | Corrected, revision: Revision[Any]) -> S:
    """After a revision arrived, whichever."""
    revisions = tuple(sorted((*state.revisions, revision), key=lambda each: each.number))
    return after(state, event, {"revisions": revisions}, (revision.number,))


def withdrawn(state: S, event: Withdrawn) -> S:
    """After it was taken back."""
    return after(state, event, {"withdrawal": Withdrawal(ground=event.ground, shared=shared_by(event))})


def acknowledged(state: N, event: Acknowledged) -> N:
    """After the other side took note."""
    noted = Acknowledgement.model_validate(dict(event))
    return after(state, event, {"acknowledgements": (*state.acknowledgements, noted)}, (event.revision,))


def assessed(state: N, event: Sharing, record: AssessmentRecord[Any]) -> N:
    """After the other side assessed a revision. `record` is the event's."""
    every = sorted((*state.assessments, record), key=lambda each: each.assessment.revision)
    return after(state, event, {"assessments": tuple(every)}, (record.assessment.revision,))


def measure_taken(state: N, event: Sharing, record: MeasureRecord[Any]) -> N:
    """After the other side took a measure. `record` is the event's."""
    every = sorted((*state.measures, record), key=lambda each: each.measure.number)
    return after(state, event, {"measures": tuple(every)}, (record.measure.number,))


def closed(state: N, event: Sharing) -> N:
    """After the other side closed it. `event` has the members of a closing too."""
    closing = Closing.model_validate(dict(event) | {"shared": shared_by(event)})
    return after(state, event, {"closing": closing}, (closing.revision,))


def declined(state: N, event: Sharing) -> N:
    """After the other side declined it. `event` has the members of a declining too."""
    declination = Declination.model_validate(dict(event) | {"shared": shared_by(event)})
    return after(state, event, {"declination": declination}, (declination.revision,))


def delivered(state: S, event: CaseMessageDelivered | CaseMessageUndelivered) -> S:
    """After it became known what came of something that went over."""
    if isinstance(event, CaseMessageDelivered):
        told: dict[str, object] = {"received_at": event.received_at, "receipt_number": event.receipt_number}
    else:
        told = {"undelivered": event.problem}

    def heard(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(heard(member) for member in value)
        if isinstance(value, SharedFact) and value.shared.receipt_id == event.receipt_id:
            return value.model_copy(update={"shared": value.shared.model_copy(update=told)})
        return value

    return after(state, event, {name: heard(getattr(state, name)) for name in type(state).model_fields})


def shared_by(event: Sharing) -> Shared:
    return Shared(receipt_id=event.receipt_id, shared_at=event.shared_at, recorded_at=event.recorded_at)


def after(state: S, event: Any, changes: dict[str, Any], parts: tuple[int, ...] = ()) -> S:
    """The state with these changes, and the event as a step of its history.

    `event` is one with `recorded_at`; `parts` are the numbers that it is about.
    """
    receipt_id = getattr(event, "receipt_id", None)
    step = Step(event=type(event).__name__, recorded_at=event.recorded_at, receipt_id=receipt_id, parts=parts)
    return state.model_copy(update=changes | {"history": (*state.history, step)})

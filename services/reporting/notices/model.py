"""A notice as both sides have it: its revisions, the investigation it led to, and how that ended."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from services.reporting.model import (
    RevisedRecord,
    Revision,
    SharedFact,
    after,
    delivered,
    revised,
    sent,
    shared_by,
    withdrawn,
)
from shared.cases.model import Fact, Outline
from shared.contracts.base import Contract
from shared.contracts.case import CaseMessageDelivered, CaseMessageUndelivered
from shared.contracts.notice import (
    AccreditedOrganization,
    InvestigationOpened,
    Measure,
    MeasureTaken,
    Notice,
    NoticeCorrected,
    NoticeDeclined,
    NoticeSubmitted,
    NoticeWithdrawn,
    Result,
    ResultReturned,
)

Status = Literal[
    "unknown",
    "submitted",
    "delivered",
    "undelivered",
    "under-investigation",
    "concluded",
    "declined",
    "withdrawn",
]
"""`unknown`: nothing of it was recorded. `submitted`, `delivered`, `undelivered`: of the highest revision, as long as
no investigation is open. `concluded`, `declined`, `withdrawn` end it."""


class Investigation(SharedFact):
    """The side that accredits investigates."""

    revision: int
    """Of the notice, as it was when it began."""
    opened_on: date


class MeasureRecord(SharedFact):
    """A measure was taken."""

    measure: Measure


class Conclusion(SharedFact):
    """The result was returned."""

    result: Result
    late: bool


class Declination(SharedFact):
    """M3a: the case is not decided."""

    legal_basis: str
    ground: dict[str, str]
    late: bool


class Times(Fact):
    """M7.3: when each thing happened. None for what has not happened yet."""

    learned_at: datetime
    shared_at: datetime
    received_at: datetime | None
    """When the national system of the side that accredits had it first."""
    opened_on: date | None
    measures_on: tuple[date, ...]
    ended_at: datetime | None
    """When the bridge of the side that accredits accepted the result, or that it declines."""
    result_received_at: datetime | None
    """When the notifying side's national system had it."""
    result_wished_on: date | None


class NoticeRecord(RevisedRecord[Notice]):
    """The stream's state."""

    investigation: Investigation | None = None
    measures: tuple[MeasureRecord, ...] = ()
    """In the order told."""
    conclusion: Conclusion | None = None
    declination: Declination | None = None
    reference: str | None = None
    """The own number of the side that accredits, as it gave it last."""

    @property
    def status(self) -> Status:
        if self.withdrawal is not None:
            return "withdrawn"
        if self.conclusion is not None:
            return "concluded"
        if self.declination is not None:
            return "declined"
        if self.investigation is not None:
            return "under-investigation"
        return "unknown" if self.latest is None else sent(self.latest.shared)

    @property
    def outline(self) -> Outline:
        ending = self.conclusion or self.declination
        organization = None if self.latest is None else self.latest.report.organization
        return Outline(
            status=self.status,
            title={} if organization is None else organization.names or {"und": organization.registration_number},
            due_on=self.result_wished_on,
            closed=self.closed,
            learned_at=None if self.latest is None else self.latest.report.learned_at,
            shared_at=self.first_shared_at,
            received_at=self.first_received_at,
            accepted_at=None if self.investigation is None else self.investigation.shared.shared_at,
            answered_at=None if ending is None else ending.shared.shared_at,
        )

    @property
    def closed(self) -> bool:
        """Whether nothing is to come of it any more."""
        return self.status in ("withdrawn", "concluded", "declined")

    @property
    def investigated(self) -> AccreditedOrganization | None:
        """The organization into which the investigation is."""
        known = None if self.investigation is None else self.revision(self.investigation.revision)
        return None if known is None else known.report.organization

    @property
    def result_wished_on(self) -> date | None:
        """As the highest revision has it."""
        return None if self.latest is None else self.latest.report.result_wished_on

    @property
    def late(self) -> bool:
        """Whether it ended after the wished day."""
        ending = self.conclusion or self.declination
        return ending is not None and ending.late

    @property
    def times(self) -> Times | None:
        """None as long as nothing but a withdrawal has arrived."""
        if self.latest is None or self.first_shared_at is None:
            return None
        ending = self.conclusion or self.declination
        return Times(
            learned_at=self.latest.report.learned_at,
            shared_at=self.first_shared_at,
            received_at=self.first_received_at,
            opened_on=None if self.investigation is None else self.investigation.opened_on,
            measures_on=tuple(record.measure.taken_on for record in self.measures),
            ended_at=None if ending is None else ending.shared.shared_at,
            result_received_at=None if ending is None else ending.shared.received_at,
            result_wished_on=self.result_wished_on,
        )


def evolve(state: NoticeRecord, event: Contract) -> NoticeRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case NoticeSubmitted() | NoticeCorrected():
            return revised(state, event, Revision[Notice].of(event, event.notice))
        case NoticeWithdrawn():
            return withdrawn(state, event)
        case InvestigationOpened(revision=revision):
            opened = Investigation(revision=revision, opened_on=event.opened_on, shared=shared_by(event))
            return _replied(state, event, {"investigation": opened}, (revision,))
        case MeasureTaken(measure=measure):
            taken = MeasureRecord(measure=measure, shared=shared_by(event))
            return _replied(state, event, {"measures": (*state.measures, taken)}, (measure.number,))
        case ResultReturned(result=result):
            concluded = Conclusion(result=result, late=event.late, shared=shared_by(event))
            return _replied(state, event, {"conclusion": concluded}, (result.revision,))
        case NoticeDeclined():
            declined = Declination(
                legal_basis=event.legal_basis, ground=event.ground, late=event.late, shared=shared_by(event)
            )
            return _replied(state, event, {"declination": declined}, ())
        case CaseMessageDelivered() | CaseMessageUndelivered():
            return delivered(state, event)
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a notice")


def _replied(
    state: NoticeRecord,
    event: InvestigationOpened | MeasureTaken | ResultReturned | NoticeDeclined,
    changes: dict[str, object],
    parts: tuple[int, ...],
) -> NoticeRecord:
    return after(state, event, changes | {"reference": event.reference or state.reference}, parts)

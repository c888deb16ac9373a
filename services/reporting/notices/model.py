"""A notice as both sides have it: its revisions, the investigation it led to, and how that ended."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from services.reporting.model import (
    MeasureRecord,
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
    InvestigationMeasure,
    InvestigationOpened,
    MeasureTaken,
    Notice,
    NoticeCorrected,
    NoticeDeclined,
    NoticeOverdue,
    NoticeReminded,
    NoticeSubmitted,
    NoticeWithdrawn,
    RegistryDecision,
    RegistryDecisionRecorded,
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


class Conclusion(SharedFact):
    """The result was returned."""

    result: Result
    late: bool


class Declination(SharedFact):
    """M3a: the case is not decided."""

    legal_basis: str
    ground: dict[str, str]
    late: bool


class Wished(Fact):
    """By when a result is wished, as the clock has it."""

    revision: int
    """Of the notice: the one that set the day. Its number tells the deadlines of one day from those of another."""
    wished_on: date
    remind_at: datetime | None
    overdue_at: datetime
    reminded_at: datetime | None = None
    overdue_since: datetime | None = None
    """When the clock found the day over and no result; kept as long as the day stands."""

    @property
    def reminder(self) -> str:
        """Id of the intent by which the clock is asked to remind."""
        return f"reminder-{self.revision}"

    @property
    def overdue(self) -> str:
        """Likewise, to say that the day is over."""
        return f"overdue-{self.revision}"


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
    reminded_at: datetime | None
    """When the side that accredits was reminded of that day."""
    overdue_since: datetime | None
    """When both were told that it had passed."""


class NoticeRecord(RevisedRecord[Notice]):
    """The stream's state."""

    investigation: Investigation | None = None
    measures: tuple[MeasureRecord[InvestigationMeasure], ...] = ()
    """In the order told."""
    conclusion: Conclusion | None = None
    declination: Declination | None = None
    reference: str | None = None
    """The own number of the side that accredits, as it gave it last."""
    registry_decisions: tuple[RegistryDecision, ...] = ()
    """That name this notice, in the order recorded."""
    wished: Wished | None = None
    """As the highest revision has it; None where that wishes no result by a day."""

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
            answer_by=self.result_wished_on,
            learned_at=None if self.latest is None else self.latest.report.learned_at,
            shared_at=self.first_shared_at,
            received_at=self.first_received_at,
            accepted_at=None if self.investigation is None else self.investigation.shared.shared_at,
            answered_at=None if ending is None else ending.shared.shared_at,
            taken_back_at=None if self.withdrawal is None else self.withdrawal.shared.shared_at,
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
    def waiting(self) -> tuple[str, ...]:
        """Ids of the intents that the clock has not reported yet; none once it is closed."""
        if self.wished is None or self.closed:
            return ()
        reminder = self.wished.remind_at is not None and self.wished.reminded_at is None
        overdue = self.wished.overdue_since is None
        return (*([self.wished.reminder] if reminder else []), *([self.wished.overdue] if overdue else []))

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
            reminded_at=None if self.wished is None else self.wished.reminded_at,
            overdue_since=None if self.wished is None else self.wished.overdue_since,
        )


def wished(state: NoticeRecord, event: NoticeSubmitted | NoticeCorrected) -> Wished | None:
    """By when a result is wished once this revision is recorded: as before, if it is superseded or keeps the day."""
    wished_on, known = event.notice.result_wished_on, state.wished
    if event.superseded_by is not None or (known is not None and known.wished_on == wished_on):
        return known
    if wished_on is None or event.overdue_at is None:
        return None
    number = event.revision if isinstance(event, NoticeCorrected) else 1
    return Wished(revision=number, wished_on=wished_on, remind_at=event.remind_at, overdue_at=event.overdue_at)


def evolve(state: NoticeRecord, event: Contract) -> NoticeRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case NoticeSubmitted() | NoticeCorrected():
            after_it = revised(state, event, Revision[Notice].of(event, event.notice))
            return after_it.model_copy(update={"wished": wished(state, event)})
        case NoticeWithdrawn():
            return withdrawn(state, event)
        case InvestigationOpened(revision=revision):
            opened = Investigation(revision=revision, opened_on=event.opened_on, shared=shared_by(event))
            return _replied(state, event, {"investigation": opened}, (revision,))
        case MeasureTaken(measure=measure):
            taken = MeasureRecord[InvestigationMeasure](
                measure=measure, reference=event.reference, shared=shared_by(event)
            )
            return _replied(state, event, {"measures": (*state.measures, taken)}, (measure.number,))
        case ResultReturned(result=result):
            concluded = Conclusion(result=result, late=event.late, shared=shared_by(event))
            return _replied(state, event, {"conclusion": concluded}, (result.revision,))
        case NoticeDeclined():
            declined = Declination(
                legal_basis=event.legal_basis, ground=event.ground, late=event.late, shared=shared_by(event)
            )
            return _replied(state, event, {"declination": declined}, ())
        case RegistryDecisionRecorded(decision=decision):
            return after(state, event, {"registry_decisions": (*state.registry_decisions, decision)})
        case NoticeReminded():
            return after(state, event, {"wished": _told(state, reminded_at=event.recorded_at)})
        case NoticeOverdue():
            return after(state, event, {"wished": _told(state, overdue_since=event.recorded_at)})
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


def _told(state: NoticeRecord, **moment: datetime) -> Wished | None:
    return None if state.wished is None else state.wished.model_copy(update=moment)

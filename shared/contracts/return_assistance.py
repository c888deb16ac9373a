"""Return assistance (M8.3): procedures such as emergency travel documents, so that a worker can return smoothly.

Who the worker is, what has happened and the document's number are sealed from border to border: the core knows days.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.case import CaseKind, InCase, Sharing, Statement
from shared.contracts.report import ProtectedPerson
from shared.contracts.sealed import Sealed
from shared.contracts.sending_organization import Identifier

KIND: Final = "return-assistance"


class ReturningPerson(ProtectedPerson):
    """What is sealed in a request's `returning_person`: this as JSON."""

    born_on: date
    circumstances: dict[str, str]
    """Why help is needed, by language tag."""


class TravelDocument(Contract):
    """What is sealed in an issue's `travel_document`: this as JSON."""

    document_number: str


class _Request(InCase):
    title: dict[str, str]
    """By language tag; names nobody."""
    wished_on: date | None = None
    """The day by which the procedures are wished to be done."""
    returning_person: Sealed | None = None
    """ReturningPerson, for the other side's bridge alone to open. Needed, or the request is refused."""


class _Reply(InCase):
    reference: str | None = None
    """The replying side's own number for the case."""


class _Acceptance(_Reply):
    done_by: date
    """The last day on which the document is issued in time, by the calendar of the side that accepts."""


class _Refusal(_Reply):
    ground: dict[str, str]
    """By language tag; names nobody."""
    legal_basis: str | None = None
    """The provision, where it is the law that forbids it (M3a)."""


class _Procedure(_Reply):
    begun_on: date
    procedure: dict[str, str]
    """Which one, by language tag; names nobody."""


class _Issue(_Reply):
    issued_on: date
    valid_until: date
    """The last day on which it is valid."""
    travel_document: Sealed | None = None
    """TravelDocument, for the other side's bridge alone to open. Needed, or the issue is refused."""


class _Departure(InCase):
    departed_on: date


class _Closing(InCase):
    ground: dict[str, str] = Field(default_factory=dict)
    """By language tag; needed where no departure was confirmed. Names nobody."""


# -- commands -----------------------------------------------------------------------------------------------------


class RequestReturnAssistance(_Request):
    """M8.3: the side where the person is asks for procedures for a smooth return."""


class AcceptReturnAssistance(_Acceptance):
    """M8.3: the side asked will carry them out."""


class DeclineReturnAssistance(_Refusal):
    """M8.3, M3a: the side asked cannot carry them out."""


class BeginReturnProcedure(_Procedure):
    """M8.3: its embassy has begun a procedure."""


class IssueTravelDocument(_Issue):
    """M8.3: its embassy has issued an emergency travel document."""


class ConfirmDeparture(_Departure):
    """M8.3: the person has left, says the side from where."""


class CloseReturnAssistance(_Closing):
    """M8.3: the side that asked needs nothing more."""


# -- events -------------------------------------------------------------------------------------------------------


class ReturnAssistanceRequested(_Request, Sharing):
    """Procedures for a smooth return are asked for."""


class ReturnAssistanceAccepted(_Acceptance, Sharing):
    """They will be carried out."""

    overdue_at: datetime
    """The first moment after the day by which it is done."""


class ReturnAssistanceDeclined(_Refusal, Sharing):
    """They will not be carried out; the case is closed."""


class ReturnProcedureBegun(_Procedure, Sharing):
    """A procedure has begun."""


class TravelDocumentIssued(_Issue, Sharing):
    """An emergency travel document is issued."""

    late: bool = False
    """Whether it was told after the day by which it was to be done."""


class DepartureConfirmed(_Departure, Sharing):
    """The person has left."""


class ReturnAssistanceClosed(_Closing, Sharing):
    """Nothing more is needed; the case is closed."""


class ReturnAssistanceOverdue(InCase):
    """The day has passed and no document is issued. For both sides."""

    done_by: date
    recorded_at: datetime


CASES: Final = CaseKind(
    kind=KIND,
    commands_topic="inquiry.commands.v1",
    statements=(
        Statement(RequestReturnAssistance, ReturnAssistanceRequested, "opener"),
        Statement(AcceptReturnAssistance, ReturnAssistanceAccepted, "other"),
        Statement(DeclineReturnAssistance, ReturnAssistanceDeclined, "other"),
        Statement(BeginReturnProcedure, ReturnProcedureBegun, "other"),
        Statement(IssueTravelDocument, TravelDocumentIssued, "other"),
        Statement(ConfirmDeparture, DepartureConfirmed, "opener", ends=True),
        Statement(CloseReturnAssistance, ReturnAssistanceClosed, "opener", ends=True),
    ),
    by_the_clock=(ReturnAssistanceOverdue,),
    to_both_sides=(ReturnAssistanceOverdue,),
    classification="confidential",
    sealed={"returning_person": ReturningPerson, "travel_document": TravelDocument},
)

# -- examples -----------------------------------------------------------------------------------------------------

RETURNING: Final = ReturningPerson(
    names={"ky": "Асанова Айжан Бакыт кызы", "ja": "アサノワ　アイジャン"},
    born_on=date(2001, 5, 17),
    identifiers=(Identifier(scheme="xc.passport", value="AC1234567"),),
    contact="+996 555 000 222",
    circumstances={"ja": "旅券を紛失し、出国できない。"},
)
TRAVEL_DOCUMENT: Final = TravelDocument(document_number="CB-0004417")
_SEALED = "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyJ9.a2V5.aXY.Y2lwaGVy.dGFn"
_CASE = {"country": "xa", "number": "H-2026/3"}
_REQUEST = RequestReturnAssistance(
    **_CASE,
    title={"en": "Emergency travel document for a worker"},
    wished_on=date(2031, 4, 30),
    returning_person=_SEALED,
)
_ACCEPTANCE = AcceptReturnAssistance(**_CASE, reference="09-3/11", done_by=date(2031, 4, 24))
_REFUSAL = DeclineReturnAssistance(
    **_CASE,
    reference="09-3/12",
    ground={"ru": "Гражданство не подтверждено."},
    legal_basis="Закон о гражданстве, статья 5",
)
_PROCEDURE = BeginReturnProcedure(
    **_CASE, reference="09-3/13", begun_on=date(2025, 12, 1), procedure={"ru": "Установление личности."}
)
_ISSUE = IssueTravelDocument(
    **_CASE,
    reference="09-3/14",
    issued_on=date(2025, 12, 3),
    valid_until=date(2031, 5, 3),
    travel_document=_SEALED,
)
_DEPARTURE = ConfirmDeparture(**_CASE, departed_on=date(2025, 12, 9))
_CLOSING = CloseReturnAssistance(**_CASE, ground={"en": "The person has arrived."})
_MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_SHARED = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "shared_at": _MOMENT, "recorded_at": _MOMENT}

EXAMPLES: tuple[Contract, ...] = (
    _REQUEST,
    _ACCEPTANCE,
    _REFUSAL,
    _PROCEDURE,
    _ISSUE,
    _DEPARTURE,
    _CLOSING,
    ReturnAssistanceRequested(**dict(_REQUEST), **_SHARED),
    ReturnAssistanceAccepted(**dict(_ACCEPTANCE), overdue_at=datetime(2031, 4, 24, 18, 0, tzinfo=UTC), **_SHARED),
    ReturnAssistanceDeclined(**dict(_REFUSAL), **_SHARED),
    ReturnProcedureBegun(**dict(_PROCEDURE), **_SHARED),
    TravelDocumentIssued(**dict(_ISSUE), late=True, **_SHARED),
    DepartureConfirmed(**dict(_DEPARTURE), **_SHARED),
    ReturnAssistanceClosed(**dict(_CLOSING), **_SHARED),
    ReturnAssistanceOverdue(**_CASE, done_by=date(2031, 4, 24), recorded_at=_MOMENT),
)
"""One of each command and event."""

"""Consultations (M4.2): what two sides meet about, on which day, what they agreed there, and what each has to do.

A dispute on interpretation or implementation is settled by one (M10b): it has the occasion `dispute`.

Days of a consultation are by the calendar of the side that opened the case; the day by which an action item is done is
by its owner's.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final, Literal

from shared.contracts.base import Contract
from shared.contracts.case import Attachment, CaseKind, Digest, InCase, Party, Sharing, Statement

KIND: Final = "consultation"

Occasion = Literal["regular", "ad-hoc", "dispute"]
"""M4.2, M10b."""
Topic = Literal[
    "policy", "intermediaries", "screening-and-corrective-measures", "tests", "residence-management", "other"
]
"""M4.2 (a) to (f), in this order."""
Outcome = Literal["settled", "not-settled"]
"""M10b: what came of a dispute."""


class AgendaItem(Contract):
    """Something that is to be spoken of."""

    topic: Topic
    text: dict[str, str]
    """By language tag."""


class Dispute(Contract):
    """What the two sides see differently."""

    clause: str
    """Of the memorandum, as its text numbers it."""
    position: dict[str, str]
    """Of the side that raises it, by language tag."""


class ActionItem(Contract):
    """Something that a side has to do, as the minutes have it."""

    item: int
    """From 1 on, unique in the minutes."""
    owner: Party
    """Who does it."""
    due_on: date
    """The last day on which it is done in time, by the owner's calendar."""
    text: dict[str, str]
    """By language tag."""


class _Plan(InCase):
    title: dict[str, str]
    """By language tag."""
    agenda: tuple[AgendaItem, ...] = ()
    on: date
    """The day proposed."""


class _Proposal(_Plan):
    occasion: Occasion
    every_months: int | None = None
    """Of a regular one: the next is proposed so many months after the day on which this one was held."""
    dispute: Dispute | None = None
    attachments: tuple[Attachment, ...] = ()


class _Date(InCase):
    on: date


class _Item(InCase):
    topic: Topic
    text: dict[str, str]
    """By language tag."""


class _Position(InCase):
    position: dict[str, str]
    """By language tag."""


class _Held(InCase):
    held_on: date


class _Minutes(InCase):
    minutes: Attachment
    action_items: tuple[ActionItem, ...] = ()
    """They stand in the minutes too, and are agreed with them."""
    outcome: Outcome | None = None
    """Of a dispute; it stands in the minutes too."""


class _MinutesAgreement(InCase):
    digest: Digest
    """Of the minutes that are agreed to."""


class _Completion(InCase):
    item: int
    """Of the minutes' action items."""
    text: dict[str, str]
    """What was done, by language tag."""
    attachments: tuple[Attachment, ...] = ()


class _Cancellation(InCase):
    ground: dict[str, str]
    """By language tag."""


class _Next(_Plan):
    every_months: int
    previous: str
    """Number of the case that it follows upon."""


class _Spoken(Sharing):
    """Something that either side may say."""

    by: Party


# -- commands -----------------------------------------------------------------------------------------------------


class ProposeConsultation(_Proposal):
    """M4.2: a side proposes to consult, about what and on which day."""


class ProposeConsultationDate(_Date):
    """M4.2: a side proposes another day, as long as none is agreed."""


class AgreeConsultationDate(_Date):
    """M4.2: a side agrees to the day that the other has proposed last, which it names."""


class AddAgendaItem(_Item):
    """M4.2: a side wishes to speak of something more."""


class StatePosition(_Position):
    """M4.2, M10b: a side says where it stands, in the place of what it said before."""


class HoldConsultation(_Held):
    """M4.2: the side that opened the case tells that the two have met."""


class ProposeMinutes(_Minutes):
    """M4.2: a side proposes minutes, or others than those proposed."""


class AgreeMinutes(_MinutesAgreement):
    """M4.2: a side agrees to the minutes that the other has proposed last, by their digest."""


class CompleteActionItem(_Completion):
    """M4.2: the owner of an action item has done it."""


class CancelConsultation(_Cancellation):
    """M4.2, M3a: a side does not consult, or not any more; with a regular consultation its schedule ends."""


class ProposeNextConsultation(_Next):
    """M4.2: what a regular schedule asks for by itself. No side hands it in."""


# -- events -------------------------------------------------------------------------------------------------------


class ConsultationProposed(_Proposal, Sharing):
    """A consultation is proposed."""


class ConsultationDateProposed(_Date, _Spoken):
    """Another day is proposed."""


class ConsultationDateAgreed(_Date, _Spoken):
    """Both sides are agreed on the day."""


class AgendaItemAdded(_Item, _Spoken):
    """The agenda has one item more."""


class PositionStated(_Position, _Spoken):
    """A side has said where it stands."""


class ConsultationHeld(_Held, Sharing):
    """The two sides have met."""

    next_on: date | None = None
    """Of a regular one: the day for which the next will be proposed."""


class MinutesProposed(_Minutes, _Spoken):
    """Minutes are proposed, in the place of those proposed before."""


class MinutesAgreed(_MinutesAgreement, _Spoken):
    """Both sides are agreed on the minutes and their action items; without any the case is closed."""


class ActionItemCompleted(_Completion, _Spoken):
    """An action item is done; with the last one the case is closed."""

    late: bool = False
    """Whether it was told after its day was over."""


class ConsultationCancelled(_Cancellation, _Spoken):
    """It does not take place; the case is closed."""


class ActionItemOverdue(InCase):
    """The day has passed and the action item is not done. For both sides."""

    item: int
    owner: Party
    due_on: date
    recorded_at: datetime


class NextConsultationDue(_Plan):
    """It is time to propose the next consultation of a regular schedule. The plan is the next one's."""

    every_months: int
    next_number: str
    """Of the next one's case."""
    recorded_at: datetime


class NextConsultationProposed(_Next):
    """The next consultation of a regular schedule is proposed, for the side that set the schedule. For both sides."""

    recorded_at: datetime


CASES: Final = CaseKind(
    kind=KIND,
    commands_topic="inquiry.commands.v1",
    statements=(
        Statement(ProposeConsultation, ConsultationProposed, "opener"),
        Statement(ProposeConsultationDate, ConsultationDateProposed, "either"),
        Statement(AgreeConsultationDate, ConsultationDateAgreed, "either"),
        Statement(AddAgendaItem, AgendaItemAdded, "either"),
        Statement(StatePosition, PositionStated, "either"),
        # Not its end yet, but nothing ends it otherwise once a day is agreed and the two have met.
        Statement(HoldConsultation, ConsultationHeld, "opener", ends=True),
        Statement(ProposeMinutes, MinutesProposed, "either"),
        Statement(AgreeMinutes, MinutesAgreed, "either"),
        Statement(CompleteActionItem, ActionItemCompleted, "either"),
        Statement(CancelConsultation, ConsultationCancelled, "either"),
    ),
    by_the_clock=(ActionItemOverdue, NextConsultationProposed),
    to_both_sides=(ActionItemOverdue, NextConsultationProposed),
    opened_by_the_clock=(NextConsultationProposed,),
)

_PLACE: Final = re.compile(r"(?P<first>.*)~(?P<place>[1-9][0-9]{0,4})", re.DOTALL)


def next_number(number: str) -> str:
    """The number of the case that follows in a regular schedule: `7`, `7~2`, `7~3` and so on.

    By a mark that countries do not number their own cases with, as they do with slashes and hyphens.
    """
    found = _PLACE.fullmatch(number)
    return f"{number}~2" if found is None else f"{found['first']}~{int(found['place']) + 1}"


# -- examples -----------------------------------------------------------------------------------------------------

_CASE = {"country": "xa", "number": "C-2026/3"}
_DAY = date(2031, 5, 14)
_MINUTES = Attachment(
    title="Minutes of the third consultation",
    digest="sha-256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    media_type="application/pdf",
    size=120_344,
)
_AGENDA = (
    AgendaItem(topic="policy", text={"en": "The three fields that were added."}),
    AgendaItem(topic="intermediaries", text={"en": "Brokers who collect deposits, and what is done about them."}),
)
_PROPOSAL = ProposeConsultation(
    **_CASE,
    occasion="regular",
    title={"en": "Third regular consultation"},
    agenda=_AGENDA,
    on=date(2031, 5, 7),
    every_months=6,
    attachments=(_MINUTES.model_copy(update={"title": "Draft of the programme"}),),
)
_DATE = ProposeConsultationDate(**_CASE, on=_DAY)
_DATE_AGREEMENT = AgreeConsultationDate(**_CASE, on=_DAY)
_ITEM = AddAgendaItem(**_CASE, topic="residence-management", text={"en": "Changes of employer within a field."})
_POSITION = StatePosition(**_CASE, position={"ru": "Списки следует обновлять чаще."})
_HELD = HoldConsultation(**_CASE, held_on=_DAY)
_PROPOSED_MINUTES = ProposeMinutes(
    **_CASE,
    minutes=_MINUTES,
    action_items=(
        ActionItem(item=1, owner="xb", due_on=date(2031, 6, 30), text={"en": "List the brokers that were fined."}),
    ),
)
_MINUTES_AGREEMENT = AgreeMinutes(**_CASE, digest=_MINUTES.digest)
_COMPLETION = CompleteActionItem(
    **_CASE,
    item=1,
    text={"en": "The list is attached."},
    attachments=(_MINUTES.model_copy(update={"title": "Brokers fined since 2025"}),),
)
_CANCELLATION = CancelConsultation(**_CASE, ground={"en": "Elections; a new one will be proposed."})
_NEXT = {"title": _PROPOSAL.title, "agenda": _AGENDA, "on": date(2031, 11, 14), "every_months": 6}
_MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_SHARED = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "shared_at": _MOMENT, "recorded_at": _MOMENT}
_SPOKEN = {**_SHARED, "by": "xa"}
_FOLLOWING = {**_NEXT, "country": "xa", "number": next_number(_PROPOSAL.number), "previous": _PROPOSAL.number}

DISPUTE_EXAMPLES: tuple[ProposeConsultation, ProposeMinutes] = (
    _PROPOSAL.model_copy(
        update={
            "occasion": "dispute",
            "title": {"en": "When a revocation is notified"},
            "agenda": (),
            "every_months": None,
            "dispute": Dispute(
                clause="Paragraph 6 (4)", position={"en": "A revocation is notified on the day on which it is made."}
            ),
        }
    ),
    _PROPOSED_MINUTES.model_copy(update={"outcome": "settled"}),
)
"""What is said otherwise in a dispute (M10b)."""
EXAMPLES: tuple[Contract, ...] = (
    _PROPOSAL,
    _DATE,
    _DATE_AGREEMENT,
    _ITEM,
    _POSITION,
    _HELD,
    _PROPOSED_MINUTES,
    _MINUTES_AGREEMENT,
    _COMPLETION,
    _CANCELLATION,
    ProposeNextConsultation.model_validate(_FOLLOWING),
    ConsultationProposed(**dict(_PROPOSAL), **_SHARED),
    ConsultationDateProposed(**dict(_DATE), **_SPOKEN),
    ConsultationDateAgreed(**dict(_DATE_AGREEMENT), **_SPOKEN),
    AgendaItemAdded(**dict(_ITEM), **_SPOKEN),
    PositionStated(**dict(_POSITION), **_SPOKEN),
    ConsultationHeld(**dict(_HELD), next_on=date(2031, 11, 14), **_SHARED),
    MinutesProposed(**dict(_PROPOSED_MINUTES), **_SPOKEN),
    MinutesAgreed(**dict(_MINUTES_AGREEMENT), **_SPOKEN),
    ActionItemCompleted(**dict(_COMPLETION), late=True, **_SPOKEN),
    ConsultationCancelled(**dict(_CANCELLATION), **_SPOKEN),
    ActionItemOverdue(**_CASE, item=1, owner="xb", due_on=date(2031, 6, 30), recorded_at=_MOMENT),
    NextConsultationDue.model_validate(
        {**_NEXT, **_CASE, "next_number": next_number(_PROPOSAL.number), "recorded_at": _MOMENT}
    ),
    NextConsultationProposed.model_validate(_FOLLOWING | {"recorded_at": _MOMENT}),
)
"""One of each command and event."""

"""How soon the other side takes on and answers what is stated in a case: what counts, of every kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.inquiry.consultations.model import ConsultationRecord
from shared.cases.timeliness import WITHIN, Tally, indicators, of_case
from shared.contracts.consent import AskConsent, DiscloseUnderConsent, GrantConsent, RefuseConsent, WithdrawConsent
from shared.contracts.consultation import (
    AgreeConsultationDate,
    CancelConsultation,
    HoldConsultation,
    NextConsultationProposed,
    ProposeConsultation,
    ProposeConsultationDate,
)
from shared.contracts.contact_point_change import AcknowledgeContactPoint, ChangeContactPoint
from shared.contracts.cooperation_request import (
    AcceptCooperation,
    CompleteCooperation,
    DeclineCooperation,
    RequestCooperation,
    WithdrawCooperationRequest,
)
from shared.contracts.residence_matter import (
    AnswerResidenceMatter,
    CloseResidenceMatter,
    DeclineResidenceMatter,
    RaiseResidenceMatter,
)
from shared.contracts.return_assistance import (
    AcceptReturnAssistance,
    BeginReturnProcedure,
    CloseReturnAssistance,
    ConfirmDeparture,
    DeclineReturnAssistance,
    IssueTravelDocument,
    RequestReturnAssistance,
)
from shared.contracts.termination_notice import AcknowledgeTerminationNotice, GiveTerminationNotice
from tests.case_builders import AGREEMENTS, NOW
from tests.stated_matters import (
    AMENDMENTS,
    CONSENTS,
    CONSULTATIONS,
    CONTACT_POINT_CHANGES,
    COOPERATION_REQUESTS,
    DISPUTES,
    RESIDENCE_MATTERS,
    RETURN_ASSISTANCE,
    STATED,
    TERMINATION_NOTICES,
    Said,
    StatedMatter,
)

AGREEMENT = AGREEMENTS.get("jp-kg")
assert AGREEMENT is not None
ZONES = {country: party.zone for country, party in AGREEMENT.parties.items()}
LONG_AFTER = NOW + timedelta(days=4000)
"""After every day in the examples."""


def counted(matter: StatedMatter, record: Any, now: Any = LONG_AFTER) -> list[Tally]:
    return list(of_case(matter.cases.kind, "kg", "jp", record.outline, ZONES, now))


def minute(number: int) -> Any:
    """When the statement at this place of a way goes over, its first at none."""
    return NOW + timedelta(minutes=number)


@pytest.mark.parametrize(
    ("matter", "said", "accepted", "answered"),
    [
        (RESIDENCE_MATTERS, (RaiseResidenceMatter,), None, None),
        (RESIDENCE_MATTERS, (RaiseResidenceMatter, AnswerResidenceMatter, AnswerResidenceMatter), 1, 1),
        (RESIDENCE_MATTERS, (RaiseResidenceMatter, DeclineResidenceMatter), 1, 1),
        (RETURN_ASSISTANCE, (RequestReturnAssistance, AcceptReturnAssistance, BeginReturnProcedure), 1, None),
        (
            RETURN_ASSISTANCE,
            (RequestReturnAssistance, AcceptReturnAssistance, IssueTravelDocument, IssueTravelDocument),
            1,
            2,
        ),
        (RETURN_ASSISTANCE, (RequestReturnAssistance, AcceptReturnAssistance, DeclineReturnAssistance), 1, 2),
        (RETURN_ASSISTANCE, (RequestReturnAssistance, DeclineReturnAssistance), 1, 1),
        (CONSENTS, (AskConsent,), None, None),
        (CONSENTS, (AskConsent, GrantConsent, DiscloseUnderConsent, WithdrawConsent), 1, 1),
        (CONSENTS, (AskConsent, RefuseConsent), 1, 1),
        (CONSULTATIONS, (ProposeConsultation, (ProposeConsultationDate, "jp")), None, None),
        (
            CONSULTATIONS,
            (ProposeConsultation, (ProposeConsultationDate, "jp"), (AgreeConsultationDate, "kg"), HoldConsultation),
            2,
            2,
        ),
        (CONSULTATIONS, (ProposeConsultation, (CancelConsultation, "jp")), 1, 1),
        (COOPERATION_REQUESTS, (RequestCooperation, AcceptCooperation), 1, None),
        (COOPERATION_REQUESTS, (RequestCooperation, AcceptCooperation, CompleteCooperation), 1, 2),
        (COOPERATION_REQUESTS, (RequestCooperation, DeclineCooperation), 1, 1),
        (CONTACT_POINT_CHANGES, (ChangeContactPoint, AcknowledgeContactPoint), 1, 1),
        (TERMINATION_NOTICES, (GiveTerminationNotice, AcknowledgeTerminationNotice), 1, 1),
    ],
    ids=lambda value: value.cases.kind if isinstance(value, StatedMatter) else None,
)
def test_what_was_stated_is_taken_on_and_answered(
    matter: StatedMatter, said: tuple[Said, ...], accepted: int | None, answered: int | None
) -> None:
    outline = matter.after(*said).outline
    assert outline.shared_at == minute(0)
    assert outline.accepted_at == (None if accepted is None else minute(accepted))
    assert outline.answered_at == (None if answered is None else minute(answered))
    (tally,) = counted(matter, matter.after(*said))
    assert (tally.side, tally.kind) == ("jp", matter.cases.kind)
    assert (tally.to_accept, tally.accepted_in_time) == (1, int(accepted is not None))
    assert (tally.answered, tally.seconds_to_answer) == (int(answered is not None), 60.0 * (answered or 0))


@pytest.mark.parametrize("matter", [*STATED, DISPUTES], ids=lambda matter: matter.cases.kind)
def test_what_waits_for_a_week_counts_of_every_kind_but_where_nobody_owes_an_answer(matter: StatedMatter) -> None:
    record = matter.after(next(iter(matter.ways.values()))[0])
    assert counted(matter, record, minute(0) + WITHIN) == []
    found = counted(matter, record, minute(0) + WITHIN + timedelta(seconds=1))
    assert [(one.side, one.to_accept, one.accepted_in_time) for one in found] == (
        [] if matter is AMENDMENTS else [("jp", 1, 0)]
    )


@pytest.mark.parametrize(
    ("matter", "said"),
    [
        (RESIDENCE_MATTERS, (RaiseResidenceMatter, CloseResidenceMatter)),
        (RETURN_ASSISTANCE, (RequestReturnAssistance, CloseReturnAssistance)),
        (CONSULTATIONS, (ProposeConsultation, (CancelConsultation, "kg"))),
        (COOPERATION_REQUESTS, (RequestCooperation, WithdrawCooperationRequest)),
    ],
    ids=lambda value: value.cases.kind if isinstance(value, StatedMatter) else None,
)
def test_what_its_own_side_takes_back_counts_against_nobody(matter: StatedMatter, said: tuple[Said, ...]) -> None:
    assert counted(matter, matter.after(*said)) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ((RequestReturnAssistance, AcceptReturnAssistance), (1, 0)),
        ((RequestReturnAssistance, AcceptReturnAssistance, IssueTravelDocument), (1, 1)),
        # It left with a document of another kind: there was no more to do.
        ((RequestReturnAssistance, AcceptReturnAssistance, ConfirmDeparture), (0, 0)),
    ],
)
def test_return_assistance_is_answered_by_the_day_for_which_a_document_was_promised(
    said: tuple[Said, ...], told: tuple[int, int]
) -> None:
    record = RETURN_ASSISTANCE.after(*said)
    (tally,) = counted(RETURN_ASSISTANCE, record)
    assert (tally.to_answer, tally.answered_in_time) == told


def test_a_consultation_is_answered_by_the_day_proposed_first_whatever_comes_of_it() -> None:
    proposal = CONSULTATIONS.command(ProposeConsultation)
    proposed = CONSULTATIONS.after(proposal)
    assert proposed.answer_by == proposal.model_dump()["on"]
    (overdue,) = counted(CONSULTATIONS, proposed)
    assert (overdue.to_answer, overdue.answered_in_time) == (1, 0)
    for way in CONSULTATIONS.ways.values():
        for length in range(3, len(way) + 1):
            (tally,) = counted(CONSULTATIONS, CONSULTATIONS.after(*way[:length]))
            assert (tally.to_answer, tally.answered_in_time, tally.seconds_to_answer) == (1, 1, 120.0)


def test_what_the_clock_proposed_counts_from_then_and_not_from_the_first_word_on_it() -> None:
    (example,) = (one for one in CONSULTATIONS.examples if isinstance(one, NextConsultationProposed))
    told = {"country": "kg", "number": CONSULTATIONS.number, "recorded_at": NOW - timedelta(days=9)}
    event = example.model_copy(update=told)
    record = CONSULTATIONS.decider.evolve(ConsultationRecord(), event)
    (waiting,) = counted(CONSULTATIONS, record, NOW)
    assert (waiting.side, waiting.month, waiting.to_accept, waiting.accepted_in_time) == ("jp", "2026-02", 1, 0)
    agreed = CONSULTATIONS.command(AgreeConsultationDate).model_copy(update={"on": event.on})
    record = CONSULTATIONS.after(agreed, state=record, by="jp")
    assert record.status == "date-agreed"
    (answered,) = indicators(counted(CONSULTATIONS, record))
    assert answered.days_to_answer is not None
    assert round(answered.days_to_answer, 2) == 9.0


def test_what_is_only_to_be_noted_has_no_day_to_be_answered_by() -> None:
    for matter, kind in ((CONTACT_POINT_CHANGES, ChangeContactPoint), (TERMINATION_NOTICES, GiveTerminationNotice)):
        record = matter.after(kind)
        assert record.due_on is not None
        (tally,) = counted(matter, record)
        assert (tally.to_accept, tally.to_answer) == (1, 0)


def test_what_was_taken_back_was_owed_until_then() -> None:
    outline = COOPERATION_REQUESTS.after(RequestCooperation, AcceptCooperation, WithdrawCooperationRequest).outline
    assert (outline.closed, outline.answered_at, outline.taken_back_at) == (True, None, minute(2))
    still_owed = COOPERATION_REQUESTS.after(RequestCooperation, AcceptCooperation).outline
    assert (still_owed.closed, still_owed.taken_back_at) == (False, None)

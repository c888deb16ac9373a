"""Return assistance (M8.3): what either side may say, when, and what stays sealed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.inquiry.return_assistance.model import ReturnAssistanceRecord
from shared.contracts.case import InCase, ReportDeadline
from shared.contracts.return_assistance import (
    CASES,
    AcceptReturnAssistance,
    BeginReturnProcedure,
    CloseReturnAssistance,
    ConfirmDeparture,
    DeclineReturnAssistance,
    IssueTravelDocument,
    RequestReturnAssistance,
    ReturnAssistanceAccepted,
    ReturnAssistanceOverdue,
    TravelDocumentIssued,
)
from shared.messaging.decider import Decided, Refusal
from tests.case_builders import NOW, context
from tests.stated_matters import RETURN_ASSISTANCE as MATTER

REQUESTED = (RequestReturnAssistance,)
ACCEPTED = (*REQUESTED, AcceptReturnAssistance)
BEGUN = (*ACCEPTED, BeginReturnProcedure)
ISSUED = (*ACCEPTED, IssueTravelDocument)
DEPARTED = (*ISSUED, ConfirmDeparture)
SENT = NOW + timedelta(minutes=1)


def command(kind: type[InCase], **changes: Any) -> InCase:
    return MATTER.command(kind).model_copy(update=changes)


def refused(said: tuple[type[InCase], ...], kind: type[InCase], **changes: Any) -> Refusal:
    by = "jp" if CASES.said(kind).by == "other" else "kg"
    refusal = MATTER.refused(MATTER.after(*said), command(kind, **changes), by)
    assert refusal.clause in ("M8.3", "M3b")
    return refusal


def decided(state: ReturnAssistanceRecord, one: InCase | ReportDeadline, by: str = "jp") -> Decided:
    outcome = MATTER.decided(state, one, by)
    assert isinstance(outcome, Decided), outcome
    return outcome


class TestRequest:
    def test_needs_words_and_a_person(self) -> None:
        assert refused((), RequestReturnAssistance, title={"ja": " "}).pointer == "/title"
        assert refused((), RequestReturnAssistance, returning_person=None).pointer == "/returning_person"

    def test_with_a_person_in_the_open_is_refused_without_a_word_of_it(self) -> None:
        refusal = refused((), RequestReturnAssistance, returning_person="Асанова Айжан")
        assert (refusal.slug, refusal.pointer) == ("not-sealed", "/returning_person")
        assert "Асанова" not in refusal.detail

    def test_is_made_once_under_a_number(self) -> None:
        assert refused(REQUESTED, RequestReturnAssistance).slug == "already-asked"

    def test_may_be_made_by_either_party(self) -> None:
        theirs = command(RequestReturnAssistance, country="jp")
        stream = CASES.stream("jp-kg", "jp", theirs.number)
        outcome = MATTER.decider.decide(MATTER.new, theirs, context(stream, originator="jp"))
        assert isinstance(outcome, Decided)


class TestAcceptance:
    def test_sets_the_clock_to_the_end_of_its_day_where_it_is_done(self) -> None:
        outcome = decided(MATTER.after(*REQUESTED), command(AcceptReturnAssistance, done_by=date(2026, 3, 9)))
        (accepted,) = outcome.events
        assert isinstance(accepted, ReturnAssistanceAccepted)
        # Midnight in Tokyo.
        assert accepted.overdue_at == datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
        assert [intent.due for intent in outcome.intents] == [accepted.overdue_at]

    def test_of_a_day_that_is_over_is_refused(self) -> None:
        refusal = refused(REQUESTED, AcceptReturnAssistance, done_by=date(2026, 3, 1))
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/done_by")
        today = command(AcceptReturnAssistance, done_by=date(2026, 3, 2))
        assert decided(MATTER.after(*REQUESTED), today).events

    def test_of_the_last_day_of_the_calendar_is_refused(self) -> None:
        assert refused(REQUESTED, AcceptReturnAssistance, done_by=date.max).slug == "no-such-date"

    def test_answers_a_request_and_only_once(self) -> None:
        assert refused((), AcceptReturnAssistance).slug == "no-such-case"
        assert refused(ACCEPTED, AcceptReturnAssistance).slug == "wrong-state"


class TestDeclining:
    def test_says_why(self) -> None:
        assert refused(REQUESTED, DeclineReturnAssistance, ground={}).pointer == "/ground"

    def test_is_possible_until_a_document_is_issued(self) -> None:
        for said in (REQUESTED, ACCEPTED, BEGUN):
            assert MATTER.after(*said, DeclineReturnAssistance).status == "declined"
        assert refused(ISSUED, DeclineReturnAssistance).state == "document-issued"

    def test_stops_the_clock(self) -> None:
        assert decided(MATTER.after(*ACCEPTED), command(DeclineReturnAssistance)).closes == ("overdue",)


class TestProcedure:
    def test_is_told_of_after_it_began(self) -> None:
        refusal = refused(ACCEPTED, BeginReturnProcedure, begun_on=date(2026, 3, 3))
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/begun_on")

    def test_says_which(self) -> None:
        assert refused(ACCEPTED, BeginReturnProcedure, procedure={}).pointer == "/procedure"

    def test_needs_an_acceptance_and_no_document_yet(self) -> None:
        assert refused(REQUESTED, BeginReturnProcedure).slug == "wrong-state"
        assert refused(ISSUED, BeginReturnProcedure).slug == "wrong-state"

    def test_may_be_followed_by_another(self) -> None:
        assert len(MATTER.after(*BEGUN, BeginReturnProcedure).procedures) == 2


class TestTravelDocument:
    def test_has_its_number_sealed(self) -> None:
        assert refused(ACCEPTED, IssueTravelDocument, travel_document=None).pointer == "/travel_document"
        refusal = refused(ACCEPTED, IssueTravelDocument, travel_document="CB-0004417")
        assert refusal.slug == "not-sealed"
        assert "0004417" not in refusal.detail

    def test_is_valid_from_its_issue_on(self) -> None:
        day = date(2026, 3, 2)
        assert (
            refused(ACCEPTED, IssueTravelDocument, issued_on=day, valid_until=date(2026, 3, 1)).pointer
            == "/valid_until"
        )
        one_day = command(IssueTravelDocument, issued_on=day, valid_until=day)
        assert decided(MATTER.after(*ACCEPTED), one_day).events

    def test_is_told_of_after_it_was_issued(self) -> None:
        assert refused(BEGUN, IssueTravelDocument, issued_on=date(2026, 3, 3)).pointer == "/issued_on"

    def test_needs_an_acceptance(self) -> None:
        assert refused(REQUESTED, IssueTravelDocument).slug == "wrong-state"
        assert refused(DEPARTED, IssueTravelDocument).slug == "wrong-state"

    @pytest.mark.parametrize(("sent", "late"), [(timedelta(0), True), (timedelta(seconds=-1), False)])
    def test_is_late_from_the_first_moment_after_its_day(self, sent: timedelta, late: bool) -> None:
        accepted = command(AcceptReturnAssistance, done_by=date(2026, 3, 9))
        state = MATTER.after(accepted, state=MATTER.after(*REQUESTED), by="jp")
        moment = (datetime(2026, 3, 9, 15, 0, tzinfo=UTC) + sent).isoformat()
        outcome = MATTER.decided(state, command(IssueTravelDocument), "jp", time=moment)
        assert isinstance(outcome, Decided)
        (issued,) = outcome.events
        assert isinstance(issued, TravelDocumentIssued)
        assert issued.late is late
        assert outcome.closes == ("overdue",)

    def test_may_be_replaced(self) -> None:
        state = MATTER.after(*ISSUED, IssueTravelDocument)
        assert (state.status, len(state.documents)) == ("document-issued", 2)


class TestDeparture:
    def test_is_confirmed_after_it_by_the_calendar_of_the_side_that_confirms_it(self) -> None:
        third = command(ConfirmDeparture, departed_on=date(2026, 3, 3))
        # An hour before midnight in Bishkek, when the third of March has begun in Tokyo.
        state = MATTER.after(*ISSUED)
        assert MATTER.refused(state, third, "kg", time="2026-03-02T17:00:00Z").pointer == "/departed_on"
        assert isinstance(MATTER.decided(state, third, "kg", time="2026-03-02T18:00:00Z"), Decided)
        assert refused(ISSUED, ConfirmDeparture, departed_on=date(2026, 3, 3)).pointer == "/departed_on"

    def test_needs_an_acceptance_and_happens_once(self) -> None:
        assert refused(REQUESTED, ConfirmDeparture).slug == "wrong-state"
        assert refused(DEPARTED, ConfirmDeparture).slug == "wrong-state"

    def test_is_possible_with_a_document_of_another_kind(self) -> None:
        assert decided(MATTER.after(*BEGUN), command(ConfirmDeparture), "kg").closes == ("overdue",)


class TestClosing:
    def test_before_the_departure_says_why(self) -> None:
        assert refused(ISSUED, CloseReturnAssistance, ground={}).pointer == "/ground"
        assert MATTER.after(*ISSUED, CloseReturnAssistance).status == "closed"

    def test_after_it_needs_no_words(self) -> None:
        assert decided(MATTER.after(*DEPARTED), command(CloseReturnAssistance, ground={}), "kg").events

    def test_ends_the_case(self) -> None:
        for kind in CASES.commands[1:]:
            assert refused((*DEPARTED, CloseReturnAssistance), kind).slug == "wrong-state"


class TestClock:
    def report(self) -> ReportDeadline:
        return ReportDeadline(intent_id="overdue", attempt=1, reached_at=SENT)

    def test_tells_both_sides_when_the_day_is_over(self) -> None:
        state = MATTER.after(*BEGUN)
        assert not state.overdue
        outcome = decided(state, self.report())
        (overdue,) = outcome.events
        assert isinstance(overdue, ReturnAssistanceOverdue)
        assert (type(overdue) in CASES.to_both_sides, outcome.closes) == (True, ("overdue",))
        assert outcome.classification == "confidential"
        late = MATTER.decider.evolve(state, overdue)
        assert (late.overdue, late.status) == (True, "procedure-begun")
        assert decided(late, self.report()) == Decided()
        assert MATTER.after(IssueTravelDocument, state=late).overdue is False

    def test_says_nothing_of_what_is_done_or_was_never_accepted(self) -> None:
        for said in ((), REQUESTED, ISSUED, DEPARTED):
            assert decided(MATTER.after(*said), self.report()) == Decided()


def test_the_day_due_is_the_accepted_one_before_the_wished_one() -> None:
    assert MATTER.new.due_on is None
    assert MATTER.after(*REQUESTED).due_on == date(2031, 4, 30)
    assert MATTER.after(*ACCEPTED).due_on == date(2031, 4, 24)


def test_nothing_of_the_person_is_a_member_of_what_the_core_keeps() -> None:
    told = MATTER.after(*DEPARTED, CloseReturnAssistance).model_dump_json()
    for name in ("names", "born_on", "identifiers", "contact", "circumstances", "document_number"):
        assert f'"{name}"' not in told

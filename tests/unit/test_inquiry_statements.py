"""M6.4, M7.6: what is said of an inquiry besides its answer: by when, by whom, what further, and that it is closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.inquiry.inquiries.decisions import decide
from services.inquiry.inquiries.model import OVERDUE, REMINDER, InquiryRecord, evolve
from shared.contracts.base import Contract
from shared.contracts.case import CaseMessageDelivered, ReportDeadline
from shared.contracts.inquiry import (
    CASES,
    FollowUpAsked,
    InquiryAnswered,
    InquiryAsked,
    InquiryClosed,
    InquiryForwarded,
    InquiryOverdue,
    InquiryReminded,
    ReplyDateAccepted,
    ReplyDateProposed,
)
from shared.errors import SLUGS
from shared.messaging.decider import Decided, Refusal
from tests.case_builders import (
    AGREEMENTS,
    INQUIRY_STREAM,
    NOW,
    accept,
    answer,
    ask,
    close_inquiry,
    context,
    decline,
    delivery,
    follow_up,
    forward,
    propose,
)

NEW = InquiryRecord()
WISHED, LATER, SATURDAY = date(2026, 3, 20), date(2026, 4, 10), date(2026, 4, 11)
OVER = datetime(2026, 3, 23, 15, 0, tzinfo=UTC)
"""When the wished day, a holiday, and the next working day are over in Tokyo."""
LATER_IS_OVER = datetime(2026, 4, 10, 15, 0, tzinfo=UTC)
OTHERS = ("AnswerInquiry", "DeclineInquiry", "ForwardInquiry")
Said = Contract | tuple[Contract, str]
"""A command, and by whom where either side may give it."""


def decided(state: InquiryRecord, said: Said, **envelope: object) -> Decided | Refusal:
    """`jp` replies; all else is said by `kg`, unless told otherwise."""
    command, by = said if isinstance(said, tuple) else (said, "jp" if type(said).__name__ in OTHERS else "kg")
    envelope = {"originator": by, "classification": "official", "correlationid": f"receipt-{by}"} | envelope
    return decide(AGREEMENTS.get, state, command, context(INQUIRY_STREAM, **envelope))  # type: ignore[arg-type]


def done(state: InquiryRecord, said: Said, **envelope: object) -> Decided:
    outcome = decided(state, said, **envelope)
    assert isinstance(outcome, Decided), outcome
    return outcome


def taken(state: InquiryRecord, said: Said, **envelope: object) -> Contract:
    (event,) = done(state, said, **envelope).events
    return event


def refused(state: InquiryRecord, said: Said, **envelope: object) -> Refusal:
    outcome = decided(state, said, **envelope)
    assert isinstance(outcome, Refusal), outcome
    assert outcome.slug in SLUGS
    assert outcome.clause == "M6.4"
    return outcome


def after(*every: Said) -> InquiryRecord:
    state = NEW
    for said in every:
        state = evolve(state, taken(state, said))
    return state


def reached(intent_id: str, moment: datetime = OVER) -> ReportDeadline:
    return ReportDeadline(intent_id=intent_id, attempt=1, reached_at=moment)


ASKED = after(ask())
COUNTERED = after(ask(), (propose(LATER), "jp"))
AGREED = after(ask(), (propose(LATER), "jp"), (accept(LATER), "kg"))
ANSWERED = after(ask(), answer())


class TestTheWishedDay:
    def test_on_which_nobody_works_there_stands_for_the_next_working_day(self) -> None:
        event = taken(NEW, ask(wished_on=date(2026, 5, 2)))
        assert isinstance(event, InquiryAsked)
        # A Saturday; Sunday to Wednesday are holidays in Japan.
        assert (event.inquiry.wished_on, event.due_on) == (date(2026, 5, 2), date(2026, 5, 7))
        assert event.overdue_at == datetime(2026, 5, 7, 15, 0, tzinfo=UTC)
        assert event.remind_at == datetime(2026, 4, 27, 15, 0, tzinfo=UTC)

    def test_is_the_other_sides_to_work_on(self) -> None:
        """In the Kyrgyz Republic 7 May 2026 is a holiday as well, and 8 May, a Friday, too."""
        command = ask(country="jp", number="1", topic="sending", wished_on=date(2026, 5, 2))
        outcome = decide(AGREEMENTS.get, NEW, command, context("inquiry/jp-kg/jp-1", originator="jp"))
        assert isinstance(outcome, Decided)
        (event,) = outcome.events
        assert isinstance(event, InquiryAsked)
        assert (event.due_on, event.overdue_at) == (date(2026, 5, 11), datetime(2026, 5, 11, 18, 0, tzinfo=UTC))

    def test_is_accepted_by_the_side_asked_and_the_clock_goes_on(self) -> None:
        decision = done(ASKED, (accept(), "jp"))
        (event,) = decision.events
        assert isinstance(event, ReplyDateAccepted)
        assert (event.by, event.reply_on, event.due_on, event.overdue_at) == ("jp", WISHED, date(2026, 3, 23), OVER)
        assert (list(decision.closes), list(decision.intents)) == ([], [])
        state = evolve(ASKED, event)
        assert (state.status, state.agreed_on, state.waiting) == ("accepted", WISHED, (REMINDER, OVERDUE))

    def test_is_not_accepted_by_who_wishes_it(self) -> None:
        refusal = refused(ASKED, (accept(), "kg"))
        assert (refusal.slug, refusal.state, refusal.pointer) == ("own-proposal", "asked", "/reply_on")

    def test_is_not_accepted_once_it_is_over(self) -> None:
        assert refused(ASKED, (accept(), "jp"), now=OVER).slug == "dates-reversed"


class TestAgreeingOnAnotherDay:
    def test_begins_with_a_proposal_by_which_nothing_moves(self) -> None:
        decision = done(ASKED, (propose(LATER, ground={"ja": "集計中のため。"}), "jp"))
        (event,) = decision.events
        assert isinstance(event, ReplyDateProposed)
        assert (event.by, event.reply_on) == ("jp", LATER)
        assert (list(decision.closes), list(decision.intents)) == ([], [])
        state = evolve(ASKED, event)
        assert (state.status, state.due_on, state.waiting) == ("counter-proposed", ASKED.due_on, ASKED.waiting)

    @pytest.mark.parametrize("first", ["jp", "kg"])
    def test_goes_on_until_one_accepts_what_the_other_proposed_last(self, first: str) -> None:
        second = {"jp": "kg", "kg": "jp"}[first]
        between = date(2026, 4, 3)
        state = after(ask(), (propose(LATER), first), (propose(between), second))
        assert refused(state, (accept(LATER), first)).slug == "another-date"
        assert refused(state, (accept(between), second)).slug == "own-proposal"
        state = evolve(state, taken(state, (accept(between), first)))
        assert (state.status, state.agreed_on, state.due_on) == ("accepted", between, between)

    def test_moves_the_clock(self) -> None:
        decision = done(COUNTERED, (accept(LATER), "kg"))
        assert list(decision.closes) == [REMINDER, OVERDUE]
        assert [(intent.id, intent.due) for intent in decision.intents] == [
            ("reminder-2", datetime(2026, 4, 6, 15, 0, tzinfo=UTC)),
            ("overdue-2", LATER_IS_OVER),
        ]

    def test_closes_what_is_left_of_the_day_before(self) -> None:
        told = after(ask(), reached(REMINDER), (propose(LATER), "jp"))
        decision = done(told, (accept(LATER), "kg"))
        assert list(decision.closes) == [OVERDUE]
        assert evolve(told, decision.events[0]).waiting == ("reminder-2", "overdue-2")

    def test_counts_every_day_agreed_on(self) -> None:
        state = after(ask(), (propose(LATER), "jp"), (accept(LATER), "kg"), (propose(date(2026, 4, 30)), "jp"))
        assert (state.status, state.due_on) == ("accepted", LATER)
        decision = done(state, (accept(date(2026, 4, 30)), "kg"))
        assert list(decision.closes) == ["reminder-2", "overdue-2"]
        assert [intent.id for intent in decision.intents] == ["reminder-3", "overdue-3"]

    def test_on_a_day_when_nobody_works_there_is_due_on_the_next_working_day(self) -> None:
        state = after(ask(), (propose(SATURDAY), "jp"))
        event = taken(state, (accept(SATURDAY), "kg"))
        assert isinstance(event, ReplyDateAccepted)
        assert (event.reply_on, event.due_on) == (SATURDAY, date(2026, 4, 13))

    def test_leaves_no_time_for_a_reminder_where_the_day_is_near(self) -> None:
        near = date(2026, 3, 4)
        decision = done(after(ask(), (propose(near), "kg")), (accept(near), "jp"))
        assert [intent.id for intent in decision.intents] == ["overdue-2"]

    def test_makes_an_overdue_answer_due_again(self) -> None:
        late = after(ask(), reached(OVERDUE), (propose(LATER), "jp"))
        assert late.overdue
        agreed = evolve(late, taken(late, (accept(LATER), "kg"), now=OVER + timedelta(days=1)))
        assert not agreed.overdue
        event = taken(agreed, answer(), now=LATER_IS_OVER - timedelta(seconds=1))
        assert isinstance(event, InquiryAnswered)
        assert not event.late
        event = taken(agreed, answer(), now=LATER_IS_OVER)
        assert isinstance(event, InquiryAnswered)
        assert event.late

    def test_twice_on_the_same_day_is_refused(self) -> None:
        for by in ("jp", "kg"):
            assert refused(AGREED, (accept(LATER), by)).slug == "wrong-state"

    def test_of_a_day_that_is_over_or_is_none_is_refused(self) -> None:
        refusal = refused(ASKED, (propose(date(2026, 3, 1)), "jp"))
        assert (refusal.slug, refusal.pointer) == ("dates-reversed", "/reply_on")
        assert refused(ASKED, (propose(date.max), "jp")).slug == "no-such-date"

    @pytest.mark.parametrize("said", [propose(), accept()])
    def test_when_nothing_is_open_is_refused(self, said: Contract) -> None:
        assert refused(ANSWERED, (said, "jp")).slug == "already-answered"


class TestTheClockOfAnAgreedDay:
    def test_says_nothing_of_the_day_before(self) -> None:
        for intent_id in (REMINDER, OVERDUE):
            assert decided(AGREED, reached(intent_id)) == Decided()

    @pytest.mark.parametrize("originator", ["kg", "jp"])
    def test_reminds_the_side_asked_whoever_agreed(self, originator: str) -> None:
        decision = done(AGREED, reached("reminder-2"), originator=originator)
        (event,) = decision.events
        assert isinstance(event, InquiryReminded)
        assert (event.due_on, decision.addressee, list(decision.closes)) == (LATER, "jp", ["reminder-2"])

    def test_tells_both_once_it_is_over_and_only_once(self) -> None:
        decision = done(AGREED, reached("overdue-2"))
        (event,) = decision.events
        assert isinstance(event, InquiryOverdue)
        assert (event.due_on, decision.addressee) == (LATER, None)
        state = evolve(AGREED, event)
        assert state.overdue
        assert decided(state, reached("overdue-2")) == Decided()


class TestForwarding:
    def test_names_the_authority_that_answers_what_is_open(self) -> None:
        state = after(ask(), answer(1))
        event = taken(state, forward())
        assert isinstance(event, InquiryForwarded)
        assert event.forwarded == (2, 3)
        forwarded = evolve(state, event)
        assert [part.authority for part in forwarded.parts] == [{}, {"ja": "厚生労働省"}, {"ja": "厚生労働省"}]
        assert (forwarded.status, forwarded.waiting) == (state.status, state.waiting)

    def test_of_some_questions_leaves_the_others(self) -> None:
        state = after(ask(), forward(2), forward(3, authority={"ja": "外務省"}))
        assert [part.authority for part in state.parts] == [{}, {"ja": "厚生労働省"}, {"ja": "外務省"}]
        assert after(ask(), forward(2), answer(2)).parts[1].authority

    def test_again_to_another_authority_says_the_last(self) -> None:
        state = after(ask(), forward(), forward(1, authority={"ja": "外務省"}))
        assert state.parts[0].authority == {"ja": "外務省"}

    def test_to_nobody_is_refused(self) -> None:
        refusal = refused(ASKED, forward(authority={"ja": " "}))
        assert (refusal.slug, refusal.pointer) == ("missing-field", "/authority")

    def test_of_what_is_not_open_is_refused(self) -> None:
        assert refused(ASKED, forward(4)).slug == "no-such-question"
        assert refused(after(ask(), answer(2)), forward(1, 2)).pointer == "/questions/1"
        assert refused(ASKED, forward(1, 1)).pointer == "/questions/1"
        assert refused(ANSWERED, forward()).slug == "already-answered"


class TestFollowUp:
    def test_numbers_its_questions_on_and_has_a_day_of_its_own(self) -> None:
        state = after(ask(1, 7), answer())
        decision = done(state, follow_up("С какого дня?", "Где?"))
        (event,) = decision.events
        assert isinstance(event, FollowUpAsked)
        assert (event.numbers, event.due_on) == ((8, 9), date(2026, 5, 15))
        assert [intent.id for intent in decision.intents] == ["reminder-2", "overdue-2"]
        asked = evolve(state, event)
        assert (asked.status, asked.open, asked.due_on) == ("partly-answered", (8, 9), date(2026, 5, 15))

    def test_due_on_the_same_day_as_before_asks_the_clock_anew(self) -> None:
        decision = done(ANSWERED, follow_up(wished_on=WISHED))
        assert [intent.id for intent in decision.intents] == ["reminder-2", "overdue-2"]
        assert evolve(ANSWERED, decision.events[0]).waiting == ("reminder-2", "overdue-2")

    def test_is_answered_declined_and_agreed_on_as_what_was_asked_first(self) -> None:
        state = after(ask(1), answer(), follow_up("Где?", "Когда?"), (propose(date(2026, 6, 1)), "jp"))
        state = evolve(state, taken(state, (accept(date(2026, 6, 1)), "kg")))
        assert (state.due_on, state.waiting) == (date(2026, 6, 1), ("reminder-3", "overdue-3"))
        for said in (answer(2), decline(3)):
            state = evolve(state, taken(state, said))
        assert (state.status, state.waiting) == ("answered", ())
        assert [part.outcome for part in state.parts] == ["answered", "answered", "declined"]

    def test_after_a_refusal_to_answer_is_taken(self) -> None:
        assert after(ask(), decline(), follow_up()).open == (4,)

    def test_while_something_is_open_is_refused(self) -> None:
        refusal = refused(after(ask(), answer(2)), follow_up())
        assert (refusal.slug, refusal.state) == ("wrong-state", "partly-answered")
        assert "1, 3" in refusal.detail

    def test_with_nothing_or_by_a_day_that_is_over_is_refused(self) -> None:
        assert refused(ANSWERED, follow_up(questions=())).pointer == "/questions"
        assert refused(ANSWERED, follow_up("Где?", " ")).pointer == "/questions/1/text"
        assert refused(ANSWERED, follow_up(wished_on=date(2026, 3, 1))).pointer == "/wished_on"
        assert refused(ANSWERED, follow_up(wished_on=date.max)).slug == "no-such-date"


class TestClosing:
    def test_after_the_answer_ends_the_case(self) -> None:
        event = taken(ANSWERED, close_inquiry())
        assert isinstance(event, InquiryClosed)
        assert event.withdrawn == ()
        state = evolve(ANSWERED, event)
        assert (state.status, [part.outcome for part in state.parts]) == ("closed", ["answered"] * 3)

    def test_before_it_takes_back_what_is_open_and_stops_the_clock(self) -> None:
        state = after(ask(), answer(1), (propose(LATER), "jp"))
        decision = done(state, close_inquiry())
        (event,) = decision.events
        assert isinstance(event, InquiryClosed)
        assert event.withdrawn == (2, 3)
        assert list(decision.closes) == [REMINDER, OVERDUE]
        closed = evolve(state, event)
        assert [part.outcome for part in closed.parts] == ["answered", "withdrawn", "withdrawn"]
        assert (closed.open, closed.waiting, closed.overdue, closed.proposal) == ((), (), False, None)

    @pytest.mark.parametrize("by", ["jp", "kg"])
    @pytest.mark.parametrize("said", [propose(), accept()])
    def test_leaves_nothing_to_be_agreed(self, said: Contract, by: str) -> None:
        refusal = refused(after(ask(), close_inquiry()), (said, by))
        assert (refusal.slug, refusal.state) == ("wrong-state", "closed")

    @pytest.mark.parametrize("said", [forward(), follow_up(), close_inquiry()])
    def test_leaves_nothing_to_be_said(self, said: Contract) -> None:
        assert refused(after(ask(), answer(), close_inquiry()), said).slug == "wrong-state"

    @pytest.mark.parametrize("said", [answer(), decline()])
    def test_leaves_nothing_to_be_answered(self, said: Contract) -> None:
        refusal = refused(after(ask(), close_inquiry()), said)
        assert (refusal.slug, refusal.state) == ("already-answered", "closed")


class TestWhoMaySay:
    EVERY = (propose(), accept(), forward(), follow_up(), close_inquiry())

    @pytest.mark.parametrize(("said", "wrong"), [(forward(), "kg"), (follow_up(), "jp"), (close_inquiry(), "jp")])
    def test_each_side_says_its_own(self, said: Contract, wrong: str) -> None:
        assert refused(ASKED, (said, wrong)).slug == "wrong-party"

    @pytest.mark.parametrize("said", EVERY)
    def test_of_an_inquiry_never_asked_nothing_is_said(self, said: Contract) -> None:
        assert refused(NEW, said).slug == "no-such-case"

    @pytest.mark.parametrize("said", EVERY)
    def test_under_no_agreement_and_in_another_case_nothing_is_said(self, said: Contract) -> None:
        assert refused(ASKED, said, agreement="jp-kz").slug == "no-agreement"
        assert refused(ASKED, said, subject="inquiry/jp-kg/kg-other").slug == "not-the-contract"

    def test_everything_that_can_be_said_is_tried_here(self) -> None:
        assert {type(said) for said in self.EVERY} == set(CASES.commands)

    def test_about_sending_the_clause_is_its_own(self) -> None:
        state = after((ask(topic="sending"), "kg"))
        outcome = decided(state, (accept(), "kg"))
        assert isinstance(outcome, Refusal)
        assert outcome.clause == "M7.6"

    def test_in_confidence_stays_in_confidence(self) -> None:
        for said in (propose(), forward(), close_inquiry()):
            assert done(ASKED, said, classification="confidential").classification == "confidential"
            assert done(ASKED, said, classification="public").classification == "official"


def test_when_a_statement_was_received_is_known_and_told_once() -> None:
    told = delivery("ReplyDateProposed", "receipt-jp")
    event = taken(COUNTERED, told, classification="confidential")
    assert isinstance(event, CaseMessageDelivered)
    state = evolve(COUNTERED, event)
    (over,) = state.went_over
    assert (over.event, over.received_at) == ("ReplyDateProposed", event.received_at)
    assert decided(state, told) == Decided()
    assert state.received_at is None


def test_history_has_each_step_with_the_questions_it_is_about() -> None:
    state = after(
        ask(), (propose(LATER), "jp"), (accept(LATER), "kg"), forward(2), answer(), follow_up(), close_inquiry()
    )
    assert [(step.event, step.parts) for step in state.history] == [
        ("InquiryAsked", (1, 2, 3)),
        ("ReplyDateProposed", ()),
        ("ReplyDateAccepted", ()),
        ("InquiryForwarded", (2,)),
        ("InquiryAnswered", (1, 2, 3)),
        ("FollowUpAsked", (4,)),
        ("InquiryClosed", (4,)),
    ]
    assert state.history[0].recorded_at == NOW

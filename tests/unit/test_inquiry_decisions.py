"""M6.4, M7.6, M3a: what inquiry takes and refuses of questions and answers, and what the clock makes of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.inquiry.inquiries.decisions import decide
from services.inquiry.inquiries.model import OVERDUE, REMINDER, InquiryRecord, evolve
from shared.cases.rules import DEADLINE
from shared.contracts.base import Contract
from shared.contracts.case import Attachment, CaseMessageDelivered, CaseMessageUndelivered, ReportDeadline
from shared.contracts.common import CommandRefused
from shared.contracts.inquiry import (
    InquiryAnswered,
    InquiryAsked,
    InquiryDeclined,
    InquiryOverdue,
    InquiryReminded,
    Question,
)
from shared.errors import SLUGS
from shared.messaging.decider import Decided, Refusal
from tests.case_builders import (
    AGREEMENTS,
    INQUIRY_NUMBER,
    INQUIRY_STREAM,
    NOW,
    answer,
    ask,
    context,
    decline,
    delivery,
    inquiry,
    refused_there,
)

NEW = InquiryRecord()
DUE_ON = date(2026, 3, 23)
"""20 March, a Friday, is the vernal equinox in Japan."""
OVER = datetime(2026, 3, 23, 15, 0, tzinfo=UTC)
"""23 March is over in Tokyo, where the answer comes from."""


def decided(state: InquiryRecord, command: Contract, **envelope: Any) -> Decided | Refusal:
    """Replies come from the other side, unless told otherwise."""
    if type(command).__name__ in ("AnswerInquiry", "DeclineInquiry"):
        envelope = {"originator": "jp", "correlationid": "receipt-jp"} | envelope
    envelope = {"classification": "official"} | envelope
    return decide(AGREEMENTS.get, state, command, context(INQUIRY_STREAM, **envelope))


def done(state: InquiryRecord, command: Contract, **envelope: Any) -> Decided:
    outcome = decided(state, command, **envelope)
    assert isinstance(outcome, Decided), outcome
    return outcome


def taken(state: InquiryRecord, command: Contract, **envelope: Any) -> Contract:
    (event,) = done(state, command, **envelope).events
    return event


def refused(state: InquiryRecord, command: Contract, **envelope: Any) -> Refusal:
    outcome = decided(state, command, **envelope)
    assert isinstance(outcome, Refusal), outcome
    assert outcome.slug in SLUGS
    return outcome


def after(*commands: Contract, **envelope: Any) -> InquiryRecord:
    state = NEW
    for command in commands:
        state = evolve(state, taken(state, command, **envelope))
    return state


def reached(intent_id: str, moment: datetime = OVER) -> ReportDeadline:
    return ReportDeadline(intent_id=intent_id, attempt=1, reached_at=moment)


class TestAsking:
    def test_is_recorded_with_the_moment_from_which_it_is_overdue(self) -> None:
        event = taken(NEW, ask())
        assert event == InquiryAsked(
            inquiry=inquiry(),
            due_on=DUE_ON,
            remind_at=datetime(2026, 3, 16, 15, 0, tzinfo=UTC),
            overdue_at=OVER,
            receipt_id="receipt-1",
            asked_at=NOW,
            recorded_at=NOW,
        )

    def test_the_wished_day_is_over_when_it_is_over_where_the_answer_comes_from(self) -> None:
        command = ask(country="jp", number="1", topic="sending")
        outcome = decide(AGREEMENTS.get, NEW, command, context("inquiry/jp-kg/jp-1", originator="jp"))
        assert isinstance(outcome, Decided)
        (event,) = outcome.events
        assert isinstance(event, InquiryAsked)
        assert (event.due_on, event.overdue_at) == (DUE_ON, datetime(2026, 3, 23, 18, 0, tzinfo=UTC))

    def test_opens_a_deadline_for_the_reminder_and_one_for_the_wished_day(self) -> None:
        intents = done(NEW, ask()).intents
        assert [(intent.id, intent.kind, intent.due) for intent in intents] == [
            (REMINDER, DEADLINE, datetime(2026, 3, 16, 15, 0, tzinfo=UTC)),
            (OVERDUE, DEADLINE, OVER),
        ]
        assert len({intent.addressee for intent in intents}) == 1

    def test_reminds_as_long_before_as_the_agreement_says(self) -> None:
        known = AGREEMENTS.get("jp-kg")
        assert known is not None
        sooner = known.model_copy(update={"reminder_days": 7})
        command = context(INQUIRY_STREAM, classification="official")
        outcome = decide(lambda _: sooner, NEW, ask(), command)
        assert isinstance(outcome, Decided)
        assert outcome.intents[0].due == datetime(2026, 3, 10, 15, 0, tzinfo=UTC)

    def test_too_late_for_a_reminder_has_none(self) -> None:
        decision = done(NEW, ask(wished_on=date(2026, 3, 4)))
        assert [intent.id for intent in decision.intents] == [OVERDUE]

    def test_for_a_day_that_is_over_is_refused(self) -> None:
        refusal = refused(NEW, ask(wished_on=date(2026, 3, 1)))
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("dates-reversed", "M6.4", "/inquiry/wished_on")
        assert refused(NEW, ask(wished_on=date.max)).slug == "no-such-date"
        taken(NEW, ask(wished_on=date(2026, 3, 2)))

    def test_is_in_time_by_its_receipt_however_late_it_is_decided(self) -> None:
        decision = done(NEW, ask(), sent=NOW, now=OVER + timedelta(days=1))
        assert decision.intents[-1].due == OVER

    def test_a_second_time_under_the_same_number_is_refused(self) -> None:
        refusal = refused(after(ask()), ask(1))
        assert (refusal.slug, refusal.state) == ("already-asked", "asked")

    def test_nothing_is_refused(self) -> None:
        assert refused(NEW, ask(questions=())).pointer == "/inquiry/questions"

    def test_the_same_number_twice_is_refused(self) -> None:
        assert refused(NEW, ask(1, 2, 1)).pointer == "/inquiry/questions/0/number"

    def test_an_empty_question_is_refused(self) -> None:
        command = ask(questions=(Question(number=1, text={"ru": "Да?"}), Question(number=2, text={"ru": " "})))
        assert refused(NEW, command).pointer == "/inquiry/questions/1/text"

    def test_is_official_or_confidential_and_never_public(self) -> None:
        assert done(NEW, ask(), classification="public").classification == "official"
        assert done(NEW, ask(), classification="confidential").classification == "confidential"

    def test_about_sending_names_its_own_clause(self) -> None:
        assert refused(NEW, ask(topic="sending", questions=())).clause == "M7.6"


class TestAnswering:
    def test_has_attachments_that_are_known_by_a_whole_digest(self) -> None:
        scan = Attachment(title="別紙", digest="sha-256:00", media_type="application/pdf", size=1)
        refusal = refused(after(ask()), answer(attachments=(scan,)))
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("wrong-form", "M6.4", "/attachments/0/digest")

    def test_in_part_leaves_the_rest_open(self) -> None:
        event = taken(after(ask()), answer(2))
        assert isinstance(event, InquiryAnswered)
        assert (event.answered, event.open, event.late) == ((2,), (1, 3), False)
        state = evolve(after(ask()), event)
        assert (state.status, state.open) == ("partly-answered", (1, 3))
        answered = state.part(2)
        assert answered is not None
        assert answered.text == answer(2).answers[0].text

    def test_part_by_part_ends_it(self) -> None:
        state = after(ask(), answer(3), answer(1), answer(2))
        assert (state.status, state.open) == ("answered", ())

    def test_as_a_whole_answers_what_is_open_and_nothing_again(self) -> None:
        state = after(ask(), answer(2))
        event = taken(state, answer())
        assert isinstance(event, InquiryAnswered)
        assert (event.answered, event.open) == ((1, 3), ())
        answered = evolve(state, event).part(2)
        assert answered is not None
        assert answered.text == answer(2).answers[0].text

    def test_one_question_apart_and_the_rest_as_a_whole(self) -> None:
        state = after(ask(), answer(2, whole={"ja": "他も同様。"}))
        texts = [part.text for part in state.parts]
        assert texts == [{"ja": "他も同様。"}, answer(2).answers[0].text, {"ja": "他も同様。"}]

    def test_of_an_inquiry_never_asked_is_refused(self) -> None:
        refusal = refused(NEW, answer())
        assert (refusal.slug, refusal.state) == ("no-such-case", "unknown")

    def test_of_a_question_never_asked_is_refused(self) -> None:
        refusal = refused(after(ask()), answer(1, 4))
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("no-such-question", "M6.4", "/answers/1")

    def test_of_an_answered_question_is_refused(self) -> None:
        assert refused(after(ask(), answer(2)), answer(2)).slug == "already-answered"
        assert refused(after(ask(), decline(2)), answer(2)).slug == "already-answered"

    def test_of_the_same_question_twice_at_once_is_refused(self) -> None:
        assert refused(after(ask()), answer(2, 2)).pointer == "/answers/1"

    @pytest.mark.parametrize("last", [answer(), decline()])
    @pytest.mark.parametrize("second", [answer(), answer(1), decline(), decline(1)])
    def test_after_the_final_answer_is_refused(self, last: Contract, second: Contract) -> None:
        refusal = refused(after(ask(), last), second)
        assert refusal.slug == "already-answered"
        assert refusal.state in ("answered", "declined")

    def test_with_nothing_is_refused(self) -> None:
        assert refused(after(ask()), answer(whole={})).pointer == "/answers"
        assert refused(after(ask()), answer(whole={"ja": " "})).pointer == "/answers"
        empty = answer(1).answers[0].model_copy(update={"text": {}})
        assert refused(after(ask()), answer(answers=(empty,), whole={})).pointer == "/answers/0/text"

    def test_of_ones_own_inquiry_is_refused(self) -> None:
        assert refused(after(ask()), answer(), originator="kg").slug == "wrong-party"

    def test_closes_the_deadlines_with_the_final_one(self) -> None:
        assert done(after(ask()), answer(1)).closes == ()
        assert list(done(after(ask(), answer(1)), answer()).closes) == [REMINDER, OVERDUE]
        reminded = after(ask(), reached(REMINDER))
        assert list(done(reminded, answer()).closes) == [OVERDUE]


class TestLateAnswer:
    def test_is_taken_and_recorded_as_late(self) -> None:
        state = after(ask(), reached(OVERDUE))
        event = taken(state, answer(), now=OVER + timedelta(days=1))
        assert isinstance(event, InquiryAnswered)
        assert event.late
        state = evolve(state, event)
        assert (state.status, state.late, state.overdue) == ("answered", True, False)
        assert state.overdue_since is not None

    def test_is_late_though_the_clock_has_not_told_yet(self) -> None:
        event = taken(after(ask()), answer(), now=OVER)
        assert isinstance(event, InquiryAnswered)
        assert event.late

    def test_is_in_time_when_it_was_handed_in_before_the_day_was_over(self) -> None:
        state = after(ask(), reached(OVERDUE))
        event = taken(state, answer(), sent=OVER - timedelta(seconds=1), now=OVER + timedelta(hours=1))
        assert isinstance(event, InquiryAnswered)
        assert not event.late

    def test_may_be_a_refusal_too(self) -> None:
        event = taken(after(ask()), decline(), now=OVER)
        assert isinstance(event, InquiryDeclined)
        assert event.late


class TestDeclining:
    def test_in_part_leaves_the_rest_to_be_answered(self) -> None:
        state = after(ask(), decline(3))
        assert (state.status, state.open) == ("partly-answered", (1, 2))
        state = evolve(state, taken(state, answer()))
        assert state.status == "answered"
        part = state.part(3)
        assert part is not None
        assert (part.outcome, part.legal_basis) == ("declined", decline().legal_basis)

    def test_as_a_whole_ends_it(self) -> None:
        state = after(ask())
        decision = done(state, decline())
        (event,) = decision.events
        assert isinstance(event, InquiryDeclined)
        assert event.declined == (1, 2, 3)
        assert list(decision.closes) == [REMINDER, OVERDUE]
        assert evolve(state, event).status == "declined"

    def test_without_a_provision_is_refused(self) -> None:
        refusal = refused(after(ask()), decline(legal_basis=" "))
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", "M3a", "/legal_basis")

    def test_of_a_question_never_asked_is_refused(self) -> None:
        assert refused(after(ask()), decline(9)).slug == "no-such-question"

    def test_of_an_inquiry_never_asked_is_refused(self) -> None:
        assert refused(NEW, decline()).slug == "no-such-case"


class TestTheClock:
    def test_reminds_the_side_asked(self) -> None:
        decision = done(after(ask(), answer(2)), reached(REMINDER, NOW))
        (event,) = decision.events
        assert event == InquiryReminded(
            country="kg", number=INQUIRY_NUMBER, open=(1, 3), due_on=DUE_ON, recorded_at=NOW
        )
        assert list(decision.closes) == [REMINDER]
        assert decision.addressee == "jp"

    def test_tells_that_it_is_overdue(self) -> None:
        state = after(ask())
        decision = done(state, reached(OVERDUE))
        (event,) = decision.events
        assert isinstance(event, InquiryOverdue)
        assert list(decision.closes) == [OVERDUE]
        assert decision.addressee is None
        assert evolve(state, event).overdue

    @pytest.mark.parametrize("intent_id", [REMINDER, OVERDUE])
    def test_says_each_thing_once(self, intent_id: str) -> None:
        assert decided(after(ask(), reached(intent_id)), reached(intent_id)) == Decided()

    @pytest.mark.parametrize("intent_id", [REMINDER, OVERDUE])
    def test_says_nothing_once_it_is_answered_or_declined(self, intent_id: str) -> None:
        assert decided(after(ask(), answer()), reached(intent_id)) == Decided()
        assert decided(after(ask(), decline()), reached(intent_id)) == Decided()

    def test_reminds_of_nothing_where_no_reminder_was_due(self) -> None:
        assert decided(after(ask(wished_on=date(2026, 3, 4))), reached(REMINDER)) == Decided()


class TestDelivery:
    def test_is_recorded_with_the_national_receipt(self) -> None:
        event = taken(after(ask()), delivery("InquiryAsked"))
        assert isinstance(event, CaseMessageDelivered)
        assert evolve(after(ask()), event).receipt_number == "JP-77"

    def test_that_failed_is_recorded_with_its_reason(self) -> None:
        event = taken(after(ask()), delivery("InquiryAsked", failed=refused_there()))
        assert isinstance(event, CaseMessageUndelivered)
        assert evolve(after(ask()), event).undelivered == refused_there()

    def test_told_again_or_of_something_else_changes_nothing(self) -> None:
        known = after(ask(), delivery("InquiryAsked"))
        assert decided(known, delivery("InquiryAsked")) == Decided()
        assert decided(after(ask()), delivery("InquiryAsked", "another")) == Decided()
        assert decided(NEW, delivery("InquiryAsked")) == Decided()


class TestWhoMaySpeak:
    def test_nobody_asks_for_the_other_side(self) -> None:
        assert refused(NEW, ask(), originator="jp").slug == "wrong-party"

    @pytest.mark.parametrize("command", [ask(), answer(), decline()])
    def test_nobody_speaks_under_an_agreement_that_is_not_there(self, command: Contract) -> None:
        assert refused(after(ask()), command, agreement="jp-kz").slug == "no-agreement"

    @pytest.mark.parametrize("command", [ask(), answer(), decline()])
    def test_no_stranger_speaks_under_an_agreement(self, command: Contract) -> None:
        assert refused(after(ask()), command, originator="kz", addressee="kg").slug == "wrong-party"

    @pytest.mark.parametrize("command", [ask(), answer(), decline()])
    def test_what_is_sent_to_another_inquiry_is_refused(self, command: Contract) -> None:
        assert refused(after(ask()), command, subject="inquiry/jp-kg/kg-other").slug == "not-the-contract"


def test_history_has_each_step_in_the_order_recorded() -> None:
    state = after(ask(), delivery("InquiryAsked"), answer(2), reached(REMINDER), decline(3), reached(OVERDUE), answer())
    assert [(step.event, step.parts) for step in state.history] == [
        ("InquiryAsked", (1, 2, 3)),
        ("CaseMessageDelivered", ()),
        ("InquiryAnswered", (2,)),
        ("InquiryReminded", (1, 3)),
        ("InquiryDeclined", (3,)),
        ("InquiryOverdue", (1,)),
        ("InquiryAnswered", (1,)),
    ]


def test_what_is_no_matter_of_inquiry_is_a_defect_not_a_refusal() -> None:
    other = CommandRefused(command_id="1", command_type="x", problem=Refusal("withdrawn", "x").problem())
    with pytest.raises(TypeError):
        decided(NEW, other)
    with pytest.raises(TypeError):
        evolve(NEW, other)

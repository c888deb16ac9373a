"""What holds of inquiries whatever is asked, answered, agreed, forwarded and reached, by whom and in whatever order."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.inquiry.inquiries.decisions import decide
from services.inquiry.inquiries.model import OVERDUE, REMINDER, InquiryRecord, evolve, numbered
from shared.contracts.base import Contract
from shared.contracts.case import ReportDeadline
from shared.contracts.inquiry import InquiryReminded, ReplyDateAccepted
from shared.errors import SLUGS
from shared.messaging.decider import Context, Decided, Refusal
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
    follow_up,
    forward,
    propose,
)

questions = st.lists(st.integers(1, 5), max_size=3)
replies = st.one_of(
    questions.map(lambda numbers: answer(*numbers)),
    questions.map(lambda numbers: decline(*numbers)),
)
forwardings = questions.map(lambda numbers: forward(*numbers))
days = st.sampled_from([date(2026, 3, 20), date(2026, 3, 23), date(2026, 4, 11)])
"""The day wished, a holiday; the working day that it stands for; a Saturday."""
dates = st.one_of(days.map(propose), days.map(accept))
further = st.one_of(days.map(lambda day: follow_up(wished_on=day)), st.just(close_inquiry()))
deadlines = st.builds(numbered, st.sampled_from([REMINDER, OVERDUE, "another"]), st.integers(1, 4)).map(
    lambda name: ReportDeadline(intent_id=name, attempt=1, reached_at=NOW + timedelta(days=30))
)
asked = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(lambda numbers: ask(*numbers))
said = st.one_of(asked, replies, replies, dates, dates, forwardings, further, deadlines)
Sent = tuple[Contract, int, str | None]
"""A command, the day it is given on, and by whom where it is not the side that usually gives it."""
sent_later: st.SearchStrategy[list[Sent]] = st.lists(
    st.tuples(said, st.integers(0, 40), st.sampled_from([None, None, "kg", "jp"])), max_size=16
)
SATURDAY = date(2026, 4, 11)
beginnings: st.SearchStrategy[list[Sent]] = st.sampled_from(
    [
        [],
        [(ask(), 0, None)],
        [(ask(), 0, None), (propose(SATURDAY), 1, "jp"), (accept(SATURDAY), 2, "kg")],
        [(ask(), 0, None), (answer(), 1, None), (follow_up(), 2, None)],
    ]
)
sequences = st.builds(lambda beginning, later: [*beginning, *later], beginnings, sent_later)
"""Most are refused whole where nothing was asked before, so that most of them begin with a question."""

TRANSITIONS = {
    "unknown": {"asked"},
    "asked": {"counter-proposed", "accepted", "partly-answered", "answered", "declined", "closed"},
    "counter-proposed": {"accepted", "partly-answered", "answered", "declined", "closed"},
    "accepted": {"partly-answered", "answered", "declined", "closed"},
    "partly-answered": {"answered", "declined", "closed"},
    "answered": {"partly-answered", "closed"},
    "declined": {"partly-answered", "closed"},
    "closed": set[str](),
}
"""From each status to those that may follow. From one to itself is always legal."""


def _context(command: Contract, day: int, by: str | None) -> Context:
    usual = "jp" if type(command).__name__ in ("AnswerInquiry", "DeclineInquiry", "ForwardInquiry") else "kg"
    return context(INQUIRY_STREAM, NOW + timedelta(days=day), originator=by or usual)


def _after(
    state: InquiryRecord, command: Contract, day: int, by: str | None = None
) -> tuple[InquiryRecord, Decided | Refusal]:
    decided = decide(AGREEMENTS.get, state, command, _context(command, day, by))
    for event in decided.events if isinstance(decided, Decided) else ():
        state = evolve(state, event)
    return state, decided


@given(sequences)
def test_an_inquiry_goes_no_way_but_those_there_are(sent: list[Sent]) -> None:
    state = InquiryRecord()
    for command, day, by in sent:
        before = state.status
        state, decided = _after(state, command, day, by)
        assert state.status == before or state.status in TRANSITIONS[before]
        if isinstance(decided, Refusal):
            assert decided.slug in SLUGS
            assert decided.clause is not None


@given(sequences)
def test_nobody_agrees_to_its_own_date(sent: list[Sent]) -> None:
    """What is agreed is what the other side said last: in the inquiry, in a follow-up, or as a proposal."""
    state = InquiryRecord()
    for command, day, by in sent:
        before = state
        state, decided = _after(state, command, day, by)
        for event in decided.events if isinstance(decided, Decided) else ():
            if isinstance(event, ReplyDateAccepted):
                assert before.proposal is not None
                assert before.proposal.by != event.by
                assert before.proposal.reply_on == event.reply_on == state.agreed_on


@given(sequences)
def test_what_is_owed_moves_by_agreement_alone(sent: list[Sent]) -> None:
    state = InquiryRecord()
    for command, day, by in sent:
        before = state
        state, decided = _after(state, command, day, by)
        events = decided.events if isinstance(decided, Decided) else ()
        if before.open and not any(isinstance(event, ReplyDateAccepted) for event in events):
            assert (state.due_on, state.overdue_at) == (before.due_on, before.overdue_at)


@given(sequences)
def test_only_the_side_asked_is_reminded(sent: list[Sent]) -> None:
    state = InquiryRecord()
    for command, day, by in sent:
        state, decided = _after(state, command, day, by)
        for event in decided.events if isinstance(decided, Decided) else ():
            if isinstance(event, InquiryReminded):
                assert isinstance(decided, Decided)
                assert decided.addressee == "jp"


@given(sequences)
def test_no_question_is_settled_twice_and_none_that_was_not_asked(sent: list[Sent]) -> None:
    state = InquiryRecord()
    for command, day, by in sent:
        before = state
        state, _ = _after(state, command, day, by)
        questions = [part.question for part in state.parts]
        assert questions[: len(before.parts)] == [part.question for part in before.parts]
        assert len({question.number for question in questions}) == len(questions)
        for earlier in before.parts:
            assert earlier.outcome == "open" or earlier in state.parts


@given(sequences)
def test_the_clock_is_asked_as_long_as_something_is_open_and_no_longer(sent: list[Sent]) -> None:
    """The intents that the kernel keeps are those that the inquiry waits for, and no id comes twice."""
    state, kept, ever = InquiryRecord(), set[str](), set[str]()
    for command, day, by in sent:
        state, decided = _after(state, command, day, by)
        if isinstance(decided, Decided):
            opened = {intent.id for intent in decided.intents}
            assert not opened & ever
            ever |= opened
            kept |= opened
            kept -= set(decided.closes)
        assert kept == set(state.waiting)


@given(sequences)
def test_a_refused_command_delivered_again_at_once_is_refused_again(sent: list[Sent]) -> None:
    state = InquiryRecord()
    for command, day, by in sent:
        state, decided = _after(state, command, day, by)
        if isinstance(decided, Refusal):
            assert _after(state, command, day, by) == (state, decided)


@given(st.permutations([answer(1), answer(2), decline(3)]))
def test_answers_to_different_questions_come_to_the_same_in_any_order(replied: list[Contract]) -> None:
    state = InquiryRecord()
    for command in (ask(), *replied):
        state, _ = _after(state, command, 1)
    outcomes = {part.question.number: part.outcome for part in state.parts}
    assert (state.status, outcomes) == ("answered", {1: "answered", 2: "answered", 3: "declined"})


@given(sequences)
def test_the_state_is_what_its_events_say_and_survives_storing(sent: list[Sent]) -> None:
    state = replayed = InquiryRecord()
    for command, day, by in sent:
        state, decided = _after(state, command, day, by)
        for event in decided.events if isinstance(decided, Decided) else ():
            replayed = evolve(replayed, type(event).model_validate_json(event.model_dump_json()))
    assert replayed == state
    assert InquiryRecord.model_validate(state.model_dump(mode="json")) == state

"""What holds of inquiries whatever is asked, answered, declined and reached, in whatever order."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.inquiry.inquiries.decisions import decide
from services.inquiry.inquiries.model import OVERDUE, REMINDER, InquiryRecord, evolve
from shared.contracts.base import Contract
from shared.contracts.case import ReportDeadline
from shared.messaging.decider import Context, Decided, Refusal
from tests.case_builders import AGREEMENTS, INQUIRY_STREAM, NOW, answer, ask, context, decline

questions = st.lists(st.integers(1, 5), max_size=3)
replies = st.one_of(
    questions.map(lambda numbers: answer(*numbers)),
    questions.map(lambda numbers: decline(*numbers)),
)
deadlines = st.sampled_from([REMINDER, OVERDUE, "another"]).map(
    lambda name: ReportDeadline(intent_id=name, attempt=1, reached_at=NOW + timedelta(days=30))
)
asked = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(lambda numbers: ask(*numbers))
sent_later = st.lists(st.tuples(st.one_of(asked, replies, replies, deadlines), st.integers(0, 40)), max_size=12)
sequences = st.one_of(sent_later, sent_later.map(lambda later: [(ask(), 0), *later]))
"""Most are refused whole where nothing was asked before, so that half of them begin with a question."""


def _context(command: Contract, day: int) -> Context:
    originator = "jp" if type(command).__name__ in ("AnswerInquiry", "DeclineInquiry") else "kg"
    return context(INQUIRY_STREAM, NOW + timedelta(days=day), originator=originator)


def _after(state: InquiryRecord, command: Contract, day: int) -> tuple[InquiryRecord, Decided | Refusal]:
    decided = decide(AGREEMENTS.get, state, command, _context(command, day))
    for event in decided.events if isinstance(decided, Decided) else ():
        state = evolve(state, event)
    return state, decided


@given(sequences)
def test_no_question_is_settled_twice_and_none_that_was_not_asked(sent: list[tuple[Contract, int]]) -> None:
    state = InquiryRecord()
    for command, day in sent:
        before = state
        state, _ = _after(state, command, day)
        assert [part.question for part in before.parts] in ([], [part.question for part in state.parts])
        for earlier in before.parts:
            assert earlier.outcome == "open" or earlier in state.parts


@given(sequences)
def test_the_clock_is_asked_as_long_as_something_is_open_and_no_longer(sent: list[tuple[Contract, int]]) -> None:
    """The intents that the kernel keeps are those that the inquiry waits for."""
    state, kept = InquiryRecord(), set[str]()
    for command, day in sent:
        state, decided = _after(state, command, day)
        if isinstance(decided, Decided):
            kept |= {intent.id for intent in decided.intents}
            kept -= set(decided.closes)
        assert kept == set(state.waiting)


@given(sequences)
def test_a_refused_command_delivered_again_at_once_is_refused_again(sent: list[tuple[Contract, int]]) -> None:
    state = InquiryRecord()
    for command, day in sent:
        state, decided = _after(state, command, day)
        if isinstance(decided, Refusal):
            assert _after(state, command, day) == (state, decided)


@given(st.permutations([answer(1), answer(2), decline(3)]))
def test_answers_to_different_questions_come_to_the_same_in_any_order(replied: list[Contract]) -> None:
    state = InquiryRecord()
    for command in (ask(), *replied):
        state, _ = _after(state, command, 1)
    outcomes = {part.question.number: part.outcome for part in state.parts}
    assert (state.status, outcomes) == ("answered", {1: "answered", 2: "answered", 3: "declined"})


@given(sequences)
def test_the_state_is_what_its_events_say_and_survives_storing(sent: list[tuple[Contract, int]]) -> None:
    state = replayed = InquiryRecord()
    for command, day in sent:
        state, decided = _after(state, command, day)
        for event in decided.events if isinstance(decided, Decided) else ():
            replayed = evolve(replayed, type(event).model_validate_json(event.model_dump_json()))
    assert replayed == state
    assert InquiryRecord.model_validate(state.model_dump(mode="json")) == state

"""What holds of misconduct reports in whatever order their messages arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from services.reporting.decisions import decide
from services.reporting.model import MisconductReportRecord, evolve
from shared.contracts.base import Contract
from shared.contracts.misconduct_report import (
    CorrectMisconductReport,
    MisconductReport,
    MisconductReportCorrected,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
    WithdrawMisconductReport,
)
from shared.messaging.decider import Context, Decided, Refusal
from tests.case_builders import (
    AGREEMENTS,
    FINDINGS,
    NOW,
    REPORT_STREAM,
    acknowledge,
    context,
    correct,
    delivery,
    report,
    submit,
    withdraw,
)

corrections = st.lists(st.integers(2, 9), max_size=4, unique=True).map(lambda numbers: [correct(n) for n in numbers])
"""What one side may send of a report: each correction once, perhaps a withdrawal."""
sent_by_one_side = st.builds(
    lambda corrected, withdrawn: [submit(), *corrected, *([withdraw()] if withdrawn else [])],
    corrections,
    st.booleans(),
)
in_any_order = sent_by_one_side.flatmap(lambda sent: st.tuples(st.just(sent), st.permutations(sent)))
anything = st.one_of(
    st.sampled_from(tuple(FINDINGS)).map(submit),
    st.builds(correct, st.integers(0, 5)),
    st.builds(withdraw),
    st.builds(acknowledge, st.integers(0, 5)),
    st.builds(delivery, st.just("MisconductReportSubmitted"), st.sampled_from(["receipt-0", "receipt-1", "x"])),
)
envelopes = st.sampled_from(
    [{}, {}, {"originator": "jp"}, {"originator": "jp"}, {"classification": "public"}, {"agreement": "x"}]
)
sequences = st.lists(st.tuples(anything, envelopes), max_size=12)


class OtherSide(BaseModel):
    """What the other side's national system makes of what is delivered to it."""

    revision: int = 0
    report: MisconductReport | None = None
    withdrawn: bool = False

    def take(self, event: Contract) -> None:
        match event:
            case MisconductReportSubmitted():
                self.keep(1, event.report)
            case MisconductReportCorrected():
                self.keep(event.revision, event.report)
            case MisconductReportWithdrawn():
                self.withdrawn = True

    def keep(self, revision: int, whole: MisconductReport) -> None:
        if revision > self.revision:
            self.revision, self.report = revision, whole

    @property
    def current(self) -> MisconductReport | None:
        return None if self.withdrawn else self.report


def arriving(sent: list[Contract]) -> tuple[MisconductReportRecord, OtherSide]:
    """Both ends, after these messages in this order."""
    state, other = MisconductReportRecord(), OtherSide()
    for number, command in enumerate(sent):
        decided = decide(AGREEMENTS.get, state, command, _context(number))
        for event in decided.events if isinstance(decided, Decided) else ():
            state = evolve(state, event)
            other.take(event)
    return state, other


def _context(number: int, **envelope: Any) -> Context:
    return context(REPORT_STREAM, NOW + timedelta(minutes=number), correlationid=f"receipt-{number}", **envelope)


def expected(sent: list[Contract]) -> MisconductReport | None:
    """What its sender means to be shared in the end."""
    if any(isinstance(command, WithdrawMisconductReport) for command in sent):
        return None
    corrected = [command for command in sent if isinstance(command, CorrectMisconductReport)]
    return max(corrected, key=lambda command: command.revision).report if corrected else report()


@given(in_any_order)
def test_whatever_arrives_first_both_sides_end_with_what_was_meant(
    orders: tuple[list[Contract], list[Contract]],
) -> None:
    sent, arrived = orders
    state, other = arriving(arrived)
    assert state.current == other.current == expected(sent)
    straight, _ = arriving(sent)
    assert state.status == straight.status


@given(sequences)
def test_every_sequence_is_decided_and_nothing_of_it_is_ever_less_than_confidential(
    sent: list[tuple[Contract, dict[str, str]]],
) -> None:
    state = MisconductReportRecord()
    for number, (command, envelope) in enumerate(sent):
        decided = decide(AGREEMENTS.get, state, command, _context(number, **envelope))
        if isinstance(decided, Refusal):
            assert decide(AGREEMENTS.get, state, command, _context(number, **envelope)) == decided
            continue
        assert decided.classification == "confidential" or not decided.events
        for event in decided.events:
            state = evolve(state, event)


@given(sequences)
def test_a_withdrawn_report_stays_withdrawn(sent: list[tuple[Contract, dict[str, str]]]) -> None:
    state, withdrawn = MisconductReportRecord(), False
    for number, (command, envelope) in enumerate(sent):
        decided = decide(AGREEMENTS.get, state, command, _context(number, **envelope))
        for event in decided.events if isinstance(decided, Decided) else ():
            state = evolve(state, event)
            assert not (withdrawn and isinstance(event, MisconductReportSubmitted | MisconductReportCorrected))
        withdrawn = withdrawn or state.status == "withdrawn"
        assert withdrawn == (state.status == "withdrawn")
        assert not withdrawn or state.current is None


@given(sequences)
def test_the_state_is_what_its_events_say_and_survives_storing(sent: list[tuple[Contract, dict[str, str]]]) -> None:
    state = replayed = MisconductReportRecord()
    for number, (command, envelope) in enumerate(sent):
        decided = decide(AGREEMENTS.get, state, command, _context(number, **envelope))
        for event in decided.events if isinstance(decided, Decided) else ():
            state = evolve(state, event)
            replayed = evolve(replayed, type(event).model_validate_json(event.model_dump_json()))
    assert replayed == state
    assert MisconductReportRecord.model_validate(state.model_dump(mode="json")) == state

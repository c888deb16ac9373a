"""What holds of all matters of reporting in whatever order their messages arrive, and however often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from shared.contracts.base import Contract
from shared.contracts.case import CaseMessageDelivered, CaseMessageUndelivered, ReportDeadline
from shared.contracts.report import Corrected, Correction, Report, Submitted, Withdrawal, Withdrawn
from shared.messaging.decider import Context, Decided, Refusal
from tests.case_builders import (
    NOW,
    context,
    correct_notice,
    decline_notice,
    delivery,
    open_investigation,
    return_result,
    submit_notice,
    take_measure,
    withdraw_notice,
)
from tests.reporting_matters import NOTICE, REPORTS, REVISED, Matter, ReportMatter

every = pytest.mark.parametrize("matter", REVISED, ids=lambda matter: matter.name)

MEASURES = ("hearing", "guidance", "supervision")
CONSEQUENCES = ("none", "guidance", "suspension", "revocation")

Sent = tuple[Contract, dict[str, Any]]
"""A command, and what is said of it in its envelope."""


def of_one_side(matter: Matter) -> st.SearchStrategy[list[Contract]]:
    """What one side may share: the report, each correction once, perhaps a withdrawal."""
    corrections = st.lists(st.integers(2, 9), max_size=4, unique=True)
    return st.builds(
        lambda numbers, taken_back: [
            matter.submit(),
            *(matter.correct(number) for number in numbers),
            *([matter.withdraw()] if taken_back else []),
        ],
        corrections,
        st.booleans(),
    )


def anything_said(matter: Matter) -> st.SearchStrategy[Contract]:
    """What the other side may say, rightly or wrongly."""
    revisions = st.integers(1, 3)
    if isinstance(matter, ReportMatter):
        return st.one_of(
            st.builds(matter.acknowledge, st.integers(0, 5)),
            st.builds(matter.assess, revisions),
            st.builds(matter.take_measure, st.integers(0, 3)),
            st.builds(matter.close, st.integers(0, 3), revision=revisions),
            st.builds(matter.decline, st.integers(0, 3), legal_basis=st.sampled_from(["", "刑事訴訟法 第47条"])),
        )
    return st.one_of(
        st.builds(lambda revision: open_investigation(revision=revision), revisions),
        st.builds(take_measure, st.integers(0, 3), st.sampled_from(MEASURES)),
        st.builds(return_result, st.sampled_from(CONSEQUENCES), revision=revisions),
        st.builds(decline_notice, legal_basis=st.sampled_from(["", "刑事訴訟法 第47条"])),
    )


def anything(matter: Matter) -> st.SearchStrategy[list[Sent]]:
    """Messages good and bad, in envelopes good and bad."""
    commands = st.one_of(
        st.builds(matter.submit),
        st.builds(matter.correct, st.integers(0, 5)),
        st.builds(matter.withdraw),
        anything_said(matter),
        st.builds(delivery, st.just(f"{matter.name}Submitted"), st.sampled_from(["receipt-0", "receipt-1", "x"])),
    )
    envelopes = st.sampled_from(
        [{}, {}, {"originator": "jp"}, {"originator": "jp"}, {"classification": "public"}, {"agreement": "x"}]
    )
    return st.lists(st.tuples(commands, envelopes), max_size=12)


class OtherSide(BaseModel):
    """What the other side's national system makes of what is delivered to it."""

    revision: int = 0
    report: Report | None = None
    withdrawn: bool = False

    def take(self, event: Contract) -> None:
        match event:
            case Submitted():
                self.keep(1, said_in(event))
            case Corrected():
                self.keep(event.revision, said_in(event))
            case Withdrawn():
                self.withdrawn = True

    def keep(self, revision: int, whole: Report) -> None:
        if revision > self.revision:
            self.revision, self.report = revision, whole

    @property
    def current(self) -> Report | None:
        return None if self.withdrawn else self.report


def said_in(message: Contract) -> Report:
    """The report in a command or an event."""
    return next(value for value in dict(message).values() if isinstance(value, Report))


def numbered(matter: Matter, number: int, **envelope: Any) -> Context:
    return context(matter.stream, NOW + timedelta(minutes=number), correlationid=f"receipt-{number}", **envelope)


def arriving(matter: Matter, sent: Sequence[Contract]) -> tuple[Any, OtherSide]:
    """Both ends, after these messages in this order."""
    state, other = matter.new, OtherSide()
    for number, command in enumerate(sent):
        decided = matter.within(state, command, numbered(matter, number))
        for event in decided.events if isinstance(decided, Decided) else ():
            state = matter.evolve(state, event)
            other.take(event)
    return state, other


def meant(matter: Matter, sent: Sequence[Contract]) -> Report | None:
    """What its sender means to be shared in the end."""
    if any(isinstance(command, Withdrawal) for command in sent):
        return None
    corrections = [command for command in sent if isinstance(command, Correction)]
    return said_in(max(corrections, key=lambda command: command.revision, default=matter.submit()))


@every
@given(data=st.data())
def test_whatever_arrives_first_both_sides_end_with_what_was_meant(matter: Matter, data: st.DataObject) -> None:
    sent = data.draw(of_one_side(matter))
    state, other = arriving(matter, data.draw(st.permutations(sent)))
    assert state.current == other.current == meant(matter, sent)
    straight, _ = arriving(matter, sent)
    assert state.status == straight.status


@every
@given(data=st.data())
def test_every_sequence_is_decided_and_nothing_of_it_is_ever_less_than_confidential(
    matter: Matter, data: st.DataObject
) -> None:
    state = matter.new
    for number, (command, envelope) in enumerate(data.draw(anything(matter))):
        decided = matter.within(state, command, numbered(matter, number, **envelope))
        if isinstance(decided, Refusal):
            assert matter.within(state, command, numbered(matter, number, **envelope)) == decided
            continue
        assert decided.classification == "confidential" or not decided.events
        for event in decided.events:
            state = matter.evolve(state, event)


@every
@given(data=st.data())
def test_what_is_withdrawn_stays_withdrawn(matter: Matter, data: st.DataObject) -> None:
    state, withdrawn = matter.new, False
    for number, (command, envelope) in enumerate(data.draw(anything(matter))):
        decided = matter.within(state, command, numbered(matter, number, **envelope))
        for event in decided.events if isinstance(decided, Decided) else ():
            state = matter.evolve(state, event)
            assert not (withdrawn and isinstance(event, Submitted | Corrected))
        withdrawn = withdrawn or state.status == "withdrawn"
        assert withdrawn == (state.status == "withdrawn")
        assert not withdrawn or state.current is None


@every
@given(data=st.data())
def test_the_state_is_what_its_events_say_and_survives_storing(matter: Matter, data: st.DataObject) -> None:
    state = replayed = matter.new
    for number, (command, envelope) in enumerate(data.draw(anything(matter))):
        decided = matter.within(state, command, numbered(matter, number, **envelope))
        for event in decided.events if isinstance(decided, Decided) else ():
            state = matter.evolve(state, event)
            replayed = matter.evolve(replayed, type(event).model_validate_json(event.model_dump_json()))
    assert replayed == state
    assert type(state).model_validate(state.model_dump(mode="json")) == state


# -- several cases, each message twice ----------------------------------------------------------------------------


@st.composite
def done_about(draw: st.DrawFn, matter: ReportMatter, revisions: int) -> list[Contract]:
    """All that the other side may say of a report with so many revisions, in any order."""
    measures = draw(st.integers(0, 3))
    assessed = draw(st.sets(st.integers(1, revisions)))
    said = [
        *(matter.acknowledge(revision) for revision in draw(st.sampled_from([(), (1,), (revisions,)]))),
        *(matter.assess(revision) for revision in assessed),
        *(matter.take_measure(number) for number in range(1, measures + 1)),
    ]
    end = draw(st.sampled_from([None, matter.close, matter.decline]))
    if end is not None:
        said.append(end(measures, revision=draw(st.integers(max(assessed, default=1), revisions))))
    return draw(st.permutations(said))


@st.composite
def legal_report(draw: st.DrawFn, matter: ReportMatter) -> list[Contract]:
    """What both sides may say of one report, in the order in which they may say it."""
    revisions = draw(st.integers(1, 4))
    sent = [
        matter.submit(),
        *(matter.correct(revision) for revision in range(2, revisions + 1)),
        *draw(done_about(matter, revisions)),
    ]
    # What the other side did keeps the reporting side from nothing.
    return sent + draw(st.sampled_from([[], [matter.correct(9)], [matter.withdraw()]]))


@pytest.mark.parametrize("matter", REPORTS, ids=lambda matter: matter.name)
@given(data=st.data())
def test_what_the_other_side_says_of_a_report_comes_to_the_same_in_any_order(
    matter: ReportMatter, data: st.DataObject
) -> None:
    said = data.draw(done_about(matter, 2))
    ends = []
    for order in (said, data.draw(st.permutations(said))):
        state = matter.after(matter.submit(), matter.correct(2), *order)
        ends.append(state.model_copy(update={"history": ()}))
    assert ends[0] == ends[1]


def ends(matter: Matter, arrivals: Sequence[tuple[int, int, Contract]], cases: int) -> list[Any]:
    """The states of so many cases after these arrivals: of which case, its place there, the message."""
    states = [matter.new for _ in range(cases)]
    for case, place, command in arrivals:
        originator = "jp" if type(command) in matter.replies else "kg"
        decided = matter.within(states[case], command, numbered(matter, place, originator=originator))
        for event in decided.events if isinstance(decided, Decided) else ():
            states[case] = matter.evolve(states[case], event)
    return states


def check_that_they_end_alike(matter: Matter, sequences: Sequence[Sequence[Contract]], data: st.DataObject) -> None:
    """Every message counts, and neither a repetition nor what happens in other cases makes a difference."""
    straight = [(case, place, command) for case, sent in enumerate(sequences) for place, command in enumerate(sent)]
    expected = ends(matter, straight, len(sequences))
    assert [len(state.history) for state in expected] == [len(sent) for sent in sequences]

    waiting = [[arrival for arrival in straight if arrival[0] == case] for case in range(len(sequences))]
    mixed: list[tuple[int, int, Contract]] = []
    while any(waiting):
        case = data.draw(st.sampled_from([case for case, rest in enumerate(waiting) if rest]))
        mixed.append(waiting[case].pop(0))
        # Once more at once or later, whatever was delivered before.
        mixed.append(data.draw(st.sampled_from(mixed)))
    assert ends(matter, [*mixed, *mixed], len(sequences)) == expected


@pytest.mark.parametrize("matter", REPORTS, ids=lambda matter: matter.name)
@given(data=st.data())
def test_reports_end_alike_however_they_are_mixed_and_repeated(matter: ReportMatter, data: st.DataObject) -> None:
    check_that_they_end_alike(matter, data.draw(st.lists(legal_report(matter), min_size=1, max_size=3)), data)


@st.composite
def legal_notice(draw: st.DrawFn) -> list[Contract]:
    """What both sides may say of one notice, in the order in which they may say it."""
    highest = draw(st.integers(1, 4))
    sent: list[Contract] = [submit_notice(), *(correct_notice(number) for number in range(2, highest + 1))]
    if draw(st.booleans()):
        sent.append(open_investigation(revision=draw(st.integers(1, highest))))
        sent += [take_measure(number, draw(st.sampled_from(MEASURES))) for number in range(1, draw(st.integers(1, 4)))]
        late = draw(st.sampled_from([[], [correct_notice(highest + 1)]]))
        sent += late
        returned = return_result(draw(st.sampled_from(CONSEQUENCES)), revision=draw(st.integers(1, highest)))
        return sent + draw(st.sampled_from([[], [returned], [decline_notice()], [withdraw_notice()]]))
    return sent + draw(st.sampled_from([[], [decline_notice()], [withdraw_notice()]]))


@given(data=st.data())
def test_notices_end_alike_however_they_are_mixed_and_repeated(data: st.DataObject) -> None:
    check_that_they_end_alike(NOTICE, data.draw(st.lists(legal_notice(), min_size=1, max_size=3)), data)


# -- where a report or a notice can get to ---------------------------------------------------------------------------

SHARED = frozenset({"submitted", "delivered", "undelivered"})
IN_HAND = SHARED | {"acknowledged", "assessed"}
NEXT_OF_REPORT: Mapping[str, frozenset[str]] = {
    "unknown": SHARED | {"withdrawn"},
    # A correction is to be acknowledged and assessed anew.
    **dict.fromkeys(IN_HAND, IN_HAND | {"measures-taken", "closed", "declined", "withdrawn"}),
    "measures-taken": frozenset({"measures-taken", "closed", "declined", "withdrawn"}),
    "closed": frozenset({"closed", "withdrawn"}),
    "declined": frozenset({"declined", "withdrawn"}),
    "withdrawn": frozenset({"withdrawn"}),
}
"""M4.1, M5.3: status → those that may follow."""
NEXT: Mapping[str, frozenset[str]] = {
    "unknown": SHARED | {"withdrawn"},
    **dict.fromkeys(SHARED, SHARED | {"under-investigation", "declined", "withdrawn"}),
    "under-investigation": frozenset({"under-investigation", "concluded", "declined", "withdrawn"}),
    **{end: frozenset({end}) for end in ("concluded", "declined", "withdrawn")},
}
"""M7.3: status → those that may follow."""


@pytest.mark.parametrize("matter", REPORTS, ids=lambda matter: matter.name)
@given(data=st.data())
def test_a_report_goes_no_way_but_those_there_are_and_its_end_covers_all(
    matter: ReportMatter, data: st.DataObject
) -> None:
    state = matter.new
    for number, (command, envelope) in enumerate(data.draw(anything(matter))):
        before = state
        decided = matter.within(state, command, numbered(matter, number, **envelope))
        for event in decided.events if isinstance(decided, Decided) else ():
            state = matter.evolve(state, event)
            assert state.status in NEXT_OF_REPORT[before.status]
            assert before.ending in (None, state.ending) or isinstance(event, CaseMessageDelivered)
        assert None in (state.closing, state.declination)
        told = [record.measure.number for record in state.measures]
        assert told == sorted(set(told))
        if state.ending is not None:
            assert state.ending.measures >= max(told, default=0)
            assert state.ending.revision >= state.assessed


days = st.sampled_from([None, None, date(2026, 3, 1), date(2026, 3, 5), date(2026, 3, 20)])
by_the_clock = st.builds(
    lambda name, number: ReportDeadline(intent_id=f"{name}-{number}", attempt=1, reached_at=NOW),
    st.sampled_from(["reminder", "overdue"]),
    st.integers(1, 4),
)
wishing = st.one_of(
    st.builds(lambda day: submit_notice(result_wished_on=day), days),
    st.builds(lambda number, day: correct_notice(number, result_wished_on=day), st.integers(2, 4), days),
    by_the_clock,
    anything_said(NOTICE),
    st.builds(withdraw_notice),
)


@given(st.lists(wishing, max_size=12))
def test_the_clock_is_asked_of_a_notice_as_long_as_a_result_is_owed_and_no_longer(sent: list[Contract]) -> None:
    """The intents that the kernel keeps are those that the notice waits for."""
    state, kept = NOTICE.new, set[str]()
    for number, command in enumerate(sent):
        originator = "jp" if type(command) in NOTICE.replies else "kg"
        decided = NOTICE.within(state, command, numbered(NOTICE, number, originator=originator))
        if isinstance(decided, Decided):
            kept = (kept - set(decided.closes)) | {intent.id for intent in decided.intents}
            for event in decided.events:
                state = NOTICE.evolve(state, event)
        assert kept == set(state.waiting)
        assert not (state.closed and kept)
        wished_on = None if state.wished is None else state.wished.wished_on
        assert wished_on == state.result_wished_on


@given(anything(NOTICE))
def test_a_notice_goes_no_way_but_those_there_are_and_ends_once(sent: list[Sent]) -> None:
    state = NOTICE.new
    for number, (command, envelope) in enumerate(sent):
        before = state
        decided = NOTICE.within(state, command, numbered(NOTICE, number, **envelope))
        for event in decided.events if isinstance(decided, Decided) else ():
            state = NOTICE.evolve(state, event)
            assert state.status in NEXT[before.status]
            assert not before.closed or isinstance(event, CaseMessageDelivered | CaseMessageUndelivered)
        assert state.investigation is not None or (not state.measures and state.conclusion is None)
        assert [state.conclusion, state.declination, state.withdrawal].count(None) >= 2
        told = [record.measure.number for record in state.measures]
        assert len(set(told)) == len(told)

"""What holds of acceptance by field whatever is sent, in whatever order."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.registry.field_acceptance.decisions import decide
from services.registry.field_acceptance.model import FieldAcceptanceRecord, Standing, evolve
from shared.contracts.base import Contract
from shared.contracts.field_acceptance import stream_of
from shared.messaging.decider import Decided, Refusal
from tests.field_acceptance_builders import FIELD, SUSPENDED, context, resume, suspend, told, withdraw

FIELDS = (FIELD, "agriculture", "linen-supply")
DAYS = [SUSPENDED + timedelta(days=number) for number in range(-12, 25)]

days = st.integers(-8, 20).map(lambda number: SUSPENDED + timedelta(days=number))
grounds = st.sampled_from([{"ja": "人材が確保されたため。"}, {"ja": "訂正した理由。"}])


def commands_of(field: str) -> st.SearchStrategy[Contract]:
    return st.one_of(
        st.builds(lambda on, ground: suspend(on, field=field, ground=ground), days, grounds),
        st.builds(lambda on: resume(on, field=field), days),
        st.builds(lambda on, first: withdraw(on, first=first, field=field), days, days),
    )


commands = st.lists(commands_of(FIELD), max_size=12)


def after(sent: list[Contract], field: str = FIELD) -> FieldAcceptanceRecord:
    state = FieldAcceptanceRecord()
    for command in sent:
        state = told(state, decide(state, command, context(subject=stream_of("jp", field))))
    return state


def accepted(sent: list[Contract], field: str) -> list[Contract]:
    """Of what was sent what was taken: a sequence in which every step is legal."""
    state, taken = FieldAcceptanceRecord(), []
    for command in sent:
        decided = decide(state, command, context(subject=stream_of("jp", field)))
        if isinstance(decided, Decided):
            taken.append(command)
        state = told(state, decided)
    return taken


def standing_by_suspensions(state: FieldAcceptanceRecord, day: date) -> Standing:
    """Worked out from the suspensions alone, and not from the versions in their order."""
    for one in state.suspensions:
        end = one.resumption.resumed_on if one.resumption is not None else date.max
        if one.suspension.suspended_from <= day < end:
            return "suspended"
    return "accepting"


@given(commands)
def test_every_sequence_of_commands_is_decided_and_a_refusal_is_repeated(sent: list[Contract]) -> None:
    state = FieldAcceptanceRecord()
    for command in sent:
        decided = decide(state, command, context())
        assert isinstance(decided, Decided | Refusal)
        if isinstance(decided, Refusal):
            assert decide(state, command, context()) == decided
        state = told(state, decided)


@given(commands)
def test_on_each_day_the_version_recorded_last_says_what_the_suspensions_say(sent: list[Contract]) -> None:
    state = FieldAcceptanceRecord()
    for command in sent:
        state = told(state, decide(state, command, context()))
        for day in DAYS:
            assert state.standing_on(day) == standing_by_suspensions(state, day), day


@given(commands)
def test_no_suspension_begins_within_another_or_ends_before_it_begins(sent: list[Contract]) -> None:
    state = after(sent)
    for before, next_one in pairwise(state.suspensions):
        assert before.resumption is not None
        assert before.resumption.resumed_on <= next_one.suspension.suspended_from
    for one in state.suspensions:
        assert one.withdrawal is None
        assert one.resumption is None or one.suspension.suspended_from <= one.resumption.resumed_on


@given(commands)
def test_nothing_is_resumed_that_was_not_suspended_and_nothing_withdrawn_that_had_begun(sent: list[Contract]) -> None:
    for place, version in enumerate(versions := after(sent).versions):
        told_before = [one.acceptance.suspension for one in versions[:place] if one.change == "suspended"]
        if version.change != "suspended":
            assert version.acceptance.suspension in told_before
        if version.acceptance.withdrawal is not None:
            assert version.acceptance.withdrawal.withdrawn_on < version.acceptance.suspension.suspended_from


@given(commands)
def test_what_was_recorded_stays_in_the_history_for_ever(sent: list[Contract]) -> None:
    state = FieldAcceptanceRecord()
    for command in sent:
        before, state = state, told(state, decide(state, command, context()))
        assert state.versions[: len(before.versions)] == before.versions


@given(st.data())
def test_fields_told_twice_in_any_mixture_end_as_if_each_was_told_once_by_itself(data: st.DataObject) -> None:
    """Order is kept within a field, as the kernel keeps it, and between fields there is none."""
    sent = {field: accepted(data.draw(st.lists(commands_of(field), max_size=6)), field) for field in FIELDS}
    waiting = {field: [one for command in known for one in (command, command)] for field, known in sent.items()}
    states = dict.fromkeys(FIELDS, FieldAcceptanceRecord())
    while any(waiting.values()):
        field = data.draw(st.sampled_from([field for field in FIELDS if waiting[field]]))
        decided = decide(states[field], waiting[field].pop(0), context(subject=stream_of("jp", field)))
        assert isinstance(decided, Decided), decided
        states[field] = told(states[field], decided)
    assert states == {field: after(known, field) for field, known in sent.items()}


@given(commands)
def test_the_state_is_what_its_events_say_and_survives_storing(sent: list[Contract]) -> None:
    state = replayed = FieldAcceptanceRecord()
    for command in sent:
        decided = decide(state, command, context())
        for event in decided.events if isinstance(decided, Decided) else ():
            state = evolve(state, event)
            replayed = evolve(replayed, type(event).model_validate_json(event.model_dump_json()))
    assert replayed == state
    assert FieldAcceptanceRecord.model_validate(state.model_dump(mode="json")) == state

"""What holds of the test catalogue whatever is sent, in whatever order."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.registry.test_catalogue.decisions import decide
from services.registry.test_catalogue.model import TestRecord as Record
from services.registry.test_catalogue.model import evolve
from shared.contracts.base import Contract
from shared.contracts.test_catalogue import TestCatalogueUnchanged as Unchanged
from shared.messaging.decider import Decided, Refusal
from tests.catalogue_builders import NOW, announce, cancel, change, context, list_test, told

FIRST = date(2026, 4, 1)
days = st.integers(0, 20).map(lambda number: FIRST + timedelta(days=number))
numbers = st.sampled_from(["1", "2"])
commands = st.lists(
    st.one_of(
        st.builds(
            lambda on, ends, level: list_test(on, discontinued_on=ends, level=level), days, st.none() | days, numbers
        ),
        st.builds(
            lambda number, first, last: announce(number=number, first_day=first, last_day=last), numbers, days, days
        ),
        st.builds(
            lambda on, number, first: change(on, number=number, first_day=first, last_day=first), days, numbers, days
        ),
        st.builds(cancel, days, numbers),
    ),
    max_size=14,
)


@given(commands)
def test_every_sequence_is_decided_and_the_state_is_what_its_events_say(sent: list[Contract]) -> None:
    state, events = Record(), list[Contract]()
    for command in sent:
        decided = decide(state, command, context())
        assert isinstance(decided, Decided | Refusal)
        state = told(state, decided)
        events += decided.events if isinstance(decided, Decided) else ()
    replayed = Record()
    for event in events:
        replayed = evolve(replayed, type(event).model_validate_json(event.model_dump_json()))
    assert replayed == state
    assert Record.model_validate(state.model_dump(mode="json")) == state


@given(commands)
def test_what_is_delivered_twice_changes_nothing_the_second_time(sent: list[Contract]) -> None:
    state = Record()
    for command in sent:
        state = told(state, decide(state, command, context()))
        again = decide(state, command, context())
        assert isinstance(again, Refusal) or isinstance(again.events[0], Unchanged)
        assert told(state, again) == state


@given(commands)
def test_a_cancelled_session_stays_cancelled_and_every_session_began_with_an_announcement(sent: list[Contract]) -> None:
    state = Record()
    for command in sent:
        before = {number: one for number, one in state.sessions.items() if one.latest.cancellation is not None}
        state = told(state, decide(state, command, context()))
        assert all(state.sessions[number] == one for number, one in before.items())
    for session in state.sessions.values():
        changes = [version.change for version in session.versions]
        assert changes[0] == "announced"
        assert "announced" not in changes[1:]
        assert "cancelled" not in changes[:-1]


@given(commands)
def test_what_was_known_at_a_moment_is_not_changed_by_what_came_later(sent: list[Contract]) -> None:
    state, known = Record(), list[Record]()
    moments = [NOW + timedelta(minutes=number) for number in range(len(sent))]
    for moment, command in zip(moments, sent, strict=True):
        state = told(state, decide(state, command, context(moment)))
        known.append(state.known_at(moment))
    assert [state.known_at(moment) for moment in moments] == known

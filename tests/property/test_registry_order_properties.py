"""What holds of improvement orders whatever is sent, in whatever order."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.registry.improvement_orders.decisions import decide
from services.registry.improvement_orders.model import ImprovementOrderRecord, evolve
from shared.contracts.base import Contract
from shared.messaging.decider import Decided, Refusal
from tests.improvement_order_builders import ORDERED, amend, context, issue, lift, subject, told

days = st.integers(-3, 60).map(lambda number: ORDERED + timedelta(days=number))
commands = st.lists(
    st.one_of(
        st.builds(lambda deadline: issue(deadline=deadline), st.none() | days),
        st.builds(
            lambda on, number: amend(on, subject=subject(number)),
            days,
            st.sampled_from(["7000012050002", "7000012050002", "8700110005901"]),
        ),
        st.builds(lambda on, outcome: lift(on, outcome=outcome), days, st.sampled_from(["complied", "withdrawn"])),
    ),
    max_size=10,
)


@given(commands)
def test_every_sequence_of_commands_is_decided_and_a_refusal_is_repeated(sent: list[Contract]) -> None:
    state = ImprovementOrderRecord()
    for command in sent:
        decided = decide(state, command, context())
        assert isinstance(decided, Decided | Refusal)
        if isinstance(decided, Refusal):
            assert decide(state, command, context()) == decided
        state = told(state, decided)


@given(commands)
def test_a_lifted_order_stays_as_it_was_lifted_for_ever(sent: list[Contract]) -> None:
    state = ImprovementOrderRecord()
    for command in sent:
        before = state
        state = told(state, decide(state, command, context()))
        if before.latest is not None and before.latest.lifting is not None:
            assert state == before


@given(commands)
def test_an_order_is_to_one_organization_from_its_first_version_to_its_last(sent: list[Contract]) -> None:
    state = ImprovementOrderRecord()
    for command in sent:
        state = told(state, decide(state, command, context()))
    assert len({version.order.subject.identifier.value for version in state.versions}) <= 1


@given(commands)
def test_the_state_is_what_its_events_say_and_survives_storing(sent: list[Contract]) -> None:
    state = replayed = ImprovementOrderRecord()
    for command in sent:
        decided = decide(state, command, context())
        for event in decided.events if isinstance(decided, Decided) else ():
            state = evolve(state, event)
            replayed = evolve(replayed, type(event).model_validate_json(event.model_dump_json()))
    assert replayed == state
    assert ImprovementOrderRecord.model_validate(state.model_dump(mode="json")) == state

"""What holds of the registry's rules whatever is sent, in whatever order."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.registry.sending_organizations.model import SendingOrganizationRecord, evolve
from shared.contracts.base import Contract
from shared.contracts.sending_organization import INSIDE
from shared.messaging.decider import Decided, Refusal
from tests.organization_builders import (
    NOW,
    accredit,
    amend,
    apply,
    context,
    decide,
    guide,
    refuse,
    reinstate,
    renew,
    resume,
    revoke,
    screen,
    suspend,
    told,
)

FIRST = date(2025, 1, 1)
days = st.integers(0, 60).map(lambda number: FIRST + timedelta(days=number))
ends = st.none() | days
accreditations = st.builds(lambda begins, end: accredit(valid_from=begins, valid_to=end), days, ends)
amendments = st.builds(
    lambda day, begins, end: amend(day, valid_from=begins, valid_to=end), days, st.just(FIRST) | days, ends
)
revocations = st.builds(revoke, days)
later = st.one_of(
    st.builds(renew, days, days),
    st.builds(suspend, days, st.sampled_from(["Проверка.", "Жалоба."])),
    st.builds(resume, days),
    st.builds(reinstate, days),
)
numbers = st.sampled_from(["1", "2"])
inside = st.one_of(
    st.builds(
        lambda number, purpose, day: apply(number=number, purpose=purpose, applied_on=day),
        numbers,
        st.sampled_from(["accreditation", "renewal"]),
        days,
    ),
    st.builds(
        lambda number, met, day: screen(met=met, screened_on=day, application_number=number),
        numbers,
        st.booleans(),
        days,
    ),
    st.builds(refuse, numbers, days),
    st.builds(lambda number: accredit(number, valid_from=FIRST, valid_to=None), numbers),
    st.builds(guide, numbers, days),
)
every_command = st.one_of(accreditations, amendments, revocations, later, inside)
commands = st.lists(every_command, max_size=14)
envelopes = st.sampled_from([{}, {}, {}, {"originator": "jp", "addressee": "kg"}, {"addressee": None}])


@given(st.lists(st.tuples(every_command, envelopes), max_size=14))
def test_every_sequence_of_commands_is_decided(sent: list[tuple[Contract, dict[str, str | None]]]) -> None:
    state = SendingOrganizationRecord()
    for number, (command, envelope) in enumerate(sent):
        decided = decide(state, command, context(NOW + timedelta(seconds=number), **envelope))
        assert isinstance(decided, Decided | Refusal)
        state = told(state, decided)


@given(commands)
def test_a_recorded_revocation_stays_for_ever(sent: list[Contract]) -> None:
    state = SendingOrganizationRecord()
    for command in sent:
        before = state
        state = told(state, decide(state, command, context()))
        for was, stays in zip(before.accreditations, state.accreditations, strict=False):
            assert was.revocation is None or (was.versions, was.revocation) == (stays.versions, stays.revocation)


@given(commands)
def test_after_a_revocation_nothing_but_an_accreditation_anew_or_reinstated_makes_it_accredited(
    sent: list[Contract],
) -> None:
    state = SendingOrganizationRecord()
    for command in sent:
        state = told(state, decide(state, command, context()))
    for number, accreditation in enumerate(state.accreditations):
        if accreditation.revocation is None:
            continue
        begins = [later.begins_on for later in state.accreditations[number + 1 :]]
        day = accreditation.revocation.effective_on
        until = min(begins, default=day + timedelta(days=90))
        while day < until:
            assert state.standing_on(day) == "revoked"
            day += timedelta(days=1)


@given(commands)
def test_accreditations_never_overlap(sent: list[Contract]) -> None:
    state = SendingOrganizationRecord()
    for command in sent:
        state = told(state, decide(state, command, context()))
    for before, after in zip(state.accreditations, state.accreditations[1:], strict=False):
        assert before.ended_from is not None
        assert before.ended_from <= after.begins_on


@given(commands)
def test_a_refused_command_delivered_again_at_once_is_refused_again_and_changes_nothing(sent: list[Contract]) -> None:
    state = SendingOrganizationRecord()
    for command in sent:
        decided = decide(state, command, context())
        if isinstance(decided, Refusal):
            assert told(state, decided) == state
            assert decide(state, command, context()) == decided
        state = told(state, decided)


@given(commands)
def test_the_state_is_what_its_events_say_and_survives_storing(sent: list[Contract]) -> None:
    state = SendingOrganizationRecord()
    events: list[Contract] = []
    for command in sent:
        decided = decide(state, command, context())
        state = told(state, decided)
        events += decided.events if isinstance(decided, Decided) else ()
    replayed = SendingOrganizationRecord()
    for event in events:
        replayed = evolve(replayed, type(event).model_validate_json(event.model_dump_json()))
    assert replayed == state
    assert SendingOrganizationRecord.model_validate(state.model_dump(mode="json")) == state


@given(commands)
def test_what_was_known_at_a_moment_is_not_changed_by_what_came_later(sent: list[Contract]) -> None:
    state = SendingOrganizationRecord()
    known: list[SendingOrganizationRecord] = []
    moments = [NOW + timedelta(minutes=number) for number in range(len(sent))]
    for moment, command in zip(moments, sent, strict=True):
        state = told(state, decide(state, command, context(moment)))
        known.append(state)
    assert [state.known_at(moment) for moment in moments] == known


@given(commands)
def test_no_day_of_a_suspension_is_outside_an_accreditation(sent: list[Contract]) -> None:
    state = SendingOrganizationRecord()
    for command in sent:
        state = told(state, decide(state, command, context()))
    for accreditation in state.accreditations:
        for one in accreditation.interruptions:
            assert accreditation.begins_on <= one.effective_on
        changes = [one.change for one in accreditation.interruptions]
        assert changes[:1] in ([], ["suspended"])


@given(commands)
def test_told_a_second_time_in_the_same_words_nothing_changes(sent: list[Contract]) -> None:
    """What was taken is refused, or amends what it amended already."""
    state = SendingOrganizationRecord()
    for command in sent:
        state = told(state, decide(state, command, context()))
        again = told(state, decide(state, command, context()))
        for number in range(70):
            day = FIRST + timedelta(days=number)
            assert again.standing_on(day) == state.standing_on(day)


@given(commands)
def test_no_accreditation_that_names_its_application_has_a_criterion_unmet(sent: list[Contract]) -> None:
    state = SendingOrganizationRecord()
    for command in sent:
        state = told(state, decide(state, command, context()))
    for one in state.applications:
        if one.standing in ("accredited", "renewed"):
            assert one.not_met == ()
        if one.standing == "refused":
            assert one.not_met != ()


@given(commands)
def test_what_goes_on_inside_a_country_is_public_nowhere_and_told_to_nobody_else(sent: list[Contract]) -> None:
    state = SendingOrganizationRecord()
    for command in sent:
        decided = decide(state, command, context())
        state = told(state, decided)
        if isinstance(decided, Decided) and isinstance(decided.events[0], INSIDE):
            assert decided.addressee == "kg"
            assert decided.classification != "public"

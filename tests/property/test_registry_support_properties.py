"""What holds of support organizations whatever editions are sent, and in whatever order their streams are decided."""

from __future__ import annotations

from collections import deque
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.registry.support_organizations.decisions import decide, record_edition
from services.registry.support_organizations.model import (
    SupportOrganizationRecord,
    SupportOrganizationRegister,
    evolve,
    evolve_register,
)
from services.registry.support_organizations.reactions import react
from shared.contracts.base import Contract
from shared.contracts.support_organization import (
    AmendSupportOrganization,
    RegisterSupportOrganization,
    ResumeSupportOrganization,
    SupportOrganization,
    SupportOrganizationEditionRecorded,
    SuspendSupportOrganization,
    stream_of,
)
from shared.messaging.decider import Decided, Refusal
from tests.support_organization_builders import REGISTER_STREAM, context, edition, organization

NUMBERS = ("19登-000001", "20登-003454", "21登-005826")
FIRST = date(2026, 1, 5)

contents = st.sampled_from(
    [
        {"status": "registered"},
        {"status": "registered", "phones": ("06-0000-0000",)},
        {"status": "suspended", "remarks": "支援業務の休止の届出"},
        {"status": "suspended", "remarks": "支援業務の休止の届出", "phones": ()},
    ]
)
editions = st.lists(st.dictionaries(st.sampled_from(NUMBERS), contents), min_size=1, max_size=5)
"""Of each edition what it has, by number."""
commands = st.lists(
    st.builds(
        lambda kind, content, day: kind(organization=organization(**content), edition_date=FIRST + timedelta(days=day)),
        st.sampled_from(
            [
                RegisterSupportOrganization,
                AmendSupportOrganization,
                SuspendSupportOrganization,
                ResumeSupportOrganization,
            ]
        ),
        contents,
        st.integers(0, 5),
    ),
    max_size=10,
)


def of_number(number: str, content: dict[str, object]) -> SupportOrganization:
    return organization(registration_number=number, **content)


class Registry:
    """The registry's streams; what is sent to each is decided in its order, among each other in any."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._waiting: dict[str, deque[tuple[Contract, int]]] = {}
        self.records: dict[str, SupportOrganizationRecord] = {}
        self._register = SupportOrganizationRegister()

    def send(self, stream: str, command: Contract, place: int) -> None:
        self._waiting.setdefault(stream, deque()).append((command, place))

    def decide_all(self) -> None:
        while streams := [stream for stream, waiting in self._waiting.items() if waiting]:
            stream = self._random.choice(sorted(streams))
            command, place = self._waiting[stream].popleft()
            sent = context(subject=stream, sequence=place)
            if stream == REGISTER_STREAM:
                decided = record_edition(self._register, command, sent)
                for event in decided.events if isinstance(decided, Decided) else ():
                    self._register = evolve_register(self._register, event)
                    if isinstance(event, SupportOrganizationEditionRecorded):
                        for reaction in react(event, sent.message):
                            self.send(reaction.subject, reaction.data, place)
                continue
            record = self.records.get(stream, SupportOrganizationRecord())
            decided = decide(record, command, sent)
            for event in decided.events if isinstance(decided, Decided) else ():
                record = evolve(record, event)
            self.records[stream] = record


def last_heard(shared: list[dict[str, dict[str, object]]], number: str) -> SupportOrganization | None:
    content = shared[-1].get(number)
    return None if content is None else of_number(number, content)


@given(editions, st.randoms(use_true_random=False), st.booleans())
def test_the_last_edition_is_what_stands_in_whatever_order_the_streams_are_decided(
    shared: list[dict[str, dict[str, object]]], random: Random, same_day: bool
) -> None:
    """Also where each edition is sent in full, as by a bridge that lost its memory, and where all are of one day."""
    registry, place = Registry(random), 0
    for days, content in enumerate(shared):
        day = FIRST if same_day else FIRST + timedelta(days=days)
        for registration_number, facts in content.items():
            place += 1
            told = RegisterSupportOrganization(organization=of_number(registration_number, facts), edition_date=day)
            registry.send(stream_of("jp", registration_number), told, place)
        place += 1
        registry.send(REGISTER_STREAM, edition(day, *content, digest=str(place)), place)
    registry.decide_all()
    for number in NUMBERS:
        record = registry.records.get(stream_of("jp", number), SupportOrganizationRecord())
        expected = last_heard(shared, number)
        if expected is None:
            assert record.standing in ("not-registered", "removed"), number
        else:
            assert record.latest is not None
            assert (record.standing, record.latest.organization) == (expected.status, expected)


@given(commands)
def test_every_sequence_of_commands_is_decided_and_a_refusal_changes_nothing(sent: list[Contract]) -> None:
    state = SupportOrganizationRecord()
    for command in sent:
        decided = decide(state, command, context())
        assert isinstance(decided, Decided | Refusal)
        if isinstance(decided, Refusal):
            assert decide(state, command, context()) == decided
            continue
        for event in decided.events:
            state = evolve(state, event)


@given(commands)
def test_what_is_taken_is_what_stands_and_said_again_changes_nothing(sent: list[Contract]) -> None:
    state = SupportOrganizationRecord()
    for command in sent:
        decided = decide(state, command, context())
        if isinstance(decided, Refusal):
            continue
        for event in decided.events:
            state = evolve(state, event)
        assert state.latest is not None
        assert state.latest.organization == command.organization  # type: ignore[attr-defined]
        again = decide(state, command, context())
        assert isinstance(again, Decided)
        for event in again.events:
            assert evolve(state, event).versions == state.versions


@given(commands)
def test_the_state_is_what_its_events_say_and_survives_storing(sent: list[Contract]) -> None:
    state = replayed = SupportOrganizationRecord()
    for command in sent:
        decided = decide(state, command, context())
        for event in decided.events if isinstance(decided, Decided) else ():
            state = evolve(state, event)
            replayed = evolve(replayed, type(event).model_validate_json(event.model_dump_json()))
    assert replayed == state
    assert SupportOrganizationRecord.model_validate(state.model_dump(mode="json")) == state
    assert SupportOrganizationRecord.model_validate(state.model_dump()) == state

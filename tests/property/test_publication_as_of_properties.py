"""What holds of another day: the page says of it what it said then, and what the registry says, whatever was told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.publication.decisions import decide
from services.publication.model import PublishedEntry, evolve, known_at
from services.publication.publishers import promised
from services.publication.reactions import EVENTS, react
from services.publication.register import Register, Row, Search, whole
from services.registry.field_acceptance.decisions import decide as fields_decide
from services.registry.field_acceptance.model import FieldAcceptanceRecord
from services.registry.improvement_orders.decisions import decide as orders_decide
from services.registry.improvement_orders.model import ImprovementOrderRecord
from services.registry.sending_organizations.model import SendingOrganizationRecord
from services.registry.support_organizations.decisions import decide as support_decide
from services.registry.support_organizations.model import SupportOrganizationRecord
from shared.agreements import load_agreements
from shared.contracts.base import Contract
from shared.contracts.publication import PublishRegisterEntry, RegisterEntry
from shared.messaging.decider import Decided
from tests import field_acceptance_builders as fields
from tests import improvement_order_builders as orders
from tests import organization_builders as organizations
from tests import support_organization_builders as support
from tests.property.test_registry_field_properties import commands as field_commands
from tests.property.test_registry_order_properties import commands as order_commands
from tests.property.test_registry_properties import commands as organization_commands
from tests.property.test_registry_support_properties import commands as support_commands
from tests.register_builders import supporters

BY_AGREEMENT = partial(promised, load_agreements(Path(__file__).parents[2] / "deploy" / "agreements"))
NOW = organizations.NOW
MOMENTS = [NOW + timedelta(minutes=number) for number in range(-1, 15)]


class Matter(NamedTuple):
    """A register in the registry, and what the page calls its standings."""

    commands: st.SearchStrategy[Any]
    record: Any
    decide: Callable[..., Any]
    told: Callable[..., Any]
    context: Callable[..., Any]
    days: Sequence[date]
    standing_on: Callable[[Any, date], str | None]
    statuses: dict[str, set[str]]
    """By standing; of days of which the registry says nothing, nothing is expected."""


def version_standing(record: Any, day: date) -> str | None:
    version = record.version_on(day)
    return version.standing if version is not None else None


def days_from(first: date, *numbers: int) -> Sequence[date]:
    return [first + timedelta(days=number) for number in range(*numbers)]


MATTERS = {
    "sending organizations": Matter(
        organization_commands,
        SendingOrganizationRecord(),
        organizations.decide,
        organizations.told,
        organizations.context,
        days_from(date(2025, 1, 1), -5, 75),
        lambda record, day: record.standing_on(day),
        {
            "not-yet-accredited": {"upcoming", "revoked"},
            "accredited": {"active"},
            "suspended": {"suspended"},
            "expired": {"expired"},
            "revoked": {"revoked"},
        },
    ),
    "support organizations": Matter(
        support_commands,
        SupportOrganizationRecord(),
        support_decide,
        support.told,
        support.context,
        days_from(date(2026, 1, 5), -3, 9),
        version_standing,
        {"registered": {"active"}, "suspended": {"suspended"}, "removed": {"removed"}},
    ),
    "improvement orders": Matter(
        order_commands,
        ImprovementOrderRecord(),
        orders_decide,
        orders.told,
        orders.context,
        days_from(orders.ORDERED, -5, 65),
        version_standing,
        {"issued": {"active"}, "complied": {"expired"}, "withdrawn": {"revoked"}},
    ),
    "field acceptance": Matter(
        field_commands,
        FieldAcceptanceRecord(),
        fields_decide,
        fields.told,
        fields.context,
        days_from(fields.SUSPENDED, -12, 25),
        lambda record, day: record.standing_on(day),
        {"accepting": {"active", "upcoming"}, "suspended": {"suspended"}},
    ),
}


def recorded(matter: Matter, sent: list[Contract]) -> tuple[Any, list[PublishRegisterEntry]]:
    """The registry's record of these commands, a minute apart, and what a page is asked to show."""
    record, asked = matter.record, []
    for number, command in enumerate(sent):
        decided = matter.decide(record, command, matter.context(NOW + timedelta(minutes=number)))
        record = matter.told(record, decided)
        events = decided.events if isinstance(decided, Decided) and decided.classification == "public" else ()
        for event in (event for event in events if type(event).__name__ in EVENTS):
            found = react(BY_AGREEMENT, event, matter.context(classification="public").message)
            asked.append(found[0].data)
    return record, [command for command in asked if isinstance(command, PublishRegisterEntry)]


def shown(matter: Matter, asked: Sequence[PublishRegisterEntry]) -> RegisterEntry | None:
    """The page's entry after these."""
    state = PublishedEntry()
    for command in asked:
        subject = f"register-entry/{command.publisher}/{command.register_name}/{command.entry}"
        decided = decide(BY_AGREEMENT, state, command, matter.context(subject=subject, classification="public"))
        assert isinstance(decided, Decided), decided
        for event in decided.events:
            state = evolve(state, event)
    return state.entry


@pytest.mark.parametrize("name", MATTERS)
@settings(max_examples=40)
@given(data=st.data())
def test_m7_1_asked_about_another_day_as_known_at_a_moment_the_page_says_what_it_said_then(
    name: str, data: st.DataObject
) -> None:
    matter = MATTERS[name]
    _, asked = recorded(matter, data.draw(matter.commands))
    moment = data.draw(st.sampled_from(MOMENTS))
    now = shown(matter, asked)
    then = shown(matter, [command for command in asked if command.recorded_at <= moment])
    assert (known_at(now, moment) if now is not None else None) == then
    if now is not None and then is not None:
        register = Register()
        register.put(now)
        row = register.known_at(moment).get(now.id)
        assert row is not None
        assert (row.digest, row.recorded_at, row.text) == (Row(then).digest, Row(then).recorded_at, Row(then).text)
        for day in matter.days:
            assert row.on(day) == Row(then).on(day), day


@pytest.mark.parametrize("name", MATTERS)
@settings(max_examples=40)
@given(data=st.data())
def test_m7_1_the_page_says_of_every_day_as_known_at_every_moment_what_the_registry_says(
    name: str, data: st.DataObject
) -> None:
    matter = MATTERS[name]
    record, asked = recorded(matter, data.draw(matter.commands))
    now = shown(matter, asked)
    for moment in MOMENTS:
        known = record.known_at(moment)
        entry = known_at(now, moment) if now is not None else None
        if entry is None:
            assert all(matter.standing_on(known, day) in (None, "not-accredited", "accepting") for day in matter.days)
            continue
        for day in matter.days:
            standing = matter.standing_on(known, day)
            if standing is not None:
                assert Row(entry).on(day).status in matter.statuses[standing], (moment, day)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=12),
    st.lists(st.integers(0, 30), min_size=1, max_size=3),
    st.randoms(use_true_random=False),
)
def test_a_register_as_known_at_a_moment_is_the_one_that_stopped_learning_then(
    looks: list[tuple[int, bool]], moments: list[int], random: Any
) -> None:
    """Whatever was asked meanwhile, in whatever order entries came, some of them late."""
    told = [timed(one, NOW + timedelta(minutes=random.randint(0, 30))) for one in supporters(12)]
    arriving = [
        one.model_copy(update={"versions": one.versions[:count], "revision": count})
        for one in told
        for count in range(1, len(one.versions) + 1)
    ]
    random.shuffle(arriving)
    register = Register()
    waiting = iter(looks)
    for one in arriving:
        register.put(one)
        look = next(waiting, None)
        if look is not None:
            register.known_at(NOW + timedelta(minutes=look[0]))
    for minutes in moments:
        moment = NOW + timedelta(minutes=minutes)
        stopped = Register()
        for one in told:
            then = known_at(one, moment)
            if then is not None:
                stopped.put(then)
        past = register.known_at(moment)
        assert [whole(row.entry) for row in past.edition.rows] == [whole(row.entry) for row in stopped.edition.rows]
        assert (past.edition.digest, past.edition.as_of) == (stopped.edition.digest, stopped.edition.as_of)
        for day in days_from(date(2026, 1, 4), 0, 10):
            for search in (Search(status="active"), Search(status="removed"), Search(language="en"), Search("英語")):
                found, expected = past.edition.find(search, day), stopped.edition.find(search, day)
                assert [row.entry for row in found] == [row.entry for row in expected]


def timed(entry: RegisterEntry, first: datetime) -> RegisterEntry:
    """The entry with its versions recorded ten minutes apart from this moment on."""
    versions = [
        version.model_copy(update={"recorded_at": first + timedelta(minutes=10 * number)})
        for number, version in enumerate(entry.versions)
    ]
    return entry.model_copy(update={"versions": tuple(versions)})

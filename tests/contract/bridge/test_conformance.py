"""What every country's bridge must keep, whatever its formats: one suite for all.

`fixtures/<country>/` holds an example of each document: `<national type>.assumed_layout.json` is handed in,
`<event>.assumed_layout.json` is what an event of `EVENTS` becomes for the national system.
"""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.bridge_kg.translation import INWARD
from shared.bridge.app import agreement_from, reactors
from shared.bridge.core_events import CORE_EVENTS
from shared.bridge.evidence import canonical
from shared.bridge.kit import About, Bridge
from shared.clock import FixedClock
from shared.contracts.base import Contract
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import MessageDelivered, MessageUndelivered, NationalReceipt
from shared.contracts.publication import RegisterEntryPublished
from shared.contracts.sending_organization import (
    AccreditSendingOrganization,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationRevoked,
)
from shared.errors import problem
from tests.bridge_builders import AGREEMENTS, BRIDGES, fixture

MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
ABOUT = About(
    delivery_id="7d6f0a52-0000-5000-8000-000000000001",
    subject="sending-organization/kg/01410199810177",
    originator="kg",
    receipt_id="1c9b8f52-0000-4000-8000-000000000001",
    message_id="MTSOM-2026/000101",
)


def _events() -> dict[type[Contract], Contract]:
    matter = INWARD["accreditation"](fixture("kg", "accreditation")).matter
    assert matter is not None
    command = matter.command
    assert isinstance(command, AccreditSendingOrganization)
    delivery = {"country": "jp", "event_id": "e-1", "event_type": "SendingOrganizationAccredited", "delivery_id": "e-1"}
    organization, permit = command.organization, command.permit
    receipt = NationalReceipt(receipt_number="JP-000001", received_at=MOMENT)
    events: list[Contract] = [
        SendingOrganizationAccredited(organization=organization, permit=permit, recorded_at=MOMENT),
        SendingOrganizationAmended(
            organization=organization, permit=permit, effective_on=permit.valid_from, recorded_at=MOMENT
        ),
        SendingOrganizationRevoked(
            country="kg",
            registration_number="01410199810177",
            effective_on=permit.valid_from,
            ground={"ky": "Мыйзамсыз төлөм алган", "ru": "Взимание незаконных платежей"},
            decision_number="31-О",
            recorded_at=MOMENT,
        ),
        MessageDelivered(**delivery, receipt=receipt, digest="sha-256:0", signature="a.b.c"),
        MessageUndelivered(**delivery, problem=problem("withheld", "Its evidence does not hold.", clause="M3b")),
        RegisterEntryPublished(
            publisher="jp",
            register_name="sending-organizations",
            entry="kg-01410199810177",
            revision=1,
            change="accredited",
            published_at=MOMENT,
            url="https://register.example/jp/sending-organizations/kg-01410199810177",
        ),
        CommandRefused(
            command_id=ABOUT.receipt_id,
            command_type="RevokeSendingOrganization",
            problem=problem("not-accredited", "No accreditation of it was ever recorded.", clause="M7.4"),
        ),
    ]
    return {type(event): event for event in events}


EVENTS = _events()

inward = pytest.mark.parametrize(
    ("bridge", "kind"),
    [pytest.param(bridge, kind, id=f"{bridge.country}-{kind}") for bridge in BRIDGES for kind in bridge.inward],
)
outward = pytest.mark.parametrize(
    ("bridge", "event"),
    [
        pytest.param(bridge, EVENTS[event], id=f"{bridge.country}-{event.__name__}")
        for bridge in BRIDGES
        for event in bridge.outward
    ],
)
outward_with_names = pytest.mark.parametrize(
    ("bridge", "event"),
    [
        pytest.param(bridge, EVENTS[event], id=f"{bridge.country}-{event.__name__}")
        for bridge in BRIDGES
        for event in bridge.outward
        if event in (SendingOrganizationAccredited, SendingOrganizationAmended)
    ],
)
every_bridge = pytest.mark.parametrize("bridge", BRIDGES, ids=lambda bridge: bridge.country)


def document_of(bridge: Bridge, event: Contract) -> dict[str, Any]:
    return dict(bridge.outward[type(event)](event, ABOUT))


@every_bridge
def test_a_bridge_is_a_partys(bridge: Bridge) -> None:
    assert bridge.country in AGREEMENTS.countries
    assert bridge.service == f"bridge-{bridge.country}"
    assert AGREEMENTS.parties(bridge.country)[0].contact_point.channel == bridge.service


@every_bridge
def test_a_bridge_hears_of_every_event_that_it_delivers(bridge: Bridge) -> None:
    heard = {name for reactor in reactors(bridge, AGREEMENTS) for name in reactor.events}
    assert bridge.deliverable <= heard


@every_bridge
def test_a_bridge_follows_its_partners_and_not_itself(bridge: Bridge) -> None:
    topics = [reactor.topic for reactor in reactors(bridge, AGREEMENTS)]
    partners = [other for other in AGREEMENTS.countries if other != bridge.country]
    assert sorted(topics) == sorted([*CORE_EVENTS, *(f"bridge-{partner}.events.v1" for partner in partners)])


@inward
def test_the_example_is_taken_without_a_word(bridge: Bridge, kind: str) -> None:
    document = fixture(bridge.country, kind)
    assert document[bridge.type_field] == kind
    translation = bridge.inward[kind](document)
    assert translation.problems == []
    assert translation.matter is not None
    assert type(translation.matter.command).model_validate_json(translation.matter.command.model_dump_json())


@inward
def test_a_translation_is_pure(bridge: Bridge, kind: str) -> None:
    document = fixture(bridge.country, kind)
    before = copy.deepcopy(document)
    assert bridge.inward[kind](document) == bridge.inward[kind](document)
    assert document == before


@inward
def test_what_is_translated_goes_to_a_partner_under_an_agreement(bridge: Bridge, kind: str) -> None:
    matter = bridge.inward[kind](fixture(bridge.country, kind)).matter
    assert matter is not None
    assert agreement_from(bridge.country, AGREEMENTS, FixedClock())(matter.destination) == "jp-kg"
    assert matter.subject.split("/")[1] == bridge.country


@inward
@pytest.mark.parametrize("wrong", [None, 7, True, "", " ", "x", [], {}, [1], {"a": 1}, "я" * 5_000], ids=repr)
def test_no_field_can_break_a_translation(bridge: Bridge, kind: str, wrong: object) -> None:
    document = fixture(bridge.country, kind)
    for name in document:
        for broken in (document | {name: wrong}, {key: value for key, value in document.items() if key != name}):
            translation = bridge.inward[kind](broken)
            errors = [found for found in translation.problems if found.severity == "error"]
            assert (translation.matter is None) == bool(errors)
            assert all(found.pointer for found in translation.problems)


@inward
def test_an_unknown_field_is_told_and_kept_out(bridge: Bridge, kind: str) -> None:
    document = fixture(bridge.country, kind)
    translation = bridge.inward[kind](document | {"not-a-field": "kept out"})
    assert [(found.slug, found.pointer) for found in translation.problems] == [("unknown-field", "/not-a-field")]
    known = bridge.inward[kind](document).matter
    assert translation.matter == known


@inward
def test_an_empty_document_is_told_all_that_is_missing(bridge: Bridge, kind: str) -> None:
    translation = bridge.inward[kind]({})
    assert translation.matter is None
    assert {found.slug for found in translation.problems} == {"missing-field"}


@outward
def test_an_event_becomes_the_documented_document(bridge: Bridge, event: Contract) -> None:
    assert document_of(bridge, event) == fixture(bridge.country, type(event).__name__)


@outward
def test_a_document_has_a_canonical_form(bridge: Bridge, event: Contract) -> None:
    document = document_of(bridge, event)
    assert json.loads(canonical(document)) == document


@outward
def test_a_document_names_the_message_and_receipt_it_goes_back_to(bridge: Bridge, event: Contract) -> None:
    values = document_of(bridge, event).values()
    assert ABOUT.message_id in values
    assert ABOUT.receipt_id in values


@outward_with_names
def test_names_are_as_received(
    bridge: Bridge, event: SendingOrganizationAccredited | SendingOrganizationAmended
) -> None:
    """No translation derives a spelling or drops one."""
    text = json.dumps(document_of(bridge, event), ensure_ascii=False)
    for name in (*event.organization.names.values(), *event.organization.short_names.values()):
        assert json.dumps(name, ensure_ascii=False) in text

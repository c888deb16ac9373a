"""What every country's bridge must keep, whatever its formats: one suite for all, a country that is none among them.

`fixtures/<country>/` holds an example of each document: `<national type>.assumed_layout.json` is handed in,
`<event>.assumed_layout.json` is what an event of `examples.EVENTS` becomes for the national system.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from shared.agreements import Agreements
from shared.bridge.app import agreement_from, partners_from, reactors
from shared.bridge.core_events import BY_THE_AGREEMENT, CORE_EVENTS, SAYS_THE_SAME
from shared.bridge.evidence import canonical, content_digest
from shared.bridge.kit import Bridge
from shared.clock import FixedClock
from shared.contracts.base import Contract
from shared.contracts.sealed import member, sealed_members
from shared.contracts.sending_organization import SendingOrganizationAccredited, SendingOrganizationAmended
from tests.bridge_builders import fixture
from tests.contract.bridge.countries import BRIDGES, agreements_of, every_bridge
from tests.contract.bridge.examples import (
    EVENTS,
    MESSAGE_ID,
    NEWS,
    RECEIPT_ID,
    about,
    as_handed_in_by,
    example_for,
    partner_of,
)
from tests.contract.bridge.perturbing import is_declared, leaves, other_events, told, with_other, without

inward = pytest.mark.parametrize(
    ("bridge", "kind"),
    [pytest.param(bridge, kind, id=f"{cc}-{kind}") for cc, (bridge, _) in BRIDGES.items() for kind in bridge.inward],
)
outward = pytest.mark.parametrize(
    ("bridge", "event"),
    [
        pytest.param(bridge, event, id=f"{cc}-{event.__name__}")
        for cc, (bridge, _) in BRIDGES.items()
        for event in bridge.outward
    ],
)
outward_with_names = pytest.mark.parametrize(
    ("bridge", "event"),
    [
        pytest.param(bridge, event, id=f"{cc}-{event.__name__}")
        for cc, (bridge, _) in BRIDGES.items()
        for event in bridge.outward
        if event in (SendingOrganizationAccredited, SendingOrganizationAmended)
    ],
)
both_ways = pytest.mark.parametrize(
    ("bridge", "event", "kind"),
    [
        pytest.param(bridge, event, kind, id=f"{cc}-{event.__name__}")
        for cc, (bridge, _) in BRIDGES.items()
        for matter in bridge.matters
        for event, kind in matter.same_layout.items()
    ],
)
every_register = pytest.mark.parametrize(
    ("bridge", "agreements", "register"),
    [
        pytest.param(bridge, agreements, register, id=f"{cc}-{register.name}")
        for cc, (bridge, agreements) in BRIDGES.items()
        for register in bridge.registers
    ],
)


def example(bridge: Bridge, event: type[Contract]) -> Contract:
    return example_for(bridge, agreements_of(bridge), event)


def document_of(bridge: Bridge, event: Contract) -> dict[str, Any]:
    opener = bridge.country if type(event) in NEWS else partner_of(bridge, agreements_of(bridge))
    return dict(bridge.outward[type(event)](event, about(event, opener)))


def lost_outward(bridge: Bridge, event: type[Contract]) -> dict[str, str]:
    return {pointer: why for matter in bridge.matters for pointer, why in matter.lost_outward.get(event, {}).items()}


def lost_inward(bridge: Bridge, kind: str) -> dict[str, str]:
    return {pointer: why for matter in bridge.matters for pointer, why in matter.lost_inward.get(kind, {}).items()}


# -- the declaration ----------------------------------------------------------------------------------------------


@every_bridge
def test_a_bridge_is_a_partys(bridge: Bridge, agreements: Agreements) -> None:
    assert bridge.country in agreements.countries
    assert bridge.service == f"bridge-{bridge.country}"
    assert agreements.parties(bridge.country)[0].contact_point.channel == bridge.service


@every_bridge
def test_a_bridge_hears_of_every_event_that_it_delivers(bridge: Bridge, agreements: Agreements) -> None:
    heard = {name for reactor in reactors(bridge, agreements) for name in reactor.events}
    assert bridge.deliverable <= heard


@every_bridge
def test_a_bridge_follows_its_partners_and_not_itself(bridge: Bridge, agreements: Agreements) -> None:
    topics = [reactor.topic for reactor in reactors(bridge, agreements)]
    partners = [other for other in agreements.countries if other != bridge.country]
    assert sorted(topics) == sorted([*CORE_EVENTS, *(f"bridge-{partner}.events.v1" for partner in partners)])


@every_bridge
def test_losses_are_declared_of_what_there_is(bridge: Bridge, agreements: Agreements) -> None:
    for matter in bridge.matters:
        assert matter.lost_inward.keys() <= matter.inward.keys()
        assert matter.lost_outward.keys() | matter.same_layout.keys() <= matter.outward.keys()
        assert set(matter.same_layout.values()) <= bridge.inward.keys()


@every_register
def test_a_register_goes_to_a_partner_who_has_promised_to_publish_it(
    bridge: Bridge, agreements: Agreements, register: Any
) -> None:
    partners = partners_from(bridge.country, agreements, FixedClock())(register.name)
    assert partners == {partner_of(bridge, agreements): next(iter(agreements)).id}


# -- in -----------------------------------------------------------------------------------------------------------


@inward
def test_the_example_is_taken_without_a_word(bridge: Bridge, kind: str) -> None:
    document = fixture(bridge.country, kind)
    assert document[bridge.type_field] == kind
    translation = bridge.inward[kind](document)
    assert list(translation.problems) == []
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
    find = agreement_from(bridge.country, agreements_of(bridge), FixedClock())
    agreement = find(matter.destination, type(matter.command))
    assert agreement == next(iter(agreements_of(bridge))).id


@inward
def test_what_is_protected_is_left_to_the_kit_to_seal(bridge: Bridge, kind: str) -> None:
    matter = bridge.inward[kind](fixture(bridge.country, kind)).matter
    assert matter is not None
    places = sealed_members(type(matter.command))
    data = matter.command.model_dump(mode="json")
    assert {place: member(data, place) for place in places} == dict.fromkeys(places)
    assert matter.protected.keys() <= set(places)


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


@inward
def test_no_field_is_lost_on_the_way_in_but_those_declared(bridge: Bridge, kind: str) -> None:
    """Each value is changed, and taken out: where neither makes a difference, nobody has read it."""
    document = fixture(bridge.country, kind)
    untouched = bridge.inward[kind](document)
    losses = lost_inward(bridge, kind)
    lost = set()
    for pointer, leaf in leaves(document):
        if pointer[0] in (bridge.id_field, bridge.type_field):
            continue
        others = (with_other(document, pointer, f"{leaf}x"), without(document, pointer))
        if all(_same(bridge.inward[kind](other), untouched) for other in others):
            lost.add(told(pointer))
    assert {pointer for pointer in lost if not is_declared(pointer, losses)} == set()
    assert not_lost(losses, {told(pointer) for pointer, _ in leaves(document)}, lost) == set()


def not_lost(losses: Iterable[str], looked_at: set[str], lost: set[str]) -> set[str]:
    """Losses that are declared and are none."""
    kept = looked_at - lost
    return {loss for loss in losses if any(is_declared(pointer, [loss]) for pointer in kept)}


def _same(one: Any, other: Any) -> bool:
    return bool(one.matter == other.matter and list(one.problems) == list(other.problems))


# -- out ----------------------------------------------------------------------------------------------------------


@outward
def test_an_event_becomes_the_documented_document(bridge: Bridge, event: type[Contract]) -> None:
    assert document_of(bridge, example(bridge, event)) == fixture(bridge.country, event.__name__)


@outward
def test_a_document_has_a_canonical_form(bridge: Bridge, event: type[Contract]) -> None:
    document = document_of(bridge, example(bridge, event))
    assert json.loads(canonical(document)) == document


@outward
def test_a_document_names_the_message_and_receipt_it_goes_back_to(bridge: Bridge, event: type[Contract]) -> None:
    values = document_of(bridge, example(bridge, event)).values()
    assert (MESSAGE_ID in values) == (event not in BY_THE_AGREEMENT)
    assert (RECEIPT_ID in values) == (event not in BY_THE_AGREEMENT)


@outward
def test_what_was_sealed_is_opened_and_its_envelope_thrown_away(bridge: Bridge, event: type[Contract]) -> None:
    data = example(bridge, event).model_dump(mode="json")
    document = json.dumps(document_of(bridge, example(bridge, event)))
    assert not any(envelope in document for place in sealed_members(event) if (envelope := member(data, place)))


@outward
def test_no_member_is_lost_on_the_way_out_but_those_declared(bridge: Bridge, event: type[Contract]) -> None:
    """Each member is changed in turn: where the document stays the same, it is not in it and cannot be read back."""
    losses = lost_outward(bridge, event)
    original = example(bridge, event)
    untouched = document_of(bridge, original)
    looked_at, lost = set(), set()
    for pointer, changed in other_events(original, skip=sealed_members(event)):
        looked_at.add(pointer)
        if document_of(bridge, changed) == untouched:
            lost.add(pointer)
    opener = partner_of(bridge, agreements_of(bridge))
    told_about = about(original, opener)
    for place, inside in told_about.opened.items():
        for within, leaf in leaves(inside):
            changed_inside = {**told_about.opened, place: with_other(inside, within, f"{leaf}x")}
            with_it = replace(told_about, opened=changed_inside)
            looked_at.add(place + told(within))
            if dict(bridge.outward[event](original, with_it)) == untouched:
                lost.add(place + told(within))
    assert looked_at
    assert {pointer for pointer in lost if not is_declared(pointer, losses)} == set()
    assert not_lost(losses, looked_at, lost) == set()
    assert {loss.split("/")[1] for loss in losses} <= event.model_fields.keys()


@outward_with_names
def test_names_are_as_received(
    bridge: Bridge, event: type[SendingOrganizationAccredited | SendingOrganizationAmended]
) -> None:
    """No translation derives a spelling or drops one."""
    known = example(bridge, event)
    assert isinstance(known, SendingOrganizationAccredited | SendingOrganizationAmended)
    text = json.dumps(document_of(bridge, known), ensure_ascii=False)
    for name in known.organization.names.values():
        assert json.dumps(name, ensure_ascii=False) in text


# -- out and back -------------------------------------------------------------------------------------------------


@both_ways
def test_what_goes_out_in_a_layout_comes_back_from_it(bridge: Bridge, event: type[Contract], kind: str) -> None:
    """As if this country had handed in what it was given: the command says what the event said."""
    original = as_handed_in_by(bridge, agreements_of(bridge), event)
    told_about = about(original, bridge.country)
    document = bridge.outward[event](original, told_about)
    translation = bridge.inward[kind](document)
    assert translation.matter is not None, translation.problems
    said = dict(leaves(original.model_dump(mode="json")))
    heard = dict(leaves(translation.matter.command.model_dump(mode="json")))
    losses = {**lost_outward(bridge, event), **dict.fromkeys(sealed_members(event), "")}
    differing = {
        told(pointer): (said[pointer], heard[pointer])
        for pointer in heard.keys() & said.keys()
        if heard[pointer] != said[pointer] and not is_declared(told(pointer), losses)
    }
    assert differing == {}
    assert dict(translation.matter.protected) == dict(told_about.opened)


# -- what every bridge relies on ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("event", "command"), SAYS_THE_SAME.items(), ids=lambda contract: contract.__name__)
def test_an_event_that_is_held_to_repeat_its_command_has_all_its_members(
    event: type[Contract], command: type[Contract]
) -> None:
    assert command.model_fields.keys() <= event.model_fields.keys()
    again = command.model_validate(EVENTS[event].model_dump(mode="json"))
    assert content_digest(again) == content_digest(command.model_validate(dict(EVENTS[event])))


def test_there_is_an_example_of_every_event_of_the_core() -> None:
    assert {event for events in CORE_EVENTS.values() for event in events} <= EVENTS.keys()

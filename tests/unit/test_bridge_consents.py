"""M3b: a holder's bridge asks the consent itself, at the moment of disclosure, whatever the owner of consents says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.bridge_jp.app import BRIDGE as JP
from shared.bridge.consents import uncovered
from shared.bridge.decisions import decide_delivery, react
from shared.bridge.evidence import Evidence, content_digest
from shared.bridge.model import Deliveries, HeldConsent, evolve
from shared.bridge.operators import operators
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.consent import (
    ConsentAsked,
    ConsentGranted,
    ConsentWithdrawn,
    DisclosedUnderConsent,
    Disclosure,
    GrantConsent,
)
from shared.contracts.delivery import DeliverMessage, DeliveryScheduled
from shared.contracts.held_consent import ConsentRecorded, RecordConsentUse
from shared.messaging.decider import Context
from shared.security.jws import sign
from tests.bridge_builders import PARTY_KEYS, Border, fixture, message, public_keys, running

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WHAT = {"record": "misconduct-report/jp-kg/jp-3", "recipient": "Labour Inspectorate", "purpose": "Inspection"}
CASE = {"country": "kg", "number": "7"}
GRANT = GrantConsent(**CASE, **WHAT, expires_at=NOW + timedelta(days=1), times="many")
SHARED = {"receipt_id": "receipt-9", "shared_at": NOW, "recorded_at": NOW}
GRANTED = ConsentGranted(**dict(GRANT), **SHARED)
DISCLOSURE = Disclosure(**WHAT)


def signature(by: str = "jp", grant: GrantConsent = GRANT) -> str:
    facts = Evidence("M-9", "sha-256:9", "receipt-9", rfc3339(NOW), by, content_digest(grant))
    return sign(facts.payload(), PARTY_KEYS[by])


def held(**changes: Any) -> HeldConsent:
    return HeldConsent(**{"grant": GRANTED, "signature": signature()} | changes)


def found(consent: HeldConsent | None, disclosure: Disclosure = DISCLOSURE, *, after: timedelta = SECOND) -> str | None:
    """The slug for which a disclosure may not take place so long after the consent."""
    problem = uncovered(consent, disclosure, "jp", public_keys, NOW + after)
    assert problem is None or (problem.clause, problem.state is not None) == ("M3b", True)
    return None if problem is None else problem.slug


def test_a_refusal_says_how_the_consent_stands() -> None:
    used = held(grant=GRANTED.model_copy(update={"times": "once"}), used=True)
    ways = {
        "unknown": (HeldConsent(), SECOND),
        "granted": (held(), SECOND),
        "withdrawn": (held(withdrawn_at=NOW), timedelta(days=1)),
        "expired": (held(), timedelta(days=1)),
        "used": (used, SECOND),
    }
    for state, (consent, later) in ways.items():
        assert consent.status_at(NOW + later) == state
    other = Disclosure(**WHAT | {"recipient": "Press"})
    told = [uncovered(one, other, "jp", public_keys, NOW + SECOND) for one in (None, held(), held(signature="nothing"))]
    assert [one and one.state for one in told] == ["unknown", "granted", "granted"]


# -- the rule -----------------------------------------------------------------------------------------------------


def test_a_consent_covers_what_it_names_until_its_last_second() -> None:
    assert found(held()) is None
    assert found(held(), after=timedelta(days=1) - SECOND) is None
    assert found(held(), after=timedelta(days=1)) == "consent-expired"


@pytest.mark.parametrize("name", WHAT)
def test_and_nothing_else(name: str) -> None:
    assert found(held(), Disclosure(**{**WHAT, name: "another"})) == "no-consent"


def test_without_one_nothing_leaves() -> None:
    assert found(None) == found(HeldConsent()) == found(HeldConsent(used=True)) == "no-consent"


def test_one_that_was_taken_back_covers_nothing_from_then_on() -> None:
    assert found(held(withdrawn_at=NOW + timedelta(hours=1))) is None
    assert found(held(withdrawn_at=NOW + SECOND)) == "consent-withdrawn"


def test_one_that_was_for_once_covers_nothing_after_its_use() -> None:
    once = GRANT.model_copy(update={"times": "once"})
    granted = {"grant": GRANTED.model_copy(update={"times": "once"}), "signature": signature(grant=once)}
    assert found(held(**granted)) is None
    assert found(held(**granted, used=True)) == "consent-used"
    assert found(held(used=True)) is None


@pytest.mark.parametrize(
    "forged",
    [
        {"signature": "nothing"},
        {"signature": signature("kg")},
        {"grant": GRANTED.model_copy(update={"expires_at": NOW + timedelta(days=9)})},
        {"grant": GRANTED.model_copy(update={"recipient": "Labour Inspectorate and others"})},
    ],
    ids=["no signature", "the holder's own", "a longer time", "another recipient"],
)
def test_what_the_originator_has_not_signed_is_no_consent(forged: dict[str, Any]) -> None:
    recipient = held(**forged).grant
    assert recipient is not None
    assert found(held(**forged), Disclosure(**{**WHAT, "recipient": recipient.recipient})) == "no-consent"


def test_nor_is_one_of_a_country_whose_keys_are_not_known() -> None:
    problem = uncovered(held(), DISCLOSURE, "xx", public_keys, NOW)
    assert problem is not None
    assert problem.slug == "no-consent"


# -- how the bridge learns of it ----------------------------------------------------------------------------------


def delivery(event: Contract, number: int = 1) -> DeliverMessage:
    return DeliverMessage(
        event_id=f"E-{number}",
        event_type=type(event).__name__,
        event_source="/inquiry",
        event_subject="consent/jp-kg/kg-7",
        event_sequence=number,
        data=event.model_dump(mode="json"),
    )


GIVEN = delivery(GRANTED)
TAKEN_BACK = delivery(ConsentWithdrawn(**CASE, **SHARED), 2)
USED = RecordConsentUse()


def after(*commands: Contract) -> Deliveries:
    """What the bridge knows after these, in the stream of the consent's deliveries."""
    state = Deliveries()
    for command in commands:
        decided = decide_delivery("kg", state, command, Context(message(evidence=signature()), NOW))
        for event in decided.events:
            state = evolve(state, event)
    return state


def test_a_consent_is_known_by_the_decision_that_has_it_delivered() -> None:
    decided = decide_delivery("kg", Deliveries(), GIVEN, Context(message(evidence=signature()), NOW))
    assert [type(event) for event in decided.events] == [DeliveryScheduled, ConsentRecorded]
    assert (decided.classification, decided.addressee, len(decided.intents)) == ("confidential", "kg", 1)


@pytest.mark.parametrize("order", [*permutations([GIVEN, TAKEN_BACK, USED])])
def test_what_is_given_taken_back_and_used_comes_to_the_same_in_any_order_and_twice(order: Sequence[Contract]) -> None:
    for commands in (order, [*order, *order]):
        known = after(*commands).consent
        assert known == held(withdrawn_at=NOW, used=True)
        assert found(known) == "consent-withdrawn"


def test_what_is_delivered_of_other_matters_is_no_consent() -> None:
    asked = delivery(ConsentAsked(**dict(GRANT), **SHARED))
    assert after(asked).consent is None


@pytest.mark.parametrize(("originator", "uses"), [("kg", 1), ("jp", 0)])
def test_a_disclosure_of_ones_own_uses_the_consent(originator: str, uses: int) -> None:
    event = DisclosedUnderConsent(**CASE, **WHAT, **SHARED)
    came = message(originator=originator, subject="consent/jp-kg/kg-7", agreement="jp-kg")
    commands = react("kg", frozenset(), event, came)
    used = [one.subject for one in commands if isinstance(one.data, RecordConsentUse)]
    assert used == ["delivery/consent/jp-kg/kg-7"] * uses


# -- at the border ------------------------------------------------------------------------------------------------


@pytest.fixture
async def border() -> AsyncIterator[Border]:
    async with running(Border()) as border:
        yield border


async def test_m3b_a_disclosure_that_no_consent_covers_is_refused_at_the_border_and_recorded(border: Border) -> None:
    answer = await border.hand_in(fixture("kg", "disclosure"))
    assert (answer.status_code, answer.json()["slug"]) == (403, "no-consent")
    (entry,) = await border.entries()
    assert (entry.receipt.status, entry.command) == ("rejected", None)
    await border.ledger.publish_oldest()
    assert border.sender.sent == []


async def test_one_that_is_covered_passes_with_white_space_around_its_type_as_any_message_does(border: Border) -> None:
    await border.consented()
    disclosure = fixture("kg", "disclosure")
    assert (await border.hand_in(disclosure | {"message_type": " disclosure\t"})).status_code == 202


async def test_m3b_the_same_disclosure_one_second_after_the_expiry_is_refused(border: Border) -> None:
    await border.consented(expires_at=border.clock.now() + SECOND)
    assert (await border.hand_in(fixture("kg", "disclosure"))).status_code == 202
    border.clock.move(SECOND)
    later = await border.hand_in(fixture("kg", "disclosure") | {"message_id": "later"})
    assert (later.status_code, later.json()["slug"]) == (403, "consent-expired")


async def test_so_is_one_that_operators_tell_of(border: Border) -> None:
    disclosure = fixture("kg", "disclosure")
    said = {
        "message_id": "console-1",
        "message_type": "DiscloseUnderConsent",
        "version": "1",
        "number": disclosure["номер_дела"],
        "addressee": disclosure["страна_получатель"],
        "record": disclosure["сведения"],
        "recipient": disclosure["получатель_сведений"],
        "purpose": disclosure["цель"],
    }
    assert (await border.say(said)).json()["slug"] == "no-consent"
    await border.consented()
    assert (await border.say({**said, "message_id": "console-2"})).status_code == 202


async def test_of_a_list_only_the_disclosure_is_refused(border: Border) -> None:
    answer = await border.hand_in([fixture("kg", "inquiry-answer"), fixture("kg", "disclosure")])
    assert [item["status"] for item in answer.json()["items"]] == ["accepted", "rejected"]


def test_every_country_says_which_message_tells_of_a_disclosure() -> None:
    assert (JP.disclosing, Border().bridge.disclosing) == ("第三者提供", "disclosure")
    assert operators("kg").disclosing == "DiscloseUnderConsent"

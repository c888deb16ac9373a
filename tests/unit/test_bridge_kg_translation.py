"""What the Kyrgyz ministry writes becomes a command, field by field, or every error of it is told at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.bridge_kg.screening import SCREENING
from services.bridge_kg.translation import INWARD, OUTWARD
from shared.bridge.kit import About, Matter
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import MessageDelivered, MessageUndelivered, NationalReceipt
from shared.contracts.publication import RegisterEntryPublished
from shared.contracts.sending_organization import (
    AccreditSendingOrganization,
    AmendSendingOrganization,
    RenewSendingOrganization,
    RevokeSendingOrganization,
    ScreenApplication,
)
from shared.errors import problem
from tests.bridge_builders import AGREEMENTS, accreditation, fixture, revocation

ABOUT = About(delivery_id="d-1", subject="s", originator="kg", receipt_id="r-1", message_id="m-1")
MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


def translated(document: dict[str, Any]) -> Matter:
    translation = INWARD[document["message_type"]](document)
    assert translation.matter is not None, translation.problems
    return translation.matter


def told(document: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Slug and pointer of each problem of a document that is refused."""
    translation = INWARD[document["message_type"]](document)
    assert translation.matter is None
    return [(found.slug, found.pointer) for found in translation.problems if found.severity == "error"]


def test_an_accreditation_says_all_that_the_memorandum_asks_for() -> None:
    matter = translated(fixture("kg", "accreditation"))
    command = matter.command
    assert isinstance(command, AccreditSendingOrganization)
    assert (matter.topic, matter.subject) == ("registry.commands.v1", "sending-organization/kg/01410199810177")
    assert matter.destination == "jp"
    organization = command.organization
    assert {one.scheme: one.value for one in organization.identifiers} == {
        "kg.tin": "01410199810177",
        "kg.okpo": "31824166",
        "kg.minjust": "12345-3300-ОАО",
    }
    assert organization.names["ky-Latn"] == "Ala-Too Emgek Borboru LLC"
    assert set(organization.short_names) == {"ky", "ru"}
    assert organization.address == "г. Бишкек, Первомайский район, пр. Чүй, 114, 12"
    assert organization.phones == ("0312 66-11-22", "0555 000 111")
    assert organization.emails == ("office@ala-too-emgek.example",)
    assert organization.representative == "Жумагулов Өмүрбек Үсөнович"
    assert command.permit.destination == "jp"
    assert (command.permit.valid_from, command.permit.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))
    assert command.permit.decided_on == date(2025, 12, 20)


def test_a_latin_name_is_never_derived() -> None:
    command = translated(accreditation(full_name_latin=None)).command
    assert isinstance(command, AccreditSendingOrganization)
    assert set(command.organization.names) == {"ky", "ru"}


def test_founders_and_capital_stay_at_home() -> None:
    command = translated(fixture("kg", "accreditation")).command
    assert "20101197000000" not in command.model_dump_json()


def test_an_amendment_says_from_when_on() -> None:
    command = translated(fixture("kg", "amendment")).command
    assert isinstance(command, AmendSendingOrganization)
    assert command.effective_on == date(2026, 6, 1)


def test_a_revocation_says_since_when_and_why_in_both_languages() -> None:
    command = translated(fixture("kg", "revocation")).command
    assert command == RevokeSendingOrganization(
        country="kg",
        registration_number="01410199810177",
        effective_on=date(2026, 9, 1),
        ground={"ky": "Жарандардан мыйзамсыз төлөм алган", "ru": "Взимание с граждан незаконных платежей"},
        decision_number="31-О",
        case="jp-入管通第3号",
    )


@pytest.mark.parametrize("kind", ["suspension", "revocation"])
def test_a_decision_names_a_notice_of_the_country_of_destination_or_none(kind: str) -> None:
    document = fixture("kg", kind)
    assert translated(document).command.model_dump()["case"] == "jp-入管通第3号"
    document[kind]["notice"]["country"] = "KZ"
    assert told(document) == [("wrong-party", f"/{kind}/notice/country")]
    del document[kind]["notice"]
    assert translated(document).command.model_dump()["case"] is None


@pytest.mark.parametrize("kind", ["resumption", "reinstatement"])
def test_what_ends_a_decision_names_no_notice(kind: str) -> None:
    document = fixture("kg", kind)
    document[kind]["notice"] = {"country": "JP", "number": "入管通第3号"}
    problems = INWARD[kind](document).problems
    assert [(found.slug, found.severity) for found in problems] == [("unknown-field", "warning")]


def test_an_unknown_field_is_kept_out_and_told() -> None:
    document = accreditation(rating="AAA", permit={"colour": "red"})
    translation = INWARD["accreditation"](document)
    assert translation.matter is not None
    assert "AAA" not in translation.matter.command.model_dump_json()
    assert [(found.slug, found.pointer, found.severity) for found in translation.problems] == [
        ("unknown-field", "/permit/colour", "warning"),
        ("unknown-field", "/rating", "warning"),
    ]


def test_unknown_fields_without_end_are_not_told_without_end() -> None:
    translation = INWARD["accreditation"](accreditation(**{f"x{number}": "y" for number in range(1_000)}))
    assert len(translation.problems) < 30
    assert "980 more" in translation.problems[-1].detail


@pytest.mark.parametrize(
    ("changes", "slug", "pointer"),
    [
        ({"tin": None}, "missing-field", "/tin"),
        ({"full_name_gl": "  "}, "missing-field", "/full_name_gl"),
        ({"tin": "1410199810177"}, "wrong-form", "/tin"),
        ({"tin": "001410199810177"}, "wrong-form", "/tin"),
        ({"tin": 1410199810177}, "wrong-form", "/tin"),
        ({"stat_sub_code": "31824167"}, "wrong-check-digit", "/stat_sub_code"),
        ({"stat_sub_code": None}, "missing-field", "/stat_sub_code"),
        ({"shief": "a\x00b"}, "wrong-form", "/shief"),
        ({"full_name_ol": "я" * 1_001}, "too-large", "/full_name_ol"),
        ({"permit": {"valid_from": "31.02.2026"}}, "no-such-date", "/permit/valid_from"),
        ({"permit": {"valid_from": "2026-01-01"}}, "wrong-form", "/permit/valid_from"),
        ({"permit": {"valid_to": "31.12.2025"}}, "dates-reversed", "/permit/valid_to"),
        ({"permit": {"country": "Япония"}}, "wrong-form", "/permit/country"),
        ({"permit": {"number": ""}}, "missing-field", "/permit/number"),
    ],
)
def test_a_wrong_field_is_told_by_slug_and_pointer(changes: dict[str, Any], slug: str, pointer: str) -> None:
    assert told(accreditation(**changes)) == [(slug, pointer)]


def test_all_errors_are_told_at_once() -> None:
    document = accreditation(tin="1", stat_sub_code="31824167", permit={"valid_from": "31.02.2026"})
    assert told(document) == [
        ("wrong-form", "/tin"),
        ("wrong-check-digit", "/stat_sub_code"),
        ("no-such-date", "/permit/valid_from"),
    ]


@pytest.mark.parametrize("section", [None, "17/26", ["17/26"]])
def test_a_section_that_is_none_is_told(section: object) -> None:
    document = revocation(permit=section)
    assert told(document)[0] == ("missing-field" if section is None else "wrong-form", "/permit")


def test_the_ministry_is_told_of_a_receipt_in_its_own_form() -> None:
    event = MessageDelivered(
        country="jp",
        event_id="e",
        event_type="SendingOrganizationAccredited",
        delivery_id="e",
        receipt=NationalReceipt(receipt_number="JP-1", received_at=MOMENT),
        digest="sha-256:0",
        signature="a.b.c",
    )
    document = OUTWARD[MessageDelivered](event, ABOUT)
    assert document["document_type"] == "delivery-receipt"
    assert (document["message_id"], document["receipt_id"], document["country"]) == ("m-1", "r-1", "JP")
    assert document["receipt_number"] == "JP-1"


def test_the_ministry_is_told_why_a_message_was_not_delivered() -> None:
    withheld = problem("withheld", "Its evidence does not hold.", clause="M3b")
    event = MessageUndelivered(country="jp", event_id="e", event_type="X", delivery_id="e", problem=withheld)
    document = OUTWARD[MessageUndelivered](event, ABOUT)
    assert document["document_type"] == "delivery-failure"
    assert document["reason"]["slug"] == "withheld"


def test_the_ministry_is_told_where_and_since_when_it_is_public() -> None:
    event = RegisterEntryPublished(
        publisher="jp",
        register_name="sending-organizations",
        entry="kg-01410199810177",
        revision=1,
        change="accredited",
        published_at=MOMENT,
        url="https://register.example/jp/kg-01410199810177",
    )
    document = OUTWARD[RegisterEntryPublished](event, ABOUT)
    assert document["document_type"] == "publication-confirmation"
    assert (document["country"], document["url"]) == ("JP", event.url)
    assert document["published_at"] == "2026-01-15T09:00:00.000000Z"


def test_the_ministry_is_told_why_it_was_refused() -> None:
    event = CommandRefused(command_id="r-1", command_type="X", problem=problem("not-accredited", "No.", clause="M7.4"))
    document = OUTWARD[CommandRefused](event, ABOUT)
    assert document["document_type"] == "refusal"
    assert document["reason"]["clause"] == "M7.4"


def test_an_accreditation_or_renewal_may_name_the_application_that_was_screened() -> None:
    command = translated(accreditation(application_number="З-2026/17")).command
    assert isinstance(command, AccreditSendingOrganization)
    assert command.application_number == "З-2026/17"
    document = fixture("kg", "renewal")
    renewal = translated(document | {"renewal": document["renewal"] | {"application_number": "З-2026/90"}}).command
    assert isinstance(renewal, RenewSendingOrganization)
    assert (renewal.application_number, renewal.valid_to) == ("З-2026/90", date(2027, 12, 31))


def test_screening_speaks_of_the_criteria_of_the_agreement_file() -> None:
    matter = SCREENING.inward["screening"](fixture("kg", "screening")).matter
    assert matter is not None
    command = matter.command
    assert isinstance(command, ScreenApplication)
    criteria = AGREEMENTS.parties("kg")[0].criteria_on(date(2025, 12, 1))
    assert criteria is not None
    assert [one.criterion for one in command.results] == list(criteria.criteria)
    assert [one.met for one in command.results] == [True] * 6 + [False]
    assert command.results[-1].note == "Прейскурант не переведён на кыргызский язык"


def test_of_a_criterion_that_is_not_met_it_is_told_that_the_note_is_missing() -> None:
    document = fixture("kg", "screening")
    document["screening"]["results"][1]["met"] = "no"
    (found,) = SCREENING.inward["screening"](document).problems
    assert (found.slug, found.pointer) == ("missing-field", "/screening/results/1/note")


def test_a_result_that_is_neither_yes_nor_no_is_told_at_its_place() -> None:
    document = fixture("kg", "screening")
    document["screening"]["results"][2]["met"] = "perhaps"
    (found,) = SCREENING.inward["screening"](document).problems
    assert (found.slug, found.pointer) == ("wrong-form", "/screening/results/2/met")

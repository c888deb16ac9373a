"""The Kyrgyz ministry is told of Japan's registers, orders and suspensions in its own form (M6.3, M7.5, M8.1)."""

from __future__ import annotations

from typing import Any

import pytest

from services.bridge_kg.app import BRIDGE
from shared.bridge.kit import About
from shared.contracts import field_acceptance, improvement_order, support_organization
from shared.contracts.base import Contract
from shared.contracts.field_acceptance import (
    FieldAcceptanceResumed,
    FieldAcceptanceSuspended,
    FieldAcceptanceUnchanged,
    FieldSuspensionWithdrawn,
)
from shared.contracts.improvement_order import ImprovementOrderAmended, ImprovementOrderIssued, ImprovementOrderLifted
from shared.contracts.support_organization import (
    SupportOrganizationAmended,
    SupportOrganizationEditionRecorded,
    SupportOrganizationEditionUnchanged,
    SupportOrganizationRegistered,
    SupportOrganizationRemoved,
    SupportOrganizationResumed,
    SupportOrganizationSuspended,
    SupportOrganizationUnchanged,
)

ABOUT = About(delivery_id="d-1", subject="s", originator="jp", receipt_id="r-1", message_id="m-1")
EXAMPLES = (*support_organization.EXAMPLES, *improvement_order.EXAMPLES, *field_acceptance.EXAMPLES)
EVENTS = {type(one): one for one in EXAMPLES}


def document(event: type[Contract], **changes: Any) -> dict[str, Any]:
    return dict(BRIDGE.outward[event](EVENTS[event].model_copy(update=changes), ABOUT))


@pytest.mark.parametrize(
    ("event", "document_type"),
    [
        (SupportOrganizationRegistered, "support-organization-registration"),
        (SupportOrganizationAmended, "support-organization-amendment"),
        (SupportOrganizationSuspended, "support-organization-suspension"),
        (SupportOrganizationResumed, "support-organization-resumption"),
        (SupportOrganizationRemoved, "support-organization-removal"),
        (SupportOrganizationEditionRecorded, "support-organization-edition"),
        (ImprovementOrderIssued, "improvement-order"),
        (ImprovementOrderAmended, "improvement-order-amendment"),
        (ImprovementOrderLifted, "improvement-order-lifting"),
        (FieldAcceptanceSuspended, "field-suspension"),
        (FieldAcceptanceResumed, "field-resumption"),
        (FieldSuspensionWithdrawn, "field-suspension-withdrawal"),
    ],
)
def test_a_document_says_what_it_is_and_what_it_goes_back_to(event: type[Contract], document_type: str) -> None:
    head = document(event)
    assert head["document_type"] == document_type
    assert (head["originator"], head["message_id"], head["receipt_id"], head["delivery_id"]) == (
        "JP",
        "m-1",
        "r-1",
        "d-1",
    )


def test_an_organization_is_told_whole_in_the_scripts_it_came_in() -> None:
    told = document(SupportOrganizationSuspended)
    organization = told["organization"]
    assert told["edition_date"] == "03.08.2026"
    assert organization["registr_code"] == "19登-000001"
    assert organization["registr_date"] == "26.04.2019"
    assert organization["full_names"]["ja"] == "株式会社かけはし\ufa11支援"
    assert (organization["status"], organization["status_ol"]) == ("suspended", "Приостановила деятельность")
    assert organization["suspended_from"] == "07.05.2026"
    assert organization["languages"] == [{"name": "英語", "code": "en"}, {"name": "ロシア語", "code": "ru"}]
    assert [office["name"] for office in organization["offices"]] == ["本社", "大阪支店"]


def test_a_language_that_is_none_has_no_code() -> None:
    organization = EVENTS[SupportOrganizationRegistered].model_dump()["organization"] | {
        "languages": [{"name": "インド語", "tag": None}]
    }
    event = SupportOrganizationRegistered.model_validate(
        EVENTS[SupportOrganizationRegistered].model_dump() | {"organization": organization}
    )
    assert BRIDGE.outward[SupportOrganizationRegistered](event, ABOUT)["organization"]["languages"] == [
        {"name": "インド語"}
    ]


def test_an_edition_is_told_by_its_size_and_who_is_gone() -> None:
    told = document(SupportOrganizationEditionRecorded)
    assert (told["country"], told["edition_date"], told["total"]) == ("XA", "03.08.2026", 2)
    assert told["removed"] == ["19登-000777"]
    assert told["digest"].startswith("sha-256:")
    assert "19登-000001" not in str(told)


def test_an_order_is_told_with_its_deadline_and_attachments() -> None:
    order = document(ImprovementOrderIssued)["order"]
    assert (order["order_num"], order["order_date"], order["deadline"]) == (
        "入管改 第12号",
        "25.02.2026",
        "30.04.2026",
    )
    assert order["organization"]["full_names"] == {"ja": "株式会社渡邊製作所"}
    assert order["organization"]["identifier"]["value"] == "7000012050002"
    assert order["attachments"][0]["size"] == 48_213


def test_an_amended_order_is_told_from_when_on() -> None:
    assert document(ImprovementOrderAmended)["effective_from"] == "10.03.2026"


def test_a_lifted_order_is_told_with_its_end() -> None:
    assert document(ImprovementOrderLifted)["lifting"] == {
        "effective_from": "20.04.2026",
        "outcome": "complied",
        "outcome_ol": "Исполнено",
        "ground": {"ja": "命じた措置が講じられた。"},
    }


def test_a_suspension_is_told_with_its_field_in_the_languages_of_the_ministry() -> None:
    suspension = document(FieldAcceptanceSuspended)["suspension"]
    assert suspension["field"] == {
        "code": "food-service",
        "name_gl": "Коомдук тамактануу",
        "name_ol": "Общественное питание",
    }
    assert suspension["effective_from"] == "01.04.2026"
    assert suspension["articles"] == ["出入国管理及び難民認定法第7条の2第3項"]
    assert set(suspension["ground"]) == {"ja", "en"}


def test_a_field_that_no_list_here_has_is_told_by_its_code() -> None:
    later = field_acceptance.FieldSuspension.model_validate(
        EVENTS[FieldAcceptanceSuspended].model_dump()["suspension"] | {"field": "mining"}
    )
    assert document(FieldAcceptanceSuspended, suspension=later)["suspension"]["field"] == {"code": "mining"}


def test_an_ended_or_withdrawn_suspension_is_told_with_its_day() -> None:
    resumed = document(FieldAcceptanceResumed)
    assert resumed["resumption"] == {"effective_from": "01.10.2026", "ground": {"ja": "再び人材が不足しているため。"}}
    withdrawn = document(FieldSuspensionWithdrawn)
    assert withdrawn["withdrawal"]["withdrawn_date"] == "20.03.2026"
    assert resumed["suspension"] == withdrawn["suspension"] == document(FieldAcceptanceSuspended)["suspension"]


def test_what_is_for_its_sender_alone_is_not_told() -> None:
    unchanged = {SupportOrganizationUnchanged, SupportOrganizationEditionUnchanged, FieldAcceptanceUnchanged}
    assert not unchanged & BRIDGE.outward.keys()

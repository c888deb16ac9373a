"""Japan's national system is told what became of its messages, in its own words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest

from services.bridge_jp.answers import ANSWERS, CHANGES
from shared.bridge.kit import About
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import MessageDelivered, MessageUndelivered, NationalReceipt
from shared.contracts.publication import Change, RegisterEntryPublished
from shared.errors import problem

ABOUT = About(delivery_id="d-1", subject="s", originator="jp", receipt_id="r-1", message_id="ISA-2026/0001")
MOMENT = datetime(2026, 8, 4, 0, 30, tzinfo=UTC)


def test_of_a_receipt() -> None:
    event = MessageDelivered(
        country="kg",
        event_id="e",
        event_type="ImprovementOrderIssued",
        delivery_id="e",
        receipt=NationalReceipt(receipt_number="МТСОМ-1", received_at=MOMENT),
        digest="sha-256:0",
        signature="a.b.c",
    )
    assert ANSWERS.outward[MessageDelivered](event, ABOUT) == {
        "文書種別": "配信受領通知",
        "文書番号": "ISA-2026/0001",
        "受付番号": "r-1",
        "配信番号": "d-1",
        "受領国": "KG",
        "受領番号": "МТСОМ-1",
        "受領日時": "2026-08-04T00:30:00.000000Z",
        "内容種別": "ImprovementOrderIssued",
        "ハッシュ値": "sha-256:0",
        "署名": "a.b.c",
    }


def test_why_it_was_not_delivered() -> None:
    event = MessageUndelivered(
        country="kg", event_id="e", event_type="X", delivery_id="e", problem=problem("withheld", "No.", clause="M3b")
    )
    document = ANSWERS.outward[MessageUndelivered](event, ABOUT)
    assert document["文書種別"] == "配信不能通知"
    assert (document["理由"]["slug"], document["理由"]["clause"]) == ("withheld", "M3b")


def test_why_it_was_refused() -> None:
    event = CommandRefused(command_id="r-1", command_type="X", problem=problem("already-issued", "Yes."))
    document = ANSWERS.outward[CommandRefused](event, ABOUT)
    assert document["文書種別"] == "不受理通知"
    assert document["理由"]["slug"] == "already-issued"


@pytest.mark.parametrize("change", get_args(Change))
def test_where_it_is_public_whatever_has_changed(change: Change) -> None:
    event = RegisterEntryPublished(
        publisher="kg",
        register_name="support-organizations",
        entry="jp-19登-000001",
        revision=3,
        change=change,
        published_at=MOMENT,
        url="https://register.example/kg/jp-19登-000001",
    )
    document = ANSWERS.outward[RegisterEntryPublished](event, ABOUT)
    assert document["文書種別"] == "公表確認通知"
    assert (document["公表国"], document["登録簿番号"], document["版"]) == ("KG", "jp-19登-000001", 3)
    assert document["変更区分"] == CHANGES[change]


def test_a_field_that_is_suspended_is_not_told_like_an_organization_that_is() -> None:
    event = RegisterEntryPublished(
        publisher="jp",
        register_name="field-acceptance",
        entry="jp-food-service",
        revision=1,
        change="suspended",
        published_at=MOMENT,
        url="https://register.example/jp/jp-food-service",
    )
    document = ANSWERS.outward[RegisterEntryPublished](event, ABOUT)
    assert (document["公表国"], document["変更区分"]) == ("JP", "停止")

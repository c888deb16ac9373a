"""Suspensions by field as Japan's authority tells them become commands, or every error is told at once (M8.1)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.bridge_jp.app import BRIDGE
from services.bridge_jp.field_acceptance import parse_field
from shared.bridge.kit import Matter
from shared.contracts.field_acceptance import (
    FieldSuspension,
    ResumeFieldAcceptance,
    Resumption,
    SuspendFieldAcceptance,
    Withdrawal,
    WithdrawFieldSuspension,
)
from shared.contracts.fields_of_work import FIELD_LISTS
from tests.bridge_builders import fixture

SUSPENDED, RESUMED, WITHDRAWN = "受入停止", "受入再開", "受入停止撤回"


def changed(kind: str, **changes: Any) -> dict[str, Any]:
    """A good document; a change with None takes the field out."""
    return {name: value for name, value in (fixture("jp", kind) | changes).items() if value is not None}


def translated(document: dict[str, Any]) -> Matter:
    translation = BRIDGE.inward[document["文書種別"]](document)
    assert translation.matter is not None, translation.problems
    return translation.matter


def told(document: dict[str, Any]) -> list[tuple[str, str | None]]:
    translation = BRIDGE.inward[document["文書種別"]](document)
    assert translation.matter is None
    return [(found.slug, found.pointer) for found in translation.problems if found.severity == "error"]


def test_a_suspension_says_which_field_from_when_on_and_why() -> None:
    matter = translated(changed(SUSPENDED))
    assert (matter.topic, matter.subject) == ("registry.commands.v1", "field-acceptance/jp/food-service")
    assert (matter.destination, matter.classification) == ("kg", "official")
    assert matter.command == SuspendFieldAcceptance(
        suspension=FieldSuspension(
            country="jp",
            field="food-service",
            suspended_from=date(2026, 4, 1),
            articles=("出入国管理及び難民認定法第7条の2第3項",),
            ground={"ja": "必要とされる人材が確保されたため。", "en": "The needed workforce is secured."},
        )
    )


def test_a_resumption_says_from_when_on() -> None:
    matter = translated(changed(RESUMED, **{"再開理由（英語）": None}))
    assert matter.subject == "field-acceptance/jp/food-service"
    assert matter.command == ResumeFieldAcceptance(
        country="jp",
        field="food-service",
        resumption=Resumption(resumed_on=date(2026, 10, 1), ground={"ja": "再び人材が不足しているため。"}),
    )


def test_a_withdrawal_says_of_which_suspension_and_when() -> None:
    assert translated(
        changed(WITHDRAWN, 撤回理由=None, **{"撤回理由（英語）": None})
    ).command == WithdrawFieldSuspension(
        country="jp",
        field="food-service",
        suspended_from=date(2026, 4, 1),
        withdrawal=Withdrawal(withdrawn_on=date(2026, 3, 20)),
    )


def test_every_field_of_every_list_is_known_by_its_name() -> None:
    for one in FIELD_LISTS:
        for field in one.fields:
            assert parse_field(field.names["ja"]) == field.code
    assert parse_field("ﾋﾞﾙｸﾘｰﾆﾝｸﾞ") == "building-cleaning"


@pytest.mark.parametrize(
    ("kind", "changes", "slug", "pointer"),
    [
        (SUSPENDED, {"特定産業分野": "鉱業"}, "no-such-field", "/特定産業分野"),
        (SUSPENDED, {"特定産業分野": "14"}, "no-such-field", "/特定産業分野"),
        (SUSPENDED, {"特定産業分野": 14}, "wrong-form", "/特定産業分野"),
        (SUSPENDED, {"特定産業分野": None}, "missing-field", "/特定産業分野"),
        (SUSPENDED, {"停止開始年月日": "令和8年2月30日"}, "no-such-date", "/停止開始年月日"),
        (SUSPENDED, {"停止開始年月日": "01.04.2026"}, "wrong-form", "/停止開始年月日"),
        (SUSPENDED, {"停止理由": None}, "missing-field", "/停止理由"),
        (SUSPENDED, {"根拠条文": None}, "missing-field", "/根拠条文"),
        (SUSPENDED, {"根拠条文": "第7条の2"}, "wrong-form", "/根拠条文"),
        (SUSPENDED, {"停止理由": "理" * 20_001}, "too-large", "/停止理由"),
        (SUSPENDED, {"通知先国": "キルギス"}, "wrong-form", "/通知先国"),
        (SUSPENDED, {"様式版": "2"}, "wrong-form", "/様式版"),
        (RESUMED, {"再開年月日": None}, "missing-field", "/再開年月日"),
        (RESUMED, {"特定産業分野": "鉱業"}, "no-such-field", "/特定産業分野"),
        (WITHDRAWN, {"停止開始年月日": None}, "missing-field", "/停止開始年月日"),
        (WITHDRAWN, {"撤回年月日": "未定"}, "wrong-form", "/撤回年月日"),
    ],
)
def test_a_wrong_field_is_told_by_slug_and_pointer(kind: str, changes: dict[str, Any], slug: str, pointer: str) -> None:
    assert told(changed(kind, **changes)) == [(slug, pointer)]


@pytest.mark.parametrize("kind", [SUSPENDED, RESUMED, WITHDRAWN])
def test_an_unknown_field_is_kept_out_and_told(kind: str) -> None:
    translation = BRIDGE.inward[kind](changed(kind, 備考="内部用"))
    assert translation.matter is not None
    assert [(found.slug, found.pointer) for found in translation.problems] == [("unknown-field", "/備考")]

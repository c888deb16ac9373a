"""Improvement orders as Japan's authority gives them become commands, or every error is told at once (M6.3a)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.bridge_jp.app import BRIDGE
from shared.bridge.kit import Matter
from shared.contracts.case import Attachment
from shared.contracts.improvement_order import (
    AcceptingOrganization,
    AmendImprovementOrder,
    IssueImprovementOrder,
    LiftImprovementOrder,
    Lifting,
)
from shared.contracts.sending_organization import Identifier
from tests.bridge_builders import fixture

ISSUED, AMENDED, LIFTED = "改善命令", "改善命令変更", "改善命令解除"


def order(kind: str = ISSUED, **changes: Any) -> dict[str, Any]:
    """A good one; a change with None takes the field out, `対象機関` changes are merged."""
    document = fixture("jp", kind)
    if "対象機関" in document:
        document["対象機関"] |= changes.pop("対象機関", {})
        document["対象機関"] = {name: value for name, value in document["対象機関"].items() if value is not None}
    return {name: value for name, value in (document | changes).items() if value is not None}


def translated(document: dict[str, Any]) -> Matter:
    translation = BRIDGE.inward[document["文書種別"]](document)
    assert translation.matter is not None, translation.problems
    return translation.matter


def told(document: dict[str, Any]) -> list[tuple[str, str | None]]:
    translation = BRIDGE.inward[document["文書種別"]](document)
    assert translation.matter is None
    return [(found.slug, found.pointer) for found in translation.problems if found.severity == "error"]


def test_an_order_says_to_whom_why_what_and_until_when() -> None:
    matter = translated(order())
    assert (matter.topic, matter.subject) == ("registry.commands.v1", "improvement-order/jp/入管庁在改 第12号")
    assert (matter.destination, matter.classification) == ("kg", "official")
    command = matter.command
    assert isinstance(command, IssueImprovementOrder)
    assert command.order.subject == AcceptingOrganization(
        identifier=Identifier(scheme="jp.corporate-number", value="7000012050002"),
        names={"ja": "株式会社渡邊製作所", "en": "Watanabe Seisakusho Co., Ltd."},
        address="愛知県名古屋市中区三の丸３丁目１番２号",
        representative="渡邊　花子",
    )
    assert (command.order.ordered_on, command.order.deadline) == (date(2026, 2, 25), date(2026, 4, 30))
    assert command.order.articles == ("出入国管理及び難民認定法第19条の21第1項", "同法第19条の20第1項")
    assert set(command.order.facts) == set(command.order.measures) == {"ja"}
    assert command.order.attachments == (
        Attachment(
            title="別紙",
            digest="sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            media_type="application/pdf",
            size=48213,
        ),
    )


def test_an_amendment_says_from_when_on() -> None:
    command = translated(order(AMENDED)).command
    assert isinstance(command, AmendImprovementOrder)
    assert command.amended_on == date(2026, 3, 10)
    assert command.order.deadline == date(2026, 5, 31)


def test_a_lifting_says_whether_it_was_complied_with() -> None:
    assert translated(order(LIFTED)).command == LiftImprovementOrder(
        country="jp",
        order_number="入管庁在改 第12号",
        lifting=Lifting(
            outcome="complied",
            lifted_on=date(2026, 5, 20),
            ground={"ja": "命じた措置が講じられたことを確認した。"},
        ),
    )
    withdrawn = translated(order(LIFTED, 解除区分="撤回", 解除理由=None)).command
    assert isinstance(withdrawn, LiftImprovementOrder)
    assert withdrawn.lifting == Lifting(outcome="withdrawn", lifted_on=date(2026, 5, 20))


def test_an_order_without_a_number_has_one_that_stays() -> None:
    subject = "improvement-order/jp/7000012050002-2026-02-25"
    assert translated(order(命令番号=None)).subject == subject
    assert translated(order(AMENDED, 命令番号=None)).subject == subject
    by_particulars = {"対象機関": {"法人番号": "7000012050002"}, "命令年月日": "令和8年2月25日"}
    assert translated(fixture("jp", LIFTED) | {"命令番号": ""} | by_particulars).subject == subject


@pytest.mark.parametrize(
    ("changes", "slug", "pointer"),
    [
        ({"対象機関": {"法人番号": "8000012050002"}}, "wrong-check-digit", "/対象機関/法人番号"),
        ({"対象機関": {"法人番号": "000012050002"}}, "wrong-form", "/対象機関/法人番号"),
        ({"対象機関": {"法人番号": 7000012050002}}, "wrong-form", "/対象機関/法人番号"),
        ({"対象機関": {"名称": None}}, "missing-field", "/対象機関/名称"),
        ({"命令年月日": "令和8年2月30日"}, "no-such-date", "/命令年月日"),
        ({"命令年月日": "25.02.2026"}, "wrong-form", "/命令年月日"),
        ({"命令年月日": None}, "missing-field", "/命令年月日"),
        ({"履行期限": "令和8年2月24日"}, "dates-reversed", "/履行期限"),
        ({"命令内容": None}, "missing-field", "/命令内容"),
        ({"根拠条文": None}, "missing-field", "/根拠条文"),
        ({"根拠条文": []}, "missing-field", "/根拠条文"),
        ({"根拠条文": "第19条の21"}, "wrong-form", "/根拠条文"),
        ({"根拠条文": ["第19条の21", 7]}, "wrong-form", "/根拠条文/1"),
        ({"根拠条文": ["条"] * 201}, "too-large", "/根拠条文"),
        ({"命令番号": "a/b"}, "wrong-form", "/命令番号"),
        ({"通知先国": "キルギス"}, "wrong-form", "/通知先国"),
        ({"様式版": "2"}, "wrong-form", "/様式版"),
        ({"認定事実": "事" * 20_001}, "too-large", "/認定事実"),
        ({"添付": [{"名称": "別紙"}]}, "missing-field", "/添付/0/ハッシュ値"),
        ({"添付": ["別紙"]}, "wrong-form", "/添付/0"),
    ],
)
def test_a_wrong_field_is_told_by_slug_and_pointer(changes: dict[str, Any], slug: str, pointer: str) -> None:
    assert told(order(**changes))[0] == (slug, pointer)


@pytest.mark.parametrize("size", ["48213", -1, True, 1.5])
def test_the_size_of_an_attachment_is_a_whole_number(size: object) -> None:
    document = order()
    document["添付"][0]["バイト数"] = size
    assert told(document) == [("wrong-form", "/添付/0/バイト数")]


def test_an_amendment_is_not_before_its_order() -> None:
    assert told(order(AMENDED, 変更年月日="令和8年2月24日")) == [("dates-reversed", "/変更年月日")]


@pytest.mark.parametrize(
    ("changes", "slug", "pointer"),
    [
        ({"解除区分": "終了"}, "wrong-form", "/解除区分"),
        ({"解除区分": None}, "missing-field", "/解除区分"),
        ({"解除年月日": "未定"}, "wrong-form", "/解除年月日"),
        ({"命令番号": None}, "missing-field", "/対象機関"),
    ],
)
def test_a_wrong_lifting_is_told(changes: dict[str, Any], slug: str, pointer: str) -> None:
    assert told(order(LIFTED, **changes))[0] == (slug, pointer)


def test_an_unknown_field_is_kept_out_and_told_on_every_level() -> None:
    document = order(対象機関={"資本金": "1億円"}, 備考="内部用")
    document["添付"][0]["作成者"] = "担当"
    translation = BRIDGE.inward[ISSUED](document)
    assert translation.matter is not None
    assert [(found.slug, found.pointer) for found in translation.problems] == [
        ("unknown-field", "/対象機関/資本金"),
        ("unknown-field", "/添付/0/作成者"),
        ("unknown-field", "/備考"),
    ]

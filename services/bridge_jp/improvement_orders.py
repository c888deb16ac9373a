"""Improvement orders (改善命令, 入管法 19条の21) of the immigration authority into commands (M6.3a). Pure.

No national format of them is published: the layout is assumed (`assumed_layout`), of the particulars that dispositions
are published with (formats.md A3), and carries its version in 様式版.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from services.bridge_jp.cases import LAYOUT
from services.bridge_jp.identifiers import parse_corporate_number
from services.bridge_jp.translation import COUNTRY
from services.bridge_jp.wareki import parse_date
from shared.bridge.case_layout import LONGEST, parse_country
from shared.bridge.fields import Fields, WrongValue, as_is
from shared.bridge.kit import REGISTRY_COMMANDS, Matter, Translation, Translations
from shared.bridge.reading import Document
from shared.contracts.base import Contract
from shared.contracts.improvement_order import (
    AcceptingOrganization,
    AmendImprovementOrder,
    ImprovementOrder,
    IssueImprovementOrder,
    LiftImprovementOrder,
    Lifting,
    stream_of,
)
from shared.contracts.sending_organization import Identifier

OUTCOMES: Final = {"履行": "complied", "撤回": "withdrawn"}


def issued(document: Document) -> Translation:
    """M6.3a: an accepting organization was ordered to improve."""
    fields = Fields(document)
    order = _order(fields)
    return _translation(fields, IssueImprovementOrder(order=order), order.order_number)


def amended(document: Document) -> Translation:
    """M6.3a: the order as it is from 変更年月日 on, whole."""
    fields = Fields(document)
    order = _order(fields)
    day = fields.required("変更年月日", parse_date, date.min)
    if day < order.ordered_on and not fields.errors:
        fields.tell("dates-reversed", "変更年月日", f"{day} is before the order, which is of {order.ordered_on}.")
    return _translation(fields, AmendImprovementOrder(order=order, amended_on=day), order.order_number)


def lifted(document: Document) -> Translation:
    """M6.3a: the order holds no longer from 解除年月日 on: it was complied with (履行) or withdrawn (撤回)."""
    fields = Fields(document)
    number = _number_to_lift(fields)
    lifting = Lifting.model_validate(
        {
            "outcome": fields.required("解除区分", _outcome, "complied"),
            "lifted_on": fields.required("解除年月日", parse_date, date.min),
            "ground": _japanese(fields.text("解除理由", longest=LONGEST)),
        }
    )
    return _translation(fields, LiftImprovementOrder(country=COUNTRY, order_number=number, lifting=lifting), number)


IMPROVEMENT_ORDERS = Translations(
    inward={"改善命令": issued, "改善命令変更": amended, "改善命令解除": lifted},
)


def _translation(fields: Fields, command: Contract, number: str) -> Translation:
    LAYOUT.head(fields)
    destination = fields.required("通知先国", parse_country, "").lower()
    fields.finish()
    if fields.errors:
        return Translation(None, fields.problems)
    matter = Matter(command, REGISTRY_COMMANDS, stream_of(COUNTRY, number), destination, pointer="/通知先国")
    return Translation(matter, fields.problems)


def _order(fields: Fields) -> ImprovementOrder:
    ordered_on = fields.required("命令年月日", parse_date, date.min)
    deadline = fields.optional("履行期限", parse_date)
    if deadline is not None and deadline < ordered_on:
        fields.tell("dates-reversed", "履行期限", f"{deadline} is before the order, which is of {ordered_on}.")
    subject = _subject(fields.section("対象機関", required=True))
    number = fields.optional("命令番号", _order_number)
    return ImprovementOrder(
        country=COUNTRY,
        order_number=number or _number_of(subject.identifier.value, ordered_on),
        subject=subject,
        ordered_on=ordered_on,
        articles=fields.texts("根拠条文", required=True),
        facts=_japanese(fields.text("認定事実", longest=LONGEST)),
        measures=_japanese(fields.text("命令内容", required=True, longest=LONGEST)),
        deadline=deadline,
        attachments=LAYOUT.attachments(fields.sections("添付")),
    )


def _subject(fields: Fields) -> AcceptingOrganization:
    """An accepting organization (特定技能所属機関). Support organizations are not given improvement orders."""
    number = fields.required("法人番号", parse_corporate_number, "")
    english = fields.text("名称（英語）")
    subject = AcceptingOrganization(
        identifier=Identifier(scheme="jp.corporate-number", value=number),
        names=_japanese(fields.required("名称", as_is, "")) | ({"en": english} if english else {}),
        address=fields.text("所在地"),
        representative=fields.text("代表者の氏名"),
    )
    fields.finish()
    return subject


def _number_to_lift(fields: Fields) -> str:
    """That of the order; or, of an order without one, what it follows from."""
    fields.skip("対象機関", "命令年月日")
    number = fields.optional("命令番号", _order_number)
    if number is not None or fields.errors:
        return number or ""
    subject = fields.section("対象機関", required=True)
    corporate = subject.required("法人番号", parse_corporate_number, "")
    return _number_of(corporate, fields.required("命令年月日", parse_date, date.min))


def _number_of(corporate_number: str, ordered_on: date) -> str:
    """The number of an order that was given none; the same each time."""
    return f"{corporate_number}-{ordered_on.isoformat()}"


def _order_number(text: str) -> str:
    """As its authority gave it. It is part of a stream's name, so a slash or a line break in it is none."""
    if re.search(r"[/\n\r\t]", text):
        raise WrongValue("wrong-form", f"{text[:40]!r} is no number of an order: it has no slash and no line break.")
    return text


def _outcome(text: str) -> str:
    if text not in OUTCOMES:
        raise WrongValue("wrong-form", f"{text[:20]!r} is neither {' nor '.join(OUTCOMES)}.")
    return OUTCOMES[text]


def _japanese(text: str | None) -> dict[str, str]:
    return {"ja": text} if text else {}

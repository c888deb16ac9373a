"""The immigration authority's suspensions of acceptance by field (入管法 7条の2) into commands (M8.1). Pure.

No national format of them is published: the layout is assumed (`assumed_layout`), names a field (特定産業分野) as the
decisions do (formats.md A4), and carries its version in 様式版.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Final

from services.bridge_jp.cases import LAYOUT
from services.bridge_jp.translation import COUNTRY
from services.bridge_jp.wareki import parse_date
from shared.bridge.case_layout import LONGEST, parse_country
from shared.bridge.fields import Fields, WrongValue
from shared.bridge.kit import REGISTRY_COMMANDS, Matter, Translation, Translations
from shared.bridge.reading import Document
from shared.contracts.base import Contract
from shared.contracts.field_acceptance import (
    FieldSuspension,
    ResumeFieldAcceptance,
    Resumption,
    SuspendFieldAcceptance,
    Withdrawal,
    WithdrawFieldSuspension,
    stream_of,
)
from shared.contracts.fields_of_work import FIELD_LISTS

FIELDS: Final = {field.names["ja"]: field.code for one in FIELD_LISTS for field in one.fields}
"""Codes by the names that fields have, or had, in the decisions."""


def suspended(document: Document) -> Translation:
    """M8.1: no worker is newly accepted in the field from 停止開始年月日 on."""
    fields = Fields(document)
    suspension = FieldSuspension(
        country=COUNTRY,
        field=fields.required("特定産業分野", parse_field, ""),
        suspended_from=fields.required("停止開始年月日", parse_date, date.min),
        articles=fields.texts("根拠条文", required=True),
        ground=_ground(fields, "停止理由", required=True),
    )
    return _translation(fields, SuspendFieldAcceptance(suspension=suspension), suspension.field)


def resumed(document: Document) -> Translation:
    """M8.1: workers are accepted in the field again from 再開年月日 on."""
    fields = Fields(document)
    field = fields.required("特定産業分野", parse_field, "")
    resumption = Resumption(
        resumed_on=fields.required("再開年月日", parse_date, date.min), ground=_ground(fields, "再開理由")
    )
    return _translation(fields, ResumeFieldAcceptance(country=COUNTRY, field=field, resumption=resumption), field)


def withdrawn(document: Document) -> Translation:
    """M8.1: the suspension announced for 停止開始年月日 does not come."""
    fields = Fields(document)
    field = fields.required("特定産業分野", parse_field, "")
    command = WithdrawFieldSuspension(
        country=COUNTRY,
        field=field,
        suspended_from=fields.required("停止開始年月日", parse_date, date.min),
        withdrawal=Withdrawal(
            withdrawn_on=fields.required("撤回年月日", parse_date, date.min), ground=_ground(fields, "撤回理由")
        ),
    )
    return _translation(fields, command, field)


FIELD_ACCEPTANCE = Translations(
    inward={"受入停止": suspended, "受入再開": resumed, "受入停止撤回": withdrawn},
)


def parse_field(text: str) -> str:
    """The code of a field by its name, letters of either width. Raises WrongValue: `no-such-field`."""
    code = FIELDS.get(unicodedata.normalize("NFKC", text))
    if code is None:
        raise WrongValue("no-such-field", f"{text[:40]!r} is none of {', '.join(FIELDS)}.")
    return code


def _ground(fields: Fields, name: str, *, required: bool = False) -> dict[str, str]:
    """In Japanese and, where it is given, in English."""
    japanese = fields.text(name, required=required, longest=LONGEST)
    english = fields.text(f"{name}（英語）", longest=LONGEST)
    return ({"ja": japanese} if japanese else {}) | ({"en": english} if english else {})


def _translation(fields: Fields, command: Contract, field: str) -> Translation:
    LAYOUT.head(fields)
    destination = fields.required("通知先国", parse_country, "").lower()
    fields.finish()
    if fields.errors:
        return Translation(None, fields.problems)
    matter = Matter(command, REGISTRY_COMMANDS, stream_of(COUNTRY, field), destination, pointer="/通知先国")
    return Translation(matter, fields.problems)

"""The immigration authority's catalogue of tests and their sessions into commands (M5.1). Pure.

No national format of it is published: the layout is assumed (`assumed_layout`), names a field (特定産業分野) as the
decisions do (formats.md A4), and carries its version in 様式版.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal

from services.bridge_jp.cases import LAYOUT
from services.bridge_jp.field_acceptance import parse_field
from services.bridge_jp.translation import COUNTRY
from services.bridge_jp.wareki import parse_date
from shared.bridge.case_layout import LONGEST, parse_country
from shared.bridge.fields import Fields, WrongValue, as_is, matching, one_of
from shared.bridge.kit import REGISTRY_COMMANDS, Matter, Translation, Translations
from shared.bridge.reading import Document
from shared.contracts.base import Contract
from shared.contracts.test_catalogue import (
    AnnounceTestSession,
    Cancellation,
    CancelTestSession,
    ChangeTestSession,
    ListedTest,
    ListTest,
    Session,
    stream_of,
)

KINDS: Final[dict[str, Literal["skill", "language"]]] = {"技能試験": "skill", "語学試験": "language"}
_language = matching(r"[a-z]{2,3}", "a language as two or three small letters, such as ja (BCP 47)")


def listed(document: Document) -> Translation:
    """M5.1: a test, or how it is from 適用開始年月日 on, whole."""
    fields = Fields(document)
    kind = fields.required("試験区分", one_of(KINDS), "skill")
    japanese, english = fields.required("試験名", as_is, ""), fields.text("試験名（英語）")
    test = ListedTest(
        country=COUNTRY,
        number=_test(fields),
        kind=kind,
        field=fields.required("特定産業分野", parse_field, "") if kind == "skill" else None,
        language=fields.required("言語", _language, "") if kind == "language" else None,
        level=fields.text("水準"),
        names={"ja": japanese} | ({"en": english} if english else {}),
        conducted_by=fields.text("実施機関"),
        discontinued_on=fields.optional("廃止年月日", parse_date),
    )
    day = fields.required("適用開始年月日", parse_date, date.min)
    return _translation(fields, ListTest(test=test, effective_on=day), test.number)


def announced(document: Document) -> Translation:
    """M5.1: a session of a test will be held."""
    fields = Fields(document)
    number = _test(fields)
    return _translation(fields, AnnounceTestSession(country=COUNTRY, test=number, session=_session(fields)), number)


def changed(document: Document) -> Translation:
    """M5.1: a session will be held otherwise than was told; whole."""
    fields = Fields(document)
    number = _test(fields)
    command = ChangeTestSession(
        country=COUNTRY,
        test=number,
        session=_session(fields),
        changed_on=fields.required("変更年月日", parse_date, date.min),
    )
    return _translation(fields, command, number)


def cancelled(document: Document) -> Translation:
    """M5.1: a session will not be held."""
    fields = Fields(document)
    number = _test(fields)
    ground = fields.text("中止理由", longest=LONGEST)
    command = CancelTestSession(
        country=COUNTRY,
        test=number,
        session_number=fields.required("実施回番号", as_is, ""),
        cancellation=Cancellation(
            cancelled_on=fields.required("中止決定年月日", parse_date, date.min),
            ground={"ja": ground} if ground else {},
        ),
    )
    return _translation(fields, command, number)


TEST_CATALOGUE = Translations(
    inward={"試験": listed, "試験実施予定": announced, "試験実施変更": changed, "試験実施中止": cancelled},
)


def _test(fields: Fields) -> str:
    return fields.required("試験番号", _number, "")


def _number(text: str) -> str:
    """As its authority gave it. It is part of a stream's name, so a slash or a line break in it is none."""
    if re.search(r"[/\n\r\t]", text):
        raise WrongValue("wrong-form", f"{text[:40]!r} is no number of a test: it has no slash and no line break.")
    return text


def _session(fields: Fields) -> Session:
    first_day = fields.required("試験開始年月日", parse_date, date.min)
    return Session(
        number=fields.required("実施回番号", as_is, ""),
        country=fields.required("実施国", parse_country, "").lower(),
        place=fields.text("会場"),
        first_day=first_day,
        # Most are held on a single day.
        last_day=fields.optional("試験終了年月日", parse_date) or first_day,
    )


def _translation(fields: Fields, command: Contract, number: str) -> Translation:
    LAYOUT.head(fields)
    destination = fields.required("通知先国", parse_country, "").lower()
    fields.finish()
    if fields.errors:
        return Translation(None, fields.problems)
    matter = Matter(command, REGISTRY_COMMANDS, stream_of(COUNTRY, number), destination, pointer="/通知先国")
    return Translation(matter, fields.problems)

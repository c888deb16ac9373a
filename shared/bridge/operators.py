"""What operators hand in where their country has no system for it: statements in the contracts' own words. Pure.

The layout is the one that countries use (case_layout.py), in no country's words: a document is called as its command
is, a field as its member, and days, moments and amounts are written as JSON has them (ISO 8601, RFC 3339). So an
operator's word meets the same checks, goes the same way and gets the same receipt as that of a national system.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, get_args

from shared.bridge.case_layout import VERSION, CaseLayout, CaseWords
from shared.bridge.core_events import CASE_KINDS
from shared.bridge.fields import WrongValue
from shared.bridge.inquiries import COMMANDS, InquiryWords, inquiries
from shared.bridge.kit import Bridge, Document, Translations
from shared.bridge.statements import CaseTerms, statements
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.case import CaseKind
from shared.contracts.consent import GrantConsent
from shared.contracts.consultation import ProposeConsultationDate
from shared.contracts.inquiry import (
    AnswerInquiry,
    AskInquiry,
    DeclineInquiry,
    InquiryOverdue,
    InquiryReminded,
    Topic,
)

ID: Final = "message_id"
TYPE: Final = "message_type"

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?")
_TOPICS: Final[Sequence[Topic]] = get_args(Topic)


class _OwnWords(dict[str, str]):
    """Everything is called what it is called."""

    def __missing__(self, name: str) -> str:
        return name


def operators(country: str) -> Bridge:
    """The border of a country as its operators meet it: what the two sides ask, propose and answer each other.

    Who a person is goes from a national system to a national system, sealed at the border: it is not typed here. Nor is
    what changes or ends the agreement.
    """
    layout = CaseLayout(
        country=country,
        words=CaseWords(
            **{field.name: field.name for field in fields(CaseWords)}
            | {"destination": "addressee", "identifier": "value"}
        ),
        identifying=(ID, TYPE),
        numbers={},
        read_day=_day,
        read_moment=_moment,
        read_amount=_amount,
        written_day=date.isoformat,
        written_moment=rfc3339,
        written_amount=str,
        headed=lambda kind, about: {ID: about.delivery_id, TYPE: kind},
    )
    kinds = [kind for kind in CASE_KINDS if kind.commands_topic == COMMANDS and not kind.sealed]
    matters = [*(statements(layout, kind, _terms(kind)) for kind in kinds), inquiries(layout, _INQUIRIES)]
    # Nothing is delivered in this layout.
    inward = [Translations(inward=matter.inward, same_layout=matter.same_layout) for matter in matters]
    return Bridge(country=country, matters=inward, id_field=ID, type_field=TYPE)


def _terms(kind: CaseKind) -> CaseTerms:
    said: dict[type[Contract], str] = {one.event: one.command.__name__ for one in kind.statements}
    by_the_clock: dict[type[Contract], str] = {event: event.__name__ for event in kind.by_the_clock}
    return CaseTerms(documents=said | by_the_clock, members=_OwnWords(), values=_OwnWords())


_INQUIRIES: Final = InquiryWords(
    **{field.name: field.name for field in fields(InquiryWords) if field.name not in ("topics", "lateness")}
    | {
        "inquiry": AskInquiry.__name__,
        "answer": AnswerInquiry.__name__,
        "refusal": DeclineInquiry.__name__,
        "reminder": InquiryReminded.__name__,
        "overdue": InquiryOverdue.__name__,
        "asker": "country",
        "question_text": "text",
        "question_number": "number",
    },
    topics={topic: topic for topic in _TOPICS},
    lateness={"yes": True, "no": False},
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as error:
        raise WrongValue("wrong-form", f"{text[:40]!r} is no day such as 2026-05-01.") from error


def _moment(text: str, parse_day: Callable[[str], date]) -> datetime:
    parse_day(text[:10])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongValue("wrong-form", f"{text[:40]!r} is no moment such as 2026-05-01T09:00:00+06:00.") from error
    if moment.tzinfo is None:
        raise WrongValue("wrong-form", f"{text[:40]!r} does not say of which time zone it is.")
    return moment.astimezone(UTC)


def _amount(text: str) -> Decimal:
    if _AMOUNT.fullmatch(text) is None:
        raise WrongValue("wrong-form", f"{text[:40]!r} is no amount such as 50000.00.")
    return Decimal(text)


EXAMPLES: Final[Sequence[Document]] = (
    {
        ID: "console-0001",
        TYPE: AnswerInquiry.__name__,
        "version": VERSION,
        "country": "XA",
        "number": "07-12/441",
        "answers": [{"number": 1, "text": {"en": "1,204 workers in 2025."}}],
        "reference": "2026/88",
    },
    {
        ID: "console-0002",
        TYPE: ProposeConsultationDate.__name__,
        "version": VERSION,
        "country": "XA",
        "number": "C-2026/3",
        "on": "2031-05-14",
    },
    {
        ID: "console-0003",
        TYPE: GrantConsent.__name__,
        "version": VERSION,
        "country": "XA",
        "number": "S-2026/2",
        "record": "misconduct-report/xa-xb/xb-2026/0042",
        "recipient": "Labour Inspectorate",
        "purpose": "Inspection of the accepting organization",
        "expires_at": "2031-05-14T18:00:00+06:00",
        "times": "once",
    },
)
"""Of what operators of XB say in cases that XA has opened."""

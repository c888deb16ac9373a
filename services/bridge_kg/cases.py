"""How the ministry writes what documents about cases have in common. Pure.

No national layout of them is published: it is the kit's, assumed (`assumed_layout`), its fields named in Russian as the
ministry's forms are, and carries its version in `версия`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from services.bridge_kg.dates import format_date, parse_date
from services.bridge_kg.documents import headed
from services.bridge_kg.identifiers import parse_okpo, parse_tin
from services.bridge_kg.translation import COUNTRY
from shared.bridge.case_layout import CaseLayout, CaseWords
from shared.bridge.fields import WrongValue, as_is
from shared.bridge.persons import PersonWords
from shared.bridge.revisions import RevisionWords
from shared.bridge.statements import CaseTerms

ZONE: Final = ZoneInfo("Asia/Bishkek")

_AMOUNT: Final = re.compile(r"([0-9]{1,15}|[0-9]{1,3}([ \u00a0][0-9]{3}){1,4})([,.][0-9]{1,4})?")
_MOMENT: Final = re.compile(r"(?P<day>[0-9.]+) +(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2}))?")


def parse_moment(text: str, parse_day: Callable[[str], date]) -> datetime:
    """In UTC: `01.03.2026 18:00` by the clocks of the country, or a day, of which it is the first moment.

    Raises WrongValue.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        return datetime.combine(parse_day(text), time.min, ZONE).astimezone(UTC)
    day = parse_day(found["day"])
    try:
        clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError as error:
        raise WrongValue("wrong-form", f"{text!r} has a time of day that there is not.") from error
    return datetime.combine(day, clock, ZONE).astimezone(UTC)


def in_bishkek(moment: datetime) -> str:
    """dd.mm.yyyy hh:mm:ss by the clocks of the country."""
    local = moment.astimezone(ZONE)
    return f"{format_date(local.date())} {local:%H:%M:%S}"


def parse_amount(text: str) -> Decimal:
    """An amount as `50000`, `50 000,00` or `50000.00`; a comma parts off the hundredths, never the thousands.

    Raises WrongValue.
    """
    if _AMOUNT.fullmatch(text) is None:
        raise WrongValue("wrong-form", f"{text[:40]!r} is no amount such as 50000, 50 000,00 or 50000.00.")
    return Decimal(re.sub(r"[ \u00a0]", "", text).replace(",", "."))


def format_amount(amount: Decimal) -> str:
    """With a comma, as Russian texts have it."""
    return f"{amount:f}".replace(".", ",")


LAYOUT: Final = CaseLayout(
    country=COUNTRY,
    words=CaseWords(
        version="версия",
        destination="страна_получатель",
        recorded_at="записано",
        receipt_id="receipt_id",
        amount="сумма",
        currency="валюта",
        scheme="вид",
        identifier="номер",
        title="название",
        digest="хэш",
        media_type="формат",
        size="размер",
    ),
    identifying=("message_id", "message_type"),
    numbers={
        "ИНН": ("kg.tin", parse_tin),
        # Of a person; the same form.
        "ПИН": ("kg.pin", parse_tin),
        "ОКПО": ("kg.okpo", parse_okpo),
        "Минюст": ("kg.minjust", as_is),
        "паспорт": ("kg.passport", as_is),
    },
    read_day=parse_date,
    read_moment=parse_moment,
    read_amount=parse_amount,
    written_day=format_date,
    written_moment=in_bishkek,
    written_amount=format_amount,
    headed=headed,
)

REVISIONS: Final = RevisionWords(
    learned_at="стало_известно",
    summary="суть",
    evidence="доказательства",
    revision="редакция",
    nature="вид_изменения",
    reason="причина_изменения",
    ground="основание",
    reference="исходящий_номер",
    note="отметка",
    acknowledged_by="подтвердившая_страна",
    acknowledged_at="подтверждено",
    shared_at="передано",
    superseded_by="следующая_редакция",
    measure_number="номер_меры",
    measure_kind="вид_меры",
    taken_on="дата_меры",
    measure_text="содержание_меры",
    legal_basis="правовое_основание",
    refusal_ground="причина",
    likely="вероятно",
    likely_kind="вид",
    assessment_text="оценка",
    outcome="итог",
    closing_text="пояснение_итога",
    measures="число_мер",
    natures={"исправление": "correction", "дополнение": "addition"},
    outcomes={
        "подтверждено": "confirmed",
        "частично подтверждено": "partly-confirmed",
        "не подтверждено": "not-confirmed",
    },
)
"""Of reports and notices."""

PERSONS: Final = PersonWords(
    role="кто",
    names="имена",
    born_on="дата_рождения",
    identifiers="номера",
    contact="контакт",
)
"""Of those who are protected."""

TERMS: Final = CaseTerms(
    documents={},
    members={
        "country": "страна_инициатор",
        "number": "номер_дела",
        "shared_at": "передано",
        "reference": "исходящий_номер",
        "title": "тема",
        "text": "содержание",
        "topic": "раздел",
        "ground": "основание",
        "legal_basis": "норма_права",
        "attachments": "приложения",
        "by": "страна_отправитель",
        "late": "с_опозданием",
        "overdue_at": "просрочено_с",
        "as_received": "вскрытое_содержание",
        "names": "имена",
        "born_on": "дата_рождения",
        "identifiers": "номера",
        "contact": "контакт",
    },
    values={"yes": "да", "no": "нет"},
)
"""What all cases made of statements have; each matter adds its own."""

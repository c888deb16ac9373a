"""What documents about cases have in common, read and written: numbers, days and moments, amounts, attachments. Pure.

No national layout of them is published: it is assumed (`assumed_layout`) and carries its version in 様式版, so that
another one is refused and not misread.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.bridge_jp.identifiers import parse_corporate_number
from services.bridge_jp.translation import COUNTRY
from services.bridge_jp.wareki import parse_date
from shared.bridge.fields import Fields, WrongValue, as_is, matching
from shared.contracts.case import Attachment
from shared.contracts.misconduct_report import Money
from shared.contracts.sending_organization import Identifier

VERSION: Final = "1"
ZONE: Final = ZoneInfo("Asia/Tokyo")
LONGEST: Final = 20_000
"""Characters of a text that tells a story."""
YEARS: Final = range(1900, 2200)
"""A day outside them is a slip of the pen, or a stand-in for none."""
BEGINNING: Final = datetime.combine(date.min, time.min, UTC)
"""Stands in for a moment that could not be read, in a document that is refused for it."""

_residence_card = matching(r"[A-Z]{2}[0-9]{8}[A-Z]{2}", "a 在留カード番号 as two letters, eight digits, two letters")
NUMBERS: Final = {
    "法人番号": ("jp.corporate-number", parse_corporate_number),
    "在留カード番号": ("jp.residence-card", _residence_card),
}
"""National numbers by what they are called: their scheme and form. Those of other countries go by their schemes."""
_NAMES: Final = {scheme: name for name, (scheme, _) in NUMBERS.items()}
_FOREIGN: Final = re.compile(rf"(?!{COUNTRY}\.)[a-z]{{2}}\.[a-z0-9-]{{1,40}}")

_version = matching(VERSION, f"the version of the layout that is known, {VERSION}")
_country = matching(r"[A-Za-z]{2}", "a country as two letters (ISO 3166-1)")
_currency = matching(r"[A-Z]{3}", "a currency as three capital letters (ISO 4217)")
_digest = matching(r"sha-256:[0-9a-f]{64}", "a digest as sha-256: and 64 hexadecimal digits")
_media_type = matching(r"[a-z]+/[A-Za-z0-9.+-]+", "a media type such as application/pdf")
_case_number = matching(r"[^\n\r\t]{1,100}", "the number of a case: up to 100 characters in one line")
_AMOUNT: Final = re.compile(r"([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,4})?")
_MOMENT: Final = re.compile(
    r"(?P<day>.+?)(T| +|(?<=日))(?P<hour>[0-9]{1,2})(:|時)(?P<minute>[0-9]{2})((:(?P<second>[0-9]{2}))|分)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)


# -- in -----------------------------------------------------------------------------------------------------------


def opened(fields: Fields, opener: str, number: str, destination: str = "通知先国") -> tuple[str, str]:
    """Of a message about a case of this country: where it goes, and the case's number. `opener` is the field in which
    the document says whose case it is, where it does: no country speaks for another.
    """
    _headed(fields)
    country = fields.optional(opener, _country)
    if country is not None and country.lower() != COUNTRY:
        fields.tell("wrong-party", opener, f"The case is {country.upper()}'s, which speaks for itself.")
    return fields.required(destination, _country, "").lower(), fields.required(number, _case_number, "")


def replied(fields: Fields, opener: str, number: str) -> tuple[str, str]:
    """Of a reply: the country whose case it is, to which it goes, and the case's number there."""
    _headed(fields)
    country = fields.required(opener, _country, "").lower()
    if country == COUNTRY:
        fields.tell("wrong-party", opener, "The case is this country's own; the other side replies to it.")
    return country, fields.required(number, _case_number, "")


def _headed(fields: Fields) -> None:
    fields.skip("文書番号", "文書種別")
    fields.required("様式版", _version, "")


def parse_day(text: str) -> date:
    """As wareki.parse_date, of the years that there can be in a case."""
    day = parse_date(text)
    if day.year not in YEARS:
        raise WrongValue("no-such-date", f"{text!r} is of the year {day.year}.")
    return day


def parse_moment(text: str) -> datetime:
    """In UTC: a day in any form that days are written in, and the time (`9時30分`, `T09:30:00+09:00`), of Japan where
    no zone is named. A day by itself is its first moment. Raises WrongValue.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _MOMENT.fullmatch(plain)
    if found is None:
        return datetime.combine(parse_day(plain), time.min, ZONE).astimezone(UTC)
    day = parse_day(found["day"])
    try:
        clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError as error:
        raise WrongValue("wrong-form", f"{text!r} has a time of day that there is not.") from error
    if found["zone"] is None:
        return datetime.combine(day, clock, ZONE).astimezone(UTC)
    try:
        return datetime.fromisoformat(f"{day.isoformat()}T{clock.isoformat()}{found['zone']}").astimezone(UTC)
    except ValueError as error:
        raise WrongValue("wrong-form", f"{text!r} has a time zone that there is not.") from error


def money_if_given(fields: Fields, name: str) -> Money | None:
    """The amount in a section that may be absent."""
    return money(fields.section(name)) if fields.given(name) else None


def money(fields: Fields) -> Money:
    """An amount as `300000`, `３００，０００` or `1200.50`."""
    read = Money(
        amount=fields.required("金額", _amount, Decimal(0)),
        currency=fields.required("通貨", _currency, ""),
    )
    fields.finish()
    return read


def _amount(text: str) -> Decimal:
    plain = unicodedata.normalize("NFKC", text)
    if _AMOUNT.fullmatch(plain) is None:
        raise WrongValue("wrong-form", f"{text[:40]!r} is no amount such as 300000, 300,000 or 1200.50.")
    return Decimal(plain.replace(",", ""))


def identifiers(every: Iterable[Fields]) -> tuple[Identifier, ...]:
    """National numbers: this country's by name and checked, another's by scheme and as they are."""
    return tuple(_identifier(one) for one in every)


def _identifier(fields: Fields) -> Identifier:
    scheme, parse = fields.required("種別", _scheme, ("", as_is))
    read = Identifier(scheme=scheme, value=fields.required("番号", parse, ""))
    fields.finish()
    return read


def _scheme(text: str) -> Any:
    if text in NUMBERS:
        return NUMBERS[text]
    if _FOREIGN.fullmatch(text) is None:
        known = ", ".join(NUMBERS)
        raise WrongValue("wrong-form", f"{text[:40]!r} is none of {known}, nor a scheme of another country's.")
    return text, as_is


def attachments(every: Iterable[Fields]) -> tuple[Attachment, ...]:
    """Documents known by their digest."""
    return tuple(_attachment(one) for one in every)


def _attachment(fields: Fields) -> Attachment:
    read = Attachment(
        title=fields.required("名称", as_is, ""),
        digest=fields.required("ハッシュ値", _digest, ""),
        media_type=fields.required("形式", _media_type, ""),
        size=fields.number("バイト数", required=True) or 0,
    )
    fields.finish()
    return read


# -- out ----------------------------------------------------------------------------------------------------------


def in_japan(moment: datetime) -> str:
    """By the clocks of Japan, in ISO 8601, to the second."""
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def written_money(known: Money | None) -> Mapping[str, str] | None:
    """In plain digits."""
    return None if known is None else {"金額": f"{known.amount:f}", "通貨": known.currency}


def written_identifiers(known: Sequence[Identifier]) -> list[Mapping[str, str]]:
    """This country's numbers by name, another's by scheme."""
    return [{"種別": _NAMES.get(one.scheme, one.scheme), "番号": one.value} for one in known]


def written_attachments(known: Sequence[Attachment]) -> list[Mapping[str, Any]]:
    """Documents known by their digest."""
    return [
        {"名称": one.title, "形式": one.media_type, "バイト数": one.size, "ハッシュ値": one.digest} for one in known
    ]

"""What documents about cases have in common, read and written: numbers, days and moments, amounts, attachments. Pure.

The matters whose national layouts nobody publishes have one layout, assumed, in each country's own words: what a field
is called is said by a country (`CaseWords`, and the words of each matter), and how it writes days, moments, amounts and
numbers (`CaseLayout`). A document carries the version of the layout, so that another is refused and not misread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from shared.bridge.fields import Fields, WrongValue, as_is, matching
from shared.bridge.kit import About
from shared.contracts.case import Attachment
from shared.contracts.misconduct_report import Money
from shared.contracts.sending_organization import Identifier

VERSION: Final = "1"
LONGEST: Final = 20_000
"""Characters of a text that tells a story."""
YEARS: Final = range(1900, 2200)
"""A day outside them is a slip of the pen, or a stand-in for none."""
BEGINNING: Final = datetime.combine(date.min, time.min, UTC)
"""Stands in for a moment that could not be read, in a document that is refused for it."""

parse_version: Final = matching(VERSION, f"the version of the layout that is known, {VERSION}")
parse_country: Final = matching(r"[A-Za-z]{2}", "a country as two letters (ISO 3166-1)")
_currency = matching(r"[A-Z]{3}", "a currency as three capital letters (ISO 4217)")
parse_digest: Final = matching(r"sha-256:[0-9a-f]{64}", "a digest as sha-256: and 64 hexadecimal digits")
_media_type = matching(r"[a-z]+/[A-Za-z0-9.+-]+", "a media type such as application/pdf")
_case_number = matching(r"[^\n\r\t]{1,100}", "the number of a case: up to 100 characters in one line")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWords:
    """What a country calls the fields that all matters have."""

    version: str
    destination: str
    recorded_at: str
    receipt_id: str
    """In the head of what is delivered."""
    amount: str
    currency: str
    scheme: str
    identifier: str
    title: str
    digest: str
    media_type: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLayout:
    """How a country writes what documents about cases have in common."""

    country: str
    words: CaseWords
    identifying: Sequence[str]
    """Fields of its head that the desk has read: the sender's id of the message, its type."""
    numbers: Mapping[str, tuple[str, Callable[[str], str]]]
    """National numbers by what they are called: their scheme and form. Those of other countries go by their schemes."""
    read_day: Callable[[str], date]
    """These three raise WrongValue."""
    read_moment: Callable[[str, Callable[[str], date]], datetime]
    """In UTC, of a text and what reads its day. A day by itself is its first moment."""
    read_amount: Callable[[str], Decimal]
    written_day: Callable[[date], str]
    written_moment: Callable[[datetime], str]
    written_amount: Callable[[Decimal], str]
    headed: Callable[[str, About], dict[str, Any]]
    """The head of a document, of its type and what it goes back to."""

    # -- in

    def opened(self, fields: Fields, opener: str, number: str) -> tuple[str, str]:
        """Of a message about a case of this country: where it goes, and the case's number. `opener` is the field in
        which the document says whose case it is, where it does: no country speaks for another.
        """
        self.head(fields)
        country = fields.optional(opener, parse_country)
        if country is not None and country.lower() != self.country:
            fields.tell("wrong-party", opener, f"The case is {country.upper()}'s, which speaks for itself.")
        destination = fields.required(self.words.destination, parse_country, "").lower()
        return destination, fields.required(number, _case_number, "")

    def replied(self, fields: Fields, opener: str, number: str) -> tuple[str, str]:
        """Of a reply: the country whose case it is, to which it goes, and the case's number there."""
        self.head(fields)
        country = fields.required(opener, parse_country, "").lower()
        if country == self.country:
            fields.tell("wrong-party", opener, "The case is this country's own; the other side replies to it.")
        return country, fields.required(number, _case_number, "")

    def head(self, fields: Fields) -> None:
        """The version, and what the desk has read."""
        fields.skip(*self.identifying)
        fields.required(self.words.version, parse_version, "")

    def parse_day(self, text: str) -> date:
        """In the country's own way of writing, of the years that there can be in a case. Raises WrongValue."""
        day = self.read_day(text)
        if day.year not in YEARS:
            raise WrongValue("no-such-date", f"{text!r} is of the year {day.year}.")
        return day

    def parse_moment(self, text: str) -> datetime:
        """In UTC, of the years that there can be in a case. Raises WrongValue."""
        return self.read_moment(text, self.parse_day)

    def money_if_given(self, fields: Fields, name: str) -> Money | None:
        """The amount in a section that may be absent."""
        return self.money(fields.section(name)) if fields.given(name) else None

    def money(self, fields: Fields) -> Money:
        """An amount and its currency."""
        read = Money(
            amount=fields.required(self.words.amount, self.read_amount, Decimal(0)),
            currency=fields.required(self.words.currency, _currency, ""),
        )
        fields.finish()
        return read

    def identifiers(self, every: Iterable[Fields]) -> tuple[Identifier, ...]:
        """National numbers: this country's by name and checked, another's by scheme and as they are."""
        return tuple(self._identifier(one) for one in every)

    def _identifier(self, fields: Fields) -> Identifier:
        unread: tuple[str, Callable[[str], str]] = ("", as_is)
        scheme, parse = fields.required(self.words.scheme, self._scheme, unread)
        read = Identifier(scheme=scheme, value=fields.required(self.words.identifier, parse, ""))
        fields.finish()
        return read

    def _scheme(self, text: str) -> tuple[str, Callable[[str], str]]:
        if text in self.numbers:
            return self.numbers[text]
        if re.fullmatch(rf"(?!{self.country}\.)[a-z]{{2}}\.[a-z0-9-]{{1,40}}", text) is None:
            known = ", ".join(self.numbers)
            raise WrongValue("wrong-form", f"{text[:40]!r} is none of {known}, nor a scheme of another country's.")
        return text, as_is

    def attachments(self, every: Iterable[Fields]) -> tuple[Attachment, ...]:
        """Documents known by their digest."""
        return tuple(self._attachment(one) for one in every)

    def _attachment(self, fields: Fields) -> Attachment:
        read = Attachment(
            title=fields.required(self.words.title, as_is, ""),
            digest=fields.required(self.words.digest, parse_digest, ""),
            media_type=fields.required(self.words.media_type, _media_type, ""),
            size=fields.number(self.words.size, required=True) or 0,
        )
        fields.finish()
        return read

    # -- out

    def written_money(self, known: Money | None) -> Mapping[str, str] | None:
        """The amount as the country writes it, and its currency."""
        if known is None:
            return None
        return {self.words.amount: self.written_amount(known.amount), self.words.currency: known.currency}

    def written_identifiers(self, known: Sequence[Identifier]) -> list[Mapping[str, str]]:
        """This country's numbers by name, another's by scheme."""
        names = {scheme: name for name, (scheme, _) in self.numbers.items()}
        return [
            {self.words.scheme: names.get(one.scheme, one.scheme), self.words.identifier: one.value} for one in known
        ]

    def written_attachments(self, known: Sequence[Attachment]) -> list[Mapping[str, Any]]:
        """Documents known by their digest."""
        words = self.words
        return [
            {words.title: one.title, words.media_type: one.media_type, words.size: one.size, words.digest: one.digest}
            for one in known
        ]

    @property
    def lost(self) -> Mapping[str, str]:
        """What no document of a case has a place for."""
        return {"/receipt_id": f"The head has it in {self.words.receipt_id}."}

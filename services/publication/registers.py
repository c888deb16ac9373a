"""What pages and API both ask of the registers, and how a search is turned page by page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote, urlencode

import orjson

from services.publication.as_of import EARLIEST, LATEST, AsOf, Reason, WrongDayError, as_of
from services.publication.description import PATH
from services.publication.feed import Addresses
from services.publication.publishers import Publisher, Publishers
from services.publication.register import Edition, Page, Register, Row, page_after, page_before
from services.publication.view import RegisterView
from shared.clock import Clock, rfc3339
from shared.contracts.publication import EntryVersion, RegisterName
from shared.errors import ProblemError, problem
from shared.merkle import Tree

_WRONG: Mapping[Reason, str] = {
    "no-date": "it is no date; write it as 2026-01-31.",
    "no-moment": "it is neither a date nor a moment; write 2026-01-31, or 2026-01-31T12:00:00Z, and the + of an offset"
    " as %2B.",
    "out-of-range": f"days from {EARLIEST} to {LATEST} can be asked about; give one of them.",
    "future": "it lies in the future, and nobody knows yet what will be known then; leave it out for what is known"
    " now.",
}


class PublicRegisters:
    """A register, an entry, a search, on a day and as known at a moment: now, where neither is asked for."""

    def __init__(self, view: RegisterView, publishers: Publishers, clock: Clock, public_url: str) -> None:
        self.publishers = publishers
        self._view, self._clock, self._public_url = view, clock, public_url.rstrip("/")

    def publisher(self, country: str) -> Publisher:
        """Raises ProblemError `wrong-parameter` for a country that publishes nothing."""
        found = self.publishers.by_country.get(country)
        if found is None:
            known = ", ".join(self.publishers.by_country)
            raise _wrong_parameter("country", f"{country!r} is none of the publishing countries: {known}.")
        return found

    def as_of(self, publisher: Publisher, on: str | None, known: str | None) -> AsOf:
        """By the publishing country's calendar, see services.publication.as_of. Raises WrongDayError."""
        return as_of(on or "", known or "", self._clock.now(), publisher.time_zone)

    def as_of_or_problem(self, publisher: Publisher, on: str | None, known: str | None) -> AsOf:
        """The same. Raises ProblemError `wrong-parameter` instead."""
        try:
            return self.as_of(publisher, on, known)
        except WrongDayError as wrong:
            raise _wrong_parameter(wrong.parameter, f"{wrong.value!r}: {_WRONG[wrong.reason]}") from None

    def register(self, publisher: Publisher, register_name: RegisterName, as_of: AsOf) -> Register:
        """As it was known when that is asked about."""
        return self._view.register(publisher.country, register_name).known_at(as_of.known)

    def edition(self, publisher: Publisher, register_name: RegisterName) -> Edition:
        """As it is known now."""
        return self._view.register(publisher.country, register_name).edition

    def tree(self, publisher: Publisher, register_name: RegisterName, originator: str | None) -> Tree:
        """Of the digests of its entries, without those that were removed; of one originator's where it is named."""
        return self._view.register(publisher.country, register_name).tree(originator)

    def page_url(self, publisher: str, register_name: str, entry_id: str) -> str:
        """Under which the public reads the entry."""
        return f"{self._public_url}/{publisher}/{register_name}/{quote(entry_id, safe='')}"

    def feed_at(self, publisher: Publisher, register_name: RegisterName, lang: str) -> Addresses:
        """Where a register's feed in a language is, and the page that it is about."""
        query = urlencode({"country": publisher.country, "lang": lang})
        own = f"{self._public_url}{PATH}/{register_name}.atom?{query}"
        return Addresses(own, self.page_url(publisher.country, register_name, ""))

    def item(self, row: Row, publisher: Publisher, as_of: AsOf) -> dict[str, Any]:
        """A RegisterItem. Its addresses are those of the same day."""
        version, status, *_ = row.on(as_of.day)
        entry = row.entry
        here = self.page_url(publisher.country, entry.register_name, entry.id)
        history = f"{self._public_url}{PATH}/{entry.register_name}/{quote(entry.id, safe='')}"
        return {
            "id": entry.id,
            "originator": entry.originator,
            "registration_number": version.registration_number,
            "status": status,
            "names": version.names,
            "short_names": version.short_names,
            "identifiers": version.identifiers,
            "permit_number": version.permit_number,
            "valid_from": version.valid_from,
            "valid_to": version.valid_to,
            "suspended_on": version.suspended_on,
            "revoked_on": version.revoked_on,
            "ground": version.ground,
            **_content(version),
            "revision": entry.revision,
            "recorded_at": rfc3339(row.recorded_at),
            "digest": row.digest,
            "url": f"{here}?{urlencode(as_of.asked)}" if as_of.asked else here,
            "history_url": f"{history}?{urlencode({'country': publisher.country, **as_of.asked})}",
        }


def _content(version: EntryVersion) -> dict[str, Any]:
    """What the registers of some kinds have beside names, number and period."""
    contents = {
        "support_organization": version.support_organization,
        "improvement_order": version.improvement_order,
        "lifting": version.lifting,
        "field_acceptance": version.field_acceptance,
    }
    return {name: content and content.model_dump(mode="json") for name, content in contents.items()}


def named(register: Register, entry_ids: Iterable[str]) -> Sequence[Row]:
    """Those of these entries that there are, by id."""
    found = (register.get(entry_id) for entry_id in sorted(set(entry_ids)))
    return [row for row in found if row is not None]


def turn(found: Sequence[Row], cursor: str | None, limit: int) -> Page:
    """The page of a search that a cursor stands for. Raises ProblemError `wrong-parameter` for what is no cursor."""
    if cursor is None:
        return page_after(found, None, limit)
    try:
        direction, entry_id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        turned: Callable[[Sequence[Row], str, int], Page] = {"after": page_after, "before": page_before}[direction]
        return turned(found, str(entry_id), limit)
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise _wrong_parameter(
            "cursor", "It is not a cursor of ours; leave it out to begin at the beginning."
        ) from None


def next_cursor(page: Page) -> str | None:
    """For the page that follows, None where it is the last."""
    last = page.offset + len(page.rows) >= page.total
    return None if last else _cursor("after", page.rows[-1])


def previous_cursor(page: Page) -> str | None:
    """For the page before, None where it is the first."""
    return None if page.offset == 0 or not page.rows else _cursor("before", page.rows[0])


def _cursor(direction: Literal["after", "before"], row: Row) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([direction, row.entry.id])).rstrip(b"=").decode()


def _wrong_parameter(parameter: str, detail: str) -> ProblemError:
    return ProblemError(problem("wrong-parameter", f"{parameter}: {detail}", pointer=f"/{parameter}"))

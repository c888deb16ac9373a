"""What pages and API both ask of the registers, and how a search is turned page by page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Literal
from urllib.parse import quote

import orjson

from services.publication.description import PATH
from services.publication.publishers import Publisher, Publishers
from services.publication.register import Edition, Page, Row, page_after, page_before
from services.publication.view import RegisterView
from shared.clock import Clock, rfc3339
from shared.contracts.publication import EntryVersion, RegisterName
from shared.errors import ProblemError, problem
from shared.merkle import Tree


class PublicRegisters:
    """A register, an entry, a search, at the present day of the publishing country."""

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

    def today(self, publisher: Publisher) -> date:
        return publisher.today(self._clock)

    def edition(self, publisher: Publisher, register_name: RegisterName) -> Edition:
        return self._view.register(publisher.country, register_name).edition

    def tree(self, publisher: Publisher, register_name: RegisterName, originator: str | None) -> Tree:
        """Of the digests of its entries, without those that were removed; of one originator's where it is named."""
        return self._view.register(publisher.country, register_name).tree(originator)

    def row(self, publisher: Publisher, register_name: RegisterName, entry_id: str) -> Row | None:
        return self._view.register(publisher.country, register_name).get(entry_id)

    def rows(self, publisher: Publisher, register_name: RegisterName, entry_ids: Iterable[str]) -> Sequence[Row]:
        """Those of these entries that there are, by id."""
        found = (self.row(publisher, register_name, entry_id) for entry_id in sorted(set(entry_ids)))
        return [row for row in found if row is not None]

    def page_url(self, publisher: str, register_name: str, entry_id: str) -> str:
        """Under which the public reads the entry."""
        return f"{self._public_url}/{publisher}/{register_name}/{quote(entry_id, safe='')}"

    def item(self, row: Row, publisher: Publisher) -> dict[str, Any]:
        """A RegisterItem."""
        version, status, *_ = row.on(self.today(publisher))
        entry = row.entry
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
            "url": self.page_url(publisher.country, entry.register_name, entry.id),
            "history_url": f"{self._public_url}{PATH}/{entry.register_name}/{quote(entry.id, safe='')}"
            f"?country={publisher.country}",
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

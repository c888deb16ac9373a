"""A country's register in memory: entries in the order of their ids, ready to be searched, paged and digested.

Made for reading: what depends on one entry is worked out when that entry changes, what depends on the whole register
once for each change of it. Nothing here does I/O or asks the time.
"""

from __future__ import annotations

import hashlib
import unicodedata
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

import rfc8785

from services.publication.model import index_on, status_of
from shared.contracts.publication import EntryStatus, EntryVersion, RegisterEntry

SEARCHES_KEPT = 256


def fold(text: str) -> str:
    """The form in which texts of any script are compared: NFKC, case folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def canonical(entry: RegisterEntry) -> bytes:
    """RFC 8785. Who publishes the entry is left out, so that the pages of two countries can be compared."""
    return rfc8785.dumps(entry.model_dump(mode="json", exclude={"publisher"}))


def digest_of(data: bytes) -> str:
    """`sha-256:` and the SHA-256 in hexadecimal digits."""
    return f"sha-256:{hashlib.sha256(data).hexdigest()}"


class Shown(NamedTuple):
    """An entry on a given day."""

    version: EntryVersion
    status: EntryStatus
    upcoming: EntryVersion | None
    """The version that takes effect next, None where none is recorded."""


class Row:
    """An entry with what searching and comparing it needs."""

    __slots__ = ("_shown", "canonical", "digest", "entry", "recorded_at", "text")

    def __init__(self, entry: RegisterEntry) -> None:
        self.entry = entry
        self.canonical = canonical(entry)
        self.digest = digest_of(self.canonical)
        self.recorded_at = max(version.recorded_at for version in entry.versions)
        words: dict[str, None] = {}
        for version in entry.versions:
            for text in (
                *version.names.values(),
                *version.short_names.values(),
                *version.identifiers.values(),
                version.registration_number,
                version.permit_number or "",
            ):
                words[fold(text)] = None
        self.text = "\n".join(words)
        self._shown: tuple[date, Shown] | None = None

    def on(self, day: date) -> Shown:
        """The entry as it stands on `day`."""
        if self._shown is None or self._shown[0] != day:
            self._shown = (day, _shown(self.entry, day))
        return self._shown[1]


def _shown(entry: RegisterEntry, day: date) -> Shown:
    index = index_on(entry, day)
    version = entry.versions[index]
    # A version stands in place of all recorded before it from its day on: those before this one never come.
    later = [v for v in entry.versions[index + 1 :] if v.effective_on > day]
    upcoming = min(reversed(later), key=lambda v: v.effective_on, default=None)
    return Shown(version, status_of(version, day), upcoming)


@dataclass(frozen=True)
class Page:
    """Some consecutive rows of a search and where they stand in it."""

    rows: Sequence[Row]
    offset: int
    total: int


class Edition:
    """The register between two changes."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._found: dict[tuple[str, EntryStatus | None, str | None, date], Sequence[Row]] = {}

    @cached_property
    def as_of(self) -> datetime | None:
        """When the latest of its changes was recorded, None while it is empty."""
        return max((row.recorded_at for row in self.rows), default=None)

    @cached_property
    def digest(self) -> str:
        """Of the whole register as RFC 8785 has it: the array of its entries, sorted by id."""
        digest = hashlib.sha256(b"[")
        for number, row in enumerate(self.rows):
            digest.update(b"," + row.canonical if number else row.canonical)
        digest.update(b"]")
        return f"sha-256:{digest.hexdigest()}"

    def find(self, q: str, status: EntryStatus | None, originator: str | None, day: date) -> Sequence[Row]:
        """The entries that hold every word of `q`, have this status on `day` and come from this country, by id."""
        key = (fold(q), status, originator, day)
        if key not in self._found:
            if len(self._found) >= SEARCHES_KEPT:
                self._found.clear()
            words = key[0].split()
            self._found[key] = [
                row
                for row in self.rows
                if all(word in row.text for word in words)
                and (originator is None or row.entry.originator == originator)
                and (status is None or row.on(day).status == status)
            ]
        return self._found[key]


def page_after(found: Sequence[Row], entry_id: str | None, limit: int) -> Page:
    """The `limit` rows that follow this id, from the first one where it is None. The id need not be among them."""
    start = 0 if entry_id is None else bisect_right(found, entry_id, key=_id)
    return Page(found[start : start + limit], start, len(found))


def page_before(found: Sequence[Row], entry_id: str, limit: int) -> Page:
    """The `limit` rows that precede this id."""
    stop = bisect_left(found, entry_id, key=_id)
    start = max(0, stop - limit)
    return Page(found[start:stop], start, len(found))


def _id(row: Row) -> str:
    return row.entry.id


class Register:
    """The entries one country publishes in one register."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._ids: list[str] = []
        self._edition: Edition | None = None

    def put(self, entry: RegisterEntry) -> None:
        """Takes the entry in, unless a later revision of it is there: reading the topic again takes nothing back."""
        known = self._rows.get(entry.id)
        if known is None:
            insort(self._ids, entry.id)
        elif known.entry.revision >= entry.revision:
            return
        self._rows[entry.id] = Row(entry)
        self._edition = None

    def remove(self, entry_id: str) -> None:
        """Takes the entry away, if it is there."""
        if self._rows.pop(entry_id, None) is not None:
            del self._ids[bisect_left(self._ids, entry_id)]
            self._edition = None

    def get(self, entry_id: str) -> Row | None:
        return self._rows.get(entry_id)

    @property
    def edition(self) -> Edition:
        """As it is now. The same object until the register changes."""
        if self._edition is None:
            self._edition = Edition([self._rows[entry_id] for entry_id in self._ids])
        return self._edition

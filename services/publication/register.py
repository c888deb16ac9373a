"""A country's register in memory: entries in the order of their ids, ready to be searched, paged and digested.

Made for reading: what depends on one entry is worked out when that entry changes, what depends on the whole register
once for each change of it. Nothing here does I/O or asks the time.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from services.publication.model import index_on, interruption_on, interrupts, known_at, status_of, version_on
from services.publication.spoken import key_of, names_of
from shared.contracts.publication import EntryStatus, EntryVersion, RegisterEntry, compared
from shared.contracts.support_organization import SpokenLanguage
from shared.merkle import Tree, canonical, digest_of

SEARCHES_KEPT = 256
DAYS_KEPT = 8
"""Days whose languages of support an edition remembers."""
MOMENTS_KEPT = 8
"""Past moments as known at which a register is remembered."""


def fold(text: str) -> str:
    """The form in which texts of any script are compared: NFKC, case folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def whole(entry: RegisterEntry) -> bytes:
    """Everything published of the entry as RFC 8785 writes it, but for who publishes it."""
    return canonical(entry.model_dump(mode="json", exclude={"publisher"}, exclude_defaults=True))


class Shown(NamedTuple):
    """An entry on a given day."""

    version: EntryVersion
    status: EntryStatus
    since: date
    """The first day of that status, as far as the versions tell."""
    upcoming: EntryVersion | None
    """The version that takes effect next, None where none is recorded."""


class Row:
    """An entry with what searching and comparing it needs."""

    __slots__ = ("_languages", "_shown", "digest", "entry", "recorded_at", "text")

    def __init__(self, entry: RegisterEntry) -> None:
        self.entry = entry
        content = compared(entry)
        self.digest = None if content is None else digest_of(canonical(content))
        """Of what both sides hold alike; None where it is in the register no longer."""
        self.recorded_at = max(version.recorded_at for version in entry.versions)
        spoken = {_keys(version) for version in entry.versions}
        self._languages = spoken.pop() if len(spoken) == 1 else None
        """Of every version, None where they differ."""
        words: dict[str, None] = {}
        for version in entry.versions:
            for text in _searched(version):
                words[fold(text)] = None
        self.text = "\n".join(words)
        self._shown: tuple[date, Shown] | None = None

    def on(self, day: date) -> Shown:
        """The entry as it stands on `day`."""
        if self._shown is None or self._shown[0] != day:
            self._shown = (day, _shown(self.entry, day))
        return self._shown[1]

    def languages_on(self, day: date) -> frozenset[str]:
        """Keys of the languages workers are supported in on `day`, for search."""
        return self._languages if self._languages is not None else _keys(self.on(day).version)


def _languages(version: EntryVersion) -> Sequence[SpokenLanguage]:
    return version.support_organization.languages if version.support_organization is not None else ()


def _keys(version: EntryVersion) -> frozenset[str]:
    return frozenset(key_of(language) for language in _languages(version))


def _searched(version: EntryVersion) -> Iterator[str]:
    """The texts that words are looked for in."""
    yield from version.names.values()
    yield from version.short_names.values()
    yield from version.identifiers.values()
    yield version.registration_number
    yield version.permit_number or ""
    for language in _languages(version):
        yield language.name
        yield from names_of(language)


def _shown(entry: RegisterEntry, day: date) -> Shown:
    index, version = index_on(entry, day), version_on(entry, day)
    # A version stands in place of all recorded before it from its day on: those before this one never come.
    later = [v for v in entry.versions[index + 1 :] if v.effective_on > day and not interrupts(v)]
    next_one = min(reversed(later), key=lambda v: v.effective_on, default=None)
    coming = [v for v in (next_one, _next_interruption(entry, day)) if v is not None]
    status = status_of(version, day)
    since = version.effective_on
    for earlier in reversed([v for v in entry.versions[:index] if not interrupts(v)]):
        if status_of(earlier, day) != status:
            break
        since = min(since, earlier.effective_on)
    if status == "suspended":
        notice = version.support_organization.suspended_on if version.support_organization is not None else None
        since = notice or version.suspended_on or since
    return Shown(version, status, since, min(coming, key=lambda v: v.effective_on, default=None))


def _next_interruption(entry: RegisterEntry, day: date) -> EntryVersion | None:
    """What next suspends the accreditation, or ends its suspension; what was called off meanwhile does neither."""
    suspended = _suspended(interruption_on(entry, day))
    for later in sorted(v.effective_on for v in entry.versions if interrupts(v) and v.effective_on > day):
        then = interruption_on(entry, later)
        if then is not None and _suspended(then) != suspended:
            return then
    return None


def _suspended(interruption: EntryVersion | None) -> bool:
    return interruption is not None and interruption.change == "suspended"


@dataclass(frozen=True)
class Page:
    """Some consecutive rows of a search and where they stand in it."""

    rows: Sequence[Row]
    offset: int
    total: int


class Search(NamedTuple):
    """What is looked for: every word of `words`, and each of the others that is not None."""

    words: str = ""
    status: EntryStatus | None = None
    originator: str | None = None
    language: str | None = None
    """A key of services.publication.spoken."""


class Edition:
    """The register between two changes, its entries in the order of their ids."""

    def __init__(self, rows: Sequence[Row], digest: str, as_of: datetime | None) -> None:
        self.rows = rows
        self.digest = digest
        """Of what is in it, see shared.merkle and shared.contracts.publication.compared."""
        self.as_of = as_of
        """When the latest of its changes was recorded, None while it is empty."""
        self._found: dict[tuple[Search, date], Sequence[Row]] = {}
        self._by_language: dict[date, Mapping[str, Sequence[Row]]] = {}

    @cached_property
    def moments(self) -> Sequence[datetime]:
        """When something of it was recorded, in order."""
        return sorted({version.recorded_at for row in self.rows for version in row.entry.versions})

    def by_language(self, day: date) -> Mapping[str, Sequence[Row]]:
        """The entries by the languages workers are supported in on `day`."""
        if day not in self._by_language:
            if len(self._by_language) >= DAYS_KEPT:
                self._by_language.clear()
            spoken: defaultdict[str, list[Row]] = defaultdict(list)
            for row in self.rows:
                for language in row.languages_on(day):
                    spoken[language].append(row)
            self._by_language[day] = spoken
        return self._by_language[day]

    def find(self, search: Search, day: date) -> Sequence[Row]:
        """The entries that are looked for, by id, with the status they have on `day`."""
        search = search._replace(words=fold(search.words).strip())
        if search == Search():
            return self.rows
        key = (search, day)
        if key not in self._found:
            if len(self._found) >= SEARCHES_KEPT:
                self._found.clear()
            self._found[key] = self._search(search, day)
        return self._found[key]

    def _search(self, search: Search, day: date) -> Sequence[Row]:
        found = self.rows if search.language is None else self.by_language(day).get(search.language, ())
        for word in search.words.split():
            found = [row for row in found if word in row.text]
        if search.originator is not None:
            found = [row for row in found if row.entry.originator == search.originator]
        if search.status is not None:
            found = [row for row in found if row.on(day).status == search.status]
        return found


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
        self._trees: defaultdict[str | None, Tree] = defaultdict(Tree)
        """By originator; None has all."""
        self._as_of: datetime | None = None
        self._edition: Edition | None = None
        self._past: dict[datetime, Register] = {}
        """As known at moments, kept up: what was recorded by then may come later."""

    def put(self, entry: RegisterEntry) -> None:
        """Takes the entry in, unless a later revision of it is there: reading the topic again takes nothing back."""
        known = self._rows.get(entry.id)
        if known is None:
            insort(self._ids, entry.id)
        elif known.entry.revision >= entry.revision:
            return
        self._take(Row(entry))
        for moment, past in self._past.items():
            then = known_at(entry, moment)
            if then is not None:
                past.put(then)

    def _take(self, row: Row) -> None:
        entry = row.entry
        self._rows[entry.id] = row
        for tree in (self._trees[None], self._trees[entry.originator]):
            if row.digest is None:
                tree.remove(entry.id)
            else:
                tree.put(entry.id, row.digest)
        self._as_of = row.recorded_at if self._as_of is None else max(self._as_of, row.recorded_at)
        self._edition = None

    def remove(self, entry_id: str) -> None:
        """Takes the entry away, if it is there."""
        if self._rows.pop(entry_id, None) is not None:
            del self._ids[bisect_left(self._ids, entry_id)]
            for tree in self._trees.values():
                tree.remove(entry_id)
            self._as_of = max((row.recorded_at for row in self._rows.values()), default=None)
            self._edition = None
            for past in self._past.values():
                past.remove(entry_id)

    def known_at(self, moment: datetime | None) -> Register:
        """M7.1: the register as it was known at `moment`; itself where nothing was recorded since, and for None."""
        if moment is None or self._as_of is None or self._as_of <= moment:
            return self
        moments = self.edition.moments
        number = bisect_right(moments, moment)
        if number == 0:
            return Register()
        # Until the next record all moments are alike.
        moment = moments[number - 1]
        if moment not in self._past:
            if len(self._past) >= MOMENTS_KEPT:
                del self._past[next(iter(self._past))]
            self._past[moment] = self._as_known_at(moment)
        return self._past[moment]

    def _as_known_at(self, moment: datetime) -> Register:
        past = Register()
        for entry_id in self._ids:
            row = self._rows[entry_id]
            then = known_at(row.entry, moment)
            if then is not None:
                past._ids.append(entry_id)
                past._take(row if then is row.entry else Row(then))
        return past

    def get(self, entry_id: str) -> Row | None:
        return self._rows.get(entry_id)

    def tree(self, originator: str | None) -> Tree:
        """Of the digests of what is in it; of one originator's alone where it is named."""
        return self._trees[originator]

    @property
    def edition(self) -> Edition:
        """As it is now. The same object until the register changes."""
        if self._edition is None:
            self._edition = Edition(
                [self._rows[entry_id] for entry_id in self._ids], self.tree(None).digest, self._as_of
            )
        return self._edition

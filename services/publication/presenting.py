"""An entry as a reader sees it: what is known of it, what changed, what its status means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from services.publication.publishers import Publishers
from services.publication.register import Row, Shown
from services.publication.texts import Language
from shared.contracts.publication import EntryStatus, EntryVersion

ShownStatus = EntryStatus | Literal["upcoming"]


class Value(NamedTuple):
    """A text and, where it is in a language of its own, that language's tag."""

    text: str
    lang: str | None = None
    label: str | None = None
    """What kind of value it is, where a field has several kinds."""


class Fact(NamedTuple):
    """A field of an entry with its values; `field` is a key of the texts' section `entry`."""

    field: str
    values: tuple[Value, ...]


class FieldChange(NamedTuple):
    """A field whose values differ between two versions."""

    field: str
    before: tuple[Value, ...]
    after: tuple[Value, ...]


@dataclass(frozen=True)
class PastVersion:
    """A version in an entry's history with what it changed; `changes` is None for the first one."""

    version: EntryVersion
    changes: Sequence[FieldChange] | None


class Reader(NamedTuple):
    """Whom a page is made for."""

    language: Language
    publishers: Publishers

    def country(self, country: str) -> str:
        """The country's name; its code where no agreement names it."""
        return self.language.name(self.publishers.country_names.get(country, {}), country.upper())

    def facts(self, version: EntryVersion) -> Sequence[Fact]:
        """What is known of the organization and its permit, fields without a value left out."""
        identifiers = tuple(
            Value(value, None, self.language.name(self.publishers.identifier_names.get(scheme, {}), scheme))
            for scheme, value in version.identifiers.items()
        )
        found = [
            Fact("names", self._names(version.names)),
            Fact("short_names", self._names(version.short_names)),
            Fact("number", _texts(version.registration_number)),
            Fact("identifiers", identifiers),
            Fact("legal_form", _texts(version.legal_form)),
            Fact("representative", _texts(version.representative)),
            Fact("address", _texts(version.address)),
            Fact("phones", _texts(*version.phones)),
            Fact("emails", _texts(*version.emails)),
            Fact("permit_number", _texts(version.permit_number)),
            Fact("destination", _texts(self.country(version.destination) if version.destination else None)),
            Fact("validity", _texts(self.language.period(version.valid_from, version.valid_to))),
        ]
        return [fact for fact in found if fact.values]

    def history(self, row: Row) -> Sequence[PastVersion]:
        """All versions, the one recorded last first."""
        past: list[PastVersion] = []
        before: EntryVersion | None = None
        for version in row.entry.versions:
            past.append(PastVersion(version, None if before is None else self._changes(before, version)))
            before = version
        return past[::-1]

    def _changes(self, before: EntryVersion, after: EntryVersion) -> Sequence[FieldChange]:
        old = {fact.field: fact.values for fact in self.facts(before)}
        new = {fact.field: fact.values for fact in self.facts(after)}
        return [
            FieldChange(field, old.get(field, ()), new.get(field, ()))
            for field in dict.fromkeys((*old, *new))
            if old.get(field) != new.get(field)
        ]

    def _names(self, names: Mapping[str, str]) -> tuple[Value, ...]:
        return tuple(Value(name, tag) for tag, name in self.language.in_order(names))


def _texts(*texts: str | None) -> tuple[Value, ...]:
    return tuple(Value(text) for text in texts if text)


def shown_status(shown: Shown, day: date) -> ShownStatus:
    """The status, which for readers tells apart what is in force and what will be."""
    return "upcoming" if shown.status == "active" and shown.version.valid_from > day else shown.status

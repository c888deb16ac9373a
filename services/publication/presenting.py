"""An entry as a reader sees it: what is known of it, what changed, what its status means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.publication.model import interrupts
from services.publication.publishers import Publishers
from services.publication.register import Edition, Row, fold
from services.publication.spoken import name_in
from services.publication.texts import Language
from shared.contracts.field_acceptance import FieldAcceptance
from shared.contracts.improvement_order import ImprovementOrder
from shared.contracts.publication import EntryVersion
from shared.contracts.support_organization import Office, SupportOrganization


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

    def names(self, version: EntryVersion) -> Sequence[tuple[str, str]]:
        """Tags and names to be shown, the best one first; of a field, which has one in every language, that alone."""
        ordered = self.language.in_order(version.names)
        return ordered[:1] if version.field_acceptance is not None else ordered

    def facts(self, version: EntryVersion, originator: str) -> Sequence[Fact]:
        """What is known of an entry, fields without a value left out. Its country writes in its own language."""
        written_in = self._written_in(originator)
        if version.support_organization is not None:
            found = self._support_organization(version, version.support_organization, written_in)
        elif version.improvement_order is not None:
            found = self._improvement_order(version, version.improvement_order, written_in)
        elif version.field_acceptance is not None:
            found = self._field_acceptance(version, version.field_acceptance, written_in)
        else:
            found = self._sending_organization(version)
        return [fact for fact in found if fact.values]

    def _sending_organization(self, version: EntryVersion) -> Sequence[Fact]:
        return [
            Fact("names", self._by_language(version.names)),
            Fact("short_names", self._by_language(version.short_names)),
            Fact("number", _texts(version.registration_number)),
            Fact("identifiers", self._identifiers(version)),
            Fact("legal_form", _texts(version.legal_form)),
            Fact("representative", _texts(version.representative)),
            Fact("address", _texts(version.address)),
            Fact("phones", _texts(*version.phones)),
            Fact("emails", _texts(*version.emails)),
            Fact("permit_number", _texts(version.permit_number)),
            Fact("destination", _texts(self.country(version.destination) if version.destination else None)),
            Fact("validity", _texts(self.language.period(version.valid_from, version.valid_to))),
        ]

    def _support_organization(
        self, version: EntryVersion, organization: SupportOrganization, lang: str | None
    ) -> Sequence[Fact]:
        return [
            Fact("names", self._by_language(version.names)),
            Fact("number", _texts(version.registration_number)),
            Fact("registered_on", _texts(self.language.day(organization.registered_on))),
            Fact("suspended_on", self._days(organization.suspended_on)),
            Fact("languages", self.spoken(organization, lang)),
            Fact("languages_text", _texts(organization.languages_text, lang=lang)),
            Fact("representatives", _texts(*organization.representatives, lang=lang)),
            Fact("main_office", _texts(office_line(organization.main_office), lang=lang)),
            Fact("phones", _texts(*organization.phones)),
            Fact("offices", _texts(*(office_line(office) for office in organization.offices), lang=lang)),
            Fact("support_content", _texts(organization.support_content, lang=lang)),
            Fact("planned_start_on", self._days(organization.planned_start_on)),
            Fact("remarks", _texts(organization.remarks, lang=lang)),
        ]

    def _improvement_order(self, version: EntryVersion, order: ImprovementOrder, lang: str | None) -> Sequence[Fact]:
        return [
            Fact("subject", self._by_language(version.names)),
            Fact("identifiers", self._identifiers(version)),
            Fact("representative", _texts(order.subject.representative, lang=lang)),
            Fact("address", _texts(order.subject.address, lang=lang)),
            Fact("order_number", _texts(version.registration_number, lang=lang)),
            Fact("ordered_on", self._days(order.ordered_on)),
            Fact("articles", _texts(*order.articles, lang=lang)),
            Fact("facts", self._by_language(order.facts)),
            Fact("measures", self._by_language(order.measures)),
            Fact("deadline", self._days(order.deadline)),
            Fact(
                "attachments",
                tuple(Value(attachment.digest, None, attachment.title) for attachment in order.attachments),
            ),
            Fact("lifted_on", self._days(version.lifting.lifted_on if version.lifting is not None else None)),
        ]

    def _field_acceptance(self, version: EntryVersion, acceptance: FieldAcceptance, lang: str | None) -> Sequence[Fact]:
        resumption, withdrawal = acceptance.resumption, acceptance.withdrawal
        return [
            Fact("field_code", _texts(version.registration_number)),
            Fact("suspended_from", self._days(acceptance.suspension.suspended_from)),
            Fact("articles", _texts(*acceptance.suspension.articles, lang=lang)),
            Fact("resumed_on", self._days(resumption.resumed_on if resumption is not None else None)),
            Fact("withdrawn_on", self._days(withdrawal.withdrawn_on if withdrawal is not None else None)),
        ]

    def listed(self, version: EntryVersion, originator: str) -> Fact:
        """What stands in a register's list beside name, number and status."""
        if version.support_organization is not None:
            return Fact("languages", self.spoken(version.support_organization, self._written_in(originator)))
        if version.improvement_order is not None:
            return Fact("ordered_on", self._days(version.improvement_order.ordered_on))
        if version.field_acceptance is not None:
            return Fact("suspended_from", self._days(version.field_acceptance.suspension.suspended_from))
        return Fact("validity", _texts(self.language.period(version.valid_from, version.valid_to)))

    def spoken(self, organization: SupportOrganization, lang: str | None) -> tuple[Value, ...]:
        """The languages workers are supported in, as the reader calls them; as published where they have no tag."""
        named = []
        for one in organization.languages:
            known = name_in(self.language.tag, one.tag) if one.tag is not None else None
            named.append(Value(known) if known is not None else Value(one.name, lang))
        # Two of a register's words may be one language.
        return tuple(dict.fromkeys(named))

    def choices(self, edition: Edition, day: date) -> Sequence[tuple[str, str]]:
        """The languages that some entry has on `day`: keys to search by and names to show, in the order of names."""
        found = ((key, name_in(self.language.tag, key) or key) for key in edition.by_language(day))
        return sorted(found, key=lambda choice: fold(choice[1]))

    def history(self, row: Row) -> Sequence[PastVersion]:
        """All versions, the one recorded last first."""
        past: list[PastVersion] = []
        before: EntryVersion | None = None
        for version in row.entry.versions:
            if interrupts(version):
                # What it is stays as the other versions say.
                past.append(PastVersion(version, ()))
                continue
            changes = None if before is None else self._changes(before, version, row.entry.originator)
            past.append(PastVersion(version, changes))
            before = version
        return past[::-1]

    def _changes(self, before: EntryVersion, after: EntryVersion, originator: str) -> Sequence[FieldChange]:
        old = {fact.field: fact.values for fact in self.facts(before, originator)}
        new = {fact.field: fact.values for fact in self.facts(after, originator)}
        return [
            FieldChange(field, old.get(field, ()), new.get(field, ()))
            for field in dict.fromkeys((*old, *new))
            if old.get(field) != new.get(field)
        ]

    def _written_in(self, originator: str) -> str | None:
        """The language its country writes in, where it is not the reader's own."""
        written_in = self.publishers.written_in.get(originator)
        return None if written_in == self.language.tag else written_in

    def _by_language(self, texts: Mapping[str, str]) -> tuple[Value, ...]:
        return tuple(Value(text, tag) for tag, text in self.language.in_order(texts))

    def _identifiers(self, version: EntryVersion) -> tuple[Value, ...]:
        return tuple(
            Value(value, None, self.language.name(self.publishers.identifier_names.get(scheme, {}), scheme))
            for scheme, value in version.identifiers.items()
        )

    def _days(self, *days: date | None) -> tuple[Value, ...]:
        return _texts(*(self.language.day(day) for day in days if day is not None))


def _texts(*texts: str | None, lang: str | None = None) -> tuple[Value, ...]:
    return tuple(Value(text, lang) for text in texts if text)


def office_line(office: Office) -> str:
    """On one line, as an envelope has it."""
    return " ".join(part for part in (office.name, office.postal_code, office.address) if part)

"""Resemblances between organizations and those who were reported (M1), in a country's words. Pure.

No side hands one in: they are found by the reporting service, and told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.bridge.case_layout import VERSION, CaseLayout
from shared.bridge.fields import name_of
from shared.bridge.kit import About, Translations, present
from shared.bridge.reading import Document
from shared.contracts.resemblance import (
    ApplicantResemblanceFound,
    Register,
    ReportKind,
    ResemblanceFound,
    Trait,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResemblanceWords:
    """What a country calls the documents, their fields, and what may stand in them."""

    organization_found: str
    """Of an organization that is in a register."""
    applicant_found: str
    """Of one that applies."""

    organization: str
    register: str
    country: str
    number: str
    report: str
    report_kind: str
    report_country: str
    report_number: str
    known_as: str
    reported_as: str
    names: str
    identifiers: str

    registers: Mapping[str, Register]
    report_kinds: Mapping[str, ReportKind]


def resemblances(layout: CaseLayout, words: ResemblanceWords) -> Translations:
    """The matter in a country's layout and words."""
    told = _Told(layout, words)
    return Translations(outward={ResemblanceFound: told.organization, ApplicantResemblanceFound: told.applicant})


@dataclass(frozen=True, slots=True)
class _Told:
    layout: CaseLayout
    words: ResemblanceWords

    def organization(self, event: ResemblanceFound, about: About) -> Document:
        """M1: an organization of a register resembles someone whom a report names."""
        return self._found(self.words.organization_found, event, about)

    def applicant(self, event: ApplicantResemblanceFound, about: About) -> Document:
        """M1: an organization of this country that applies does."""
        return self._found(self.words.applicant_found, event, about)

    def _found(self, kind: str, event: ResemblanceFound, about: About) -> Document:
        words, organization, report = self.words, event.organization, event.report
        return self.layout.headed(kind, about) | {
            self.layout.words.version: VERSION,
            words.organization: {
                words.register: name_of(words.registers, organization.register_name),
                words.country: organization.country.upper(),
                words.number: organization.number,
                words.known_as: self._trait(event.known_as),
            },
            words.report: {
                words.report_kind: name_of(words.report_kinds, report.kind),
                words.report_country: report.country.upper(),
                words.report_number: report.number,
                words.reported_as: self._trait(event.reported_as),
            },
            self.layout.words.recorded_at: self.layout.written_moment(event.recorded_at),
        }

    def _trait(self, trait: Trait) -> Mapping[str, Any]:
        numbers = () if trait.identifier is None else (trait.identifier,)
        return present(
            {self.words.identifiers: self.layout.written_identifiers(numbers), self.words.names: trait.names}
        )

"""Resemblances: an organization of a register has a number or a name of someone who was reported (M1).

A resemblance says that two records are to be looked at side by side, and decides nothing. Confidential, and never
public. Whoever was reported is compared, and nobody who is protected.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.case import InCase, Party, case_of
from shared.contracts.sending_organization import Identifier

KIND: Final = "resemblance"
"""Of the streams in which organizations and reports with one number or one name meet."""
SUBJECTS_KIND: Final = "reported-subjects"
"""Of the streams that hold whom a report names by now."""
BOTH: Final = "both"
"""Stands in a stream's id for both parties; for one country alone its code."""

Register = Literal["sending-organization", "support-organization", "accepting-organization"]
ReportKind = Literal["misconduct-report", "notice"]


class Trait(Contract):
    """By what someone is known: a national number, or else a name, as received."""

    identifier: Identifier | None = None
    names: dict[str, str] = Field(default_factory=dict)
    """By language tag, in whatever scripts it is written: all of them come to the same."""


class Entry(Contract):
    """An entry of a register."""

    country: Party
    """Whose register it is: ISO 3166-1 alpha-2, lower case."""
    number: str
    """The number that the register knows it by; of an accepting organization its corporate number."""


class Organization(Entry):
    """An organization that is in a register, or applies for it."""

    register_name: Register


class ReportReference(InCase):
    """A report or a notice, by the country whose it is and its number there."""

    kind: ReportKind


class SubjectTrait(Trait):
    """By what a report names someone."""

    entry: Entry | None = None
    """Where it says itself which entry of a register that is: there is nothing to find out."""


def subjects_stream_of(agreement: str, report: ReportReference) -> str:
    """The stream that holds whom a report names."""
    return f"{SUBJECTS_KIND}/{agreement}/{report.kind}/{case_of(report.country, report.number)}"


def stream_of(agreement: str, audience: str, key: str) -> str:
    """The stream in which all meet that have one trait. `audience` is `BOTH` or the one country that may be told; `key`
    stands for the trait.
    """
    return f"{KIND}/{agreement}/{audience}/{key}"


def audience_of(stream: str) -> str | None:
    """Who may be told of what meets in a stream: `BOTH`, or a country; None of a stream that is none of a trait's."""
    kind, *rest = stream.split("/")
    return rest[1] if kind == KIND else None


# -- commands -----------------------------------------------------------------------------------------------------


class RecordReportedSubjects(Contract):
    """M1: a revision of a report names these, or a report was withdrawn and names nobody."""

    report: ReportReference
    revision: int | None
    """None of a withdrawn report."""
    traits: dict[str, SubjectTrait] = Field(default_factory=dict)
    """By key; of several subjects with one trait the first."""


class EnterOrganization(Contract):
    """M1: an organization that is new or has changed has this trait."""

    organization: Organization
    trait: Trait


class EnterReport(Contract):
    """M1: a report names someone by this trait."""

    report: ReportReference
    trait: SubjectTrait


class StrikeReport(Contract):
    """M1: a report names nobody by this trait any more."""

    report: ReportReference


# -- events -------------------------------------------------------------------------------------------------------


class ReportedSubjectsRecorded(Contract):
    """What has changed in whom a report names. For the reporting service alone, as the next three are."""

    report: ReportReference
    revision: int | None
    entered: dict[str, SubjectTrait] = Field(default_factory=dict)
    """By key: traits that are new, or said in other words."""
    struck: tuple[str, ...] = ()
    """Keys of those that it has no more."""
    recorded_at: datetime


class OrganizationEntered(Contract):
    """An organization has the trait of the stream."""

    organization: Organization
    trait: Trait
    recorded_at: datetime


class ReportEntered(Contract):
    """A report names someone by the trait of the stream."""

    report: ReportReference
    trait: SubjectTrait
    recorded_at: datetime


class ReportStruck(Contract):
    """A report no longer does."""

    report: ReportReference
    recorded_at: datetime


class ResemblanceFound(Contract):
    """M1: an organization resembles someone who was reported. For both sides, which both know the report."""

    organization: Organization
    known_as: Trait
    """As its country's register has it."""
    report: ReportReference
    reported_as: Trait
    """As the report has it: by a number where `known_as` is one, else by a name."""
    recorded_at: datetime


class ApplicantResemblanceFound(ResemblanceFound):
    """M1: an organization that applies does. For its own country alone, where applications stay (M7.1)."""


COMMANDS: tuple[type[Contract], ...] = (EnterOrganization, EnterReport, StrikeReport)
"""To a stream of one trait."""
FOUND: tuple[type[ResemblanceFound], ...] = (ResemblanceFound, ApplicantResemblanceFound)
"""Events that national systems are told."""

# -- examples -----------------------------------------------------------------------------------------------------

_ORGANIZATION = Organization(register_name="sending-organization", country="xa", number="01410199810177")
_REPORT = ReportReference(kind="misconduct-report", country="xb", number="入管情第31号")
_NAME = Trait(names={"ky-Latn": "Manas Emgek LLC"})
_REPORTED_NAME = Trait(names={"ky": "«Манас Эмгек» ЖЧК", "ru": "ОсОО «Манас Эмгек»"})
_NUMBER = Trait(identifier=Identifier(scheme="xa.tin", value="00511201810233"))
_RECORDED = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_KEY = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"

EXAMPLES: tuple[Contract, ...] = (
    RecordReportedSubjects(report=_REPORT, revision=1, traits={_KEY: SubjectTrait(**dict(_REPORTED_NAME))}),
    EnterOrganization(organization=_ORGANIZATION, trait=_NAME),
    EnterReport(report=_REPORT, trait=SubjectTrait(**dict(_REPORTED_NAME))),
    StrikeReport(report=_REPORT),
    ReportedSubjectsRecorded(
        report=_REPORT, revision=2, entered={_KEY: SubjectTrait(**dict(_NUMBER))}, struck=(_KEY,), recorded_at=_RECORDED
    ),
    OrganizationEntered(organization=_ORGANIZATION, trait=_NAME, recorded_at=_RECORDED),
    ReportEntered(report=_REPORT, trait=SubjectTrait(**dict(_REPORTED_NAME)), recorded_at=_RECORDED),
    ReportStruck(report=_REPORT, recorded_at=_RECORDED),
    ResemblanceFound(
        organization=_ORGANIZATION, known_as=_NAME, report=_REPORT, reported_as=_REPORTED_NAME, recorded_at=_RECORDED
    ),
    ApplicantResemblanceFound(
        organization=_ORGANIZATION, known_as=_NUMBER, report=_REPORT, reported_as=_NUMBER, recorded_at=_RECORDED
    ),
)
"""One of each command and event."""

"""How organizations and those who were reported come to be compared: from the registry's events and our own. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from services.reporting.resemblances.traits import traits
from shared.contracts.base import Contract
from shared.contracts.improvement_order import ImprovementOrderAmended, ImprovementOrderIssued
from shared.contracts.misconduct_report import (
    MisconductReport,
    MisconductReportCorrected,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
)
from shared.contracts.notice import Notice, NoticeCorrected, NoticeSubmitted, NoticeWithdrawn
from shared.contracts.resemblance import (
    BOTH,
    EnterOrganization,
    EnterReport,
    Entry,
    Organization,
    RecordReportedSubjects,
    Register,
    ReportedSubjectsRecorded,
    ReportKind,
    ReportReference,
    StrikeReport,
    SubjectTrait,
    Trait,
    stream_of,
    subjects_stream_of,
)
from shared.contracts.sending_organization import (
    ApplicationSubmitted,
    SendingOrganization,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationReinstated,
    SendingOrganizationRenewed,
)
from shared.contracts.support_organization import (
    SupportOrganizationAmended,
    SupportOrganizationRegistered,
    SupportOrganizationResumed,
    SupportOrganizationSuspended,
)
from shared.messaging.decider import Command
from shared.messaging.envelope import Message

OF_THE_REGISTRY: Final[Mapping[str, type[Contract]]] = {
    event.__name__: event
    for event in (
        ApplicationSubmitted,
        SendingOrganizationAccredited,
        SendingOrganizationAmended,
        SendingOrganizationRenewed,
        SendingOrganizationReinstated,
        SupportOrganizationRegistered,
        SupportOrganizationAmended,
        SupportOrganizationSuspended,
        SupportOrganizationResumed,
        ImprovementOrderIssued,
        ImprovementOrderAmended,
    )
}
"""Events that tell of an organization that is new or may have changed."""
OF_REPORTING: Final[Mapping[str, type[Contract]]] = {
    event.__name__: event
    for event in (
        MisconductReportSubmitted,
        MisconductReportCorrected,
        MisconductReportWithdrawn,
        NoticeSubmitted,
        NoticeCorrected,
        NoticeWithdrawn,
        ReportedSubjectsRecorded,
    )
}
"""Events that tell whom a report names. A test-fraud report names persons alone, who are protected."""


def react_to_registry(commands_topic: str, event: Contract, message: Message) -> Sequence[Command]:
    """M1: the organization is entered under each of its traits. Raises TypeError for an event that tells of none."""
    audience, organization, found = _organization(event)
    if message.agreement is None:
        return []
    return [
        _confidential(
            commands_topic,
            stream_of(message.agreement, audience, key),
            EnterOrganization(organization=organization, trait=trait),
        )
        for key, trait in found.items()
    ]


def react_to_reporting(commands_topic: str, event: Contract, message: Message) -> Sequence[Command]:
    """M1: whom a report names is recorded with the report, and from there under each trait. Raises TypeError for an
    event that says nothing of it.
    """
    if message.agreement is None:
        return []
    if isinstance(event, ReportedSubjectsRecorded):
        parties = sorted({party for party in (message.originator, message.addressee) if party is not None})
        return [
            _confidential(commands_topic, stream_of(message.agreement, audience, key), said)
            for audience in (BOTH, *parties)
            for key, said in _entered_and_struck(event).items()
        ]
    recorded = _reported(event)
    return [_confidential(commands_topic, subjects_stream_of(message.agreement, recorded.report), recorded)]


def _confidential(topic: str, stream: str, command: Contract) -> Command:
    return Command(topic, stream, command, classification="confidential")


# -- organizations ------------------------------------------------------------------------------------------------

Compared = tuple[str, Organization, dict[str, Trait]]
"""Who may be told of it, the organization, its traits by key."""


def _organization(event: Contract) -> Compared:
    match event:
        case ApplicationSubmitted(application=application):
            return _sending(application.organization.country, application.organization)
        case (
            SendingOrganizationAccredited(organization=sending)
            | SendingOrganizationAmended(organization=sending)
            | SendingOrganizationRenewed(organization=sending)
            | SendingOrganizationReinstated(organization=sending)
        ):
            return _sending(BOTH, sending)
        case (
            SupportOrganizationRegistered(organization=support)
            | SupportOrganizationAmended(organization=support)
            | SupportOrganizationSuspended(organization=support)
            | SupportOrganizationResumed(organization=support)
        ):
            named = _named("support-organization", support.country, support.registration_number)
            # By its names alone: reports know no scheme for its number, and its register holds thousands.
            return BOTH, named, traits([support.names])
        case ImprovementOrderIssued(order=order) | ImprovementOrderAmended(order=order):
            subject = order.subject
            named = _named("accepting-organization", order.country, subject.identifier.value)
            return BOTH, named, traits([subject.names], [subject.identifier])
        case _:
            raise TypeError(f"{type(event).__name__} tells of no organization")


def _sending(audience: str, known: SendingOrganization) -> Compared:
    named = _named("sending-organization", known.country, known.registration_number)
    return audience, named, traits([known.names, known.short_names], known.identifiers)


def _named(register: Register, country: str, number: str) -> Organization:
    return Organization(register_name=register, country=country, number=number)


# -- reports ------------------------------------------------------------------------------------------------------


def _reported(event: Contract) -> RecordReportedSubjects:
    match event:
        case MisconductReportSubmitted(report=report):
            return _subjects(report, 1)
        case MisconductReportCorrected(report=report, revision=revision):
            return _subjects(report, revision)
        case NoticeSubmitted(notice=notice):
            return _noticed(notice, 1)
        case NoticeCorrected(notice=notice, revision=revision):
            return _noticed(notice, revision)
        case MisconductReportWithdrawn(country=country, number=number):
            return _nobody("misconduct-report", country, number)
        case NoticeWithdrawn(country=country, number=number):
            return _nobody("notice", country, number)
        case _:
            raise TypeError(f"{type(event).__name__} says nothing of whom a report names")


def _subjects(report: MisconductReport, revision: int) -> RecordReportedSubjects:
    """Of its subjects, never of those affected: what is sealed is not even read."""
    found = traits(
        [subject.names for subject in report.subjects],
        [identifier for subject in report.subjects for identifier in subject.identifiers],
    )
    reference = ReportReference(kind="misconduct-report", country=report.country, number=report.number)
    named = {key: SubjectTrait(identifier=trait.identifier, names=trait.names) for key, trait in found.items()}
    return RecordReportedSubjects(report=reference, revision=revision, traits=named)


def _noticed(notice: Notice, revision: int) -> RecordReportedSubjects:
    organization = notice.organization
    entry = Entry(country=organization.country, number=organization.registration_number)
    reference = ReportReference(kind="notice", country=notice.country, number=notice.number)
    named = {key: SubjectTrait(names=trait.names, entry=entry) for key, trait in traits([organization.names]).items()}
    return RecordReportedSubjects(report=reference, revision=revision, traits=named)


def _nobody(kind: ReportKind, country: str, number: str) -> RecordReportedSubjects:
    return RecordReportedSubjects(report=ReportReference(kind=kind, country=country, number=number), revision=None)


def _entered_and_struck(event: ReportedSubjectsRecorded) -> dict[str, Contract]:
    entered = {key: EnterReport(report=event.report, trait=trait) for key, trait in event.entered.items()}
    return entered | {key: StrikeReport(report=event.report) for key in event.struck}

"""The rules on resemblances (M1). Pure.

What organizations have for names and numbers is entered into a stream of each, and so is what reports call those whom
they name. Where both meet it is told once for each pair, whichever came first. An organization stays entered under
what it was once called; a report is struck where a correction names another, or it is withdrawn. A report that was
closed or declined stands: that somebody was reported is what is asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.reporting.resemblances.model import Meeting, ReportedSubjects, Resemblance, same_entry
from shared.contracts.base import Contract
from shared.contracts.resemblance import (
    BOTH,
    ApplicantResemblanceFound,
    EnterOrganization,
    EnterReport,
    Organization,
    OrganizationEntered,
    RecordReportedSubjects,
    ReportedSubjectsRecorded,
    ReportEntered,
    ReportReference,
    ReportStruck,
    ResemblanceFound,
    StrikeReport,
    Trait,
    audience_of,
)
from shared.messaging.decider import Context, Decided


def decide_subjects(state: ReportedSubjects, command: Contract, context: Context) -> Decided:
    """The rule for the command to a report's stream. Raises TypeError for one that is none of its."""
    if not isinstance(command, RecordReportedSubjects):
        raise TypeError(f"{type(command).__name__} is not a command on whom a report names")
    return record_subjects(state, command, context)


def decide(state: Meeting, command: Contract, context: Context) -> Decided:
    """The rule for the command to a trait's stream. Raises TypeError for one that is none of its."""
    match command:
        case EnterOrganization():
            return enter_organization(state, command, context)
        case EnterReport():
            return enter_report(state, command, context)
        case StrikeReport():
            return strike_report(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command on a resemblance")


def record_subjects(state: ReportedSubjects, command: RecordReportedSubjects, context: Context) -> Decided:
    """M1: the highest revision says whom a report names, and after its withdrawal it names nobody."""
    revision = command.revision
    if state.withdrawn or (revision is not None and revision <= state.revision):
        return Decided()
    named = command.traits if revision is not None else {}
    recorded = ReportedSubjectsRecorded(
        report=command.report,
        revision=revision,
        entered={key: trait for key, trait in named.items() if state.traits.get(key) != trait},
        struck=tuple(key for key in state.traits if key not in named),
        recorded_at=context.now,
    )
    return Decided(events=[recorded], classification="confidential")


def enter_organization(state: Meeting, command: EnterOrganization, context: Context) -> Decided:
    """M1: an organization that is new, or has a new name, is compared with all who were reported under it."""
    organization = command.organization
    if state.knows(organization):
        return Decided()
    entered = OrganizationEntered(organization=organization, trait=command.trait, recorded_at=context.now)
    found = (
        _found(context, organization, command.trait, known.report, known.trait)
        for known in state.reports
        if not same_entry(organization, known.trait.entry) and not _was_told(state, organization, known.report)
    )
    return _told(context, [entered, *found])


def enter_report(state: Meeting, command: EnterReport, context: Context) -> Decided:
    """M1: someone who is reported is compared with all organizations of that name, also of those known before."""
    report = command.report
    if state.of(report) == command.trait:
        return Decided()
    entered = ReportEntered(report=report, trait=command.trait, recorded_at=context.now)
    found = (
        _found(context, known.organization, known.trait, report, command.trait)
        for known in state.organizations
        if not same_entry(known.organization, command.trait.entry) and not _was_told(state, known.organization, report)
    )
    return _told(context, [entered, *found])


def strike_report(state: Meeting, command: StrikeReport, context: Context) -> Decided:
    """M1: what a report says no more is compared with nobody from now on. What was told is not taken back: that the
    report was corrected or withdrawn is told by the report itself.
    """
    if state.of(command.report) is None:
        return Decided()
    return _told(context, [ReportStruck(report=command.report, recorded_at=context.now)])


def _was_told(state: Meeting, organization: Organization, report: ReportReference) -> bool:
    return Resemblance(organization=organization, report=report) in state.told


def _found(
    context: Context, organization: Organization, known_as: Trait, report: ReportReference, reported_as: Trait
) -> ResemblanceFound:
    event = ResemblanceFound if audience_of(context.message.subject) == BOTH else ApplicantResemblanceFound
    return event(
        organization=organization,
        known_as=known_as,
        report=report,
        reported_as=Trait(identifier=reported_as.identifier, names=reported_as.names),
        recorded_at=context.now,
    )


def _told(context: Context, events: Iterable[Contract]) -> Decided:
    """M3b: for the two sides alone, though what led to it may be public; of an application (M7.1), for one of them."""
    audience = audience_of(context.message.subject)
    addressee = None if audience == BOTH else audience
    return Decided(events=list(events), addressee=addressee, classification="confidential")

"""Whom a report names by now, and who has met in the stream of one trait."""

from __future__ import annotations

from pydantic import Field

from shared.cases.model import Fact
from shared.contracts.base import Contract
from shared.contracts.resemblance import (
    Entry,
    Organization,
    OrganizationEntered,
    ReportedSubjectsRecorded,
    ReportEntered,
    ReportReference,
    ReportStruck,
    ResemblanceFound,
    SubjectTrait,
    Trait,
)


class ReportedSubjects(Fact):
    """The state of a report's stream."""

    revision: int = 0
    """The highest recorded, 0 before."""
    withdrawn: bool = False
    traits: dict[str, SubjectTrait] = Field(default_factory=dict)
    """By key, of the highest revision; none of a withdrawn report."""


class KnownOrganization(Fact):
    """An organization with the trait. It keeps a name that it once had: a new name makes no new organization."""

    organization: Organization
    trait: Trait


class KnownReport(Fact):
    """A report that names someone by the trait."""

    report: ReportReference
    trait: SubjectTrait


class Resemblance(Fact):
    """What was told."""

    organization: Organization
    report: ReportReference


class Meeting(Fact):
    """The state of a trait's stream."""

    organizations: tuple[KnownOrganization, ...] = ()
    reports: tuple[KnownReport, ...] = ()
    """Those that stand."""
    told: tuple[Resemblance, ...] = ()
    """Each pair once, also of reports that stand no more."""

    def knows(self, organization: Organization) -> bool:
        return any(known.organization == organization for known in self.organizations)

    def of(self, report: ReportReference) -> SubjectTrait | None:
        """By what the report names someone here, None where it names nobody."""
        return next((known.trait for known in self.reports if known.report == report), None)


def same_entry(organization: Organization, entry: Entry | None) -> bool:
    """Whether the organization is the very one that a report names by its number."""
    return entry is not None and (organization.country, organization.number) == (entry.country, entry.number)


def evolve_subjects(state: ReportedSubjects, event: Contract) -> ReportedSubjects:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    if not isinstance(event, ReportedSubjectsRecorded):
        raise TypeError(f"{type(event).__name__} says nothing of whom a report names")
    kept = {key: trait for key, trait in state.traits.items() if key not in event.struck}
    if event.revision is None:
        return state.model_copy(update={"withdrawn": True, "traits": kept | event.entered})
    return state.model_copy(update={"revision": event.revision, "traits": kept | event.entered})


def evolve(state: Meeting, event: Contract) -> Meeting:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case OrganizationEntered(organization=organization, trait=trait):
            entered = KnownOrganization(organization=organization, trait=trait)
            return state.model_copy(update={"organizations": (*state.organizations, entered)})
        case ReportEntered(report=report, trait=named):
            others = _without(state, report)
            return state.model_copy(update={"reports": (*others, KnownReport(report=report, trait=named))})
        case ReportStruck(report=report):
            return state.model_copy(update={"reports": _without(state, report)})
        case ResemblanceFound(organization=organization, report=report):
            found = Resemblance(organization=organization, report=report)
            return state.model_copy(update={"told": (*state.told, found)})
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a resemblance")


def _without(state: Meeting, report: ReportReference) -> tuple[KnownReport, ...]:
    return tuple(known for known in state.reports if known.report != report)

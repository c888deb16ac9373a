"""A support organization as the editions of its country's register tell of it, and those editions themselves.

An edition says how things are on its date. What it says of an organization holds until a later one says otherwise.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Contract
from shared.contracts.support_organization import (
    SupportOrganization,
    SupportOrganizationAmended,
    SupportOrganizationEditionRecorded,
    SupportOrganizationEditionUnchanged,
    SupportOrganizationRegistered,
    SupportOrganizationRemoved,
    SupportOrganizationResumed,
    SupportOrganizationSuspended,
    SupportOrganizationUnchanged,
)

Standing = Literal["not-registered", "registered", "suspended", "removed"]
ChangeName = Literal["registered", "amended", "suspended", "resumed", "removed"]

NAMES: Final[dict[type[Contract], ChangeName]] = {
    SupportOrganizationRegistered: "registered",
    SupportOrganizationAmended: "amended",
    SupportOrganizationSuspended: "suspended",
    SupportOrganizationResumed: "resumed",
    SupportOrganizationRemoved: "removed",
}


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Said(NamedTuple):
    """By which an edition's word is earlier or later than another's: its date, then its place in the ledger."""

    edition_date: date
    place: int


class Version(_Fact):
    """The organization as it is from an edition's date on; of a removal, as it last was."""

    change: ChangeName
    edition_date: date
    organization: SupportOrganization
    recorded_at: datetime

    @property
    def standing(self) -> Standing:
        return "removed" if self.change == "removed" else self.organization.status


class SupportOrganizationRecord(_Fact):
    """The stream's state: what was recorded, in that order."""

    versions: tuple[Version, ...] = ()
    said: Said | None = None
    """The latest word heard of it, changes or none."""
    told: tuple[str | None, ...] = ()
    """Agreements under which the latest version was shared."""

    @property
    def latest(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @property
    def standing(self) -> Standing:
        return "not-registered" if self.latest is None else self.latest.standing

    def version_on(self, day: date) -> Version | None:
        """Of the versions in effect on `day` the one recorded last; None before the first."""
        return next((v for v in reversed(self.versions) if v.edition_date <= day), None)

    def known_at(self, moment: datetime) -> SupportOrganizationRecord:
        """The record as it was at `moment`."""
        return SupportOrganizationRecord(versions=tuple(v for v in self.versions if v.recorded_at <= moment))


class Edition(_Fact):
    """The latest edition shared."""

    edition_date: date
    registration_numbers: tuple[str, ...]
    digest: str | None = None
    recorded_at: datetime


class SupportOrganizationRegister(_Fact):
    """The state of the register's stream: the latest edition under each agreement."""

    editions: dict[str, Edition] = {}


def evolve(state: SupportOrganizationRecord, event: Contract) -> SupportOrganizationRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case (
            SupportOrganizationRegistered()
            | SupportOrganizationAmended()
            | SupportOrganizationSuspended()
            | SupportOrganizationResumed()
            | SupportOrganizationRemoved()
        ):
            version = Version(
                change=NAMES[type(event)],
                edition_date=event.edition_date,
                organization=event.organization,
                recorded_at=event.recorded_at,
            )
            said = Said(event.edition_date, event.place)
            if state.latest is not None and _same(state.latest, version):
                # One more partner is told what is recorded.
                return state.model_copy(update={"said": said, "told": (*state.told, event.agreement)})
            return SupportOrganizationRecord(versions=(*state.versions, version), said=said, told=(event.agreement,))
        case SupportOrganizationUnchanged():
            return state.model_copy(update={"said": Said(event.edition_date, event.place)})
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a support organization")


def _same(one: Version, other: Version) -> bool:
    return one.standing == other.standing and one.organization == other.organization


def evolve_register(state: SupportOrganizationRegister, event: Contract) -> SupportOrganizationRegister:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case SupportOrganizationEditionRecorded():
            edition = Edition(
                edition_date=event.edition_date,
                registration_numbers=event.registration_numbers,
                digest=event.digest,
                recorded_at=event.recorded_at,
            )
            return SupportOrganizationRegister(editions={**state.editions, event.agreement or "": edition})
        case SupportOrganizationEditionUnchanged():
            return state
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a register of support organizations")

"""A sending organization as its own country registers it: accreditations, their versions, their end.

Every fact carries two times: the day it takes effect, and the moment the registry came to know it. So "who was
accredited on day D, as known at moment K?" has an answer, whatever arrived later.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Contract
from shared.contracts.sending_organization import (
    Permit,
    SendingOrganization,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationRevoked,
)

Standing = Literal["not-accredited", "not-yet-accredited", "accredited", "expired", "revoked"]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Version(_Fact):
    """The organization and its permit as they are from `effective_on` on."""

    change: Literal["accredited", "amended"]
    effective_on: date
    organization: SendingOrganization
    permit: Permit
    recorded_at: datetime


class Revocation(_Fact):
    """The end of an accreditation; `effective_on` is the first day without it."""

    effective_on: date
    ground: dict[str, str]
    decision_number: str | None = None
    recorded_at: datetime


class Accreditation(_Fact):
    """One accreditation from its beginning to its end. `versions` are in the order recorded, never empty.

    A version stands in place of every earlier recorded one from its effective day on.
    """

    versions: tuple[Version, ...]
    revocation: Revocation | None = None

    @property
    def begins_on(self) -> date:
        """The first day of it."""
        return self.versions[0].effective_on

    @property
    def ended_from(self) -> date | None:
        """The first day after it, None while no end is known."""
        if self.revocation is not None:
            return self.revocation.effective_on
        last_day = self.versions[-1].permit.valid_to
        return None if last_day is None else last_day + timedelta(days=1)

    def version_on(self, day: date) -> Version | None:
        """The version in effect on `day`, None before the first."""
        return next((v for v in reversed(self.versions) if v.effective_on <= day), None)

    def standing_on(self, day: date) -> Standing:
        if self.revocation is not None and day >= self.revocation.effective_on:
            return "revoked"
        version = self.version_on(day)
        if version is None:
            return "not-yet-accredited"
        if version.permit.valid_to is not None and day > version.permit.valid_to:
            return "expired"
        return "accredited"

    def known_at(self, moment: datetime) -> Accreditation | None:
        """What of it was recorded at `moment`, None where nothing was."""
        versions = tuple(v for v in self.versions if v.recorded_at <= moment)
        if not versions:
            return None
        revoked = self.revocation is not None and self.revocation.recorded_at <= moment
        return Accreditation(versions=versions, revocation=self.revocation if revoked else None)


class SendingOrganizationRecord(_Fact):
    """The stream's state: the accreditations one after the other, without overlap."""

    accreditations: tuple[Accreditation, ...] = ()

    @property
    def latest(self) -> Accreditation | None:
        """The accreditation that commands are about."""
        return self.accreditations[-1] if self.accreditations else None

    def accreditation_on(self, day: date) -> Accreditation | None:
        """The last accreditation begun by `day`; where none was, the first one to come."""
        begun = [a for a in self.accreditations if a.begins_on <= day]
        return begun[-1] if begun else next(iter(self.accreditations), None)

    def standing_on(self, day: date) -> Standing:
        accreditation = self.accreditation_on(day)
        return "not-accredited" if accreditation is None else accreditation.standing_on(day)

    def known_at(self, moment: datetime) -> SendingOrganizationRecord:
        """The record as it was at `moment`."""
        known = (a.known_at(moment) for a in self.accreditations)
        return SendingOrganizationRecord(accreditations=tuple(a for a in known if a is not None))


def evolve(state: SendingOrganizationRecord, event: Contract) -> SendingOrganizationRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case SendingOrganizationAccredited(organization=organization, permit=permit, recorded_at=recorded_at):
            version = Version(
                change="accredited",
                effective_on=permit.valid_from,
                organization=organization,
                permit=permit,
                recorded_at=recorded_at,
            )
            begun = Accreditation(versions=(version,))
            return SendingOrganizationRecord(accreditations=(*state.accreditations, begun))
        case SendingOrganizationAmended():
            *earlier, latest = state.accreditations
            version = Version(
                change="amended",
                effective_on=event.effective_on,
                organization=event.organization,
                permit=event.permit,
                recorded_at=event.recorded_at,
            )
            amended = Accreditation(versions=(*latest.versions, version))
            return SendingOrganizationRecord(accreditations=(*earlier, amended))
        case SendingOrganizationRevoked():
            *earlier, latest = state.accreditations
            revocation = Revocation(
                effective_on=event.effective_on,
                ground=event.ground,
                decision_number=event.decision_number,
                recorded_at=event.recorded_at,
            )
            revoked = Accreditation(versions=latest.versions, revocation=revocation)
            return SendingOrganizationRecord(accreditations=(*earlier, revoked))
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a sending organization")

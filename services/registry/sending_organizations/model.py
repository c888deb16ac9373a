"""A sending organization as its own country registers it: accreditations, their versions, suspensions, their end.

Every fact carries two times: the day it takes effect, and the moment the registry came to know it. So "who was
accredited on day D, as known at moment K?" has an answer, whatever arrived later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from services.registry.screening.model import ApplicationRecord, GuidanceRecord, Outcome, Screening
from shared.contracts.base import Contract
from shared.contracts.sending_organization import (
    ApplicationRefused,
    ApplicationScreened,
    ApplicationSubmitted,
    GuidanceGiven,
    Permit,
    SendingOrganization,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationReinstated,
    SendingOrganizationRenewed,
    SendingOrganizationResumed,
    SendingOrganizationRevoked,
    SendingOrganizationSuspended,
)

Standing = Literal["not-accredited", "not-yet-accredited", "accredited", "suspended", "expired", "revoked"]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Version(_Fact):
    """The organization and its permit as they are from `effective_on` on."""

    change: Literal["accredited", "amended", "renewed", "reinstated"]
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


class Interruption(_Fact):
    """A suspension or its end: of those in effect on a day the one recorded last holds."""

    change: Literal["suspended", "resumed"]
    effective_on: date
    ground: dict[str, str]
    decision_number: str | None = None
    recorded_at: datetime

    def says_the_same_as(self, other: Interruption) -> bool:
        """Whether it says what the other says, whenever each was recorded."""
        return self == other.model_copy(update={"recorded_at": self.recorded_at})


class Accreditation(_Fact):
    """One accreditation from its beginning to its end. `versions` are in the order recorded, never empty.

    A version stands in place of every earlier recorded one from its effective day on. Suspensions leave the versions
    as they are: what is amended meanwhile stays suspended. One that was reinstated after a revocation is another.
    """

    versions: tuple[Version, ...]
    interruptions: tuple[Interruption, ...] = ()
    """In the order recorded."""
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

    @property
    def permit(self) -> Permit:
        """As it was told last."""
        return self.versions[-1].permit

    def version_on(self, day: date) -> Version | None:
        """The version in effect on `day`, None before the first."""
        return next((v for v in reversed(self.versions) if v.effective_on <= day), None)

    def suspended_on(self, day: date) -> bool:
        """Whether a suspension holds on `day`."""
        holding = next((one for one in reversed(self.interruptions) if one.effective_on <= day), None)
        return holding is not None and holding.change == "suspended"

    def standing_on(self, day: date) -> Standing:
        if self.revocation is not None and day >= self.revocation.effective_on:
            return "revoked"
        version = self.version_on(day)
        if version is None:
            return "not-yet-accredited"
        if version.permit.valid_to is not None and day > version.permit.valid_to:
            return "expired"
        return "suspended" if self.suspended_on(day) else "accredited"

    def known_at(self, moment: datetime) -> Accreditation | None:
        """What of it was recorded at `moment`, None where nothing was."""
        versions = tuple(v for v in self.versions if v.recorded_at <= moment)
        if not versions:
            return None
        revoked = self.revocation is not None and self.revocation.recorded_at <= moment
        return Accreditation(
            versions=versions,
            interruptions=tuple(one for one in self.interruptions if one.recorded_at <= moment),
            revocation=self.revocation if revoked else None,
        )


class SendingOrganizationRecord(_Fact):
    """The stream's state: the accreditations one after the other, without overlap."""

    accreditations: tuple[Accreditation, ...] = ()
    applications: tuple[ApplicationRecord, ...] = ()
    guidance: tuple[GuidanceRecord, ...] = ()

    def application(self, number: str) -> ApplicationRecord | None:
        """The application of this number."""
        return next((one for one in self.applications if one.application.number == number), None)

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
        accreditations = (a.known_at(moment) for a in self.accreditations)
        applications = (a.known_at(moment) for a in self.applications)
        return SendingOrganizationRecord(
            accreditations=tuple(a for a in accreditations if a is not None),
            applications=tuple(a for a in applications if a is not None),
            guidance=tuple(one for one in self.guidance if one.recorded_at <= moment),
        )


def evolve(state: SendingOrganizationRecord, event: Contract) -> SendingOrganizationRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case SendingOrganizationAccredited(permit=permit):
            begun = _begun(state, _version("accredited", permit.valid_from, event))
            return _ended(begun, event.application_number, "accredited", permit.valid_from, event.recorded_at)
        case SendingOrganizationReinstated():
            return _begun(state, _version("reinstated", event.effective_on, event))
        case SendingOrganizationAmended():
            return _changed(state, version=_version("amended", event.effective_on, event))
        case SendingOrganizationRenewed():
            renewed = _changed(state, version=_version("renewed", event.effective_on, event))
            return _ended(renewed, event.application_number, "renewed", event.decided_on, event.recorded_at)
        case SendingOrganizationSuspended():
            return _changed(state, interruption=Interruption(change="suspended", **_decision(event)))
        case SendingOrganizationResumed():
            return _changed(state, interruption=Interruption(change="resumed", **_decision(event)))
        case SendingOrganizationRevoked():
            revoked = _changed(state, revocation=Revocation(**_decision(event)))
            for one in state.applications:
                if one.outcome is None and one.application.purpose == "renewal":
                    number = one.application.number
                    revoked = _ended(revoked, number, "lapsed", event.effective_on, event.recorded_at)
            return revoked
        case ApplicationSubmitted() | ApplicationScreened() | ApplicationRefused() | GuidanceGiven():
            return _inside(state, event)
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a sending organization")


def _inside(
    state: SendingOrganizationRecord,
    event: ApplicationSubmitted | ApplicationScreened | ApplicationRefused | GuidanceGiven,
) -> SendingOrganizationRecord:
    match event:
        case ApplicationSubmitted():
            made = ApplicationRecord(**dict(event))
            return state.model_copy(update={"applications": (*state.applications, made)})
        case ApplicationScreened():
            found = Screening(screened_on=event.screened_on, results=event.results, recorded_at=event.recorded_at)
            return _with_application(
                state,
                event.application_number,
                lambda one: one.model_copy(update={"screenings": (*one.screenings, found)}),
            )
        case ApplicationRefused():
            return _ended(
                state,
                event.application_number,
                "refused",
                event.refused_on,
                event.recorded_at,
                ground=event.ground,
                decision_number=event.decision_number,
            )
        case GuidanceGiven():
            given = GuidanceRecord(guidance=event.guidance, recorded_at=event.recorded_at)
            return state.model_copy(update={"guidance": (*state.guidance, given)})


def _ended(
    state: SendingOrganizationRecord,
    application_number: str | None,
    standing: Literal["accredited", "renewed", "refused", "lapsed"],
    on: date,
    recorded_at: datetime,
    **why: Any,
) -> SendingOrganizationRecord:
    outcome = Outcome(standing=standing, on=on, recorded_at=recorded_at, **why)
    return _with_application(state, application_number, lambda one: one.model_copy(update={"outcome": outcome}))


def _with_application(
    state: SendingOrganizationRecord, number: str | None, change: Callable[[ApplicationRecord], ApplicationRecord]
) -> SendingOrganizationRecord:
    changed = tuple(change(one) if one.application.number == number else one for one in state.applications)
    return state.model_copy(update={"applications": changed})


def _version(
    change: Literal["accredited", "amended", "renewed", "reinstated"],
    effective_on: date,
    event: SendingOrganizationAccredited
    | SendingOrganizationAmended
    | SendingOrganizationRenewed
    | SendingOrganizationReinstated,
) -> Version:
    return Version(
        change=change,
        effective_on=effective_on,
        organization=event.organization,
        permit=event.permit,
        recorded_at=event.recorded_at,
    )


def _decision(
    event: SendingOrganizationSuspended | SendingOrganizationResumed | SendingOrganizationRevoked,
) -> dict[str, Any]:
    return {
        "effective_on": event.effective_on,
        "ground": event.ground,
        "decision_number": event.decision_number,
        "recorded_at": event.recorded_at,
    }


def _begun(state: SendingOrganizationRecord, version: Version) -> SendingOrganizationRecord:
    begun = Accreditation(versions=(version,))
    return state.model_copy(update={"accreditations": (*state.accreditations, begun)})


def _changed(
    state: SendingOrganizationRecord,
    version: Version | None = None,
    interruption: Interruption | None = None,
    revocation: Revocation | None = None,
) -> SendingOrganizationRecord:
    """The latest accreditation with one thing more."""
    *earlier, latest = state.accreditations
    changed = Accreditation(
        versions=latest.versions if version is None else (*latest.versions, version),
        interruptions=latest.interruptions if interruption is None else (*latest.interruptions, interruption),
        revocation=revocation or latest.revocation,
    )
    return state.model_copy(update={"accreditations": (*earlier, changed)})

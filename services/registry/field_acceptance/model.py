"""Acceptance of workers in a field: every suspension that was told of it, with what became of each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Contract
from shared.contracts.field_acceptance import (
    Change,
    FieldAcceptance,
    FieldAcceptanceResumed,
    FieldAcceptanceSuspended,
    FieldAcceptanceUnchanged,
    FieldSuspensionWithdrawn,
)

Standing = Literal["accepting", "suspended"]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Version(_Fact):
    """How acceptance stands from `effective_on` on. A withdrawal takes effect when the suspension would have begun."""

    change: Literal["suspended", "resumed", "withdrawn"]
    effective_on: date
    acceptance: FieldAcceptance
    recorded_at: datetime

    @property
    def standing(self) -> Standing:
        return "suspended" if self.change == "suspended" else "accepting"

    def says_the_same_as(self, other: Version) -> bool:
        """Whether it says what the other says, whenever each was recorded."""
        return self == other.model_copy(update={"recorded_at": self.recorded_at})


class FieldAcceptanceRecord(_Fact):
    """The stream's state: what was recorded, in that order."""

    versions: tuple[Version, ...] = ()
    told: tuple[str | None, ...] = ()
    """Agreements under which the latest version was told."""

    @property
    def latest(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @property
    def standing(self) -> Standing:
        """By what was told last, whether or not its day has come."""
        return "accepting" if self.latest is None else self.latest.standing

    @property
    def suspensions(self) -> tuple[FieldAcceptance, ...]:
        """Those that were not withdrawn, as they were told last, one after the other in time.

        Of all but the last it was told when it ends.
        """
        standing: list[FieldAcceptance] = []
        for version in self.versions:
            told = version.acceptance
            # What ends or corrects the last one stands in its place; only a suspension after an ended one is new.
            if standing and (version.change != "suspended" or standing[-1].resumption is None):
                standing.pop()
            if version.change != "withdrawn":
                standing.append(told)
        return tuple(standing)

    def version_on(self, day: date) -> Version | None:
        """Of the versions in effect on `day` the one recorded last; None before the first."""
        return next((v for v in reversed(self.versions) if v.effective_on <= day), None)

    def standing_on(self, day: date) -> Standing:
        """Whether workers are accepted on `day`. A field of which nothing was told accepts them."""
        version = self.version_on(day)
        return "accepting" if version is None else version.standing

    def known_at(self, moment: datetime) -> FieldAcceptanceRecord:
        """The record as it was at `moment`."""
        return FieldAcceptanceRecord(versions=tuple(v for v in self.versions if v.recorded_at <= moment))


def version_of(event: Change) -> Version:
    """What an event tells, as a version."""
    match event:
        case FieldAcceptanceSuspended(suspension=suspension):
            return Version(
                change="suspended",
                effective_on=suspension.suspended_from,
                acceptance=FieldAcceptance(suspension=suspension),
                recorded_at=event.recorded_at,
            )
        case FieldAcceptanceResumed(suspension=suspension, resumption=resumption):
            return Version(
                change="resumed",
                effective_on=resumption.resumed_on,
                acceptance=FieldAcceptance(suspension=suspension, resumption=resumption),
                recorded_at=event.recorded_at,
            )
        case FieldSuspensionWithdrawn(suspension=suspension, withdrawal=withdrawal):
            return Version(
                change="withdrawn",
                effective_on=suspension.suspended_from,
                acceptance=FieldAcceptance(suspension=suspension, withdrawal=withdrawal),
                recorded_at=event.recorded_at,
            )


def evolve(state: FieldAcceptanceRecord, event: Contract) -> FieldAcceptanceRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case FieldAcceptanceSuspended() | FieldAcceptanceResumed() | FieldSuspensionWithdrawn():
            version = version_of(event)
            if state.latest is not None and state.latest.says_the_same_as(version):
                # One more partner is told what is recorded.
                return state.model_copy(update={"told": (*state.told, event.agreement)})
            return FieldAcceptanceRecord(versions=(*state.versions, version), told=(event.agreement,))
        case FieldAcceptanceUnchanged():
            return state
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of acceptance in a field")

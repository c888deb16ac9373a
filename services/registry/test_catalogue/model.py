"""A test as its country lists it, with the sessions that were told of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Contract
from shared.contracts.test_catalogue import (
    Cancellation,
    ListedTest,
    Session,
    SessionChange,
    TestCatalogueUnchanged,
    TestListed,
    TestSessionAnnounced,
    TestSessionCancelled,
    TestSessionChanged,
)

Standing = Literal["not-listed", "listed", "discontinued"]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Version(_Fact):
    """The test as it is from `effective_on` on."""

    effective_on: date
    test: ListedTest
    recorded_at: datetime


class SessionVersion(_Fact):
    """What was told of a session; once cancelled, how it last was."""

    change: Literal["announced", "changed", "cancelled"]
    session: Session
    changed_on: date | None = None
    cancellation: Cancellation | None = None
    recorded_at: datetime


class SessionRecord(_Fact):
    """One session: what was recorded of it, in that order, never empty."""

    versions: tuple[SessionVersion, ...]
    told: tuple[str | None, ...] = ()
    """Agreements under which the latest version was told."""

    @property
    def latest(self) -> SessionVersion:
        return self.versions[-1]


class TestRecord(_Fact):
    """The stream's state."""

    versions: tuple[Version, ...] = ()
    """In the order recorded."""
    told: tuple[str | None, ...] = ()
    """Agreements under which the latest version was told."""
    sessions: dict[str, SessionRecord] = {}
    """By number, in the order they were announced."""

    @property
    def latest(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    def version_on(self, day: date) -> Version | None:
        """Of the versions in effect on `day` the one recorded last; None before the first."""
        return next((v for v in reversed(self.versions) if v.effective_on <= day), None)

    def standing_on(self, day: date) -> Standing:
        version = self.version_on(day)
        if version is None:
            return "not-listed"
        ends = version.test.discontinued_on
        return "discontinued" if ends is not None and day >= ends else "listed"

    def known_at(self, moment: datetime) -> TestRecord:
        """The record as it was at `moment`, without whom it was told to."""
        sessions = {
            number: tuple(v for v in session.versions if v.recorded_at <= moment)
            for number, session in self.sessions.items()
        }
        return TestRecord(
            versions=tuple(v for v in self.versions if v.recorded_at <= moment),
            sessions={number: SessionRecord(versions=versions) for number, versions in sessions.items() if versions},
        )


def version_of(event: SessionChange) -> SessionVersion:
    """What an event tells of a session."""
    match event:
        case TestSessionAnnounced(session=session):
            return SessionVersion(change="announced", session=session, recorded_at=event.recorded_at)
        case TestSessionChanged(session=session):
            return SessionVersion(
                change="changed", session=session, changed_on=event.changed_on, recorded_at=event.recorded_at
            )
        case TestSessionCancelled(session=session):
            return SessionVersion(
                change="cancelled", session=session, cancellation=event.cancellation, recorded_at=event.recorded_at
            )


def says_the_same(known: Version | SessionVersion | None, told: Version | SessionVersion) -> bool:
    """Whether it says what is known, whenever each was recorded."""
    return known is not None and known.model_copy(update={"recorded_at": told.recorded_at}) == told


def evolve(state: TestRecord, event: Contract) -> TestRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case TestListed():
            version = Version(effective_on=event.effective_on, test=event.test, recorded_at=event.recorded_at)
            if says_the_same(state.latest, version):
                # One more partner is told what is recorded.
                return state.model_copy(update={"told": (*state.told, event.agreement)})
            return state.model_copy(update={"versions": (*state.versions, version), "told": (event.agreement,)})
        case TestSessionAnnounced() | TestSessionChanged() | TestSessionCancelled():
            known, told = state.sessions.get(event.session.number), version_of(event)
            if known is None:
                session = SessionRecord(versions=(told,), told=(event.agreement,))
            elif says_the_same(known.latest, told):
                session = known.model_copy(update={"told": (*known.told, event.agreement)})
            else:
                session = SessionRecord(versions=(*known.versions, told), told=(event.agreement,))
            return state.model_copy(update={"sessions": {**state.sessions, event.session.number: session}})
        case TestCatalogueUnchanged():
            return state
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a test")

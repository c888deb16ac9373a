"""An entry on one country's page: its published revisions, and those not yet seen at the public address."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Contract
from shared.contracts.publication import (
    Change,
    EntryStatus,
    EntryVersion,
    RegisterEntry,
    RegisterEntryPublished,
    RegisterEntryRevised,
)


class OpenReadBack(BaseModel):
    """A revision that waits to be seen at the public address."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    intent_id: str
    revision: int
    change: Change


class PublishedEntry(BaseModel):
    """The stream's state. `entry` is None until something was published."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    entry: RegisterEntry | None = None
    open: tuple[OpenReadBack, ...] = ()


def intent_id(revision: int) -> str:
    """Of the intent to read this revision back, unique in its stream."""
    return f"read-back-{revision}"


def evolve(state: PublishedEntry, event: Contract) -> PublishedEntry:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case RegisterEntryRevised():
            earlier = state.entry.versions if state.entry is not None else ()
            # Told once more, under another agreement: it is confirmed once more, and the page shows it once.
            known = bool(earlier) and earlier[-1].says_the_same_as(event.version)
            entry = RegisterEntry(
                id=event.entry,
                publisher=event.publisher,
                register_name=event.register_name,
                originator=event.originator,
                revision=event.revision,
                versions=earlier if known else (*earlier, event.version),
            )
            waiting = OpenReadBack(
                intent_id=intent_id(event.revision), revision=event.revision, change=event.version.change
            )
            return PublishedEntry(entry=entry, open=(*state.open, waiting))
        case RegisterEntryPublished(revision=revision):
            return PublishedEntry(entry=state.entry, open=tuple(w for w in state.open if w.revision != revision))
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a register entry")


def known_at(entry: RegisterEntry, moment: datetime) -> RegisterEntry | None:
    """M7.1: the entry as it was known at `moment`, None where nothing of it was recorded by then.

    The moment is that of the registry's record, so that both answer alike.
    """
    versions = tuple(version for version in entry.versions if version.recorded_at <= moment)
    unknown = len(entry.versions) - len(versions)
    if not unknown or not versions:
        return entry if versions else None
    return entry.model_copy(update={"versions": versions, "revision": entry.revision - unknown})


def interrupts(version: EntryVersion) -> bool:
    """Whether it says of an accreditation that it is suspended or resumes, and leaves what it is as it was."""
    own_field = version.support_organization is not None or version.field_acceptance is not None
    return version.change in ("suspended", "resumed") and not own_field


def index_on(entry: RegisterEntry, day: date) -> int:
    """Which version holds on `day`: of those in effect the one recorded last. Before the first day, the first day's.

    What interrupts an accreditation stands apart, see `interruption_on`.
    """
    versions = [(index, version) for index, version in enumerate(entry.versions) if not interrupts(version)]
    day = max(day, min(version.effective_on for _, version in versions))
    return max(index for index, version in versions if version.effective_on <= day)


def interruption_on(entry: RegisterEntry, day: date) -> EntryVersion | None:
    """Of what interrupts the accreditation of that day, and is in effect, the version recorded last."""
    holding: EntryVersion | None = None
    for version in entry.versions:
        if version.effective_on > day:
            continue
        if version.change in ("accredited", "reinstated"):
            holding = None
        elif interrupts(version):
            holding = version
    return holding


def version_on(entry: RegisterEntry, day: date) -> EntryVersion:
    """The version that holds on `day`, with since when and why where the accreditation is suspended then."""
    version, interruption = entry.versions[index_on(entry, day)], interruption_on(entry, day)
    if interruption is None or interruption.change == "resumed" or version.change == "revoked":
        return version
    return version.model_copy(update={"suspended_on": interruption.effective_on, "ground": interruption.ground})


def status_of(version: EntryVersion, day: date) -> EntryStatus:
    """The status on `day` of an entry whose version in effect is `version`.

    One that begins later is `upcoming`. An improvement order has `expired` when it was complied with and is `revoked`
    when it was withdrawn. A field is `active` on days on which workers are accepted in it, and `upcoming` where they
    are until a suspension that is announced.
    """
    if version.change == "removed":
        return "removed"
    if version.field_acceptance is not None:
        if version.change != "suspended":
            return "active"
        return "suspended" if day >= version.effective_on else "upcoming"
    if version.support_organization is not None:
        if version.support_organization.status == "suspended":
            return "suspended"
        # An edition says since when it is registered, also of days before the edition.
        return "active" if day >= version.valid_from else "upcoming"
    if version.lifting is not None:
        return "expired" if version.lifting.outcome == "complied" else "revoked"
    if version.change == "revoked":
        return "revoked"
    if day < version.effective_on:
        return "upcoming"
    if version.valid_to is not None and day > version.valid_to:
        return "expired"
    return "active" if version.suspended_on is None else "suspended"

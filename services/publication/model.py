"""An entry on one country's page: its published revisions, and those not yet seen at the public address."""

from __future__ import annotations

from datetime import date

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


def index_on(entry: RegisterEntry, day: date) -> int:
    """Which version holds on `day`: of those in effect the one recorded last. Before the first day, the first day's."""
    day = max(day, min(version.effective_on for version in entry.versions))
    return max(index for index, version in enumerate(entry.versions) if version.effective_on <= day)


def version_on(entry: RegisterEntry, day: date) -> EntryVersion:
    """The version that holds on `day`, see index_on."""
    return entry.versions[index_on(entry, day)]


def status_of(version: EntryVersion, day: date) -> EntryStatus:
    """The status on `day` of an entry whose version in effect is `version`.

    One that begins later is `active` too: it is accredited, and its `valid_from` lies ahead. An improvement order has
    `expired` when it was complied with and is `revoked` when it was withdrawn. A field is `active` on days on which
    workers are accepted in it.
    """
    if version.change == "removed":
        return "removed"
    if version.field_acceptance is not None:
        return "suspended" if version.change == "suspended" and day >= version.effective_on else "active"
    if version.support_organization is not None:
        return "suspended" if version.support_organization.status == "suspended" else "active"
    if version.lifting is not None:
        return "expired" if version.lifting.outcome == "complied" else "revoked"
    if version.change == "revoked":
        return "revoked"
    if version.valid_to is not None and day > version.valid_to:
        return "expired"
    return "active"

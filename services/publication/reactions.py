"""What the registry's events ask publication to do: one command for each page that was promised to show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from shared.contracts.base import Contract
from shared.contracts.publication import Change, EntryVersion, PublishRegisterEntry, RegisterName, entry_of, stream_of
from shared.contracts.sending_organization import (
    Permit,
    SendingOrganization,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationRevoked,
)
from shared.messaging.decider import Command
from shared.messaging.envelope import Message

COMMANDS_TOPIC = "publication.commands.v1"
REGISTER: RegisterName = "sending-organizations"
EVENTS: dict[str, type[Contract]] = {
    event.__name__: event
    for event in (SendingOrganizationAccredited, SendingOrganizationAmended, SendingOrganizationRevoked)
}

Promised = Callable[[str | None, str, str | None], Iterable[str]]
"""By agreement, register name and originator: the countries that have promised to publish it."""


def react(promised: Promised, event: Contract, message: Message) -> Sequence[Command]:
    """M6.1, M6.2, M7.2: each party that has promised to publish sending organizations is to show what happened.

    Raises TypeError for an event that is none of the registry's on sending organizations.
    """
    match event:
        case SendingOrganizationAccredited(organization=organization, permit=permit, recorded_at=recorded_at):
            day = permit.valid_from
            number = organization.registration_number
            version: EntryVersion | None = version_of("accredited", organization, permit, day, recorded_at)
        case SendingOrganizationAmended(organization=organization, permit=permit, recorded_at=recorded_at):
            day = event.effective_on
            number = organization.registration_number
            version = version_of("amended", organization, permit, day, recorded_at)
        case SendingOrganizationRevoked(registration_number=number, effective_on=day, recorded_at=recorded_at):
            version = None
        case _:
            raise TypeError(f"{type(event).__name__} is not published")
    entry = entry_of(message.originator or "", number)
    return [
        Command(
            COMMANDS_TOPIC,
            stream_of(publisher, REGISTER, entry),
            PublishRegisterEntry(
                publisher=publisher,
                register_name=REGISTER,
                entry=entry,
                change=version.change if version is not None else "revoked",
                version=version,
                effective_on=day,
                ground=event.ground if isinstance(event, SendingOrganizationRevoked) else {},
                recorded_at=recorded_at,
            ),
        )
        for publisher in promised(message.agreement, REGISTER, message.originator)
    ]


def version_of(
    change: Change, organization: SendingOrganization, permit: Permit, effective_on: date, recorded_at: datetime
) -> EntryVersion:
    """What the public may read of an organization and its permit."""
    return EntryVersion(
        change=change,
        effective_on=effective_on,
        registration_number=organization.registration_number,
        names=organization.names,
        short_names=organization.short_names,
        identifiers={identifier.scheme: identifier.value for identifier in organization.identifiers},
        legal_form=organization.legal_form,
        address=organization.address,
        phones=organization.phones,
        emails=organization.emails,
        representative=organization.representative,
        permit_number=permit.number,
        destination=permit.destination,
        valid_from=permit.valid_from,
        valid_to=permit.valid_to,
        recorded_at=recorded_at,
    )

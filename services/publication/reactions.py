"""What the registry's events ask publication to do: one command for each page that was promised to show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from shared.contracts import field_acceptance, improvement_order, sending_organization, support_organization
from shared.contracts.base import Contract
from shared.contracts.field_acceptance import (
    FieldAcceptance,
    FieldAcceptanceResumed,
    FieldAcceptanceSuspended,
    FieldSuspensionWithdrawn,
)
from shared.contracts.fields_of_work import names_of
from shared.contracts.improvement_order import (
    ImprovementOrderAmended,
    ImprovementOrderIssued,
    ImprovementOrderLifted,
)
from shared.contracts.publication import Change, EntryVersion, PublishRegisterEntry, RegisterName, entry_of, stream_of
from shared.contracts.sending_organization import (
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationReinstated,
    SendingOrganizationRenewed,
    SendingOrganizationResumed,
    SendingOrganizationRevoked,
    SendingOrganizationSuspended,
)
from shared.contracts.support_organization import (
    SupportOrganizationAmended,
    SupportOrganizationRegistered,
    SupportOrganizationRemoved,
    SupportOrganizationResumed,
    SupportOrganizationSuspended,
)
from shared.messaging.decider import Command
from shared.messaging.envelope import Message

COMMANDS_TOPIC = "publication.commands.v1"
PUBLISHED: tuple[type[Contract], ...] = (
    *sending_organization.CHANGES,
    *support_organization.CHANGES,
    *improvement_order.CHANGES,
    *field_acceptance.CHANGES,
)
NO_GROUND: Mapping[str, str] = {}
EVENTS: dict[str, type[Contract]] = {event.__name__: event for event in PUBLISHED}

Promised = Callable[[str | None, str, str | None], Iterable[str]]
"""By agreement, register name and originator: the countries that have promised to publish it."""


class _Told(NamedTuple):
    """What an event means for an entry of a register."""

    register_name: RegisterName
    number: str
    change: Change
    effective_on: date
    recorded_at: datetime
    version: EntryVersion | None
    """None where what was published is kept, and marked."""
    ground: dict[str, str]


def react(promised: Promised, event: Contract, message: Message) -> Sequence[Command]:
    """M6.1, M6.2, M7.2, M7.5, M8.1: each party that has promised to publish a register is to show what happened in it.

    Raises TypeError for an event that is none of the registry's on what is published.
    """
    told = _told(event)
    entry = entry_of(message.originator or "", told.number)
    return [
        Command(
            COMMANDS_TOPIC,
            stream_of(publisher, told.register_name, entry),
            PublishRegisterEntry(
                publisher=publisher,
                register_name=told.register_name,
                entry=entry,
                change=told.change,
                version=told.version,
                effective_on=told.effective_on,
                ground=told.ground,
                recorded_at=told.recorded_at,
            ),
        )
        for publisher in promised(message.agreement, told.register_name, message.originator)
    ]


def _told(event: Contract) -> _Told:
    match event:
        case SendingOrganizationAccredited():
            return _accreditation("accredited", event.permit.valid_from, event)
        case SendingOrganizationAmended():
            return _accreditation("amended", event.effective_on, event)
        case SendingOrganizationRenewed():
            return _accreditation("renewed", event.effective_on, event)
        case SendingOrganizationReinstated():
            return _accreditation("reinstated", event.effective_on, event, event.ground)
        case SendingOrganizationSuspended():
            return _marked("suspended", event)
        case SendingOrganizationResumed():
            return _marked("resumed", event)
        case SendingOrganizationRevoked():
            return _marked("revoked", event)
        case SupportOrganizationRegistered():
            return _support_organization("registered", event)
        case SupportOrganizationAmended():
            return _support_organization("amended", event)
        case SupportOrganizationSuspended():
            return _support_organization("suspended", event)
        case SupportOrganizationResumed():
            return _support_organization("resumed", event)
        case SupportOrganizationRemoved():
            return _support_organization("removed", event)
        case ImprovementOrderIssued():
            return _improvement_order("issued", event.order.ordered_on, event)
        case ImprovementOrderAmended():
            return _improvement_order("amended", event.amended_on, event)
        case ImprovementOrderLifted():
            return _improvement_order("lifted", event.lifting.lifted_on, event)
        case FieldAcceptanceSuspended(suspension=suspension):
            return _field_acceptance("suspended", suspension.suspended_from, suspension.ground, event)
        case FieldAcceptanceResumed(resumption=resumption):
            return _field_acceptance("resumed", resumption.resumed_on, resumption.ground, event)
        case FieldSuspensionWithdrawn(withdrawal=withdrawal):
            return _field_acceptance("withdrawn", event.suspended_from, withdrawal.ground, event)
        case _:
            raise TypeError(f"{type(event).__name__} is not published")


def _of_version(register_name: RegisterName, version: EntryVersion) -> _Told:
    return _Told(
        register_name,
        version.registration_number,
        version.change,
        version.effective_on,
        version.recorded_at,
        version,
        {},
    )


def _marked(
    change: Change, event: SendingOrganizationSuspended | SendingOrganizationResumed | SendingOrganizationRevoked
) -> _Told:
    return _Told(
        "sending-organizations",
        event.registration_number,
        change,
        event.effective_on,
        event.recorded_at,
        None,
        event.ground,
    )


def _accreditation(
    change: Change,
    effective_on: date,
    event: SendingOrganizationAccredited
    | SendingOrganizationAmended
    | SendingOrganizationRenewed
    | SendingOrganizationReinstated,
    ground: Mapping[str, str] = NO_GROUND,
) -> _Told:
    """What the public may read of a sending organization and its permit."""
    organization, permit = event.organization, event.permit
    version = EntryVersion(
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
        ground=dict(ground),
        recorded_at=event.recorded_at,
    )
    return _of_version("sending-organizations", version)


def _support_organization(change: Change, event: support_organization.Change) -> _Told:
    """Everything in it: its own country publishes the same."""
    organization = event.organization
    version = EntryVersion(
        change=change,
        effective_on=event.edition_date,
        registration_number=organization.registration_number,
        names=organization.names,
        valid_from=organization.registered_on,
        support_organization=organization,
        recorded_at=event.recorded_at,
    )
    return _of_version("support-organizations", version)


def _improvement_order(change: Change, effective_on: date, event: improvement_order.Change) -> _Told:
    """Everything in it: such an order is announced to the public by law."""
    order, subject = event.order, event.order.subject
    lifting = event.lifting if isinstance(event, ImprovementOrderLifted) else None
    version = EntryVersion(
        change=change,
        effective_on=effective_on,
        registration_number=order.order_number,
        names=subject.names,
        identifiers={subject.identifier.scheme: subject.identifier.value},
        valid_from=order.ordered_on,
        ground=lifting.ground if lifting is not None else {},
        improvement_order=order,
        lifting=lifting,
        recorded_at=event.recorded_at,
    )
    return _of_version("improvement-orders", version)


def _field_acceptance(
    change: Change, effective_on: date, ground: dict[str, str], event: field_acceptance.Change
) -> _Told:
    """Everything in it, with the field's names in every language. A withdrawal holds from the suspension's day on."""
    suspension = event.suspension
    acceptance = FieldAcceptance(
        suspension=suspension,
        resumption=event.resumption if isinstance(event, FieldAcceptanceResumed) else None,
        withdrawal=event.withdrawal if isinstance(event, FieldSuspensionWithdrawn) else None,
    )
    version = EntryVersion(
        change=change,
        effective_on=effective_on,
        registration_number=suspension.field,
        names=dict(names_of(suspension.field)),
        valid_from=suspension.suspended_from,
        ground=ground,
        field_acceptance=acceptance,
        recorded_at=event.recorded_at,
    )
    return _of_version("field-acceptance", version)

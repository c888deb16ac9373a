"""The rules on sending organizations. Dates are compared with dates in the record, never with today.

So a command means the same whenever it is decided, a day late or again after a crash; past and future effective
dates follow one rule.
"""

from __future__ import annotations

from datetime import date, timedelta

from services.registry.rules import wrong_party, wrong_stream
from services.registry.sending_organizations.model import Accreditation, SendingOrganizationRecord
from shared.contracts.base import Contract
from shared.contracts.sending_organization import (
    AccreditSendingOrganization,
    AmendSendingOrganization,
    Permit,
    RevokeSendingOrganization,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationRevoked,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Refusal


def decide(state: SendingOrganizationRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case AccreditSendingOrganization():
            return accredit(state, command, context)
        case AmendSendingOrganization():
            return amend(state, command, context)
        case RevokeSendingOrganization():
            return revoke(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a sending organization")


def accredit(
    state: SendingOrganizationRecord, command: AccreditSendingOrganization, context: Context
) -> Decided | Refusal:
    """M7.1: an organization that met the standards is accredited for the time of its permit.

    A further accreditation follows the one before and never overlaps it: after an expiry or a revocation the
    organization may be accredited anew, from that day on.
    """
    organization, permit = command.organization, command.permit
    refusal = (
        wrong_stream(stream_of(organization.country, organization.registration_number), context, "M7.1")
        or wrong_party(organization.country, context, "M7.1")
        or _wrong_destination(permit, context, "M7.1")
        or _dates_reversed(permit, permit.valid_from, "M7.1")
    )
    if refusal is not None:
        return refusal
    latest = state.latest
    if latest is not None and (latest.ended_from is None or permit.valid_from < latest.ended_from):
        until = "without end" if latest.ended_from is None else f"until {latest.ended_from - timedelta(days=1)}"
        return Refusal(
            "already-accredited",
            f"It is accredited from {latest.begins_on} {until}; a new one cannot begin on {permit.valid_from}.",
            clause="M7.1",
            state=state.standing_on(permit.valid_from),
            pointer="/permit/valid_from",
        )
    return _public(SendingOrganizationAccredited(organization=organization, permit=permit, recorded_at=context.now))


def amend(state: SendingOrganizationRecord, command: AmendSendingOrganization, context: Context) -> Decided | Refusal:
    """M7.2: what was provided and published is kept true; the entry is as the amendment says from its effective day on.

    A renewed permit is an amendment when no day lies between the permits. An accreditation with a recorded
    revocation takes no amendment, whatever its day: nothing recorded later may cover a revocation.
    """
    organization, permit, day = command.organization, command.permit, command.effective_on
    refusal = (
        wrong_stream(stream_of(organization.country, organization.registration_number), context, "M7.2")
        or wrong_party(organization.country, context, "M7.2")
        or _wrong_destination(permit, context, "M7.2")
        or _dates_reversed(permit, day, "M7.2")
    )
    if refusal is not None:
        return refusal
    latest = state.latest
    if latest is None:
        return _not_accredited("M7.2")
    if latest.revocation is not None:
        return Refusal(
            "revoked",
            f"It is revoked from {latest.revocation.effective_on}.",
            clause="M7.2",
            state="revoked",
        )
    if day < latest.begins_on:
        return _before_it_began(latest, day, "M7.2")
    if latest.ended_from is not None and day > latest.ended_from:
        return _expired(latest.ended_from, day, "M7.2")
    return _public(
        SendingOrganizationAmended(organization=organization, permit=permit, effective_on=day, recorded_at=context.now)
    )


def revoke(state: SendingOrganizationRecord, command: RevokeSendingOrganization, context: Context) -> Decided | Refusal:
    """M7.4: an organization that no longer meets the standards loses its accreditation from the effective day on."""
    day = command.effective_on
    stream = stream_of(command.country, command.registration_number)
    refusal = wrong_stream(stream, context, "M7.4") or wrong_party(command.country, context, "M7.4")
    if refusal is not None:
        return refusal
    latest = state.latest
    if latest is None:
        return _not_accredited("M7.4")
    if latest.revocation is not None:
        return Refusal(
            "already-revoked",
            f"It was revoked from {latest.revocation.effective_on} on.",
            clause="M7.4",
            state="revoked",
        )
    if day < latest.begins_on:
        return _before_it_began(latest, day, "M7.4")
    if latest.ended_from is not None and day >= latest.ended_from:
        return _expired(latest.ended_from, day, "M7.4")
    return _public(
        SendingOrganizationRevoked(
            country=command.country,
            registration_number=command.registration_number,
            effective_on=day,
            ground=command.ground,
            decision_number=command.decision_number,
            case=command.case,
            recorded_at=context.now,
        )
    )


def _public(event: Contract) -> Decided:
    """M6.1, M7.2: both sides publish what the registry records of a sending organization, so it is public."""
    return Decided(events=[event], classification="public")


def _wrong_destination(permit: Permit, context: Context, clause: str) -> Refusal | None:
    """M7.2: the party it is provided to is the one the permit is for."""
    if context.message.addressee in (None, permit.destination):
        return None
    return Refusal(
        "wrong-destination",
        f"The permit is for {permit.destination}, the message for {context.message.addressee}.",
        clause=clause,
        pointer="/permit/destination",
    )


def _dates_reversed(permit: Permit, effective_on: date, clause: str) -> Refusal | None:
    """A permit ends on or after the day it begins, and a version is still covered by it on its first day."""
    begins = max(permit.valid_from, effective_on)
    if permit.valid_to is None or permit.valid_to >= begins:
        return None
    return Refusal(
        "dates-reversed",
        f"The permit ends on {permit.valid_to}, before {begins}.",
        clause=clause,
        pointer="/permit/valid_to",
    )


def _not_accredited(clause: str) -> Refusal:
    return Refusal("not-accredited", "No accreditation of it was ever recorded.", clause=clause, state="not-accredited")


def _before_it_began(latest: Accreditation, day: date, clause: str) -> Refusal:
    return Refusal(
        "outside-period",
        f"The accreditation begins on {latest.begins_on}, after {day}.",
        clause=clause,
        state="not-yet-accredited",
        pointer="/effective_on",
    )


def _expired(ended_from: date, day: date, clause: str) -> Refusal:
    return Refusal(
        "expired",
        f"The accreditation ended on {ended_from - timedelta(days=1)}, before {day}.",
        clause=clause,
        state="expired",
        pointer="/effective_on",
    )

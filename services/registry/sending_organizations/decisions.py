"""The rules on sending organizations. Dates are compared with dates in the record, never with today.

So a command means the same whenever it is decided, a day late or again after a crash; past and future effective
dates follow one rule.

A correction stands in place of what was told before, which stays in the history. A suspension or its end is corrected
by one on the same day in other words or on an earlier day, never on a later one: so it stays true that of those in
effect on a day the one recorded last holds. A suspension that is put off is resumed on its own first day and told anew.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from services.registry.rules import wrong_party, wrong_stream
from services.registry.screening import decisions as screening
from services.registry.screening.decisions import FindAgreement
from services.registry.sending_organizations.model import (
    Accreditation,
    Interruption,
    SendingOrganizationRecord,
)
from shared.cases.rules import missing, said
from shared.contracts.base import Contract
from shared.contracts.sending_organization import (
    AccreditSendingOrganization,
    AmendSendingOrganization,
    GiveGuidance,
    Permit,
    RefuseApplication,
    ReinstateSendingOrganization,
    RenewSendingOrganization,
    ResumeSendingOrganization,
    RevokeSendingOrganization,
    ScreenApplication,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationReinstated,
    SendingOrganizationRenewed,
    SendingOrganizationResumed,
    SendingOrganizationRevoked,
    SendingOrganizationSuspended,
    SubmitApplication,
    SuspendSendingOrganization,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Refusal


def decide(
    find: FindAgreement, state: SendingOrganizationRecord, command: Contract, context: Context
) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case AccreditSendingOrganization():
            return accredit(state, command, context)
        case AmendSendingOrganization():
            return amend(state, command, context)
        case RenewSendingOrganization():
            return renew(state, command, context)
        case SuspendSendingOrganization():
            return suspend(state, command, context)
        case ResumeSendingOrganization():
            return resume(state, command, context)
        case RevokeSendingOrganization():
            return revoke(state, command, context)
        case ReinstateSendingOrganization():
            return reinstate(state, command, context)
        case SubmitApplication():
            return screening.submit(find, state, command, context)
        case ScreenApplication():
            return screening.screen(state, command, context)
        case RefuseApplication():
            return screening.refuse(state, command, context)
        case GiveGuidance():
            return screening.give_guidance(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a sending organization")


def accredit(
    state: SendingOrganizationRecord, command: AccreditSendingOrganization, context: Context
) -> Decided | Refusal:
    """M7.1: an organization that met the standards is accredited for the time of its permit.

    A further accreditation follows the one before and never overlaps it: after an expiry or a revocation the
    organization may be accredited anew, from that day on. One that names its application has had it screened.
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
    unfounded = screening.rests_on(state, command.application_number, "accreditation", permit.destination)
    if unfounded is not None:
        return unfounded
    return _public(SendingOrganizationAccredited(**dict(command), recorded_at=context.now))


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
        return _revoked(latest.revocation.effective_on, "M7.2")
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
    refusal = (
        wrong_stream(stream, context, "M7.4") or wrong_party(command.country, context, "M7.4") or _unfounded(command)
    )
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


def renew(state: SendingOrganizationRecord, command: RenewSendingOrganization, context: Context) -> Decided | Refusal:
    """M7.1: an accreditation that goes on is renewed before it expires; the permit has a later last day.

    Whether it has expired is asked of the day on which the renewal was decided, as its country states it. A revocation
    that comes while a renewal is under way goes before it: the renewal is then refused, and one that was recorded
    already ends with the accreditation.
    """
    latest = _accredited(state, command, context, "M7.1")
    if isinstance(latest, Refusal):
        return latest
    last_day, day = latest.permit.valid_to, command.decided_on
    if latest.revocation is not None:
        return _revoked(latest.revocation.effective_on, "M7.1")
    if day < latest.begins_on:
        return _before_it_began(latest, day, "M7.1", "/decided_on")
    if last_day is None:
        return Refusal(
            "already-accredited",
            "It is accredited without end; there is nothing to be renewed.",
            clause="M7.1",
            state=state.standing_on(day),
        )
    if day > last_day:
        return _expired(last_day + timedelta(days=1), day, "M7.1", "/decided_on")
    if command.valid_to <= last_day:
        return Refusal(
            "dates-reversed",
            f"The permit runs until {last_day} already, which is not before {command.valid_to}.",
            clause="M7.1",
            state=state.standing_on(day),
            pointer="/valid_to",
        )
    unfounded = screening.rests_on(state, command.application_number, "renewal", latest.permit.destination)
    if unfounded is not None:
        return unfounded
    decided = {"valid_to": command.valid_to, "decided_on": day, "decision_number": command.decision_number}
    return _public(
        SendingOrganizationRenewed(
            **dict(command),
            effective_on=last_day + timedelta(days=1),
            organization=latest.versions[-1].organization,
            permit=latest.permit.model_copy(update=decided),
            recorded_at=context.now,
        )
    )


def suspend(
    state: SendingOrganizationRecord, command: SuspendSendingOrganization, context: Context
) -> Decided | Refusal:
    """M7.4: an accreditation is suspended while it is looked into whether the standards are still met.

    A suspension that has no end yet is corrected by one from the same day or an earlier one; a second beside it is
    refused. What was amended or renewed meanwhile stays suspended.
    """
    day = command.effective_on
    latest = _accredited(state, command, context, "M7.4")
    if isinstance(latest, Refusal):
        return latest
    refusal = _unfounded(command) or _outside(latest, day, "M7.4")
    if refusal is not None:
        return refusal
    told = Interruption(change="suspended", recorded_at=context.now, **_of(command))
    last = _last(latest)
    if last is not None and last.change == "suspended" and (day > last.effective_on or last.says_the_same_as(told)):
        return Refusal(
            "suspended",
            f"It is suspended from {last.effective_on} on, without an end.",
            clause="M7.4",
            state="suspended",
            pointer="/effective_on",
        )
    ended = _last(latest, "resumed")
    if ended is not None and day < ended.effective_on:
        return Refusal(
            "dates-reversed",
            f"The suspension before it ends on {ended.effective_on}, after {day}.",
            clause="M7.4",
            state=latest.standing_on(day),
            pointer="/effective_on",
        )
    return _public(SendingOrganizationSuspended(**dict(command), recorded_at=context.now))


def resume(state: SendingOrganizationRecord, command: ResumeSendingOrganization, context: Context) -> Decided | Refusal:
    """M7.4: a suspension ends; an accreditation that is not suspended cannot resume.

    An end that was told already is corrected by one on the same day or an earlier one.
    """
    day = command.effective_on
    latest = _accredited(state, command, context, "M7.4")
    if isinstance(latest, Refusal):
        return latest
    refusal = _outside(latest, day, "M7.4")
    if refusal is not None:
        return refusal
    told = Interruption(change="resumed", recorded_at=context.now, **_of(command))
    last, begun = _last(latest), _last(latest, "suspended")
    ended = last if last is not None and last.change == "resumed" else None
    if begun is None or (ended is not None and (day > ended.effective_on or ended.says_the_same_as(told))):
        return Refusal(
            "not-suspended",
            f"Its suspension ends on {ended.effective_on}." if ended is not None else "No suspension stands.",
            clause="M7.4",
            state=latest.standing_on(day),
            pointer="/effective_on",
        )
    if day < begun.effective_on:
        return Refusal(
            "dates-reversed",
            f"The suspension begins on {begun.effective_on}, after {day}.",
            clause="M7.4",
            state=latest.standing_on(day),
            pointer="/effective_on",
        )
    return _public(SendingOrganizationResumed(**dict(command), recorded_at=context.now))


def reinstate(
    state: SendingOrganizationRecord, command: ReinstateSendingOrganization, context: Context
) -> Decided | Refusal:
    """M7.4: a revocation that does not stand, on appeal or otherwise, is reversed from a day on. The history keeps it.

    The organization is accredited again as it stood on that day: what was announced for later, and a suspension, ended
    with the revocation and is told anew.
    """
    day = command.effective_on
    latest = _accredited(state, command, context, "M7.4")
    if isinstance(latest, Refusal):
        return latest
    refusal = _unfounded(command)
    if refusal is not None:
        return refusal
    if latest.revocation is None:
        return Refusal(
            "not-revoked",
            "Its accreditation is not revoked.",
            clause="M7.4",
            state=state.standing_on(day),
            pointer="/effective_on",
        )
    revoked_on = latest.revocation.effective_on
    if day < revoked_on:
        return Refusal(
            "dates-reversed",
            f"It is revoked from {revoked_on} on, after {day}.",
            clause="M7.4",
            state="revoked",
            pointer="/effective_on",
        )
    known = latest.version_on(day) or latest.versions[0]
    if known.permit.valid_to is not None and day > known.permit.valid_to:
        return _expired(known.permit.valid_to + timedelta(days=1), day, "M7.4")
    return _public(
        SendingOrganizationReinstated(
            **dict(command), organization=known.organization, permit=known.permit, recorded_at=context.now
        )
    )


def _accredited(
    state: SendingOrganizationRecord,
    command: RenewSendingOrganization
    | SuspendSendingOrganization
    | ResumeSendingOrganization
    | ReinstateSendingOrganization,
    context: Context,
    clause: str,
) -> Accreditation | Refusal:
    """The accreditation that a command is about, or why it is not to be heard."""
    refusal = wrong_stream(stream_of(command.country, command.registration_number), context, clause) or wrong_party(
        command.country, context, clause
    )
    if refusal is not None:
        return refusal
    if state.latest is None:
        return _not_accredited(clause)
    return _wrong_destination(state.latest.permit, context, clause, pointer=None) or state.latest


def _unfounded(
    command: SuspendSendingOrganization | RevokeSendingOrganization | ReinstateSendingOrganization,
) -> Refusal | None:
    """M6.2, M7.4: both pages show why; without a ground there is nothing to show."""
    return None if said(command.ground) else missing("It says why.", "/ground", "M7.4")


def _of(command: SuspendSendingOrganization | ResumeSendingOrganization) -> dict[str, Any]:
    return command.model_dump(include={"effective_on", "ground", "decision_number"})


def _last(latest: Accreditation, change: Literal["suspended", "resumed"] | None = None) -> Interruption | None:
    """The interruption recorded last, of one kind where it is named."""
    return next((one for one in reversed(latest.interruptions) if change in (None, one.change)), None)


def _outside(latest: Accreditation, day: date, clause: str) -> Refusal | None:
    """Nothing is interrupted before it began, nor after its end."""
    if day < latest.begins_on:
        return _before_it_began(latest, day, clause)
    if latest.ended_from is None or day < latest.ended_from:
        return None
    if latest.revocation is not None:
        return _revoked(latest.revocation.effective_on, clause)
    return _expired(latest.ended_from, day, clause)


def _public(event: Contract) -> Decided:
    """M6.1, M7.2: both sides publish what the registry records of a sending organization, so it is public."""
    return Decided(events=[event], classification="public")


def _wrong_destination(
    permit: Permit, context: Context, clause: str, pointer: str | None = "/permit/destination"
) -> Refusal | None:
    """M7.2: the party it is provided to is the one the permit is for."""
    if context.message.addressee in (None, permit.destination):
        return None
    return Refusal(
        "wrong-destination",
        f"The permit is for {permit.destination}, the message for {context.message.addressee}.",
        clause=clause,
        pointer=pointer,
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


def _revoked(effective_on: date, clause: str) -> Refusal:
    return Refusal("revoked", f"It is revoked from {effective_on}.", clause=clause, state="revoked")


def _before_it_began(latest: Accreditation, day: date, clause: str, pointer: str = "/effective_on") -> Refusal:
    return Refusal(
        "outside-period",
        f"The accreditation begins on {latest.begins_on}, after {day}.",
        clause=clause,
        state="not-yet-accredited",
        pointer=pointer,
    )


def _expired(ended_from: date, day: date, clause: str, pointer: str = "/effective_on") -> Refusal:
    return Refusal(
        "expired",
        f"The accreditation ended on {ended_from - timedelta(days=1)}, before {day}.",
        clause=clause,
        state="expired",
        pointer=pointer,
    )

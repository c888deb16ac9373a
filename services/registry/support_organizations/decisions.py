"""The rules on support organizations. An edition's word is compared with what earlier ones said, never with today.

What is said again changes nothing, and only its sender is told so; under another agreement it is passed on, since
another partner has not heard it yet.
"""

from __future__ import annotations

from datetime import date

from services.registry.rules import wrong_party, wrong_stream
from services.registry.support_organizations.model import (
    Said,
    SupportOrganizationRecord,
    SupportOrganizationRegister,
)
from shared.contracts.base import Contract
from shared.contracts.support_organization import (
    AmendSupportOrganization,
    Change,
    RecordSupportOrganizationEdition,
    RegisterSupportOrganization,
    RemoveSupportOrganization,
    ResumeSupportOrganization,
    SupportOrganization,
    SupportOrganizationAmended,
    SupportOrganizationEditionRecorded,
    SupportOrganizationEditionUnchanged,
    SupportOrganizationRegistered,
    SupportOrganizationRemoved,
    SupportOrganizationResumed,
    SupportOrganizationSuspended,
    SupportOrganizationUnchanged,
    SuspendSupportOrganization,
    register_stream_of,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Refusal

CLAUSE = "M6.3b"


def decide(state: SupportOrganizationRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case RegisterSupportOrganization():
            return register(state, command, context)
        case AmendSupportOrganization():
            return amend(state, command, context)
        case SuspendSupportOrganization():
            return suspend(state, command, context)
        case ResumeSupportOrganization():
            return resume(state, command, context)
        case RemoveSupportOrganization():
            return remove(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a support organization")


def register(
    state: SupportOrganizationRecord, command: RegisterSupportOrganization, context: Context
) -> Decided | Refusal:
    """M6.3b: the edition has this organization.

    Of one in the register already it is taken as what it changes, so that a register sent anew in full ends in the
    same state as one sent change by change. One that was removed may come back.
    """
    organization = command.organization
    said = _said(command, context)
    refusal = _not_to_be_heard(state, organization.country, organization.registration_number, said, context)
    if refusal is not None:
        return refusal
    if _is_known(state, organization):
        return _said_again(state, SupportOrganizationRegistered, organization, said, context)
    if state.standing in ("not-registered", "removed"):
        return _shared(SupportOrganizationRegistered, organization, said, context)
    if organization.status == state.standing:
        return _shared(SupportOrganizationAmended, organization, said, context)
    turned = SupportOrganizationSuspended if organization.status == "suspended" else SupportOrganizationResumed
    return _shared(turned, organization, said, context)


def amend(state: SupportOrganizationRecord, command: AmendSupportOrganization, context: Context) -> Decided | Refusal:
    """M6.3b: the entry is as the edition has it, from the edition's date on; it stays suspended or not as it was."""
    organization = command.organization
    said = _said(command, context)
    refusal = _not_to_be_heard(state, organization.country, organization.registration_number, said, context)
    if refusal is not None:
        return refusal
    if _is_known(state, organization):
        return _said_again(state, SupportOrganizationAmended, organization, said, context)
    return (
        _not_in_the_register(state)
        or _other_status(state, organization)
        or _shared(SupportOrganizationAmended, organization, said, context)
    )


def suspend(
    state: SupportOrganizationRecord, command: SuspendSupportOrganization, context: Context
) -> Decided | Refusal:
    """M6.3b: an organization that gave notice of suspending its support stays in the register, as suspended."""
    organization = command.organization
    said = _said(command, context)
    refusal = _not_to_be_heard(
        state, organization.country, organization.registration_number, said, context
    ) or _not_of_status(organization, "suspended")
    if refusal is not None:
        return refusal
    if _is_known(state, organization):
        return _said_again(state, SupportOrganizationSuspended, organization, said, context)
    if state.standing == "suspended":
        return _is_suspended()
    return _not_in_the_register(state) or _shared(SupportOrganizationSuspended, organization, said, context)


def resume(state: SupportOrganizationRecord, command: ResumeSupportOrganization, context: Context) -> Decided | Refusal:
    """M6.3b: an organization that was suspended supports workers again; one that was not cannot resume."""
    organization = command.organization
    said = _said(command, context)
    refusal = _not_to_be_heard(
        state, organization.country, organization.registration_number, said, context
    ) or _not_of_status(organization, "registered")
    if refusal is not None:
        return refusal
    if _is_known(state, organization) and state.latest is not None and state.latest.change == "resumed":
        return _said_again(state, SupportOrganizationResumed, organization, said, context)
    if state.standing == "registered":
        return _is_not_suspended()
    return _not_in_the_register(state) or _shared(SupportOrganizationResumed, organization, said, context)


def remove(state: SupportOrganizationRecord, command: RemoveSupportOrganization, context: Context) -> Decided | Refusal:
    """M6.3b: the edition does not have the organization any more. Its history stays.

    What its sender said of it after that edition stands: a removal that arrives late takes nobody out who came back.
    """
    said = _said(command, context)
    refusal = _not_to_be_heard(state, command.country, command.registration_number, said, context)
    if refusal is not None:
        return refusal
    latest = state.latest
    if latest is None:
        return _never_registered()
    if latest.change == "removed":
        return _said_again(state, SupportOrganizationRemoved, latest.organization, said, context)
    return _shared(SupportOrganizationRemoved, latest.organization, said, context)


def record_edition(state: SupportOrganizationRegister, command: Contract, context: Context) -> Decided | Refusal:
    """M6.3b: an edition is shared whole; what the one before had and it has not is to be removed.

    Raises TypeError for another command.
    """
    if not isinstance(command, RecordSupportOrganizationEdition):
        raise TypeError(f"{type(command).__name__} is not a command to a register of support organizations")
    refusal = wrong_stream(register_stream_of(command.country), context, CLAUSE) or wrong_party(
        command.country, context, CLAUSE
    )
    if refusal is not None:
        return refusal
    agreement = context.message.agreement
    before = state.editions.get(agreement or "")
    if before is not None and command.edition_date < before.edition_date:
        return _older_edition(before.edition_date, command.edition_date, "recorded")
    known = set(before.registration_numbers) if before is not None else set()
    # Of an edition with a row that is nobody's for certain, what is missing may be just that row.
    numbers = set(command.registration_numbers) | (set() if command.complete else known)
    if (
        before is not None
        and (before.edition_date, before.digest) == (command.edition_date, command.digest)
        and (known == numbers)
    ):
        unchanged = SupportOrganizationEditionUnchanged(country=command.country, edition_date=command.edition_date)
        return _for_its_sender(unchanged, context)
    recorded = SupportOrganizationEditionRecorded(
        country=command.country,
        edition_date=command.edition_date,
        registration_numbers=tuple(sorted(numbers)),
        removed=tuple(sorted(known - numbers)),
        digest=command.digest,
        agreement=agreement,
        place=context.message.sequence or 0,
        recorded_at=context.now,
    )
    return Decided([recorded], classification="public")


# -- what the rules have in common --------------------------------------------------------------------------------

_Said = (
    RegisterSupportOrganization
    | AmendSupportOrganization
    | SuspendSupportOrganization
    | ResumeSupportOrganization
    | RemoveSupportOrganization
)


def _said(command: _Said, context: Context) -> Said:
    """When it was said: a removal that follows from an edition is as late as that edition's message."""
    place = command.place if isinstance(command, RemoveSupportOrganization) else None
    return Said(command.edition_date, place if place is not None else context.message.sequence or 0)


def _not_to_be_heard(
    state: SupportOrganizationRecord, country: str, registration_number: str, said: Said, context: Context
) -> Refusal | None:
    refusal = wrong_stream(stream_of(country, registration_number), context, CLAUSE) or wrong_party(
        country, context, CLAUSE
    )
    if refusal is not None or state.said is None or said >= state.said:
        return refusal
    return _older_edition(state.said.edition_date, said.edition_date, state.standing)


def _is_known(state: SupportOrganizationRecord, organization: SupportOrganization) -> bool:
    return (
        state.standing == organization.status
        and state.latest is not None
        and (state.latest.organization == organization)
    )


def _said_again(
    state: SupportOrganizationRecord,
    event: type[Change],
    organization: SupportOrganization,
    said: Said,
    context: Context,
) -> Decided:
    if context.message.agreement not in state.told:
        return _shared(event, organization, said, context)
    unchanged = SupportOrganizationUnchanged(
        country=organization.country,
        registration_number=organization.registration_number,
        edition_date=said.edition_date,
        place=said.place,
    )
    return _for_its_sender(unchanged, context)


def _shared(event: type[Change], organization: SupportOrganization, said: Said, context: Context) -> Decided:
    """M7.5: the other side publishes what it is told of the register, so it is public."""
    shared = event(
        organization=organization,
        edition_date=said.edition_date,
        place=said.place,
        agreement=context.message.agreement,
        recorded_at=context.now,
    )
    return Decided([shared], classification="public")


def _for_its_sender(event: Contract, context: Context) -> Decided:
    return Decided([event], addressee=context.message.originator, classification="official")


def _older_edition(known: date, told: date, state: str) -> Refusal:
    detail = f"This is of the edition of {told}; a later word, of the edition of {known}, was taken already."
    return Refusal("older-edition", detail, clause=CLAUSE, state=state, pointer="/edition_date")


def _not_in_the_register(state: SupportOrganizationRecord) -> Refusal | None:
    if state.latest is None:
        return _never_registered()
    if state.latest.change == "removed":
        detail = f"The edition of {state.latest.edition_date} does not have it any more."
        return Refusal("removed", detail, clause=CLAUSE, state="removed")
    return None


def _never_registered() -> Refusal:
    return Refusal("not-registered", "No edition was ever heard to have it.", clause=CLAUSE, state="not-registered")


def _other_status(state: SupportOrganizationRecord, organization: SupportOrganization) -> Refusal | None:
    """An amendment leaves an organization suspended or not, as it was."""
    if organization.status == state.standing:
        return None
    return _is_suspended() if state.standing == "suspended" else _is_not_suspended()


def _not_of_status(organization: SupportOrganization, status: str) -> Refusal | None:
    if organization.status == status:
        return None
    return Refusal(
        "not-the-contract",
        f"The organization is to be {status} and is told as {organization.status}.",
        clause=CLAUSE,
        pointer="/organization/status",
    )


def _is_suspended() -> Refusal:
    return Refusal("suspended", "It is suspended already.", clause=CLAUSE, state="suspended")


def _is_not_suspended() -> Refusal:
    return Refusal("not-suspended", "It is not suspended.", clause=CLAUSE, state="registered")

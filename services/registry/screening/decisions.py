"""The rules on what goes on inside the accrediting country: applications, their screening, guidance.

None of it is published or goes to the other side: its events are addressed to the country they come from.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from services.registry.rules import wrong_party, wrong_stream
from services.registry.screening.model import ApplicationRecord
from services.registry.sending_organizations.model import SendingOrganizationRecord
from shared.agreements import Agreement
from shared.cases.rules import missing, said
from shared.contracts.base import Contract
from shared.contracts.sending_organization import (
    ApplicationRefused,
    ApplicationScreened,
    ApplicationSubmitted,
    GiveGuidance,
    GuidanceGiven,
    RefuseApplication,
    ScreenApplication,
    SubmitApplication,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Refusal

FindAgreement = Callable[[str | None], Agreement | None]
"""An agreement by its id, None where there is none."""


def submit(
    find: FindAgreement, state: SendingOrganizationRecord, command: SubmitApplication, context: Context
) -> Decided | Refusal:
    """M7.1: an organization applies, and is screened by the criteria that hold on the day of its application.

    A renewal is applied for while the accreditation lasts; no more once a revocation is recorded, whatever its day.
    """
    application = command.application
    organization, day = application.organization, application.applied_on
    refusal = _not_to_be_heard(organization.country, organization.registration_number, context, "M7.1")
    if refusal is not None:
        return refusal
    if context.message.addressee not in (None, application.destination):
        return Refusal(
            "wrong-destination",
            f"It applies for {application.destination}; the message is for {context.message.addressee}.",
            clause="M7.1",
            pointer="/application/destination",
        )
    if state.application(application.number) is not None:
        return Refusal(
            "already-applied",
            f"Application {application.number} was told before.",
            clause="M7.1",
            pointer="/application/number",
        )
    agreement = find(context.message.agreement)
    party = agreement.parties.get(organization.country) if agreement is not None else None
    criteria = party.criteria_on(day) if party is not None else None
    if criteria is None:
        return Refusal(
            "no-criteria",
            f"Agreement {context.message.agreement} has no criteria for an application of {day}.",
            clause="M7.1",
            pointer="/application/applied_on",
        )
    if application.purpose == "renewal":
        revoked = state.latest is not None and state.latest.revocation is not None
        standing = "revoked" if revoked else state.standing_on(day)
        if standing not in ("accredited", "suspended"):
            return _not_in_force(standing, day, "M7.1", "/application/applied_on")
    submitted = ApplicationSubmitted(
        application=application,
        criteria=tuple(criteria.criteria),
        criteria_since=criteria.since,
        recorded_at=context.now,
    )
    return _inside(submitted, context, "confidential")


def screen(state: SendingOrganizationRecord, command: ScreenApplication, context: Context) -> Decided | Refusal:
    """M7.1: each criterion is found to be met or not. Found anew, it stands in place of what was found before.

    What was decided on is not screened any more.
    """
    known = _open(state, command, context)
    if isinstance(known, Refusal):
        return known
    if command.screened_on < known.application.applied_on:
        return _too_early(known, "/screened_on")
    screened: set[str] = set()
    for place, found in enumerate(command.results):
        pointer = f"/results/{place}/criterion"
        if found.criterion not in known.criteria:
            detail = f"{found.criterion} is none of {', '.join(known.criteria)}."
            return Refusal("no-such-criterion", detail, clause="M7.1", state=known.standing, pointer=pointer)
        if found.criterion in screened:
            detail = f"{found.criterion} stands there twice."
            return Refusal("subject-twice", detail, clause="M7.1", state=known.standing, pointer=pointer)
        screened.add(found.criterion)
        if not found.met and not (found.note or "").strip():
            return missing("It says in what the criterion is not met.", f"/results/{place}/note", "M7.1")
    return _inside(ApplicationScreened(**dict(command), recorded_at=context.now), context, "confidential")


def refuse(state: SendingOrganizationRecord, command: RefuseApplication, context: Context) -> Decided | Refusal:
    """M7.1: who does not meet the standards is refused; who was found to meet every one of them is not."""
    known = _open(state, command, context)
    if isinstance(known, Refusal):
        return known
    if command.refused_on < known.application.applied_on:
        return _too_early(known, "/refused_on")
    if not said(command.ground):
        return missing("Who refuses says why.", "/ground", "M7.1")
    if not known.not_met:
        return Refusal(
            "criteria-met",
            f"Application {command.application_number} was found to meet every criterion.",
            clause="M7.1",
            state=known.standing,
        )
    return _inside(ApplicationRefused(**dict(command), recorded_at=context.now), context, "confidential")


def give_guidance(state: SendingOrganizationRecord, command: GiveGuidance, context: Context) -> Decided | Refusal:
    """M7.4: accredited organizations are guided to select and send properly; those that are suspended too."""
    refusal = _not_to_be_heard(command.country, command.registration_number, context, "M7.4")
    if refusal is not None:
        return refusal
    if not said(command.guidance.text):
        return missing("It says what was said.", "/guidance/text", "M7.4")
    number, day = command.guidance.number, command.guidance.given_on
    if any(one.guidance.number == number for one in state.guidance):
        return Refusal(
            "already-given",
            f"Guidance {number} was told before.",
            clause="M7.4",
            state=state.standing_on(day),
            pointer="/guidance/number",
        )
    standing = state.standing_on(day)
    if standing not in ("accredited", "suspended"):
        return _not_in_force(standing, day, "M7.4", "/guidance/given_on")
    return _inside(GuidanceGiven(**dict(command), recorded_at=context.now), context, "official")


def rests_on(
    state: SendingOrganizationRecord, application_number: str | None, purpose: str, destination: str
) -> Refusal | None:
    """M7.1: an accreditation or renewal that names its application rests on one that meets every criterion.

    One that names none is taken as it is: not every country tells how it came to its decision.
    """
    if application_number is None:
        return None
    pointer = "/application_number"
    known = state.application(application_number)
    if known is None or (known.application.purpose, known.application.destination) != (purpose, destination):
        detail = f"There is no application {application_number} for {purpose} to {destination}."
        return Refusal("no-such-application", detail, clause="M7.1", state="not-applied", pointer=pointer)
    if known.outcome is not None:
        return _decided(known, pointer)
    if known.not_met:
        detail = f"Not met, or not screened: {', '.join(known.not_met)}."
        return Refusal("criteria-not-met", detail, clause="M7.1", state=known.standing, pointer=pointer)
    return None


def _not_to_be_heard(country: str, number: str, context: Context, clause: str) -> Refusal | None:
    return wrong_stream(stream_of(country, number), context, clause) or wrong_party(country, context, clause)


def _open(
    state: SendingOrganizationRecord, command: ScreenApplication | RefuseApplication, context: Context
) -> ApplicationRecord | Refusal:
    """The application that a command is about, if nothing was decided on it yet."""
    refusal = _not_to_be_heard(command.country, command.registration_number, context, "M7.1")
    if refusal is not None:
        return refusal
    known = state.application(command.application_number)
    if known is None:
        detail = f"Application {command.application_number} was not told."
        return Refusal("no-such-application", detail, clause="M7.1", state="not-applied", pointer="/application_number")
    return known if known.outcome is None else _decided(known, "/application_number")


def _decided(known: ApplicationRecord, pointer: str) -> Refusal:
    return Refusal(
        "application-decided",
        f"Application {known.application.number} is {known.standing}.",
        clause="M7.1",
        state=known.standing,
        pointer=pointer,
    )


def _not_in_force(standing: str, day: date, clause: str, pointer: str) -> Refusal:
    slug = standing if standing in ("revoked", "expired") else "not-accredited"
    return Refusal(slug, f"On {day} it is {standing}.", clause=clause, state=standing, pointer=pointer)


def _too_early(known: ApplicationRecord, pointer: str) -> Refusal:
    return Refusal(
        "dates-reversed",
        f"The application was made on {known.application.applied_on}.",
        clause="M7.1",
        state=known.standing,
        pointer=pointer,
    )


def _inside(event: Contract, context: Context, classification: str) -> Decided:
    """M7.1, M7.4: for the eyes of the country that it comes from."""
    return Decided(events=[event], addressee=context.message.originator, classification=classification)

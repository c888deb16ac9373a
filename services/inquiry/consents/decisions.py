"""The rules on consents (M3b). Pure. Whether one covers a disclosure is in shared/cases/consents.py."""

from __future__ import annotations

from services.inquiry.consents.model import EXPIRY, ConsentRecord
from services.inquiry.rules import confidential, not_in
from shared.cases.consents import not_covered
from shared.cases.rules import FindAgreement, deadline, missing, not_stated, record_delivery, said, sent_at, shared
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery, ReportDeadline
from shared.contracts.consent import (
    CASES,
    AskConsent,
    ConsentAsked,
    ConsentExpired,
    ConsentGranted,
    ConsentRefused,
    ConsentWithdrawn,
    DisclosedUnderConsent,
    DiscloseUnderConsent,
    GrantConsent,
    RefuseConsent,
    WithdrawConsent,
)
from shared.messaging.decider import Context, Decided, Refusal

CLAUSE = "M3b"


def decide(find: FindAgreement, state: ConsentRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case AskConsent():
            return ask(find, state, command, context)
        case GrantConsent():
            return grant(find, state, command, context)
        case RefuseConsent():
            return refuse(find, state, command, context)
        case WithdrawConsent():
            return withdraw(find, state, command, context)
        case DiscloseUnderConsent():
            return disclose(find, state, command, context)
        case ReportDeadline():
            return expire(state, command)
        case RecordCaseDelivery():
            return record_delivery(CASES, state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a consent")


def ask(find: FindAgreement, state: ConsentRecord, command: AskConsent, context: Context) -> Decided | Refusal:
    """M3b: a holder says what it would disclose, to whom, what for, until when and how often."""
    agreement = not_stated(find, CASES, command, context, CLAUSE)
    if isinstance(agreement, Refusal):
        return agreement
    if state.request is not None:
        detail = "A consent was asked for with this number before."
        return Refusal("already-asked", detail, clause=CLAUSE, state=state.status, pointer="/number")
    for name in ("record", "recipient", "purpose"):
        if not getattr(command, name).strip():
            return missing(f"A consent names its {name}.", f"/{name}", CLAUSE)
    if command.expires_at <= sent_at(context):
        return _too_late()
    return confidential(ConsentAsked(**dict(command), **shared(context)))


def grant(find: FindAgreement, state: ConsentRecord, command: GrantConsent, context: Context) -> Decided | Refusal:
    """M3b: the originator consents, in words of its own that it signs: to what was asked, for as long or shorter, as
    often or once. The clock tells when it has run out.
    """
    agreement = not_stated(find, CASES, command, context, CLAUSE)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_in(state.status, CLAUSE, "asked")
    if refusal is not None:
        return refusal
    asked = state.request
    for name in ("record", "recipient", "purpose"):
        if getattr(command, name) != getattr(asked, name):
            return _not_asked(f"Another {name} was asked for.", f"/{name}")
    if asked is not None and command.expires_at > asked.expires_at:
        return _not_asked("It was asked for a shorter time.", "/expires_at")
    if asked is not None and asked.times == "once" and command.times != "once":
        return _not_asked("It was asked for one disclosure.", "/times")
    if command.expires_at <= sent_at(context):
        return _too_late()
    granted = ConsentGranted(**dict(command), **shared(context))
    return confidential(granted, intents=[deadline(EXPIRY, command.expires_at)])


def refuse(find: FindAgreement, state: ConsentRecord, command: RefuseConsent, context: Context) -> Decided | Refusal:
    """M3b, M3a: the originator need not consent, and says why it does not."""
    agreement = not_stated(find, CASES, command, context, CLAUSE)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_in(state.status, CLAUSE, "asked")
    if refusal is not None:
        return refusal
    if not said(command.ground):
        return missing("Who refuses says why.", "/ground", CLAUSE)
    return confidential(ConsentRefused(**dict(command), **shared(context)))


def withdraw(
    find: FindAgreement, state: ConsentRecord, command: WithdrawConsent, context: Context
) -> Decided | Refusal:
    """M3b: a consent is the originator's to take back, at once; what was disclosed before stays covered."""
    agreement = not_stated(find, CASES, command, context, CLAUSE)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_in(state.status, CLAUSE, "granted")
    return refusal or confidential(ConsentWithdrawn(**dict(command), **shared(context)), closes=state.waiting)


def disclose(
    find: FindAgreement, state: ConsentRecord, command: DiscloseUnderConsent, context: Context
) -> Decided | Refusal:
    """M3b: a disclosure is recorded if the consent covers it at the moment when the holder's bridge took it in, and
    refused if not, whatever that bridge's own guard has found.
    """
    agreement = not_stated(find, CASES, command, context, CLAUSE)
    if isinstance(agreement, Refusal):
        return agreement
    if state.grant is None:
        return Refusal("no-consent", "No such consent was granted.", clause=CLAUSE, state=state.status)
    withdrawn_at = None if state.withdrawal is None else state.withdrawal.shared_at
    used = bool(state.disclosures)
    uncovered = not_covered(state.grant, command, sent_at(context), withdrawn_at=withdrawn_at, used=used)
    if uncovered is not None:
        slug, detail, pointer = uncovered
        return Refusal(slug, detail, clause=CLAUSE, state=state.status, pointer=pointer)
    # One that is for once is used up: the clock need not look any more.
    closes = state.waiting if state.grant.times == "once" else ()
    return confidential(DisclosedUnderConsent(**dict(command), **shared(context)), closes=closes)


def expire(state: ConsentRecord, command: ReportDeadline) -> Decided:
    """M3b: both sides are told when a consent has run out. A report on one that has ended before changes nothing."""
    if state.grant is None or command.intent_id not in state.waiting:
        return Decided()
    expired = ConsentExpired(
        country=state.grant.country,
        number=state.grant.number,
        expires_at=state.grant.expires_at,
        recorded_at=command.reached_at,
    )
    return confidential(expired, closes=[command.intent_id])


def _not_asked(detail: str, pointer: str) -> Refusal:
    return Refusal("not-asked", detail, clause=CLAUSE, state="asked", pointer=pointer)


def _too_late() -> Refusal:
    return Refusal("dates-reversed", "It would have run out before.", clause=CLAUSE, pointer="/expires_at")

"""The rules on amending the agreement (M9). Pure."""

from __future__ import annotations

from services.registry.amendments.model import AmendmentRecord
from shared.cases.rules import FindAgreement, missing, not_stated, official, record_delivery, said, sent_at, shared
from shared.contracts.amendment import (
    CASES,
    AmendmentProposed,
    AmendmentSigned,
    AmendmentWithdrawn,
    ProposeAmendment,
    SignAmendment,
    WithdrawAmendment,
)
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery
from shared.messaging.decider import Context, Decided, Refusal


def decide(find: FindAgreement, state: AmendmentRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case ProposeAmendment():
            return propose(find, state, command, context)
        case SignAmendment():
            return sign(find, state, command, context)
        case WithdrawAmendment():
            return withdraw(find, state, command, context)
        case RecordCaseDelivery():
            return record_delivery(CASES, state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to an amendment")


def propose(
    find: FindAgreement, state: AmendmentRecord, command: ProposeAmendment, context: Context
) -> Decided | Refusal:
    """M9: a side proposes to amend or supplement the agreement, by a text that has a digest."""
    agreement = not_stated(find, CASES, command, context, "M9")
    if isinstance(agreement, Refusal):
        return agreement
    if state.proposal is not None:
        detail = "An amendment with this number was proposed before."
        return Refusal("already-asked", detail, clause="M9", state=state.status, pointer="/number")
    if not said(command.title):
        return missing("An amendment has a title.", "/title", "M9")
    return official(AmendmentProposed(**dict(command), **shared(context)))


def sign(find: FindAgreement, state: AmendmentRecord, command: SignAmendment, context: Context) -> Decided | Refusal:
    """M9: the written consent of both: in force only when both have signed the same text, from the day proposed or that
    of the second signature, whichever is later.
    """
    agreement = not_stated(find, CASES, command, context, "M9")
    if isinstance(agreement, Refusal):
        return agreement
    by = context.message.originator or ""
    refusal = _not_open(state)
    if refusal is not None or state.proposal is None:
        return refusal or Refusal("no-such-case", "Nothing was proposed.", clause="M9", state="unknown")
    if by in state.signatures:
        return Refusal("wrong-state", f"{by} has signed it before.", clause="M9", state=state.status)
    if command.digest != state.proposal.digest:
        detail = f"Proposed was {state.proposal.digest}, signed is {command.digest}."
        return Refusal("another-text", detail, clause="M9", state=state.status, pointer="/digest")
    if not command.signatory.strip():
        return missing("It says who signed.", "/signatory", "M9")
    today = sent_at(context).astimezone(agreement.parties[by].zone).date()
    if command.signed_on > today:
        detail = f"It was handed in on {today}, before {command.signed_on}."
        return Refusal("dates-reversed", detail, clause="M9", pointer="/signed_on")
    in_force_on = None
    if state.signatures:
        days = [command.signed_on, *(one.signed_on for one in state.signatures.values())]
        in_force_on = max([*days, state.proposal.effective_on or command.signed_on])
    signed = AmendmentSigned(**dict(command), by=by, in_force_on=in_force_on, **shared(context))
    return official(signed)


def withdraw(
    find: FindAgreement, state: AmendmentRecord, command: WithdrawAmendment, context: Context
) -> Decided | Refusal:
    """M9: what both have not signed binds nobody; the side that proposed it may take it back."""
    agreement = not_stated(find, CASES, command, context, "M9")
    if isinstance(agreement, Refusal):
        return agreement
    return _not_open(state) or official(AmendmentWithdrawn(**dict(command), **shared(context)))


def _not_open(state: AmendmentRecord) -> Refusal | None:
    if state.proposal is None:
        return Refusal("no-such-case", "No such amendment was proposed.", clause="M9", state="unknown")
    if state.status in ("proposed", "signed"):
        return None
    return Refusal("wrong-state", f"The amendment is {state.status}.", clause="M9", state=state.status)

"""The rules on residence matters (M8.2). Pure."""

from __future__ import annotations

from services.inquiry.residence_matters.model import ResidenceMatterRecord
from services.inquiry.rules import confidential, not_in
from shared.cases.rules import FindAgreement, missing, not_stated, record_delivery, said, shared
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery
from shared.contracts.residence_matter import (
    CASES,
    AnswerResidenceMatter,
    CloseResidenceMatter,
    DeclineResidenceMatter,
    RaiseResidenceMatter,
    ResidenceMatterAnswered,
    ResidenceMatterClosed,
    ResidenceMatterDeclined,
    ResidenceMatterRaised,
)
from shared.messaging.decider import Context, Decided, Refusal

CLAUSE = "M8.2"


def decide(find: FindAgreement, state: ResidenceMatterRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case RaiseResidenceMatter():
            return raise_matter(find, state, command, context)
        case AnswerResidenceMatter():
            return answer(find, state, command, context)
        case DeclineResidenceMatter():
            return decline(find, state, command, context)
        case CloseResidenceMatter():
            return close(find, state, command, context)
        case RecordCaseDelivery():
            return record_delivery(CASES, state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a residence matter")


def raise_matter(
    find: FindAgreement, state: ResidenceMatterRecord, command: RaiseResidenceMatter, context: Context
) -> Decided | Refusal:
    """M8.2: contract, performance and living conditions are considered for every worker, spouse and children for those
    alone who may bring them: of SSW 2.
    """
    agreement = not_stated(find, CASES, command, context, CLAUSE)
    if isinstance(agreement, Refusal):
        return agreement
    if state.matter is not None:
        detail = "A matter with this number was raised before."
        return Refusal("already-asked", detail, clause=CLAUSE, state=state.status, pointer="/number")
    if command.concerning == "dependants" and command.residence_status != "ssw-2":
        detail = "Spouse and children come with workers of SSW 2; the matter is of a worker of SSW 1."
        return Refusal("no-dependants", detail, clause=CLAUSE, pointer="/concerning")
    if not said(command.title):
        return missing("It says what it is about, without a name.", "/title", CLAUSE)
    if not said(command.text):
        return missing("It says what is asked.", "/text", CLAUSE)
    return confidential(ResidenceMatterRaised(**dict(command), **shared(context)))


def answer(
    find: FindAgreement, state: ResidenceMatterRecord, command: AnswerResidenceMatter, context: Context
) -> Decided | Refusal:
    """M8.2: the other side says how the residence is treated; until the case is closed it may add to that."""
    agreement = not_stated(find, CASES, command, context, CLAUSE)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_in(state.status, CLAUSE, "raised", "answered")
    if refusal is not None:
        return refusal
    if not said(command.text):
        return missing("It says how the residence is treated.", "/text", CLAUSE)
    return confidential(ResidenceMatterAnswered(**dict(command), **shared(context)))


def decline(
    find: FindAgreement, state: ResidenceMatterRecord, command: DeclineResidenceMatter, context: Context
) -> Decided | Refusal:
    """M8.2, M3a: a matter that the law forbids to answer is declined with the provision; not one that was answered."""
    agreement = not_stated(find, CASES, command, context, CLAUSE)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_in(state.status, CLAUSE, "raised")
    if refusal is not None:
        return refusal
    if not command.legal_basis.strip():
        return missing("It is declined by a provision, which is named.", "/legal_basis", "M3a")
    if not said(command.ground):
        return missing("Who declines says why.", "/ground", CLAUSE)
    return confidential(ResidenceMatterDeclined(**dict(command), **shared(context)))


def close(
    find: FindAgreement, state: ResidenceMatterRecord, command: CloseResidenceMatter, context: Context
) -> Decided | Refusal:
    """M8.2: the side that raised it closes it; before an answer it says why."""
    agreement = not_stated(find, CASES, command, context, CLAUSE)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_in(state.status, CLAUSE, "raised", "answered")
    if refusal is not None:
        return refusal
    if state.status == "raised" and not said(command.ground):
        return missing("Nothing was answered: it says why nothing more is needed.", "/ground", CLAUSE)
    return confidential(ResidenceMatterClosed(**dict(command), **shared(context)))

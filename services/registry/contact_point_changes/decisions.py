"""The rules on changes of a contact point (M2). Pure."""

from __future__ import annotations

from services.registry.contact_point_changes.model import ContactPointChangeRecord
from shared.cases.rules import FindAgreement, missing, not_stated, official, record_delivery, said, shared
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery
from shared.contracts.contact_point_change import (
    CASES,
    AcknowledgeContactPoint,
    ChangeContactPoint,
    ContactPointAcknowledged,
    ContactPointChanged,
)
from shared.messaging.decider import Context, Decided, Refusal


def decide(
    find: FindAgreement, state: ContactPointChangeRecord, command: Contract, context: Context
) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case ChangeContactPoint():
            return change(find, state, command, context)
        case AcknowledgeContactPoint():
            return acknowledge(find, state, command, context)
        case RecordCaseDelivery():
            return record_delivery(CASES, state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a change of a contact point")


def change(
    find: FindAgreement, state: ContactPointChangeRecord, command: ChangeContactPoint, context: Context
) -> Decided | Refusal:
    """M2: a side tells the other where it is reached from a day on, which may be past or to come."""
    agreement = not_stated(find, CASES, command, context, "M2")
    if isinstance(agreement, Refusal):
        return agreement
    if state.change is not None:
        detail = "A change with this number was told before."
        return Refusal("already-asked", detail, clause="M2", state=state.status, pointer="/number")
    if not said(command.names):
        return missing("A contact point has a name.", "/names", "M2")
    return official(ContactPointChanged(**dict(command), **shared(context)))


def acknowledge(
    find: FindAgreement, state: ContactPointChangeRecord, command: AcknowledgeContactPoint, context: Context
) -> Decided | Refusal:
    """M2: the other side has taken note, once."""
    agreement = not_stated(find, CASES, command, context, "M2")
    if isinstance(agreement, Refusal):
        return agreement
    if state.change is None:
        return Refusal("no-such-case", "No such change was told.", clause="M2", state="unknown")
    if state.acknowledgement is not None:
        return Refusal("wrong-state", "The change is acknowledged.", clause="M2", state=state.status)
    return official(ContactPointAcknowledged(**dict(command), **shared(context)))

"""The guard at the border: asked at the moment of disclosure, whatever the services before have decided. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from shared.agreements import Agreement
from shared.bridge.core_events import BY_THE_AGREEMENT, BY_THE_CLOCK, CLOSING, OPENED_UNSAID, SAYS_THE_SAME
from shared.bridge.evidence import Evidence, content_digest, evidence_of
from shared.bridge.sealing import Keys, in_the_open
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.delivery import DeliverMessage, MessageDelivered
from shared.contracts.framework_review import ReviewDue
from shared.errors import Problem, problem
from shared.messaging.envelope import Message
from shared.security.jws import BadSignature

PASSES: Final = ("public", "official", "confidential")
"""Classifications that a party to the agreement may have. What is protected passes within them, sealed."""


class Cleared(NamedTuple):
    """May go to the national system."""

    message_id: str
    """The originator's own id of the message at the beginning, from its signed evidence; empty where there is none."""
    accepted_at: str
    """When the originator's bridge accepted that message, likewise; without one, when the event was sent here."""


def guard(
    country: str,
    message: Message,
    delivery: DeliverMessage,
    contract: type[Contract],
    agreement: Agreement | None,
    keys: Keys,
    now: datetime,
) -> Cleared | Problem:
    """Whether an event may go to the national system of `country`, or why it is withheld.

    M3b, M10a: it is addressed to this country, comes from a party to the agreement it names, is of a class that may
    pass, is not new sharing outside the agreement's time, has what is protected sealed to this country's key, and
    carries its originator's signature for the receipt that it goes back to and, where the event says the same as the
    command that was signed, for what it says. M9: behind a review that falls due stands no message of a side, but the
    agreement itself, of which each bridge has its own copy. `message` is the envelope in which the event came.
    """
    originator = message.originator or ""
    if message.addressee != country:
        return _withheld(f"It is addressed to {message.addressee}.")
    if agreement is None or country not in agreement.parties:
        return _withheld(f"{message.agreement} is no agreement to which {country} is a party.")
    if originator not in agreement.parties:
        return _withheld(f"Its originator, {message.originator}, is no party to agreement {agreement.id}.")
    if message.classification not in PASSES:
        return _withheld(f"What is {message.classification} passes within a message only, sealed.")
    if (open_to_others := in_the_open(contract, delivery.data, keys(country))) is not None:
        return _withheld(open_to_others)
    today = now.astimezone(agreement.parties[country].zone).date()
    # News of a country's own messages is no sharing, nor is what brings an open case to its end.
    closing = contract in CLOSING or contract in BY_THE_CLOCK
    sharing = contract in OPENED_UNSAID or (originator != country and not closing)
    if sharing and not agreement.takes_new_sharing(today):
        detail = f"Agreement {agreement.id} is not in force on {today}."
        return problem("not-in-force", detail, clause="M10a", state=agreement.standing_on(today))
    if contract in BY_THE_AGREEMENT:
        return _not_to_be_reviewed(agreement, delivery.data, today) or Cleared("", message.time)
    try:
        evidence = _signed(originator, message.evidence, keys)
        if evidence.receipt_id != message.correlationid:
            return _withheld(f"Its evidence is for receipt {evidence.receipt_id}, not for {message.correlationid}.")
        if contract is MessageDelivered:
            _check_receipt(MessageDelivered.model_validate(delivery.data), keys)
        if contract in SAYS_THE_SAME:
            _check_content(SAYS_THE_SAME[contract], delivery.data, evidence)
    except (BadSignature, ValidationError) as error:
        return _withheld(f"Its evidence does not hold. {error}")
    return Cleared(evidence.message_id, evidence.received_at)


def _not_to_be_reviewed(agreement: Agreement, event: Mapping[str, Any], today: date) -> Problem | None:
    """M9: whether this bridge's own agreement file has the review, and its day has come."""
    try:
        said = ReviewDue.model_validate(event)
    except ValidationError as error:
        return _withheld(f"It is no ReviewDue. {error}")
    days = agreement.reviews
    stated = (
        days is not None and days.on_or_after(said.due_on) == said.due_on and days.after(said.due_on) == said.next_on
    )
    if said.agreement == agreement.id and stated and said.due_on <= today:
        return None
    return _withheld(f"By the file of agreement {agreement.id} no review fell due on {said.due_on}.")


def _signed(party: str, signature: str | None, keys: Keys) -> Evidence:
    known = keys(party)
    if known is None:
        raise BadSignature(f"No public keys of {party} are known.")
    if signature is None:
        raise BadSignature(f"{party} has not signed it.")
    return evidence_of(party, signature, known)


def _check_receipt(event: MessageDelivered, keys: Keys) -> None:
    """G6: the receipt that is told of is the one that the other side's bridge signed. Raises BadSignature."""
    told = Evidence(
        message_id=event.delivery_id,
        digest=event.digest,
        receipt_id=event.receipt.receipt_number,
        received_at=rfc3339(event.receipt.received_at),
        party=event.country,
    )
    if _signed(event.country, event.signature, keys) != told:
        raise BadSignature(f"The signature of {event.country} is for another receipt.")


def _check_content(command: type[Contract], event: Mapping[str, Any], evidence: Evidence) -> None:
    """G6: the event says what its originator signed. Raises BadSignature."""
    try:
        said = command.model_validate(event)
    except ValidationError:
        # Then the event is none that we know either, and no translation will take it: that is our defect to mend.
        return
    if content_digest(said) != evidence.content:
        raise BadSignature(f"What it says is not the {command.__name__} that was signed.")


def _withheld(detail: str) -> Problem:
    return problem("withheld", detail, clause="M3b")

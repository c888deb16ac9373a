"""How a bridge learns which consents its country holds, and asks them before anything is disclosed (M3b).

The owner of consents decides each disclosure as well. This guard asks the consent itself, by the signature of the
originator, and so finds an uncovered disclosure out though the owner, or whoever speaks for it, would let it pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.bridge.evidence import content_digest, evidence_of
from shared.bridge.model import HeldConsent
from shared.bridge.sealing import Keys
from shared.cases.consents import not_covered
from shared.contracts.base import Contract
from shared.contracts.consent import ConsentGranted, ConsentWithdrawn, DisclosedUnderConsent, Disclosure, GrantConsent
from shared.contracts.delivery import DeliverMessage, delivery_stream
from shared.contracts.held_consent import ConsentRecorded, ConsentWithdrawalRecorded, RecordConsentUse
from shared.errors import Problem, problem
from shared.messaging.decider import Command, Context
from shared.messaging.envelope import Message
from shared.security.jws import BadSignature


def told(delivery: DeliverMessage, context: Context) -> Sequence[Contract]:
    """What a delivery to the national system tells its bridge of a consent: that it is given, or taken back."""
    if delivery.event_type == ConsentGranted.__name__:
        grant = ConsentGranted.model_validate(delivery.data)
        return [ConsentRecorded(grant=grant, signature=context.message.evidence or "", recorded_at=context.now)]
    if delivery.event_type == ConsentWithdrawn.__name__:
        withdrawn_at = ConsentWithdrawn.model_validate(delivery.data).shared_at
        return [ConsentWithdrawalRecorded(withdrawn_at=withdrawn_at, recorded_at=context.now)]
    return []


def used(country: str, event: Contract, message: Message) -> Sequence[Command]:
    """What a disclosure that the owner has recorded means to the consent that the bridge of `country` knows."""
    if not isinstance(event, DisclosedUnderConsent) or message.originator != country:
        return []
    topic, stream = f"bridge-{country}.commands.v1", delivery_stream(message.subject)
    return [Command(topic, stream, RecordConsentUse(), addressee=country, classification="confidential")]


def uncovered(
    held: HeldConsent | None, disclosure: Disclosure, originator: str, keys: Keys, now: datetime
) -> Problem | None:
    """M3b: why a disclosure may not take place now, None where a consent that `originator` has signed covers it."""
    if held is None or held.grant is None:
        return problem("no-consent", "No such consent was given to this country.", clause="M3b", state="unknown")
    known, state = keys(originator), held.status_at(now)
    try:
        if known is None:
            raise BadSignature(f"No public keys of {originator} are known.")
        signed = evidence_of(originator, held.signature, known)
        if signed.content != content_digest(GrantConsent.model_validate(held.grant.model_dump(mode="json"))):
            raise BadSignature("It is signed for something else.")
    except BadSignature as error:
        detail = f"The consent has no signature of {originator} that holds. {error}"
        return problem("no-consent", detail, clause="M3b", state=state)
    found = not_covered(held.grant, disclosure, now, withdrawn_at=held.withdrawn_at, used=held.used)
    # Where it stands in the national document is not known here.
    return None if found is None else problem(found.slug, found.detail, clause="M3b", state=state)

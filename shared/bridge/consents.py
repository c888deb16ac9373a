"""How a bridge learns which consents its country holds, and asks them before anything is disclosed (M3b).

The owner of consents decides each disclosure as well. This guard asks the consent itself, by the signature of the
originator, and so finds an uncovered disclosure out though the owner, or whoever speaks for it, would let it pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from shared.bridge.evidence import content_digest, evidence_of
from shared.bridge.sealing import Keys
from shared.cases.consents import not_covered
from shared.contracts.base import Contract
from shared.contracts.consent import ConsentGranted, ConsentWithdrawn, DisclosedUnderConsent, Disclosure, GrantConsent
from shared.contracts.held_consent import (
    KIND,
    ConsentRecorded,
    ConsentUseRecorded,
    ConsentWithdrawalRecorded,
    RecordConsent,
    RecordConsentUse,
    RecordConsentWithdrawal,
    held_consent_stream,
)
from shared.errors import Problem, problem
from shared.messaging.decider import Command, Context, Decided, Decider
from shared.messaging.envelope import Message
from shared.security.jws import BadSignature
from shared.store.base import Streams


class HeldConsent(BaseModel):
    """What a bridge knows of a consent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    grant: ConsentGranted | None = None
    signature: str = ""
    withdrawn_at: datetime | None = None
    used: bool = False


def react(country: str, event: Contract, message: Message) -> Sequence[Command]:
    """What an event means to what the bridge of `country` knows of the consents given to it."""
    known: Contract
    match event:
        case ConsentGranted() if message.addressee == country and message.evidence is not None:
            known = RecordConsent(grant=event, signature=message.evidence)
        case ConsentWithdrawn() if message.addressee == country:
            known = RecordConsentWithdrawal(withdrawn_at=event.shared_at)
        case DisclosedUnderConsent() if message.originator == country:
            known = RecordConsentUse()
        case _:
            return []
    stream = held_consent_stream(message.agreement or "", event.country, event.number)
    topic = f"bridge-{country}.commands.v1"
    return [Command(topic, stream, known, addressee=country, classification="confidential")]


def decide(state: HeldConsent, command: Contract, context: Context) -> Decided:
    """M3b: a consent is given once, taken back once, and used up once. Raises TypeError for another command."""
    recorded: Contract
    match command:
        case RecordConsent(grant=grant, signature=signature):
            if state.grant is not None:
                return Decided()
            recorded = ConsentRecorded(grant=grant, signature=signature, recorded_at=context.now)
        case RecordConsentWithdrawal(withdrawn_at=withdrawn_at):
            if state.withdrawn_at is not None:
                return Decided()
            recorded = ConsentWithdrawalRecorded(withdrawn_at=withdrawn_at, recorded_at=context.now)
        case RecordConsentUse():
            if state.used:
                return Decided()
            recorded = ConsentUseRecorded(recorded_at=context.now)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a held consent")
    return Decided([recorded], addressee=context.message.addressee, classification="confidential")


def evolve(state: HeldConsent, event: Contract) -> HeldConsent:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case ConsentRecorded():
            return state.model_copy(update={"grant": event.grant, "signature": event.signature})
        case ConsentWithdrawalRecorded():
            return state.model_copy(update={"withdrawn_at": event.withdrawn_at})
        case ConsentUseRecorded():
            return state.model_copy(update={"used": True})
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a held consent")


HELD_CONSENTS = Decider(
    kind=KIND,
    state=HeldConsent,
    commands={one.__name__: one for one in (RecordConsent, RecordConsentWithdrawal, RecordConsentUse)},
    initial=lambda _: HeldConsent(),
    decide=decide,
    evolve=evolve,
)


def uncovered(
    held: HeldConsent | None, disclosure: Disclosure, originator: str, keys: Keys, now: datetime
) -> Problem | None:
    """M3b: why a disclosure may not take place now, None where a consent that `originator` has signed covers it."""
    if held is None or held.grant is None:
        return problem("no-consent", "No such consent was given to this country.", clause="M3b")
    known = keys(originator)
    try:
        if known is None:
            raise BadSignature(f"No public keys of {originator} are known.")
        signed = evidence_of(originator, held.signature, known)
        if signed.content != content_digest(GrantConsent.model_validate(held.grant.model_dump(mode="json"))):
            raise BadSignature("It is signed for something else.")
    except BadSignature as error:
        return problem(
            "no-consent", f"The consent has no signature of {originator}'s that holds. {error}", clause="M3b"
        )
    found = not_covered(held.grant, disclosure, now, withdrawn_at=held.withdrawn_at, used=held.used)
    # Where it stands in the national document is not known here.
    return None if found is None else problem(found.slug, found.detail, clause="M3b")


class HeldConsents:
    """The consents that a bridge keeps."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def of(self, ids: Sequence[str]) -> Mapping[str, HeldConsent]:
        """By stream, those that are known. Raises StoreUnavailable."""
        stored = await self._streams.load(list(ids)) if ids else {}
        return {
            stream: HeldConsent.model_validate(one["state"])
            for stream, one in stored.items()
            if one["state"] is not None
        }

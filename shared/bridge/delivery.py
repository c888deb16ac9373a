"""Delivering to the national system: guard, translate, hand over in groups, and keep each receipt in the ledger.

The order in which that happens is what makes it safe to be killed anywhere: the national system knows a delivery id it
has seen and gives the same receipt again; the ledger knows it too and keeps the entry it has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import httpx
import orjson
from pydantic import AwareDatetime, BaseModel, ValidationError

from shared.agreements import Agreements
from shared.bridge.egress import Keys, guard
from shared.bridge.entries import Entry, StoredReceipt
from shared.bridge.evidence import digest
from shared.bridge.kit import About, Bridge
from shared.bridge.ledger import Draft, Ledger, Submission
from shared.bridge.reading import JSON
from shared.clock import Clock, rfc3339
from shared.contracts.base import Contract
from shared.contracts.delivery import Delivered, DeliverMessage, NationalReceipt, RecordDelivery
from shared.errors import Problem, problem
from shared.messaging.decider import Due, Result
from shared.telemetry.logs import get_logger
from shared.telemetry.spans import Span, Spans

log = get_logger(__name__)

TIMEOUT: Final = 10.0
"""Seconds for the national system to answer a group; a lease outlasts two such."""
MAX_GROUP_BYTES: Final = 4_000_000
MAX_REASON: Final = 1_000
"""Characters kept of a national system's reason for refusing."""


class NationalAnswer(BaseModel):
    """What a national system says of one member of a group."""

    delivery_id: str
    receipt_number: str
    status: Literal["accepted", "refused"]
    reason: str | None = None
    received_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A member of a group, ready to go, or withheld: then `problem` says why and there is no document."""

    due: Due
    delivery: DeliverMessage
    span: Span
    digest: str
    document: bytes = b""
    problem: Problem | None = None

    @property
    def id(self) -> str:
        return self.due.id

    def member(self) -> Mapping[str, Any]:
        return {
            "delivery_id": self.id,
            "type": self.delivery.event_type,
            "subject": self.delivery.event_subject,
            "sequence": self.delivery.event_sequence,
            "traceparent": self.span.traceparent,
            "document": orjson.Fragment(self.document),
        }


class Delivery:
    """The handler of intents of the kind `deliver`. `client` has the national system's address as its base."""

    def __init__(
        self,
        bridge: Bridge,
        client: httpx.AsyncClient,
        ledger: Ledger,
        agreements: Agreements,
        keys: Keys,
        spans: Spans,
        clock: Clock,
    ) -> None:
        self._bridge = bridge
        self._client = client
        self._ledger = ledger
        self._agreements = agreements
        self._keys = keys
        self._spans = spans
        self._clock = clock
        self._contracts: dict[str, type[Contract]] = {event.__name__: event for event in bridge.outward}

    async def __call__(self, due: Sequence[Due]) -> list[Result]:
        """Delivers a group, or withholds members of it. What has no receipt at the end is to be tried again."""
        # What has its receipt is not handed over again, however long ago that was: after a restore, or a crash between
        # the ledger and the report.
        known = await self._ledger.known("out", [member.id for member in due])
        results = [Result(member, _report(member, known[member.id])) for member in due if member.id in known]
        parcels: list[_Parcel] = []
        for member in (member for member in due if member.id not in known):
            prepared = self._prepare(member)
            if isinstance(prepared, Result):
                results.append(prepared)
            else:
                parcels.append(prepared)
        answers, failure = await self._hand_over([parcel for parcel in parcels if parcel.problem is None])
        settled = [parcel for parcel in parcels if parcel.problem is not None or parcel.id in answers]
        recorded = await self._ledger.record("out", [self._submission(parcel, answers) for parcel in settled])
        for parcel, (entry, _) in zip(settled, recorded, strict=True):
            found = entry.receipt.problems[0] if entry.receipt.problems else None
            parcel.span.end({"kakehashi.outcome": entry.receipt.status}, error=None if found is None else found.detail)
            results.append(Result(parcel.due, _report(parcel.due, entry)))
        for parcel in parcels:
            if parcel.problem is None and parcel.id not in answers:
                detail = failure or "The national system gave no receipt for it."
                parcel.span.end(error=detail)
                results.append(Result(parcel.due, None, detail))
        self._spans.flush()
        return results

    # -- one member -----------------------------------------------------------------------------------------------

    def _prepare(self, due: Due) -> _Parcel | Result:
        delivery = DeliverMessage.model_validate(due.data)
        message = due.message
        attributes: dict[str, str | int | bool] = {"kakehashi.delivery_id": due.id, "kakehashi.attempt": due.attempt}
        span = self._spans.start(f"deliver {delivery.event_type}", "client", message.traceparent, attributes)
        agreement = self._agreements.get(message.agreement)
        cleared = guard(self._bridge.country, message, delivery, agreement, self._keys, self._clock.now())
        if isinstance(cleared, Problem):
            log.warning("withheld", delivery_id=due.id, type=delivery.event_type, detail=cleared.detail)
            # Its digest is kept and not its content: it may be the very thing that must not be here.
            return _Parcel(due, delivery, span, digest(delivery.data), problem=cleared)
        about = About(
            delivery_id=due.id,
            subject=delivery.event_subject,
            originator=message.originator or "",
            receipt_id=message.correlationid or "",
            message_id=cleared.message_id,
        )
        try:
            contract = self._contracts[delivery.event_type]
            document = self._bridge.outward[contract](contract.model_validate(delivery.data), about)
            encoded = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
            return _Parcel(due, delivery, span, digest(document), encoded)
        except Exception as error:
            # A defect of ours: it stays owed until the translation is mended, and holds up no other subject.
            log.exception("a translation failed", delivery_id=due.id, type=delivery.event_type)
            detail = f"The translation failed: {type(error).__name__}: {error}"
            span.end(error=detail)
            return Result(due, None, detail)

    async def _hand_over(self, parcels: Sequence[_Parcel]) -> tuple[dict[str, NationalAnswer], str]:
        """Answers by delivery id, and what went wrong where not every group was answered."""
        answers: dict[str, NationalAnswer] = {}
        for group in _groups(parcels):
            for parcel in group:
                # The national system's own spans may hang on it, whatever becomes of this process.
                parcel.span.announce()
            body = orjson.dumps({"messages": [parcel.member() for parcel in group]})
            try:
                response = await self._client.post(
                    "/v1/messages", content=body, headers={"Content-Type": JSON}, timeout=TIMEOUT
                )
                if response.status_code != httpx.codes.OK:
                    return answers, f"The national system answered {response.status_code}."
                receipts = response.json()["receipts"]
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                return answers, f"The national system did not answer properly: {error!r}"
            asked = {parcel.id for parcel in group}
            for receipt in receipts if isinstance(receipts, list) else ():
                answer = _answer(receipt)
                # A receipt for something we did not ask about proves nothing.
                if answer is not None and answer.delivery_id in asked:
                    answers[answer.delivery_id] = answer
        return answers, ""

    def _submission(self, parcel: _Parcel, answers: Mapping[str, NationalAnswer]) -> Submission:
        return Submission(parcel.id, len(parcel.document), lambda: self._draft(parcel, answers.get(parcel.id)))

    def _draft(self, parcel: _Parcel, answer: NationalAnswer | None) -> Draft:
        if answer is None:
            problems = () if parcel.problem is None else (parcel.problem,)
            receipt = StoredReceipt(receipt_id=parcel.id, status="withheld", problems=problems)
        elif answer.status == "refused":
            reason = (answer.reason or "It gave no reason.")[:MAX_REASON]
            refused = problem("refused-by-national-system", reason)
            receipt = StoredReceipt(receipt_id=answer.receipt_number, status="refused", problems=(refused,))
        else:
            receipt = StoredReceipt(receipt_id=answer.receipt_number, status="delivered")
        return Draft(
            digest=parcel.digest,
            original=parcel.document,
            media_type=JSON,
            receipt=receipt,
            received_at=rfc3339(self._clock.now() if answer is None else answer.received_at),
            actor=parcel.due.message.actor or "",
            subject=parcel.delivery.event_subject,
            traceparent=parcel.span.traceparent,
            correlationid=parcel.due.message.correlationid,
            evidence=parcel.due.message.evidence,
        )


def _groups(parcels: Sequence[_Parcel]) -> Iterator[Sequence[_Parcel]]:
    group: list[_Parcel] = []
    size = 0
    for parcel in parcels:
        size += len(parcel.document)
        if group and size > MAX_GROUP_BYTES:
            yield group
            group, size = [], len(parcel.document)
        group.append(parcel)
    if group:
        yield group


def _answer(receipt: Any) -> NationalAnswer | None:
    try:
        return NationalAnswer.model_validate(receipt)
    except ValidationError:
        return None


def _report(due: Due, entry: Entry) -> RecordDelivery:
    """What the ledger has of a delivery, which may be an earlier attempt's entry, told to the delivery's stream."""
    if entry.receipt.status != "delivered":
        return RecordDelivery(intent_id=due.id, attempt=due.attempt, problem=entry.receipt.problems[0])
    receipt = NationalReceipt(
        receipt_number=entry.receipt.receipt_id, received_at=datetime.fromisoformat(entry.received_at)
    )
    delivered = Delivered(receipt=receipt, digest=entry.digest, signature=entry.signature)
    return RecordDelivery(intent_id=due.id, attempt=due.attempt, delivered=delivered)

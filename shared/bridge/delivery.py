"""Delivering to the national system: guard, translate, hand over in groups, and keep each receipt in the ledger.

The order in which that happens is what makes it safe to be killed anywhere: the national system knows a delivery id it
has seen and gives the same receipt again; the ledger knows it too and keeps the entry it has.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from joserfc.jwk import KeySet

from shared.agreements import Agreements
from shared.bridge.egress import guard
from shared.bridge.entries import Entry, StoredReceipt
from shared.bridge.evidence import digest
from shared.bridge.handing_over import HandOver, NationalAnswer, Parcel
from shared.bridge.kit import About, Bridge
from shared.bridge.ledger import Draft, Ledger, Submission
from shared.bridge.reading import JSON
from shared.bridge.sealing import Keys, opened
from shared.clock import Clock, rfc3339
from shared.contracts.base import Contract
from shared.contracts.delivery import Delivered, DeliverMessage, NationalReceipt, RecordDelivery
from shared.errors import Problem, problem
from shared.messaging.decider import Due, Result
from shared.telemetry.logs import get_logger
from shared.telemetry.metrics import DELIVERED, DELIVERIES, DELIVERY_DURATION
from shared.telemetry.spans import Span, Spans

log = get_logger(__name__)

MAX_REASON: Final = 1_000
"""Characters kept of a national system's reason for refusing."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A delivery ready to go, or withheld: then `problem` says why and there is no document."""

    due: Due
    delivery: DeliverMessage
    span: Span
    digest: str
    document: bytes = b""
    problem: Problem | None = None
    accepted_at: str = ""
    """When the originator's bridge accepted the message at the beginning."""
    protected: bool = False
    """Whether there is protected content in the document."""

    @property
    def id(self) -> str:
        return self.due.id

    def parcel(self) -> Parcel:
        return Parcel(
            self.id,
            self.delivery.event_type,
            self.delivery.event_subject,
            self.delivery.event_sequence,
            self.span.traceparent,
            self.document,
        )


class Delivery:
    """The handler of intents of the kind `deliver`. `private` are this country's keys, to open what is sealed to it."""

    def __init__(
        self,
        bridge: Bridge,
        hand_over: HandOver,
        ledger: Ledger,
        agreements: Agreements,
        keys: Keys,
        private: KeySet,
        spans: Spans,
        clock: Clock,
    ) -> None:
        self._bridge = bridge
        self._hand_over = hand_over
        self._private = private
        self._ledger = ledger
        self._agreements = agreements
        self._keys = keys
        self._spans = spans
        self._clock = clock
        self._contracts: dict[str, type[Contract]] = {event.__name__: event for event in bridge.outward}
        for event_type in self._contracts:
            for outcome in DELIVERED:
                # There from the start: the first is then seen as an increase.
                DELIVERIES.labels(bridge.service, event_type, outcome)

    async def __call__(self, due: Sequence[Due]) -> list[Result]:
        """Delivers a group, or withholds members of it. What has no receipt at the end is to be tried again."""
        # What has its receipt is not handed over again, however long ago that was: after a restore, or a crash between
        # the ledger and the report.
        known = await self._ledger.known("out", [one.id for one in due])
        results = [Result(one, _report(one, known[one.id], quote=False)) for one in due if one.id in known]
        members: list[_Prepared] = []
        for one in (one for one in due if one.id not in known):
            prepared = self._prepare(one)
            if isinstance(prepared, Result):
                results.append(prepared)
            else:
                members.append(prepared)
        going = [member for member in members if member.problem is None]
        for member in going:
            # The national system's own spans may hang on it, whatever becomes of this process.
            member.span.announce()
        answers = await self._hand_over([member.parcel() for member in going])
        settled = [member for member in members if member.problem is not None or member.id in answers.by_id]
        recorded = await self._ledger.record("out", [self._submission(one, answers.by_id) for one in settled])
        for member, (entry, fresh) in zip(settled, recorded, strict=True):
            found = entry.receipt.problems[0] if entry.receipt.problems else None
            # The national system's own words stay in the ledger: they may name whom they are about.
            member.span.end({"kakehashi.outcome": entry.receipt.status}, error=None if found is None else found.title)
            if fresh:
                self._count(member.delivery, entry.receipt.status)
                self._measure(member, entry)
            results.append(Result(member.due, _report(member.due, entry, quote=not member.protected)))
        for member in going:
            if member.id not in answers.by_id:
                self._count(member.delivery, "unanswered")
                detail = answers.failure or "The national system gave no receipt for it."
                member.span.end(error=detail)
                results.append(Result(member.due, None, detail))
        self._spans.flush()
        # Before anyone is told of a receipt, it is where no lost database can take it.
        await self._ledger.in_kafka()
        return results

    def _count(self, delivery: DeliverMessage, outcome: str) -> None:
        # A type that this bridge does not know must not become a label.
        event_type = delivery.event_type if delivery.event_type in self._contracts else "other"
        DELIVERIES.labels(self._bridge.service, event_type, outcome).inc()

    def _measure(self, member: _Prepared, entry: Entry) -> None:
        """The whole way's time, by the two bridges' own clocks."""
        if entry.receipt.status != "delivered":
            return
        begun, ended = datetime.fromisoformat(member.accepted_at), datetime.fromisoformat(entry.received_at)
        seconds = max(0.0, (ended - begun).total_seconds())
        DELIVERY_DURATION.labels(self._bridge.service, member.delivery.event_type).observe(seconds)

    # -- one member -----------------------------------------------------------------------------------------------

    def _prepare(self, due: Due) -> _Prepared | Result:
        delivery = DeliverMessage.model_validate(due.data)
        message = due.message
        attributes: dict[str, str | int | bool] = {"kakehashi.delivery_id": due.id, "kakehashi.attempt": due.attempt}
        span = self._spans.start(f"deliver {delivery.event_type}", "client", message.traceparent, attributes)
        agreement = self._agreements.get(message.agreement)
        contract = self._contracts.get(delivery.event_type)
        if contract is None:
            # It was deliverable when it was scheduled; another version of this bridge will know it again.
            self._count(delivery, "untranslatable")
            detail = f"There is no translation of {delivery.event_type} here."
            span.end(error=detail)
            return Result(due, None, detail)
        now = self._clock.now()
        cleared = guard(self._bridge.country, message, delivery, contract, agreement, self._keys, now)
        if isinstance(cleared, Problem):
            log.warning("withheld", delivery_id=due.id, type=delivery.event_type, detail=cleared.detail)
            # Its digest is kept and not its content: it may be the very thing that must not be here.
            return _Prepared(due, delivery, span, digest(delivery.data), problem=cleared)
        about = About(
            delivery_id=due.id,
            subject=delivery.event_subject,
            originator=message.originator or "",
            receipt_id=message.correlationid or "",
            message_id=cleared.message_id,
        )
        try:
            inside = opened(contract, delivery.data, self._private)
            about = replace(about, opened=inside)
            document = self._bridge.outward[contract](contract.model_validate(delivery.data), about)
            encoded = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
            return _Prepared(
                due, delivery, span, digest(document), encoded, accepted_at=cleared.accepted_at, protected=bool(inside)
            )
        except Exception as error:
            # A defect of ours: it stays owed until the translation is mended, and holds up no other subject. Told
            # without the exception's words, which may quote what is protected.
            log.error("a translation failed", delivery_id=due.id, type=delivery.event_type, at=_where(error))
            self._count(delivery, "untranslatable")
            detail = f"The translation failed: {type(error).__name__} at {_where(error)}."
            span.end(error=detail)
            return Result(due, None, detail)

    def _submission(self, member: _Prepared, answers: Mapping[str, NationalAnswer]) -> Submission:
        return Submission(member.id, len(member.document), lambda: self._draft(member, answers.get(member.id)))

    def _draft(self, member: _Prepared, answer: NationalAnswer | None) -> Draft:
        if answer is None:
            problems = () if member.problem is None else (member.problem,)
            receipt = StoredReceipt(receipt_id=member.id, status="withheld", problems=problems)
        elif answer.status == "refused":
            reason = (answer.reason or "It gave no reason.")[:MAX_REASON]
            refused = problem("refused-by-national-system", reason)
            receipt = StoredReceipt(receipt_id=answer.receipt_number, status="refused", problems=(refused,))
        else:
            receipt = StoredReceipt(receipt_id=answer.receipt_number, status="delivered")
        return Draft(
            digest=member.digest,
            original=member.document,
            media_type=JSON,
            receipt=receipt,
            received_at=rfc3339(self._clock.now() if answer is None else answer.received_at),
            actor=member.due.message.actor or "",
            subject=member.delivery.event_subject,
            traceparent=member.span.traceparent,
            correlationid=member.due.message.correlationid,
            evidence=member.due.message.evidence,
        )


def _where(error: Exception) -> str:
    """File and line where it was raised."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def _report(due: Due, entry: Entry, *, quote: bool) -> RecordDelivery:
    """What the ledger has of a delivery, which may be an earlier attempt's entry, told to the delivery's stream.

    `quote` False keeps the national system's words here: they may repeat protected content, and this goes on in the
    open."""
    if entry.receipt.status != "delivered":
        found = entry.receipt.problems[0]
        if entry.receipt.status == "refused" and not quote:
            found = problem(found.slug, "The reason given stays in the ledger of the country that was to receive it.")
        return RecordDelivery(intent_id=due.id, attempt=due.attempt, problem=found)
    receipt = NationalReceipt(
        receipt_number=entry.receipt.receipt_id, received_at=datetime.fromisoformat(entry.received_at)
    )
    delivered = Delivered(receipt=receipt, digest=entry.digest, signature=entry.signature)
    return RecordDelivery(intent_id=due.id, attempt=due.attempt, delivered=delivered)

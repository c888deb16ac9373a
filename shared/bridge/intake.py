"""Taking in: from the bytes of a submission to entries in the ledger, commands to the core, and a receipt."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from shared.bridge.consents import uncovered
from shared.bridge.entries import Entry, ReceiptStatus, StoredReceipt
from shared.bridge.evidence import content_digest
from shared.bridge.kit import Bridge, Matter, Translation
from shared.bridge.ledger import Draft, Ledger, Recorded, Submission
from shared.bridge.model import HeldConsent
from shared.bridge.reading import Body, Part, read_body
from shared.bridge.sealing import Keys, in_the_open, sealed_command
from shared.clock import Clock, rfc3339
from shared.contracts.base import Contract
from shared.contracts.case import AGREEMENT
from shared.contracts.consent import DiscloseUnderConsent
from shared.contracts.delivery import delivery_stream
from shared.errors import Problem, ProblemError, problem
from shared.messaging.envelope import Message
from shared.telemetry.logs import get_logger
from shared.telemetry.metrics import INTAKE
from shared.telemetry.spans import Spans

log = get_logger(__name__)

_MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
_IN_A_THREAD: Final = 100_000
"""Bytes from which reading a body would hold up the loop noticeably."""

Agreement = Callable[[str, type[Contract]], str | Problem]
"""The id of the agreement under which a command may go to another party now, or why it may not."""


class HeldConsents(Protocol):
    """The consents that were given to this country (M3b)."""

    async def of(self, ids: Sequence[str]) -> Mapping[str, HeldConsent]:
        """By stream of their deliveries, those that are known. Raises StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """One message of a submission, taken in: its entry, or the problem for which it was not recorded."""

    message_id: str | None
    recorded: Recorded | None
    problem: Problem | None = None


class Intake:
    """What a bridge does with a submission. Auth and the size of the body are the caller's to have checked."""

    def __init__(
        self,
        bridge: Bridge,
        ledger: Ledger,
        agreement: Agreement,
        consents: HeldConsents,
        keys: Keys,
        spans: Spans,
        clock: Clock,
    ) -> None:
        self._bridge = bridge
        self._ledger = ledger
        self._agreement = agreement
        self._consents = consents
        self._keys = keys
        self._spans = spans
        self._clock = clock

    async def take(
        self, body: bytes, media_type: str, *, actor: str, traceparent: str | None = None
    ) -> tuple[Body, Sequence[Taken]]:
        """Records every message of a body that has an id, in order.

        Raises ProblemError where the body as a whole is refused, nothing being recorded then; and StoreUnavailable.
        """
        columns = (self._bridge.id_field, self._bridge.type_field)
        if len(body) < _IN_A_THREAD:
            read = read_body(media_type, body, columns)
        else:
            read = await asyncio.to_thread(read_body, media_type, body, columns)
        submission = None if read.single else str(uuid.uuid4())
        identified = [part if isinstance(part, Problem) else self._identified(part) for part in read.parts]
        parts = [one for one in identified if not isinstance(one, Problem)]
        held = await self._consents.of(self._consents_of([part for part, _ in parts]))
        recorded = iter(
            await self._ledger.record(
                "in",
                [
                    self._submission(part, message_id, submission, actor, traceparent, held)
                    for part, message_id in parts
                ],
            )
        )
        taken = [
            Taken(None, None, one) if isinstance(one, Problem) else self._taken(one[0], next(recorded))
            for one in identified
        ]
        for (kind, outcome), count in Counter((_kind(one), _outcome(one)) for one in taken).items():
            INTAKE.labels(self._bridge.service, kind, outcome).inc(count)
        return read, taken

    def _identified(self, part: Part) -> tuple[Part, str] | Problem:
        """The message with its id. Without one there is nothing to know it by when it comes again."""
        name = self._bridge.id_field
        value = part.document.get(name)
        if isinstance(value, str) and _MESSAGE_ID.fullmatch(value.strip()):
            return part, value.strip()
        if value is None or value == "":
            return part.place.of(problem("missing-field", f"{name} is missing.", pointer=f"/{name}"))
        detail = f"{name} is text of 1 to 128 Latin letters, digits and . _ : / -, beginning with a letter or digit."
        return part.place.of(problem("wrong-form", detail, pointer=f"/{name}"))

    def _submission(
        self,
        part: Part,
        message_id: str,
        submission: str | None,
        actor: str,
        traceparent: str | None,
        held: Mapping[str, HeldConsent],
    ) -> Submission:
        def draft() -> Draft:
            return self._draft(part, message_id, submission, actor, traceparent, held)

        return Submission(message_id, len(part.original), draft)

    def _taken(self, part: Part, recorded: Recorded) -> Taken:
        """G2: a repetition gets the original receipt; another content under the same id gets none."""
        entry = recorded.entry
        if entry.digest == part.digest:
            return Taken(entry.message_id, recorded)
        used = problem(
            "used-id",
            f"{entry.message_id} was recorded on {entry.received_at} with another content.",
            pointer=f"/{self._bridge.id_field}",
            digests={"recorded": entry.digest, "received": part.digest},
        )
        return Taken(entry.message_id, None, part.place.of(used))

    # -- one new message ------------------------------------------------------------------------------------------

    def _draft(
        self,
        part: Part,
        message_id: str,
        submission: str | None,
        actor: str,
        traceparent: str | None,
        held: Mapping[str, HeldConsent],
    ) -> Draft:
        receipt_id = str(uuid.uuid4())
        kind = part.document.get(self._bridge.type_field)
        span = self._spans.start(
            f"accept {kind}" if isinstance(kind, str) and kind in self._bridge.inward else "accept",
            "server",
            traceparent,
            {"kakehashi.message_id": message_id, "kakehashi.receipt_id": receipt_id, "kakehashi.actor": actor},
            remote_parent=True,
        )
        received_at = rfc3339(self._clock.now())
        matter, agreement, problems = self._understood(part, held)
        status: ReceiptStatus = "rejected" if matter is None else "accepted"
        span.end({"kakehashi.outcome": status})
        draft = Draft(
            digest=part.digest,
            original=part.original,
            media_type=part.media_type,
            receipt=StoredReceipt(receipt_id=receipt_id, status=status, problems=problems),
            received_at=received_at,
            actor=actor,
            submission=submission,
            traceparent=span.traceparent,
        )
        if matter is None:
            return draft
        return commanding(draft, matter, agreement, self._bridge, self._keys)

    def _understood(
        self, part: Part, held: Mapping[str, HeldConsent]
    ) -> tuple[Matter | None, str | None, tuple[Problem, ...]]:
        """The matter and the agreement it goes under, if there are both and it may go; and what is to be told."""
        matter, agreement, problems = self._addressed(part)
        refused = None if matter is None or agreement is None else self._uncovered(matter, agreement, held)
        if refused is not None:
            matter, agreement, problems = None, None, [*problems, refused]
        return matter, agreement, tuple(part.place.of(found) for found in problems)

    def _addressed(self, part: Part) -> tuple[Matter | None, str | None, Sequence[Problem]]:
        """The matter and the agreement it goes under, or what is wrong."""
        translation = self._translated(part)
        matter = translation.matter
        if matter is None:
            return None, None, translation.problems
        agreement = self._agreement(matter.destination, type(matter.command))
        if isinstance(agreement, Problem):
            return None, None, [*translation.problems, agreement.model_copy(update={"pointer": matter.pointer})]
        return matter, agreement, translation.problems

    # -- consents (M3b) -------------------------------------------------------------------------------------------

    def _consents_of(self, parts: Sequence[Part]) -> Sequence[str]:
        """The streams of the consents that the disclosures among these messages go by."""
        streams = []
        for part in parts:
            kind = part.document.get(self._bridge.type_field)
            if isinstance(kind, str) and kind.strip() == self._bridge.disclosing:
                matter, agreement, _ = self._addressed(part)
                if matter is not None and agreement is not None:
                    streams.append(_consent_of(matter, agreement))
        return streams

    def _uncovered(self, matter: Matter, agreement: str, held: Mapping[str, HeldConsent]) -> Problem | None:
        """Why a disclosure may not take place at this moment; None of whatever else is said."""
        if not isinstance(matter.command, DiscloseUnderConsent):
            return None
        consent = held.get(_consent_of(matter, agreement))
        return uncovered(consent, matter.command, matter.destination, self._keys, self._clock.now())

    def _translated(self, part: Part) -> Translation:
        name = self._bridge.type_field
        kind = part.document.get(name)
        if kind is None:
            return Translation(None, [problem("missing-field", f"{name} is missing.", pointer=f"/{name}")])
        translate = self._bridge.inward.get(kind.strip()) if isinstance(kind, str) else None
        if translate is None:
            known = ", ".join(self._bridge.inward) or "none yet"
            shown = repr(kind)[:80]
            detail = f"{shown} is not a type of message taken here; taken are: {known}."
            return Translation(None, [problem("unknown-type", detail, pointer=f"/{name}")])
        return translate(part.document)


def _consent_of(matter: Matter, agreement: str) -> str:
    """The bridge's stream of the consent that a disclosure goes by."""
    return delivery_stream(matter.subject.replace(AGREEMENT, agreement, 1))


def commanding(draft: Draft, matter: Matter, agreement: str | None, bridge: Bridge, keys: Keys) -> Draft:
    """The draft with the command that follows from it: what is protected sealed, the content digested to be signed.

    Raises ProblemError where that cannot be: then nothing is recorded, for the sender's message is not to blame.
    """
    command = sealed_command(matter.command, matter.protected, matter.destination, keys)
    # Asked of the command itself, whatever a translation has put there.
    told = in_the_open(type(command), command.model_dump(mode="json"), keys(matter.destination))
    if told is not None:
        log.error("protected content was not sealed", type=type(command).__name__)
        detail = "Protected content would have left in the open; nothing was recorded."
        raise ProblemError(problem("internal-error", detail))
    subject = matter.subject.replace(AGREEMENT, agreement or "", 1)
    return replace(
        draft,
        subject=subject,
        topic=matter.topic,
        content=content_digest(command),
        command=Message(
            id=draft.receipt.receipt_id,
            source=f"/{bridge.service}/ledger",
            type=type(command).__name__,
            subject=subject,
            time=draft.received_at,
            data=command.model_dump_json().encode(),
            agreement=agreement,
            originator=bridge.country,
            addressee=matter.destination,
            classification=matter.classification,
            correlationid=draft.receipt.receipt_id,
            actor=draft.actor,
            traceparent=draft.traceparent,
        ),
    )


def _kind(taken: Taken) -> str:
    """For the metrics: the matter it is about, by its owner's streams."""
    subject = None if taken.recorded is None else taken.recorded.entry.subject
    return "none" if subject is None else subject.partition("/")[0]


def _outcome(taken: Taken) -> str:
    """For the metrics."""
    if taken.recorded is None:
        return "rejected"
    return taken.recorded.entry.receipt.status if taken.recorded.fresh else "duplicate"


def receipt_id_of(taken: Sequence[Taken], *, single: bool) -> str | None:
    """The id by which a submission's receipt can be asked for again, None where none of it was recorded.

    Of messages all known before it is that of the submission they came in first, if that was one.
    """
    entries: list[Entry] = [one.recorded.entry for one in taken if one.recorded is not None]
    fresh = [one.recorded.entry for one in taken if one.recorded is not None and one.recorded.fresh]
    if single and entries:
        return entries[0].receipt.receipt_id
    ids = {entry.submission for entry in fresh or entries}
    return ids.pop() if len(ids) == 1 else None

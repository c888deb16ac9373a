"""Taking in the editions of a register, and sending on what each changes.

An edition is one entry of the ledger, with its receipt; what follows from it are entries of their own, some hundreds
a batch, in order, each with a command. Their message ids follow from the edition, the partner and the subject, so
whatever a crash leaves half done is done again from the beginning: read, compared, and what the ledger knows already
is not sent twice. One edition at a time: the one under way is sent whole before another is compared.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import tempfile
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from shared.bridge.batches import Batches
from shared.bridge.comparing import Scan, scan
from shared.bridge.edition_store import Counts, Decision, EditionStore, Listed, Named, Standing
from shared.bridge.entries import Entry, ReceiptStatus, StoredReceipt
from shared.bridge.evidence import canonical, digest
from shared.bridge.intake import commanding
from shared.bridge.kit import Bridge
from shared.bridge.ledger import MAX_ENTRIES, Draft, Ledger, Recorded, Submission
from shared.bridge.matter import Matter
from shared.bridge.memory import Memory
from shared.bridge.originals import Originals, write_to
from shared.bridge.reading import JSON
from shared.bridge.sealing import Keys
from shared.bridge.snapshot import Change, SnapshotRegister
from shared.clock import Clock, rfc3339
from shared.errors import Problem, ProblemError, problem
from shared.merkle import Tree
from shared.store.base import StoreUnavailable
from shared.telemetry.logs import get_logger
from shared.telemetry.metrics import INTAKE
from shared.telemetry.spans import Span, Spans

log = get_logger(__name__)

MAX_MISSING: Final = 1_000
"""Subjects named of those an edition does not show."""
MAX_CHANGED: Final = 100
"""Subjects named of those that are new in an edition, and of those that it changes."""
_PAUSES: Final = (0.5, 2.0, 5.0)

Partners = Callable[[str], Mapping[str, str] | Problem]
"""The partners that a register goes to now, each with the agreement it goes under, or why it goes to none."""
Today = Callable[[], date]
"""The day it is by the country's own calendar."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares above which an edition is held for an operator to look at."""

    removed: float = 0.10
    """Of the subjects known."""
    unreadable: float = 0.01
    """Of the rows."""


class Editions:
    """The editions of one bridge. `work` runs beside, from start to stop."""

    def __init__(
        self,
        bridge: Bridge,
        ledger: Ledger,
        batches: Batches,
        store: EditionStore,
        memory: Memory,
        originals: Originals,
        partners: Partners,
        today: Today,
        keys: Keys,
        limits: Limits,
        spans: Spans,
        clock: Clock,
    ) -> None:
        self._bridge = bridge
        self._ledger = ledger
        self._batches = batches
        self._store = store
        self._memory = memory
        self._originals = originals
        self._partners = partners
        self._today = today
        self._keys = keys
        self._limits = limits
        self._spans = spans
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._arrived = asyncio.Event()
        self._arrived.set()  # what an earlier process has left
        self._scans: dict[str, Scan] = {}

    async def take(
        self, register: SnapshotRegister, path: Path, *, actor: str, traceparent: str | None = None
    ) -> tuple[Recorded, Standing]:
        """Records an edition from a file, which may be gone afterwards; its changes follow.

        The same file, and another file that shows the same of the same day, get the original receipt. Raises
        StoreUnavailable, upon which handing it in again is right.
        """
        hexadecimal = await asyncio.to_thread(_sha256, path)
        edition_id = f"{register.name}/{hexadecimal}"
        async with self._one_at_a_time:
            recorded = await self._known(edition_id)
            if recorded is None:
                await self._settle()
                recorded = await self._taken(register, path, edition_id, f"sha-256:{hexadecimal}", actor, traceparent)
            elif await self._store.get(edition_id) is None:
                await self._put_beside(register, path, recorded.entry)
            standing = await self._standing_of(recorded.entry)
        self._arrived.set()
        outcome = recorded.entry.receipt.status if recorded.fresh else "duplicate"
        INTAKE.labels(self._bridge.service, register.name, outcome).inc()
        return recorded, standing

    async def decide(
        self, receipt_id: str, decision: Literal["confirm", "reject"], reason: str, actor: str
    ) -> Standing:
        """An operator's word on a held edition; the first one counts, and repeating it changes nothing.

        Raises ProblemError `not-found`, `already-decided` where it was decided otherwise, and `older-edition` where a
        later edition has been taken since; and StoreUnavailable.
        """
        async with self._one_at_a_time:
            await self._settle()
            standing = await self._store.of_receipt(receipt_id)
            if standing is None or not standing.was_held:
                raise ProblemError(problem("not-found", f"No held edition has the receipt {receipt_id}."))
            if standing.decision is None:
                later = await self._later(standing)
                if decision == "confirm" and later is not None:
                    detail = f"The edition of {later} was taken since; this one is of {standing.day}."
                    raise ProblemError(problem("older-edition", detail))
                standing = await self._decided(standing, decision, reason, actor)
            if standing.decision is not None and standing.decision.decision != decision:
                told = f"{standing.decision.by} said {standing.decision.decision} on {standing.decision.at}"
                raise ProblemError(problem("already-decided", f"{told}: {standing.decision.reason}"))
        self._arrived.set()
        return standing

    async def held(self) -> Sequence[Standing]:
        """Those that wait for an operator. Raises StoreUnavailable."""
        return await self._store.of_status("held")

    async def waiting(self) -> int:
        """How many wait for an operator. Raises StoreUnavailable."""
        return len(await self.held())

    async def standing(self, receipt_id: str) -> Standing | None:
        """Where the edition of a receipt stands. Raises StoreUnavailable."""
        return await self._store.of_receipt(receipt_id)

    async def tree(self, register: SnapshotRegister, destination: str) -> Tree:
        """Of the register as it was last sent to a partner (G8). Raises StoreUnavailable."""
        known = await self._memory.of(register.name, destination)
        return Tree(register.digests({subject: one.digests for subject, one in known.items() if one.digests}))

    async def work(self) -> None:
        """Sends on what was let in, until cancelled; at first what an earlier process has left."""
        pauses = iter(_PAUSES)
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            try:
                async with self._one_at_a_time:
                    await self._settle()
                pauses = iter(_PAUSES)
            except StoreUnavailable as error:
                pause = next(pauses, _PAUSES[-1])
                log.warning("an edition waits", error=str(error), seconds=pause)
                await asyncio.sleep(pause)
                self._arrived.set()

    # -- taking one in --------------------------------------------------------------------------------------------

    async def _known(self, edition_id: str) -> Recorded | None:
        found = await self._batches.find("in", [edition_id])
        return Recorded(found[edition_id], fresh=False) if edition_id in found else None

    async def _taken(
        self,
        register: SnapshotRegister,
        path: Path,
        edition_id: str,
        file_digest: str,
        actor: str,
        traceparent: str | None,
    ) -> Recorded:
        receipt_id = str(uuid.uuid4())
        span = self._spans.start(
            f"accept {register.name}",
            "server",
            traceparent,
            {"kakehashi.message_id": edition_id, "kakehashi.receipt_id": receipt_id, "kakehashi.actor": actor},
            remote_parent=True,
        )
        standing = Standing(
            id=edition_id,
            register_name=register.name,
            receipt_id=receipt_id,
            digest=file_digest,
            media_type=register.media_type,
            received_at=rfc3339(self._clock.now()),
            actor=actor,
            traceparent=span.traceparent,
            status="received",
        )
        status: ReceiptStatus = "rejected"
        problems: Sequence[Problem] = ()
        try:
            partners = self._partners(register.name)
            if isinstance(partners, Problem):
                raise ProblemError(partners)
            standing = standing.model_copy(update={"agreements": dict(partners)})
            read = await self._read(register, path, partners)
            before = await self._store.of_register(register.name)
            same = next((one for one in before if _is_same(one, read)), None)
            known = None if same is None else await self._known(same.id)
            if known is not None:
                span.end({"kakehashi.outcome": "duplicate"})
                return known
            standing = _summed_up(standing, read)
            if read.day > self._today():
                # Until that day every right one would be older than this one.
                raise ProblemError(problem("future-edition", f"It is of {read.day}; today is {self._today()}."))
            latest = _latest(before)
            if latest is not None and read.day < latest:
                detail = f"It is of {read.day}; the edition of {latest} was taken already."
                raise ProblemError(problem("older-edition", detail))
            why_held = (*self._suspicious(read), *await self._forgotten(register))
            standing = standing.model_copy(update={"why_held": why_held})
            status = "held" if standing.why_held else "accepted"
            problems = [problem("held", why) for why in standing.why_held] + _told(read)
            # A held one is compared anew when it is confirmed.
            self._scans = {} if standing.why_held else {edition_id: read}
        except ProblemError as error:
            problems = [error.problem]
        await self._originals.keep(file_digest, path)
        await self._store.put(standing)
        span.end({"kakehashi.outcome": status})
        (recorded,) = await self._ledger.record(
            "in",
            [
                Submission(
                    edition_id,
                    0,
                    lambda: Draft(
                        digest=file_digest,
                        original=b"",
                        media_type=register.media_type,
                        receipt=StoredReceipt(receipt_id=receipt_id, status=status, problems=tuple(problems)),
                        received_at=standing.received_at,
                        actor=actor,
                        traceparent=span.traceparent,
                    ),
                )
            ],
        )
        return recorded

    async def _put_beside(self, register: SnapshotRegister, path: Path, entry: Entry) -> None:
        """Makes good what a database that was restored has lost of an edition, whose receipt the ledger has."""
        standing = Standing(
            id=entry.message_id,
            register_name=register.name,
            receipt_id=entry.receipt.receipt_id,
            digest=entry.digest,
            media_type=entry.media_type,
            received_at=entry.received_at,
            actor=entry.actor,
            traceparent=entry.traceparent,
            status="received",
        )
        await self._originals.keep(entry.digest, path)
        partners = self._partners(register.name)
        if entry.receipt.status != "rejected" and not isinstance(partners, Problem):
            standing = standing.model_copy(update={"agreements": dict(partners)})
            standing = _summed_up(standing, await self._read(register, path, partners))
            why_held = tuple(found.detail for found in entry.receipt.problems if found.slug == "held")
            standing = standing.model_copy(update={"why_held": why_held})
            if entry.receipt.status == "accepted" and await self._later(standing) is not None:
                # A later one was sent since: what this one had to say is past.
                standing = standing.model_copy(update={"status": "done"})
        await self._store.put(standing)

    async def _read(self, register: SnapshotRegister, path: Path, partners: Iterable[str]) -> Scan:
        """The edition, compared with what each partner has. Raises ProblemError."""
        memories = {partner: await self._memory.of(register.name, partner) for partner in partners}
        return await asyncio.to_thread(lambda: scan(register.read(path), memories))

    def _suspicious(self, read: Scan) -> Sequence[str]:
        """M6.3b: what an edition would have to show for somebody to look at it before it changes anything."""
        limits = self._limits
        found = [
            f"{len(one.gone)} of the {one.known} that {partner} has are not in it; "
            f"more than {limits.removed:.0%} is held."
            for partner, one in read.partners.items()
            if len(one.gone) > limits.removed * one.known
        ]
        if read.unreadable > limits.unreadable * read.size:
            told = f"{read.unreadable} of its {read.size} rows cannot be read"
            found.append(f"{told}; more than {limits.unreadable:.0%} is held.")
        return found

    async def _forgotten(self, register: SnapshotRegister) -> Sequence[str]:
        """Whether the ledger has editions of which nothing stands beside it, as after a restore.

        What a new one would remove, and whether it is older, cannot be told then.
        """
        media_types = [one.media_type for one in self._bridge.registers if one.name == register.name]
        # In this order: what is in the ledger stood beside it before.
        taken = await self._batches.of_media_types("in", media_types)
        beside = await self._store.of_register(register.name)
        compared = max((one.order for one in beside if one.status in ("open", "done")), default=0)
        known = {one.id for one in beside}
        lost = [
            entry
            for entry in taken
            if entry.receipt.status != "rejected" and entry.number > compared and entry.message_id not in known
        ]
        if not lost:
            return []
        last = lost[-1]
        return [
            f"Editions taken before of which nothing is remembered here: {len(lost)}. The last came at "
            f"{last.received_at}, {last.digest}: if it is handed in again first, this one is compared with it; if not, "
            "this one is sent in full."
        ]

    async def _standing_of(self, entry: Entry) -> Standing:
        """Where an edition stands, the ledger having the last word on its receipt."""
        standing = await self._store.get(entry.message_id)
        if standing is None:
            raise StoreUnavailable(f"{entry.message_id} is in the ledger and not beside it")
        if standing.status != "received":
            return standing
        becomes = {"accepted": "open", "held": "held"}.get(entry.receipt.status, "rejected")
        change = {"status": becomes, "receipt_id": entry.receipt.receipt_id, "order": entry.number}
        return await self._put(standing, **change)

    async def _put(self, standing: Standing, **changes: object) -> Standing:
        changed = standing.model_copy(update={"revision": standing.revision + 1} | changes)
        await self._store.put(changed)
        return changed

    # -- an operator's word ---------------------------------------------------------------------------------------

    async def _later(self, standing: Standing) -> date | None:
        latest = _latest(await self._store.of_register(standing.register_name))
        return latest if latest is not None and date.fromisoformat(standing.day or "") < latest else None

    async def _decided(
        self, standing: Standing, decision: Literal["confirm", "reject"], reason: str, actor: str
    ) -> Standing:
        """Records the word, or finds the one that was recorded before; and does as it says."""
        now = rfc3339(self._clock.now())
        word = Decision(decision=decision, reason=reason, by=actor, at=now)
        said = {"edition": standing.id, "receipt_id": standing.receipt_id} | word.model_dump()
        (recorded,) = await self._ledger.record(
            "in",
            [
                Submission(
                    _decision_id(standing.id),
                    len(reason),
                    lambda: Draft(
                        digest=digest(said),
                        original=canonical(said),
                        media_type=JSON,
                        receipt=StoredReceipt(receipt_id=str(uuid.uuid4()), status="accepted"),
                        received_at=now,
                        actor=actor,
                        submission=standing.receipt_id,
                        traceparent=standing.traceparent,
                    ),
                )
            ],
        )
        entry = recorded.entry
        if not recorded.fresh:
            whole = await self._batches.whole("in", entry.message_id)
            word = Decision.model_validate_json((whole or entry).original)
        status = "open" if word.decision == "confirm" else "rejected"
        if status == "open" and await self._later(standing) is not None:
            # The word is found again after a loss: a later edition was sent since.
            status = "done"
        return await self._put(standing, decision=word, status=status, order=entry.number)

    # -- sending on -----------------------------------------------------------------------------------------------

    async def _settle(self) -> None:
        """Brings every edition that was let in to its end, oldest first."""
        for standing in await self._store.of_status("received"):
            found = await self._known(standing.id)
            if found is not None:
                await self._standing_of(found.entry)
            # One that is not in the ledger was never answered: its sender will hand it in again.
        for standing in await self._store.of_status("held"):
            decisions = await self._batches.find("in", [_decision_id(standing.id)])
            if decisions:
                await self._decided(standing, "reject", "", "")
        for standing in sorted(await self._store.of_status("open"), key=lambda one: one.order):
            await self._send(standing)
            await self._count_anew(standing.register_name)

    async def _send(self, standing: Standing) -> None:
        register = self._bridge.register_of(standing.media_type)
        if register is None:
            log.error("a register is not declared any more", register=standing.register_name)
            return
        read = self._scans.pop(standing.id, None) or await self._read_again(register, standing)
        ends = {}
        for partner in read.partners:
            ends[partner] = await self._send_to(partner, register, standing, read)
        await self._put(standing, status="done", ends=ends)
        log.info("an edition was sent", register=register.name, day=standing.day, counts=len(read.rows))

    async def _count_anew(self, register_name: str) -> None:
        """What the held editions of a register would change, now that another was sent."""
        for standing in await self._store.of_status("held"):
            register = self._bridge.register_of(standing.media_type)
            if register is not None and standing.register_name == register_name:
                # One that cannot be read any more stays as it was.
                with contextlib.suppress(ProblemError):
                    await self._put(_summed_up(standing, await self._read_again(register, standing)))

    async def _read_again(self, register: SnapshotRegister, standing: Standing) -> Scan:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"edition{register.suffix}"
            await write_to(path, self._originals, standing.digest)
            return await self._read(register, path, standing.agreements)

    async def _send_to(self, partner: str, register: SnapshotRegister, standing: Standing, read: Scan) -> str:
        """Sends the changes and, last, that this was all; gives the receipt id of that."""
        known = await self._memory.of(register.name, partner)
        changes = read.changes(partner, known)
        while group := list(islice(changes, MAX_ENTRIES)):
            submissions = [
                self._submission(standing, change.subject, number, matter, _original(change))
                for change, _ in group
                for number, matter in enumerate(register.commands(change))
            ]
            await self._ledger.record("in", submissions)
            sent = {change.subject: told for change, told in group}
            await self._memory.remember(register.name, partner, standing.order, sent)
        known = await self._memory.of(register.name, partner)
        await self._memory.remember(register.name, partner, standing.order, read.rewritten(known))
        whole = read.whole(partner, known)
        said = {"day": whole.day.isoformat(), "subjects": list(whole.subjects), "complete": whole.complete}
        end = self._submission(standing, "", 0, register.end(whole), canonical(said))
        (recorded,) = await self._ledger.record("in", [end])
        return recorded.entry.receipt.receipt_id

    def _submission(self, standing: Standing, subject: str, number: int, matter: Matter, original: bytes) -> Submission:
        name = f"{standing.id}/{matter.destination}/{subject or 'end'}/{number}"

        def draft() -> Draft:
            receipt_id = str(uuid.uuid4())
            span = self._change_span(standing, matter, receipt_id)
            draft = Draft(
                digest=digest(json.loads(original)),
                original=original,
                media_type=JSON,
                receipt=StoredReceipt(receipt_id=receipt_id, status="accepted"),
                received_at=rfc3339(self._clock.now()),
                actor=standing.actor,
                submission=standing.receipt_id,
                traceparent=span.traceparent,
            )
            span.end()
            # In force when the edition was taken; the guard at the other border asks again.
            return commanding(draft, matter, standing.agreements[matter.destination], self._bridge, self._keys)

        return Submission(name, len(original), draft)

    def _change_span(self, standing: Standing, matter: Matter, receipt_id: str) -> Span:
        attributes = {"kakehashi.receipt_id": receipt_id, "kakehashi.edition": standing.id}
        name = f"accept {type(matter.command).__name__}"
        return self._spans.start(name, "internal", standing.traceparent, attributes)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _decision_id(edition_id: str) -> str:
    return f"{edition_id}/decision"


def _summed_up(standing: Standing, read: Scan) -> Standing:
    counts = {
        partner: Counts(
            known=found.known,
            new=len(found.new),
            changed=len(found.changed) - len(found.new),
            removed=len(read.removed(partner)),
            missing=len(found.gone),
        )
        for partner, found in read.partners.items()
    }
    return standing.model_copy(
        update={
            "day": read.day.isoformat(),
            "content": read.content,
            "rows": read.size,
            "unreadable": read.unreadable,
            "counts": counts,
            "listed": {partner: _listed(read, partner) for partner in read.partners},
            "complete": read.complete,
        }
    )


def _listed(read: Scan, partner: str) -> Listed:
    found = read.partners[partner]
    new = set(found.new)

    def named(subjects: Iterable[str], most: int) -> tuple[Named, ...]:
        return tuple(Named(subject=one, name=read.name_of(partner, one)) for one in islice(subjects, most))

    return Listed(
        new=named(found.new, MAX_CHANGED),
        changed=named((subject for subject in found.changed if subject not in new), MAX_CHANGED),
        missing=named(found.gone, MAX_MISSING),
    )


def _is_same(standing: Standing, read: Scan) -> bool:
    """Whether another file has shown the same of the same day, and was not turned away for it."""
    return standing.content == read.content and standing.status in ("held", "open", "done")


def _latest(standings: Sequence[Standing]) -> date | None:
    days = [date.fromisoformat(one.day) for one in standings if one.day and one.status in ("open", "done")]
    return max(days, default=None)


def _told(read: Scan) -> list[Problem]:
    """What is wrong with rows, as a receipt tells it."""
    told = read.problems
    if more := read.wrong - len(told):
        told.append(problem("row-unreadable", f"{more} more rows or cells have something wrong with them."))
    withheld = {partner: len(found.gone) for partner, found in read.partners.items() if found.gone}
    if not read.complete and withheld:
        missing = ", ".join(f"{count} of {partner}" for partner, count in withheld.items())
        detail = f"A row's number cannot be read, and it might be any of those missing ({missing}): nothing is removed."
        told.append(problem("removal-withheld", detail, severity="warning"))
    return told


def _original(change: Change) -> bytes:
    """What the edition says of a subject, as an original of its own."""
    row = change.row
    parts = None if row is None else {name: part.model_dump(mode="json") for name, part in row.parts.items()}
    said = {"subject": change.subject, "day": change.day.isoformat(), "row": row and row.row, "parts": parts}
    return canonical(said)

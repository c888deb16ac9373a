"""Where every channel hands in, and what it gets back: a receipt, or the problem of a body that cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from shared.bridge.batches import Batches
from shared.bridge.edition_store import Standing
from shared.bridge.editions import Editions
from shared.bridge.entries import Entry
from shared.bridge.intake import Intake, Taken, receipt_id_of
from shared.bridge.ledger import Recorded
from shared.bridge.model import Fate
from shared.bridge.originals import Originals
from shared.bridge.receipts import Item, Receipt, item_of, receipt_of
from shared.bridge.snapshot import SnapshotRegister
from shared.errors import Problem

POLL: Final = 0.1
"""Seconds between looks at what has become of a message somebody waits for."""


class Fates(Protocol):
    """What has become of accepted messages."""

    async def of(self, receipt_ids: Sequence[str]) -> Mapping[str, Fate]:
        """By receipt id; nothing for those nothing was heard of. Raises StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Handed:
    """The answer to a submission."""

    receipt: Receipt
    single: bool
    """One message by itself, and not a list or an edition: its error is the answer's."""


class Desk:
    """Takes submissions and tells receipts. Every method raises StoreUnavailable when the ledger is out of reach."""

    def __init__(
        self, intake: Intake, editions: Editions, batches: Batches, originals: Originals, fates: Fates
    ) -> None:
        self._intake = intake
        self._editions = editions
        self._batches = batches
        self._originals = originals
        self._fates = fates

    async def hand_in(
        self, body: bytes, media_type: str, *, actor: str, traceparent: str | None = None, wait: float = 0
    ) -> Handed:
        """Takes messages. `wait`: seconds to wait for the core's decision. Raises ProblemError where nothing of the
        body can be taken."""
        read, taken = await self._intake.take(body, media_type, actor=actor, traceparent=traceparent)
        known = await self._heard_of(taken, wait)
        items = [_item(one, known) for one in taken]
        first = next((one.recorded.entry for one in taken if one.recorded is not None), None)
        receipt = receipt_of(
            items,
            receipt_id=receipt_id_of(taken, single=read.single),
            received_at=None if first is None else first.received_at,
            actor=None if first is None else first.actor,
        )
        return Handed(receipt, read.single)

    async def hand_in_edition(
        self,
        register: SnapshotRegister,
        path: Path,
        *,
        actor: str,
        traceparent: str | None = None,
        wait: float = 0,
    ) -> Handed:
        """Takes an edition. `wait`: seconds to wait until it is sent and decided."""
        recorded, standing = await self._editions.take(register, path, actor=actor, traceparent=traceparent)
        until = asyncio.get_running_loop().time() + wait
        while True:
            fate = await self._fate_of(standing)
            decided = standing.status not in ("received", "open") and (not standing.ends or fate.outcome != "pending")
            if decided or asyncio.get_running_loop().time() >= until:
                break
            await asyncio.sleep(POLL)
            standing = await self._editions.standing(standing.receipt_id) or standing
        item = item_of(recorded.entry, fate, duplicate=not recorded.fresh, edition=standing)
        rejected = recorded.entry.receipt.status == "rejected"
        return Handed(_receipt(recorded.entry, [item]), single=rejected)

    async def receipt(self, receipt_id: str) -> Receipt | None:
        """A receipt, with what has become of its messages since."""
        entries = await self._batches.of_receipt(receipt_id)
        if not entries:
            return None
        standing = await self._editions.standing(receipt_id)
        if standing is not None and len(entries) == 1:
            return _receipt(entries[0], [item_of(entries[0], await self._fate_of(standing), edition=standing)])
        known = await self._fates.of([entry.receipt.receipt_id for entry in entries])
        items = [item_of(entry, known.get(entry.receipt.receipt_id)) for entry in entries]
        first = entries[0]
        return receipt_of(items, receipt_id=receipt_id, received_at=first.received_at, actor=first.actor)

    async def original(self, message_id: str) -> tuple[str, AsyncIterator[bytes]] | None:
        """Media type and bytes of a message as it was handed in."""
        entry = await self._batches.whole("in", message_id)
        if entry is None:
            return None
        return entry.media_type, _whole(entry) if entry.original else self._originals.pieces(entry.digest)

    async def _fate_of(self, standing: Standing) -> Fate:
        """What became of an edition: of the command that closes it, and where there are several partners, the first
        that is not well."""
        known = await self._fates.of(list(standing.ends.values()))
        fates = [known.get(receipt_id, Fate()) for receipt_id in standing.ends.values()] or [Fate()]
        return next((fate for fate in fates if fate.outcome != "applied"), fates[0])

    async def _heard_of(self, taken: Sequence[Taken], wait: float) -> Mapping[str, Fate]:
        """What has become of the messages accepted, waiting until each is decided or `wait` seconds are over."""
        accepted = [one.recorded for one in taken if one.recorded and one.recorded.entry.receipt.status == "accepted"]
        ids = [recorded.entry.receipt.receipt_id for recorded in accepted]
        if not ids or (not wait and all(recorded.fresh for recorded in accepted)):
            return {}
        until = asyncio.get_running_loop().time() + wait
        while True:
            known = await self._fates.of(ids)
            decided = all(key in known and known[key].outcome != "pending" for key in ids)
            if decided or asyncio.get_running_loop().time() >= until:
                return known
            await asyncio.sleep(POLL)


async def _whole(entry: Entry) -> AsyncIterator[bytes]:
    yield entry.original


def _receipt(entry: Entry, items: Sequence[Item]) -> Receipt:
    return receipt_of(items, receipt_id=entry.receipt.receipt_id, received_at=entry.received_at, actor=entry.actor)


def _item(one: Taken, known: Mapping[str, Fate]) -> Item:
    if one.recorded is None:
        problems: tuple[Problem, ...] = () if one.problem is None else (one.problem,)
        return Item(message_id=one.message_id, status="rejected", problems=problems)
    recorded: Recorded = one.recorded
    entry, fresh = recorded
    return item_of(entry, known.get(entry.receipt.receipt_id), duplicate=not fresh)

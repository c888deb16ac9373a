"""Receipts as a sender sees them: what was recorded of its messages, and what has become of them since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.bridge.edition_store import Counts, Decision, Standing, Status
from shared.bridge.entries import Entry
from shared.bridge.model import Fate, Outcome
from shared.contracts.delivery import MessageDelivered, MessageUndelivered, Publication
from shared.errors import Problem

Told = Literal["accepted", "rejected", "held", "duplicate"]


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class Numbers(_Shown):
    """Messages of a submission by what was done with them; they add up to all."""

    accepted: int = 0
    duplicates: int = 0
    held: int = 0
    rejected: int = 0


class Edition(_Shown):
    """Where an edition of a register stands."""

    register_name: str = Field(serialization_alias="register")
    day: str | None
    """ISO 8601, as the document says."""
    standing: Status
    """`open` while its changes are sent, then `done`; `held` until an operator has decided."""
    rows: int
    unreadable: int
    counts: dict[str, Counts]
    """By partner."""
    decision: Decision | None = None

    @classmethod
    def of(cls, standing: Standing) -> Edition:
        names = ("register_name", "day", "rows", "unreadable", "counts", "decision")
        return cls(standing=standing.status, **{name: getattr(standing, name) for name in names})


class Item(_Shown):
    """One message of a submission. Without an id that could be read it was not recorded and has no receipt."""

    message_id: str | None = None
    receipt_id: str | None = None
    status: Told
    original_status: Told | None = None
    """Of a duplicate: what was said the first time."""
    outcome: Outcome | None = None
    """What the service that owns the matter decided; None for a message that never went there."""
    refused: Problem | None = None
    delivered: MessageDelivered | None = None
    undelivered: MessageUndelivered | None = None
    published: dict[str, Publication] = {}
    """By country."""
    edition: Edition | None = None
    """Of an edition of a register."""
    problems: tuple[Problem, ...] = ()
    digest: str | None = None
    received_at: str | None = None
    key_id: str | None = None
    signature: str | None = None
    traceparent: str | None = None


class Receipt(_Shown):
    """A submission's receipt. `receipt_id` asks for it again; a single message's is the message's own.

    `digest`, `key_id` and `signature` are those of a single message; of a list each item has its own.
    """

    receipt_id: str | None
    status: Told
    messages: int
    counts: Numbers
    problems: tuple[Problem, ...]
    items: tuple[Item, ...]
    received_at: str | None = None
    actor: str | None = None
    digest: str | None = None
    key_id: str | None = None
    signature: str | None = None

    def shown(self) -> dict[str, Any]:
        """As JSON. What is None in a problem is left out, as RFC 9457 has it; a receipt's own members are all there."""
        shown = self.model_dump(mode="json", by_alias=True)
        for holder in (shown, *shown["items"]):
            holder["problems"] = [_without_none(found) for found in holder["problems"]]
        for item in shown["items"]:
            for found in (item, item["undelivered"] or {}):
                name = "refused" if found is item else "problem"
                if found.get(name):
                    found[name] = _without_none(found[name])
        return shown


def _without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def item_of(entry: Entry, fate: Fate | None, *, duplicate: bool = False, edition: Standing | None = None) -> Item:
    """A recorded message as its sender sees it. `fate` None: nothing was heard of it yet."""
    told: Told = "rejected" if entry.receipt.status not in ("accepted", "held") else _told(entry)
    known = fate or Fate()
    return Item(
        message_id=entry.message_id,
        receipt_id=entry.receipt.receipt_id,
        status="duplicate" if duplicate else told,
        original_status=told if duplicate else None,
        outcome=known.outcome if told == "accepted" else None,
        refused=known.refused,
        delivered=known.delivered,
        undelivered=known.undelivered,
        published=known.published,
        edition=None if edition is None else Edition.of(edition),
        problems=entry.receipt.problems,
        digest=entry.digest,
        received_at=entry.received_at,
        key_id=entry.key_id,
        signature=entry.signature,
        traceparent=entry.traceparent,
    )


def _told(entry: Entry) -> Told:
    return "held" if entry.receipt.status == "held" else "accepted"


def receipt_of(
    items: Sequence[Item], *, receipt_id: str | None, received_at: str | None = None, actor: str | None = None
) -> Receipt:
    """The receipt of a submission with these messages, in its order."""
    number = Counter(item.status for item in items)
    counts = Numbers(
        accepted=number["accepted"],
        duplicates=number["duplicate"],
        held=number["held"],
        rejected=number["rejected"],
    )
    by_weight: tuple[Told, ...] = ("accepted", "held", "duplicate", "rejected")
    only = items[0] if len(items) == 1 else Item(status="rejected")
    return Receipt(
        receipt_id=receipt_id,
        status=next(status for status in by_weight if number[status]),
        messages=len(items),
        counts=counts,
        problems=tuple(found for item in items for found in item.problems),
        items=tuple(items),
        received_at=received_at,
        actor=actor,
        digest=only.digest,
        key_id=only.key_id,
        signature=only.signature,
    )

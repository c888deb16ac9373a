"""Where the editions of a bridge stand: beside the ledger, which has the last word on what was accepted and decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from shared.store.base import Document
from shared.store.mongo import Collection, Database, put_newer, reached

Status = Literal["received", "held", "open", "done", "rejected"]
"""`received`: on its way into the ledger; `held`: waits for an operator; `open`: being sent; `done`: sent whole;
`rejected`: refused by a rule or by an operator."""


class Counts(BaseModel):
    """What an edition comes to for one partner."""

    model_config = ConfigDict(frozen=True)

    known: int
    """Subjects that the partner had before."""
    new: int
    changed: int
    removed: int
    missing: int
    """Not in the edition though the partner has them; more than `removed` where removals are withheld."""


class Named(BaseModel):
    """A subject of an edition."""

    model_config = ConfigDict(frozen=True)

    subject: str
    name: str = ""
    """What a person calls it by, where that is known."""


class Listed(BaseModel):
    """Subjects by what an edition comes to for one partner, the first of each kind."""

    model_config = ConfigDict(frozen=True)

    new: tuple[Named, ...]
    changed: tuple[Named, ...]
    missing: tuple[Named, ...]


class Decision(BaseModel):
    """An operator's word on a held edition."""

    model_config = ConfigDict(frozen=True)

    decision: Literal["confirm", "reject"]
    reason: str
    by: str
    at: str


class Standing(BaseModel):
    """Where one edition stands."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    """Its message id in the ledger."""
    revision: int = 0
    register_name: str
    receipt_id: str
    digest: str
    """Of the file."""
    media_type: str
    received_at: str
    actor: str
    traceparent: str | None = None
    agreements: dict[str, str] = {}
    """Under which it goes, by partner."""
    status: Status
    day: str | None = None
    """ISO 8601; None where no date could be read."""
    content: str | None = None
    rows: int = 0
    unreadable: int = 0
    counts: dict[str, Counts] = {}
    """By partner."""
    listed: dict[str, Listed] = {}
    """By partner."""
    complete: bool = True
    """False where a row could not be attributed: then nothing that is missing is removed."""
    why_held: tuple[str, ...] = ()
    order: int = 0
    """Place in the ledger of what let it in: its own entry, or an operator's confirmation."""
    decision: Decision | None = None
    ends: dict[str, str] = {}
    """By partner: receipt id of the command that closes it."""

    @property
    def was_held(self) -> bool:
        """Whether it waits for an operator's word, or got one."""
        return self.status == "held" or self.decision is not None


class EditionStore(Protocol):
    """Every method raises StoreUnavailable when the store is out of reach."""

    async def get(self, edition_id: str) -> Standing | None: ...

    async def of_receipt(self, receipt_id: str) -> Standing | None: ...

    async def of_register(self, register: str) -> Sequence[Standing]:
        """In the order they were received."""
        ...

    async def of_status(self, *statuses: Status) -> Sequence[Standing]:
        """In the order they were received."""
        ...

    async def put(self, standing: Standing) -> None:
        """Stores it, unless a later revision is stored."""
        ...


def _sorted(found: Sequence[Standing]) -> Sequence[Standing]:
    return sorted(found, key=lambda one: (one.received_at, one.id))


class MemoryEditions:
    """A fake."""

    def __init__(self) -> None:
        self.stored: dict[str, Standing] = {}

    async def get(self, edition_id: str) -> Standing | None:
        return self.stored.get(edition_id)

    async def of_receipt(self, receipt_id: str) -> Standing | None:
        return next((one for one in self.stored.values() if one.receipt_id == receipt_id), None)

    async def of_register(self, register: str) -> Sequence[Standing]:
        return _sorted([one for one in self.stored.values() if one.register_name == register])

    async def of_status(self, *statuses: Status) -> Sequence[Standing]:
        return _sorted([one for one in self.stored.values() if one.status in statuses])

    async def put(self, standing: Standing) -> None:
        stored = self.stored.get(standing.id)
        if stored is None or stored.revision <= standing.revision:
            self.stored[standing.id] = standing


class MongoEditions:
    """A document an edition. Make it with `open`."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    @classmethod
    async def open(cls, database: Database) -> MongoEditions:
        return cls(await database.collection("editions", indexes=["register_name", "receipt_id", "status"]))

    async def get(self, edition_id: str) -> Standing | None:
        return next(iter(await self._found({"_id": edition_id})), None)

    async def of_receipt(self, receipt_id: str) -> Standing | None:
        return next(iter(await self._found({"receipt_id": receipt_id})), None)

    async def of_register(self, register: str) -> Sequence[Standing]:
        return await self._found({"register_name": register})

    async def of_status(self, *statuses: Status) -> Sequence[Standing]:
        return await self._found({"status": {"$in": list(statuses)}})

    async def put(self, standing: Standing) -> None:
        document = standing.model_dump(exclude={"id"})
        await put_newer(self._collection, [{"_id": standing.id} | document], by="revision")

    async def _found(self, query: Document) -> Sequence[Standing]:
        found = await reached(self._collection.find(query).to_list(None))
        return _sorted([Standing.model_validate({"id": one["_id"]} | one) for one in found])

"""What a bridge remembers of a register: of each subject the digests last sent to each partner.

Kept beside the ledger and written after it: what a crash leaves unremembered is compared, found changed and handed to
the ledger again, which knows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

from shared.store.mongo import Collection, Database, put_newer, reached

Digests = Mapping[str, str]
"""Part → digest; empty for a subject that was removed."""


class Told(NamedTuple):
    """What was sent of a subject."""

    digests: Digests
    source: str = ""
    """How its edition had it, if that was told (see snapshot.Unread)."""
    name: str = ""
    """What a person calls it by."""


class Known(NamedTuple):
    """What was last sent of a subject, and by which edition."""

    digests: Digests
    order: int
    """Place in the ledger of what let that edition in."""
    source: str = ""
    name: str = ""


_REMEMBERED: Final = {"subject": 1, "digests": 1, "source": 1, "name": 1, "order": 1}


class Memory(Protocol):
    """Every method raises StoreUnavailable when the store is out of reach."""

    async def of(self, register: str, destination: str) -> dict[str, Known]:
        """By subject, the removed ones too."""
        ...

    async def remember(self, register: str, destination: str, order: int, sent: Mapping[str, Told]) -> None:
        """These were sent. What a later edition has sent of a subject since then stays."""
        ...


class MemoryMemory:
    """A fake."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str, str], Known] = {}

    async def of(self, register: str, destination: str) -> dict[str, Known]:
        return {key[2]: known for key, known in self.known.items() if key[:2] == (register, destination)}

    async def remember(self, register: str, destination: str, order: int, sent: Mapping[str, Told]) -> None:
        for subject, (digests, source, name) in sent.items():
            key = (register, destination, subject)
            if key not in self.known or self.known[key].order <= order:
                self.known[key] = Known(dict(digests), order, source, name)


class MongoMemory:
    """A document a subject and partner. Make it with `open`."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    @classmethod
    async def open(cls, database: Database) -> MongoMemory:
        return cls(await database.collection("memory", indexes=["told"]))

    async def of(self, register: str, destination: str) -> dict[str, Known]:
        query = self._collection.find({"told": f"{register}/{destination}"}, _REMEMBERED)
        found = await reached(query.to_list(None))
        # As pairs: a part's name is the country's choice, and might not do as a field's.
        return {
            one["subject"]: Known(dict(one["digests"]), one["order"], one.get("source", ""), one.get("name", ""))
            for one in found
        }

    async def remember(self, register: str, destination: str, order: int, sent: Mapping[str, Told]) -> None:
        documents = [
            {
                "_id": f"{register}/{destination}/{subject}",
                "told": f"{register}/{destination}",
                "subject": subject,
                "digests": [[part, digest] for part, digest in digests.items()],
                "source": source,
                "name": name,
                "order": order,
            }
            for subject, (digests, source, name) in sent.items()
        ]
        await put_newer(self._collection, documents, by="order")

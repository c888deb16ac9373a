"""A store in memory, for tests of what is built on one. It passes the suite of the real one."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import bson
from bson.codec_options import CodecOptions

from shared.store.base import Document, Encoded, gone, holds, owed, place_and_due


class MemoryStreams:
    """Streams in a dict."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}

    async def load(self, ids: Sequence[str]) -> dict[str, Document]:
        return {key: copy.deepcopy(self.documents[key]) for key in ids if key in self.documents}

    async def write(self, new: Sequence[Encoded], changed: Sequence[Encoded]) -> set[str]:
        lost = set()
        for write in [*new, *changed]:
            stored = self.documents.get(write.id)
            if stored is not None and stored["batch"] == write.batch:
                continue
            if (stored["version"] if stored is not None else 0) != write.version - 1:
                lost.add(write.id)
            else:
                self.documents[write.id] = bson.decode(write.raw, CodecOptions(tz_aware=True, tzinfo=UTC))
        return lost

    async def marked(self, start: int, stop: int, limit: int) -> list[Document]:
        found = [document for document in self.documents.values() if start <= document["mark"] < stop]
        return copy.deepcopy(sorted(found, key=lambda document: document["mark"])[:limit])

    async def places(self) -> dict[str, datetime]:
        first: dict[str, datetime] = {}
        for text in sorted(str(document["owed"]) for document in self.documents.values() if "owed" in document):
            first.setdefault(*place_and_due(text))
        return first

    async def due(self, place: str, until: datetime, limit: int) -> list[Document]:
        found = [document for document in self.documents.values() if document.get("owed", "").startswith(f"{place} ")]
        found = [document for document in found if document["owed"] <= owed(place, until)]
        return copy.deepcopy(sorted(found, key=lambda document: str(document["owed"]))[:limit])

    async def under(self, prefix: str, after: str, limit: int) -> list[Document]:
        found = sorted(key for key in self.documents if key.startswith(prefix) and key > after)[:limit]
        return copy.deepcopy([{"_id": key, "state": self.documents[key]["state"]} for key in found])


class MemoryParked:
    """Parked messages in a dict."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}

    async def add(self, documents: Sequence[Document]) -> None:
        for document in documents:
            self.documents.setdefault(document["_id"], copy.deepcopy(document))

    async def of_stream(self, stream: str, limit: int = 500) -> list[Document]:
        return [document for document in self._open() if document["stream"] == stream][:limit]

    async def settled(self, ids: Sequence[str]) -> list[str]:
        return [key for key in ids if "settled" in self.documents.get(key, {})]

    async def settle(self, settled: Mapping[str, Document]) -> None:
        for parked_id, how in settled.items():
            self.documents[parked_id]["settled"] = dict(how)

    async def get(self, parked_id: str) -> Document | None:
        return copy.deepcopy(self.documents.get(parked_id))

    async def unsettled(self, limit: int) -> list[Document]:
        found = self._open()[:limit]
        for document in found:
            document["record"].pop("value", None)
            document["record"].pop("headers", None)
        return found

    def _open(self) -> list[Document]:
        found = [document for document in self.documents.values() if "settled" not in document]
        return copy.deepcopy(sorted(found, key=lambda document: int(document["order"])))

    async def streams(self) -> set[str]:
        return {document["stream"] for document in self.documents.values() if "settled" not in document}

    async def gone(self, topic: str, partition: int) -> None:
        for document in self.documents.values():
            if document["_id"].startswith(f"{topic}/{partition}/") and document["order"] >= 0:
                document["order"] = gone(document["order"])

    async def count(self) -> int:
        return sum("settled" not in document for document in self.documents.values())


class MemoryClaims:
    """Leases in a dict."""

    def __init__(self) -> None:
        self.leases: dict[str, tuple[str, datetime, int]] = {}

    async def now(self) -> datetime:
        return datetime.now(UTC)

    async def claim(self, ids: Sequence[str], worker: str, now: datetime, until: datetime) -> dict[str, int]:
        taken = {}
        for intent in ids:
            _, held_until, attempt = self.leases.get(intent, ("", now, 0))
            if not holds(held_until, now):
                self.leases[intent] = (worker, until, attempt + 1)
                taken[intent] = attempt + 1
        return taken

    async def release(self, ids: Sequence[str], worker: str, until: datetime) -> None:
        for intent in ids:
            held = self.leases.get(intent)
            if held is not None and held[0] == worker:
                self.leases[intent] = (worker, until, held[2])

    async def forget(self, ids: Sequence[str]) -> None:
        for intent in ids:
            self.leases.pop(intent, None)

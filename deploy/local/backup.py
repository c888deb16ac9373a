"""Databases in files and back: `<folder>/<database>/<collection>.bson`, as mongodump lays them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pydantic import BaseModel, ConfigDict
from pymongo import MongoClient
from pymongo.collection import Collection

PORTION: Final = 200
"""Documents read or written together: one may have megabytes."""
FIRST: Final = "parked"
"""The collection copied before all others: a stream copied later may be blocked by a message that this copy does not
have, which its record parks again; the other way round, a message would wait for ever for what has happened."""
KERNEL: Final = ("streams", "parked", "claims")
"""The kernel's collections of each service: what commands have made, and make again."""
LEDGER: Final = "ledger"
_MANIFEST: Final = "backup.json"


class NoBackupError(Exception):
    """A folder that holds no backup, or holds one already."""


class Manifest(BaseModel):
    """What a backup says of itself."""

    model_config = ConfigDict(frozen=True)

    begun: datetime
    """Before anything was copied."""
    offsets: dict[str, dict[str, dict[int, int]]]
    """Of the consumer groups then: what was applied afterwards is applied again from there."""
    databases: dict[str, dict[str, int]]
    """Documents by database and collection."""


def _client(uri: str) -> MongoClient[RawBSONDocument]:
    return MongoClient(uri, document_class=RawBSONDocument, w="majority", journal=True)


def dump(uri: str, databases: Sequence[str], folder: Path) -> dict[str, dict[str, int]]:
    """Copies databases into files. They may be written meanwhile: each document is whole, as it was at some moment."""
    counts: dict[str, dict[str, int]] = {}
    with _client(uri) as client:
        for database in databases:
            (folder / database).mkdir(parents=True, exist_ok=True)
            names = sorted(client[database].list_collection_names(), key=lambda name: (name != FIRST, name))
            counts[database] = {}
            for name in names:
                with (folder / database / f"{name}.bson").open("wb") as file:
                    number = 0
                    for document in _documents(client[database][name]):
                        file.write(document.raw)
                        number += 1
                counts[database][name] = number
    return counts


def _documents(collection: Collection[RawBSONDocument]) -> Iterator[RawBSONDocument]:
    """In the order of their ids, portion by portion, those that were there at the beginning."""
    last = next(iter(collection.find({}, {"_id": 1}).sort("_id", -1).limit(1)), None)
    after: Any = None
    while last is not None:
        query: dict[str, Any] = {} if after is None else {"_id": {"$gt": after, "$lte": last["_id"]}}
        found = list(collection.find(query).sort("_id", 1).limit(PORTION))
        yield from found
        if len(found) < PORTION or found[-1]["_id"] == last["_id"]:
            return
        after = found[-1]["_id"]


def load(uri: str, databases: Sequence[str], folder: Path) -> dict[str, int]:
    """Puts databases back as they were dumped, in place of what is there; gives documents by database."""
    counts: dict[str, int] = {}
    with _client(uri) as client:
        for database in databases:
            client.drop_database(database)
            counts[database] = 0
            for path in sorted((folder / database).glob("*.bson")):
                portion: list[RawBSONDocument] = []
                with path.open("rb") as file:
                    for document in bson.decode_file_iter(file, CodecOptions(document_class=RawBSONDocument)):
                        portion.append(document)
                        if len(portion) == PORTION:
                            counts[database] += _insert(client[database][path.stem], portion)
                            portion = []
                counts[database] += _insert(client[database][path.stem], portion)
    return counts


def _insert(collection: Collection[RawBSONDocument], documents: list[RawBSONDocument]) -> int:
    if documents:
        collection.insert_many(documents, ordered=False)
    return len(documents)


def begin(folder: Path) -> None:
    """Makes the folder of a new backup. Raises NoBackupError where something is in it."""
    if folder.exists() and any(folder.iterdir()):
        raise NoBackupError(f"{folder} is not empty: a backup goes into a folder of its own.")
    folder.mkdir(parents=True, exist_ok=True)


def finish(folder: Path, manifest: Manifest) -> None:
    """Written last: a folder without it holds no whole backup."""
    (folder / _MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")


def manifest_of(folder: Path) -> Manifest:
    """Raises NoBackupError."""
    path = folder / _MANIFEST
    if not path.exists():
        raise NoBackupError(f"{folder} holds no whole backup: it has no {_MANIFEST}.")
    return Manifest.model_validate_json(path.read_text(encoding="utf-8"))

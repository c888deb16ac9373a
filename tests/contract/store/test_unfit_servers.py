"""Servers that lose writes are refused by name, before anything is entrusted to them; one that fails may recover."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import OperationFailure

from shared.store.base import StoreUnavailable
from shared.store.mongo import Database, UnfitDatabase, reached

FERRETDB = {"version": "7.0.42", "gitVersion": "1234", "ferretdb": {"version": "v1.24.0"}, "modules": []}
JAVA_SERVER = {"version": "5.0.0", "versionArray": [5, 0, 0, 0], "maxBsonObjectSize": 16777216, "ok": 1.0}
"""As its source has it: without a name, and without a commit."""


@pytest.mark.parametrize(("info", "name"), [(FERRETDB, "FerretDB"), (JAVA_SERVER, "mongo-java-server")])
async def test_a_server_known_to_lose_writes_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, info: dict[str, Any], name: str
) -> None:
    database = Database("mongodb://127.0.0.1:1", "unfit")

    class Answering:
        class admin:  # noqa: N801 - as the client calls it
            @staticmethod
            async def command(_: str) -> dict[str, Any]:
                return info

    monkeypatch.setattr(database, "_client", Answering)
    with pytest.raises(UnfitDatabase, match=f"{name}.*lose.*MongoDB 7"):
        await database.check()


async def test_an_error_of_the_servers_own_is_a_reason_to_try_again() -> None:
    async def panicking() -> None:
        raise OperationFailure("WT_PANIC: WiredTiger library panic", -31804)

    with pytest.raises(StoreUnavailable, match="panic"):
        await reached(panicking())

"""A publication counts when a reader of the public address can see it, and not before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.publication import read_back
from services.publication.read_back import PublicReader
from services.publication.view import RegisterView
from shared.clock import FixedClock
from shared.contracts.publication import ConfirmPublication, RegisterEntry
from shared.messaging.decider import Due, Result
from tests.organization_builders import context
from tests.register_builders import application, client_of, entry, plausible, revoked, take, version, view_of


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_back, "PAUSES", (0.0, 0.0))


def due(wanted: RegisterEntry, revision: int = 1, attempt: int = 1) -> Due:
    data = {
        "publisher": wanted.publisher,
        "register_name": wanted.register_name,
        "entry": wanted.id,
        "revision": revision,
    }
    message = context().message
    stream = f"register-entry/{wanted.publisher}/{wanted.register_name}/{wanted.id}"
    return Due(stream, f"read-back-{revision}", "read-back", wanted.publisher, attempt, context().now, data, message)


async def read(view: RegisterView, *dues: Due, clock: FixedClock | None = None) -> Sequence[Result]:
    def url_of(publisher: str, register_name: str, entry_id: str) -> str:
        return f"https://registers.example/{publisher}/{register_name}/{entry_id}"

    return await PublicReader(client_of(application(view)), url_of, clock or FixedClock()).read_back(dues)


async def test_what_is_seen_is_confirmed_with_its_address_and_the_moment_of_the_look() -> None:
    clock = FixedClock()
    clock.move(timedelta(minutes=3))
    wanted = entry()
    (result,) = await read(view_of(wanted), due(wanted, attempt=4), clock=clock)
    assert result.command == ConfirmPublication(
        intent_id="read-back-1",
        attempt=4,
        revision=1,
        published_at=clock.now(),
        url=f"https://registers.example/jp/sending-organizations/{wanted.id}",
    )


async def test_what_is_not_there_yet_is_to_be_tried_again() -> None:
    (result,) = await read(view_of(), due(entry()))
    assert result.command is None
    assert result.detail


async def test_an_older_revision_is_not_taken_for_a_newer_one() -> None:
    wanted = entry()
    view = view_of(wanted)
    (result,) = await read(view, due(wanted, revision=2))
    assert result.command is None
    take(view, entry(version(), revoked(version())))
    (result,) = await read(view, due(wanted, revision=2))
    assert result.command is not None


async def test_an_older_revision_is_public_within_a_newer_one() -> None:
    view = view_of(entry(version(), revoked(version())))
    (result,) = await read(view, due(entry(), revision=1))
    assert isinstance(result.command, ConfirmPublication)
    assert result.command.revision == 1


async def test_a_large_group_over_several_pages_gets_a_result_for_each_member() -> None:
    entries = [*plausible(250), *plausible(30, "kg")]
    view = view_of(*entries[5:])
    dues = [due(one) for one in entries]
    results = await read(view, *dues)
    assert {result.due.stream for result in results} == {one.stream for one in dues}
    assert sum(result.command is None for result in results) == 5


async def test_while_the_public_address_does_not_answer_all_is_to_be_tried_again() -> None:
    def away(_: httpx.Request) -> httpx.Response:
        return httpx.Response(502)

    http = httpx.AsyncClient(transport=httpx.MockTransport(away), base_url="http://public.test")
    reader = PublicReader(http, lambda *parts: "/".join(parts), FixedClock())
    with pytest.raises(httpx.HTTPError):
        await reader.read_back([due(entry())])


async def test_what_shows_up_while_it_is_looked_for_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_back, "PAUSES", (0.0, 0.0, 0.0))
    wanted = entry()
    view = view_of()
    app = application(view)
    looks = 0

    async def looked_at(scope: Any, receive: Any, send: Any) -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            take(view, wanted)
        await app(scope, receive, send)

    http = httpx.AsyncClient(transport=httpx.ASGITransport(looked_at), base_url="http://public.test")
    (result,) = await PublicReader(http, lambda *parts: "/".join(parts), FixedClock()).read_back([due(wanted)])
    assert result.command is not None
    assert looks == 2

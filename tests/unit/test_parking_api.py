"""The API of parked messages: whose they are, and that orders reach the stream they are for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet, OKPKey

from shared.clock import FixedClock
from shared.errors import problem
from shared.messaging.envelope import read
from shared.messaging.parking import parking_router
from shared.messaging.reactions import Reactions
from shared.messaging.records import parked_document
from shared.security.tokens import Actor, Role, TokenIssuer, TokenVerifier
from shared.store.memory import MemoryParked
from shared.telemetry.spans import Spans
from shared.web import create_app
from tests.kernel.conftest import RecordingPublisher
from tests.kernel.counting import Topic, command

KEY = OKPKey.generate_key("Ed25519", {"kid": "test", "alg": "Ed25519"})
ISSUER = TokenIssuer(KEY)
PARKED = "counting.commands.v1/0/0@0"


def headers(role: Role = "operator", party: str | None = "xx") -> dict[str, str]:
    token = ISSUER.issue(Actor(sub="o", role=role, party=party), timedelta(hours=1))
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def publisher() -> RecordingPublisher:
    return RecordingPublisher()


@pytest.fixture
def client(publisher: RecordingPublisher) -> httpx.AsyncClient:
    parked, clock, spans = MemoryParked(), FixedClock(), Spans("counting", None)
    record = Topic().record(command("a", 1, 13))
    found = problem("rule-failed", "thirteen")
    document = parked_document(record, "counter/a", read(record), found, datetime(2026, 1, 15, tzinfo=UTC))
    parked.documents[document["_id"]] = document
    reactions = Reactions("counting", [], parked, publisher, spans, clock)  # type: ignore[arg-type]
    app = create_app("counting", description="", ready=lambda: True)
    app.state.tokens = TokenVerifier(KeySet([KEY]))
    app.include_router(
        parking_router("counting", parked, publisher, clock, spans, reactions, party="xx")  # type: ignore[arg-type]
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://counting")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/parked", None),
        ("GET", f"/v1/parked/{PARKED}", None),
        ("POST", f"/v1/parked/{PARKED}/redrive", None),
        ("POST", f"/v1/parked/{PARKED}/skip", {"reason": "no reason of theirs"}),
    ],
)
@pytest.mark.parametrize("party", ["yy", None])
async def test_what_a_country_has_parked_is_for_its_own_operators_alone(
    client: httpx.AsyncClient, publisher: RecordingPublisher, method: str, path: str, body: Any, party: str | None
) -> None:
    answer = await client.request(method, path, json=body, headers=headers(party=party))
    assert (answer.status_code, answer.json()["slug"]) == (403, "wrong-party")
    assert publisher.sent == []
    own = await client.request(method, path, json=body, headers=headers(party="xx"))
    assert own.is_success


async def test_an_order_goes_to_the_blocked_stream_with_the_operator_as_its_actor(
    client: httpx.AsyncClient, publisher: RecordingPublisher
) -> None:
    await client.post(f"/v1/parked/{PARKED}/skip", json={"reason": "an unlucky number"}, headers=headers())
    (sent,) = publisher.sent
    told = dict[str, Any](sent.headers)
    assert (sent.topic, sent.key, told["ce_type"]) == ("counting.commands.v1", b"counter/a", "SkipParked")
    assert (told["ce_actor"], sent.value) == (
        "operator:o@xx",
        f'{{"parked_id":"{PARKED}","reason":"an unlucky number"}}'.encode(),
    )


async def test_what_was_never_parked_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/parked/counting.commands.v1/0/7@0/redrive", headers=headers())
    assert (answer.status_code, answer.json()["slug"]) == (404, "not-parked")

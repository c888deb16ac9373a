"""What a national system has not answered yet: of each matter the oldest, with the way to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from joserfc.jwk import KeySet

from shared.bridge.decisions import deciders
from shared.bridge.undelivered import undelivered_router
from shared.clock import FixedClock
from shared.contracts.delivery import DeliverMessage
from shared.messaging.envelope import Message
from shared.messaging.processor import Processor
from shared.security.tokens import Actor, Role, TokenIssuer, TokenVerifier
from shared.store.memory import MemoryParked, MemoryStreams
from shared.telemetry.spans import Spans
from shared.web import create_app
from tests.bridge_builders import ISSUER_KEY
from tests.kernel.conftest import RecordingPublisher
from tests.kernel.counting import Topic

BEGUN = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


def order(number: int, minutes: int, matter: str) -> Message:
    """To deliver an event of a matter, so many minutes after the first."""
    command = DeliverMessage(
        event_id=f"e-{number}",
        event_type="SendingOrganizationAmended",
        event_source="/registry/sending-organization",
        event_subject=matter,
        event_sequence=number,
        data={},
    )
    return Message(
        id=f"c-{number}",
        source=f"/registry/{matter}",
        type="DeliverMessage",
        subject=f"delivery/{matter}",
        time=(BEGUN + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z"),
        data=command.model_dump_json().encode(),
        sequence=number,
        agreement="xa-xb",
        originator="xb",
        addressee="xa",
        correlationid=f"receipt-{number}",
        traceparent=f"00-{number:032x}-{number:016x}-01",
    )


@pytest.fixture
async def client() -> httpx.AsyncClient:
    streams = MemoryStreams()
    processor = Processor(
        "bridge-xa",
        deciders("xa"),
        streams=streams,
        parked=MemoryParked(),
        publisher=RecordingPublisher(),  # type: ignore[arg-type]
        spans=Spans("bridge-xa", None),
        clock=FixedClock(BEGUN),
    )
    orders = [order(1, 5, "matter/b"), order(2, 0, "matter/a"), order(3, 1, "matter/a")]
    await processor.process(Topic().records(*orders))
    app = create_app("bridge-xa")
    app.state.tokens = TokenVerifier(KeySet([ISSUER_KEY]))
    app.include_router(undelivered_router("xa", streams))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bridge")


def headers(role: Role = "operator", party: str | None = "xa") -> dict[str, str]:
    return {"Authorization": f"Bearer {TokenIssuer(ISSUER_KEY).issue(Actor(sub='o', role=role, party=party))}"}


async def test_the_oldest_of_each_matter_is_told_with_the_way_to_it(client: httpx.AsyncClient) -> None:
    items = (await client.get("/v1/undelivered", headers=headers())).json()["items"]
    assert [item["delivery_id"] for item in items] == ["e-2", "e-1"]
    assert items[0] == {
        "delivery_id": "e-2",
        "stream": "delivery/matter/a",
        "type": "SendingOrganizationAmended",
        "since": "2026-01-15T09:00:00.000000Z",
        "receipt_id": "receipt-2",
        "traceparent": items[0]["traceparent"],
    }
    assert items[0]["traceparent"][3:35] == f"{2:032x}"
    assert len((await client.get("/v1/undelivered?limit=1", headers=headers())).json()["items"]) == 1


@pytest.mark.parametrize(("role", "party"), [("operator", "xb"), ("operator", None), ("submitter", "xa")])
async def test_it_is_for_the_countrys_own_operators(client: httpx.AsyncClient, role: Role, party: str | None) -> None:
    assert (await client.get("/v1/undelivered", headers=headers(role, party))).status_code == 403

"""The API of parked messages: whose they are, and that orders reach the stream they are for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet, OKPKey

from shared.agreements import Agreement, Agreements
from shared.clock import FixedClock
from shared.errors import problem
from shared.messaging.envelope import read
from shared.messaging.parking import parking_router
from shared.messaging.reactions import Reactions
from shared.messaging.records import StoredRecord, parked_document
from shared.security.tokens import Actor, Role, TokenIssuer, TokenVerifier
from shared.store.memory import MemoryParked
from shared.telemetry.spans import Spans
from shared.web import create_app
from tests.kernel.conftest import RecordingPublisher
from tests.kernel.counting import Topic, command

KEY = OKPKey.generate_key("Ed25519", {"kid": "test", "alg": "Ed25519"})
ISSUER = TokenIssuer(KEY)


def agreement(one: str, other: str) -> Agreement:
    party = {
        "names": {"en": "Nowhere"},
        "ministries": {"en": "Ministry"},
        "contact_point": {"names": {"en": "Office"}, "channel": "bridge", "key_set": "keys.json"},
        "languages": ["en"],
        "time_zone": "UTC",
    }
    return Agreement.model_validate(
        {
            "id": f"{one}-{other}",
            "names": {"en": "Agreement"},
            "original_language": "en",
            "states": [{"state": "in-force", "since": "2023-01-01"}],
            "parties": {one: party, other: party},
        }
    )


AGREEMENTS = Agreements([agreement("xx", "yy"), agreement("xx", "zz")])
PARKED_AT = datetime(2026, 1, 15, tzinfo=UTC)
PARKED = "counting.commands.v1/0/0@0"


def headers(role: Role = "operator", party: str | None = "xx") -> dict[str, str]:
    token = ISSUER.issue(Actor(sub="o", role=role, party=party), timedelta(hours=1))
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def publisher() -> RecordingPublisher:
    return RecordingPublisher()


class Parking:
    """A service's API over one parked message."""

    def __init__(self, publisher: RecordingPublisher, *, party: str | None = None, stream: str = "counter/a") -> None:
        self.parked, self.stream = MemoryParked(), stream
        clock, spans = FixedClock(), Spans("counting", None)
        reactions = Reactions("counting", [], self.parked, publisher, spans, clock)  # type: ignore[arg-type]
        app = create_app("counting", description="", ready=lambda: True)
        app.state.tokens = TokenVerifier(KeySet([KEY]))
        app.include_router(
            parking_router("counting", self.parked, publisher, clock, spans, reactions, AGREEMENTS, party=party)  # type: ignore[arg-type]
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://counting")

    def park(self, **changes: Any) -> None:
        """A message whose attributes are changed; unreadable ones keep what of their headers can be read."""
        unsaid = {"agreement": None, "originator": None}
        message = command("a", 1, 13)._replace(subject=self.stream, **(unsaid | changes))
        record = Topic().record(message)
        found = problem("rule-failed", "thirteen")
        document = parked_document(record, self.stream, read(record), found, PARKED_AT)
        self.parked.documents[document["_id"]] = document


@pytest.fixture
def client(publisher: RecordingPublisher) -> httpx.AsyncClient:
    """Of a bridge."""
    parking = Parking(publisher, party="xx")
    parking.park()
    return parking.client


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


# -- who may read it (M3b) ----------------------------------------------------------------------------------------

YY = {"originator": "yy", "addressee": "xx", "agreement": "xx-yy"}


@pytest.mark.parametrize(
    ("stream", "attributes", "readers"),
    [
        # Between the two countries, by what its headers say …
        ("report/xx-yy/yy-1", {**YY, "classification": "confidential"}, {"xx", "yy"}),
        ("report/xx-yy/yy-1", {"originator": "yy", "addressee": "xx", "classification": "protected"}, {"xx", "yy"}),
        # … inside one of them, where it is for the country it came from …
        ("resemblance/xx-yy/yy/6e34", {**YY, "addressee": "yy", "classification": "confidential"}, {"yy"}),
        # … or, where they say nothing, by its stream …
        ("report/xx-yy/yy-1", {"classification": "confidential"}, {"xx", "yy"}),
        ("organization/yy/1", {"classification": "confidential"}, {"yy"}),
        # … or, where that says nothing either, whoever is party to all there is.
        ("counter/a", {"classification": "confidential"}, {"xx"}),
        ("organization/yy/1", {**YY, "classification": "public"}, {"xx", "yy", "zz", None}),
        ("organization/yy/1", {**YY, "classification": "official"}, {"xx", "yy", "zz", None}),
    ],
)
async def test_what_a_parked_message_says_is_for_those_it_is_between(
    publisher: RecordingPublisher, stream: str, attributes: dict[str, Any], readers: set[str | None]
) -> None:
    parking = Parking(publisher, stream=stream)
    parking.park(**attributes)
    for party in ("xx", "yy", "zz", None):
        shown = await parking.client.get(f"/v1/parked/{PARKED}", headers=headers(party=party))
        listed = (await parking.client.get("/v1/parked", headers=headers(party=party))).json()
        order = await parking.client.post(f"/v1/parked/{PARKED}/redrive", headers=headers(party=party))
        if party in readers:
            assert shown.json()["record"]["value"] is not None
            assert (listed["items"][0]["problem"]["detail"], listed["total"]) == ("thirteen", 1)
            assert order.status_code == 202
        elif party is None:
            # Who runs the hub sees that it is parked and why, may let it go, and may not read it.
            assert (shown.json()["withheld"], listed["items"][0]["problem"]["slug"]) == (True, "rule-failed")
            assert "record" not in shown.json()
            assert "thirteen" not in shown.text + str(listed)
            assert order.status_code == 202
        else:
            assert (shown.status_code, shown.json()["slug"], shown.json()["clause"]) == (403, "wrong-party", "M3b")
            assert (listed["items"], listed["total"]) == ([], 0)
            assert order.status_code == 403


async def test_of_a_record_that_cannot_be_read_what_can_be_says_whose_it_is(publisher: RecordingPublisher) -> None:
    parking = Parking(publisher)
    sent = [
        ("ce_classification", b"confidential"),
        ("ce_originator", b"yy"),
        ("ce_actor", None),
        ("ce_agreement", b"\xff"),
    ]
    record = StoredRecord("counting.commands.v1", 0, 0, b"counter/a", b"{", sent)
    document = parked_document(record, "counter/a", None, problem("null-header", "-"), PARKED_AT)
    parking.parked.documents[document["_id"]] = document
    for party, status in (("yy", 200), ("xx", 403)):
        answer = await parking.client.get(f"/v1/parked/{PARKED}", headers=headers(party=party))
        assert answer.status_code == status


async def test_a_list_tells_how_many_there_are(publisher: RecordingPublisher) -> None:
    parking = Parking(publisher)
    for number in range(3):
        record = Topic().record(command("a", number, 13))
        document = parked_document(record, "counter/a", None, problem("no-body", "-"), PARKED_AT)
        parking.parked.documents[str(number)] = document | {"_id": str(number), "order": number}
    answer = (await parking.client.get("/v1/parked?limit=2", headers=headers(party="xx"))).json()
    assert ([item["parked_id"] for item in answer["items"]], answer["total"]) == (["0", "1"], 3)

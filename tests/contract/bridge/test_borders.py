"""What every bridge does at its border, whatever its formats: repetitions, bad input, national systems that fail."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest

from shared.agreements import Agreements
from shared.bridge.core_events import SAYS_THE_SAME
from shared.bridge.delivery import Delivery
from shared.bridge.evidence import Evidence, content_digest
from shared.bridge.handing_over import OverHttp
from shared.bridge.kit import Bridge
from shared.bridge.sealing import sealed_command
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.delivery import DeliverMessage, RecordDelivery
from shared.contracts.framework_review import ReviewDue
from shared.contracts.sealed import sealed_members
from shared.messaging.decider import Due
from shared.security.jws import sign
from tests.bridge_builders import PARTY_KEYS, Border, fixture, message, private_keys, public_keys, running
from tests.contract.bridge.countries import BRIDGES, agreements_of, every_bridge
from tests.contract.bridge.examples import INSIDE, SHARED, example_for, partner_of

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)

handing_in = pytest.mark.parametrize(
    ("bridge", "kind"),
    [pytest.param(bridge, kind, id=f"{cc}-{kind}") for cc, (bridge, _) in BRIDGES.items() for kind in bridge.inward],
)
handing_over = pytest.mark.parametrize(
    ("bridge", "event"),
    [
        pytest.param(bridge, event, id=f"{cc}-{event.__name__}")
        for cc, (bridge, _) in BRIDGES.items()
        for event in bridge.outward
        if event in SHARED
    ],
)


one_event_each = pytest.mark.parametrize(
    ("bridge", "event"),
    [
        pytest.param(bridge, next(event for event in bridge.outward if event in SHARED), id=cc)
        for cc, (bridge, _) in BRIDGES.items()
    ],
)


def border_of(bridge: Bridge) -> Border:
    return Border(bridge=bridge, agreements=agreements_of(bridge))


def document(bridge: Bridge, kind: str, message_id: str = "M-1", **changes: Any) -> dict[str, Any]:
    return fixture(bridge.country, kind) | {bridge.id_field: message_id} | changes


@asynccontextmanager
async def with_consent(bridge: Bridge) -> AsyncIterator[Border]:
    """Its border, to which the other side has consented to what the example discloses (M3b)."""
    async with running(border_of(bridge)) as border:
        if bridge.disclosing is not None:
            await border.consented()
        yield border


# -- handing in ---------------------------------------------------------------------------------------------------


@handing_in
async def test_a_message_is_accepted_and_its_original_kept_byte_for_byte(bridge: Bridge, kind: str) -> None:
    body = json.dumps(document(bridge, kind), ensure_ascii=False, indent=3).encode()
    async with with_consent(bridge) as border:
        answer = await border.hand_in(body)
        assert answer.status_code == 202, answer.text
        original = await border.get("/v1/messages/M-1/original")
        assert original.content == body


@handing_in
async def test_a_repetition_gets_the_original_receipt_and_changes_nothing(bridge: Bridge, kind: str) -> None:
    async with with_consent(bridge) as border:
        first = (await border.hand_in(document(bridge, kind))).json()
        again = (await border.hand_in(document(bridge, kind))).json()
        assert (again["status"], again["receipt_id"]) == ("duplicate", first["receipt_id"])
        assert len(await border.entries()) == 1


@handing_in
async def test_another_content_under_a_used_id_is_refused(bridge: Bridge, kind: str) -> None:
    async with running(border_of(bridge)) as border:
        await border.hand_in(document(bridge, kind))
        answer = await border.hand_in(document(bridge, kind) | {"another": "field"})
        assert (answer.status_code, answer.json()["slug"]) == (409, "used-id")
        assert len(await border.entries()) == 1


@handing_in
async def test_messages_of_a_list_have_receipts_of_their_own_whatever_their_order(bridge: Bridge, kind: str) -> None:
    messages = [document(bridge, kind, f"M-{number}") for number in (3, 1, 2)]
    messages[1][bridge.type_field] = "no such type"
    async with with_consent(bridge) as border:
        first = (await border.hand_in(messages)).json()
        assert [(item["message_id"], item["status"]) for item in first["items"]] == [
            ("M-3", "accepted"),
            ("M-1", "rejected"),
            ("M-2", "accepted"),
        ]
        again = (await border.hand_in(messages[::-1])).json()
        assert {item["message_id"]: item["receipt_id"] for item in again["items"]} == {
            item["message_id"]: item["receipt_id"] for item in first["items"]
        }
        await border.ledger.publish_oldest()
        assert border.sender.sequences() == sorted(border.sender.sequences())


@handing_in
async def test_a_message_for_an_agreement_that_does_not_exist_is_rejected_where_it_says_so(
    bridge: Bridge, kind: str
) -> None:
    known = document(bridge, kind)
    matter = bridge.inward[kind](known).matter
    assert matter is not None
    there: Any = known
    for step in matter.pointer.split("/")[1:]:
        there = there[step]
    # Wherever the message names that country: some of it is about what it has done.
    nowhere = "zz" if there.islower() else "ZZ"
    changed = json.loads(json.dumps(known).replace(json.dumps(there), json.dumps(nowhere)))
    async with running(border_of(bridge)) as border:
        answer = await border.hand_in(changed)
        assert answer.status_code == 422
        assert (answer.json()["slug"], answer.json()["pointer"]) == ("no-agreement", matter.pointer)
        assert (await border.entries())[0].command is None


@handing_in
async def test_a_party_does_not_speak_for_another(bridge: Bridge, kind: str) -> None:
    partner = partner_of(bridge, agreements_of(bridge))
    async with running(border_of(bridge)) as border:
        for token in (border.token(party=partner), border.token(party=None)):
            answer = await border.hand_in(document(bridge, kind), token=token)
            assert (answer.status_code, answer.json()["slug"]) == (403, "wrong-party")
        assert await border.entries() == []


@handing_in
@pytest.mark.parametrize(
    ("spoil", "slug"),
    [
        (lambda body: body[: len(body) // 2].decode(errors="ignore").encode(), "not-json"),
        (lambda body: body + b"{}", "not-json"),
        (lambda body: "機関".encode("cp932") + body, "not-utf-8"),
        (lambda body: b"", "not-json"),
        (lambda body: b"[]", "no-messages"),
        (lambda body: b"[" * 100_000, "too-deep"),
    ],
    ids=["cut off", "more behind", "CP932", "empty", "no message", "nested"],
)
async def test_a_body_that_cannot_be_read_is_refused_whole(
    bridge: Bridge, kind: str, spoil: Callable[[bytes], bytes], slug: str
) -> None:
    async with running(border_of(bridge)) as border:
        answer = await border.hand_in(spoil(json.dumps(document(bridge, kind), ensure_ascii=False).encode()))
        assert answer.json()["slug"] == slug
        assert await border.entries() == []


@every_bridge
async def test_fifty_megabytes_are_refused_as_whatever_they_come(bridge: Bridge, agreements: Agreements) -> None:
    media_types = ["application/json", "text/csv", *(register.media_type for register in bridge.registers)]

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * 1_000_000

    async with running(border_of(bridge)) as border:
        for media_type in media_types:
            announced = await border.hand_in(b"x", media_type, **{"content-length": "50000000"})
            not_announced = await border.hand_in(pieces(), media_type)
            for answer in (announced, not_announced):
                assert (answer.status_code, answer.json()["slug"]) == (413, "too-large")
        assert await border.entries() == []


@every_bridge
async def test_an_upload_that_is_cut_off_leaves_nothing(bridge: Bridge, agreements: Agreements) -> None:
    """The connection ends in the middle of the body, as a server sees it."""
    for media_type in ("application/json", *(register.media_type for register in bridge.registers)):
        async with running(border_of(bridge)) as border:
            received = iter(
                [{"type": "http.request", "body": b'{"half', "more_body": True}, {"type": "http.disconnect"}]
            )
            answered: list[Any] = []

            async def receive(told: Any = received) -> Any:
                return next(told)

            async def send(event: Any, answers: list[Any] = answered) -> None:
                answers.append(event)

            headers = {"authorization": f"Bearer {border.token()}", "content-type": media_type, "content-length": "900"}
            scope = {
                "type": "http",
                "method": "POST",
                "path": "/v1/messages",
                "raw_path": b"/v1/messages",
                "query_string": b"",
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
                "http_version": "1.1",
                "scheme": "http",
            }
            await border.app(scope, receive, send)
            assert answered[0]["status"] == 400
            assert orjson.loads(answered[1]["body"])["slug"] == "cut-off"
            assert await border.entries() == []


# -- handing over -------------------------------------------------------------------------------------------------


def due_for(bridge: Bridge, event_type: type[Contract], number: int = 1) -> Due:
    """A delivery as it is owed to this country, sealed and signed by its partner."""
    agreements = agreements_of(bridge)
    partner, agreement = partner_of(bridge, agreements), next(iter(agreements)).id
    event = example_for(bridge, agreements, event_type)
    reviews = next(iter(agreements)).reviews
    if isinstance(event, ReviewDue) and reviews is not None:
        # It rests on the agreement's file, not on a message.
        days = {"due_on": reviews.first_on, "next_on": reviews.after(reviews.first_on)}
        event = event.model_copy(update={"agreement": agreement, **days})
    inside = {pointer: INSIDE[pointer] for pointer in sealed_members(event_type)}
    event = sealed_command(event, inside, bridge.country, public_keys)
    data = event.model_dump(mode="json")
    command = SAYS_THE_SAME.get(event_type)
    content = "" if command is None else content_digest(command.model_validate(data))
    signed = Evidence(f"M-{number}", "sha-256:0", f"receipt-{number}", rfc3339(NOW), partner, content)
    delivery = DeliverMessage(
        event_id=f"e-{number}",
        event_type=event_type.__name__,
        event_source="/registry/matter",
        event_subject=f"matter/{number}",
        event_sequence=number,
        data=data,
    )
    return Due(
        stream=f"delivery/matter/{number}",
        id=f"e-{number}",
        kind="deliver",
        addressee=f"national/{bridge.country}",
        attempt=1,
        due=NOW,
        data=delivery.model_dump(mode="json"),
        message=message(
            agreement=agreement,
            originator=partner,
            addressee=bridge.country,
            actor=f"submitter:ministry@{partner}",
            correlationid=f"receipt-{number}",
            evidence=sign(signed.payload(), PARTY_KEYS[partner]),
        ),
    )


class National:
    """A national system that fails as it is told, and otherwise gives each delivery its one receipt."""

    def __init__(self) -> None:
        self.fails: Callable[[list[str]], httpx.Response] | None = None
        self.received: dict[str, Any] = {}
        self.attempts = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.attempts += 1
        members = orjson.loads(request.content)["messages"]
        if self.fails is not None:
            return self.fails([member["delivery_id"] for member in members])
        for member in members:
            self.received.setdefault(member["delivery_id"], member["document"])
        return httpx.Response(200, json={"receipts": [receipt(member["delivery_id"]) for member in members]})


def receipt(delivery_id: str, **changes: Any) -> dict[str, Any]:
    known = {
        "delivery_id": delivery_id,
        "receipt_number": f"N-{delivery_id}",
        "status": "accepted",
        "received_at": "2026-01-15T09:00:01Z",
    }
    return known | changes


def _slow(ids: list[str]) -> httpx.Response:
    raise httpx.ReadTimeout("too slow")


def _dead(ids: list[str]) -> httpx.Response:
    raise httpx.ConnectError("nobody there")


LIES: dict[str, Callable[[list[str]], httpx.Response]] = {
    "slow": _slow,
    "dead": _dead,
    "failing": lambda ids: httpx.Response(500, json={"receipts": [receipt(one) for one in ids]}),
    "another's page": lambda ids: httpx.Response(200, text="<html>Welcome</html>"),
    "no receipts": lambda ids: httpx.Response(200, json={"receipts": []}),
    "receipts for others": lambda ids: httpx.Response(200, json={"receipts": [receipt("e-99")]}),
    "no list": lambda ids: httpx.Response(200, json={"receipts": {"e-1": receipt("e-1")}}),
    "no number": lambda ids: httpx.Response(
        200, json={"receipts": [receipt(one) | {"receipt_number": None} for one in ids]}
    ),
    "no time": lambda ids: httpx.Response(200, json={"receipts": [receipt(one, received_at="soon") for one in ids]}),
    "a status of its own": lambda ids: httpx.Response(
        200, json={"receipts": [receipt(one, status="ok") for one in ids]}
    ),
}


def handler(border: Border, national: National) -> Delivery:
    client = httpx.AsyncClient(transport=httpx.MockTransport(national), base_url="http://national")
    country = border.bridge.country
    return Delivery(
        border.bridge,
        OverHttp(client),
        border.ledger,
        border.agreements,
        public_keys,
        private_keys(country),
        border.spans,
        border.clock,
    )


@handing_over
async def test_an_event_is_delivered_and_what_was_delivered_kept(bridge: Bridge, event: type[Contract]) -> None:
    national = National()
    async with running(border_of(bridge)) as border:
        (result,) = await handler(border, national)([due_for(bridge, event)])
        assert isinstance(result.command, RecordDelivery), result.detail
        assert result.command.delivered is not None
        (entry,) = await border.entries()
        assert orjson.loads(entry.original) == national.received["e-1"]


@one_event_each
@pytest.mark.parametrize("lie", LIES)
async def test_a_national_system_that_fails_or_lies_is_asked_again_until_it_gives_a_receipt(
    bridge: Bridge, event: type[Contract], lie: str
) -> None:
    national = National()
    national.fails = LIES[lie]
    async with running(border_of(bridge)) as border:
        deliver = handler(border, national)
        (result,) = await deliver([due_for(bridge, event)])
        assert result.command is None
        assert result.detail
        assert await border.entries() == []
        national.fails = None
        (result,) = await deliver([due_for(bridge, event)])
        assert isinstance(result.command, RecordDelivery)
        assert result.command.delivered is not None
        assert list(national.received) == ["e-1"]


@one_event_each
async def test_what_was_delivered_once_keeps_its_first_receipt(bridge: Bridge, event: type[Contract]) -> None:
    """A crash before the report: the national system answers again, with another number this time."""
    national = National()
    async with running(border_of(bridge)) as border:
        deliver = handler(border, national)
        (first,) = await deliver([due_for(bridge, event)])
        national.fails = lambda ids: httpx.Response(
            200, json={"receipts": [receipt(one, receipt_number="N-other") for one in ids]}
        )
        (again,) = await deliver([due_for(bridge, event)])
        assert again.command == first.command
        assert len(await border.entries()) == 1


@one_event_each
async def test_deliveries_of_different_matters_do_not_wait_for_each_other(
    bridge: Bridge, event: type[Contract]
) -> None:
    """In whatever order they come: each has its own receipt, and one that is not answered is alone in that."""
    national = National()
    async with running(border_of(bridge)) as border:
        deliver = handler(border, national)
        national.fails = lambda ids: httpx.Response(
            200, json={"receipts": [receipt(one) for one in ids if one != "e-2"]}
        )
        results = await deliver([due_for(bridge, event, number) for number in (3, 2, 1)])
        assert {result.due.id for result in results if result.command is None} == {"e-2"}
        assert sorted(entry.message_id for entry in await border.entries()) == ["e-1", "e-3"]

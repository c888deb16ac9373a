"""A bridge with everything around it in memory, and the documents and events it deals with."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from joserfc.jwk import KeySet

from services.bridge_jp.app import BRIDGE as JP
from services.bridge_kg.app import BRIDGE as KG
from shared.agreements import Agreement, Agreements, StateChange, load_agreements
from shared.bridge.api import bridge_router, statements_router
from shared.bridge.app import StreamConsents, agreement_from, partners_from, today_in
from shared.bridge.batches import Batches, MemoryBatches
from shared.bridge.decisions import deciders
from shared.bridge.desk import Desk
from shared.bridge.edition_store import EditionStore, MemoryEditions
from shared.bridge.editions import Editions, Limits
from shared.bridge.evidence import Evidence, content_digest
from shared.bridge.held import held_router
from shared.bridge.intake import Intake
from shared.bridge.kit import Bridge
from shared.bridge.ledger import Ledger
from shared.bridge.memory import Memory, MemoryMemory
from shared.bridge.model import Fate
from shared.bridge.operators import operators
from shared.bridge.originals import MemoryOriginals, Originals
from shared.bridge.registers import registers_router
from shared.clock import FixedClock, rfc3339
from shared.contracts.case import AGREEMENT
from shared.contracts.consent import ConsentGranted, GrantConsent
from shared.contracts.delivery import DeliverMessage, delivery_stream
from shared.messaging.decider import Context
from shared.messaging.envelope import Message
from shared.messaging.publisher import BrokerUnavailable, Outgoing
from shared.security.jws import sign
from shared.security.keys import make_key, make_sealing_key
from shared.security.tokens import Actor, Role, TokenIssuer, TokenVerifier
from shared.store.memory import MemoryStreams
from shared.telemetry.spans import Spans
from shared.web import create_app
from tests.case_store import keep

BRIDGES = (JP, KG)
FIXTURES = Path(__file__).parent / "contract" / "bridge" / "fixtures"
AGREEMENTS = load_agreements(Path(__file__).parents[1] / "deploy" / "agreements")
TRACEPARENT = f"00-{'a' * 32}-{'b' * 16}-01"

COUNTRIES = ("jp", "kg", "xa", "xb")
PARTY_KEYS = {country: make_key(country) for country in COUNTRIES}
SEALING_KEYS = {country: make_sealing_key(country) for country in COUNTRIES}
ISSUER_KEY = make_key("issuer")


def public_keys(country: str) -> KeySet | None:
    """What everyone knows of a party's keys."""
    if country not in PARTY_KEYS:
        return None
    both = (PARTY_KEYS[country], SEALING_KEYS[country])
    return KeySet.import_key_set({"keys": [key.as_dict(private=False) for key in both]})


def private_keys(country: str) -> KeySet:
    """What a party alone knows of its keys."""
    return KeySet([PARTY_KEYS[country], SEALING_KEYS[country]])


def fixture(country: str, kind: str) -> dict[str, Any]:
    """A national document whose layout is assumed."""
    document: dict[str, Any] = json.loads((FIXTURES / country / f"{kind}.assumed_layout.json").read_text())
    return document


def accreditation(message_id: str = "MTSOM-2026/000101", **changes: Any) -> dict[str, Any]:
    """A good one; a change with None takes the field out, `permit` changes are merged."""
    document = fixture("kg", "accreditation") | {"message_id": message_id}
    permit = document["permit"] | changes.pop("permit", {})
    merged = document | {"permit": permit} | changes
    return {name: value for name, value in merged.items() if value is not None}


def revocation(message_id: str = "MTSOM-2026/000103", **changes: Any) -> dict[str, Any]:
    return fixture("kg", "revocation") | {"message_id": message_id} | changes


def agreement(*states: tuple[str, date]) -> Agreement:
    """That of jp and kg; with other states where given."""
    known = AGREEMENTS.get("jp-kg")
    assert known is not None
    if not states:
        return known
    changes = tuple(StateChange.model_validate({"state": state, "since": since}) for state, since in states)
    return known.model_copy(update={"states": changes})


class RecordingSender:
    """A publisher that keeps what is sent; `down` makes it fail before anything arrives."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.down = False

    async def send(self, records: Iterable[Outgoing]) -> None:
        arriving = list(records)
        if self.down:
            raise BrokerUnavailable("told to be down")
        self.sent += arriving

    def headers(self) -> list[dict[str, str]]:
        return [{name: value.decode() for name, value in record.headers} for record in self.sent]

    def sequences(self) -> list[int]:
        return [int(headers["ce_sequence"]) for headers in self.headers()]


class KnownFates:
    """What a test says has become of messages."""

    def __init__(self) -> None:
        self.known: dict[str, Fate] = {}

    async def of(self, receipt_ids: Sequence[str]) -> Mapping[str, Fate]:
        return {key: self.known[key] for key in receipt_ids if key in self.known}


@dataclass
class Border:
    """A running bridge as its national system sees it, and what a test looks at behind it."""

    bridge: Bridge = KG
    agreements: Agreements = AGREEMENTS
    batches: Batches = field(default_factory=MemoryBatches)
    standings: EditionStore = field(default_factory=MemoryEditions)
    memory: Memory = field(default_factory=MemoryMemory)
    originals: Originals = field(default_factory=MemoryOriginals)
    sender: RecordingSender = field(default_factory=RecordingSender)
    fates: KnownFates = field(default_factory=KnownFates)
    clock: FixedClock = field(default_factory=FixedClock)
    streams: MemoryStreams = field(default_factory=MemoryStreams)
    spans: Spans = field(default_factory=lambda: Spans("bridge", None))

    def __post_init__(self) -> None:
        self.ledger = Ledger(
            self.batches,
            party=self.bridge.country,
            key=PARTY_KEYS[self.bridge.country],
            sender=self.sender,
            spans=self.spans,
            clock=self.clock,
        )
        lookup = agreement_from(self.bridge.country, self.agreements, self.clock)
        self.consents = StreamConsents(self.streams)
        self.intake = Intake(self.bridge, self.ledger, lookup, self.consents, public_keys, self.spans, self.clock)
        self.app: FastAPI = create_app("bridge")
        self.app.state.tokens = TokenVerifier(KeySet([ISSUER_KEY]), self.clock)
        partners = partners_from(self.bridge.country, self.agreements, self.clock)
        self.editions = Editions(
            self.bridge,
            self.ledger,
            self.batches,
            self.standings,
            self.memory,
            self.originals,
            partners,
            today_in(self.bridge.country, self.agreements, self.clock),
            public_keys,
            Limits(),
            self.spans,
            self.clock,
        )
        self.desk = Desk(self.intake, self.editions, self.batches, self.originals, self.fates)
        self.app.include_router(bridge_router(self.bridge, self.desk, self.batches))
        spoken = operators(self.bridge.country)
        said = Intake(spoken, self.ledger, lookup, self.consents, public_keys, self.spans, self.clock)
        desk = Desk(said, self.editions, self.batches, self.originals, self.fates)
        self.app.include_router(statements_router(spoken, desk))
        self.app.include_router(held_router(self.bridge, self.editions, self.desk))
        self.app.include_router(registers_router(self.bridge, self.editions))
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://bridge")

    def token(self, role: Role = "submitter", party: str | None = "", lifetime: timedelta = timedelta(hours=1)) -> str:
        """Of this bridge's country unless another is named."""
        who = Actor(sub="ministry", role=role, party=self.bridge.country if party == "" else party)
        return TokenIssuer(ISSUER_KEY, self.clock).issue(who, lifetime)

    async def hand_in(
        self, body: Any, media_type: str = "application/json", token: str | None = "", **headers: str
    ) -> httpx.Response:
        """Posts bytes, text, an async iterator of bytes, or a JSON value. `token` None sends none."""
        if isinstance(body, dict | list):
            body = json.dumps(body, ensure_ascii=False)
        sent = {"content-type": media_type} | headers
        if token is not None:
            sent["authorization"] = f"Bearer {token or self.token()}"
        content = body.encode() if isinstance(body, str) else body
        return await self.client.post("/v1/messages", content=content, headers=sent)

    async def say(self, statement: Mapping[str, Any], token: str = "") -> httpx.Response:
        """As an operator of this country, unless the token is another's."""
        headers = {"authorization": f"Bearer {token or self.token('operator')}"}
        return await self.client.post("/v1/statements", json=statement, headers=headers)

    async def consented(self, **changes: Any) -> None:
        """The other side has consented to what this country's example discloses, but for these changes."""
        assert self.bridge.disclosing is not None
        matter = self.bridge.inward[self.bridge.disclosing](fixture(self.bridge.country, self.bridge.disclosing)).matter
        assert matter is not None
        (agreement,) = self.agreements
        now, by = self.clock.now(), matter.destination
        facts = {**matter.command.model_dump(), "expires_at": now + timedelta(days=1), "times": "many"}
        grant = GrantConsent(**facts | changes)
        evidence = Evidence("M-9", "sha-256:9", "receipt-9", rfc3339(now), by, content_digest(grant))
        granted = ConsentGranted(**dict(grant), receipt_id="receipt-9", shared_at=now, recorded_at=now)
        told = DeliverMessage(
            event_id="E-9",
            event_type=ConsentGranted.__name__,
            event_source="/inquiry",
            event_subject=matter.subject.replace(AGREEMENT, agreement.id, 1),
            event_sequence=1,
            data=granted.model_dump(mode="json"),
        )
        around = Context(message(evidence=sign(evidence.payload(), PARTY_KEYS[by])), now)
        delivery = deciders(self.bridge.country)[1]
        assert await keep(self.streams, delivery, delivery_stream(told.event_subject), told, around)

    async def get(self, path: str, token: str | None = None) -> httpx.Response:
        return await self.client.get(path, headers={"authorization": f"Bearer {token or self.token()}"})

    async def entries(self) -> list[Any]:
        return [entry for batch in await self.batches.page(0, 100) for entry in batch.entries]


@contextlib.asynccontextmanager
async def running(border: Border) -> AsyncIterator[Border]:
    """With the ledger's writer and the editions at work; publishing is for the test to ask for."""
    working = [asyncio.create_task(border.ledger.write()), asyncio.create_task(border.editions.work())]
    try:
        yield border
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await border.client.aclose()


def message(**attributes: Any) -> Message:
    """An envelope of an event about the sending country's matter, on its way to the other side."""
    usual: dict[str, Any] = {
        "id": "5b0c1f0e-0000-4000-8000-000000000001",
        "source": "/registry/sending-organization/kg/01410199810177",
        "type": "SendingOrganizationAccredited",
        "subject": "sending-organization/kg/01410199810177",
        "time": "2026-01-15T09:00:00.000000Z",
        "data": b"{}",
        "sequence": 1,
        "agreement": "jp-kg",
        "originator": "kg",
        "addressee": "jp",
        "classification": "public",
        "correlationid": "receipt-1",
        "traceparent": TRACEPARENT,
    }
    return Message(**usual | attributes)

"""A console in front of services that are not there: their own routers over stores in memory, and held editions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
from fastapi import FastAPI
from joserfc.jwk import KeySet, OKPKey

from services.console.app import build
from services.console.settings import ConsoleSettings
from services.inquiry.app import deciders as inquiry_deciders
from services.inquiry.app import inquiry
from services.inquiry.inquiries.model import OVERDUE
from services.registry.app import deciders as registry_deciders
from services.reporting.app import deciders as reporting_deciders
from shared.bridge.edition_store import Counts, Decision, Listed, Named
from shared.bridge.held import HeldList, HeldWhole, Word
from shared.bridge.undelivered import Undelivered, UndeliveredList
from shared.cases.api import router as cases_router
from shared.clock import Clock, FixedClock, rfc3339
from shared.contracts import inquiry as inquiries
from shared.contracts import notice as notices
from shared.contracts.case import ReportDeadline
from shared.errors import problem
from shared.messaging.envelope import Message
from shared.messaging.parking import parking_router
from shared.messaging.publisher import Publisher
from shared.messaging.reactions import Reactions
from shared.security.keys import make_key, write_public
from shared.security.tokens import Actor, TokenIssuer, TokenVerifier
from shared.store.memory import MemoryParked, MemoryStreams
from shared.telemetry.spans import Spans
from shared.web import create_app
from shared.web.auth import actor
from tests import case_builders as cases
from tests.case_store import keep
from tests.reporting_matters import FRAUD, MISCONDUCT, NOTICE, Matter

AGREEMENTS = Path(__file__).parents[1] / "deploy" / "agreements"
NAMES = ("publication", "registry", "reporting", "inquiry", "bridge-jp", "bridge-kg")
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
RECEIPT = "35d30e0b-6d05-4fbf-8d8f-6b77e719d249"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARKED = "registry.commands.v1:3:41"
STREAM = "sending-organization/kg/01402202210007"

METRICS = """\
# HELP kakehashi_consumer_lag_records Records of an assigned partition that are not done with.
# TYPE kakehashi_consumer_lag_records gauge
kakehashi_consumer_lag_records{{service="{name}",topic="{name}.commands.v1",partition="0"}} {lag}
kakehashi_consumer_lag_records{{service="{name}",topic="{name}.commands.v1",partition="1"}} 1.0
# TYPE kakehashi_batch_records histogram
kakehashi_batch_records_bucket{{service="{name}",topic="{name}.commands.v1",le="1.0"}} 3.0
# TYPE kakehashi_parked_messages gauge
kakehashi_parked_messages{{service="{name}"}} {parked}
# TYPE process_start_time_seconds gauge
process_start_time_seconds {started}
"""
BORDER = """\
# TYPE kakehashi_intake_messages_total counter
kakehashi_intake_messages_total{{service="{name}",kind="sending-organization",outcome="accepted"}} 37.0
kakehashi_intake_messages_total{{service="{name}",kind="none",outcome="rejected"}} 3.0
# TYPE kakehashi_deliveries_total counter
kakehashi_deliveries_total{{service="{name}",type="SendingOrganizationAccredited",outcome="delivered"}} 29.0
kakehashi_deliveries_total{{service="{name}",type="SendingOrganizationRevoked",outcome="delivered"}} 3.0
kakehashi_deliveries_total{{service="{name}",type="MisconductReportSubmitted",outcome="withheld"}} 1.0
kakehashi_deliveries_total{{service="{name}",type="RegisterEntryPublished",outcome="delivered"}} 74.0
kakehashi_deliveries_total{{service="{name}",type="RegisterEntryPublished",outcome="unanswered"}} 12.0
# TYPE kakehashi_intents_due gauge
kakehashi_intents_due{{service="{name}",kind="deliver"}} 2.0
# TYPE kakehashi_intents_oldest_due_age_seconds gauge
kakehashi_intents_oldest_due_age_seconds{{service="{name}",kind="deliver"}} 95.5
# TYPE kakehashi_held_editions gauge
kakehashi_held_editions{{service="{name}"}} {held}
"""


@dataclass
class Ordered(Publisher):
    """Takes operators' orders, and does at once what they say."""

    parked: MemoryParked
    orders: list[tuple[str, Message]] = field(default_factory=list)

    async def publish(self, topic: str, messages: Any) -> None:
        for message in messages:
            self.orders.append((topic, message))
            how = {"by": message.actor, "at": NOW, "how": "redriven"}
            order = json.loads(message.data)
            if order["reason"]:
                how["why"] = order["reason"]
            if message.type == "SkipParked":
                how["how"] = "skipped"
            ids = [one["_id"] for one in await self.parked.of_stream(message.subject)]
            await self.parked.settle(dict.fromkeys(ids, how))


@dataclass
class Town:
    """The services, by name, as the console reaches them; and who may sign in."""

    key: OKPKey
    clock: Clock
    parked: MemoryParked = field(default_factory=MemoryParked)
    down: set[str] = field(default_factory=set)
    not_ready: set[str] = field(default_factory=set)
    asked: list[httpx.Request] = field(default_factory=list)
    held: dict[str, HeldWhole] = field(default_factory=dict)
    undelivered: dict[str, list[Undelivered]] = field(default_factory=dict)
    apps: dict[str, FastAPI] = field(default_factory=dict)
    orders: list[tuple[str, Message]] = field(default_factory=list)

    def token(self, party: str | None, role: str = "operator") -> str:
        return TokenIssuer(self.key, self.clock).issue(
            Actor.model_validate({"sub": "aizada", "role": role, "party": party})
        )

    @property
    def transport(self) -> httpx.MockTransport:
        async def answer(request: httpx.Request) -> httpx.Response:
            name = request.url.host
            self.asked.append(request)
            if name in self.down:
                raise httpx.ConnectError("refused", request=request)
            if request.url.path == "/readyz":
                return httpx.Response(503 if name in self.not_ready else 200, text="")
            if request.url.path == "/metrics":
                return httpx.Response(200, text=await self._metrics(name))
            return await httpx.ASGITransport(self.apps[name]).handle_async_request(request)

        return httpx.MockTransport(answer)

    async def _metrics(self, name: str) -> str:
        told = {
            "name": name,
            "lag": 1240 if name == "publication" else 0,
            "parked": await self.parked.count() if name == "registry" else 0,
            "started": (NOW - timedelta(hours=5)).timestamp(),
            "held": sum(one.status == "held" for one in self.held.values()) if name == "bridge-jp" else 0,
        }
        return METRICS.format(**told) + (BORDER.format(**told) if name.startswith("bridge-") else "")


async def town(clock: Clock | None = None) -> Town:
    """One parked message and one behind it, one held edition, reports and inquiries of both sides."""
    key = make_key("issuer")
    clock = clock or FixedClock(NOW)
    there = Town(key, clock)
    tokens = TokenVerifier(KeySet([key]), clock)
    await there.parked.add([parked_document(PARKED, 1), parked_document("registry.commands.v1:3:42", 2, blocked=True)])
    there.held[RECEIPT] = held_edition()
    publisher = Ordered.__new__(Ordered)
    publisher.parked, publisher.orders = there.parked, there.orders
    for name in NAMES:
        app = there.apps[name] = create_app(name)
        app.state.tokens = tokens
        waiting = there.parked if name == "registry" else MemoryParked()
        spans = Spans(name, None)
        app.include_router(
            parking_router(
                name,
                waiting,
                publisher,
                clock,
                spans,
                Reactions(name, [], waiting, publisher, spans, clock),
                cases.AGREEMENTS,
            )
        )
    for name, deciders, streams in (
        ("reporting", reporting_deciders, await _reports()),
        ("inquiry", inquiry_deciders, await _inquiries()),
        ("registry", registry_deciders, MemoryStreams()),
    ):
        router = cases_router(deciders(cases.AGREEMENTS), streams, cases.AGREEMENTS, clock)
        there.apps[name].include_router(router)
    _hold(there, "jp", there.held)
    _hold(there, "kg", {})
    return there


def parked_document(parked_id: str, order: int, *, blocked: bool = False) -> dict[str, Any]:
    """As the kernel parks a message that a rule failed on; `blocked`: one behind it."""
    data = {
        "organization": {"country": "kg", "registration_number": "01402202210007", "names": {"ky": "«Ала-Тоо Эмгек»"}},
        "affected_persons": cases.SEALED.replace(
            "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyJ9", "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyJ9"
        ),
    }
    slug = "stream-blocked" if blocked else "rule-failed"
    return {
        "_id": parked_id,
        "order": order,
        "stream": STREAM,
        "type": "RevokeSendingOrganization" if blocked else "AmendSendingOrganization",
        "problem": problem(slug, "KeyError: 'ky'" if not blocked else f"{PARKED} is parked.").model_dump(
            exclude_none=True
        ),
        "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
        "parked_at": NOW - timedelta(minutes=20 - order),
        "about": {"originator": "kg", "addressee": "jp", "classification": "confidential"},
        "record": {
            "topic": "registry.commands.v1",
            "partition": 3,
            "offset": 40 + order,
            "key": STREAM.encode(),
            "value": json.dumps(data).encode(),
            "headers": [
                ["ce_type", b"AmendSendingOrganization"],
                ["ce_source", b"/bridge-kg/ledger"],
                ["odd", b"\xff"],
            ],
        },
    }


def held_edition() -> HeldWhole:
    """One that would remove a fifth of a register."""
    return HeldWhole(
        id=RECEIPT,
        message_id="support-organizations/3f",
        register_name="support-organizations",
        day="2026-03-01",
        received_at=rfc3339(NOW - timedelta(hours=2)),
        actor="submitter:isa@jp",
        traceparent=f"00-{TRACE}-00f067aa0ba902b7-01",
        status="held",
        why=("81 of 402 organizations would be removed; 10% are allowed.",),
        rows=324,
        unreadable=2,
        would_change={"kg": Counts(known=402, new=3, changed=11, removed=81, missing=81)},
        decision=None,
        listed={
            "kg": Listed(
                new=(Named(subject="26登-013757", name="合同会社かけはし"),),
                changed=(Named(subject="20登-003454", name="株式会社ネクスト"),),
                missing=tuple(Named(subject=f"19登-{number:06d}", name=f"支援機関{number}") for number in range(1, 82)),
            )
        },
        complete=True,
        problems=(problem("row-unreadable", "The date is not one.", row=17, pointer="/登録年月日"),),
    )


def _hold(there: Town, country: str, held: dict[str, HeldWhole]) -> None:
    """The bridge's routes of held editions, in the shapes of its own."""
    operator = actor("operator", party=country)
    app = there.apps[f"bridge-{country}"]
    from fastapi import Depends

    @app.get("/v1/undelivered", dependencies=[Depends(operator)])
    async def undelivered(limit: int) -> UndeliveredList:
        return UndeliveredList(items=there.undelivered.get(country, [])[:limit])

    @app.get("/v1/held", dependencies=[Depends(operator)])
    async def show_all() -> HeldList:
        return HeldList(items=[one for one in held.values() if one.status == "held"])

    @app.get("/v1/held/{receipt_id}", dependencies=[Depends(operator)], response_model_exclude_none=True)
    async def show(receipt_id: str) -> HeldWhole:
        return held[receipt_id]

    for act, status in (("confirm", "open"), ("reject", "rejected")):

        def add(act: str = act, status: str = status) -> None:
            @app.post(f"/v1/held/{{receipt_id}}/{act}")
            async def decide(receipt_id: str, word: Word, by: Actor = Depends(operator)) -> HeldWhole:  # noqa: B008
                decision = Decision(decision=cast("Any", act), reason=word.reason, by=str(by), at=rfc3339(NOW))
                held[receipt_id] = held[receipt_id].model_copy(update={"status": status, "decision": decision})
                return held[receipt_id]

        add()


async def _reports() -> MemoryStreams:
    """Misconduct reports, reports of test fraud and notices."""
    streams = MemoryStreams()

    async def told(matter: Matter, country: str, number: str, *commands: Any, minutes: int = 0) -> None:
        stream = f"{matter.decider.kind}/jp-kg/{country}-{number}"
        for place, command in enumerate(commands, start=1):
            originator = {"kg": "jp", "jp": "kg"}[country] if type(command) in matter.replies else country
            moment, receipt_id = cases.NOW + timedelta(minutes=minutes), f"receipt-{place}"
            around = cases.context(stream, moment, originator=originator, correlationid=receipt_id)
            assert await keep(streams, matter.decider, stream, command, around)

    delivered = cases.delivery("MisconductReportSubmitted")
    await told(MISCONDUCT, "kg", cases.REPORT_NUMBER, cases.submit(), delivered, cases.acknowledge())
    await told(MISCONDUCT, "kg", "2", cases.submit("human_rights", "opaque_fees", number="2"), minutes=1)
    await told(MISCONDUCT, "kg", "3", cases.submit(number="3"), cases.correct(2, number="3"), minutes=2)
    handled = cases.assess(number="4"), _of("4", cases.take_report_measure(1)), cases.close(1, number="4")
    await told(MISCONDUCT, "kg", "4", cases.submit(number="4"), *handled, minutes=3)
    await told(MISCONDUCT, "jp", "5", cases.submit(country="jp", number="5"), minutes=4)
    delivered = cases.delivery("TestFraudReportSubmitted")
    await told(FRAUD, "kg", cases.FRAUD_NUMBER, cases.submit_fraud(), delivered, cases.acknowledge_fraud())
    await told(FRAUD, "jp", "2", cases.withdraw_fraud(country="jp", number="2"), minutes=1)
    declined = cases.assess_fraud(likely=(), number="3"), cases.decline_fraud(number="3")
    await told(FRAUD, "kg", "3", cases.submit_fraud(number="3"), *declined, minutes=2)
    notified = cases.submit_notice(), cases.open_investigation(), cases.take_measure()
    decision = notices.RegistryDecision(
        country="jp",
        registration_number="19登-000123",
        consequence="revocation",
        effective_on=date(2026, 3, 10),
        decision_number="入管認停第2号",
        recorded_at=cases.NOW,
    )
    linked = notices.RecordRegistryDecision(decision=decision)
    await told(NOTICE, "kg", cases.NOTICE_NUMBER, *notified, cases.return_result("revocation"), linked)
    overdue = cases.submit_notice(country="jp", number="2", result_wished_on=date(2026, 3, 1))
    reached = ReportDeadline(intent_id="overdue-1", attempt=1, reached_at=cases.NOW)
    await told(NOTICE, "jp", "2", overdue, reached, minutes=-18 * 60)
    await told(NOTICE, "kg", "3", cases.submit_notice(number="3"), cases.decline_notice(number="3"), minutes=2)
    await told(NOTICE, "kg", "4", cases.withdraw_notice(number="4"), minutes=3)
    return streams


def _of(number: str, reply: Any) -> Any:
    """The reply, to the case of this number."""
    return reply.model_copy(update={"number": number})


async def _inquiries() -> MemoryStreams:
    streams = MemoryStreams()
    late = cases.NOW + timedelta(days=30)
    overdue = ReportDeadline(intent_id=OVERDUE, attempt=1, reached_at=late)

    async def told(country: str, number: str, *commands: Any, minutes: int) -> None:
        stream = inquiries.stream_of("jp-kg", country, number)
        for command in commands:
            asking = type(command).__name__ in ("AskInquiry", "ReportDeadline")
            moment = cases.NOW + timedelta(minutes=minutes) if asking else late
            originator = country if asking else {"jp": "kg", "kg": "jp"}[country]
            around = cases.context(stream, moment, originator=originator)
            assert await keep(streams, inquiry(cases.AGREEMENTS), stream, command, around)

    await told("kg", "1", cases.ask(number="1"), cases.answer(2, number="1"), overdue, minutes=1)
    await told("kg", "3", cases.ask(number="3", wished_on=date(2026, 6, 1)), cases.decline(number="3"), minutes=3)
    await told("jp", "4", cases.ask(country="jp", number="4", topic="sending", wished_on=date(2026, 5, 1)), minutes=4)
    return streams


def console(there: Town, folder: Path, traces: Path | None = None, **environment: str) -> FastAPI:
    """The console's application before these services."""
    folder.mkdir(parents=True, exist_ok=True)
    keys, logins = folder / "issuer.json", folder / "logins.json"
    write_public(KeySet([there.key]), keys)
    logins.write_text(json.dumps({"-": there.token(None), "jp": there.token("jp"), "kg": there.token("kg")}))
    values: Mapping[str, Any] = {
        "KAKEHASHI_HTTP_PORT": 0,
        "KAKEHASHI_AGREEMENTS": AGREEMENTS,
        "KAKEHASHI_ISSUER_KEYS": keys,
        "KAKEHASHI_SERVICES": {name: f"http://{name}" for name in NAMES},
        "KAKEHASHI_TRACES": traces,
        "KAKEHASHI_LOGINS": logins,
        **environment,
    }
    return build(ConsoleSettings(**values), httpx.AsyncClient(transport=there.transport), there.clock)


# -- spans ---------------------------------------------------------------------------------------------------------


def spans_of_a_way(
    begin: datetime = NOW - timedelta(seconds=40), trace: str = TRACE, number: int = 1
) -> list[dict[str, Any]]:
    """The spans of an accreditation from one bridge through the core to the other and back, in a few steps."""
    start = int(begin.timestamp() * 1e9)

    def span(
        ident: str, parent: str | None, service: str, name: str, after: float, took: float, **attributes: Any
    ) -> dict[str, Any]:
        return {
            "trace_id": trace,
            "span_id": f"{ident}{number:08x}",
            "parent_id": None if parent is None else f"{parent}{number:08x}",
            "remote_parent": False,
            "service": service,
            "name": name,
            "kind": "consumer",
            "start": start + int(after * 1e6),
            "end": start + int((after + took) * 1e6),
            "status": "ok",
            "attributes": {name.replace("__", "."): value for name, value in attributes.items()},
        }

    def outcome(of: str, **more: Any) -> dict[str, Any]:
        return {"kakehashi__outcome": of, **more}

    subject = "register-entry/jp/sending-organizations/kg-01402202210007"
    message = {
        "kakehashi__message_id": f"MTSOM-2026-{100 + number:04d}",
        "kakehashi__receipt_id": f"30d8ccbf-7f99-430c-9fa6-{number:012x}",
        "kakehashi__actor": "submitter:mlsp@kg",
    }
    return [
        span("aaaaaaaa", None, "bridge-kg", "accept accreditation", 0, 2.5, **message, **outcome("accepted")),
        span("bbbbbbbb", "aaaaaaaa", "registry", "process AccreditSendingOrganization", 84, 11, **outcome("applied")),
        span("cccccccc", "bbbbbbbb", "publication", "react to SendingOrganizationAccredited", 131, 4),
        span("dddddddd", "cccccccc", "publication", "process PublishRegisterEntry", 170, 9, **outcome("applied")),
        span("eeeeeeee", "dddddddd", "publication", "act on read-back", 214, 620, kakehashi__attempt=1),
        span(
            *("f0f0f0f0", "eeeeeeee", "publication", "process ConfirmPublication", 880, 8),
            **outcome("applied", cloudevents__event_subject=subject),
        ),
        span("abababab", "bbbbbbbb", "bridge-jp", "react to SendingOrganizationAccredited", 140, 5),
        span("acacacac", "abababab", "bridge-jp", "process DeliverMessage", 190, 7, **outcome("applied")),
        span("adadadad", "acacacac", "bridge-jp", "act on deliver", 240, 300, kakehashi__attempt=1),
        span(
            "aeaeaeae",
            "adadadad",
            "bridge-jp",
            "deliver SendingOrganizationAccredited",
            245,
            290,
            **outcome("delivered"),
        ),
        span("afafafaf", "aeaeaeae", "national-jp", "receive", 300, 12, kakehashi__receipt="JP-0000035"),
        span("babababa", "adadadad", "bridge-kg", "deliver MessageDelivered", 900, 110, **outcome("delivered")),
    ]


def write_spans(folder: Path, spans: list[dict[str, Any]]) -> None:
    """As the services would have, each into its file."""
    folder.mkdir(parents=True, exist_ok=True)
    for span in spans:
        with (folder / f"{span['service']}.jsonl").open("a") as file:
            file.write("\n" + json.dumps(span) + "\n")

"""Inquiry's read API: inquiries for the operators of the two parties, with what is open, late and overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet

from services.inquiry.app import inquiry
from services.inquiry.inquiries.api import router
from services.inquiry.inquiries.model import OVERDUE, InquiryRecord
from shared.cases import listing
from shared.cases.listing import Cases
from shared.clock import FixedClock
from shared.contracts.base import Contract
from shared.contracts.case import ReportDeadline
from shared.contracts.inquiry import KIND, stream_of
from shared.security.keys import make_key
from shared.security.tokens import Actor, TokenIssuer, TokenVerifier
from shared.store.memory import MemoryStreams
from shared.web import create_app
from tests.case_builders import AGREEMENTS, NOW, answer, ask, context, decline
from tests.case_store import keep

LIST = "/v1/inquiries"
Get = Callable[..., Any]


@pytest.fixture
async def streams() -> MemoryStreams:
    """Four inquiries: one answered in part and overdue, one answered late, one declined, one of the other side."""
    streams = MemoryStreams()
    late = NOW + timedelta(days=30)
    overdue = ReportDeadline(intent_id=OVERDUE, attempt=1, reached_at=late)

    async def told(country: str, number: str, *commands: Contract, minutes: int) -> None:
        stream = stream_of("jp-kg", country, number)
        for command in commands:
            asking = type(command).__name__ in ("AskInquiry", "ReportDeadline")
            moment = NOW + timedelta(minutes=minutes) if asking else late
            originator = country if asking else {"jp": "kg", "kg": "jp"}[country]
            around = context(stream, moment, originator=originator)
            await keep(streams, inquiry(AGREEMENTS), stream, command, around)

    await told("kg", "1", ask(number="1"), answer(2, number="1"), overdue, minutes=1)
    await told("kg", "2", ask(number="2"), overdue, answer(number="2"), minutes=2)
    await told("kg", "3", ask(number="3", wished_on=date(2026, 6, 1)), decline(number="3"), minutes=3)
    await told("jp", "4", ask(country="jp", number="4", topic="sending", wished_on=date(2026, 5, 1)), minutes=4)
    return streams


@pytest.fixture
def get(streams: MemoryStreams) -> Get:
    key, clock = make_key("issuer"), FixedClock(NOW)
    app = create_app("inquiry")
    app.state.tokens = TokenVerifier(KeySet([key]), clock)
    app.include_router(router(Cases(streams, AGREEMENTS, KIND, InquiryRecord)))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://inquiry.test")

    async def answered(path: str = LIST, role: str = "operator", party: str = "kg", **asked: Any) -> httpx.Response:
        who = Actor.model_validate({"sub": "someone", "role": role, "party": party})
        headers = {"Authorization": f"Bearer {TokenIssuer(key, clock).issue(who)}"}
        return await http.get(path, params=asked, headers=headers)

    return answered


def ids(answered: httpx.Response) -> list[str]:
    assert answered.status_code == 200, answered.text
    return [item["id"] for item in answered.json()["items"]]


async def test_lists_the_inquiries_of_both_sides_the_latest_first(get: Get) -> None:
    assert ids(await get()) == ids(await get(party="jp")) == ["jp-4", "kg-3", "kg-2", "kg-1"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"overdue": True}, ["kg-1"]),
        ({"overdue": False}, ["jp-4", "kg-3", "kg-2"]),
        ({"status": "partly-answered"}, ["kg-1"]),
        ({"status": "declined"}, ["kg-3"]),
        ({"country": "jp"}, ["jp-4"]),
        ({"topic": "sending"}, ["jp-4"]),
        ({"wished_by": "2026-05-01"}, ["jp-4", "kg-2", "kg-1"]),
        ({"status": "asked", "topic": "acceptance"}, []),
    ],
)
async def test_lists_only_what_is_asked_for(get: Get, asked: dict[str, Any], found: list[str]) -> None:
    assert ids(await get(**asked)) == found


async def test_pages_without_losing_or_repeating_any(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "AT_ONCE", 1)
    first = await get(limit=3)
    assert first.json()["total"] == 4
    assert ids(first) + ids(await get(limit=3, before=first.json()["next"])) == ["jp-4", "kg-3", "kg-2", "kg-1"]


async def test_tells_what_is_open_late_and_overdue(get: Get) -> None:
    partly = (await get(f"{LIST}/jp-kg/kg-1")).json()
    assert (partly["open"], partly["questions"], partly["overdue"], partly["late"]) == ([1, 3], 3, True, True)
    late = (await get(f"{LIST}/jp-kg/kg-2")).json()
    assert (late["status"], late["overdue"], late["late"]) == ("answered", False, True)
    assert [step["event"] for step in late["record"]["history"]] == [
        "InquiryAsked",
        "InquiryOverdue",
        "InquiryAnswered",
    ]


@pytest.mark.parametrize(
    ("role", "party", "slug"),
    [("submitter", "kg", "wrong-role"), ("service", "kg", "wrong-role"), ("operator", "kz", "wrong-party")],
)
async def test_answers_operators_of_the_parties_alone(get: Get, role: str, party: str, slug: str) -> None:
    answered = await get(f"{LIST}/jp-kg/kg-1", role=role, party=party)
    assert (answered.status_code, answered.json()["slug"]) == (403, slug)


async def test_does_not_know_what_was_never_asked(get: Get) -> None:
    assert (await get(f"{LIST}/jp-kg/kg-9")).json()["slug"] == "not-found"

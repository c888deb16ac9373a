"""The registry's read API: who was accredited on a day, as known at a moment, for those who may ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet

from services.registry.sending_organizations.api import router
from services.registry.sending_organizations.model import SendingOrganizationRecord
from shared.clock import FixedClock
from shared.security.keys import make_key
from shared.security.tokens import Actor, TokenIssuer, TokenVerifier
from shared.store.base import StoreUnavailable
from shared.web import create_app
from tests.organization_builders import NOW, NUMBER, STREAM, accredit, amend, record_after, revoke

PATH = f"/v1/sending-organizations/kg/{NUMBER}"
Ask = Callable[..., Any]


@pytest.fixture
def records() -> dict[str, SendingOrganizationRecord]:
    return {STREAM: record_after(accredit(), amend(date(2026, 6, 1), number="18/26"), revoke(date(2026, 9, 1)))}


@pytest.fixture
def ask(records: dict[str, SendingOrganizationRecord]) -> Ask:
    """Asks with a token of the role given; the database is away where there are no records at all."""
    key, clock = make_key("issuer"), FixedClock(NOW)

    async def state_of(stream: str, _: type[SendingOrganizationRecord]) -> SendingOrganizationRecord | None:
        if not records:
            raise StoreUnavailable("away")
        return records.get(stream)

    app = create_app("registry")
    app.state.tokens = TokenVerifier(KeySet([key]), clock)
    app.include_router(router(state_of, clock))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://registry.test")

    async def get(path: str = PATH, role: str | None = "operator", **parameters: str) -> httpx.Response:
        headers = {}
        if role is not None:
            token = TokenIssuer(key, clock).issue(Actor.model_validate({"sub": "someone", "role": role, "party": "kg"}))
            headers["Authorization"] = f"Bearer {token}"
        return await http.get(path, params=parameters, headers=headers)

    return get


async def test_tells_how_an_organization_stands_today(ask: Ask) -> None:
    body = (await ask()).json()
    assert (body["country"], body["registration_number"]) == ("kg", NUMBER)
    assert (body["on"], body["standing"]) == ("2026-01-15", "accredited")
    assert body["version"]["permit"]["number"] == "17/26"
    assert len(body["accreditations"][0]["versions"]) == 2


async def test_tells_how_it_stood_or_will_stand_on_any_day(ask: Ask) -> None:
    for day, standing, permit in (
        ("2025-12-31", "not-yet-accredited", None),
        ("2026-05-31", "accredited", "17/26"),
        ("2026-06-01", "accredited", "18/26"),
        ("2026-09-01", "revoked", "18/26"),
    ):
        body = (await ask(on=day)).json()
        assert body["standing"] == standing, day
        assert (body["version"] and body["version"]["permit"]["number"]) == permit, day


async def test_tells_it_as_it_was_known_at_a_moment(ask: Ask, records: dict[str, SendingOrganizationRecord]) -> None:
    records[STREAM] = record_after(accredit(), now=datetime(2026, 1, 1, tzinfo=UTC))
    assert (await ask(known_at="2026-01-02T00:00:00Z")).json()["standing"] == "accredited"
    assert (await ask(known_at="2025-12-31T00:00:00+06:00")).status_code == 404


async def test_does_not_know_what_was_never_recorded(ask: Ask) -> None:
    answer = await ask("/v1/sending-organizations/kg/999")
    assert (answer.status_code, answer.json()["slug"]) == (404, "not-found")


async def test_says_so_while_the_database_is_away(ask: Ask, records: dict[str, SendingOrganizationRecord]) -> None:
    records.clear()
    answer = await ask()
    assert (answer.status_code, answer.json()["slug"]) == (503, "not-available")


@pytest.mark.parametrize(("role", "status", "slug"), [(None, 401, "no-token"), ("submitter", 403, "wrong-role")])
async def test_answers_operators_and_services_alone(ask: Ask, role: str | None, status: int, slug: str) -> None:
    answer = await ask(role=role)
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)
    assert (await ask(role="service")).status_code == 200


@pytest.mark.parametrize("parameters", [{"on": "31.02.2026"}, {"known_at": "2026-01-01T00:00:00"}])
async def test_tells_a_wrong_parameter(ask: Ask, parameters: dict[str, str]) -> None:
    assert (await ask(**parameters)).json()["slug"] == "wrong-parameter"

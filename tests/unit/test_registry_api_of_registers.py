"""The registry's read APIs of support organizations, improvement orders and fields, for those who may ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet
from pydantic import BaseModel

from services.registry.field_acceptance import api as fields_api
from services.registry.improvement_orders import api as orders_api
from services.registry.support_organizations import api as supports_api
from services.registry.support_organizations.model import Edition, SupportOrganizationRegister
from shared.clock import FixedClock
from shared.security.keys import make_key
from shared.security.tokens import Actor, TokenIssuer, TokenVerifier
from shared.store.base import StoreUnavailable
from shared.web import create_app
from tests import field_acceptance_builders as fields
from tests import improvement_order_builders as orders
from tests import support_organization_builders as supports

SUPPORT = f"/v1/support-organizations/jp/{supports.NUMBER}"
ORDER = f"/v1/improvement-orders/jp/{orders.NUMBER}"
FIELD = f"/v1/field-acceptance/jp/{fields.FIELD}"
REGISTER = "/v1/support-organization-registers/jp"
Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def states() -> dict[str, BaseModel]:
    edition = Edition(
        edition_date=supports.AUGUST, registration_numbers=("a", "b"), digest="sha-256:0", recorded_at=supports.NOW
    )
    return {
        supports.STREAM: supports.record_after(supports.register(), supports.suspend(), supports.remove()),
        supports.REGISTER_STREAM: SupportOrganizationRegister(editions={"jp-kg": edition}),
        orders.STREAM: orders.record_after(orders.issue(), orders.amend(), orders.lift()),
        fields.STREAM: fields.record_after(fields.suspend(), fields.resume()),
    }


@pytest.fixture
def ask(states: dict[str, BaseModel]) -> Ask:
    """Asks with a token of the role given; the database is away where there are no states at all."""
    key, clock = make_key("issuer"), FixedClock(supports.NOW)

    async def state_of(stream: str, _: type[Any]) -> Any:
        if not states:
            raise StoreUnavailable("away")
        return states.get(stream)

    app = create_app("registry")
    app.state.tokens = TokenVerifier(KeySet([key]), clock)
    app.include_router(supports_api.router(state_of, state_of))
    app.include_router(orders_api.router(state_of))
    app.include_router(fields_api.router(state_of))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://registry.test")

    async def get(path: str, role: str = "operator", **parameters: str) -> httpx.Response:
        token = TokenIssuer(key, clock).issue(Actor.model_validate({"sub": "someone", "role": role, "party": "jp"}))
        return await http.get(path, params=parameters, headers={"Authorization": f"Bearer {token}"})

    return get


async def test_tells_how_a_support_organization_stands_and_stood(ask: Ask) -> None:
    body = (await ask(SUPPORT)).json()
    assert (body["standing"], len(body["versions"])) == ("removed", 3)
    for day, standing in (
        ("2026-05-10", "not-registered"),
        ("2026-05-11", "registered"),
        ("2026-06-08", "suspended"),
        ("2026-08-03", "removed"),
    ):
        assert (await ask(SUPPORT, on=day)).json()["standing"] == standing, day


async def test_tells_how_an_order_stands_and_stood(ask: Ask) -> None:
    body = (await ask(ORDER)).json()
    assert (body["standing"], len(body["versions"])) == ("complied", 3)
    for day, standing in (("2026-02-24", "not-issued"), ("2026-02-25", "issued"), ("2026-04-20", "complied")):
        assert (await ask(ORDER, on=day)).json()["standing"] == standing, day


async def test_tells_how_acceptance_in_a_field_stands_and_stood(ask: Ask) -> None:
    body = (await ask(FIELD)).json()
    assert (body["standing"], len(body["versions"])) == ("accepting", 2)
    for day, standing in (("2026-03-31", "accepting"), ("2026-04-01", "suspended"), ("2026-10-01", "accepting")):
        assert (await ask(FIELD, on=day)).json()["standing"] == standing, day


@pytest.mark.parametrize(("path", "now"), [(SUPPORT, supports.NOW), (ORDER, orders.NOW), (FIELD, fields.NOW)])
async def test_tells_it_as_it_was_known_at_a_moment(ask: Ask, path: str, now: Any) -> None:
    assert (await ask(path, known_at=now.isoformat())).status_code == 200
    assert (await ask(path, known_at=(now - timedelta(seconds=1)).isoformat())).status_code == 404


async def test_tells_the_latest_edition_that_each_partner_was_told_of(ask: Ask) -> None:
    (edition,) = (await ask(REGISTER)).json()["editions"]
    assert (edition["agreement"], edition["edition_date"], edition["total"]) == ("jp-kg", "2026-08-03", 2)
    assert edition["digest"] == "sha-256:0"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/support-organizations/jp/99登-999999",
        "/v1/improvement-orders/jp/none",
        "/v1/field-acceptance/jp/agriculture",
        "/v1/support-organization-registers/xx",
    ],
)
async def test_does_not_know_what_was_never_recorded(ask: Ask, path: str) -> None:
    answer = await ask(path)
    assert (answer.status_code, answer.json()["slug"]) == (404, "not-found")


@pytest.mark.parametrize("path", [SUPPORT, ORDER, FIELD, REGISTER])
async def test_says_so_while_the_database_is_away_and_answers_operators_and_services_alone(
    ask: Ask, states: dict[str, BaseModel], path: str
) -> None:
    assert (await ask(path, role="submitter")).json()["slug"] == "wrong-role"
    assert (await ask(path, role="service")).status_code == 200
    states.clear()
    assert (await ask(path)).json()["slug"] == "not-available"

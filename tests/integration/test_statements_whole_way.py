"""Every kind of case that is made of statements, on every way it may go, from one national system to the other."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import pytest

from shared.bridge.kit import Bridge
from tests.bridge_builders import fixture
from tests.integration.borders import Borders
from tests.stated_matters import STATED, Said, StatedMatter

OTHER = {"kg": "jp", "jp": "kg"}
BRIDGES: dict[str, Bridge] = {country: import_module(f"services.bridge_{country}.app").BRIDGE for country in OTHER}
CASES = {country: import_module(f"services.bridge_{country}.cases") for country in OTHER}


def document(country: str, kind: str, opener: str, message_id: str, number: str) -> dict[str, Any]:
    """The example that this country hands in, about the case that `opener` has under this number."""
    terms, layout = CASES[country].TERMS, CASES[country].LAYOUT
    changes = {
        BRIDGES[country].id_field: message_id,
        terms.members["country"]: opener.upper(),
        terms.members["number"]: number,
        layout.words.destination: OTHER[country].upper(),
    }
    return fixture(country, kind) | changes


async def go(borders: Borders, matter: StatedMatter, opener: str, status: str) -> None:
    """One case, statement by statement: each is decided, delivered and acknowledged before the next."""
    number = f"{status}-{opener}"
    for place, said in enumerate(matter.ways[status]):
        await state(borders, matter, said, opener, number, place)


async def state(borders: Borders, matter: StatedMatter, said: Said, opener: str, number: str, place: int) -> None:
    statement, by = matter.statement(said)
    # In the matter's ways `kg` is the opener.
    country = opener if by == "kg" else OTHER[opener]
    kinds = {event: kind for one in BRIDGES[country].matters for event, kind in one.same_layout.items()}
    message_id = f"{matter.cases.kind}/{number}/{place}"
    body = document(country, kinds[statement.event], opener, message_id, number)
    response = await borders.hand_in(body, country, wait=20)
    assert response.status_code == 202, response.text
    receipt_id = response.json()["receipt_id"]

    async def told() -> Any:
        receipt = await borders.receipt(receipt_id, country)
        assert receipt["status"] == "accepted", receipt
        return receipt["delivered"]

    delivery = await borders.until(told, f"{message_id} ({kinds[statement.event]}) is delivered")
    assert delivery["country"] == OTHER[country]
    (given,) = await borders.documents(OTHER[country], message_id)
    assert number in given.values()


@pytest.mark.parametrize("matter", STATED, ids=lambda matter: matter.cases.kind)
async def test_every_way_goes_over_both_borders(borders: Borders, matter: StatedMatter) -> None:
    await asyncio.gather(*(go(borders, matter, opener, status) for opener in OTHER for status in matter.ways))

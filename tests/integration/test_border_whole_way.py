"""Both bridges with the core between them, each in its own process, on a real broker and database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from deploy.local.layout import service_process
from deploy.local.ports import free_ports
from shared.bridge.entries import verify_chain
from shared.security.keys import load_keys
from tests.bridge_builders import accreditation, revocation
from tests.integration.borders import Borders


def tin(number: int) -> str:
    """One for each test, so that none meets what another has left."""
    return f"0010120240{number:04}"


@pytest.fixture(autouse=True)
async def obedient(borders: Borders) -> AsyncIterator[None]:
    yield
    for country in ("jp", "kg"):
        await borders.tell(country, "ok")


async def settled(borders: Borders, receipt_id: str) -> dict[str, Any]:
    """A message's receipt when it is delivered and public on both sides."""

    async def all_of_it() -> dict[str, Any] | None:
        item = await borders.receipt(receipt_id)
        return item if item["delivered"] and set(item["published"]) == {"jp", "kg"} else None

    found: dict[str, Any] = await borders.until(all_of_it, f"{receipt_id} is delivered and public")
    return found


async def test_m6_1_m7_2_an_accreditation_goes_over_and_its_receipts_come_back(borders: Borders) -> None:
    document = accreditation("way/1", tin=tin(1))
    answer = await borders.hand_in(document, wait=20)
    assert answer.status_code == 202, answer.text
    receipt_id = answer.json()["receipt_id"]
    assert answer.json()["items"][0]["outcome"] == "applied"
    item = await settled(borders, receipt_id)

    (notice,) = await borders.documents("jp", "way/1")
    assert notice["受付番号"] == receipt_id
    assert notice["送出機関"]["名称"]["ky"] == document["full_name_gl"]
    assert notice["送出機関"]["登録番号"] == tin(1)
    assert item["delivered"]["country"] == "jp"

    async def three_answers() -> list[Mapping[str, Any]] | None:
        found = await borders.documents("kg", "way/1")
        return found if len(found) == 3 else None

    told = await borders.until(three_answers, "the ministry has its receipt and both confirmations")
    kinds = sorted((document["document_type"], document["country"]) for document in told)
    assert kinds == [
        ("delivery-receipt", "JP"),
        ("publication-confirmation", "JP"),
        ("publication-confirmation", "KG"),
    ]


async def test_all_of_it_is_one_trace_with_one_root(borders: Borders) -> None:
    trace_id, span_id = os.urandom(16).hex(), os.urandom(8).hex()
    document = accreditation("way/2", tin=tin(2))
    answer = await borders.hand_in(document, headers={"traceparent": f"00-{trace_id}-{span_id}-01"})
    await settled(borders, answer.json()["receipt_id"])

    async def whole() -> dict[str, dict[str, Any]] | None:
        spans = borders.spans(trace_id)
        services = {span["service"] for span in spans.values()}
        return spans if {"national-jp", "national-kg", "registry", "publication"} <= services else None

    spans = await borders.until(whole, "the trace reaches both national systems")
    roots = [span for span in spans.values() if span["parent_id"] == span_id]
    orphans = [span["name"] for span in spans.values() if span["parent_id"] not in spans and span not in roots]
    assert [root["name"] for root in roots] == ["accept accreditation"]
    assert orphans == []


async def test_a_revocation_of_one_never_accredited_is_answered_by_the_core(borders: Borders) -> None:
    answer = await borders.hand_in(revocation("way/3", tin=tin(3)), wait=20)
    assert answer.status_code == 409, answer.text
    found = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (found["slug"], found["clause"], found["state"]) == ("not-accredited", "M7.4", "not-accredited")
    assert found["receipt_id"]
    (refusal,) = await borders.until(lambda: borders.documents("kg", "way/3"), "the ministry is told")
    assert (refusal["document_type"], refusal["reason"]["slug"]) == ("refusal", "not-accredited")
    again = await borders.hand_in(revocation("way/3", tin=tin(3)), wait=20)
    assert (again.status_code, again.json()["receipt_id"]) == (409, found["receipt_id"])
    assert await borders.documents("jp", "way/3") == []


async def test_a_refused_revocation_stays_refused_when_it_is_repeated_later(borders: Borders) -> None:
    """Revoke (refused), accredit, revoke again as a duplicate: it must not revoke."""
    refused = await borders.hand_in(revocation("way/4r", tin=tin(4)), wait=20)
    assert refused.status_code == 409
    accepted = await borders.hand_in(accreditation("way/4a", tin=tin(4)), wait=20)
    await settled(borders, accepted.json()["receipt_id"])
    again = await borders.hand_in(revocation("way/4r", tin=tin(4)), wait=20)
    assert (again.status_code, again.json()["slug"]) == (409, "not-accredited")
    assert await borders.documents("jp", "way/4r") == []


def orders_of(items: Sequence[Mapping[str, Any]], matter: str) -> list[int]:
    """The sender's order of what a national system got about a matter."""
    return [item["delivery"]["sequence"] for item in items if item["delivery"]["subject"] == matter]


@pytest.mark.parametrize(("number", "mode"), [(5, "down"), (6, "error"), (7, "wrong"), (8, "drop-members")])
async def test_a_national_system_that_fails_gets_everything_once_in_order(
    borders: Borders, number: int, mode: str
) -> None:
    await borders.tell("jp", mode)
    sent = [accreditation(f"way/{number}-0", tin=tin(number))]
    for change in range(1, 5):
        day = {"effective_from": f"{change:02}.06.2026", "message_type": "amendment", "house": str(change)}
        sent.append(accreditation(f"way/{number}-{change}", tin=tin(number), **day))
    receipt = (await borders.hand_in(sent)).json()
    assert receipt["counts"]["accepted"] == 5
    await asyncio.sleep(2)
    await borders.tell("jp", "ok")
    for item in receipt["items"]:
        await settled(borders, item["receipt_id"])
    matter = f"sending-organization/kg/{tin(number)}"
    assert orders_of(await borders.received("jp"), matter) == [1, 2, 3, 4, 5]


async def test_a_refusal_by_the_national_system_comes_back_to_the_sender(borders: Borders) -> None:
    await borders.tell("jp", "refuse")
    receipt = (await borders.hand_in(accreditation("way/9", tin=tin(9)))).json()

    async def told() -> dict[str, Any] | None:
        item = await borders.receipt(receipt["receipt_id"])
        return item if item["undelivered"] else None

    item = await borders.until(told, "the receipt says that it was refused")
    assert item["undelivered"]["problem"]["slug"] == "refused-by-national-system"
    assert item["delivered"] is None


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_of_50_mb_is_refused_on_the_wire(borders: Borders, announced: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(800):
            yield b"x" * 65_536

    headers = {"content-length": str(800 * 65_536)} if announced else {}
    answer = await borders.hand_in(chunks(), headers=headers)
    assert (answer.status_code, answer.json()["slug"]) == (413, "too-large")


async def test_a_token_of_the_other_country_does_not_open_this_border(borders: Borders) -> None:
    answer = await borders.hand_in(accreditation("way/10"), headers=borders.token("jp"))
    assert (answer.status_code, answer.json()["slug"]) == (403, "wrong-party")


async def test_a_bridge_killed_under_load_loses_nothing_and_doubles_nothing(borders: Borders) -> None:
    async def one(number: int) -> dict[str, Any]:
        await asyncio.sleep(number * 0.03)
        return await borders.patiently_hand_in(accreditation(f"kill/{number}", tin=tin(1000 + number)))

    handing_in = [asyncio.create_task(one(number)) for number in range(60)]
    for name in ("bridge-kg", "bridge-jp"):
        await asyncio.sleep(0.8)
        borders.running[name].kill()
        borders.start(name)
    receipts = await asyncio.gather(*handing_in)
    await borders.until_ready("bridge-kg", "bridge-jp")
    for receipt in receipts:
        await settled(borders, receipt["receipt_id"])
    for number, receipt in enumerate(receipts):
        again = (await borders.hand_in(accreditation(f"kill/{number}", tin=tin(1000 + number)))).json()
        assert (again["status"], again["receipt_id"]) == ("duplicate", receipt["receipt_id"])
        assert len(await borders.documents("jp", f"kill/{number}")) == 1


async def test_two_instances_of_a_bridge_keep_one_ledger(borders: Borders) -> None:
    other = replace(borders.place("bridge-kg"), port=free_ports(1)[0])
    process = service_process(other, borders.layout, borders.state, borders.bootstrap, borders.mongodb_uri)
    process.environment["KAKEHASHI_INSTANCE"] = "bridge-kg-1"
    borders.running["bridge-kg, another"] = process
    process.start()

    async def ready() -> bool:
        try:
            return (await borders.client.get(f"{other.url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    await borders.until(ready, "the other instance is ready")

    async def at(url: str, number: int) -> httpx.Response:
        document = accreditation(f"two/{number}", tin=tin(2000 + number))
        return await borders.client.post(f"{url}/v1/messages", json=document, headers=borders.token("kg"))

    urls = (borders.place("bridge-kg").url, other.url)
    answers = await asyncio.gather(*(at(url, number) for number in range(30) for url in urls))
    receipts = [answer.json() for answer in answers]
    assert sorted(receipt["status"] for receipt in receipts) == ["accepted"] * 30 + ["duplicate"] * 30
    assert len({receipt["receipt_id"] for receipt in receipts}) == 30
    for receipt in receipts[::2]:
        await settled(borders, receipt["receipt_id"])
    process.stop()


async def test_both_ledgers_hold_from_the_first_message(borders: Borders) -> None:
    """Last here: after all that was done above, killing included."""
    for country in ("jp", "kg"):
        batches = await borders.ledger(country)
        assert batches
        assert verify_chain(batches, load_keys(borders.state.party_keys / f"{country}.json")) == []
    entries = [entry for batch in await borders.ledger("kg") for entry in batch.entries]
    ids = [entry.message_id for entry in entries if entry.direction == "in"]
    assert len(ids) == len(set(ids)) > 100

"""Every kind of case that is made of statements, on every way it may go, from one national system to the other."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from shared.bridge.kit import Bridge
from tests.bridge_builders import fixture
from tests.integration.borders import Borders
from tests.stated_matters import CONSULTATIONS, STATED, Said, StatedMatter, instead

OTHER = {"kg": "jp", "jp": "kg"}
CLAUSES = {
    "contact-point-change": "m2",
    "consent": "m3b",
    "consultation": "m4_2",
    "cooperation-request": "m5_2",
    "residence-matter": "m8_2",
    "return-assistance": "m8_3",
    "amendment": "m9",
    "termination-notice": "m10a",
}
BRIDGES: dict[str, Bridge] = {country: import_module(f"services.bridge_{country}.app").BRIDGE for country in OTHER}
CASES = {country: import_module(f"services.bridge_{country}.cases") for country in OTHER}


def today(opener: str) -> date:
    """Where the case was opened."""
    return datetime.now(CASES[opener].ZONE).date()


def document(
    country: str, kind: str, opener: str, message_id: str, number: str, day: date | None = None
) -> dict[str, Any]:
    """The example that this country hands in, about the case that `opener` has under this number. `day` is the one in
    the example that stands for today.
    """
    terms, layout = CASES[country].TERMS, CASES[country].LAYOUT
    example = fixture(country, kind)
    if day is not None:
        example = instead(example, layout.written_day(day), layout.written_day(today(opener)))
    changes = {
        BRIDGES[country].id_field: message_id,
        terms.members["country"]: opener.upper(),
        terms.members["number"]: number,
        layout.words.destination: OTHER[country].upper(),
    }
    found: dict[str, Any] = example | changes
    return found


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
    body = document(country, kinds[statement.event], opener, message_id, number, matter.today)
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


@pytest.mark.parametrize("matter", STATED, ids=lambda matter: f"{CLAUSES[matter.cases.kind]}-{matter.cases.kind}")
async def test_every_way_goes_over_both_borders(borders: Borders, matter: StatedMatter) -> None:
    await asyncio.gather(*(go(borders, matter, opener, status) for opener in OTHER for status in matter.ways))


# -- M4.2, M10b: what is agreed by both sides, and what the clock adds -----------------------------------------------


async def say(borders: Borders, country: str, kind: str, message_id: str, number: str, **changes: Any) -> None:
    """In a consultation that `kg` opened, applied by the core."""
    body = document(country, kind, "kg", message_id, number, CONSULTATIONS.today) | changes
    response = await borders.hand_in(body, country, wait=20)
    assert response.status_code == 202, response.text
    receipt_id = response.json()["receipt_id"]

    async def applied() -> bool:
        return bool((await borders.receipt(receipt_id, country))["outcome"] == "applied")

    await borders.until(applied, f"{message_id} is applied")


async def refused(borders: Borders, country: str, kind: str, message_id: str, number: str, **changes: Any) -> Any:
    """The problem with which the core answers it."""
    body = document(country, kind, "kg", message_id, number, CONSULTATIONS.today) | changes
    response = await borders.hand_in(body, country, wait=20)
    assert response.status_code >= 400, response.text
    return response.json()


async def told(borders: Borders, country: str, kind: str, number: str) -> dict[str, Any]:
    """The document of this kind that a national system is given of a case."""
    head = {"kg": "document_type", "jp": "文書種別"}[country]

    async def found() -> Any:
        every = [item["delivery"]["document"] for item in await borders.received(country)]
        return [one for one in every if one[head] == kind and number in one.values()]

    (document,) = await borders.until(found, f"{country} is told {kind} of {number}")
    given: dict[str, Any] = document
    return given


async def test_m4_2_a_regular_consultation_proposes_the_next_by_itself(borders: Borders) -> None:
    number = "scheduled"
    day = today("kg")
    await say(borders, "kg", "consultation-proposal", "scheduled/1", number, периодичность_в_месяцах=1)
    await say(borders, "jp", "協議日提案", "scheduled/2", number)
    own = await refused(borders, "jp", "協議日合意", "scheduled/3", number)
    assert (own["slug"], own["clause"]) == ("own-proposal", "M4.2")
    await say(borders, "kg", "consultation-date-agreement", "scheduled/4", number)
    await say(borders, "kg", "consultation-held", "scheduled/5", number)
    # A month ahead of its day is now.
    proposed = await told(borders, "jp", "次回協議提案", f"{number}~2")
    assert proposed["前回案件番号"] == number
    following = date.fromisoformat(proposed["協議日"])
    assert timedelta(days=28) <= following - day <= timedelta(days=31)
    own_news = await told(borders, "kg", "next-consultation-proposal", f"{number}~2")
    assert own_news["дата_консультации"] == f"{following:%d.%m.%Y}"
    agreed = {"協議日": following.isoformat()}
    await say(borders, "jp", "協議日合意", "scheduled/6", f"{number}~2", **agreed)
    await told(borders, "kg", "consultation-date-agreement", f"{number}~2")


async def test_m4_2_minutes_are_agreed_by_digest_and_both_are_told_of_what_is_overdue(borders: Borders) -> None:
    number = "overdue"
    await say(borders, "kg", "consultation-proposal", "overdue/1", number, дата_консультации=f"{today('kg'):%d.%m.%Y}")
    await say(borders, "jp", "協議日合意", "overdue/2", number)
    await say(borders, "kg", "consultation-held", "overdue/3", number)
    yesterday = today("jp") - timedelta(days=1)
    items = fixture("kg", "minutes-proposal")["поручения"]
    items = [one | {"срок_исполнения": f"{yesterday:%d.%m.%Y}"} for one in items]
    await say(borders, "kg", "minutes-proposal", "overdue/4", number, поручения=items)
    digest = (await told(borders, "jp", "議事録提案", number))["議事録"]["ハッシュ値"]
    other = "sha-256:" + "0" * 64
    wrong = await refused(borders, "jp", "議事録合意", "overdue/5", number, 議事録ハッシュ値=other)
    assert wrong["slug"] == "another-text"
    assert digest in wrong["detail"]
    assert other in wrong["detail"]
    await say(borders, "jp", "議事録合意", "overdue/6", number, 議事録ハッシュ値=digest)
    assert (await told(borders, "kg", "minutes-agreement", number))["хэш_протокола"] == digest
    overdue = await told(borders, "jp", "対応事項期限経過", number)
    assert (overdue["事項番号"], overdue["担当国"], overdue["対応期限"]) == (1, "JP", yesterday.isoformat())
    assert (await told(borders, "kg", "action-item-overdue", number))["номер_поручения"] == 1
    await say(borders, "jp", "対応事項完了", "overdue/7", number)
    assert (await told(borders, "kg", "action-item-completion", number))["с_опозданием"] == "да"


async def test_m10b_a_dispute_is_settled_by_a_consultation_once_both_sides_have_said_where_they_stand(
    borders: Borders,
) -> None:
    number = "dispute"
    raised = {
        "вид_консультации": "по спору",
        "повестка": None,
        "периодичность_в_месяцах": None,
        "дата_консультации": f"{today('kg'):%d.%m.%Y}",
        "спор": {"положение": "Пункт 6 (4)", "позиция": {"ru": "Об отзыве сообщают в тот же день."}},
    }
    await say(borders, "kg", "consultation-proposal", "dispute/1", number, **raised)
    given = await told(borders, "jp", "協議提案", number)
    assert given["開催区分"] == "紛争"
    assert given["紛争"] == {"条項": "Пункт 6 (4)", "立場": {"ru": "Об отзыве сообщают в тот же день."}}
    await say(borders, "jp", "協議日合意", "dispute/2", number)
    one_sided = await refused(borders, "kg", "consultation-held", "dispute/3", number)
    assert (one_sided["slug"], one_sided["clause"]) == ("no-position", "M10b")
    await say(borders, "jp", "立場表明", "dispute/4", number)
    assert (await told(borders, "kg", "consultation-position", number))["позиция"]
    await say(borders, "kg", "consultation-held", "dispute/5", number)
    await say(borders, "jp", "議事録提案", "dispute/6", number, 対応事項=None, 結果="解決")
    assert (await told(borders, "kg", "minutes-proposal", number))["итог"] == "урегулирован"
    await say(borders, "kg", "minutes-agreement", "dispute/7", number)
    await told(borders, "jp", "議事録合意", number)
    closed = await refused(borders, "jp", "立場表明", "dispute/8", number)
    assert (closed["slug"], closed["state"]) == ("wrong-state", "closed")


# -- M9: by the clock; last here, for the services live in the future meanwhile ---------------------------------------


async def test_m9_a_review_falls_due_by_itself_and_both_sides_are_told(borders: Borders) -> None:
    (agreement,) = borders.agreements
    assert agreement.reviews is not None
    now = datetime.now(UTC)
    day = agreement.reviews.on_or_after(min(now.astimezone(one.zone).date() for one in agreement.parties.values()))
    days = (day - now.date()).days + 2
    await borders.move(days, "registry", "bridge-kg", "bridge-jp")
    following = agreement.reviews.after(day)
    head = {"kg": "document_type", "jp": "文書種別"}
    kinds = {"kg": "framework-review-due", "jp": "枠組み見直し時期到来通知"}
    for country, kind in kinds.items():

        async def found(country: str = country, kind: str = kind) -> Any:
            every = [item["delivery"]["document"] for item in await borders.received(country)]
            return [one for one in every if one[head[country]] == kind]

        (due,) = await borders.until(found, f"{country} is told of the review")
        written = CASES[country].LAYOUT.written_day
        assert {written(day), written(following), "jp-kg"} <= set(due.values())

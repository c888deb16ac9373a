"""Acceptance by field from one national system to the other and onto both countries' pages, all of it real (M8.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.bridge_builders import fixture
from tests.integration.borders import Borders

SUSPENDED, RESUMED, WITHDRAWN = "受入停止", "受入再開", "受入停止撤回"
REGISTER = "field-acceptance"


def document(kind: str, message_id: str, field: str, **changes: Any) -> dict[str, Any]:
    """Of the immigration authority's layout, about this field."""
    return fixture("jp", kind) | {"文書番号": message_id, "特定産業分野": field} | changes


async def public(borders: Borders, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Hands it in; its receipt when the core has taken it, the ministry has it, and both countries show it."""
    response = await borders.hand_in(dict(body), "jp", wait=20)
    assert response.status_code == 202, response.text
    receipt_id = response.json()["receipt_id"]

    async def all_of_it() -> Mapping[str, Any] | None:
        item = await borders.receipt(receipt_id, "jp")
        return item if item["delivered"] and set(item["published"]) == {"jp", "kg"} else None

    found: Mapping[str, Any] = await borders.until(all_of_it, f"{body['文書番号']} is delivered and public")
    return found


async def refused(borders: Borders, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Hands it in: the problem it is answered with."""
    response = await borders.hand_in(dict(body), "jp", wait=20)
    assert response.status_code >= 400, response.text
    told: Mapping[str, Any] = response.json()
    return told


async def entry(borders: Borders, publisher: str, code: str) -> Mapping[str, Any]:
    """The field as this country shows it."""
    url = f"{borders.place('publication').url}/api/v1/registers/{REGISTER}/jp-{code}"
    answer = await borders.client.get(url, params={"country": publisher})
    found: Mapping[str, Any] = answer.raise_for_status().json()
    return found


async def test_m8_1_a_suspension_and_its_end_are_public_in_both_countries(borders: Borders) -> None:
    item = await public(borders, document(SUSPENDED, "fields/1", "外食業", 停止開始年月日="令和8年4月1日"))
    assert item["delivered"]["country"] == "kg"
    (told,) = await borders.documents("kg", "fields/1")
    assert (told["document_type"], told["suspension"]["effective_from"]) == ("field-suspension", "01.04.2026")
    assert told["suspension"]["field"]["name_ol"] == "Общественное питание"

    await public(borders, document(RESUMED, "fields/2", "外食業", 再開年月日="令和8年6月1日"))
    shown = [await entry(borders, country, "food-service") for country in ("jp", "kg")]
    for one in shown:
        assert [version["change"] for version in one["versions"]] == ["suspended", "resumed"]
        assert [version["effective_on"] for version in one["versions"]] == ["2026-04-01", "2026-06-01"]
    assert shown[0]["digest"] == shown[1]["digest"]
    site = borders.place("publication").url
    for country, lang, name in (("jp", "ja", "外食業"), ("kg", "ky", "Коомдук тамактануу")):
        page = await borders.client.get(f"{site}/{country}/{REGISTER}/jp-food-service", params={"lang": lang})
        assert name in page.raise_for_status().text

    async def confirmed() -> list[str] | None:
        documents = await borders.documents("jp", "fields/1")
        countries = sorted(one["公表国"] for one in documents if one["文書種別"] == "公表確認通知")
        return countries if len(countries) == 2 else None

    assert await borders.until(confirmed, "the authority is told of both pages") == ["JP", "KG"]


async def test_m8_1_a_suspension_announced_for_a_later_day_is_withdrawn_before_it(borders: Borders) -> None:
    announced = document(SUSPENDED, "fields/11", "農業", 停止開始年月日="令和19年4月1日")
    await public(borders, announced)
    before = await entry(borders, "jp", "agriculture")
    assert (before["status"], before["valid_from"]) == ("active", "2037-04-01")

    days = {"停止開始年月日": "令和19年4月1日", "撤回年月日": "令和19年3月1日"}
    late = document(WITHDRAWN, "fields/12", "農業", **days | {"撤回年月日": "令和19年4月1日"})
    told = await refused(borders, late)
    assert (told["slug"], told["clause"], told["state"]) == ("suspension-begun", "M8.1", "suspended")

    await public(borders, document(WITHDRAWN, "fields/13", "農業", **days))
    for country in ("jp", "kg"):
        shown = await entry(borders, country, "agriculture")
        assert shown["status"] == "active"
        # What was announced stays in the history.
        assert [version["change"] for version in shown["versions"]] == ["suspended", "withdrawn"]
    (withdrawn,) = await borders.documents("kg", "fields/13")
    assert withdrawn["withdrawal"]["withdrawn_date"] == "01.03.2037"


async def test_m8_1_what_does_not_fit_what_was_told_is_refused_and_nobody_else_hears_of_it(borders: Borders) -> None:
    never = await refused(borders, document(RESUMED, "fields/21", "林業"))
    assert (never["slug"], never["clause"], never["state"]) == ("acceptance-not-suspended", "M8.1", "accepting")
    early = await refused(borders, document(SUSPENDED, "fields/22", "資源循環", 停止開始年月日="令和8年1月22日"))
    assert (early["slug"], early["clause"]) == ("no-such-field", "M8.1")
    await public(borders, document(SUSPENDED, "fields/23", "林業", 停止開始年月日="令和8年4月1日"))
    second = await refused(borders, document(SUSPENDED, "fields/24", "林業", 停止開始年月日="令和8年5月1日"))
    assert (second["slug"], second["state"]) == ("acceptance-suspended", "suspended")
    for message_id in ("fields/21", "fields/22", "fields/24"):
        assert await borders.documents("kg", message_id) == []


async def test_m8_1_the_same_told_again_changes_no_page(borders: Borders) -> None:
    again = document(SUSPENDED, "fields/31", "航空", 停止開始年月日="令和8年4月1日")
    await public(borders, again)
    first = await entry(borders, "kg", "aviation")
    repeated = (await borders.hand_in(again, "jp", wait=20)).json()
    assert repeated["status"] == "duplicate"
    response = await borders.hand_in(again | {"文書番号": "fields/32"}, "jp", wait=20)
    assert response.json()["items"][0]["outcome"] == "applied"
    assert await entry(borders, "kg", "aviation") == first
    assert await borders.documents("kg", "fields/32") == []

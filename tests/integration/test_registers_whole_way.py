"""What stands in the registers from one national system to the other and onto both countries' pages, all of it real."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.bridge_builders import accreditation, fixture
from tests.integration.borders import Borders
from tests.organization_builders import CRITERIA

SUSPENDED, RESUMED, WITHDRAWN = "受入停止", "受入再開", "受入停止撤回"
FIELDS, ORGANIZATIONS = "field-acceptance", "sending-organizations"
LASTING = {"valid_from": "01.01.2026", "valid_to": "31.12.2098"}


def field_document(kind: str, message_id: str, field: str, **changes: Any) -> dict[str, Any]:
    """Of the immigration authority's layout, about this field."""
    return fixture("jp", kind) | {"文書番号": message_id, "特定産業分野": field} | changes


def tin(number: int) -> str:
    """An ИНН for each number, of none of the other tests' organizations."""
    return f"0170320157{number:04d}"


def decision(kind: str, message_id: str, number: int, **changes: Any) -> dict[str, Any]:
    """What was decided of the organization's permit, or is told of its application."""
    document = fixture("kg", kind) | {"message_id": message_id, "tin": tin(number)}
    section = {"application-refusal": "refusal"}.get(kind, kind)
    return document | {section: document[section] | changes}


def screening(message_id: str, number: int, application: str, **found: str) -> dict[str, Any]:
    """All criteria met but those named otherwise."""
    note = "Проверено по документам."
    results = [{"criterion": one, "met": found.get(one.replace("-", "_"), "yes"), "note": note} for one in CRITERIA]
    return decision("screening", message_id, number, application_number=application, date="20.01.2026", results=results)


def country_of(body: Mapping[str, Any]) -> str:
    """Whose document it is."""
    return "jp" if "文書番号" in body else "kg"


async def taken(borders: Borders, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Hands it in; its receipt when the core has taken it."""
    response = await borders.hand_in(dict(body), country_of(body), wait=20)
    assert response.status_code == 202, response.text
    (item,) = response.json()["items"]
    assert item["outcome"] == "applied", item
    found: Mapping[str, Any] = item
    return found


async def public(borders: Borders, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Hands it in; its receipt when the other side has it and both countries show it."""
    receipt_id = (await taken(borders, body))["receipt_id"]

    async def all_of_it() -> Mapping[str, Any] | None:
        item = await borders.receipt(receipt_id, country_of(body))
        return item if item["delivered"] and set(item["published"]) == {"jp", "kg"} else None

    found: Mapping[str, Any] = await borders.until(all_of_it, f"{receipt_id} is delivered and public")
    return found


async def refused(borders: Borders, body: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Hands it in: slug, clause and state of the problem it is answered with."""
    response = await borders.hand_in(dict(body), country_of(body), wait=20)
    assert response.status_code >= 400, response.text
    told = response.json()
    return told["slug"], told["clause"], told.get("state")


async def entry(borders: Borders, register: str, publisher: str, entry_id: str, **when: str) -> Mapping[str, Any]:
    """As this country shows it, today or on another day."""
    url = f"{borders.place('publication').url}/api/v1/registers/{register}/{entry_id}"
    answer = await borders.client.get(url, params={"country": publisher, **when})
    found: Mapping[str, Any] = answer.raise_for_status().json()
    return found


async def page(borders: Borders, register: str, publisher: str, entry_id: str, lang: str) -> str:
    url = f"{borders.place('publication').url}/{publisher}/{register}/{entry_id}"
    return (await borders.client.get(url, params={"lang": lang})).raise_for_status().text


# -- sending organizations ----------------------------------------------------------------------------------------


async def test_m7_1_an_application_is_screened_and_accredited_and_nobody_else_hears_of_it(borders: Borders) -> None:
    applied = fixture("kg", "application") | {"message_id": "life/1", "tin": tin(1)}
    applied |= {"application": {"number": "АЗ/1", "purpose": "new", "date": "10.01.2026"}}
    accredited = accreditation("life/4", tin=tin(1), application_number="АЗ/1", permit=LASTING)

    assert await refused(borders, accredited | {"message_id": "life/0"}) == (
        "no-such-application", "M7.1", "not-applied"
    )  # fmt: skip
    await taken(borders, applied)
    await taken(borders, screening("life/2", 1, "АЗ/1", transparent_fees="no"))
    unmet = await refused(borders, accredited | {"message_id": "life/2a"})
    assert unmet == ("criteria-not-met", "M7.1", "submitted")
    await taken(borders, screening("life/3", 1, "АЗ/1"))
    met = await refused(
        borders, decision("application-refusal", "life/3a", 1, application_number="АЗ/1", decision_date="21.01.2026")
    )
    assert met == ("criteria-met", "M7.1", "submitted")

    item = await public(borders, accredited)
    assert item["delivered"]["country"] == "jp"
    await taken(borders, decision("guidance", "life/5", 1, date="10.03.2026"))
    for message_id in ("life/1", "life/2", "life/3", "life/5"):
        assert await borders.documents("jp", message_id) == []
    (told,) = await borders.documents("jp", "life/4")
    assert "АЗ/1" not in str(told)
    for country in ("jp", "kg"):
        shown = await entry(borders, ORGANIZATIONS, country, f"kg-{tin(1)}")
        assert shown["status"] == "active"
        assert "АЗ/1" not in str(shown)


async def test_m7_4_an_organization_is_revoked_while_its_renewal_is_under_way(borders: Borders) -> None:
    await public(borders, accreditation("life/11", tin=tin(2), permit=LASTING))
    applied = fixture("kg", "application") | {"message_id": "life/12", "tin": tin(2)}
    applied |= {"application": {"number": "АЗ/2", "purpose": "prolongation", "date": "10.01.2026"}}
    await taken(borders, applied)
    await taken(borders, screening("life/13", 2, "АЗ/2"))
    await public(borders, decision("revocation", "life/14", 2, effective_from="01.02.2026"))

    days = {"application_number": "АЗ/2", "decision_date": "31.01.2026", "valid_to": "31.12.2099"}
    assert await refused(borders, decision("renewal", "life/15", 2, **days)) == ("revoked", "M7.1", "revoked")
    again = await refused(borders, screening("life/16", 2, "АЗ/2"))
    assert again == ("application-decided", "M7.1", "lapsed")
    for country in ("jp", "kg"):
        shown = await entry(borders, ORGANIZATIONS, country, f"kg-{tin(2)}")
        assert (shown["status"], shown["revoked_on"]) == ("revoked", "2026-02-01")
    assert await borders.documents("jp", "life/15") == []


async def test_m6_2_a_revocation_is_published_and_so_is_its_reversal_on_appeal(borders: Borders) -> None:
    await public(borders, accreditation("life/21", tin=tin(3), permit=LASTING))
    await public(borders, decision("revocation", "life/22", 3, effective_from="01.02.2026"))
    assert (await entry(borders, ORGANIZATIONS, "jp", f"kg-{tin(3)}"))["status"] == "revoked"
    await public(borders, decision("reinstatement", "life/23", 3, effective_from="01.03.2026"))
    (told,) = await borders.documents("jp", "life/23")
    assert (told["文書種別"], told["効力発生日"]) == ("送出機関認定回復通知", "2026-03-01")
    shown = [await entry(borders, ORGANIZATIONS, country, f"kg-{tin(3)}") for country in ("jp", "kg")]
    for one in shown:
        assert (one["status"], one["revoked_on"]) == ("active", None)
        assert [version["change"] for version in one["versions"]] == ["accredited", "revoked", "reinstated"]
    assert shown[0]["digest"] == shown[1]["digest"]
    assert "認定の回復（取消しの撤回）" in await page(borders, ORGANIZATIONS, "jp", f"kg-{tin(3)}", "ja")


async def test_m7_1_both_pages_and_the_registry_say_alike_who_was_accredited_on_a_day_as_known_at_a_moment(
    borders: Borders,
) -> None:
    await public(borders, accreditation("life/41", tin=tin(5), permit=LASTING))
    await public(borders, decision("revocation", "life/42", 5, effective_from="01.02.2026"))
    now = await entry(borders, ORGANIZATIONS, "jp", f"kg-{tin(5)}")
    accredited, revoked = (version["recorded_at"] for version in now["versions"])
    registry = f"{borders.place('registry').url}/v1/sending-organizations/kg/{tin(5)}"
    for on, known, status, standing in (
        ("2025-12-31", revoked, "upcoming", "not-yet-accredited"),
        ("2026-01-31", revoked, "active", "accredited"),
        ("2026-02-01", accredited, "active", "accredited"),
        ("2026-02-01", revoked, "revoked", "revoked"),
    ):
        for country in ("jp", "kg"):
            shown = await entry(borders, ORGANIZATIONS, country, f"kg-{tin(5)}", on=on, known=known)
            assert (shown["status"], shown["on"]) == (status, on), (country, on, known)
        answer = await borders.client.get(
            registry, params={"on": on, "known_at": known}, headers=borders.token("kg", "operator")
        )
        assert answer.raise_for_status().json()["standing"] == standing, (on, known)


async def test_m7_4_a_suspension_shows_on_both_pages_until_it_is_resumed(borders: Borders) -> None:
    await public(borders, accreditation("life/31", tin=tin(4), permit=LASTING))
    await public(borders, decision("suspension", "life/32", 4, effective_from="01.02.2026"))
    moved = accreditation("life/33", tin=tin(4), permit=LASTING, house="7")
    await public(borders, moved | {"message_type": "amendment", "effective_from": "01.03.2026"})
    for country in ("jp", "kg"):
        shown = await entry(borders, ORGANIZATIONS, country, f"kg-{tin(4)}")
        assert (shown["status"], shown["suspended_on"]) == ("suspended", "2026-02-01")
    read = re.sub("<[^>]*>", "", await page(borders, ORGANIZATIONS, "jp", f"kg-{tin(4)}", "ja"))
    assert "認定は2026年2月1日から停止されています。" in read
    assert "Проводится проверка по жалобе" in await page(borders, ORGANIZATIONS, "kg", f"kg-{tin(4)}", "ru")

    await public(borders, decision("resumption", "life/34", 4, effective_from="01.04.2026"))
    days = {"decision_date": "01.12.2026", "valid_to": "31.12.2099"}
    await public(borders, decision("renewal", "life/35", 4, **days))
    shown = await entry(borders, ORGANIZATIONS, "jp", f"kg-{tin(4)}")
    assert shown["status"] == "active"
    assert [version["change"] for version in shown["versions"]] == [
        "accredited", "suspended", "amended", "resumed", "renewed"
    ]  # fmt: skip
    assert shown["versions"][-1]["valid_to"] == "2099-12-31"
    (told,) = await borders.documents("jp", "life/35")
    assert told["許可"]["有効期間満了日"] == "2099-12-31"


# -- acceptance by field --------------------------------------------------------------------------------------------


async def test_m8_1_a_suspension_and_its_end_are_public_in_both_countries(borders: Borders) -> None:
    item = await public(borders, field_document(SUSPENDED, "fields/1", "外食業", 停止開始年月日="令和8年4月1日"))
    assert item["delivered"]["country"] == "kg"
    (told,) = await borders.documents("kg", "fields/1")
    assert (told["document_type"], told["suspension"]["effective_from"]) == ("field-suspension", "01.04.2026")
    assert told["suspension"]["field"]["name_ol"] == "Общественное питание"

    await public(borders, field_document(RESUMED, "fields/2", "外食業", 再開年月日="令和8年6月1日"))
    shown = [await entry(borders, FIELDS, country, "jp-food-service") for country in ("jp", "kg")]
    for one in shown:
        assert [version["change"] for version in one["versions"]] == ["suspended", "resumed"]
        assert [version["effective_on"] for version in one["versions"]] == ["2026-04-01", "2026-06-01"]
    assert shown[0]["digest"] == shown[1]["digest"]
    for country, lang, name in (("jp", "ja", "外食業"), ("kg", "ky", "Коомдук тамактануу")):
        assert name in await page(borders, FIELDS, country, "jp-food-service", lang)

    async def confirmed() -> list[str] | None:
        documents = await borders.documents("jp", "fields/1")
        countries = sorted(one["公表国"] for one in documents if one["文書種別"] == "公表確認通知")
        return countries if len(countries) == 2 else None

    assert await borders.until(confirmed, "the authority is told of both pages") == ["JP", "KG"]


async def test_m8_1_a_suspension_announced_for_a_later_day_is_withdrawn_before_it(borders: Borders) -> None:
    announced = field_document(SUSPENDED, "fields/11", "農業", 停止開始年月日="令和19年4月1日")
    await public(borders, announced)
    before = await entry(borders, FIELDS, "jp", "jp-agriculture")
    assert (before["status"], before["valid_from"]) == ("upcoming", "2037-04-01")

    days = {"停止開始年月日": "令和19年4月1日", "撤回年月日": "令和19年3月1日"}
    late = field_document(WITHDRAWN, "fields/12", "農業", **days | {"撤回年月日": "令和19年4月1日"})
    told = await refused(borders, late)
    assert told == ("suspension-begun", "M8.1", "suspended")

    await public(borders, field_document(WITHDRAWN, "fields/13", "農業", **days))
    for country in ("jp", "kg"):
        shown = await entry(borders, FIELDS, country, "jp-agriculture")
        assert shown["status"] == "active"
        # What was announced stays in the history.
        assert [version["change"] for version in shown["versions"]] == ["suspended", "withdrawn"]
    (withdrawn,) = await borders.documents("kg", "fields/13")
    assert withdrawn["withdrawal"]["withdrawn_date"] == "01.03.2037"


async def test_m8_1_what_does_not_fit_what_was_told_is_refused_and_nobody_else_hears_of_it(borders: Borders) -> None:
    never = await refused(borders, field_document(RESUMED, "fields/21", "林業"))
    assert never == ("acceptance-not-suspended", "M8.1", "accepting")
    early = await refused(borders, field_document(SUSPENDED, "fields/22", "資源循環", 停止開始年月日="令和8年1月22日"))
    assert early[:2] == ("no-such-field", "M8.1")
    await public(borders, field_document(SUSPENDED, "fields/23", "林業", 停止開始年月日="令和8年4月1日"))
    second = await refused(borders, field_document(SUSPENDED, "fields/24", "林業", 停止開始年月日="令和8年5月1日"))
    assert second == ("acceptance-suspended", "M8.1", "suspended")
    for message_id in ("fields/21", "fields/22", "fields/24"):
        assert await borders.documents("kg", message_id) == []


async def test_m8_1_the_same_told_again_changes_no_page(borders: Borders) -> None:
    again = field_document(SUSPENDED, "fields/31", "航空", 停止開始年月日="令和8年4月1日")
    await public(borders, again)
    first = await entry(borders, FIELDS, "kg", "jp-aviation")
    repeated = (await borders.hand_in(again, "jp", wait=20)).json()
    assert repeated["status"] == "duplicate"
    response = await borders.hand_in(again | {"文書番号": "fields/32"}, "jp", wait=20)
    assert response.json()["items"][0]["outcome"] == "applied"
    assert await entry(borders, FIELDS, "kg", "jp-aviation") == first
    assert await borders.documents("kg", "fields/32") == []


# -- improvement orders -------------------------------------------------------------------------------------------


async def test_m6_3a_m7_5_an_improvement_order_is_notified_amended_and_lifted_and_public_where_it_is_promised(
    borders: Borders,
) -> None:
    def document(kind: str, message_id: str, **changes: Any) -> dict[str, Any]:
        return fixture("jp", kind) | {"文書番号": message_id, "命令番号": "改善第63号"} | changes

    async def shown(body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Hands it in; its receipt when the other side has it and shows it."""
        receipt_id = (await taken(borders, body))["receipt_id"]

        async def all_of_it() -> Mapping[str, Any] | None:
            item = await borders.receipt(receipt_id, "jp")
            return item if item["delivered"] and set(item["published"]) == {"kg"} else None

        found: Mapping[str, Any] = await borders.until(all_of_it, f"{receipt_id} is delivered and public")
        return found

    never = await refused(borders, document("改善命令解除", "orders/0"))
    assert never == ("not-issued", "M6.3a", "not-issued")
    item = await shown(document("改善命令", "orders/1"))
    assert item["delivered"]["country"] == "kg"
    (told,) = await borders.documents("kg", "orders/1")
    assert told["order"]["organization"]["identifier"]["value"] == "7000012050002"
    assert (told["order"]["order_date"], told["order"]["deadline"]) == ("25.02.2026", "30.04.2026")
    assert told["order"]["articles"] == document("改善命令", "orders/1")["根拠条文"]
    assert [one["media_type"] for one in told["order"]["attachments"]] == ["application/pdf"]

    await shown(document("改善命令変更", "orders/2"))
    await shown(document("改善命令解除", "orders/3"))
    again = await refused(borders, document("改善命令変更", "orders/4", 変更年月日="R8.6.10"))
    assert again == ("lifted", "M6.3a", "complied")
    entry_of_it = await entry(borders, "improvement-orders", "kg", "jp-改善第63号")
    assert [version["change"] for version in entry_of_it["versions"]] == ["issued", "amended", "lifted"]
    assert entry_of_it["status"] == "expired"
    assert "Watanabe" in await page(borders, "improvement-orders", "kg", "jp-改善第63号", "ru")


# -- the test catalogue -------------------------------------------------------------------------------------------


async def test_m5_1_tests_and_their_sessions_are_told_to_the_other_side_and_not_published(borders: Borders) -> None:
    def document(kind: str, message_id: str, **changes: Any) -> dict[str, Any]:
        return fixture("jp", kind) | {"文書番号": message_id, "試験番号": "SSW-M51"} | changes

    early = await refused(borders, document("試験実施予定", "tests/0"))
    assert early == ("no-such-test", "M5.1", "not-listed")
    sent = [
        document("試験", "tests/1"),
        document("試験実施予定", "tests/2"),
        document("試験実施変更", "tests/3"),
        document("試験実施中止", "tests/4"),
    ]
    receipts = [(await taken(borders, body))["receipt_id"] for body in sent]
    again = await refused(borders, document("試験実施変更", "tests/5", 会場="ナルイン"))
    assert again == ("session-cancelled", "M5.1", "cancelled")

    async def delivered() -> bool:
        return all([(await borders.receipt(one, "jp"))["delivered"] for one in receipts])

    await borders.until(delivered, "the ministry has the test and its session")
    told = [(await borders.documents("kg", f"tests/{number}"))[0] for number in range(1, 5)]
    assert [one["document_type"] for one in told] == [
        "test", "test-session", "test-session-change", "test-session-cancellation"
    ]  # fmt: skip
    assert told[0]["test"]["field"]["name_ol"] == "Общественное питание"
    assert (told[2]["session"]["place"], told[3]["cancellation"]["decision_date"]) == ("オシ", "01.05.2026")
    assert not (await borders.receipt(receipts[0], "jp"))["published"]
    assert await borders.documents("kg", "tests/5") == []

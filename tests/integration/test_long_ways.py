"""What goes through several matters, from one national system to the other and onto both countries' pages, all real."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.agreements import ends_on
from tests.bridge_builders import accreditation, fixture
from tests.integration.borders import Borders
from tests.integration.test_cases_whole_way import (
    ACKNOWLEDGEMENT,
    ANSWER,
    ASSESSMENT,
    CLOSING,
    MEASURE,
    NOTICE,
    OPENING,
    REPORT,
    RESULT,
    answer,
    applied,
    delivered,
    document,
    given,
    inquiry,
    refused,
)
from tests.integration.test_registers_whole_way import LASTING, ORGANIZATIONS, decision, entry, page, public, tin
from tests.integration.test_statements_whole_way import CASES, today, told
from tests.integration.test_statements_whole_way import document as stated


async def noticed(borders: Borders, number: str, organization: int, by: str) -> None:
    """The immigration authority notifies the ministry of one of its organizations, which investigates; `by` begins the
    ids of the messages.
    """
    about = {"認定国": "KG", "登録番号": tin(organization), "名称": {"ru": "ОсОО «Жол Ачык»"}}
    await applied(borders, "jp", document("jp", NOTICE, f"{by}/notice", number, 対象機関=about))
    assert (await given(borders, "kg", NOTICE, number))["организация"]["регистрационный_номер"] == tin(organization)
    await applied(borders, "kg", document("kg", OPENING, f"{by}/opening", number, редакция=1))
    await given(borders, "jp", OPENING, number)


async def notice_of(borders: Borders, country: str, number: str, **members: int) -> Mapping[str, Any]:
    """As its operators read it, once its members have so many items."""
    url = f"{borders.place('reporting').url}/v1/cases/notice/jp-kg/jp-{number}"

    async def found() -> Any:
        answer = await borders.client.get(url, headers=borders.token(country, "operator"))
        notice = answer.raise_for_status().json()
        return notice if all(len(notice["record"][name]) == count for name, count in members.items()) else None

    notice: Mapping[str, Any] = await borders.until(found, f"{number} has {members}")
    return notice


async def test_m7_3_a_notice_shows_the_suspension_and_the_revocation_that_name_it(borders: Borders) -> None:
    number, place = "入管通第73号", 73
    naming = {"notice": {"country": "JP", "number": number}}
    await public(borders, accreditation("link/1", tin=tin(place), permit=LASTING))
    await noticed(borders, number, place, "link")

    day = {"effective_from": "01.02.2026", "decision_number": "28-О"}
    await public(borders, decision("suspension", "link/2", place, **day, **naming))
    (told,) = await borders.documents("jp", "link/2")
    assert told["契機となった通知"] == {"通知国": "JP", "通知番号": number}
    notice = await notice_of(borders, "jp", number, registry_decisions=1)
    assert (notice["status"], notice["record"]["conclusion"]) == ("under-investigation", None)

    day = {"effective_from": "01.03.2026", "decision_number": "31-О"}
    await public(borders, decision("revocation", "link/3", place, **day, **naming))
    ended = document("kg", RESULT, "link/4", number, редакция=1, номер_решения_в_реестре="31-О")
    await applied(borders, "kg", ended)
    assert (await given(borders, "jp", RESULT, number))["登録簿処分番号"] == "31-О"
    for country in ("jp", "kg"):
        notice = await notice_of(borders, country, number, registry_decisions=2)
        assert notice["record"]["conclusion"]["result"]["consequence"] == "revocation"
        linked = [
            (one["consequence"], one["effective_on"], one["decision_number"])
            for one in notice["record"]["registry_decisions"]
        ]
        assert linked == [("suspension", "2026-02-01", "28-О"), ("revocation", "2026-03-01", "31-О")]
        # That there was a notice is on no page.
        shown = await entry(borders, ORGANIZATIONS, country, f"kg-{tin(place)}")
        read = await page(borders, ORGANIZATIONS, country, f"kg-{tin(place)}", "en")
        assert shown["status"] == "revoked"
        assert number not in f"{shown}{read}"


# -- a broker -------------------------------------------------------------------------------------------------------


async def test_m4_1_m6_2_m7_3_m7_4_a_broker_is_reported_investigated_revoked_published_and_reinstated_on_appeal(
    borders: Borders,
) -> None:
    reported, number, place = "2026/П-74", "入管通第74号", 74
    word = "ОсОО «Посредник»"
    await public(borders, accreditation("broker/1", tin=tin(place), permit=LASTING, full_name_ol=word))
    example = fixture("kg", "misconduct-report")["субъекты"][0]
    subject = example | {"наименования": {"ru": word}, "номера": [{"вид": "ИНН", "номер": tin(place)}]}
    await applied(borders, "kg", document("kg", REPORT, "broker/2", reported, субъекты=[subject]))
    (named,) = (await given(borders, "jp", REPORT, reported))["対象者"]
    assert tin(place) in str(named)

    first = {"通報国": "KG", "改訂番号": 1}
    await applied(borders, "jp", document("jp", ACKNOWLEDGEMENT, "broker/3", reported, **first))
    await applied(borders, "jp", document("jp", ASSESSMENT, "broker/4", reported, **first))
    assert (await given(borders, "kg", ASSESSMENT, reported))["вероятно"]
    await noticed(borders, number, place, "broker")
    await applied(borders, "kg", document("kg", MEASURE, "broker/5", number))
    assert (await given(borders, "jp", MEASURE, number))["措置番号"] == 1

    naming = {"notice": {"country": "JP", "number": number}}
    await public(borders, decision("revocation", "broker/6", place, effective_from="01.02.2026", **naming))
    await applied(borders, "kg", document("kg", RESULT, "broker/7", number, редакция=1))
    assert (await given(borders, "jp", RESULT, number))["処分"] == "認定取消"
    await applied(borders, "jp", document("jp", CLOSING, "broker/8", reported, 措置件数=0, **first))
    await given(borders, "kg", CLOSING, reported)
    (linked,) = (await notice_of(borders, "kg", number, registry_decisions=1))["record"]["registry_decisions"]
    assert linked["consequence"] == "revocation"
    ground = fixture("kg", "revocation")["revocation"]["ground_ol"]
    for country in ("jp", "kg"):
        assert (await entry(borders, ORGANIZATIONS, country, f"kg-{tin(place)}"))["status"] == "revoked"
        assert ground in await page(borders, ORGANIZATIONS, country, f"kg-{tin(place)}", "ru")

    await public(borders, decision("reinstatement", "broker/9", place, effective_from="01.03.2026"))
    digests = set()
    for country in ("jp", "kg"):
        shown = await entry(borders, ORGANIZATIONS, country, f"kg-{tin(place)}")
        assert (shown["status"], shown["revoked_on"]) == ("active", None)
        assert [version["change"] for version in shown["versions"]] == ["accredited", "revoked", "reinstated"]
        digests.add(shown["digest"])
        # Both stay public; that it was reported, and why it was looked into, does not become so.
        read = await page(borders, ORGANIZATIONS, country, f"kg-{tin(place)}", "ru")
        assert ground in read
        assert not [secret for secret in (reported, number, "Посредник собирал залог") if secret in f"{shown}{read}"]
    assert len(digests) == 1


# -- the end of the agreement; from here on services live in the future ------------------------------------------------


async def out_of_force(borders: Borders, country: str, body: Mapping[str, Any]) -> None:
    told = await refused(borders, country, body)
    assert (told["slug"], told["clause"]) == ("not-in-force", "M10a")


async def closed(borders: Borders, country: str, body: Mapping[str, Any]) -> None:
    """What brings an open case to its end goes over and arrives."""
    other = {"kg": "jp", "jp": "kg"}[country]
    told = await delivered(borders, country, await applied(borders, country, body))
    assert told["country"] == other


async def test_m10a_after_the_notice_has_run_out_nothing_new_passes_and_five_open_cases_can_be_closed(
    borders: Borders,
) -> None:
    opened = [
        ("kg", document("kg", REPORT, "end/report", "end-report")),
        ("jp", document("jp", NOTICE, "end/notice", "end-notice")),
        ("kg", inquiry("kg", "end/inquiry", "end-inquiry")),
        ("jp", stated("jp", "協力要請", "jp", "end/cooperation", "end-cooperation")),
        ("kg", stated("kg", "residence-matter", "kg", "end/residence", "end-residence")),
    ]
    await asyncio.gather(*(closed(borders, country, body) for country, body in opened))
    opening = document("kg", OPENING, "end/opening", "end-notice", редакция=1)
    await applied(borders, "kg", opening)

    day = today("kg")
    notice = stated("kg", "termination-notice", "kg", "end/given", "end-given")
    await closed(borders, "kg", notice | {"дата_уведомления": f"{day:%d.%m.%Y}"})
    await closed(borders, "jp", stated("jp", "終了通告確認", "kg", "end/noted", "end-given"))
    # Until the day has come it is in force.
    await closed(borders, "kg", document("kg", REPORT, "end/still", "end-still"))

    days = (ends_on(day) - datetime.now(UTC).date()).days + 1
    await borders.move(days, "registry", "bridge-kg", "bridge-jp")
    assert (await told(borders, "jp", "協力終了通知", "end-given"))["終了日"] == ends_on(day).isoformat()
    await told(borders, "kg", "agreement-ended", "end-given")

    new = [
        ("kg", document("kg", REPORT, "end/new-report", "end-new-report")),
        ("jp", document("jp", NOTICE, "end/new-notice", "end-new-notice")),
        ("jp", document("jp", REPORT, "end/new-jp-report", "end-new-jp-report")),
        ("kg", inquiry("kg", "end/new-inquiry", "end-new-inquiry")),
        ("jp", inquiry("jp", "end/new-jp-inquiry", "end-new-jp-inquiry")),
        ("jp", stated("jp", "協力要請", "jp", "end/new-cooperation", "end-new-cooperation")),
        ("kg", stated("kg", "residence-matter", "kg", "end/new-residence", "end-new-residence")),
        ("kg", accreditation("end/new-organization", tin=tin(101), permit=LASTING)),
    ]
    await asyncio.gather(*(out_of_force(borders, country, body) for country, body in new))

    first = {"通報国": "KG", "改訂番号": 1, "措置件数": 0}
    result = {"последствие": "нет", "номер_решения_в_реестре": None}
    ends = [
        ("jp", document("jp", CLOSING, "end/report-closed", "end-report", **first)),
        ("kg", document("kg", RESULT, "end/result", "end-notice", редакция=1, **result)),
        ("jp", answer("jp", "end/answer", "end-inquiry")),
        ("kg", stated("kg", "cooperation-refusal", "jp", "end/declined", "end-cooperation")),
        ("kg", stated("kg", "residence-closing", "kg", "end/settled", "end-residence")),
    ]
    await asyncio.gather(*(closed(borders, country, body) for country, body in ends))
    await given(borders, "kg", CLOSING, "end-report")
    await given(borders, "jp", RESULT, "end-notice")
    assert (await given(borders, "kg", ANSWER, "end-inquiry"))["открыто"] == []
    await told(borders, "jp", "協力拒否", "end-cooperation")
    await told(borders, "jp", "在留事項終了", "end-residence")
    for country in ("kg", "jp"):
        every = [item["delivery"]["document"] for item in await borders.received(country)]
        assert not [one for one in every if "end-new" in str(one)]

    # Secrecy goes on: what was received is disclosed to nobody without the originator's word.
    without = stated("jp", "第三者提供", "jp", "end/disclosure", "end-never-asked")
    refusal = await refused(borders, "jp", without)
    assert (refusal["slug"], refusal["clause"]) == ("no-consent", "M3b")


# -- a consent --------------------------------------------------------------------------------------------------------


async def test_m3b_a_consented_disclosure_and_the_same_one_second_after_the_consent_has_expired(
    borders: Borders,
) -> None:
    number = "consent-1"
    expires_at = (datetime.now(UTC) + timedelta(days=400)).replace(microsecond=0)
    until = {country: CASES[country].LAYOUT.written_moment(expires_at) for country in ("jp", "kg")}
    asking = stated("jp", "提供同意依頼", "jp", "consent/1", number) | {"同意期限": until["jp"]}
    await closed(borders, "jp", asking)
    granting = stated("kg", "consent", "jp", "consent/2", number) | {"согласие_до": until["kg"]}
    await closed(borders, "kg", granting)
    assert (await told(borders, "jp", "提供同意", number))["同意期限"] == until["jp"]

    await closed(borders, "jp", stated("jp", "第三者提供", "jp", "consent/3", number))
    disclosed = await told(borders, "kg", "disclosure", number)
    assert disclosed["message_id"] == "consent/3"

    await borders.move(expires_at + timedelta(seconds=1), "bridge-jp")
    again = stated("jp", "第三者提供", "jp", "consent/4", number)
    problem = await refused(borders, "jp", again)
    assert (problem["slug"], problem["clause"]) == ("consent-expired", "M3b")
    # The attempt is in the ledger of the side that made it, and goes no further.
    entries = [one for batch in await borders.ledger("jp") for one in batch.entries if one.message_id == "consent/4"]
    assert [(one.direction, one.receipt.status) for one in entries] == [("in", "rejected")]
    assert await borders.documents("kg", "consent/4") == []

    # No side need act for it to end.
    await borders.move(401, "inquiry")
    await told(borders, "jp", "提供同意期限経過", number)
    await told(borders, "kg", "consent-expiry", number)

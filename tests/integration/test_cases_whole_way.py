"""Reports and inquiries from one national system to the other and back, through both bridges and the core, all real."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from deploy.demo import cases as demo
from deploy.demo.manifest import ACCEPTED
from deploy.demo.steps import Case
from shared.cases.terms import term
from tests.bridge_builders import accreditation, fixture
from tests.integration.borders import Borders

OTHER = {"kg": "jp", "jp": "kg"}
ID = {"kg": "message_id", "jp": "文書番号"}
KIND = {"kg": "document_type", "jp": "文書種別"}
NUMBER = {
    ("kg", "report"): "номер",
    ("kg", "inquiry"): "номер",
    ("kg", "notice"): "номер",
    ("jp", "report"): "通報番号",
    ("jp", "notice"): "通知番号",
    ("jp", "inquiry"): "照会番号",
}
OPENER = {
    ("kg", "report"): "сообщившая_страна",
    ("kg", "inquiry"): "запросившая_страна",
    ("kg", "notice"): "уведомившая_страна",
    ("jp", "report"): "通報国",
    ("jp", "notice"): "通知国",
    ("jp", "inquiry"): "照会国",
}
REPORT = {"kg": "misconduct-report", "jp": "不正行為通報"}
CORRECTION = {"kg": "misconduct-report-correction", "jp": "不正行為通報訂正"}
WITHDRAWAL = {"kg": "misconduct-report-withdrawal", "jp": "不正行為通報取下げ"}
ACKNOWLEDGEMENT = {"kg": "misconduct-report-acknowledgement", "jp": "不正行為通報受領確認"}
ASSESSMENT = {"kg": "misconduct-report-assessment", "jp": "不正行為通報評価"}
REPORT_MEASURE = {"kg": "misconduct-report-measure", "jp": "不正行為通報措置"}
CLOSING = {"kg": "misconduct-report-closing", "jp": "不正行為通報終結"}
REPORT_REFUSAL = {"kg": "misconduct-report-refusal", "jp": "不正行為通報対応拒否"}
FRAUD = {"kg": "test-fraud-report", "jp": "試験不正通報"}
FRAUD_CORRECTION = {"kg": "test-fraud-report-correction", "jp": "試験不正通報訂正"}
FRAUD_WITHDRAWAL = {"kg": "test-fraud-report-withdrawal", "jp": "試験不正通報取下げ"}
FRAUD_ACKNOWLEDGEMENT = {"kg": "test-fraud-report-acknowledgement", "jp": "試験不正通報受領確認"}
FRAUD_ASSESSMENT = {"kg": "test-fraud-report-assessment", "jp": "試験不正通報評価"}
FRAUD_MEASURE = {"kg": "test-fraud-report-measure", "jp": "試験不正通報措置"}
FRAUD_CLOSING = {"kg": "test-fraud-report-closing", "jp": "試験不正通報終結"}
NOTICE = {"kg": "improper-conduct-notice", "jp": "不適正行為通知"}
NOTICE_CORRECTION = {"kg": "improper-conduct-notice-correction", "jp": "不適正行為通知訂正"}
NOTICE_WITHDRAWAL = {"kg": "improper-conduct-notice-withdrawal", "jp": "不適正行為通知取下げ"}
OPENING = {"kg": "investigation-opening", "jp": "調査開始通知"}
MEASURE = {"kg": "investigation-measure", "jp": "調査措置通知"}
RESULT = {"kg": "investigation-result", "jp": "調査結果通知"}
NOTICE_REMINDER = {"kg": "investigation-result-reminder", "jp": "調査結果督促通知"}
NOTICE_OVERDUE = {"kg": "investigation-result-overdue", "jp": "調査結果期限経過通知"}
NOTICE_REFUSAL = {"kg": "improper-conduct-notice-refusal", "jp": "不適正行為通知対応拒否"}
NOTICES = (NOTICE, NOTICE_CORRECTION, NOTICE_WITHDRAWAL, OPENING, MEASURE, RESULT, NOTICE_REFUSAL)
INQUIRY = {"kg": "inquiry", "jp": "照会"}
ANSWER = {"kg": "inquiry-answer", "jp": "照会回答"}
REFUSAL = {"kg": "inquiry-refusal", "jp": "照会回答拒否"}
PROPOSAL = {"kg": "inquiry-reply-date-proposal", "jp": "照会回答期日提案"}
ACCEPTANCE = {"kg": "inquiry-reply-date-acceptance", "jp": "照会回答期日受諾"}
FORWARDING = {"kg": "inquiry-forwarding", "jp": "照会移送通知"}
FOLLOW_UP = {"kg": "inquiry-follow-up", "jp": "追加照会"}
INQUIRY_CLOSING = {"kg": "inquiry-closing", "jp": "照会終結"}
INQUIRIES = (INQUIRY, ANSWER, REFUSAL, PROPOSAL, ACCEPTANCE, FORWARDING, FOLLOW_UP, INQUIRY_CLOSING)
REVISION = {"kg": "редакция", "jp": "改訂番号"}
OVERDUE = {"kg": "inquiry-overdue", "jp": "照会期限経過通知"}
REMINDER = {"kg": "inquiry-reminder", "jp": "照会督促通知"}
RESEMBLANCE = {"kg": "organization-resemblance", "jp": "類似機関通知"}
APPLICANT = {"kg": "applicant-resemblance", "jp": "類似申請機関通知"}


def document(country: str, kind: Mapping[str, str], message_id: str, number: str, **changes: Any) -> dict[str, Any]:
    """Of this country's layout, about the case of this number; a change with None takes the field out."""
    matter = "inquiry" if kind in INQUIRIES else "notice" if kind in NOTICES else "report"
    made = fixture(country, kind[country]) | {ID[country]: message_id, NUMBER[country, matter]: number} | changes
    return {name: value for name, value in made.items() if value is not None}


def inquiry(country: str, message_id: str, number: str, days: int = 30) -> dict[str, Any]:
    """Wished in so many days."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    wished = {"kg": {"желаемый_срок": f"{day:%d.%m.%Y}"}, "jp": {"回答希望日": day.isoformat()}}
    return document(country, INQUIRY, message_id, number, **wished[country])


def answer(country: str, message_id: str, number: str, *questions: int) -> dict[str, Any]:
    """To these questions; to all that are open where none is named."""
    numbered = {
        "kg": {"ответы": [{"номер": one, "текст": {"ru": "Да."}} for one in questions], "общий_ответ": None},
        "jp": {"回答": [{"番号": one, "内容": {"ja": "はい。"}} for one in questions], "一括回答": None},
    }
    whole = {"kg": {"ответы": None}, "jp": {"回答": None}}
    return document(country, ANSWER, message_id, number, **(numbered if questions else whole)[country])


async def applied(borders: Borders, country: str, body: Mapping[str, Any]) -> str:
    """Hands it in and waits for the core's word: the receipt's id."""
    response = await borders.hand_in(dict(body), country, wait=20)
    assert response.status_code == 202, response.text
    found: str = response.json()["receipt_id"]

    async def decided() -> bool:
        return bool((await borders.receipt(found, country))["outcome"] == "applied")

    await borders.until(decided, f"{body[ID[country]]} is applied")
    return found


async def refused(borders: Borders, country: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Hands it in: the problem it is answered with, the same when it is handed in again."""
    first, again = [await borders.hand_in(dict(body), country, wait=20) for _ in range(2)]
    told: Mapping[str, Any] = first.json()
    assert first.status_code >= 400, first.text
    assert (again.status_code, again.json()["slug"], again.json()["receipt_id"]) == (
        first.status_code,
        told["slug"],
        told["receipt_id"],
    )
    return told


async def given(borders: Borders, country: str, kind: Mapping[str, str], number: str) -> Mapping[str, Any]:
    """The document of this kind that a national system is given of a case."""

    async def found() -> Mapping[str, Any] | None:
        every = [item["delivery"]["document"] for item in await borders.received(country)]
        ones = [one for one in every if one[KIND[country]] == kind[country] and number in one.values()]
        assert len(ones) <= 1
        return ones[0] if ones else None

    document: Mapping[str, Any] = await borders.until(found, f"{country} is given {kind[country]} {number}")
    return document


async def delivered(borders: Borders, country: str, receipt_id: str) -> Mapping[str, Any]:
    """What the receipt of this country's message says of its delivery on the other side."""

    async def told() -> Any:
        return (await borders.receipt(receipt_id, country))["delivered"]

    found: Mapping[str, Any] = await borders.until(told, f"{receipt_id} is delivered")
    return found


both_ways = pytest.mark.parametrize("country", ["kg", "jp"])


@both_ways
async def test_a_report_goes_over_with_those_affected_and_its_acknowledgement_comes_back(
    borders: Borders, country: str
) -> None:
    other, number = OTHER[country], f"whole-{country}"
    receipt_id = await applied(borders, country, document(country, REPORT, f"cases/report-{country}", number))
    assert (await delivered(borders, country, receipt_id))["country"] == other
    report = await given(borders, other, REPORT, number)
    assert report[OPENER[other, "report"]] == country.upper()
    assert len(report["行為" if other == "jp" else "нарушения"]) == 5
    (affected,) = report["被害者" if other == "jp" else "пострадавшие"]
    name = {"kg": "Асанов Үсөн Бакыт уулу", "jp": "Асанова Айнура Бакытовна"}[country]
    assert affected["氏名" if other == "jp" else "имена"]["ky"] == name

    noted = {OPENER[other, "report"]: country.upper(), REVISION[other]: 1}
    noting = document(other, ACKNOWLEDGEMENT, f"cases/noted-{country}", number, **noted)
    back = await delivered(borders, other, await applied(borders, other, noting))
    assert back["country"] == country
    assert (await given(borders, country, ACKNOWLEDGEMENT, number))[REVISION[country]] == 1


async def test_an_inquiry_is_answered_in_part_then_whole_and_then_no_more(borders: Borders) -> None:
    number = "2026/В-1"
    receipt_id = await applied(borders, "kg", inquiry("kg", "cases/ask-1", number))
    await delivered(borders, "kg", receipt_id)
    asked = await given(borders, "jp", INQUIRY, number)
    assert [one["番号"] for one in asked["質問"]] == [1, 2, 3]

    await applied(borders, "jp", answer("jp", "cases/answer-1", number, 2))
    part = await given(borders, "kg", ANSWER, number)
    assert (part["отвечено"], part["открыто"], part["после_срока"]) == ([2], [1, 3], "нет")
    await applied(borders, "jp", answer("jp", "cases/answer-2", number))

    async def both() -> list[Mapping[str, Any]] | None:
        every = [item["delivery"]["document"] for item in await borders.received("kg")]
        found = [one for one in every if one[KIND["kg"]] == ANSWER["kg"] and one.get("номер") == number]
        return found if len(found) == 2 else None

    _, whole = await borders.until(both, "the second answer is there")
    assert (whole["отвечено"], whole["открыто"], "общий_ответ" in whole) == ([1, 3], [], True)

    second = await refused(borders, "jp", answer("jp", "cases/answer-3", number))
    assert (second["slug"], second["clause"]) == ("already-answered", "M6.4")
    (refusal,) = await borders.until(lambda: borders.documents("jp", "cases/answer-3"), "Japan is told")
    assert (refusal["文書種別"], refusal["理由"]["slug"]) == ("不受理通知", "already-answered")


async def test_m6_4_a_question_split_in_three_one_part_declined(borders: Borders) -> None:
    number = "2026/В-6.4/1"
    await applied(borders, "kg", inquiry("kg", "cases/split", number))
    await given(borders, "jp", INQUIRY, number)
    theirs = {"照会国": "KG", "通知先国": "KG"}

    forwarding = document("jp", FORWARDING, "cases/split-2", number, **theirs, 質問=[2])
    await applied(borders, "jp", forwarding)
    forwarded = await given(borders, "kg", FORWARDING, number)
    assert forwarded["отвечающий_орган"] == forwarding["回答機関"]
    assert forwarded["передано_вопросы"] == [2]

    await applied(borders, "jp", answer("jp", "cases/split-1", number, 1))
    assert (await given(borders, "kg", ANSWER, number))["открыто"] == [2, 3]
    declining = document("jp", REFUSAL, "cases/split-3", number, 質問=[{"番号": 3}])
    await applied(borders, "jp", declining)
    declined = await given(borders, "kg", REFUSAL, number)
    assert (declined["отказано"], declined["открыто"]) == ([3], [2])
    assert declined["правовое_основание"] == declining["根拠法令"]

    last = await applied(borders, "jp", answer("jp", "cases/split-2-answered", number, 2))
    assert (await delivered(borders, "jp", last))["country"] == "kg"
    # Nothing is open, so there may be a follow-up; then the case is closed, and the question in it with it.
    await applied(borders, "kg", document("kg", FOLLOW_UP, "cases/split-4", number))
    assert (await given(borders, "jp", FOLLOW_UP, number))["質問番号"] == [4, 5]
    await applied(borders, "kg", document("kg", INQUIRY_CLOSING, "cases/split-5", number))
    assert (await given(borders, "jp", INQUIRY_CLOSING, number))["取り下げた質問"] == [4, 5]


async def test_m6_4_a_counter_proposed_date_is_agreed(borders: Borders) -> None:
    number = "2026/В-6.4/2"
    await applied(borders, "kg", inquiry("kg", "cases/date", number))
    await given(borders, "jp", INQUIRY, number)
    theirs = {"照会国": "KG", "通知先国": "KG"}
    proposing = document("jp", PROPOSAL, "cases/date-1", number, **theirs)
    await applied(borders, "jp", proposing)
    # 26 April 2031, a Saturday.
    assert (await given(borders, "kg", PROPOSAL, number))["дата_ответа"] == "26.04.2031"

    own = document("jp", ACCEPTANCE, "cases/date-2", number, **theirs)
    assert (await refused(borders, "jp", own))["slug"] == "own-proposal"
    other = document("kg", ACCEPTANCE, "cases/date-3", number, дата_ответа="28.04.2031")
    assert (await refused(borders, "kg", other))["slug"] == "another-date"
    await applied(borders, "kg", document("kg", ACCEPTANCE, "cases/date-4", number))
    agreed = await given(borders, "jp", ACCEPTANCE, number)
    assert (agreed["回答期日"], agreed["回答期限"]) == ("2031-04-26", "2031-04-28")
    assert agreed["期限経過日時"] == "2031-04-29T00:00:00+09:00"


async def test_m3a_m7_6_an_inquiry_is_declined_by_a_provision(borders: Borders) -> None:
    number = "入管在照第2号"
    await applied(borders, "jp", inquiry("jp", "cases/ask-2", number))
    await given(borders, "kg", INQUIRY, number)
    declining = document("kg", REFUSAL, "cases/decline-2", number, вопросы=None)
    await applied(borders, "kg", declining)
    told = await given(borders, "jp", REFUSAL, number)
    assert (told["拒否した質問"], told["未回答"]) == ([1, 2], [])
    assert told["根拠法令"] == declining["правовое_основание"]


async def test_an_answer_to_a_question_never_asked_is_refused(borders: Borders) -> None:
    told = await refused(borders, "jp", answer("jp", "cases/never-1", "2026/В-404"))
    assert (told["slug"], told["state"]) == ("no-such-case", "unknown")
    number = "2026/В-3"
    await applied(borders, "kg", inquiry("kg", "cases/ask-3", number))
    told = await refused(borders, "jp", answer("jp", "cases/never-2", number, 4))
    assert told["slug"] == "no-such-question"


@both_ways
async def test_a_report_in_no_category_is_refused_at_the_border(borders: Borders, country: str) -> None:
    section = {"kg": "нарушения", "jp": "行為"}[country]
    empty = document(country, REPORT, f"cases/none-{country}", f"none-{country}", **{section: {}})
    told = await refused(borders, country, empty)
    assert (told["status"], told["slug"], told["pointer"]) == (422, "no-category", f"/{section}")


@pytest.mark.parametrize(
    ("clause", "category", "told_as"),
    [
        ("m4_1a", "удержание_имущества", "財産管理"),
        ("m4_1b", "договор_с_неустойкой", "違約金契約"),
        ("m4_1c", "нарушение_прав", "人権侵害"),
        ("m4_1d", "ложные_документы", "虚偽文書"),
        ("m4_1e", "непрозрачные_сборы", "不透明な費用"),
    ],
    ids=["m4_1a", "m4_1b", "m4_1c", "m4_1d", "m4_1e"],
)
async def test_a_report_in_one_category_says_what_that_needs_and_arrives_in_it_alone(
    borders: Borders, clause: str, category: str, told_as: str
) -> None:
    number, findings = f"2026/{clause}", fixture("kg", REPORT["kg"])["нарушения"]
    lacking = document("kg", REPORT, f"cases/{clause}-0", number, нарушения={category: {}})
    told = await refused(borders, "kg", lacking)
    assert (told["status"], told["slug"]) == (422, "missing-field")
    assert told["pointer"].startswith(f"/нарушения/{category}/")
    whole = document("kg", REPORT, f"cases/{clause}", number, нарушения={category: findings[category]})
    await applied(borders, "kg", whole)
    report = await given(borders, "jp", REPORT, number)
    assert list(report["行為"]) == [told_as]


@both_ways
async def test_a_party_does_not_speak_for_another(borders: Borders, country: str) -> None:
    """Not in a report, not in an acknowledgement of its own, and not at the other's border."""
    opener = OPENER[country, "report"]
    feigned = {opener: OTHER[country].upper()}
    report = document(country, REPORT, f"cases/feigned-{country}", f"feigned-{country}", **feigned)
    told = await refused(borders, country, report)
    assert (told["slug"], told["pointer"]) == ("wrong-party", f"/{opener}")
    own = {opener: country.upper()}
    noted = document(country, ACKNOWLEDGEMENT, f"cases/own-{country}", f"feigned-{country}", **own)
    assert (await refused(borders, country, noted))["slug"] == "wrong-party"
    elsewhere = await borders.hand_in(report, country, headers=borders.token(OTHER[country]))
    assert (elsewhere.status_code, elsewhere.json()["slug"]) == (403, "wrong-party")


async def test_a_report_under_no_agreement_is_refused(borders: Borders) -> None:
    report = document("jp", REPORT, "cases/nowhere", "nowhere", 通知先国="US")
    assert (await refused(borders, "jp", report))["slug"] == "no-agreement"


async def test_a_correction_before_what_it_corrects_is_shared_and_so_is_the_late_report(borders: Borders) -> None:
    number = "overtaken"
    first = await applied(borders, "kg", document("kg", CORRECTION, "cases/correction", number))
    correction = await given(borders, "jp", CORRECTION, number)
    assert (correction["改訂番号"], correction["改訂区分"]) == (2, "追加")
    late = await applied(borders, "kg", document("kg", REPORT, "cases/overtaken", number))
    assert (await given(borders, "jp", REPORT, number))["後の改訂番号"] == 2
    for receipt_id in (first, late):
        assert (await delivered(borders, "kg", receipt_id))["country"] == "jp"
    again = document("kg", CORRECTION, "cases/correction-2", number)
    assert (await refused(borders, "kg", again))["slug"] == "used-revision"


async def test_what_is_withdrawn_is_neither_acknowledged_nor_corrected(borders: Borders) -> None:
    number = "withdrawn"
    await applied(borders, "jp", document("jp", REPORT, "cases/mistaken", number))
    await applied(borders, "jp", document("jp", WITHDRAWAL, "cases/withdrawn", number))
    assert (await given(borders, "kg", WITHDRAWAL, number))["основание"]["ru"]
    noted = document("kg", ACKNOWLEDGEMENT, "cases/too-late", number, редакция=1)
    told = await refused(borders, "kg", noted)
    assert (told["slug"], told["state"], told["clause"]) == ("withdrawn", "withdrawn", "M4.1")
    assert told["action"]
    corrected = document("jp", CORRECTION, "cases/in-vain", number)
    assert (await refused(borders, "jp", corrected))["slug"] == "withdrawn"


async def test_an_acknowledgement_of_a_revision_never_shared_is_refused(borders: Borders) -> None:
    number = "one-revision"
    await applied(borders, "jp", document("jp", REPORT, "cases/one-revision", number))
    noted = document("kg", ACKNOWLEDGEMENT, "cases/no-revision", number, редакция=2)
    told = await refused(borders, "kg", noted)
    assert (told["slug"], told["pointer"]) == ("no-such-revision", "/revision")


@both_ways
async def test_m4_1_a_broker_reported_is_assessed_measures_are_taken_and_the_report_is_closed(
    borders: Borders, country: str
) -> None:
    other, number = OTHER[country], f"broker-{country}"
    await applied(borders, country, document(country, REPORT, f"cases/broker-{country}", number))
    await given(borders, other, REPORT, number)

    def reply(kind: Mapping[str, str], message_id: str, **changes: Any) -> dict[str, Any]:
        """Of the other side, to this report."""
        said = {OPENER[other, "report"]: country.upper()} | changes
        return document(other, kind, f"cases/{message_id}-{country}", number, **said)

    async def say(kind: Mapping[str, str], message_id: str, **changes: Any) -> Mapping[str, Any]:
        """What the reporting side is given of it."""
        receipt_id = await applied(borders, other, reply(kind, message_id, **changes))
        assert (await delivered(borders, other, receipt_id))["country"] == country
        return await given(borders, country, kind, number)

    first = {REVISION[other]: 1}
    count = {"jp": "措置件数", "kg": "число_мер"}
    assert (await say(ACKNOWLEDGEMENT, "broker-noted", **first))[REVISION[country]] == 1
    assessment = await say(ASSESSMENT, "broker-assessed", **first)
    likely = {
        "kg": [{"вид": "удержание_имущества"}, {"вид": "непрозрачные_сборы"}],
        "jp": [{"類型": "財産管理"}, {"類型": "違約金契約"}],
    }
    assert assessment["認められる類型" if country == "jp" else "вероятно"] == likely[country]
    # The closing overtakes the measure that it counts, which is recorded all the same.
    closing = await say(CLOSING, "broker-closed", **first)
    assert closing[count[country]] == 1
    measure = await say(REPORT_MEASURE, "broker-measure")
    assert measure["措置番号" if country == "jp" else "номер_меры"] == 1
    assert measure["措置区分" if country == "jp" else "вид_меры"] == {"jp": "処分", "kg": "предупреждение"}[country]

    second = {"措置番号" if other == "jp" else "номер_меры": 2}
    for late in (
        reply(REPORT_MEASURE, "broker-measure-late", **second),
        reply(REPORT_REFUSAL, "broker-declined-late", **first),
    ):
        told = await refused(borders, other, late)
        assert (told["slug"], told["state"], told["clause"]) == ("closed", "closed", "M4.1")
    # What the reporting side learns later is shared all the same.
    corrected = document(country, CORRECTION, f"cases/broker-corrected-{country}", number)
    await applied(borders, country, corrected)
    assert (await given(borders, other, CORRECTION, number))[REVISION[other]] == 2

    asked = borders.place("reporting").url, f"/v1/cases/misconduct-report/jp-kg/{country}-{number}"
    found = (await borders.client.get("".join(asked), headers=borders.token(country, "operator"))).json()
    assert (found["status"], len(found["record"]["revisions"])) == ("closed", 2)
    times = [found[f"{name}_at"] for name in ("learned", "shared", "accepted", "acted", "ended")]
    assert times == sorted(times)
    assert found["received_at"]


async def test_m3a_a_report_that_may_not_be_pursued_is_declined_by_a_provision(borders: Borders) -> None:
    number = "report-declined"
    await applied(borders, "jp", document("jp", REPORT, "cases/report-declined", number))
    await given(borders, "kg", REPORT, number)
    none = {"редакция": 1, "число_мер": 0}
    declining = document("kg", REPORT_REFUSAL, "cases/report-declining", number, **none)
    await applied(borders, "kg", declining)
    told = await given(borders, "jp", REPORT_REFUSAL, number)
    assert (told["根拠法令"], told["措置件数"]) == (declining["правовое_основание"], 0)
    late = document("kg", CLOSING, "cases/report-closed-late", number, **none)
    refusal = await refused(borders, "kg", late)
    assert (refusal["slug"], refusal["state"], refusal["clause"]) == ("declined", "declined", "M3a")


@both_ways
async def test_m5_3_a_test_fraud_goes_over_with_those_concerned_and_what_is_done_about_it_comes_back(
    borders: Borders, country: str
) -> None:
    other, number = OTHER[country], f"fraud-{country}"
    receipt_id = await applied(borders, country, document(country, FRAUD, f"cases/fraud-{country}", number))
    assert (await delivered(borders, country, receipt_id))["country"] == other
    report = await given(borders, other, FRAUD, number)
    assert report[OPENER[other, "report"]] == country.upper()
    kind = {"kg": "替え玉受験", "jp": "измененный сертификат"}[country]
    assert report["不正の種別" if other == "jp" else "вид_обмана"] == kind
    (concerned,) = report["関係者" if other == "jp" else "причастные"]
    name = {"kg": "Асанов Үсөн Бакыт уулу", "jp": "Асанова Айнура Бакытовна"}[country]
    assert concerned["氏名" if other == "jp" else "имена"]["ky"] == name

    noted = {OPENER[other, "report"]: country.upper(), REVISION[other]: 1}
    noting = document(other, FRAUD_ACKNOWLEDGEMENT, f"cases/fraud-noted-{country}", number, **noted)
    back = await delivered(borders, other, await applied(borders, other, noting))
    assert back["country"] == country
    assert (await given(borders, country, FRAUD_ACKNOWLEDGEMENT, number))[REVISION[country]] == 1
    again = noting | {ID[other]: f"cases/fraud-noted-again-{country}"}
    assert (await refused(borders, other, again))["slug"] == "already-acknowledged"
    measure = document(other, FRAUD_MEASURE, f"cases/fraud-measure-{country}", number)
    await applied(borders, other, measure | {OPENER[other, "report"]: country.upper()})
    await given(borders, country, FRAUD_MEASURE, number)
    closing = document(other, FRAUD_CLOSING, f"cases/fraud-closed-{country}", number, **noted)
    await applied(borders, other, closing)
    await given(borders, country, FRAUD_CLOSING, number)
    assessing = document(other, FRAUD_ASSESSMENT, f"cases/fraud-assessed-{country}", number, **noted)
    await applied(borders, other, assessing)
    again = closing | {ID[other]: f"cases/fraud-closed-again-{country}"}
    assert (await refused(borders, other, again))["slug"] == "closed"


async def test_m5_3_a_correction_before_the_report_is_shared_and_a_withdrawal_ends_both(borders: Borders) -> None:
    number = "fraud-overtaken"
    await applied(borders, "jp", document("jp", FRAUD_CORRECTION, "cases/fraud-correction", number))
    assert (await given(borders, "kg", FRAUD_CORRECTION, number))["вид_обмана"] == "подмена кандидата"
    await applied(borders, "jp", document("jp", FRAUD, "cases/fraud-late", number))
    assert (await given(borders, "kg", FRAUD, number))["следующая_редакция"] == 2
    await applied(borders, "jp", document("jp", FRAUD_WITHDRAWAL, "cases/fraud-withdrawn", number))
    assert (await given(borders, "kg", FRAUD_WITHDRAWAL, number))["основание"]["ru"]
    noted = document("kg", FRAUD_ACKNOWLEDGEMENT, "cases/fraud-too-late", number, редакция=2)
    told = await refused(borders, "kg", noted)
    assert (told["slug"], told["state"], told["clause"]) == ("withdrawn", "withdrawn", "M5.3")


@both_ways
async def test_m7_3_a_notice_is_investigated_with_measures_and_its_result_comes_back(
    borders: Borders, country: str
) -> None:
    other, number = OTHER[country], f"notice-{country}"
    receipt_id = await applied(borders, country, document(country, NOTICE, f"cases/notice-{country}", number))
    assert (await delivered(borders, country, receipt_id))["country"] == other
    notice = await given(borders, other, NOTICE, number)
    organization = notice["対象機関" if other == "jp" else "организация"]
    assert organization["認定国" if other == "jp" else "аккредитовавшая_страна"] == other.upper()

    async def say(kind: Mapping[str, str], message_id: str, **changes: Any) -> Mapping[str, Any]:
        """Of the side that accredits, to this notice: what the side that notified is given of it."""
        said = {OPENER[other, "notice"]: country.upper()} | changes
        reply = document(other, kind, f"cases/{message_id}-{country}", number, **said)
        assert (await delivered(borders, other, await applied(borders, other, reply)))["country"] == country
        return await given(borders, country, kind, number)

    first = {REVISION[other]: 1}
    early = document(other, MEASURE, f"cases/early-{country}", number)
    early |= {OPENER[other, "notice"]: country.upper()}
    told = await refused(borders, other, early)
    assert (told["slug"], told["clause"]) == ("not-opened", "M7.3")
    assert (await say(OPENING, "opening", **first))[REVISION[country]] == 1
    measure = await say(MEASURE, "measure")
    assert measure["措置番号" if country == "jp" else "номер_меры"] == 1
    result = await say(RESULT, "result", **first)
    consequence = {"jp": "認定取消", "kg": "приостановление"}[country]
    assert result["処分" if country == "jp" else "последствие"] == consequence
    assert result[NUMBER[country, "notice"]] == number
    assert result["登録簿処分番号" if country == "jp" else "номер_решения_в_реестре"]

    withdrawing = document(country, NOTICE_WITHDRAWAL, f"cases/notice-too-late-{country}", number)
    told = await refused(borders, country, withdrawing)
    assert (told["slug"], told["state"], told["clause"]) == ("concluded", "concluded", "M7.3")


async def test_m7_3_a_notice_that_may_not_be_decided_is_declined_by_a_provision(borders: Borders) -> None:
    number = "notice-declined"
    await applied(borders, "jp", document("jp", NOTICE, "cases/notice-declined", number))
    await given(borders, "kg", NOTICE, number)
    declining = document("kg", NOTICE_REFUSAL, "cases/notice-declining", number)
    await applied(borders, "kg", declining)
    told = await given(borders, "jp", NOTICE_REFUSAL, number)
    assert (told["根拠法令"], told["期限後"]) == (declining["правовое_основание"], "非該当")
    late = document("kg", OPENING, "cases/notice-opened-late", number, редакция=1)
    refusal = await refused(borders, "kg", late)
    assert (refusal["slug"], refusal["state"], refusal["clause"]) == ("declined", "declined", "M3a")


async def test_m7_3_a_correction_before_the_notice_is_shared_and_a_withdrawal_ends_both(borders: Borders) -> None:
    number = "notice-overtaken"
    await applied(borders, "kg", document("kg", NOTICE_CORRECTION, "cases/notice-correction", number))
    assert (await given(borders, "jp", NOTICE_CORRECTION, number))["改訂番号"] == 2
    await applied(borders, "kg", document("kg", NOTICE, "cases/notice-late", number))
    assert (await given(borders, "jp", NOTICE, number))["後の改訂番号"] == 2
    await applied(borders, "kg", document("kg", NOTICE_WITHDRAWAL, "cases/notice-withdrawn", number))
    assert (await given(borders, "jp", NOTICE_WITHDRAWAL, number))["取下げ理由"]["ru"]
    opening = document("jp", OPENING, "cases/notice-in-vain", number, 改訂番号=2)
    told = await refused(borders, "jp", opening)
    assert (told["slug"], told["state"], told["clause"]) == ("withdrawn", "withdrawn", "M7.3")


async def test_m1_who_was_reported_is_known_again_in_another_script_and_no_page_says_so(borders: Borders) -> None:
    """A broker reported in Cyrillic applies and is accredited in Latin; another bears the name as it was reported."""
    number, tins = "m1-broker", ("01203201930011", "01203201930012")
    broker = {
        "вид": "юридическое лицо",
        "страна": "KG",
        "роль": "посредник",
        "наименования": {"ky": "«Манас Кадр» ЖЧК", "ru": "ОсОО «Манас Кадр»"},
    }
    await applied(borders, "kg", document("kg", REPORT, "cases/m1-report", number, субъекты=[broker]))
    in_latin: dict[str, Any] = {
        "full_name_gl": "Тоо Саякат",
        "full_name_ol": "Тоо Саякат",
        "full_name_latin": "MANAS-KADR LLC",
    }
    in_latin |= {"short_name_gl": None, "short_name_ol": None}
    application = {"number": "З-М1/1", "purpose": "new", "date": "01.12.2025"}
    applying = fixture("kg", "application") | in_latin | {"message_id": "cases/m1-applied", "tin": tins[0]}
    applying = {name: value for name, value in applying.items() if value is not None} | {"application": application}
    accredited = accreditation("cases/m1-accredited", tin=tins[0], **in_latin)
    other = accreditation("cases/m1-other", tin=tins[1], full_name_ol="Открытое акционерное общество Манас Кадр")

    async def told(country: str, kind: Mapping[str, str], message_id: str) -> Mapping[str, Any]:
        async def found() -> Mapping[str, Any] | None:
            every = await borders.documents(country, message_id)
            ones = [one for one in every if one[KIND[country]] == kind[country]]
            assert len(ones) <= 1
            return ones[0] if ones else None

        found_it: Mapping[str, Any] = await borders.until(found, f"{country} is told of {message_id}")
        return found_it

    for body in (applying, accredited, other):
        await applied(borders, "kg", body)
    for message_id, tin in (("cases/m1-accredited", tins[0]), ("cases/m1-other", tins[1])):
        in_japan, at_home = [await told(country, RESEMBLANCE, message_id) for country in ("jp", "kg")]
        assert (in_japan["機関"]["登録番号"], in_japan["通報"]["通報番号"]) == (tin, number)
        assert (at_home["организация"]["регистрационный_номер"], at_home["сообщение"]["номер"]) == (tin, number)
        assert at_home["сообщение"]["назван_как"]["наименования"] == broker["наименования"]
    in_japan = await told("jp", RESEMBLANCE, "cases/m1-accredited")
    assert in_japan["機関"]["登録上の表示"]["名称"] == {"ky-Latn": "MANAS-KADR LLC"}
    assert (await told("kg", APPLICANT, "cases/m1-applied"))["организация"]["регистрационный_номер"] == tins[0]
    assert await borders.documents("jp", "cases/m1-applied") == []

    site = borders.place("publication").url
    for country in ("kg", "jp"):
        for tin in tins:

            async def public(country: str = country, tin: str = tin) -> str | None:
                url = f"{site}/api/v1/registers/sending-organizations/kg-{tin}"
                answer = await borders.client.get(url, params={"country": country})
                return answer.text if answer.status_code == 200 else None

            shown = await borders.until(public, f"{country} shows {tin}")
            page = await borders.client.get(f"{site}/{country}/sending-organizations/kg-{tin}")
            assert page.status_code == 200
            assert not [text for text in (shown, page.text) if number in text or "resembl" in text.lower()]


async def test_nothing_of_a_case_is_on_a_public_page(borders: Borders) -> None:
    word = "ПосредникПодСолнцем"
    report = document("kg", REPORT, "cases/public", "public-1", суть={"ru": f"{word} собирал залог."})
    receipt_id = await applied(borders, "kg", report)
    await delivered(borders, "kg", receipt_id)
    site = borders.place("publication").url
    described = (await borders.client.get(f"{site}/api/v1/openapi.json")).json()
    assert not [path for path in described["paths"] if any(word in path for word in ("report", "notice", "inquir"))]
    for country in ("kg", "jp"):
        for register in ("sending-organizations", "support-organizations", "improvement-orders", "field-acceptance"):
            page = await borders.client.get(f"{site}/{country}/{register}/", params={"q": "Жол Ачык"})
            shown = await borders.client.get(f"{site}/api/v1/registers/{register}", params={"country": country})
            assert {page.status_code, shown.status_code} <= {200, 404}
            assert not [text for text in (page.text, shown.text) if word in text or "00511201810233" in text]
    assert (await borders.receipt(receipt_id))["published"] == {}


async def test_the_cases_of_the_demonstration_end_as_they_say(borders: Borders) -> None:
    async def end(case: Case) -> None:
        for step in case:
            if step.expected == ACCEPTED:
                receipt_id = await applied(borders, step.country, step.document)
                assert (await delivered(borders, step.country, receipt_id))["event_type"] == step.event
            else:
                assert (await refused(borders, step.country, step.document))["slug"] == step.expected

    await asyncio.gather(*(end(case) for case in [*demo.reports(), *demo.inquiries(), *demo.bad()]))


# -- by the clock; last here, for the services live in the future meanwhile ------------------------------------------


async def in_days(borders: Borders, days: int, service: str = "inquiry") -> None:
    """Starts the service anew, so many days ahead."""
    await borders.move(days, service)


async def test_m7_3_the_clock_reminds_of_a_wished_result_and_tells_both_when_it_is_overdue(borders: Borders) -> None:
    number, day = "入管通第9号", datetime.now(UTC).date() + timedelta(days=10)
    notice = document("jp", NOTICE, "cases/notice-owed", number, 結果希望日=day.isoformat())
    await applied(borders, "jp", notice)
    told = await given(borders, "kg", NOTICE, number)
    assert (told["желаемый_срок"], told["просрочка_с"][-8:]) == (f"{day:%d.%m.%Y}", "00:00:00")
    await in_days(borders, 12, "reporting")
    for country in ("kg", "jp"):
        overdue = await given(borders, country, NOTICE_OVERDUE, number)
        assert overdue[OPENER[country, "notice"]] == "JP"
    reminded = await given(borders, "kg", NOTICE_REMINDER, number)
    assert reminded["желаемый_срок"] == f"{day:%d.%m.%Y}"
    to_japan = [item["delivery"]["document"] for item in await borders.received("jp")]
    assert NOTICE_REMINDER["jp"] not in [one[KIND["jp"]] for one in to_japan if number in one.values()]

    opening = document("kg", OPENING, "cases/notice-owed-opened", number, редакция=1)
    await applied(borders, "kg", opening)
    result = document("kg", RESULT, "cases/notice-owed-result", number, редакция=1)
    await applied(borders, "kg", result)
    assert (await given(borders, "jp", RESULT, number))["処分"] == "認定取消"


def days_until(moment: datetime) -> int:
    """After which it has come."""
    return (moment - datetime.now(UTC)).days + 1


async def test_m6_4_the_clock_reminds_the_side_asked_and_tells_both_when_it_is_overdue(borders: Borders) -> None:
    number = "2026/В-9"
    receipt_id = await applied(borders, "kg", inquiry("kg", "cases/ask-9", number, days=14))
    asked = await given(borders, "jp", INQUIRY, number)
    before = json.dumps(await borders.receipt(receipt_id))
    # The day wished may be one on which nobody works in Japan, and so may those before it.
    wished_on = date.fromisoformat(asked["回答希望日"])
    due = term(next(iter(borders.agreements)), "jp", wished_on, datetime.now(UTC))
    assert due.remind_at is not None
    await in_days(borders, days_until(due.remind_at))
    reminder = await given(borders, "jp", REMINDER, number)
    assert reminder["未回答"] == [1, 2, 3]
    await in_days(borders, days_until(due.overdue_at))
    for country in ("jp", "kg"):
        overdue = await given(borders, country, OVERDUE, number)
        assert overdue["未回答" if country == "jp" else "открыто"] == [1, 2, 3]
    reminded = [item["delivery"]["document"][KIND["kg"]] for item in await borders.received("kg")]
    assert REMINDER["kg"] not in reminded

    await applied(borders, "jp", answer("jp", "cases/answer-9", number))
    late = await given(borders, "kg", ANSWER, number)
    assert late["открыто"] == []
    assert json.loads(before)["outcome"] == (await borders.receipt(receipt_id))["outcome"] == "applied"

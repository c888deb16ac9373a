"""Cases in the layouts of both countries: what each field becomes, what is refused, and what is never said again."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.demo import cases as demo
from deploy.demo.steps import Step
from services.bridge_jp.app import BRIDGE as JP
from services.bridge_jp.cases import LAYOUT as JP_LAYOUT
from services.bridge_jp.identifiers import parse_corporate_number
from services.bridge_kg.app import BRIDGE as KG
from services.bridge_kg.cases import LAYOUT as KG_LAYOUT
from services.bridge_kg.cases import ZONE as BISHKEK
from shared.bridge.fields import Fields, WrongValue, name_of, one_of, unquoted
from shared.bridge.kit import About, Bridge, Matter
from shared.contracts import misconduct_report as misconduct
from shared.contracts import notice as notices
from shared.contracts import test_fraud_report as frauds
from shared.contracts.inquiry import AnswerInquiry, AskInquiry, DeclineInquiry
from shared.contracts.misconduct_report import (
    AcknowledgeMisconductReport,
    CorrectMisconductReport,
    MisconductReport,
    Money,
    SubmitMisconductReport,
)
from shared.contracts.sealed import sealed_members
from tests.bridge_builders import Border, fixture, running
from tests.reporting_matters import FRAUD, MISCONDUCT

BRIDGES = {"jp": JP, "kg": KG}
REPORT = {"jp": "不正行為通報", "kg": "misconduct-report"}
AFFECTED = {"jp": "被害者", "kg": "пострадавшие"}
FINDINGS = {"jp": "行為", "kg": "нарушения"}
LAYOUTS = {"jp": JP_LAYOUT, "kg": KG_LAYOUT}
FRAUD_REPORT = {"jp": "試験不正通報", "kg": "test-fraud-report"}
NOTICE = {"jp": "不適正行為通知", "kg": "improper-conduct-notice"}
PLANTED = "Планталиева"

each = pytest.mark.parametrize("country", ["jp", "kg"])
protected = pytest.mark.parametrize(
    ("country", "kind", "persons"),
    [
        ("jp", "不正行為通報", "被害者"),
        ("kg", "misconduct-report", "пострадавшие"),
        ("jp", "試験不正通報", "関係者"),
        ("kg", "test-fraud-report", "причастные"),
    ],
)
"""Documents with protected persons in them, and the field that lists them."""


def translated(country: str, document: dict[str, Any]) -> Matter:
    bridge = BRIDGES[country]
    translation = bridge.inward[document[bridge.type_field]](document)
    assert translation.matter is not None, translation.problems
    return translation.matter


def told(country: str, document: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Slug and pointer of each problem of a document that is refused."""
    bridge = BRIDGES[country]
    translation = bridge.inward[document[bridge.type_field]](document)
    assert translation.matter is None
    return [(found.slug, found.pointer) for found in translation.problems if found.severity == "error"]


def report_of(country: str, document: dict[str, Any] | None = None) -> MisconductReport:
    command = translated(country, document or fixture(country, REPORT[country])).command
    assert isinstance(command, SubmitMisconductReport)
    return command.report


def fraud_of(country: str) -> Any:
    command = translated(country, fixture(country, FRAUD_REPORT[country])).command
    assert isinstance(command, frauds.SubmitTestFraudReport)
    return command.report


class TestReports:
    def test_of_japan_are_read_to_the_last_field(self) -> None:
        report = report_of("jp")
        assert (report.country, report.number) == ("jp", "入管情第31号")
        assert report.learned_at == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        assert (report.occurred_from, report.occurred_to) == (date(2025, 11, 3), date(2026, 2, 20))
        company, person = report.subjects
        assert [(one.scheme, one.value) for one in company.identifiers] == [("jp.corporate-number", "4000012050013")]
        assert (person.kind, person.country, person.role) == ("person", "kg", "intermediary")
        assert set(person.names) == {"ky", "ja", "ky-Latn"}
        found = report.findings
        assert found.property_control is not None
        assert found.property_control.takings[0].value == Money(amount=Decimal(300000), currency="JPY")
        assert found.property_control.takings[1].value is None
        assert found.penalty_contract is not None
        assert found.penalty_contract.bound == "relative"
        assert found.human_rights is not None
        assert found.human_rights.acts == ("threats", "restriction-of-freedom")
        assert (found.human_rights.urgency, found.human_rights.safe_contact) != ("urgent", None)
        assert found.false_documents is not None
        assert found.false_documents.documents[0].falsity == "forged"
        assert found.opaque_fees is not None
        assert found.opaque_fees.fees[0].basis_shown is False
        assert report.evidence[0].size == 48_211

    def test_of_the_ministry_are_read_to_the_last_field(self) -> None:
        report = report_of("kg")
        assert (report.country, report.number) == ("kg", "2026/0042")
        assert report.learned_at == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        assert [(one.scheme, one.value) for one in report.subjects[0].identifiers] == [
            ("kg.tin", "00511201810233"),
            ("kg.okpo", "31824172"),
        ]
        assert report.subjects[1].names == {"ja": "渡邊　花子", "ru": "Ватанабэ Ханако"}
        found = report.findings.property_control
        assert found is not None
        assert found.takings[0].value == Money(amount=Decimal("50000.00"), currency="KGS")
        assert (found.takings[0].from_whom, found.takings[1].from_whom) == ("would-be-worker", "relative")

    @each
    def test_go_to_the_case_they_name_confidentially_and_those_affected_apart(self, country: str) -> None:
        matter = translated(country, fixture(country, REPORT[country]))
        report = report_of(country)
        assert matter.topic == "reporting.commands.v1"
        assert matter.subject == f"misconduct-report/{{agreement}}/{country}-{report.number}"
        assert matter.classification == "confidential"
        assert report.affected_persons is None
        (affected,) = matter.protected["/report/affected_persons"]["persons"]
        assert affected["names"]["ky"] not in report.model_dump_json()

    @each
    def test_of_nobody_affected_have_nothing_sealed(self, country: str) -> None:
        document = fixture(country, REPORT[country])
        del document[AFFECTED[country]]
        assert translated(country, document).protected == {}

    @each
    @pytest.mark.parametrize("place", range(5))
    def test_in_one_category_are_in_that_alone(self, country: str, place: int) -> None:
        document = fixture(country, REPORT[country])
        kept = list(document[FINDINGS[country]])[place]
        document[FINDINGS[country]] = {kept: document[FINDINGS[country]][kept]}
        said = [name for name, finding in report_of(country, document).findings if finding is not None]
        category = ("property_control", "penalty_contract", "human_rights", "false_documents", "opaque_fees")[place]
        assert said == [category]

    @each
    def test_in_no_category_are_refused_there(self, country: str) -> None:
        document = fixture(country, REPORT[country]) | {FINDINGS[country]: {}}
        assert told(country, document) == [("no-category", f"/{FINDINGS[country]}")]

    @pytest.mark.parametrize(
        ("country", "category", "lacking"),
        [
            ("jp", "財産管理", "徴収物"),
            ("jp", "違約金契約", "条項"),
            ("jp", "人権侵害", "侵害行為"),
            ("jp", "人権侵害", "連絡上の注意"),
            ("jp", "虚偽文書", "文書"),
            ("jp", "不透明な費用", "費用"),
            ("jp", "不透明な費用", "説明内容"),
            ("kg", "удержание_имущества", "имущество"),
            ("kg", "договор_с_неустойкой", "условия"),
            ("kg", "нарушение_прав", "действия"),
            ("kg", "нарушение_прав", "безопасная_связь"),
            ("kg", "ложные_документы", "документы"),
            ("kg", "непрозрачные_сборы", "сборы"),
            ("kg", "непрозрачные_сборы", "разъяснено"),
        ],
    )
    def test_lack_what_their_category_needs_at_its_place(self, country: str, category: str, lacking: str) -> None:
        document = fixture(country, REPORT[country])
        del document[FINDINGS[country]][category][lacking]
        assert ("missing-field", f"/{FINDINGS[country]}/{category}/{lacking}") in told(country, document)

    @pytest.mark.parametrize(
        ("country", "pointer", "value", "slug"),
        [
            ("jp", "/対象者/0/識別番号/0/番号", "8000012050002", "wrong-check-digit"),
            ("jp", "/対象者/0/識別番号/0/種別", "jp.corporate-number", "wrong-form"),
            ("jp", "/対象者/0/識別番号/0/種別", "番号", "wrong-form"),
            ("jp", "/覚知日時", "令和8年2月30日", "no-such-date"),
            ("jp", "/覚知日時", "1026年1月1日", "no-such-date"),
            ("jp", "/覚知日時", "令和8年3月1日 25時00分", "wrong-form"),
            ("jp", "/様式版", "2", "wrong-form"),
            ("jp", "/通報国", "KG", "wrong-party"),
            ("jp", "/行為/財産管理/徴収物/0/価額/金額", "30,0000", "wrong-form"),
            ("jp", "/行為/財産管理/徴収物/0/価額/通貨", "円", "wrong-form"),
            ("jp", "/概要/日本語", "概要", "wrong-form"),
            ("jp", "/発生期間終了日", "2025年11月2日", "dates-reversed"),
            ("jp", "/証拠資料/0/ハッシュ値", "sha-256:0", "wrong-form"),
            ("kg", "/субъекты/0/номера/0/номер", "0051120181023", "wrong-form"),
            ("kg", "/субъекты/0/номера/1/номер", "31824167", "wrong-check-digit"),
            ("kg", "/субъекты/0/номера/0/вид", "kg.tin", "wrong-form"),
            ("kg", "/стало_известно", "31.02.2026", "no-such-date"),
            ("kg", "/стало_известно", "2026-03-01", "wrong-form"),
            ("kg", "/версия", "0", "wrong-form"),
            ("kg", "/сообщившая_страна", "JP", "wrong-party"),
            ("kg", "/нарушения/удержание_имущества/имущество/0/стоимость/сумма", "50,000,00", "wrong-form"),
            ("kg", "/нарушения/непрозрачные_сборы/сборы/0/расчет_показан", "может быть", "wrong-form"),
            ("kg", "/период_по", "02.11.2025", "dates-reversed"),
        ],
    )
    def test_with_something_wrong_are_refused_there(self, country: str, pointer: str, value: str, slug: str) -> None:
        document = fixture(country, REPORT[country])
        *steps, last = pointer.split("/")[1:]
        holder: Any = document
        for step in steps:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        holder[last] = value
        assert told(country, document) == [(slug, pointer)]

    @pytest.mark.parametrize(("country", "kind"), [("jp", "不正行為通報訂正"), ("kg", "misconduct-report-correction")])
    def test_corrected_are_whole_and_numbered_from_two_on(self, country: str, kind: str) -> None:
        command = translated(country, fixture(country, kind)).command
        assert isinstance(command, CorrectMisconductReport)
        assert (command.revision, command.nature, set(command.reason)) == (
            2,
            "addition",
            {"jp": {"ja"}}.get(country, {"ru"}),
        )
        revision = {"jp": "改訂番号", "kg": "редакция"}[country]
        assert told(country, fixture(country, kind) | {revision: 1}) == [("wrong-form", f"/{revision}")]

    @pytest.mark.parametrize(
        ("country", "kind", "opener"),
        [
            ("jp", "不正行為通報受領確認", "通報国"),
            ("kg", "misconduct-report-acknowledgement", "сообщившая_страна"),
        ],
    )
    def test_are_acknowledged_by_the_side_that_did_not_write_them(self, country: str, kind: str, opener: str) -> None:
        matter = translated(country, fixture(country, kind))
        command = matter.command
        assert isinstance(command, AcknowledgeMisconductReport)
        other = {"jp": "kg", "kg": "jp"}[country]
        assert (command.country, matter.destination) == (other, other)
        assert matter.subject == f"misconduct-report/{{agreement}}/{other}-{command.number}"
        own = fixture(country, kind) | {opener: country.upper()}
        assert told(country, own) == [("wrong-party", f"/{opener}")]


class TestProtectedPersons:
    """Of whom no answer repeats anything."""

    @protected
    @pytest.mark.parametrize("place", range(5))
    def test_are_not_repeated_whatever_of_them_is_wrong(
        self, country: str, kind: str, persons: str, place: int
    ) -> None:
        document = fixture(country, kind)
        person = document[persons][0]
        field = list(person)[place]
        wrong: list[Any] = [PLANTED, {PLANTED: PLANTED}, [{PLANTED: PLANTED}], [PLANTED], f"{PLANTED}\x00", 7]
        for value in wrong:
            document[persons] = [person | {field: value}]
            bridge = BRIDGES[country]
            translation = bridge.inward[document[bridge.type_field]](document)
            said = [found.model_dump_json() for found in translation.problems]
            assert PLANTED not in "".join(said)
            if translation.matter is None:
                assert f"/{persons}/0/{field}" in {found.pointer for found in translation.problems}
            else:
                assert PLANTED not in translation.matter.command.model_dump_json()

    @protected
    def test_have_no_field_told_that_nobody_knows(self, country: str, kind: str, persons: str) -> None:
        document = fixture(country, kind)
        document[persons][0][PLANTED] = PLANTED
        bridge = BRIDGES[country]
        translation = bridge.inward[document[bridge.type_field]](document)
        assert translation.matter is not None
        (warning,) = translation.problems
        assert (warning.slug, warning.severity, warning.pointer) == (
            "unknown-field",
            "warning",
            f"/{persons}/0",
        )
        assert PLANTED not in warning.model_dump_json()

    @protected
    async def test_are_neither_in_a_command_nor_in_a_receipt_in_the_open(
        self, country: str, kind: str, persons: str
    ) -> None:
        document = fixture(country, kind)
        person = document[persons][0]
        names = next(name for name, value in person.items() if isinstance(value, dict))
        person[names] = {"ru": PLANTED}
        bad = copy.deepcopy(document) | {BRIDGES[country].id_field: "bad/1"}
        bad[persons][0][names] = {PLANTED: PLANTED}
        async with running(Border(BRIDGES[country])) as border:
            taken, refused = await border.hand_in(document), await border.hand_in(bad)
            assert (taken.status_code, refused.status_code) == (202, 422)
            await border.ledger.publish_oldest()
            (sent,) = border.sender.sent
        assert PLANTED not in taken.text + refused.text
        assert PLANTED.encode() not in (sent.value or b"")
        report = json.loads(sent.value or b"")["report"]
        assert (report.get("affected_persons") or report["persons_concerned"]).startswith("eyJ")

    @protected
    @pytest.mark.parametrize("inside", [{}, {"persons": 7}, {"persons": [{"role": "?"}]}, [], "text", 7])
    def test_are_handed_over_as_they_came_where_they_are_not_as_agreed(
        self, country: str, kind: str, persons: str, inside: Any
    ) -> None:
        """The core could not look; a national system must get its delivery all the same."""
        matter = FRAUD if kind in FRAUD_REPORT.values() else MISCONDUCT
        event = matter.taken(matter.new, matter.submit())
        (sealed,) = sealed_members(type(event))
        about = About("d", "s", "kg", "r", "m", opened={sealed: inside})
        document = BRIDGES[country].outward[type(event)](event, about)
        assert [name for name, value in document.items() if value == inside and name.startswith(persons)]


class TestReportsOfTestFraud:
    def test_of_japan_are_read_to_the_last_field(self) -> None:
        report = fraud_of("jp")
        assert (report.country, report.number) == ("jp", "入管試第7号")
        assert report.learned_at == datetime(2026, 2, 16, 1, 30, tzinfo=UTC)
        assert (report.fraud, report.test.test, report.test.session) == (
            "altered_certificate",
            "JFT-Basic",
            "2025-11-ビシュケク-03",
        )
        assert [(one.number, one.issuer) for one in report.certificates] == [
            ("JFT-2511-003182", "独立行政法人国際交流基金"),
            ("JFT-2511-003183", None),
        ]
        assert (report.evidence[0].size, set(report.summary)) == (48_211, {"ja", "ru"})

    def test_of_the_ministry_are_read_to_the_last_field(self) -> None:
        report = fraud_of("kg")
        assert (report.country, report.number) == ("kg", "ТЕСТ-2026/7")
        assert report.learned_at == datetime(2026, 2, 16, 3, 30, tzinfo=UTC)
        assert (report.fraud, report.test.test, report.test.session) == (
            "impersonation",
            "JFT-Basic",
            "2025-11-БИШ-03",
        )
        assert [(one.number, one.issuer) for one in report.certificates] == [
            ("JFT-2511-004417", "Японский фонд"),
            ("JFT-2511-004418", None),
        ]

    @each
    def test_go_to_the_case_they_name_confidentially_and_persons_concerned_apart(self, country: str) -> None:
        matter, report = translated(country, fixture(country, FRAUD_REPORT[country])), fraud_of(country)
        assert matter.topic == "reporting.commands.v1"
        assert matter.subject == f"test-fraud-report/{{agreement}}/{country}-{report.number}"
        assert matter.classification == "confidential"
        assert report.persons_concerned is None
        (concerned,) = matter.protected["/report/persons_concerned"]["persons"]
        assert concerned["role"] == {"jp": "holder", "kg": "candidate"}[country]

    @pytest.mark.parametrize(
        ("country", "changes", "lacking"),
        [
            ("jp", {"不正の種別": "替え玉受験", "試験回番号": None}, "試験回番号"),
            ("jp", {"不正の種別": "証明書偽造", "証明書": None}, "証明書"),
            ("jp", {"不正の種別": "証明書変造", "証明書": []}, "証明書"),
            ("jp", {"不正の種別": "その他", "不正の内容": " "}, "不正の内容"),
            ("jp", {"試験コード": None}, "試験コード"),
            ("jp", {"不正の種別": None}, "不正の種別"),
            ("kg", {"вид_обмана": "подмена кандидата", "номер_сессии": None}, "номер_сессии"),
            ("kg", {"вид_обмана": "поддельный сертификат", "сертификаты": None}, "сертификаты"),
            ("kg", {"вид_обмана": "измененный сертификат", "сертификаты": []}, "сертификаты"),
            ("kg", {"вид_обмана": "иное", "описание_обмана": None}, "описание_обмана"),
            ("kg", {"экзамен": ""}, "экзамен"),
        ],
    )
    def test_lack_what_their_kind_needs_at_its_place(self, country: str, changes: dict[str, Any], lacking: str) -> None:
        document = fixture(country, FRAUD_REPORT[country]) | changes
        assert told(country, document) == [("missing-field", f"/{lacking}")]

    @pytest.mark.parametrize(
        ("country", "changes", "wrong"),
        [
            ("jp", {"不正の種別": "カンニング"}, ("wrong-form", "/不正の種別")),
            ("jp", {"証明書": [{"発行者": "x"}]}, ("missing-field", "/証明書/0/証明書番号")),
            ("kg", {"вид_обмана": "списывание"}, ("wrong-form", "/вид_обмана")),
            ("kg", {"сертификаты": [{"кем_выдан": "x"}]}, ("missing-field", "/сертификаты/0/номер")),
        ],
    )
    def test_with_something_wrong_are_refused_there(
        self, country: str, changes: dict[str, Any], wrong: tuple[str, str]
    ) -> None:
        assert told(country, fixture(country, FRAUD_REPORT[country]) | changes) == [wrong]

    @pytest.mark.parametrize(("country", "kind"), [("jp", "試験不正通報訂正"), ("kg", "test-fraud-report-correction")])
    def test_corrected_are_whole_and_numbered_from_two_on(self, country: str, kind: str) -> None:
        command = translated(country, fixture(country, kind)).command
        assert isinstance(command, frauds.CorrectTestFraudReport)
        assert (command.revision, command.nature) == (2, "correction")
        assert command.report.fraud == {"jp": "impersonation", "kg": "other"}[country]


class TestWhatIsDoneAboutReports:
    @pytest.mark.parametrize(
        ("country", "kind", "command", "opener"),
        [
            ("jp", "不正行為通報評価", misconduct.AssessMisconductReport, "通報国"),
            ("jp", "不正行為通報措置", misconduct.TakeMeasureOnMisconductReport, "通報国"),
            ("jp", "不正行為通報終結", misconduct.CloseMisconductReport, "通報国"),
            ("jp", "不正行為通報対応拒否", misconduct.DeclineMisconductReport, "通報国"),
            ("kg", "misconduct-report-assessment", misconduct.AssessMisconductReport, "сообщившая_страна"),
            ("kg", "misconduct-report-closing", misconduct.CloseMisconductReport, "сообщившая_страна"),
            ("jp", "試験不正通報評価", frauds.AssessTestFraudReport, "通報国"),
            ("jp", "試験不正通報措置", frauds.TakeMeasureOnTestFraudReport, "通報国"),
            ("kg", "test-fraud-report-closing", frauds.CloseTestFraudReport, "сообщившая_страна"),
            ("kg", "test-fraud-report-refusal", frauds.DeclineTestFraudReport, "сообщившая_страна"),
        ],
    )
    def test_goes_back_to_the_side_that_reported(
        self, country: str, kind: str, command: type[Any], opener: str
    ) -> None:
        matter = translated(country, fixture(country, kind))
        said: Any = matter.command
        assert type(said) is command
        other = {"jp": "kg", "kg": "jp"}[country]
        assert (said.country, matter.destination, matter.classification) == (other, other, "confidential")
        assert (matter.topic, matter.pointer) == ("reporting.commands.v1", f"/{opener}")
        own = fixture(country, kind) | {opener: country.upper()}
        assert told(country, own) == [("wrong-party", f"/{opener}")]

    def test_is_assessed_in_the_countrys_words_for_the_categories(self) -> None:
        in_japan: Any = translated("jp", fixture("jp", "不正行為通報評価")).command
        assert in_japan.assessment.likely == ("property_control", "opaque_fees")
        there: Any = translated("kg", fixture("kg", "misconduct-report-assessment")).command
        assert (there.assessment.revision, there.assessment.likely) == (2, ("property_control", "penalty_contract"))
        none = fixture("kg", "misconduct-report-assessment") | {"вероятно": []}
        said: Any = translated("kg", none).command
        assert said.assessment.likely == ()

    def test_says_at_its_end_what_that_covers(self) -> None:
        closing: Any = translated("jp", fixture("jp", "不正行為通報終結")).command
        assert (closing.revision, closing.measures, closing.outcome) == (2, 1, "partly-confirmed")
        declining: Any = translated("kg", fixture("kg", "misconduct-report-refusal")).command
        assert (declining.revision, declining.measures, declining.legal_basis) == (2, 1, "УПК КР, статья 159")

    @pytest.mark.parametrize(
        ("country", "kind", "changes", "wrong"),
        [
            (
                "jp",
                "不正行為通報評価",
                {"認められる類型": [{"類型": "替え玉受験"}]},
                ("wrong-form", "/認められる類型/0/類型"),
            ),
            ("jp", "不正行為通報評価", {"評価内容": {}}, ("missing-field", "/評価内容")),
            ("jp", "不正行為通報措置", {"措置区分": "合格取消"}, ("wrong-form", "/措置区分")),
            ("jp", "不正行為通報終結", {"措置件数": None}, ("missing-field", "/措置件数")),
            ("jp", "不正行為通報対応拒否", {"根拠法令": " "}, ("missing-field", "/根拠法令")),
            ("kg", "misconduct-report-measure", {"дата_меры": "31.02.2026"}, ("no-such-date", "/дата_меры")),
            ("kg", "misconduct-report-closing", {"итог": "да"}, ("wrong-form", "/итог")),
            ("kg", "test-fraud-report-measure", {"вид_меры": "санкция"}, ("wrong-form", "/вид_меры")),
        ],
    )
    def test_with_something_wrong_is_refused_there(
        self, country: str, kind: str, changes: dict[str, Any], wrong: tuple[str, str]
    ) -> None:
        assert wrong in told(country, fixture(country, kind) | changes)


class TestNotices:
    @pytest.mark.parametrize(
        ("country", "accredits", "number", "wished"),
        [("jp", "kg", "01410199810177", date(2035, 3, 30)), ("kg", "jp", "19登-000123", date(2035, 3, 30))],
    )
    def test_are_about_an_organization_of_the_other_side(
        self, country: str, accredits: str, number: str, wished: date
    ) -> None:
        matter = translated(country, fixture(country, NOTICE[country]))
        command = matter.command
        assert isinstance(command, notices.SubmitNotice)
        organization = command.notice.organization
        assert (organization.country, organization.registration_number) == (accredits, number)
        assert organization.names
        assert command.notice.result_wished_on == wished
        assert matter.topic == "reporting.commands.v1"
        assert matter.subject == f"notice/{{agreement}}/{country}-{command.notice.number}"
        assert (matter.destination, matter.classification) == (accredits, "confidential")

    @pytest.mark.parametrize(
        ("country", "kind", "command", "opener"),
        [
            ("jp", "調査開始通知", notices.OpenInvestigation, "通知国"),
            ("jp", "調査措置通知", notices.TakeMeasure, "通知国"),
            ("jp", "調査結果通知", notices.ReturnResult, "通知国"),
            ("jp", "不適正行為通知対応拒否", notices.DeclineNotice, "通知国"),
            ("kg", "investigation-opening", notices.OpenInvestigation, "уведомившая_страна"),
            ("kg", "investigation-measure", notices.TakeMeasure, "уведомившая_страна"),
            ("kg", "investigation-result", notices.ReturnResult, "уведомившая_страна"),
            ("kg", "improper-conduct-notice-refusal", notices.DeclineNotice, "уведомившая_страна"),
        ],
    )
    def test_are_replied_to_by_the_side_that_did_not_write_them(
        self, country: str, kind: str, command: type[Any], opener: str
    ) -> None:
        matter = translated(country, fixture(country, kind))
        said: Any = matter.command
        assert type(said) is command
        other = {"jp": "kg", "kg": "jp"}[country]
        assert (said.country, matter.destination) == (other, other)
        assert matter.subject == f"notice/{{agreement}}/{other}-{said.number}"
        assert (matter.pointer, matter.classification) == (f"/{opener}", "confidential")
        assert said.reference
        own = fixture(country, kind) | {opener: country.upper()}
        assert told(country, own) == [("wrong-party", f"/{opener}")]

    def test_are_investigated_with_measures_and_a_result(self) -> None:
        opening: Any = translated("kg", fixture("kg", "investigation-opening")).command
        assert (opening.revision, opening.opened_on) == (2, date(2026, 2, 19))
        measure: Any = translated("jp", fixture("jp", "調査措置通知")).command
        assert (measure.measure.number, measure.measure.kind, measure.measure.taken_on) == (
            1,
            "guidance",
            date(2026, 2, 24),
        )
        result: Any = translated("kg", fixture("kg", "investigation-result")).command
        assert (result.result.revision, result.result.consequence, result.result.registry_case) == (
            2,
            "revocation",
            "31-О",
        )
        assert set(result.result.findings) == {"ky", "ru"}

    @pytest.mark.parametrize(
        ("country", "kind", "changes", "wrong"),
        [
            ("jp", "不適正行為通知", {"対象機関": None}, ("missing-field", "/対象機関")),
            ("jp", "不適正行為通知", {"結果希望日": "令和8年2月30日"}, ("no-such-date", "/結果希望日")),
            ("jp", "調査開始通知", {"調査開始日": None}, ("missing-field", "/調査開始日")),
            ("jp", "調査措置通知", {"措置区分": "罰金"}, ("wrong-form", "/措置区分")),
            ("jp", "調査措置通知", {"措置番号": "1"}, ("wrong-form", "/措置番号")),
            ("jp", "調査結果通知", {"処分": "認定取消", "登録簿処分番号": None}, ("missing-field", "/登録簿処分番号")),
            ("jp", "不適正行為通知対応拒否", {"根拠法令": None}, ("missing-field", "/根拠法令")),
            ("kg", "improper-conduct-notice", {"желаемый_срок": "31.02.2035"}, ("no-such-date", "/желаемый_срок")),
            ("kg", "investigation-measure", {"содержание_меры": {}}, ("missing-field", "/содержание_меры")),
            ("kg", "investigation-result", {"выводы": None}, ("missing-field", "/выводы")),
            (
                "kg",
                "investigation-result",
                {"последствие": "приостановление", "номер_решения_в_реестре": " "},
                ("missing-field", "/номер_решения_в_реестре"),
            ),
        ],
    )
    def test_with_something_wrong_are_refused_there(
        self, country: str, kind: str, changes: dict[str, Any], wrong: tuple[str, str]
    ) -> None:
        document = fixture(country, kind) | changes
        assert wrong in told(country, document)


class TestInquiries:
    @pytest.mark.parametrize(("country", "kind", "text"), [("jp", "照会", "質問"), ("kg", "inquiry", "вопросы")])
    def test_without_numbers_are_one_question(self, country: str, kind: str, text: str) -> None:
        document = fixture(country, kind)
        del document[text]
        command = translated(country, document).command
        assert isinstance(command, AskInquiry)
        (question,) = command.inquiry.questions
        assert question.number == 1
        assert question.text
        assert command.inquiry.text == {}

    @pytest.mark.parametrize(
        ("country", "kind", "questions", "number"),
        [("jp", "照会", "質問", "番号"), ("kg", "inquiry", "вопросы", "номер")],
    )
    def test_ask_each_question_under_a_number_of_its_own(
        self, country: str, kind: str, questions: str, number: str
    ) -> None:
        document = fixture(country, kind)
        document[questions][1][number] = 1
        assert told(country, document) == [("wrong-form", f"/{questions}/1/{number}")]

    @pytest.mark.parametrize(
        ("country", "kind", "parts"),
        [("jp", "照会回答", ("回答", "一括回答")), ("kg", "inquiry-answer", ("ответы", "общий_ответ"))],
    )
    def test_are_answered_in_part_as_a_whole_or_not_at_all(
        self, country: str, kind: str, parts: tuple[str, str]
    ) -> None:
        document = fixture(country, kind)
        both = translated(country, document).command
        assert isinstance(both, AnswerInquiry)
        assert [one.question for one in both.answers] == [1]
        assert both.whole
        without = {name: value for name, value in document.items() if name not in parts}
        assert told(country, without) == [("missing-field", f"/{parts[0]}")]

    @pytest.mark.parametrize(
        ("country", "kind", "law", "questions"),
        [("jp", "照会回答拒否", "根拠法令", "質問"), ("kg", "inquiry-refusal", "правовое_основание", "вопросы")],
    )
    def test_are_declined_by_a_law(self, country: str, kind: str, law: str, questions: str) -> None:
        document = fixture(country, kind)
        command = translated(country, {name: value for name, value in document.items() if name != questions}).command
        assert isinstance(command, DeclineInquiry)
        assert (command.questions, command.legal_basis) == ((), document[law])
        del document[law]
        assert told(country, document) == [("missing-field", f"/{law}")]


class TestMomentsAndAmounts:
    @pytest.mark.parametrize(
        "text",
        [
            "2026-03-01T21:00:00+09:00",
            "2026-03-01T12:00Z",
            "令和8年3月1日 21時00分",
            "令和８年３月１日２１時００分",
            "R8.3.1 21:00",
            "令和八年三月一日　21:00",
        ],
    )
    def test_a_moment_is_the_same_however_japan_writes_it(self, text: str) -> None:
        assert JP_LAYOUT.parse_moment(text) == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def test_a_day_is_its_first_moment_where_it_is_written(self) -> None:
        assert JP_LAYOUT.parse_moment("令和8年3月1日") == datetime(2026, 2, 28, 15, 0, tzinfo=UTC)
        assert KG_LAYOUT.parse_moment("01.03.2026") == datetime(2026, 2, 28, 18, 0, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["01.03.2026 24:00", "01.03.2026T10:00", "1.3.2026", "01.03.1026", ""])
    def test_another_moment_of_the_ministry_is_refused(self, text: str) -> None:
        with pytest.raises(WrongValue):
            KG_LAYOUT.parse_moment(text)

    @given(st.integers(631_152_000, 7_226_582_400))
    def test_every_moment_is_read_as_it_was_written(self, seconds: int) -> None:
        moment = datetime.fromtimestamp(seconds, UTC)
        assert JP_LAYOUT.parse_moment(JP_LAYOUT.written_moment(moment)) == moment
        if not BISHKEK.dst(moment.astimezone(BISHKEK)):
            assert KG_LAYOUT.parse_moment(KG_LAYOUT.written_moment(moment)) == moment

    @each
    @given(
        amount=st.decimals(0, 999_999_999_999, places=2, allow_nan=False),
        currency=st.sampled_from(["KGS", "JPY", "USD"]),
    )
    def test_every_amount_is_read_as_it_was_written(self, country: str, amount: Decimal, currency: str) -> None:
        known = Money(amount=amount, currency=currency)
        fields = Fields(LAYOUTS[country].written_money(known) or {})
        assert LAYOUTS[country].money(fields) == known
        assert fields.problems == []

    @each
    @given(st.text(max_size=20))
    def test_no_text_breaks_the_reading_of_a_moment_or_a_number(self, country: str, text: str) -> None:
        for parse in (LAYOUTS[country].parse_moment, LAYOUTS[country].parse_day):
            try:
                parse(text)
            except WrongValue:
                continue


class TestTextsByLanguage:
    def read(self, value: Any, **how: Any) -> tuple[dict[str, str], list[tuple[str, str | None]]]:
        fields = Fields({"names": value})
        found = fields.by_language("names", **how)
        return found, [(one.slug, one.pointer) for one in fields.problems]

    def test_are_kept_as_received(self) -> None:
        names = {"ja": "髙﨑　祐子", "ky-Latn": "Takasaki", "ru": "Такасаки"}
        assert self.read(names) == (names, [])

    @pytest.mark.parametrize("tag", ["JA", "japanese", "ky-latn", "", "ja_JP", "ja/x"])
    def test_are_refused_under_what_is_no_language_tag(self, tag: str) -> None:
        found, problems = self.read({tag: "x"})
        assert found == {}
        assert problems == [("wrong-form", f"/names/{tag.replace('/', '~1')}")]

    def test_are_missing_only_where_nothing_else_is_wrong(self) -> None:
        assert self.read(None, required=True) == ({}, [("missing-field", "/names")])
        assert self.read({"ja": " "}, required=True) == ({}, [("missing-field", "/names")])
        assert self.read({"ja": 7}, required=True) == ({}, [("wrong-form", "/names/ja")])
        assert self.read("x", required=True) == ({}, [("wrong-form", "/names")])

    def test_are_in_no_more_languages_than_there_are(self) -> None:
        _, problems = self.read({f"a{chr(97 + place)}": "x" for place in range(21)})
        assert problems == [("too-large", "/names")]


def test_a_list_of_words_is_read_both_ways() -> None:
    words = {"да": True, "нет": False}
    assert [name_of(words, one_of(words)(word)) for word in words] == list(words)
    with pytest.raises(WrongValue, match="'maybe' is none of да, нет"):
        one_of(words)("maybe")


def test_problems_of_protected_content_say_where_and_no_more() -> None:
    fields = Fields({"p": [{"name": 7, "secret": 1}]})
    (section,) = fields.sections("p")
    section.text("name")
    section.finish()
    said = unquoted(fields.problems, "/p", {"name"})
    assert [(one.slug, one.pointer) for one in said] == [("wrong-form", "/p/0/name"), ("unknown-field", "/p/0")]
    assert "secret" not in "".join(one.model_dump_json() for one in said)


# -- the demonstration's ------------------------------------------------------------------------------------------

AT_THE_BORDER = {"no-category", "wrong-party", "wrong-check-digit", "no-such-date", "wrong-form", "missing-field"}
"""What a translation refuses; the other bad ones are refused by the agreement or the core."""


def steps() -> list[Step]:
    return [step for case in [*demo.reports(), *demo.inquiries(), *demo.bad()] for step in case]


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.message_id)
def test_a_document_of_the_demonstration_is_taken_as_it_says(step: Step) -> None:
    bridge: Bridge = BRIDGES[step.country]
    assert step.document[bridge.id_field] == step.message_id
    translation = bridge.inward[step.document[bridge.type_field]](step.document)
    slugs = [found.slug for found in translation.problems]
    assert slugs == ([step.expected] if step.expected in AT_THE_BORDER else [])


def test_the_demonstration_has_each_category_both_ways_and_no_id_twice() -> None:
    known = steps()
    assert len({(step.country, step.message_id) for step in known}) == len(known)
    for country in ("jp", "kg"):
        reports = [
            report_of(country, step.document)
            for case in demo.reports()
            for step in case
            if step.country == country and step.event == "MisconductReportSubmitted"
        ]
        said = [{name for name, finding in report.findings if finding is not None} for report in reports]
        assert sorted(map(len, said)) == [1, 1, 1, 1, 1, 5]
        assert len(set.union(*said)) == 5
    assert [case[0].event for case in demo.inquiries()] == ["InquiryAsked"] * 4
    assert {case[-1].event for case in demo.inquiries()} == {"InquiryAnswered", "InquiryDeclined"}


def test_its_corporate_numbers_have_their_check_digits() -> None:
    assert parse_corporate_number(demo.corporate_number("000012050002")) == "7000012050002"

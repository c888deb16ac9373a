"""Builders for messages about cases between two countries, as reporting and inquiry get them.

The country `kg` opens the cases and `jp` replies, unless a test says otherwise.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from shared.agreements import load_agreements
from shared.clock import rfc3339
from shared.contracts import inquiry as inquiries
from shared.contracts import misconduct_report as reports
from shared.contracts import notice as notices
from shared.contracts import test_fraud_report as frauds
from shared.contracts.case import Attachment, RecordCaseDelivery
from shared.contracts.inquiry import (
    AcceptReplyDate,
    Answer,
    AnswerInquiry,
    AskFollowUp,
    AskInquiry,
    CloseInquiry,
    DeclineInquiry,
    ForwardInquiry,
    FurtherQuestion,
    Inquiry,
    ProposeReplyDate,
    Question,
)
from shared.contracts.misconduct_report import (
    AcknowledgeMisconductReport,
    AssessMisconductReport,
    CloseMisconductReport,
    CorrectMisconductReport,
    DeclineMisconductReport,
    FalseDocument,
    FalseDocuments,
    Fee,
    Findings,
    HumanRights,
    MisconductAssessment,
    MisconductMeasure,
    MisconductReport,
    Money,
    OpaqueFees,
    PenaltyContract,
    PropertyControl,
    SafeContact,
    Subject,
    SubmitMisconductReport,
    TakeMeasureOnMisconductReport,
    Taking,
    Term,
    WithdrawMisconductReport,
)
from shared.contracts.notice import (
    AccreditedOrganization,
    CorrectNotice,
    DeclineNotice,
    InvestigationMeasure,
    Notice,
    OpenInvestigation,
    Result,
    ReturnResult,
    SubmitNotice,
    TakeMeasure,
    WithdrawNotice,
)
from shared.contracts.sending_organization import Identifier
from shared.contracts.test_fraud_report import (
    AcknowledgeTestFraudReport,
    AssessTestFraudReport,
    Certificate,
    CloseTestFraudReport,
    CorrectTestFraudReport,
    DeclineTestFraudReport,
    SubmitTestFraudReport,
    TakeMeasureOnTestFraudReport,
    TestFraudAssessment,
    TestFraudMeasure,
    TestFraudReport,
    TestSession,
    WithdrawTestFraudReport,
)
from shared.errors import Problem, problem
from shared.messaging.decider import Context
from shared.messaging.envelope import Message

AGREEMENTS = load_agreements(Path(__file__).parents[1] / "deploy" / "agreements")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REPORT_NUMBER = "2026/0042"
REPORT_STREAM = reports.stream_of("jp-kg", "kg", REPORT_NUMBER)
FRAUD_NUMBER = "ТЕСТ-2026/7"
FRAUD_STREAM = frauds.stream_of("jp-kg", "kg", FRAUD_NUMBER)
NOTICE_NUMBER = "07-12/У-5"
NOTICE_STREAM = notices.stream_of("jp-kg", "kg", NOTICE_NUMBER)
INQUIRY_NUMBER = "2026/В-7"
INQUIRY_STREAM = inquiries.stream_of("jp-kg", "kg", INQUIRY_NUMBER)
SEALED = "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyJ9.a2V5.aXY.Y2lwaGVy.dGFn"

FINDINGS: dict[str, Any] = {
    "property_control": PropertyControl(
        takings=(
            Taking(
                what="депозит", value=Money(amount=Decimal("50000.00"), currency="KGS"), from_whom="would-be-worker"
            ),
            Taking(what="паспорт", from_whom="relative"),
        )
    ),
    "penalty_contract": PenaltyContract(
        terms=(Term(text="При уходе до срока", penalty=Money(amount=Decimal("300000"), currency="JPY")),),
        concluded_on=date(2025, 11, 3),
    ),
    "human_rights": HumanRights(
        acts=("threats", "restriction-of-freedom"),
        safe_contact=SafeContact(rule="as-noted", note="Только по воскресеньям, не через работодателя."),
    ),
    "false_documents": FalseDocuments(
        documents=(FalseDocument(kind="JFT-Basic", falsity="forged", procedure="在留資格認定証明書交付申請"),)
    ),
    "opaque_fees": OpaqueFees(
        fees=(Fee(item="«Оформление»", charged=Money(amount=Decimal("1200"), currency="USD"), basis_shown=False),),
        explained="Ничего.",
    ),
}
"""One good finding of each category."""


def subject(**changes: Any) -> Subject:
    facts: dict[str, Any] = {
        "kind": "corporation",
        "country": "kg",
        "role": "intermediary",
        "names": {"ky": "«Жол Ачык» ЖЧК", "ru": "ОсОО «Жол Ачык»"},
        "identifiers": (Identifier(scheme="kg.tin", value="00511201810233"),),
    }
    return Subject(**facts | changes)


def report(*categories: str, **changes: Any) -> MisconductReport:
    """In these categories, `property_control` where none is named."""
    facts: dict[str, Any] = {
        "country": "kg",
        "number": REPORT_NUMBER,
        "learned_at": datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
        "findings": Findings(**{name: FINDINGS[name] for name in categories or ("property_control",)}),
        "subjects": (subject(),),
        "summary": {"ru": "Посредник удерживает депозиты."},
        "affected_persons": SEALED,
        "evidence": (
            Attachment(title="Расписка", digest=f"sha-256:{'0a' * 32}", media_type="application/pdf", size=48_211),
        ),
    }
    return MisconductReport(**facts | changes)


def submit(*categories: str, **changes: Any) -> SubmitMisconductReport:
    return SubmitMisconductReport(report=report(*categories, **changes))


def correct(revision: int = 2, *categories: str, nature: Any = "correction", **changes: Any) -> CorrectMisconductReport:
    changes.setdefault("summary", {"ru": f"Редакция {revision}."})
    whole = report(*categories, **changes)
    return CorrectMisconductReport(report=whole, revision=revision, nature=nature, reason={"ru": "Уточнение."})


def withdraw(**changes: Any) -> WithdrawMisconductReport:
    facts = {"country": "kg", "number": REPORT_NUMBER, "ground": {"ru": "Ошибка в лице."}}
    return WithdrawMisconductReport(**facts | changes)


def acknowledge(revision: int = 1, **changes: Any) -> AcknowledgeMisconductReport:
    facts: dict[str, Any] = {
        "country": "kg",
        "number": REPORT_NUMBER,
        "revision": revision,
        "reference": "入管情第15号",
        "note": {"ja": "確認しました。"},
    }
    return AcknowledgeMisconductReport(**facts | changes)


def assess(revision: int = 1, likely: Any = ("property_control",), **changes: Any) -> AssessMisconductReport:
    """Changes are of the case; the text is of the assessment."""
    text = changes.pop("text", {"ja": "供述と一致する。"})
    facts = {"country": "kg", "number": REPORT_NUMBER, "reference": "入管情第16号"}
    assessment = MisconductAssessment(revision=revision, likely=likely, text=text)
    return AssessMisconductReport(**facts | changes, assessment=assessment)


def take_report_measure(number: int = 1, kind: Any = "warning", **changes: Any) -> TakeMeasureOnMisconductReport:
    """Of the day on which it is told. Changes are of the measure."""
    facts: dict[str, Any] = {"number": number, "kind": kind, "taken_on": date(2026, 3, 2), "text": {"ja": "警告。"}}
    case = {"country": "kg", "number": REPORT_NUMBER, "reference": "入管情第17号"}
    return TakeMeasureOnMisconductReport(**case, measure=MisconductMeasure(**facts | changes))


def close(measures: int = 0, **changes: Any) -> CloseMisconductReport:
    facts: dict[str, Any] = {
        "country": "kg",
        "number": REPORT_NUMBER,
        "reference": "入管情第18号",
        "measures": measures,
        "outcome": "confirmed",
        "text": {"ja": "保証金の徴収を認めた。"},
    }
    return CloseMisconductReport(**facts | changes)


def decline_report(measures: int = 0, **changes: Any) -> DeclineMisconductReport:
    facts: dict[str, Any] = {
        "country": "kg",
        "number": REPORT_NUMBER,
        "reference": "入管情第19号",
        "measures": measures,
        "legal_basis": "刑事訴訟法 第47条",
        "ground": {"ja": "捜査中の事件に関するため。"},
    }
    return DeclineMisconductReport(**facts | changes)


def fraud(**changes: Any) -> TestFraudReport:
    """Of an impersonation, unless the changes say otherwise."""
    facts: dict[str, Any] = {
        "country": "kg",
        "number": FRAUD_NUMBER,
        "learned_at": datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
        "summary": {"ru": "Экзамен сдал другой человек."},
        "fraud": "impersonation",
        "test": TestSession(test="JFT-Basic", session="2025-11-БИШ-03"),
        "certificates": (Certificate(number="JFT-2511-004417"),),
        "persons_concerned": SEALED,
        "evidence": (Attachment(title="Фото", digest=f"sha-256:{'0b' * 32}", media_type="image/jpeg", size=212_904),),
    }
    return TestFraudReport(**facts | changes)


def submit_fraud(**changes: Any) -> SubmitTestFraudReport:
    return SubmitTestFraudReport(report=fraud(**changes))


def correct_fraud(revision: int = 2, *, nature: Any = "correction", **changes: Any) -> CorrectTestFraudReport:
    changes.setdefault("summary", {"ru": f"Редакция {revision}."})
    whole = fraud(**changes)
    return CorrectTestFraudReport(report=whole, revision=revision, nature=nature, reason={"ru": "Уточнение."})


def withdraw_fraud(**changes: Any) -> WithdrawTestFraudReport:
    facts = {"country": "kg", "number": FRAUD_NUMBER, "ground": {"ru": "Личность подтверждена."}}
    return WithdrawTestFraudReport(**facts | changes)


def acknowledge_fraud(revision: int = 1, **changes: Any) -> AcknowledgeTestFraudReport:
    facts: dict[str, Any] = {"country": "kg", "number": FRAUD_NUMBER, "revision": revision}
    return AcknowledgeTestFraudReport(**facts | changes)


def assess_fraud(revision: int = 1, likely: Any = ("impersonation",), **changes: Any) -> AssessTestFraudReport:
    """Changes are of the case; the text is of the assessment."""
    text = changes.pop("text", {"ja": "顔写真が一致しない。"})
    assessment = TestFraudAssessment(revision=revision, likely=likely, text=text)
    return AssessTestFraudReport(**{"country": "kg", "number": FRAUD_NUMBER} | changes, assessment=assessment)


def take_fraud_measure(number: int = 1, kind: Any = "annulment", **changes: Any) -> TakeMeasureOnTestFraudReport:
    """Of the day on which it is told. Changes are of the measure."""
    facts: dict[str, Any] = {"number": number, "kind": kind, "taken_on": date(2026, 3, 2), "text": {"ja": "取消し。"}}
    measure = TestFraudMeasure(**facts | changes)
    return TakeMeasureOnTestFraudReport(country="kg", number=FRAUD_NUMBER, measure=measure)


def close_fraud(measures: int = 0, **changes: Any) -> CloseTestFraudReport:
    facts: dict[str, Any] = {"country": "kg", "number": FRAUD_NUMBER, "measures": measures, "outcome": "confirmed"}
    return CloseTestFraudReport(**facts | {"text": {"ja": "替え玉受験と認めた。"}} | changes)


def decline_fraud(measures: int = 0, **changes: Any) -> DeclineTestFraudReport:
    facts: dict[str, Any] = {"country": "kg", "number": FRAUD_NUMBER, "measures": measures}
    return DeclineTestFraudReport(**facts | {"legal_basis": "刑事訴訟法 第47条"} | changes)


def notice(**changes: Any) -> Notice:
    """Of an organization that the other side accredits."""
    facts: dict[str, Any] = {
        "country": "kg",
        "number": NOTICE_NUMBER,
        "learned_at": datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
        "summary": {"ru": "Организация удерживает паспорта."},
        "organization": AccreditedOrganization(
            country="jp" if changes.get("country", "kg") == "kg" else "kg",
            registration_number="19登-000123",
            names={"ja": "株式会社架橋支援センター"},
        ),
    }
    return Notice(**facts | changes)


def submit_notice(**changes: Any) -> SubmitNotice:
    return SubmitNotice(notice=notice(**changes))


def correct_notice(revision: int = 2, *, nature: Any = "correction", **changes: Any) -> CorrectNotice:
    changes.setdefault("summary", {"ru": f"Редакция {revision}."})
    whole = notice(**changes)
    return CorrectNotice(notice=whole, revision=revision, nature=nature, reason={"ru": "Уточнение."})


def withdraw_notice(**changes: Any) -> WithdrawNotice:
    facts = {"country": "kg", "number": NOTICE_NUMBER, "ground": {"ru": "Заявление отозвано."}}
    return WithdrawNotice(**facts | changes)


def open_investigation(**changes: Any) -> OpenInvestigation:
    """On 1 March; messages are sent on 2 March."""
    facts: dict[str, Any] = {"country": "kg", "number": NOTICE_NUMBER, "opened_on": date(2026, 3, 1)}
    return OpenInvestigation(**facts | {"reference": "入管調第8号"} | changes)


def take_measure(number: int = 1, kind: Any = "guidance", **changes: Any) -> TakeMeasure:
    """Of the day on which it is told. Changes are of the measure."""
    facts: dict[str, Any] = {"number": number, "kind": kind, "taken_on": date(2026, 3, 2), "text": {"ja": "指導。"}}
    return TakeMeasure(country="kg", number=NOTICE_NUMBER, measure=InvestigationMeasure(**facts | changes))


def return_result(consequence: Any = "guidance", **changes: Any) -> ReturnResult:
    """Changes are of the result."""
    facts: dict[str, Any] = {"findings": {"ja": "旅券の保管が認められた。"}, "consequence": consequence}
    if consequence in ("suspension", "revocation"):
        facts["registry_case"] = "入管認停第2号"
    return ReturnResult(country="kg", number=NOTICE_NUMBER, result=Result(**facts | changes))


def decline_notice(**changes: Any) -> DeclineNotice:
    facts: dict[str, Any] = {"country": "kg", "number": NOTICE_NUMBER, "legal_basis": "刑事訴訟法 第47条"}
    return DeclineNotice(**facts | {"ground": {"ja": "捜査中の事件に関するため。"}} | changes)


def inquiry(*questions: int, **changes: Any) -> Inquiry:
    """With these questions, 1 to 3 where none are named; wished by 20 March."""
    facts: dict[str, Any] = {
        "country": "kg",
        "number": INQUIRY_NUMBER,
        "topic": "acceptance",
        "title": {"ru": "О приёме в сельском хозяйстве"},
        "text": {"ru": "Просим сообщить:"},
        "questions": tuple(Question(number=n, text={"ru": f"Вопрос {n}?"}) for n in questions or (1, 2, 3)),
        "wished_on": date(2026, 3, 20),
    }
    return Inquiry(**facts | changes)


def ask(*questions: int, **changes: Any) -> AskInquiry:
    return AskInquiry(inquiry=inquiry(*questions, **changes))


def answer(*questions: int, **changes: Any) -> AnswerInquiry:
    """To these questions; to all that are open where none are named."""
    facts: dict[str, Any] = {"country": "kg", "number": INQUIRY_NUMBER, "reference": "入管在第3号"}
    if questions:
        facts["answers"] = tuple(Answer(question=n, text={"ja": f"{n}について回答します。"}) for n in questions)
    else:
        facts["whole"] = {"ja": "まとめて回答します。"}
    return AnswerInquiry(**facts | changes)


def decline(*questions: int, **changes: Any) -> DeclineInquiry:
    facts: dict[str, Any] = {
        "country": "kg",
        "number": INQUIRY_NUMBER,
        "questions": questions,
        "legal_basis": "個人情報の保護に関する法律 第69条",
        "ground": {"ja": "個人に関する情報のため。"},
    }
    return DeclineInquiry(**facts | changes)


def propose(day: date = date(2026, 4, 10), **changes: Any) -> ProposeReplyDate:
    """Another day for the answer, a Friday."""
    facts: dict[str, Any] = {"country": "kg", "number": INQUIRY_NUMBER, "reply_on": day}
    return ProposeReplyDate(**facts | changes)


def accept(day: date = date(2026, 3, 20), **changes: Any) -> AcceptReplyDate:
    """The day wished, unless another is named."""
    facts: dict[str, Any] = {"country": "kg", "number": INQUIRY_NUMBER, "reply_on": day}
    return AcceptReplyDate(**facts | changes)


def forward(*questions: int, **changes: Any) -> ForwardInquiry:
    """These questions; all that are open where none are named."""
    facts: dict[str, Any] = {"country": "kg", "number": INQUIRY_NUMBER, "authority": {"ja": "厚生労働省"}}
    return ForwardInquiry(**facts | {"questions": questions} | changes)


def follow_up(*texts: str, **changes: Any) -> AskFollowUp:
    """With these questions, one where none are given; wished by 15 May, a Friday."""
    questions = tuple(FurtherQuestion(text={"ru": text}) for text in texts or ("С какого дня?",))
    facts: dict[str, Any] = {"country": "kg", "number": INQUIRY_NUMBER, "wished_on": date(2026, 5, 15)}
    return AskFollowUp(**facts | {"questions": questions} | changes)


def close_inquiry(**changes: Any) -> CloseInquiry:
    facts: dict[str, Any] = {"country": "kg", "number": INQUIRY_NUMBER}
    return CloseInquiry(**facts | changes)


def delivery(event_type: str, receipt_id: str = "receipt-1", failed: Problem | None = None) -> RecordCaseDelivery:
    """The other side's national system received an event an hour after noon, or did not."""
    if failed is not None:
        return RecordCaseDelivery(receipt_id=receipt_id, event_type=event_type, country="jp", problem=failed)
    moment = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    return RecordCaseDelivery(
        receipt_id=receipt_id, event_type=event_type, country="jp", receipt_number="JP-77", received_at=moment
    )


def refused_there() -> Problem:
    return problem("refused-by-national-system", "受付できません。")


def context(stream: str, now: datetime = NOW, *, sent: datetime | None = None, **envelope: Any) -> Context:
    """Of a command that one side sends the other, received by its bridge at `sent`, decided at `now`."""
    originator = envelope.pop("originator", "kg")
    attributes: dict[str, Any] = {
        "id": "5b0c1f0e-0000-4000-8000-000000000001",
        "source": f"/bridge-{originator}/ledger",
        "type": "SubmitMisconductReport",
        "subject": stream,
        "time": rfc3339(sent or now),
        "data": b"{}",
        "agreement": "jp-kg",
        "originator": originator,
        "addressee": "jp" if originator == "kg" else "kg",
        "classification": "confidential",
        "correlationid": "receipt-1",
    }
    return Context(Message(**attributes | envelope), now)

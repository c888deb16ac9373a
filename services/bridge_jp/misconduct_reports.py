"""Misconduct reports (M4.1) both ways: what Japan's authorities report, and what they are told of. Pure.

The layout is assumed; see cases.py. A report goes out in the layout in which one is handed in. Those affected stand in
被害者, which leaves this country sealed, and of which nothing is repeated in a problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from services.bridge_jp.cases import (
    BEGINNING,
    LONGEST,
    VERSION,
    attachments,
    identifiers,
    in_japan,
    money,
    money_if_given,
    opened,
    parse_day,
    parse_moment,
    replied,
    written_attachments,
    written_identifiers,
    written_money,
)
from services.bridge_jp.documents import headed, present
from services.bridge_jp.translation import COUNTRY
from shared.bridge.fields import Fields, as_is, matching, name_of, one_of, unquoted
from shared.bridge.kit import About, Matter, Translation, Translations
from shared.bridge.reading import Document
from shared.contracts.base import Contract
from shared.contracts.case import AGREEMENT
from shared.contracts.misconduct_report import (
    AcknowledgeMisconductReport,
    Act,
    AffectedPerson,
    AffectedPersons,
    ContactRule,
    CorrectMisconductReport,
    FalseDocument,
    FalseDocuments,
    Falsity,
    Fee,
    Findings,
    HumanRights,
    MisconductReport,
    MisconductReportAcknowledged,
    MisconductReportCorrected,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
    Nature,
    OpaqueFees,
    PenaltyContract,
    Person,
    PropertyControl,
    Role,
    SafeContact,
    Subject,
    SubmitMisconductReport,
    Taking,
    Term,
    Urgency,
    WithdrawMisconductReport,
    stream_of,
)

COMMANDS: Final = "reporting.commands.v1"
AFFECTED: Final = "/report/affected_persons"
REPORT, CORRECTION, WITHDRAWAL, ACKNOWLEDGEMENT = (
    "不正行為通報",
    "不正行為通報訂正",
    "不正行為通報取下げ",
    "不正行為通報受領確認",
)

KINDS: Final[Mapping[str, Any]] = {"個人": "person", "法人": "corporation"}
ROLES: Final[Mapping[str, Role]] = {
    "送出機関": "sending-organization",
    "特定技能所属機関": "accepting-organization",
    "登録支援機関": "support-organization",
    "仲介者": "intermediary",
    "その他": "other",
}
PERSONS: Final[Mapping[str, Person]] = {
    "就労者": "worker",
    "就労希望者": "would-be-worker",
    "親族": "relative",
    "関係者": "associate",
}
ACTS: Final[Mapping[str, Act]] = {
    "暴行": "violence",
    "脅迫": "threats",
    "自由の制限": "restriction-of-freedom",
    "その他": "other",
}
URGENCIES: Final[Mapping[str, Urgency]] = {"即時": "immediate", "緊急": "urgent", "通常": "ordinary"}
CONTACT_RULES: Final[Mapping[str, ContactRule]] = {
    "連絡不可": "do-not-contact",
    "通報国経由のみ": "through-sender-only",
    "留意事項による": "as-noted",
}
FALSITIES: Final[Mapping[str, Falsity]] = {"偽造": "forged", "変造": "altered", "虚偽": "false"}
NATURES: Final[Mapping[str, Nature]] = {"訂正": "correction", "追加": "addition"}
SHOWN: Final[Mapping[str, bool]] = {"有": True, "無": False}

_country = matching(r"[A-Za-z]{2}", "a country as two letters (ISO 3166-1)")


# -- in -----------------------------------------------------------------------------------------------------------


def submitted(document: Document) -> Translation:
    """M4.1: what was learned, in one or more of the five categories."""
    fields = Fields(document)
    destination, report = _report(fields)
    affected = _affected(fields, document)
    return _translation(fields, SubmitMisconductReport(report=report), report.number, destination, affected=affected)


def corrected(document: Document) -> Translation:
    """M4.1: the report anew and whole, under the number 改訂番号."""
    fields = Fields(document)
    destination, report = _report(fields)
    command = CorrectMisconductReport(
        report=report,
        revision=_revision(fields, 2),
        nature=fields.optional("改訂区分", one_of(NATURES)) or "correction",
        reason=fields.by_language("改訂理由"),
    )
    return _translation(fields, command, report.number, destination, affected=_affected(fields, document))


def withdrawn(document: Document) -> Translation:
    """M4.1: the report is taken back."""
    fields = Fields(document)
    destination, number = opened(fields, "通報国", "通報番号")
    ground = fields.by_language("取下げ理由", required=True, longest=LONGEST)
    command = WithdrawMisconductReport(country=COUNTRY, number=number, ground=ground)
    return _translation(fields, command, number, destination)


def acknowledged(document: Document) -> Translation:
    """M4.1: the other side's report has been taken note of, up to a revision."""
    fields = Fields(document)
    country, number = replied(fields, "通報国", "通報番号")
    command = AcknowledgeMisconductReport(
        country=country,
        number=number,
        revision=_revision(fields, 1) if fields.given("改訂番号") else 1,
        reference=fields.text("受領国整理番号"),
        note=fields.by_language("備考", longest=LONGEST),
    )
    return _translation(fields, command, number, country, opener=country)


def _translation(
    fields: Fields,
    command: Contract,
    number: str,
    destination: str,
    *,
    opener: str = COUNTRY,
    affected: Sequence[AffectedPerson] = (),
) -> Translation:
    fields.finish()
    if fields.errors:
        return Translation(None, fields.problems)
    persons = AffectedPersons(persons=tuple(affected)).model_dump(mode="json")
    matter = Matter(
        command,
        COMMANDS,
        stream_of(AGREEMENT, opener, number),
        destination,
        pointer="/通知先国" if opener == COUNTRY else "/通報国",
        classification="confidential",
        protected={AFFECTED: persons} if affected else {},
    )
    return Translation(matter, fields.problems)


def _revision(fields: Fields, least: int) -> int:
    number = fields.number("改訂番号", required=True)
    if number is not None and number < least:
        fields.tell("wrong-form", "改訂番号", f"改訂番号 is {least} or more, for 1 is the report as submitted.")
    return number or least


def _report(fields: Fields) -> tuple[str, MisconductReport]:
    """Where it goes and what it says, but for those affected."""
    destination, number = opened(fields, "通報国", "通報番号")
    began, ended = fields.optional("発生期間開始日", parse_day), fields.optional("発生期間終了日", parse_day)
    if began is not None and ended is not None and ended < began:
        fields.tell("dates-reversed", "発生期間終了日", f"It ended on {ended}, before it began on {began}.")
    return destination, MisconductReport(
        country=COUNTRY,
        number=number,
        learned_at=fields.required("覚知日時", parse_moment, BEGINNING),
        findings=_findings(fields),
        subjects=tuple(_subject(one) for one in fields.sections("対象者", required=True)),
        summary=fields.by_language("概要", required=True, longest=LONGEST),
        occurred_from=began,
        occurred_to=ended,
        place=fields.text("発生場所"),
        evidence=attachments(fields.sections("証拠資料")),
    )


def _subject(fields: Fields) -> Subject:
    subject = Subject(
        kind=fields.required("区分", one_of(KINDS), "person"),
        country=fields.required("所在国", _country, "").lower(),
        role=fields.required("関与", one_of(ROLES), "other"),
        names=fields.by_language("氏名又は名称"),
        identifiers=identifiers(fields.sections("識別番号")),
        address=fields.text("所在地"),
        phones=fields.texts("電話番号"),
    )
    if not subject.names and not subject.identifiers:
        fields.tell("missing-field", "氏名又は名称", "There is neither 氏名又は名称 nor 識別番号.")
    fields.finish()
    return subject


def _findings(fields: Fields) -> Findings:
    """M4.1a to e: each category is a section of its own; one at least."""
    said = fields.section("行為", required=True)
    read = {name: read(said.section(section)) for name, section, read in _CATEGORIES if said.given(section)}
    if fields.given("行為") and not read:
        known = "、".join(section for _, section, _ in _CATEGORIES)
        fields.tell("no-category", "行為", f"行為 has none of the five categories: {known}.")
    said.finish()
    return Findings(**read)


def _property_control(fields: Fields) -> PropertyControl:
    """M4.1a: what was taken or is controlled, its worth, from whom by role."""
    takings = fields.sections("徴収物", required=True)
    read = PropertyControl(
        takings=tuple(
            Taking(
                what=one.required("物件", as_is, ""),
                value=money_if_given(one, "価額"),
                from_whom=one.required("提供者", one_of(PERSONS), "worker"),
            )
            for one in takings
        )
    )
    _finish(fields, *takings)
    return read


def _penalty_contract(fields: Fields) -> PenaltyContract:
    """M4.1b: terms, when it was concluded, who is bound."""
    terms = fields.sections("条項", required=True)
    read = PenaltyContract(
        terms=tuple(
            Term(
                text=one.text("内容", required=True, longest=LONGEST) or "",
                penalty=money_if_given(one, "違約金"),
            )
            for one in terms
        ),
        concluded_on=fields.optional("契約年月日", parse_day),
        bound=fields.optional("契約者", one_of(PERSONS)) or "worker",
    )
    _finish(fields, *terms)
    return read


def _human_rights(fields: Fields) -> HumanRights:
    """M4.1c: what was done, how urgent, and how those affected may be approached."""
    acts = fields.sections("侵害行為", required=True)
    contact = fields.section("連絡上の注意", required=True)
    rule = contact.required("方針", one_of(CONTACT_RULES), "do-not-contact")
    read = HumanRights(
        acts=tuple(one.required("種類", one_of(ACTS), "other") for one in acts),
        urgency=fields.optional("緊急度", one_of(URGENCIES)) or "urgent",
        safe_contact=SafeContact(
            rule=rule, note=contact.text("留意事項", required=rule == "as-noted", longest=LONGEST)
        ),
    )
    _finish(fields, contact, *acts)
    return read


def _false_documents(fields: Fields) -> FalseDocuments:
    """M4.1d: which documents, false in what way, for which procedure."""
    documents = fields.sections("文書", required=True)
    read = FalseDocuments(
        documents=tuple(
            FalseDocument(
                kind=one.required("種類", as_is, ""),
                falsity=one.required("態様", one_of(FALSITIES), "false"),
                procedure=one.required("手続", as_is, ""),
            )
            for one in documents
        )
    )
    _finish(fields, *documents)
    return read


def _opaque_fees(fields: Fields) -> OpaqueFees:
    """M4.1e: fees item by item, and what was explained of them."""
    fees = fields.sections("費用", required=True)
    read = OpaqueFees(
        fees=tuple(
            Fee(
                item=one.required("費目", as_is, ""),
                charged=money(one.section("請求額", required=True)),
                basis_shown=one.required("算定根拠の提示", one_of(SHOWN), False),
            )
            for one in fees
        ),
        explained=fields.text("説明内容", required=True, longest=LONGEST),
    )
    _finish(fields, *fees)
    return read


_CATEGORIES: Final = (
    ("property_control", "財産管理", _property_control),
    ("penalty_contract", "違約金契約", _penalty_contract),
    ("human_rights", "人権侵害", _human_rights),
    ("false_documents", "虚偽文書", _false_documents),
    ("opaque_fees", "不透明な費用", _opaque_fees),
)
"""M4.1a to e: member of Findings, section, how it is read."""


def _finish(*sections: Fields) -> None:
    for section in sections:
        section.finish()


_OF_AFFECTED: Final = frozenset({"立場", "氏名", "生年月日", "識別番号", "連絡先"})


def _affected(fields: Fields, document: Document) -> Sequence[AffectedPerson]:
    """M3b: those affected. What is wrong with them is told without a word of theirs."""
    fields.skip("被害者")
    apart = Fields({"被害者": document.get("被害者")})
    sections = apart.sections("被害者")
    persons = [
        AffectedPerson(
            role=one.required("立場", one_of(PERSONS), "worker"),
            names=one.by_language("氏名", required=True),
            born_on=one.optional("生年月日", parse_day),
            identifiers=identifiers(one.sections("識別番号")),
            contact=one.text("連絡先"),
        )
        for one in sections
    ]
    _finish(*sections)
    fields.problems += unquoted(apart.problems, "/被害者", _OF_AFFECTED)
    return persons


# -- out ----------------------------------------------------------------------------------------------------------


def submission(event: MisconductReportSubmitted, about: About) -> Document:
    """M4.1: the other side's report."""
    return _shared(REPORT, event, about)


def correction(event: MisconductReportCorrected, about: About) -> Document:
    """M4.1: the other side's report as it is now, whole."""
    return _shared(CORRECTION, event, about) | {
        "改訂番号": event.revision,
        "改訂区分": name_of(NATURES, event.nature),
        **present({"改訂理由": event.reason}),
    }


def withdrawal(event: MisconductReportWithdrawn, about: About) -> Document:
    """M4.1: the other side takes its report back."""
    return headed(WITHDRAWAL, about) | {
        "様式版": VERSION,
        "通知先国": COUNTRY.upper(),
        "通報国": event.country.upper(),
        "通報番号": event.number,
        "取下げ理由": event.ground,
        "共有日時": in_japan(event.shared_at),
        "記録日時": in_japan(event.recorded_at),
    }


def acknowledgement(event: MisconductReportAcknowledged, about: About) -> Document:
    """M4.1: the other side has taken note of this country's report."""
    return headed(ACKNOWLEDGEMENT, about) | {
        "様式版": VERSION,
        "通報国": event.country.upper(),
        "通報番号": event.number,
        "改訂番号": event.revision,
        "確認国": event.by.upper(),
        **present({"受領国整理番号": event.reference, "備考": event.note}),
        "確認日時": in_japan(event.acknowledged_at),
        "記録日時": in_japan(event.recorded_at),
    }


def _shared(kind: str, event: MisconductReportSubmitted | MisconductReportCorrected, about: About) -> dict[str, Any]:
    report = event.report
    return headed(kind, about) | {
        "様式版": VERSION,
        "通知先国": COUNTRY.upper(),
        "通報国": report.country.upper(),
        "通報番号": report.number,
        "覚知日時": in_japan(report.learned_at),
        **present(
            {
                "発生期間開始日": report.occurred_from and report.occurred_from.isoformat(),
                "発生期間終了日": report.occurred_to and report.occurred_to.isoformat(),
                "発生場所": report.place,
            }
        ),
        "概要": report.summary,
        "対象者": [_written_subject(subject) for subject in report.subjects],
        "行為": _written_findings(report.findings),
        **_written_affected(about.opened.get(AFFECTED)),
        **present({"証拠資料": written_attachments(report.evidence), "後の改訂番号": event.superseded_by}),
        "共有日時": in_japan(event.shared_at),
        "記録日時": in_japan(event.recorded_at),
    }


def _written_subject(subject: Subject) -> Mapping[str, Any]:
    return {
        "区分": name_of(KINDS, subject.kind),
        "所在国": subject.country.upper(),
        "関与": name_of(ROLES, subject.role),
        **present(
            {
                "氏名又は名称": subject.names,
                "識別番号": written_identifiers(subject.identifiers),
                "所在地": subject.address,
                "電話番号": list(subject.phones),
            }
        ),
    }


def _written_findings(findings: Findings) -> Mapping[str, Any]:
    written: dict[str, Any] = {}
    if (property_control := findings.property_control) is not None:
        written["財産管理"] = {
            "徴収物": [
                {
                    "物件": one.what,
                    **present({"価額": written_money(one.value)}),
                    "提供者": name_of(PERSONS, one.from_whom),
                }
                for one in property_control.takings
            ]
        }
    if (contract := findings.penalty_contract) is not None:
        written["違約金契約"] = {
            "条項": [{"内容": one.text, **present({"違約金": written_money(one.penalty)})} for one in contract.terms],
            **present({"契約年月日": contract.concluded_on and contract.concluded_on.isoformat()}),
            "契約者": name_of(PERSONS, contract.bound),
        }
    if (rights := findings.human_rights) is not None:
        contact = rights.safe_contact
        written["人権侵害"] = {
            "侵害行為": [{"種類": name_of(ACTS, act)} for act in rights.acts],
            "緊急度": name_of(URGENCIES, rights.urgency),
            **present(
                {
                    "連絡上の注意": contact
                    and {"方針": name_of(CONTACT_RULES, contact.rule), **present({"留意事項": contact.note})}
                }
            ),
        }
    if (documents := findings.false_documents) is not None:
        written["虚偽文書"] = {
            "文書": [
                {"種類": one.kind, "態様": name_of(FALSITIES, one.falsity), "手続": one.procedure}
                for one in documents.documents
            ]
        }
    if (fees := findings.opaque_fees) is not None:
        written["不透明な費用"] = {
            "費用": [
                {
                    "費目": one.item,
                    "請求額": written_money(one.charged),
                    "算定根拠の提示": name_of(SHOWN, one.basis_shown),
                }
                for one in fees.fees
            ],
            **present({"説明内容": fees.explained}),
        }
    return written


def _written_affected(opened: Any) -> Mapping[str, Any]:
    """Nobody between the two countries could look into it: what is not as agreed is handed over as it came."""
    if opened is None:
        return {}
    try:
        persons = AffectedPersons.model_validate(opened).persons
    except ValidationError:
        return {"被害者（原文）": opened}
    return {
        "被害者": [
            {
                "立場": name_of(PERSONS, person.role),
                "氏名": person.names,
                **present(
                    {
                        "生年月日": person.born_on and person.born_on.isoformat(),
                        "識別番号": written_identifiers(person.identifiers),
                        "連絡先": person.contact,
                    }
                ),
            }
            for person in persons
        ]
    }


_RECEIPT: Final = {"/receipt_id": "The head has it in 受付番号."}

MISCONDUCT_REPORTS = Translations(
    inward={REPORT: submitted, CORRECTION: corrected, WITHDRAWAL: withdrawn, ACKNOWLEDGEMENT: acknowledged},
    outward={
        MisconductReportSubmitted: submission,
        MisconductReportCorrected: correction,
        MisconductReportWithdrawn: withdrawal,
        MisconductReportAcknowledged: acknowledgement,
    },
    lost_outward={
        MisconductReportSubmitted: _RECEIPT,
        MisconductReportCorrected: _RECEIPT,
        MisconductReportWithdrawn: _RECEIPT,
        MisconductReportAcknowledged: _RECEIPT,
    },
    same_layout={
        MisconductReportSubmitted: REPORT,
        MisconductReportCorrected: CORRECTION,
        MisconductReportWithdrawn: WITHDRAWAL,
        MisconductReportAcknowledged: ACKNOWLEDGEMENT,
    },
)

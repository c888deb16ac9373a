"""Misconduct reports (M4.1) both ways: what the ministry reports, and what it is told of. Pure.

The layout is assumed; see cases.py. A report goes out in the layout in which one is handed in. Those affected stand in
`пострадавшие`, which leaves this country sealed, and of which nothing is repeated in a problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from services.bridge_kg.cases import (
    BEGINNING,
    LONGEST,
    VERSION,
    attachments,
    identifiers,
    in_bishkek,
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
from services.bridge_kg.dates import format_date
from services.bridge_kg.documents import headed, present
from services.bridge_kg.translation import COUNTRY
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
    "misconduct-report",
    "misconduct-report-correction",
    "misconduct-report-withdrawal",
    "misconduct-report-acknowledgement",
)

KINDS: Final[Mapping[str, Any]] = {"физическое лицо": "person", "юридическое лицо": "corporation"}
ROLES: Final[Mapping[str, Role]] = {
    "направляющая организация": "sending-organization",
    "принимающая организация": "accepting-organization",
    "организация поддержки": "support-organization",
    "посредник": "intermediary",
    "иное": "other",
}
PERSONS: Final[Mapping[str, Person]] = {
    "работник": "worker",
    "желающий работать": "would-be-worker",
    "родственник": "relative",
    "связанное лицо": "associate",
}
ACTS: Final[Mapping[str, Act]] = {
    "насилие": "violence",
    "угрозы": "threats",
    "ограничение свободы": "restriction-of-freedom",
    "иное": "other",
}
URGENCIES: Final[Mapping[str, Urgency]] = {"немедленно": "immediate", "срочно": "urgent", "обычно": "ordinary"}
CONTACT_RULES: Final[Mapping[str, ContactRule]] = {
    "не связываться": "do-not-contact",
    "только через сообщившую страну": "through-sender-only",
    "как указано": "as-noted",
}
FALSITIES: Final[Mapping[str, Falsity]] = {"поддельный": "forged", "измененный": "altered", "ложный": "false"}
NATURES: Final[Mapping[str, Nature]] = {"исправление": "correction", "дополнение": "addition"}
SHOWN: Final[Mapping[str, bool]] = {"да": True, "нет": False}

_country = matching(r"[A-Za-z]{2}", "a country as two letters (ISO 3166-1)")


# -- in -----------------------------------------------------------------------------------------------------------


def submitted(document: Document) -> Translation:
    """M4.1: what was learned, in one or more of the five categories."""
    fields = Fields(document)
    destination, report = _report(fields)
    affected = _affected(fields, document)
    return _translation(fields, SubmitMisconductReport(report=report), report.number, destination, affected=affected)


def corrected(document: Document) -> Translation:
    """M4.1: the report anew and whole, under the number `редакция`."""
    fields = Fields(document)
    destination, report = _report(fields)
    command = CorrectMisconductReport(
        report=report,
        revision=_revision(fields, 2),
        nature=fields.optional("вид_изменения", one_of(NATURES)) or "correction",
        reason=fields.by_language("причина_изменения"),
    )
    return _translation(fields, command, report.number, destination, affected=_affected(fields, document))


def withdrawn(document: Document) -> Translation:
    """M4.1: the report is taken back."""
    fields = Fields(document)
    destination, number = opened(fields, "сообщившая_страна")
    ground = fields.by_language("основание", required=True, longest=LONGEST)
    command = WithdrawMisconductReport(country=COUNTRY, number=number, ground=ground)
    return _translation(fields, command, number, destination)


def acknowledged(document: Document) -> Translation:
    """M4.1: the other side's report has been taken note of, up to a revision."""
    fields = Fields(document)
    country, number = replied(fields, "сообщившая_страна")
    command = AcknowledgeMisconductReport(
        country=country,
        number=number,
        revision=_revision(fields, 1) if fields.given("редакция") else 1,
        reference=fields.text("исходящий_номер"),
        note=fields.by_language("отметка", longest=LONGEST),
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
        pointer="/страна_получатель" if opener == COUNTRY else "/сообщившая_страна",
        classification="confidential",
        protected={AFFECTED: persons} if affected else {},
    )
    return Translation(matter, fields.problems)


def _revision(fields: Fields, least: int) -> int:
    number = fields.number("редакция", required=True)
    if number is not None and number < least:
        fields.tell("wrong-form", "редакция", f"редакция is {least} or more, for 1 is the report as submitted.")
    return number or least


def _report(fields: Fields) -> tuple[str, MisconductReport]:
    """Where it goes and what it says, but for those affected."""
    destination, number = opened(fields, "сообщившая_страна")
    began, ended = fields.optional("период_с", parse_day), fields.optional("период_по", parse_day)
    if began is not None and ended is not None and ended < began:
        fields.tell("dates-reversed", "период_по", f"It ended on {ended}, before it began on {began}.")
    return destination, MisconductReport(
        country=COUNTRY,
        number=number,
        learned_at=fields.required("стало_известно", parse_moment, BEGINNING),
        findings=_findings(fields),
        subjects=tuple(_subject(one) for one in fields.sections("субъекты", required=True)),
        summary=fields.by_language("суть", required=True, longest=LONGEST),
        occurred_from=began,
        occurred_to=ended,
        place=fields.text("место"),
        evidence=attachments(fields.sections("доказательства")),
    )


def _subject(fields: Fields) -> Subject:
    subject = Subject(
        kind=fields.required("вид", one_of(KINDS), "person"),
        country=fields.required("страна", _country, "").lower(),
        role=fields.required("роль", one_of(ROLES), "other"),
        names=fields.by_language("наименования"),
        identifiers=identifiers(fields.sections("номера")),
        address=fields.text("адрес"),
        phones=fields.texts("телефоны"),
    )
    if not subject.names and not subject.identifiers:
        fields.tell("missing-field", "наименования", "There are neither наименования nor номера.")
    fields.finish()
    return subject


def _findings(fields: Fields) -> Findings:
    """M4.1a to e: each category is a section of its own; one at least."""
    said = fields.section("нарушения", required=True)
    read = {name: read(said.section(section)) for name, section, read in _CATEGORIES if said.given(section)}
    if fields.given("нарушения") and not read:
        known = ", ".join(section for _, section, _ in _CATEGORIES)
        fields.tell("no-category", "нарушения", f"нарушения has none of the five categories: {known}.")
    said.finish()
    return Findings(**read)


def _property_control(fields: Fields) -> PropertyControl:
    """M4.1a: what was taken or is controlled, its worth, from whom by role."""
    takings = fields.sections("имущество", required=True)
    read = PropertyControl(
        takings=tuple(
            Taking(
                what=one.required("что", as_is, ""),
                value=money_if_given(one, "стоимость"),
                from_whom=one.required("у_кого", one_of(PERSONS), "worker"),
            )
            for one in takings
        )
    )
    _finish(fields, *takings)
    return read


def _penalty_contract(fields: Fields) -> PenaltyContract:
    """M4.1b: terms, when it was concluded, who is bound."""
    terms = fields.sections("условия", required=True)
    read = PenaltyContract(
        terms=tuple(
            Term(
                text=one.text("текст", required=True, longest=LONGEST) or "",
                penalty=money_if_given(one, "неустойка"),
            )
            for one in terms
        ),
        concluded_on=fields.optional("дата_договора", parse_day),
        bound=fields.optional("обязанное_лицо", one_of(PERSONS)) or "worker",
    )
    _finish(fields, *terms)
    return read


def _human_rights(fields: Fields) -> HumanRights:
    """M4.1c: what was done, how urgent, and how those affected may be approached."""
    acts = fields.sections("действия", required=True)
    contact = fields.section("безопасная_связь", required=True)
    rule = contact.required("правило", one_of(CONTACT_RULES), "do-not-contact")
    read = HumanRights(
        acts=tuple(one.required("вид", one_of(ACTS), "other") for one in acts),
        urgency=fields.optional("срочность", one_of(URGENCIES)) or "urgent",
        safe_contact=SafeContact(
            rule=rule, note=contact.text("указания", required=rule == "as-noted", longest=LONGEST)
        ),
    )
    _finish(fields, contact, *acts)
    return read


def _false_documents(fields: Fields) -> FalseDocuments:
    """M4.1d: which documents, false in what way, for which procedure."""
    documents = fields.sections("документы", required=True)
    read = FalseDocuments(
        documents=tuple(
            FalseDocument(
                kind=one.required("вид", as_is, ""),
                falsity=one.required("характер", one_of(FALSITIES), "false"),
                procedure=one.required("процедура", as_is, ""),
            )
            for one in documents
        )
    )
    _finish(fields, *documents)
    return read


def _opaque_fees(fields: Fields) -> OpaqueFees:
    """M4.1e: fees item by item, and what was explained of them."""
    fees = fields.sections("сборы", required=True)
    read = OpaqueFees(
        fees=tuple(
            Fee(
                item=one.required("за_что", as_is, ""),
                charged=money(one.section("взыскано", required=True)),
                basis_shown=one.required("расчет_показан", one_of(SHOWN), False),
            )
            for one in fees
        ),
        explained=fields.text("разъяснено", required=True, longest=LONGEST),
    )
    _finish(fields, *fees)
    return read


_CATEGORIES: Final = (
    ("property_control", "удержание_имущества", _property_control),
    ("penalty_contract", "договор_с_неустойкой", _penalty_contract),
    ("human_rights", "нарушение_прав", _human_rights),
    ("false_documents", "ложные_документы", _false_documents),
    ("opaque_fees", "непрозрачные_сборы", _opaque_fees),
)
"""M4.1a to e: member of Findings, section, how it is read."""


def _finish(*sections: Fields) -> None:
    for section in sections:
        section.finish()


_OF_AFFECTED: Final = frozenset({"кто", "имена", "дата_рождения", "номера", "контакт"})


def _affected(fields: Fields, document: Document) -> Sequence[AffectedPerson]:
    """M3b: those affected. What is wrong with them is told without a word of theirs."""
    fields.skip("пострадавшие")
    apart = Fields({"пострадавшие": document.get("пострадавшие")})
    sections = apart.sections("пострадавшие")
    persons = [
        AffectedPerson(
            role=one.required("кто", one_of(PERSONS), "worker"),
            names=one.by_language("имена", required=True),
            born_on=one.optional("дата_рождения", parse_day),
            identifiers=identifiers(one.sections("номера")),
            contact=one.text("контакт"),
        )
        for one in sections
    ]
    _finish(*sections)
    fields.problems += unquoted(apart.problems, "/пострадавшие", _OF_AFFECTED)
    return persons


# -- out ----------------------------------------------------------------------------------------------------------


def submission(event: MisconductReportSubmitted, about: About) -> Document:
    """M4.1: the other side's report."""
    return _shared(REPORT, event, about)


def correction(event: MisconductReportCorrected, about: About) -> Document:
    """M4.1: the other side's report as it is now, whole."""
    return _shared(CORRECTION, event, about) | {
        "редакция": event.revision,
        "вид_изменения": name_of(NATURES, event.nature),
        **present({"причина_изменения": event.reason}),
    }


def withdrawal(event: MisconductReportWithdrawn, about: About) -> Document:
    """M4.1: the other side takes its report back."""
    return headed(WITHDRAWAL, about) | {
        "версия": VERSION,
        "страна_получатель": COUNTRY.upper(),
        "сообщившая_страна": event.country.upper(),
        "номер": event.number,
        "основание": event.ground,
        "передано": in_bishkek(event.shared_at),
        "записано": in_bishkek(event.recorded_at),
    }


def acknowledgement(event: MisconductReportAcknowledged, about: About) -> Document:
    """M4.1: the other side has taken note of this country's report."""
    return headed(ACKNOWLEDGEMENT, about) | {
        "версия": VERSION,
        "сообщившая_страна": event.country.upper(),
        "номер": event.number,
        "редакция": event.revision,
        "подтвердившая_страна": event.by.upper(),
        **present({"исходящий_номер": event.reference, "отметка": event.note}),
        "подтверждено": in_bishkek(event.acknowledged_at),
        "записано": in_bishkek(event.recorded_at),
    }


def _shared(kind: str, event: MisconductReportSubmitted | MisconductReportCorrected, about: About) -> dict[str, Any]:
    report = event.report
    return headed(kind, about) | {
        "версия": VERSION,
        "страна_получатель": COUNTRY.upper(),
        "сообщившая_страна": report.country.upper(),
        "номер": report.number,
        "стало_известно": in_bishkek(report.learned_at),
        **present(
            {
                "период_с": report.occurred_from and format_date(report.occurred_from),
                "период_по": report.occurred_to and format_date(report.occurred_to),
                "место": report.place,
            }
        ),
        "суть": report.summary,
        "субъекты": [_written_subject(subject) for subject in report.subjects],
        "нарушения": _written_findings(report.findings),
        **_written_affected(about.opened.get(AFFECTED)),
        **present({"доказательства": written_attachments(report.evidence), "следующая_редакция": event.superseded_by}),
        "передано": in_bishkek(event.shared_at),
        "записано": in_bishkek(event.recorded_at),
    }


def _written_subject(subject: Subject) -> Mapping[str, Any]:
    return {
        "вид": name_of(KINDS, subject.kind),
        "страна": subject.country.upper(),
        "роль": name_of(ROLES, subject.role),
        **present(
            {
                "наименования": subject.names,
                "номера": written_identifiers(subject.identifiers),
                "адрес": subject.address,
                "телефоны": list(subject.phones),
            }
        ),
    }


def _written_findings(findings: Findings) -> Mapping[str, Any]:
    written: dict[str, Any] = {}
    if (property_control := findings.property_control) is not None:
        written["удержание_имущества"] = {
            "имущество": [
                {
                    "что": one.what,
                    **present({"стоимость": written_money(one.value)}),
                    "у_кого": name_of(PERSONS, one.from_whom),
                }
                for one in property_control.takings
            ]
        }
    if (contract := findings.penalty_contract) is not None:
        written["договор_с_неустойкой"] = {
            "условия": [
                {"текст": one.text, **present({"неустойка": written_money(one.penalty)})} for one in contract.terms
            ],
            **present({"дата_договора": contract.concluded_on and format_date(contract.concluded_on)}),
            "обязанное_лицо": name_of(PERSONS, contract.bound),
        }
    if (rights := findings.human_rights) is not None:
        contact = rights.safe_contact
        written["нарушение_прав"] = {
            "действия": [{"вид": name_of(ACTS, act)} for act in rights.acts],
            "срочность": name_of(URGENCIES, rights.urgency),
            **present(
                {
                    "безопасная_связь": contact
                    and {"правило": name_of(CONTACT_RULES, contact.rule), **present({"указания": contact.note})}
                }
            ),
        }
    if (documents := findings.false_documents) is not None:
        written["ложные_документы"] = {
            "документы": [
                {"вид": one.kind, "характер": name_of(FALSITIES, one.falsity), "процедура": one.procedure}
                for one in documents.documents
            ]
        }
    if (fees := findings.opaque_fees) is not None:
        written["непрозрачные_сборы"] = {
            "сборы": [
                {
                    "за_что": one.item,
                    "взыскано": written_money(one.charged),
                    "расчет_показан": name_of(SHOWN, one.basis_shown),
                }
                for one in fees.fees
            ],
            **present({"разъяснено": fees.explained}),
        }
    return written


def _written_affected(opened: Any) -> Mapping[str, Any]:
    """Nobody between the two countries could look into it: what is not as agreed is handed over as it came."""
    if opened is None:
        return {}
    try:
        persons = AffectedPersons.model_validate(opened).persons
    except ValidationError:
        return {"пострадавшие_как_получено": opened}
    return {
        "пострадавшие": [
            {
                "кто": name_of(PERSONS, person.role),
                "имена": person.names,
                **present(
                    {
                        "дата_рождения": person.born_on and format_date(person.born_on),
                        "номера": written_identifiers(person.identifiers),
                        "контакт": person.contact,
                    }
                ),
            }
            for person in persons
        ]
    }


_RECEIPT: Final = {"/receipt_id": "The head has it in receipt_id."}

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

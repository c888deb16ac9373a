"""Misconduct reports (M4.1) both ways, in a country's words: what its authorities report of it. Pure.

How they are shared, corrected and withdrawn is in revisions.py, what is said to them in handling.py, how those affected
are protected in persons.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from shared.bridge.case_layout import LONGEST, CaseLayout, parse_country
from shared.bridge.fields import Fields, as_is, name_of, one_of
from shared.bridge.handling import ReportContracts, Reports, ReportWords
from shared.bridge.kit import About, Translations, present
from shared.bridge.persons import PersonWords, ProtectedPersons
from shared.bridge.reading import Document
from shared.bridge.revisions import RevisionWords, Said
from shared.contracts.misconduct_report import (
    AcknowledgeMisconductReport,
    Act,
    AffectedPersons,
    AssessMisconductReport,
    Category,
    CloseMisconductReport,
    ContactRule,
    CorrectMisconductReport,
    DeclineMisconductReport,
    FalseDocument,
    FalseDocuments,
    Falsity,
    Fee,
    Findings,
    HumanRights,
    MisconductAssessment,
    MisconductMeasure,
    MisconductReport,
    MisconductReportAcknowledged,
    MisconductReportAssessed,
    MisconductReportClosed,
    MisconductReportCorrected,
    MisconductReportDeclined,
    MisconductReportMeasureTaken,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
    OpaqueFees,
    PenaltyContract,
    Person,
    PropertyControl,
    Role,
    SafeContact,
    Subject,
    SubmitMisconductReport,
    TakeMeasureOnMisconductReport,
    Taking,
    Term,
    Urgency,
    WithdrawMisconductReport,
    stream_of,
)

AFFECTED: Final = "/report/affected_persons"
CONTRACTS: Final = ReportContracts(
    report=MisconductReport,
    assessment=MisconductAssessment,
    measure=MisconductMeasure,
    member="report",
    stream_of=stream_of,
    submit=SubmitMisconductReport,
    correct=CorrectMisconductReport,
    withdraw=WithdrawMisconductReport,
    take_measure=TakeMeasureOnMisconductReport,
    decline=DeclineMisconductReport,
    acknowledge=AcknowledgeMisconductReport,
    assess=AssessMisconductReport,
    close=CloseMisconductReport,
    submitted=MisconductReportSubmitted,
    corrected=MisconductReportCorrected,
    withdrawn=MisconductReportWithdrawn,
    measure_taken=MisconductReportMeasureTaken,
    declined=MisconductReportDeclined,
    acknowledged=MisconductReportAcknowledged,
    assessed=MisconductReportAssessed,
    closed=MisconductReportClosed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MisconductReportWords(ReportWords):
    """What a country calls the fields of a report by what they hold, and what may stand in them."""

    occurred_from: str
    occurred_to: str
    subjects: str
    occurred_at: str
    subject_kind: str
    subject_country: str
    subject_role: str
    subject_names: str
    identifiers: str
    address: str
    phones: str
    findings: str
    takings: str
    taken: str
    value: str
    from_whom: str
    terms: str
    term_text: str
    penalty: str
    concluded_on: str
    bound: str
    acts: str
    safe_contact: str
    contact_rule: str
    act: str
    document_kind: str
    urgency: str
    contact_note: str
    documents: str
    falsity: str
    procedure: str
    fees: str
    fee_item: str
    charged: str
    basis_shown: str
    explained: str
    property_control: str
    penalty_contract: str
    human_rights: str
    false_documents: str
    opaque_fees: str
    affected: str
    affected_as_received: str

    subject_kinds: Mapping[str, Literal["person", "corporation"]]
    subject_roles: Mapping[str, Role]
    persons: Mapping[str, Person]
    act_kinds: Mapping[str, Act]
    urgencies: Mapping[str, Urgency]
    contact_rules: Mapping[str, ContactRule]
    falsities: Mapping[str, Falsity]
    shown: Mapping[str, bool]


def misconduct_reports(
    layout: CaseLayout, common: RevisionWords, persons: PersonWords, words: MisconductReportWords
) -> Translations:
    """The matter in a country's layout and words."""
    affected = ProtectedPersons(
        layout=layout,
        words=persons,
        persons=words.affected,
        as_received=words.affected_as_received,
        roles=words.persons,
        contract=AffectedPersons,
    )
    reports = _MisconductReports(layout, words, affected)
    kinds: Mapping[str, Category] = {
        words.property_control: "property_control",
        words.penalty_contract: "penalty_contract",
        words.human_rights: "human_rights",
        words.false_documents: "false_documents",
        words.opaque_fees: "opaque_fees",
    }
    return Reports(
        layout=layout,
        common=common,
        words=words,
        contracts=CONTRACTS,
        kinds=kinds,
        read=reports.read,
        written=reports.written,
    ).translations()


@dataclass(frozen=True, slots=True)
class _MisconductReports:
    layout: CaseLayout
    words: MisconductReportWords
    affected: ProtectedPersons

    # -- in -----------------------------------------------------------------------------------------------------------

    def read(self, fields: Fields, document: Document) -> Said:
        """M4.1: what was learned, in one or more of the five categories; those affected apart."""
        began, ended = (
            fields.optional(self.words.occurred_from, self.layout.parse_day),
            fields.optional(self.words.occurred_to, self.layout.parse_day),
        )
        if began is not None and ended is not None and ended < began:
            fields.tell("dates-reversed", self.words.occurred_to, f"It ended on {ended}, before it began on {began}.")
        members = {
            "findings": self._findings(fields),
            "subjects": tuple(self._subject(one) for one in fields.sections(self.words.subjects, required=True)),
            "occurred_from": began,
            "occurred_to": ended,
            "place": fields.text(self.words.occurred_at),
        }
        affected = self.affected.read(fields, document)
        return Said(members=members, protected={} if affected is None else {AFFECTED: affected})

    def _subject(self, fields: Fields) -> Subject:
        subject = Subject(
            kind=fields.required(self.words.subject_kind, one_of(self.words.subject_kinds), "person"),
            country=fields.required(self.words.subject_country, parse_country, "").lower(),
            role=fields.required(self.words.subject_role, one_of(self.words.subject_roles), "other"),
            names=fields.by_language(self.words.subject_names),
            identifiers=self.layout.identifiers(fields.sections(self.words.identifiers)),
            address=fields.text(self.words.address),
            phones=fields.texts(self.words.phones),
        )
        if not subject.names and not subject.identifiers:
            fields.tell(
                "missing-field",
                self.words.subject_names,
                f"Neither {self.words.subject_names} nor {self.words.identifiers} is there.",
            )
        fields.finish()
        return subject

    def _findings(self, fields: Fields) -> Findings:
        """M4.1a to e: each category is a section of its own; one at least."""
        said = fields.section(self.words.findings, required=True)
        # Member of Findings, section, how it is read.
        categories = (
            ("property_control", self.words.property_control, self._property_control),
            ("penalty_contract", self.words.penalty_contract, self._penalty_contract),
            ("human_rights", self.words.human_rights, self._human_rights),
            ("false_documents", self.words.false_documents, self._false_documents),
            ("opaque_fees", self.words.opaque_fees, self._opaque_fees),
        )
        read = {name: read(said.section(section)) for name, section, read in categories if said.given(section)}
        if fields.given(self.words.findings) and not read:
            known = ", ".join(section for _, section, _ in categories)
            fields.tell(
                "no-category", self.words.findings, f"{self.words.findings} has none of the five categories: {known}."
            )
        said.finish()
        return Findings(**read)

    def _property_control(self, fields: Fields) -> PropertyControl:
        """M4.1a: what was taken or is controlled, its worth, from whom by role."""
        takings = fields.sections(self.words.takings, required=True)
        read = PropertyControl(
            takings=tuple(
                Taking(
                    what=one.required(self.words.taken, as_is, ""),
                    value=self.layout.money_if_given(one, self.words.value),
                    from_whom=one.required(self.words.from_whom, one_of(self.words.persons), "worker"),
                )
                for one in takings
            )
        )
        _finish(fields, *takings)
        return read

    def _penalty_contract(self, fields: Fields) -> PenaltyContract:
        """M4.1b: terms, when it was concluded, who is bound."""
        terms = fields.sections(self.words.terms, required=True)
        read = PenaltyContract(
            terms=tuple(
                Term(
                    text=one.text(self.words.term_text, required=True, longest=LONGEST) or "",
                    penalty=self.layout.money_if_given(one, self.words.penalty),
                )
                for one in terms
            ),
            concluded_on=fields.optional(self.words.concluded_on, self.layout.parse_day),
            bound=fields.optional(self.words.bound, one_of(self.words.persons)) or "worker",
        )
        _finish(fields, *terms)
        return read

    def _human_rights(self, fields: Fields) -> HumanRights:
        """M4.1c: what was done, how urgent, and how those affected may be approached."""
        acts = fields.sections(self.words.acts, required=True)
        contact = fields.section(self.words.safe_contact, required=True)
        rule = contact.required(self.words.contact_rule, one_of(self.words.contact_rules), "do-not-contact")
        read = HumanRights(
            acts=tuple(one.required(self.words.act, one_of(self.words.act_kinds), "other") for one in acts),
            urgency=fields.optional(self.words.urgency, one_of(self.words.urgencies)) or "urgent",
            safe_contact=SafeContact(
                rule=rule, note=contact.text(self.words.contact_note, required=rule == "as-noted", longest=LONGEST)
            ),
        )
        _finish(fields, contact, *acts)
        return read

    def _false_documents(self, fields: Fields) -> FalseDocuments:
        """M4.1d: which documents, false in what way, for which procedure."""
        documents = fields.sections(self.words.documents, required=True)
        read = FalseDocuments(
            documents=tuple(
                FalseDocument(
                    kind=one.required(self.words.document_kind, as_is, ""),
                    falsity=one.required(self.words.falsity, one_of(self.words.falsities), "false"),
                    procedure=one.required(self.words.procedure, as_is, ""),
                )
                for one in documents
            )
        )
        _finish(fields, *documents)
        return read

    def _opaque_fees(self, fields: Fields) -> OpaqueFees:
        """M4.1e: fees item by item, and what was explained of them."""
        fees = fields.sections(self.words.fees, required=True)
        read = OpaqueFees(
            fees=tuple(
                Fee(
                    item=one.required(self.words.fee_item, as_is, ""),
                    charged=self.layout.money(one.section(self.words.charged, required=True)),
                    basis_shown=one.required(self.words.basis_shown, one_of(self.words.shown), False),
                )
                for one in fees
            ),
            explained=fields.text(self.words.explained, required=True, longest=LONGEST),
        )
        _finish(fields, *fees)
        return read

    # -- out ----------------------------------------------------------------------------------------------------------

    def written(self, report: MisconductReport, about: About) -> Mapping[str, Any]:
        """M4.1: the other side's report, those affected opened."""
        return {
            **present(
                {
                    self.words.occurred_from: report.occurred_from and self.layout.written_day(report.occurred_from),
                    self.words.occurred_to: report.occurred_to and self.layout.written_day(report.occurred_to),
                    self.words.occurred_at: report.place,
                }
            ),
            self.words.subjects: [self._written_subject(subject) for subject in report.subjects],
            self.words.findings: self._written_findings(report.findings),
            **self.affected.written(about.opened.get(AFFECTED)),
        }

    def _written_subject(self, subject: Subject) -> Mapping[str, Any]:
        return {
            self.words.subject_kind: name_of(self.words.subject_kinds, subject.kind),
            self.words.subject_country: subject.country.upper(),
            self.words.subject_role: name_of(self.words.subject_roles, subject.role),
            **present(
                {
                    self.words.subject_names: subject.names,
                    self.words.identifiers: self.layout.written_identifiers(subject.identifiers),
                    self.words.address: subject.address,
                    self.words.phones: list(subject.phones),
                }
            ),
        }

    def _written_findings(self, findings: Findings) -> Mapping[str, Any]:
        written: dict[str, Any] = {}
        if (property_control := findings.property_control) is not None:
            written[self.words.property_control] = {
                self.words.takings: [
                    {
                        self.words.taken: one.what,
                        **present({self.words.value: self.layout.written_money(one.value)}),
                        self.words.from_whom: name_of(self.words.persons, one.from_whom),
                    }
                    for one in property_control.takings
                ]
            }
        if (contract := findings.penalty_contract) is not None:
            written[self.words.penalty_contract] = {
                self.words.terms: [
                    {
                        self.words.term_text: one.text,
                        **present({self.words.penalty: self.layout.written_money(one.penalty)}),
                    }
                    for one in contract.terms
                ],
                **present(
                    {self.words.concluded_on: contract.concluded_on and self.layout.written_day(contract.concluded_on)}
                ),
                self.words.bound: name_of(self.words.persons, contract.bound),
            }
        if (rights := findings.human_rights) is not None:
            contact = rights.safe_contact
            written[self.words.human_rights] = {
                self.words.acts: [{self.words.act: name_of(self.words.act_kinds, act)} for act in rights.acts],
                self.words.urgency: name_of(self.words.urgencies, rights.urgency),
                **present(
                    {
                        self.words.safe_contact: contact
                        and {
                            self.words.contact_rule: name_of(self.words.contact_rules, contact.rule),
                            **present({self.words.contact_note: contact.note}),
                        }
                    }
                ),
            }
        if (documents := findings.false_documents) is not None:
            written[self.words.false_documents] = {
                self.words.documents: [
                    {
                        self.words.document_kind: one.kind,
                        self.words.falsity: name_of(self.words.falsities, one.falsity),
                        self.words.procedure: one.procedure,
                    }
                    for one in documents.documents
                ]
            }
        if (fees := findings.opaque_fees) is not None:
            written[self.words.opaque_fees] = {
                self.words.fees: [
                    {
                        self.words.fee_item: one.item,
                        self.words.charged: self.layout.written_money(one.charged),
                        self.words.basis_shown: name_of(self.words.shown, one.basis_shown),
                    }
                    for one in fees.fees
                ],
                **present({self.words.explained: fees.explained}),
            }
        return written


def _finish(*sections: Fields) -> None:
    for section in sections:
        section.finish()
